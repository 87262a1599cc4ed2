"""A customer files an objection from a phone on a bad line, and follows it."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Visit
from tests.e2e.test_every_page import overflows, serious
from tests.tickets.test_videos import video

pytestmark = pytest.mark.browser

SOON_MS = 15_000
OFFLINE = "ERR_INTERNET_DISCONNECTED"


def photos(folder: Path) -> list[str]:
    paths = [folder / f"photo{n}.jpg" for n in range(4)]
    for path in paths:
        Image.effect_noise((800, 600), 60).convert("RGB").save(path, "JPEG")
    return [str(path) for path in paths]


def clip(folder: Path) -> str:
    """A video of several parts; nobody plays it."""
    path = folder / "clip.mov"
    path.write_bytes(video(pictures=os.urandom(3_000_000)))
    return str(path)


class Line:
    """The way of the parts of a video, which breaks once in the middle."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sent: list[int] = []
        page.route("**/objections/uploads/*/", self.carry)

    def carry(self, route: Route) -> None:
        if route.request.method == "PATCH":
            self.sent.append(int(route.request.headers["upload-offset"]))
            if len(self.sent) == 3:
                self.page.context.set_offline(True)
                route.abort("internetdisconnected")
                return
        route.continue_()


def fill_until_files(page: Page) -> None:
    """Order, what happened, when and what is wanted."""
    page.fill("#id_device_model", "Sony FX3")
    page.click("[data-next]")
    page.click("[data-type=quality] summary")
    page.click("label[for=what-quality-2]")
    page.fill("#id_description", "摄像机开机两分钟后黑屏。")
    page.click("[data-next]")
    expect(page.locator("#error-order_number .field-errors")).to_be_visible()
    page.fill("#id_order_number", "ORD-7")
    page.click("[data-next]")
    page.fill("#id_occurred_at", "2026-11-22T20:00")
    page.check("#demand-replace_device")
    page.check("#demand-refund")
    page.fill("#id_amount-refund", "1,280.50")
    page.click("[data-next]")


def file_on_a_bad_line(visit: Visit, tmp_path: Path) -> tuple[Page, str]:
    """Four photos and a video, and the line breaks within the video; its number."""
    watched = visit("/objections/new/", width=360, height=740)
    page = watched.page
    assert serious(page) == []
    fill_until_files(page)
    page.set_input_files("input[name=files]", photos(tmp_path))
    there = page.locator(".upload-list li[data-state=there]")
    expect(there).to_have_count(4, timeout=SOON_MS)
    line = Line(page)
    page.set_input_files("input[name=files]", clip(tmp_path))
    halted = page.locator(".upload-list li[data-state=lost]")
    expect(halted).to_be_visible(timeout=SOON_MS)
    expect(halted.locator(".again")).to_have_text("继续发送")
    assert serious(page) == []
    assert not overflows(page)
    # The page is loaded again before it is whole: the file itself was kept.
    page.context.set_offline(False)
    page.reload()
    expect(there).to_have_count(5, timeout=SOON_MS)
    broke_at = line.sent[2]
    assert line.sent[2:4] == [broke_at, broke_at]
    assert line.sent == sorted(line.sent)
    assert line.sent.count(0) == 1
    assert serious(page) == []
    assert page.input_value("#id_description") == "摄像机开机两分钟后黑屏。"
    assert page.input_value("#id_amount-refund") == "1,280.50"
    page.click("[data-next]")
    page.fill("#id_surname", "欧阳")
    page.fill("#id_phone", "13800138123")
    page.check("#id_no_account")
    assert serious(page) == []
    assert not overflows(page)
    page.click("[data-send]")
    # Nobody's order, or somebody else's: the customer says that it is right.
    expect(page.locator("#error-order_confirmed")).to_contain_text("ORD-7")
    assert serious(page) == []
    assert not overflows(page)
    page.check("#id_order_confirmed")
    page.click("[data-send]")
    page.wait_for_url(re.compile("/objections/OB"), timeout=SOON_MS)
    expect(page.locator(".filed-words")).to_contain_text("已收到异议,将尽快处理")
    assert page.evaluate("localStorage.getItem('draft:objection')") is None
    number = str(page.locator("#filed-number").text_content())
    assert serious(page) == []
    expected = (OFFLINE, "422")  # the line that was lost, the order that was doubted
    told = [it for it in watched.problems if not any(x in it for x in expected)]
    assert told == []
    return page, number


def two_pages_live(page: Page, visit: Visit, number: str) -> None:
    """What the customer does in one browser shows in the other."""
    page.click(".filed-acts a")
    expect(page.locator("#messages img")).to_have_count(4, timeout=SOON_MS)
    other = followed(visit, number, "8123")
    other.fill("#id_text", "补充：每次都是两分钟。")
    other.click("#composer [type=submit]")
    expect(page.locator("#messages")).to_contain_text("每次都是两分钟", timeout=SOON_MS)
    other.click("#case-form form button")
    expect(other.locator("#standing")).to_be_visible(timeout=SOON_MS)
    expect(page.locator("#way")).to_contain_text("催办", timeout=SOON_MS)
    for shown in (page, other):
        assert serious(shown) == []
        assert not overflows(shown)


def followed(visit: Visit, number: str, tail: str) -> Page:
    """Another browser that knows number and tail; the wrong tail first."""
    watched = visit("/follow/", width=360, height=740, dark=True)
    page = watched.page
    for typed in ("0000", tail):
        page.fill("#id_number", number)
        page.fill("#id_tail", typed)
        page.click(".follow-form [type=submit]")
        if typed != tail:
            expect(page.locator("#error-follow")).to_be_visible(timeout=SOON_MS)
    page.wait_for_url(re.compile(f"/follow/{number}/"), timeout=SOON_MS)
    return page


def test_the_form_works_without_a_script_as_one_long_page(
    visit: Visit, house: Any, browser: Any
) -> None:
    with browser.new_context(
        base_url=house.url, java_script_enabled=False, locale="zh-CN"
    ) as context:
        page = context.new_page()
        page.goto("/objections/new/")
        assert page.locator("[data-step]:visible").count() == 5
        page.click("[data-type=fee] summary")
        page.click("label[for=what-fee-3]")
        page.fill("#id_description", "押金扣了300元，没有说明。")
        page.check("#demand-refund")
        page.fill("#id_amount-refund", "300")
        page.fill("#id_amount", "300")
        page.fill("#id_surname", "王")
        page.fill("#id_phone", "13800138124")
        page.click("[data-send]")
        expect(page.locator("#error-order_number .field-errors")).to_be_visible()
        assert page.input_value("#id_amount-refund") == "300"
        page.fill("#id_order_number", "ORD-8")
        page.click("[data-send]")
        page.check("#id_order_confirmed")
        page.click("[data-send]")
        page.wait_for_url(re.compile("/objections/OB"), timeout=SOON_MS)
