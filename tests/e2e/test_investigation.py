"""A department investigates an objection with the customer's help, to the finding."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.test_every_page import overflows, serious
from tests.e2e.test_objection import photos

pytestmark = pytest.mark.browser

SOON_MS = 15_000
# Within this time after a step another button is not pressed by mistake.
PAUSE_MS = 800


def look(page: Page, name: str) -> None:
    """Keep a picture for whoever wants to see the pages."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def handed_over(visit: Visit) -> str:
    """The number of an objection that an agent has handed to technical support."""
    page = visit("/desk/objections/file/", "agent5").page
    page.get_by_label("姓氏").fill("钱")
    page.get_by_label("电话", exact=True).fill("13100134567")
    page.get_by_label("我正在和客户沟通").check()
    page.get_by_label("类型", exact=True).select_option("quality")
    page.get_by_label("细分类型").select_option("quality.function_fault")
    page.get_by_label("发生了什么").fill("补光灯闪烁，直播画面一明一暗。")
    page.get_by_label("订单编号").fill("ZL-9")
    page.get_by_label("设备型号").fill("Aputure 600d")
    page.get_by_label("账户编号", exact=True).fill("VIP-9")
    page.get_by_label("发生时间").fill("2025-01-01T20:00")
    page.get_by_label("更换设备").check()
    page.get_by_role("button", name="登记并打开").click()
    page.wait_for_url(re.compile(r"/desk/objections/OB\w+/$"))
    for step in ("record", "hand-over"):
        expect(page.locator(f"#step-{step}")).to_be_visible(timeout=SOON_MS)
        page.wait_for_timeout(PAUSE_MS)
        page.keyboard.press("s")
    over = page.locator("#hand-over-form [type=submit]")
    over.click(timeout=SOON_MS)
    expect(page.locator("#next-step")).to_contain_text("等待接收", timeout=SOON_MS)
    return page.locator("#workspace").get_attribute("data-number") or ""


def gather(page: Page) -> None:
    """A record in words, and for two kinds the reason why there is none."""
    # The button of a kind opens the form for that kind.
    inspected = page.locator("#kind-technician_inspection")
    inspected.get_by_role("button", name="添加").click()
    form = page.locator("#add-evidence-form")
    kind_field = form.locator("[name=kind]")
    expect(kind_field).to_have_value("technician_inspection", timeout=SOON_MS)
    form.get_by_label("来源").fill("检测单 17")
    form.locator("[type=submit]").click()
    wrong = page.locator("#error-add-evidence-text .field-errors")
    expect(wrong).to_be_visible(timeout=SOON_MS)
    assert serious(page) == []
    look(page, "refused")
    form.get_by_label("证据内容").fill("电源模块电压不稳。")
    form.locator("[type=submit]").click()
    done = page.locator("#kind-technician_inspection.is-done")
    expect(done).to_contain_text("电源模块电压不稳。", timeout=SOON_MS)
    say_that_there_is_none(page, "stock_out_record", "transport_record")


def say_that_there_is_none(page: Page, *kinds: str) -> None:
    """Why there is no evidence of some kinds."""
    for kind in kinds:
        page.wait_for_timeout(PAUSE_MS)
        page.locator(f"#kind-{kind}").get_by_role("button", name="没有此证据").click()
        none = page.locator("#no-evidence-form")
        expect(none.locator("[name=kind]")).to_have_value(kind, timeout=SOON_MS)
        none.get_by_label("为什么没有").fill("门店当面交付")
        none.locator("[type=submit]").click()
        expect(page.locator(f"#kind-{kind}.is-none")).to_be_visible(timeout=SOON_MS)


def ask_customer(page: Page) -> None:
    """Ask for material; what must not be said is refused first."""
    page.wait_for_timeout(PAUSE_MS)
    page.locator("#step-ask-evidence").click()
    form = page.locator("#ask-evidence-form")
    form.get_by_label("需要客户提供什么").fill("这不归我管")
    form.locator("[type=submit]").click()
    wrong = page.locator("#error-ask-evidence-text .field-errors")
    expect(wrong).to_be_visible(timeout=SOON_MS)
    form.get_by_label("需要客户提供什么").fill("请补充灯光闪烁的照片，用于判断故障。")
    form.locator("[type=submit]").click()
    bar = page.locator("#next-step")
    expect(bar).to_contain_text("等待客户补充材料", timeout=SOON_MS)
    assert serious(page) == []
    look(page, "asked")


def answer(page: Page, number: str, files: list[str]) -> None:
    """The customer finds the question first, and answers it."""
    page.locator("input.number").fill(number)
    page.locator("input.tail").fill("4567")
    page.keyboard.press("Enter")
    asked = page.locator("#asked")
    expect(asked).to_contain_text("请补充灯光闪烁的照片", timeout=SOON_MS)
    form = page.locator("#composer").bounding_box()
    way = page.locator("#way").bounding_box()
    assert form is not None
    assert way is not None
    assert form["y"] < way["y"]
    assert serious(page) == []
    assert not overflows(page)
    look(page, "customer")
    page.set_input_files("#composer input[name=files]", files)
    page.fill("#id_text", "照片在这里")
    page.locator("#composer [type=submit]").click()
    expect(page.locator("#asked-title")).to_have_count(0, timeout=SOON_MS)


def conclude(page: Page) -> None:
    """The customer's photo becomes evidence; then the finding is written down."""
    expect(page.locator("#step-add-evidence")).to_be_visible(timeout=SOON_MS)
    page.reload()
    page.keyboard.press("s")
    form = page.locator("#add-evidence-form")
    kind_field = form.locator("[name=kind]")
    expect(kind_field).to_have_value("customer_photo_or_video", timeout=SOON_MS)
    form.get_by_label("来源").fill("客户")
    form.get_by_label("本案已有的文件").select_option(index=1)
    form.locator("[type=submit]").click()
    expect(page.locator("#step-conclude")).to_be_visible(timeout=SOON_MS)
    page.wait_for_timeout(PAUSE_MS)
    page.keyboard.press("s")
    finding = page.locator("#conclude-form")
    finding.get_by_label("查明了什么").fill("电源模块老化，与客户使用无关。")
    finding.get_by_label("由谁承担责任").select_option("company")
    finding.get_by_label("原因是什么").select_option("device")
    finding.locator("[name=articles]").first.check()
    assert serious(page) == []
    look(page, "concluding")
    finding.locator("[type=submit]").click()
    found = page.locator("#context-findings")
    expect(found).to_contain_text("电源模块老化", timeout=SOON_MS)
    expect(page.locator("#next-step")).to_contain_text("须在", timeout=SOON_MS)
    assert serious(page) == []
    look(page, "concluded")


@pytest.mark.clause("OB-02", "OB-07", "OB-46", "OB-47")
def test_from_the_evidence_over_the_customers_answer_to_the_finding(
    visit: Visit, tmp_path: Path
) -> None:
    number = handed_over(visit)
    department = visit(f"/desk/objections/{number}/", "technical_support")
    page = department.page
    page.locator("#step-accept-technical_support").click()
    bar = page.locator("#next-step")
    expect(bar).to_contain_text("收集证据", timeout=SOON_MS)
    assert serious(page) == []
    look(page, "begun")
    gather(page)
    ask_customer(page)
    customer = visit("/follow/", width=360, height=740)
    answer(customer.page, number, photos(tmp_path)[:1])
    conclude(page)
    expect(customer.page.locator("#way")).to_contain_text(
        "我们已查明情况", timeout=SOON_MS
    )
    for width in (768, 360):
        small = visit(
            f"/desk/objections/{number}/clocks/", "technical_support", width=width
        )
        assert serious(small.page) == []
        assert width < 768 or not overflows(small.page)
    assert [it for it in department.problems if "422" not in it] == []
    assert customer.problems == []
    if not os.environ.get("PICTURES"):
        return
    for language in ("zh-CN", "en"):
        for dark in (False, True):
            for width in (1440, 768, 360):
                seen = visit(
                    f"/desk/objections/{number}/{'clocks/' if width < 1000 else ''}",
                    "technical_support",
                    width=width,
                    dark=dark,
                    language=language,
                )
                shade = "dark" if dark else "light"
                look(seen.page, f"{language}-{width}-{shade}")


@pytest.mark.clause("OB-25", "OB-48")
def test_the_order_stands_beside_its_objection_and_becomes_evidence_by_one_click(
    visit: Visit,
) -> None:
    page = visit("/desk/?view=all", "finance").page
    page.locator("#rows a[data-open]", has_text="吴").first.click()
    order = page.locator("#context-order")
    expect(order).to_contain_text("没有客户同意的记录", timeout=SOON_MS)
    order.locator("button[value=payments]").dblclick()
    kept = page.locator("#kind-payment_record.is-done")
    expect(kept).to_contain_text("ZL20261120031", timeout=SOON_MS)
    expect(kept.locator(".evidence-piece")).to_have_count(1)
    expect(order.locator(".order-kept")).to_have_count(1)
    assert serious(page) == []
    look(page, "order")
    number = page.locator("#workspace").get_attribute("data-number")
    small = visit(f"/desk/objections/{number}/order/", "finance", width=360)
    expect(small.page.locator(".order-kept")).to_be_visible()
    assert serious(small.page) == []
    assert not overflows(small.page)
