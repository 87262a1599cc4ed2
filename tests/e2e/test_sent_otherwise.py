"""In a browser nothing that was edited after a lost answer is lost, nor confirmed in vain."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import House, Visit
from tests.e2e.test_every_page import serious

pytestmark = pytest.mark.browser

SOON_MS = 10_000
ASKED = """
from django.utils import timezone
from inquiries import services
from staff.models import User
from tickets.models import Channel
at, by = timezone.now(), User.objects.get(username="agent3")
it = services.ask(channel=Channel.objects.get(code="web_chat"), surname="贺",
    phone="13800138002", topic="operation_use", text="怎么接线？", at=at)
services.announce_checking(it, surname="贺", phone="", question="4K？", by=by, at=at)
print(it.number)
"""


def lose_one_answer(page: Page, path: str) -> None:
    """The next request arrives, and its answer does not."""
    lost = []

    def handle(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    page.route(path, handle)


def test_an_edited_draft_is_refused_once_and_then_sent(
    house: House, visit: Visit
) -> None:
    number = house.manage("shell", "-v", "0", "-c", ASKED).split()[-1]
    agent = visit(f"/desk/inquiries/{number}/", "agent3")
    page, text = agent.page, agent.page.locator("#id_text")
    lose_one_answer(page, f"**/inquiries/{number}/reply/")
    send = page.locator("#composer .btn-primary")
    text.fill("第一稿。")
    send.click()
    expect(page.locator("#toast-offline")).to_be_visible(timeout=SOON_MS)
    expect(send).to_be_enabled()
    text.fill("第二稿。")
    send.click()
    expect(page.locator("#error-form")).to_contain_text("先前的版本", timeout=SOON_MS)
    expect(text).to_have_value("第二稿。")
    send.click()
    expect(page.locator("#messages")).to_contain_text("第二稿。", timeout=SOON_MS)
    expect(page.locator("#messages")).to_contain_text("第一稿。")
    expect(text).to_have_value("")


@pytest.mark.clause("IN-20", "IN-28")
def test_a_doubtful_answer_of_a_callback_is_ticked_in_its_popup_and_sent(
    house: House, visit: Visit
) -> None:
    number = house.manage("shell", "-v", "0", "-c", ASKED).split()[-1]
    agent = visit(f"/desk/inquiries/{number}/", "agent3")
    page = agent.page
    page.evaluate("document.getElementById('done').showPopover()")
    popup = page.locator("#done")
    popup.locator("#done-message").check()
    popup.locator("textarea").fill("您是否还有不清楚的地方?")
    popup.locator(".btn-primary").click()
    tick = popup.locator("[name=confirmed]")
    expect(tick).to_be_visible(timeout=SOON_MS)
    assert serious(page) == []
    tick.check()
    popup.locator(".btn-primary").click()
    expect(page.locator("#messages")).to_contain_text(
        "您是否还有不清楚的地方?", timeout=SOON_MS
    )
    expect(popup).to_be_hidden()
    # The refusal is an answer with status 422, and the page has no form for merging.
    quiet = ("422", "oobErrorNoTarget")
    assert [it for it in agent.problems if not any(q in it for q in quiet)] == []
