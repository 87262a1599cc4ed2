"""Recommend and quote by keyboard alone; the customer chooses, reads, and has the PDF."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.asking import ask
from tests.e2e.conftest import Visit
from tests.e2e.test_every_page import overflows, serious

pytestmark = pytest.mark.browser


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def reach(page: Page, selector: str, *, most: int = 40) -> None:
    """Tab until the focus is there."""
    wanted = page.locator(selector)
    for _ in range(most):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        press(page, "Tab")
    pytest.fail(f"the keyboard does not reach {selector}")


@pytest.mark.clause("IN-33", "IN-34", "IN-35", "IN-37")
def test_devices_are_compared_and_quoted_by_keyboard_alone(visit: Visit) -> None:
    customer = visit("/", width=360)
    number = ask(customer.page, surname="卫", text="想在户外走播，用什么相机？")
    agent = visit(f"/desk/inquiries/{number}/", "agent4")
    desk = agent.page

    press(desk, "d")
    expect(desk.locator("#scene-indoor_fixed")).to_be_focused()
    press(desk, "ArrowRight")
    reach(desk, "#scale-solo")
    press(desk, "Space")
    reach(desk, "#need-portability")
    press(desk, "Space")
    reach(desk, "#wish-category")
    desk.locator("#wish-category").select_option("live_camera")
    reach(desk, "#devices-rank")
    press(desk, "Enter")
    expect(desk.locator("#rank-CAM-02")).to_be_focused()
    assert serious(desk) == []
    reach(desk, "#devices-send")
    press(desk, "Enter")
    expect(desk.locator("#devices")).to_be_hidden()

    choose = customer.page.locator(".offer-devices li button")
    expect(choose).to_have_count(2)
    assert serious(customer.page) == []
    choose.nth(1).click()
    expect(customer.page.locator(".offer-chosen")).to_be_visible()
    expect(desk.locator("#context-offers")).to_contain_text("OBSBOT Tail Air")

    press(desk, "q")
    expect(desk.locator("#quote-days")).to_be_focused()
    expect(desk.locator(".quote-table")).to_contain_text("¥85.00")
    press(desk, "Control+A", "7", "Tab")
    expect(desk.locator(".quote-table")).to_contain_text("¥380.00")
    assert serious(desk) == []
    reach(desk, "#quote-send")
    press(desk, "Enter")
    expect(desk.locator("#quotation")).to_be_hidden()
    expect(desk.locator("#context-offers")).to_contain_text("¥1,821.00")

    customer.page.locator(".offer a.btn").click()
    expect(customer.page.locator("h1")).to_have_text("报价单")
    assert not overflows(customer.page)
    assert serious(customer.page) == []
    pdf = customer.page.locator("#quotation-pdf a")
    expect(pdf).to_be_visible(timeout=30_000)
    answer = customer.page.request.get(pdf.get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/pdf"
    expect(desk.locator("#context-offers")).to_contain_text("已于")

    # A refused form answers 422, which the browser writes down.
    problems = [*agent.problems, *customer.problems]
    assert [text for text in problems if "422" not in text] == []
