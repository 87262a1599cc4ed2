"""A customer answers proposals on a phone, gives marks, and asks for a review."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import House, Visit
from tests.e2e.settling import call
from tests.e2e.test_every_page import overflows, serious

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SOON_MS = 15_000


def fine(page: Page) -> None:
    """Nothing to object to in how the page stands."""
    assert serious(page) == []
    assert not overflows(page)


def follow(page: Page, number: str) -> None:
    page.fill("#id_number", number)
    page.fill("#id_tail", "0161")
    page.click(".follow-form [type=submit]")
    page.wait_for_url(re.compile(f"/follow/{number}/"), timeout=SOON_MS)


def reject(page: Page) -> None:
    """Without a reason first; what is typed outlives what we write meanwhile."""
    page.locator("#reject > summary").focus()
    page.keyboard.press("Enter")
    send = page.locator("#reject-form [type=submit]")
    send.click()
    expect(page.locator("#error-reason .field-errors")).to_be_visible(timeout=SOON_MS)
    fine(page)
    page.fill("#id_reason", "只退一半太少，划痕不是我造成的。")


def give_marks(page: Page) -> None:
    """By thumb and by keyboard."""
    page.locator("#rate-form [type=submit]").click()
    expect(page.locator("#error-resolved .field-errors")).to_be_visible(timeout=SOON_MS)
    page.locator("label[for=resolved-yes]").click()
    page.locator(".star").nth(4).click()
    page.locator("[name=process_satisfaction]").first.focus()
    for _star in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[name=process_satisfaction]:checked")).to_have_value("4")
    page.fill("#id_words", "主管很耐心。")
    fine(page)
    page.locator("#rate-form [type=submit]").click()


@pytest.mark.clause("OB-08", "OB-09")
def test_a_customer_refuses_agrees_gives_marks_and_asks_for_a_review(
    visit: Visit, house: House
) -> None:
    def desk(name: str, *args: str) -> str:
        said = house.manage("shell", "-v", "0", "-c", call(name, *args))
        return said.splitlines()[-1]

    number = desk("begin", "13900130161")
    desk("propose", number, "100.00")
    watched = visit("/follow/", width=360, height=740)
    page = watched.page
    follow(page, number)
    settle = page.locator("#settle")
    expect(settle).to_contain_text("¥100.00")
    expect(settle).to_contain_text("未答复不视为同意")
    fine(page)
    reject(page)
    desk("say", number, "收到，请补充说明。")
    expect(page.locator("#messages")).to_contain_text("收到，请补", timeout=SOON_MS)
    expect(page.locator("#id_reason")).to_have_value("只退一半太少，划痕不是我造成的。")
    page.locator("#reject-form [type=submit]").click()
    expect(settle).to_contain_text("您不同意，我们重新调查", timeout=SOON_MS)
    fine(page)

    desk("conclude", number)
    desk("propose", number, "150.00")
    expect(settle).to_contain_text("新的处理方案", timeout=SOON_MS)
    page.locator("#agree > summary").click()
    fine(page)
    page.locator("#agree [type=submit]").click()
    expect(settle).to_contain_text("您已同意，我们正在办理", timeout=SOON_MS)
    fine(page)
    desk("carry_out", number)
    expect(settle).to_contain_text("退款单 R-1", timeout=SOON_MS)
    give_marks(page)
    expect(settle).to_contain_text("您的评价已收到", timeout=SOON_MS)
    page.locator("#appeal > summary").click()
    page.fill("#id_reason", "请再核对一次押金。")
    fine(page)
    page.locator("#appeal-form [type=submit]").click()
    expect(settle).to_contain_text("正由主管复核", timeout=SOON_MS)
    expect(page.locator("#way")).to_contain_text("您申请了复核")
    fine(page)
    ours = [it for it in watched.problems if "422" not in it and "htmx:" not in it]
    assert ours == []
