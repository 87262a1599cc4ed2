"""The phrase guard in a real browser: marks while typing, replaces, asks, lets pass."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.asking import ask
from tests.e2e.conftest import Visit

pytestmark = pytest.mark.browser

MARKS = "#phrases .phrase"


def opened(visit: Visit, username: str, surname: str) -> tuple[Page, list[str]]:
    customer = visit("/")
    number = ask(customer.page, surname=surname, text="怎么租?")
    watched = visit(f"/desk/inquiries/{number}/", username)
    return watched.page, watched.problems


@pytest.mark.clause("IN-20")
def test_a_phrase_is_marked_while_typing_and_replaced_by_keyboard(
    visit: Visit,
) -> None:
    page, problems = opened(visit, "agent1", "欧阳")
    text = page.locator("#id_text")
    text.press_sequentially("😀抱歉,我不 知道")
    mark = page.locator(f"{MARKS}.is-refuse")
    expect(mark).to_contain_text("不 知道")
    expect(mark).to_contain_text("IN-20")
    expect(page.locator("#phrases-said")).to_contain_text("1")
    expect(text).to_be_focused()

    page.keyboard.press("Control+Enter")
    expect(page.locator("#error-text")).to_contain_text("不 知道")
    expect(text).to_have_value("😀抱歉,我不 知道")

    mark.locator("[data-replace]").focus()
    page.keyboard.press("Enter")
    expect(text).to_have_value("😀抱歉,我这个问题我需要核实一下,15分钟内给您答复")
    expect(text).to_be_focused()
    expect(page.locator(MARKS)).to_have_count(0)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#messages")).to_contain_text("这个问题我需要核实一下")
    expect(text).to_have_value("")
    # The refusal itself is an answer with status 422, which browsers write down.
    assert [p for p in problems if "422" not in p] == []


def test_nothing_is_marked_while_an_input_method_composes(visit: Visit) -> None:
    page, problems = opened(visit, "agent1", "慕容")
    text = page.locator("#id_text")
    text.dispatch_event("compositionstart")
    text.fill("不知道")
    page.wait_for_timeout(900)
    expect(page.locator(MARKS)).to_have_count(0)
    text.dispatch_event("compositionend")
    expect(page.locator(f"{MARKS}.is-refuse")).to_have_count(1)
    page.locator("label[for=as-note]").click()
    expect(page.locator(MARKS)).to_have_count(0)
    assert problems == []


def test_a_blank_to_fill_in_is_selected_and_a_question_is_confirmed(
    visit: Visit,
) -> None:
    page, problems = opened(visit, "agent1", "上官")
    text = page.locator("#id_text")
    text.fill("尽快答复。您是否还有不清楚的地方?")
    page.locator(f"{MARKS}.is-mark [data-replace]").click()
    expect(text).to_have_value("在___前答复。您是否还有不清楚的地方?")
    page.keyboard.type("三点")
    expect(text).to_have_value("在三点前答复。您是否还有不清楚的地方?")
    box = page.locator("#phrases [name=confirmed]")
    box.check()
    text.press("End")
    page.keyboard.type("呢")
    page.wait_for_timeout(700)
    expect(box).to_be_checked()
    text.press("Control+Enter")
    expect(page.locator("#messages")).to_contain_text("您是否还有不清楚的地方?呢")
    assert problems == []


def test_a_supervisor_sends_it_with_a_reason(visit: Visit) -> None:
    page, problems = opened(visit, "supervisor", "诸葛")
    page.locator("#id_text").fill("客户原话:不知道")
    reason = page.locator("#override_reason")
    reason.fill("引用原文")
    reason.press("Enter")
    expect(page.locator("#id_text")).to_have_value("客户原话:不知道")
    reason.press("Control+Enter")
    expect(page.locator("#messages")).to_contain_text("“不知道” 引用原文")
    expect(page.locator("#context")).to_contain_text("经主管同意使用禁用语")
    assert problems == []
