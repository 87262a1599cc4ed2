"""A shift ends: its digest is told on every page at once, its sheet signed by two."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import House, Visit
from tests.e2e.test_every_page import SCREENS, look, overflows, serious

pytestmark = pytest.mark.browser

END_SHIFTS = """
from django.utils import timezone
from figures.services.shift_ends import end_shifts
end_shifts(at=timezone.now())
"""


def well(page: Page, *screens: str) -> None:
    """Nothing serious for axe, and nothing to scroll sideways, on the screens."""
    for screen in screens or SCREENS:
        width, dark = SCREENS[screen]
        look(page, width=width, dark=dark)
        assert serious(page) == [], screen
        assert not overflows(page), screen
    look(page, width=1440, dark=False)


def test_a_shift_is_told_of_handed_over_and_taken_over(
    visit: Visit, house: House
) -> None:
    supervisor = visit("/supervision/digests/", "supervisor")
    count = supervisor.page.locator("#notice-count .rail-count")
    house.manage("shell", "-c", END_SHIFTS)
    expect(count).to_be_visible()  # the page itself was not fetched again
    supervisor.page.goto("/desk/notices/")
    told = supervisor.page.locator(".is-digest")
    before = told.count()
    assert before >= 1
    well(supervisor.page)
    told.first.get_by_role("link").click()
    well(supervisor.page)
    supervisor.page.get_by_role("button", name="知道了").click()
    expect(supervisor.page.get_by_role("button", name="知道了")).to_have_count(0)
    supervisor.page.get_by_role("link", name="交接班单").click()
    sheet = supervisor.page.url

    supervisor.page.goto("/supervision/digests/")
    well(supervisor.page, "narrow and dark")
    supervisor.page.goto(sheet)
    agent = visit("/desk/shifts/", "agent4")
    well(agent.page, "narrow and dark")
    agent.page.goto(sheet)
    agent.page.locator("textarea[name=words]").fill("仓库钥匙在前台。")
    well(agent.page)
    agent.page.get_by_role("button", name="交班", exact=True).click()
    expect(agent.page.locator(".sheet-words")).to_have_text("仓库钥匙在前台。")
    expect(agent.page.get_by_role("button", name="接班")).to_have_count(0)
    supervisor.page.reload()
    supervisor.page.get_by_role("button", name="我已阅读并接班").click()
    expect(supervisor.page.locator(".signatures")).not_to_contain_text("未签字")
    supervisor.page.emulate_media(media="print")
    expect(supervisor.page.locator(".rail")).to_be_hidden()
    assert agent.problems == supervisor.problems == []
