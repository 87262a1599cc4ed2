"""The live line breaks: the page says so, comes back by itself, and misses nothing."""

import pytest
from playwright.sync_api import expect

from tests.e2e.asking import ask
from tests.e2e.conftest import House, Visit

pytestmark = pytest.mark.browser

BACK_MS = 30_000


def test_a_desk_that_lost_its_line_says_so_and_recovers_with_nothing_missed(
    visit: Visit, house: House
) -> None:
    agent = visit("/desk/", "agent5").page
    customer = visit("/").page
    first = ask(customer, surname="蒋", text="可以先看设备再租吗?")
    expect(agent.locator(f"#row-{first}")).to_be_visible()
    agent.locator(f"#row-{first} a").click()
    agent.locator("#composer textarea").fill("写到一半的回复")

    for _ in range(3):
        # A single restart is over before a person would notice.
        house.kill("helpdesk.asgi:application")
    lost = agent.locator("#connection [data-when=lost]")
    expect(lost).to_be_visible(timeout=BACK_MS)
    expect(lost).to_be_hidden(timeout=BACK_MS)

    second = ask(visit("/").page, surname="沈", text="断线的时候我也在问。")
    expect(agent.locator(f"#row-{second}")).to_be_visible(timeout=BACK_MS)
    expect(agent.locator("#composer textarea")).to_have_value("写到一半的回复")


def test_a_television_that_lost_its_line_says_how_old_it_is_and_comes_back(
    visit: Visit, house: House
) -> None:
    """Meanwhile a supervisor who acts sees it at once, and so does another one."""
    wall = visit("/supervision/tv/", "manager").page
    one = visit("/supervision/", "supervisor").page
    other = visit("/supervision/", "manager").page
    customer = visit("/").page
    ask(customer, surname="齐", text="周末能取设备吗?")
    rows = "#board-due tr, #board-missed tr"  # late, on a slow machine
    row = other.locator(rows, has_text="齐").first
    expect(row).to_be_visible()
    mine = one.locator(rows, has_text="齐").first
    mine.locator("[id^=take-]").click()
    for seen in (mine, row):
        expect(seen).not_to_contain_text("无人接手")

    old = wall.locator("#tv-old")
    with house.stalled("helpdesk.asgi:application"):
        expect(old).to_be_visible(timeout=BACK_MS)
    expect(old).to_be_hidden(timeout=BACK_MS)
