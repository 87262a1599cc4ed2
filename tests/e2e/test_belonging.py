"""What belongs together, in real browsers: merged with one click, led on, undone."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.test_every_page import overflows, serious

pytestmark = pytest.mark.browser

SOON_MS = 5_000
PHONE = "13711112222"


def ask(page: Page, *, surname: str, text: str) -> str:
    """Ask with a phone number; the number of the inquiry."""
    page.goto("/ask/")
    page.locator("label[for=topic-rental_price]").click()
    page.locator("textarea[name=text]").fill(text)
    page.locator("input[name=surname]").fill(surname)
    page.locator("input[name=phone]").fill(PHONE)
    page.locator("form#ask button[type=submit]").click()
    expect(page.locator("#thread")).to_contain_text(text)
    return page.locator(".thread-head .number").inner_text()


def test_one_click_merges_who_asks_again_and_the_open_page_is_led_on(
    visit: Visit,
) -> None:
    customer = visit("/", width=360)
    earlier = ask(customer.page, surname="姜", text="摄像机多少钱一天?")
    inquiry = ask(customer.page, surname="姜", text="几号能送到?")
    agent = visit(f"/desk/inquiries/{inquiry}/", "agent2")
    page = agent.page
    expect(page.locator(f"#repeat-{earlier}")).to_be_visible()
    assert serious(page) == []

    page.locator(f"#merge-{earlier}").click()
    expect(page.locator("#next-step")).to_contain_text(earlier, timeout=SOON_MS)
    expect(customer.page.locator("#thread")).to_contain_text(
        "摄像机多少钱一天?", timeout=SOON_MS
    )
    expect(customer.page.locator("#thread .origin")).to_contain_text(inquiry)

    page.locator("#next-step a").click()
    expect(page.locator("#thread .origin")).to_contain_text(inquiry)
    page.locator(f"#kin-merged-{inquiry} button").click()
    expect(page.locator("#thread .origin")).to_have_count(0, timeout=SOON_MS)
    expect(page.locator(f"#repeat-{inquiry}")).to_be_visible(timeout=SOON_MS)

    page.locator("#thread-body").focus()
    page.keyboard.press("l")
    expect(page.locator("#belong-other")).to_be_focused()
    page.keyboard.type(inquiry)
    page.keyboard.press("Enter")
    expect(page.locator(f"#kin-linked-{inquiry}")).to_be_visible(timeout=SOON_MS)
    expect(page.locator(f"#row-{inquiry} .row-mark")).to_be_visible(timeout=SOON_MS)
    assert customer.problems + agent.problems == []


def test_two_names_of_one_phone_open_the_form_and_the_refusal_stands_in_it(
    visit: Visit,
) -> None:
    earlier = ask(visit("/").page, surname="姚", text="租三天有折扣吗?")
    inquiry = ask(visit("/").page, surname="邵", text="同一场直播,能开发票吗?")
    agent = visit(f"/desk/inquiries/{inquiry}/", "agent4")
    page = agent.page
    page.locator("#composer textarea").fill("可以开发票。")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread")).to_contain_text("可以开发票。", timeout=SOON_MS)
    # The page brings itself up to date just while the button is pressed.
    page.locator(f"#merge-{earlier}").hover()
    page.mouse.down()
    page.locator(f"#repeat-{earlier}").evaluate(
        "row => row.replaceWith(row.cloneNode(true))"
    )
    page.mouse.up()
    expect(page.locator("#belong-other")).to_have_value(earlier)
    expect(page.locator("#belong-reason")).to_be_focused()
    assert serious(page) == []
    assert not overflows(page)
    page.locator("#belong-form [formaction$='/merge/']").click()
    expect(page.locator("#error-reason")).to_be_visible(timeout=SOON_MS)
    page.locator("#belong-reason").fill("同一公司的两位同事")
    page.locator("#belong-form [formaction$='/merge/']").click()
    expect(page.locator("#belong")).to_be_hidden(timeout=SOON_MS)
    expect(page.locator("#next-step")).to_contain_text(earlier)
    problems = [text for text in agent.problems if "422" not in text]
    assert problems == []
