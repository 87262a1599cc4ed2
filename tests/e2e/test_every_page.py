"""Every page in a real browser: nothing serious for axe, no error, no foreign host."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.asking import ask
from tests.e2e.conftest import House, Visit

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
ORDER = (
    "device=CAM-06&quantity=1&device=MIC-01&quantity=2&days=20&delivery=same_city"
    "&insurance=1&first_order=1"
)
PAGES = [
    ("/", ""),
    ("/ask/", ""),
    ("/objections/new/", ""),
    ("/follow/", ""),
    ("/privacy/", ""),
    ("/channels/", ""),
    ("/channels/embed/", ""),
    ("/stores/xujiahui/", ""),
    ("/devices/", ""),
    ("/devices/?scene=indoor_fixed&scale=solo&need=image_quality", ""),
    ("/devices/?scene=outdoor_mobile&category=wired_mic", ""),
    ("/devices/CAM-07/", ""),
    (f"/prices/?{ORDER}", ""),
    ("/prices/?device=CAM-06&quantity=0&days=0", ""),
    ("/compare/?device=CAM-02&device=CAM-05&device=CAM-06&device=CAM-08", ""),
    ("/compare/", ""),
    ("/no-such-page/", ""),
    ("/accounts/login/", ""),
    ("/api/", ""),
    ("/desk/", "agent3"),
    ("/desk/receive/", "agent3"),
    ("/desk/?stage=open", "agent3"),
    ("/desk/objections/file/", "agent3"),
    ("/desk/handovers/", "technical_support"),
    ("/desk/callbacks/", "agent3"),
    ("/desk/follow-ups/", "agent3"),
    ("/supervision/", "manager"),
    ("/supervision/tv/", "manager"),
    ("/supervision/goals/", "manager"),
    ("/supervision/dashboard/", "manager"),
    ("/supervision/dashboard/cases/", "manager"),
    ("/supervision/dashboard/objections/", "manager"),
    ("/supervision/records/?outcome=missed", "manager"),
    ("/supervision/exports/", "manager"),
    ("/supervision/reports/", "manager"),
    ("/supervision/objections/", "manager"),
    ("/supervision/ledger/", "manager"),
    ("/supervision/quarantine/", "manager"),
    ("/supervision/channels/", "manager"),
    ("/supervision/channels/places/1/", "manager"),
    ("/supervision/stores/xujiahui/", "manager"),
    ("/supervision/stores/xujiahui/poster/", "manager"),
    ("/accounts/2fa/", "agent3"),
    ("/admin/", "admin"),
    ("/admin/sla/policyversion/", "admin"),
]
REFUSALS = (404, 422)  # what the browser notes when a page answers so
SERIOUS = {"serious", "critical"}
# What hangs on the colours hangs on no width, and the other way round.
SCREENS = {"wide and light": (1440, False), "narrow and dark": (360, True)}
# axe reads each of its hundreds of fields for half a minute.
LONG = {"/api/"}
# Pages that are worked with at a desk and are made of what others show on a phone.
AT_A_DESK = (
    "/admin/",
    "/supervision/dashboard/",
    "/supervision/records/",
    "/supervision/exports/",
    "/supervision/reports/",
    "/supervision/goals/",
    "/supervision/stores/",
    "/supervision/channels/places/",
)
HEIGHT = 900
# Scripts hear of another screen before the next frame; what fades may end.
SETTLED = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  await frame();
  const ends = (it) =>
    it.playState === "running" && it.effect.getComputedTiming().endTime < Infinity;
  const over = (it) => it.finished.catch(() => null);
  await Promise.all(document.getAnimations().filter(ends).map(over));
}"""


@cache
def axe() -> str:
    return AXE.read_text(encoding="utf-8")


def look(page: Page, *, width: int, dark: bool) -> None:
    """See the page on another screen."""
    page.wait_for_load_state()
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.evaluate(SETTLED)


def serious(page: Page) -> list[str]:
    """What axe finds on a page that has arrived."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    result: dict[str, Any] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']})"
    )
    return [
        f"{found['id']}: {node['target']}"
        for found in result["violations"]
        if found["impact"] in SERIOUS
        for node in found["nodes"]
    ]


def overflows(page: Page) -> bool:
    """Whether the page, or the staff's part of it, must be scrolled sideways."""
    answer: bool = page.evaluate(
        """() => [document.documentElement, document.querySelector(".staff-main")]
            .some((part) => part && part.scrollWidth > part.clientWidth + 1)"""
    )
    return answer


@pytest.mark.parametrize(("path", "username"), PAGES)
def test_a_page_is_accessible_and_keeps_to_itself(
    visit: Visit, path: str, username: str
) -> None:
    watched = visit(path, username)
    for screen, (width, dark) in SCREENS.items():
        if dark and (path in LONG or path.startswith(AT_A_DESK)):
            continue
        look(watched.page, width=width, dark=dark)
        assert serious(watched.page) == [], screen
        assert not overflows(watched.page), screen
    problems = [
        text
        for text in watched.problems
        if not any(f"status of {code}" in text for code in REFUSALS)
    ]
    assert problems == []


def test_conversations_are_accessible_on_both_sides(visit: Visit) -> None:
    customer = visit("/", width=360)
    number = ask(customer.page, surname="孔", text="补光灯能夜里送吗?")
    agent = visit(f"/desk/inquiries/{number}/", "agent4", dark=True)
    assert serious(customer.page) == []
    assert serious(agent.page) == []


def test_the_interface_is_english_on_request(visit: Visit, house: House) -> None:
    english = visit("/ask/", language="en-US")
    text = english.page.locator("main").inner_text()
    assert "Ask now" in text
    assert "提问" not in text


@pytest.mark.parametrize("path", ["/", "/ask/", "/devices/", "/channels/", "/prices/"])
def test_the_narrowest_phone_scrolls_down_only(visit: Visit, path: str) -> None:
    for language in ("zh-CN", "en-US"):
        assert not overflows(visit(path, width=320, language=language).page), language
