"""A wish and a fault travel from a conversation to their departments and back."""

import pytest
from playwright.sync_api import expect

from tests.e2e.asking import ask
from tests.e2e.conftest import Visit, Watched
from tests.e2e.test_every_page import look, overflows, serious

pytestmark = pytest.mark.browser

SOON_MS = 10_000


def explain_clauses(agent: Watched, customer: Watched) -> None:
    """By keyboard; an example is missing at first."""
    expect(agent.page.locator("#ask-explain-clauses")).to_have_count(1, timeout=SOON_MS)
    agent.page.keyboard.press("Escape")
    agent.page.keyboard.press("x")
    popup = agent.page.locator("#asking-explain-clauses")
    expect(popup.locator("form")).to_contain_text("270.00", timeout=SOON_MS)
    popup.locator("[name=clause_term][value=not_asked]").check()
    popup.locator("[name=clause_damage][value=not_asked]").check()
    popup.locator("[name=clause_early_return][value=explained]").check()
    popup.locator("button[type=submit]").click()
    expect(popup.locator(".field-errors")).to_contain_text("IN-42", timeout=SOON_MS)
    popup.locator("[value=early_own]").check()
    popup.locator("button[type=submit]").click()
    expect(customer.page.locator("#thread")).to_contain_text(
        "退还270.00元", timeout=SOON_MS
    )
    expect(popup).to_be_hidden()
    agent.page.locator("#understood-yes").click()
    expect(agent.page.locator("#context-asked")).to_contain_text(
        "客户已理解", timeout=SOON_MS
    )


def change_the_contract(agent: Watched, customer: Watched, contracts: Watched) -> None:
    """Asked for at the desk, decided by contract management, told at the desk."""
    agent.page.keyboard.press("m")
    popup = agent.page.locator("#asking-contract-request")
    popup.locator("[name=clause]").select_option("early_return", timeout=SOON_MS)
    popup.locator("[name=wish]").fill("演出取消时提前退租不扣费")
    popup.locator("[name=reason]").fill("场地还没有确认")
    popup.locator("button[type=submit]").click()
    row = contracts.page.locator(".request", has_text="演出取消")
    expect(row).to_be_visible(timeout=SOON_MS)
    assert serious(contracts.page) == []
    row.locator("[data-popup=decide]").click()
    form = contracts.page.locator("#decide-form")
    form.locator("[name=decision]").select_option("partly")
    form.locator("[type=submit]").click()
    expect(form.locator(".field-errors").first).to_be_visible(timeout=SOON_MS)
    form.locator("[name=text]").fill("演出取消时只扣一天日租。")
    form.locator("[type=submit]").click()
    tell = agent.page.locator("[id^=tell-CR]")
    expect(tell).to_be_visible(timeout=SOON_MS)
    tell.click()
    expect(customer.page.locator("#thread")).to_contain_text(
        "演出取消时只扣一天日租。", timeout=SOON_MS
    )
    expect(row).to_have_count(0, timeout=SOON_MS)


def repair(customer: Watched, repairs: Watched) -> None:
    """Reported on the customer's phone, answered by technical support."""
    customer.page.locator("#fault summary").click()
    fault = customer.page.locator(".fault-form")
    fault.locator("[name=device]").fill("CAM-06")
    fault.locator("[name=fault]").fill("HDMI没有画面")
    fault.locator("[name=urgency]").select_option("urgent")
    fault.locator("[name=urgency_reason]").fill("今晚八点开播")
    fault.locator("[type=submit]").click()
    expect(customer.page.locator(".repair")).to_contain_text("CAM-06", timeout=SOON_MS)
    assert serious(customer.page) == []
    assert not overflows(customer.page)
    row = repairs.page.locator(".request", has_text="HDMI没有画面")
    expect(row).to_be_visible(timeout=SOON_MS)
    row.locator("[data-popup=contact]").click()
    repairs.page.locator("#contact-form [name=note]").fill("先重启,半小时到")
    repairs.page.locator("#contact-form [type=submit]").click()
    expect(row).to_contain_text("先重启", timeout=SOON_MS)
    assert serious(repairs.page) == []


def test_a_wish_and_a_fault_go_to_their_departments_and_the_answer_comes_back(
    visit: Visit,
) -> None:
    customer = visit("/", width=360, height=740)
    number = ask(customer.page, surname="尤", text="合同里提前退租怎么算?")
    agent = visit(f"/desk/inquiries/{number}/", "agent1")
    contracts = visit("/desk/contract-requests/", "contract_management")
    repairs = visit("/desk/repairs/", "technical_support")
    agent.page.keyboard.press("s")
    expect(customer.page.locator("#thread")).to_contain_text("很高兴", timeout=SOON_MS)
    explain_clauses(agent, customer)
    change_the_contract(agent, customer, contracts)
    repair(customer, repairs)
    for watched in (customer, agent, contracts, repairs):
        assert [text for text in watched.problems if "422" not in text] == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("place", ["contract-requests", "repairs"])
def test_the_lists_are_accessible(visit: Visit, place: str, *, dark: bool) -> None:
    language = "en-US" if dark else "zh-CN"
    watched = visit(f"/desk/{place}/", "supervisor", dark=dark, language=language)
    for width in (1440, 360):
        look(watched.page, width=width, dark=dark)
        assert serious(watched.page) == [], width
        assert not overflows(watched.page), width
    assert watched.problems == []
