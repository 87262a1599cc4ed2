"""Keys that cannot do their step say why, and a finished conversation takes notes."""

import pytest
from playwright.sync_api import expect

from tests.e2e.asking import ask
from tests.e2e.conftest import House, Visit
from tests.e2e.test_every_page import serious

pytestmark = pytest.mark.browser

SOON_MS = 10_000
FINISHED = """
from django.utils import timezone
from inquiries import services
from staff.models import User
from tickets.models import Channel
at, by = timezone.now(), User.objects.get(username="agent5")
it = services.ask(channel=Channel.objects.get(code="web_chat"), surname="耿",
    phone="13800138009", topic="operation_use", text="怎么接线？", at=at)
services.reply(it, text="先接电源。", by=by, at=at, answers=["operation_use"])
services.ask_closing_question(it, by=by, at=at)
services.customer_writes(it, text="没有了", at=at)
print(it.number)
"""


def test_a_key_whose_step_is_not_possible_says_why(visit: Visit) -> None:
    customer = visit("/", width=360)
    number = ask(customer.page, surname="冷", text="导播台一周多少钱？")
    agent = visit(f"/desk/inquiries/{number}/", "agent5")
    page, toast = agent.page, agent.page.locator("#toast-key")
    expect(page.locator("#step-greet")).to_be_visible()
    for key, why in (("m", "IN-25"), ("e", "现在还不能结束")):
        page.keyboard.press(key)
        expect(toast).to_contain_text(why)
    assert page.locator("#messages li").count() == 1  # E has greeted nobody
    page.keyboard.press("s")
    expect(page.locator("#step-quote")).to_be_visible(timeout=SOON_MS)
    page.keyboard.press("e")
    expect(toast).to_contain_text("报价单")
    expect(page.locator("#quotation")).to_be_hidden()
    expect(page.locator("#step-quote")).to_be_focused()
    assert serious(page) == []
    assert agent.problems == []


def test_the_composer_of_a_finished_conversation_writes_notes_until_it_is_reopened(
    house: House, visit: Visit
) -> None:
    number = house.manage("shell", "-v", "0", "-c", FINISHED).split()[-1]
    agent = visit(f"/desk/inquiries/{number}/", "agent5")
    page = agent.page
    expect(page.locator("#compose-ended")).to_be_hidden()
    page.keyboard.press("e")
    page.locator("#finish-none").check()
    page.locator("#finish-form [type=submit]").click()
    expect(page.locator("#compose-ended")).to_be_visible(timeout=SOON_MS)
    expect(page.locator("#as-note")).to_be_checked()
    expect(page.locator("label[for=as-reply]")).to_be_hidden()
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.locator("#toast-key")).to_contain_text("已结束")
    page.locator("#id_text").fill("客户说下次再来")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#context-notes")).to_contain_text("下次再来", timeout=SOON_MS)
    page.locator("#compose-reopen").click()
    expect(page.locator("#compose-ended")).to_be_hidden(timeout=SOON_MS)
    expect(page.locator("#as-reply")).to_be_checked()
    assert agent.problems == []
