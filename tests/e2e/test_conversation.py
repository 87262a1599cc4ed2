"""A whole conversation by keyboard alone, with a question to check and a quotation."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.asking import ask
from tests.e2e.conftest import Visit
from tests.e2e.test_every_page import serious
from tests.e2e.test_offers import reach
from tests.texts import CLOSING_QUESTION, CLOSING_STATEMENT, GREETING, NOTICE

pytestmark = pytest.mark.browser

PAUSE_MS = 800  # longer than the desk waits between two steps
SOON_MS = 8_000


def have_it_checked(desk: Page) -> None:
    """In the popup that has just been opened; sends the notice."""
    expect(desk.locator("#checking")).to_be_visible()
    assert serious(desk) == []
    desk.keyboard.type("4K 60帧?")
    for _field in ("surname", "phone", "answer by"):
        desk.keyboard.press("Tab")
    # Here in the conversation: the customer gave no phone.
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")


def quote_the_first_kit_for_a_week(desk: Page) -> None:
    """In the panel that has just been opened; sends the quotation."""
    expect(desk.locator("#quote-add")).to_be_focused(timeout=SOON_MS)
    desk.keyboard.press("ArrowDown")  # the first kit
    expect(desk.locator("#quote-row-1")).to_be_visible(timeout=SOON_MS)
    reach(desk, "#quote-days")
    desk.keyboard.type("7")
    desk.keyboard.press("Tab")
    expect(desk.locator("#quote-send")).to_be_visible(timeout=SOON_MS)
    reach(desk, "#quote-send")
    desk.keyboard.press("Enter")
    expect(desk.locator("#quotation")).to_be_hidden(timeout=SOON_MS)


@pytest.mark.clause("IN-25", "IN-27", "IN-28", "IN-37", "IN-52", "IN-53")
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
    have_it_checked(desk)
    expect(thread).to_contain_text(NOTICE, timeout=SOON_MS)
    expect(step).to_contain_text("IN-28")
    desk.wait_for_timeout(PAUSE_MS)

    keyboard.press("s")
    expect(desk.locator("#done-outcome")).to_be_focused()
    keyboard.type("支持4K 60帧。")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(thread).to_contain_text("支持4K 60帧。", timeout=SOON_MS)
    expect(step).to_contain_text("IN-37")
    desk.wait_for_timeout(PAUSE_MS)

    keyboard.press("s")
    quote_the_first_kit_for_a_week(desk)
    expect(customer.locator("#thread .offer")).to_be_visible(timeout=SOON_MS)
    expect(step).to_contain_text("IN-04", timeout=SOON_MS)
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
