"""An objection from a call to the department that investigates, by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.test_every_page import serious

pytestmark = pytest.mark.browser

SOON_MS = 10_000
# Within this time after a step another button is not pressed by mistake.
PAUSE_MS = 800


@pytest.mark.clause("OB-31", "OB-35", "OB-42", "OB-43", "OB-44", "OB-45")
def test_from_a_call_to_the_departments_and_back_in_sight(visit: Visit) -> None:
    agent = visit("/desk/objections/file/", "agent5")
    page = agent.page
    page.get_by_label("姓氏").fill("韩")
    page.get_by_label("电话", exact=True).fill("13100131000")
    page.get_by_label("我正在和客户沟通").check()
    page.get_by_label("类型", exact=True).select_option("quality")
    page.get_by_label("发生了什么").fill("麦克风没有声音，直播只好停了。")
    assert serious(page) == []
    page.get_by_role("button", name="登记并打开").click()
    page.wait_for_url(re.compile(r"/desk/objections/OB\w+/$"))

    page.keyboard.press("s")
    form = page.locator("#correct-form")
    expect(form).to_be_visible(timeout=SOON_MS)
    expect(form.locator("#correct-process_step")).to_be_hidden(timeout=SOON_MS)
    form.get_by_label("细分类型").select_option("quality.function_fault")
    form.get_by_label("订单编号").fill("ZL-1")
    form.get_by_label("设备型号").fill("Rode Wireless")
    form.get_by_label("账户编号", exact=True).fill("VIP-1")
    form.get_by_label("更换设备").check()
    form.locator("[type=submit]").click()
    # The time is still missing: the bar says so, and what is there is kept.
    expect(page.locator("#next-step")).to_contain_text("发生时间", timeout=SOON_MS)
    expect(page.locator("#act-popup-correct")).to_be_hidden(timeout=SOON_MS)
    page.wait_for_timeout(PAUSE_MS)
    page.keyboard.press("s")
    form.get_by_label("发生时间").fill("2025-01-01T20:00")
    form.locator("[type=submit]").click()
    expect(page.locator("#step-record")).to_be_visible(timeout=SOON_MS)
    page.wait_for_timeout(PAUSE_MS)
    page.keyboard.press("s")
    expect(page.locator("#step-hand-over")).to_be_visible(timeout=SOON_MS)
    expect(page.locator("#messages")).to_contain_text("您的异议编号为", timeout=SOON_MS)
    page.wait_for_timeout(PAUSE_MS)
    page.keyboard.press("h")
    over = page.locator("#hand-over-form")
    expect(over).to_be_visible(timeout=SOON_MS)
    assert serious(page) == []
    over.locator("[type=submit]").click()
    expect(page.locator("#next-step")).to_contain_text("等待接收", timeout=SOON_MS)

    number = page.locator("#workspace").get_attribute("data-number") or ""
    theirs = visit("/desk/handovers/", "technical_support", width=768)
    row = theirs.page.locator(".request", has_text=number)
    row.get_by_role("button", name="接收").click()
    expect(theirs.page.locator("#investigating-rows")).to_contain_text(
        number, timeout=SOON_MS
    )
    assert serious(theirs.page) == []
    # The agent sees it without a reload.
    expect(page.locator("#next-step")).to_contain_text("已接收", timeout=SOON_MS)
    assert (agent.problems, theirs.problems) == ([], [])
