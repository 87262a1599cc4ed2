"""A whole conversation by keyboard alone, with a question that needs checking."""

import pytest
from playwright.sync_api import expect

from tests.e2e.asking import ask
from tests.e2e.conftest import Visit
from tests.e2e.test_every_page import serious
from tests.texts import CLOSING_QUESTION, CLOSING_STATEMENT, GREETING, NOTICE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAUSE_MS = 800  # longer than the desk waits between two steps
SOON_MS = 8_000


@pytest.mark.clause("IN-25", "IN-27", "IN-28", "IN-52", "IN-53")
def test_a_whole_inquiry_is_handled_by_keyboard_alone(visit: Visit) -> None:
    customer = visit("/", width=360, height=740).page
    number = ask(customer, surname="钱", text="导播台支持4K吗?")
    watched = visit(f"/desk/inquiries/{number}/", "agent1")
    desk, keyboard = watched.page, watched.page.keyboard
    thread, step = desk.locator("#messages"), desk.locator("#next-step")

    keyboard.press("s")
    expect(thread).to_contain_text(GREETING, timeout=SOON_MS)
    expect(customer.locator("#topic-buttons")).to_be_visible(timeout=SOON_MS)
    assert serious(customer) == []

    keyboard.press("c")
    expect(desk.locator("#checking")).to_be_visible()
    assert serious(desk) == []
    keyboard.type("4K 60帧?")
    for _field in ("surname", "phone", "answer by"):
        keyboard.press("Tab")
    keyboard.press("ArrowDown")  # here in the conversation: the customer gave no phone
    keyboard.press("Enter")
    expect(thread).to_contain_text(NOTICE, timeout=SOON_MS)
    expect(step).to_contain_text("IN-28")
    desk.wait_for_timeout(PAUSE_MS)

    keyboard.press("s")
    expect(desk.locator("#done-outcome")).to_be_focused()
    keyboard.type("支持4K 60帧。")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(thread).to_contain_text("支持4K 60帧。", timeout=SOON_MS)
    expect(step).to_contain_text("IN-04")
    desk.wait_for_timeout(PAUSE_MS)

    keyboard.press("t")
    expect(desk.locator("#topics")).to_be_visible()
    assert serious(desk) == []
    desk.locator("#answer-rental_price").focus()
    keyboard.press("Enter")
    expect(step).to_contain_text("IN-52", timeout=SOON_MS)
    keyboard.press("Escape")
    desk.wait_for_timeout(PAUSE_MS)

    keyboard.press("e")
    expect(thread).to_contain_text(CLOSING_QUESTION, timeout=SOON_MS)
    customer.locator("#no-more button").click()
    expect(step).to_contain_text("IN-53", timeout=SOON_MS)
    desk.wait_for_timeout(PAUSE_MS)

    keyboard.press("e")
    expect(desk.locator("#finish-none")).to_be_focused()
    assert serious(desk) == []
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(customer.locator("#thread")).to_contain_text(
        CLOSING_STATEMENT, timeout=SOON_MS
    )
    assert watched.problems == []
