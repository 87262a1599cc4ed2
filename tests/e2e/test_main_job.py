"""The main job, for real: asked in one browser, answered in another, escalated alone."""

import pytest
from django.utils import translation
from playwright.sync_api import expect

from sla.models import ClockEventKind
from tests.e2e.asking import ask
from tests.e2e.conftest import Visit

pytestmark = pytest.mark.browser

GREETING = "您好,很高兴为您服务,请问您想了解关于直播设备租赁的哪方面问题呢?"
SOON_MS = 5_000
WHOLE_PROMISE_MS = 45_000


def test_a_question_appears_on_the_desk_and_the_answer_on_the_phone(
    visit: Visit,
) -> None:
    agent = visit("/desk/", "agent1")
    customer = visit("/", width=360, height=740)

    number = ask(customer.page, surname="钱", text="三机位导播台一天多少钱?")
    row = agent.page.locator(f"#row-{number}")
    expect(row).to_contain_text("三机位导播台一天多少钱?", timeout=SOON_MS)
    expect(row.locator("[data-clock]").first).to_contain_text("剩余")

    row.locator("a").click()
    expect(agent.page.locator("#thread")).to_contain_text("三机位导播台")
    agent.page.keyboard.press("s")
    expect(customer.page.locator("#thread")).to_contain_text(GREETING, timeout=SOON_MS)
    expect(row).to_contain_text("已达成", timeout=SOON_MS)

    agent.page.locator("#composer textarea").fill("单日 380 元,押金 3000 元。")
    agent.page.keyboard.press("Control+Enter")
    expect(customer.page.locator("#thread")).to_contain_text(
        "单日 380 元", timeout=SOON_MS
    )

    customer.page.locator("#composer textarea").fill("好的,谢谢!")
    customer.page.locator("#composer button[type=submit]").click()
    expect(agent.page.locator("#thread")).to_contain_text("好的,谢谢!", timeout=SOON_MS)
    assert customer.problems == []
    assert agent.problems == []


def test_an_unanswered_question_reaches_the_supervisor_by_itself_once(
    visit: Visit,
) -> None:
    supervisor = visit("/supervision/", "supervisor")
    agent = visit("/desk/", "agent2")
    customer = visit("/")

    number = ask(customer.page, surname="司马", text="有人在吗?设备坏了。")
    missed = supervisor.page.locator("#board-missed tbody tr", has_text="司马")
    expect(missed).to_have_count(1, timeout=WHOLE_PROMISE_MS)
    expect(missed).to_contain_text("已超时")
    expect(customer.page.locator("#thread")).to_contain_text("超", timeout=SOON_MS)
    expect(agent.page.locator(f"#row-{number}")).to_contain_text(
        "已超时", timeout=SOON_MS
    )

    missed.locator("[id^=seen-]").click()
    expect(missed.locator(".seen-by")).to_contain_text("陈立", timeout=SOON_MS)
    missed.locator("[id^=take-]").click()
    expect(missed.locator("[id$=-with]")).to_have_text("陈立", timeout=SOON_MS)

    agent.page.goto(f"/desk/inquiries/{number}/")
    timeline = agent.page.locator("#context")
    with translation.override("zh-hans"):
        expect(timeline).to_contain_text(str(ClockEventKind.WARNING.label))
    expect(timeline).to_contain_text("IN-24")
    assert supervisor.problems == []
    assert customer.problems == []
