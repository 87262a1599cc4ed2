"""The end of a conversation in a browser: leaving, and what comes after."""

import pytest
from playwright.sync_api import expect

from tests.e2e.asking import ask
from tests.e2e.conftest import House, Visit
from tests.e2e.test_every_page import overflows, serious

pytestmark = pytest.mark.browser

SOON_MS = 10_000
FINISHED = """
from django.utils import timezone
from inquiries import services
from staff.models import User
from tickets.models import Channel
at, by = timezone.now(), User.objects.get(username="agent3")
it = services.ask(channel=Channel.objects.get(code="web_chat"), surname="贺",
    phone="13800138001", topic="operation_use", text="多少钱？", at=at)
services.reply(it, text="八百元。", by=by, at=at, answers=["operation_use"])
services.ask_closing_question(it, by=by, at=at)
services.customer_writes(it, text="没有了", at=at)
services.close(it, intent="clear", consent=True, by=by, at=at)
print(it.number)
"""


def test_a_customer_stops_waiting_and_comes_back(visit: Visit) -> None:
    customer = visit("/", width=360)
    page = customer.page
    ask(page, surname="赵", text="两台摄像机？")
    page.locator("#leave summary").click()
    assert serious(page) == []
    assert not overflows(page)
    page.locator("#leave-form button").click()
    expect(page.locator("#ending")).to_be_visible(timeout=SOON_MS)
    page.locator("#ending button").click()
    expect(page.locator("#composer textarea")).to_be_visible(timeout=SOON_MS)
    assert customer.problems == []


@pytest.mark.clause("IN-54", "IN-56")
def test_a_follow_up_is_changed_refused_and_sent(house: House, visit: Visit) -> None:
    number = house.manage("shell", "-v", "0", "-c", FINISHED).split()[-1]
    agent = visit("/desk/follow-ups/", "agent3")
    page, row = agent.page, agent.page.locator(f"#follow-up-{number}")
    row.locator(f"#edit-{number} summary").click()
    assert serious(page) == []
    text = row.locator("textarea")
    text.fill("您好，八百元。")
    row.get_by_role("button", name="保存，稍后发送").click()
    expect(row.locator("[role=alert]")).to_contain_text("IN-56", timeout=SOON_MS)
    expect(text).to_have_value("您好，八百元。")
    text.fill("感谢您的咨询,为您整理：八百元。")
    row.get_by_role("button", name="发送此内容").click()
    expect(row.locator(".status-word.is-sent")).to_be_visible(timeout=SOON_MS)
    assert [it for it in agent.problems if "422" not in it] == []
