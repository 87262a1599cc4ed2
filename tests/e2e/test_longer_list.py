"""A list grows in place, and stays as long as it was made while others work."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import House, Visit
from tests.e2e.test_every_page import serious

pytestmark = pytest.mark.browser

SOON_MS = 10_000
ASKED = """
from django.utils import timezone
from inquiries import services
from tickets.models import Channel, Ticket
for n in range({count}):
    services.ask(channel=Channel.objects.get(code="web_chat"), surname="逯", phone="",
        topic="operation_use", text="怎么接线？", at=timezone.now())
Ticket.objects.filter(customer__surname="逯").update(
    status="closed", closed_at=timezone.now())  # others look at what is open
"""


def test_a_list_grows_where_it_stands_and_stays_grown(
    house: House, visit: Visit
) -> None:
    house.manage("shell", "-v", "0", "-c", ASKED.format(count=55))
    agent = visit("/desk/?q=逯", "agent5")
    page, rows = agent.page, agent.page.locator("#rows > li")
    expect(rows).to_have_count(50)
    rows.last.locator("a").focus()
    page.locator("#show-more").click()
    expect(rows).to_have_count(55, timeout=SOON_MS)
    expect(page.locator("#show-more")).to_have_count(0)
    rows.nth(49).locator("a").focus()
    house.manage("shell", "-v", "0", "-c", ASKED.format(count=1))
    expect(rows).to_have_count(56, timeout=SOON_MS)
    expect(rows.nth(50).locator("a")).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(51).locator("a")).to_be_focused()
    page.locator("[popovertarget=kept]").first.click()
    expect(page.locator("#view-name")).to_be_visible(timeout=SOON_MS)
    page.locator("#view-name").fill("逯的")
    page.locator(".keep-line button").click()
    page.locator("[popovertarget=kept]").first.click()
    expect(page.locator("#kept-views [aria-current]")).to_have_text("逯的")
    assert serious(page) == []
    assert agent.problems == []
