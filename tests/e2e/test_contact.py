"""Customers say in their own page whether we may write; agents note it at the desk."""

import os

import pytest
from playwright.sync_api import expect

from tests.e2e.asking import ask
from tests.e2e.conftest import Visit
from tests.e2e.test_every_page import overflows, serious

pytestmark = pytest.mark.browser

SOON_MS = 10_000


@pytest.mark.clause("IN-54")
def test_a_customer_agrees_and_takes_it_back_on_a_small_screen(visit: Visit) -> None:
    customer = visit("/", width=360)
    page = customer.page
    ask(page, surname="孙", text="两台摄像机？")
    page.locator("#contact summary").click()
    assert serious(page) == []
    assert not overflows(page)
    page.get_by_role("button", name="同意接收").click()
    page.locator("#contact summary").click()
    stop = page.get_by_role("button", name="不再接收")
    expect(stop).to_be_visible(timeout=SOON_MS)
    assert serious(page) == []
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/portal.png", full_page=True)
    stop.click()
    expect(page.locator("#contact summary")).to_contain_text(
        "咨询后接收要点", timeout=SOON_MS
    )
    assert customer.problems == []


@pytest.mark.clause("IN-07", "IN-55")
def test_an_agent_notes_an_address_and_that_a_topic_needs_steps(visit: Visit) -> None:
    customer = visit("/")
    ask(customer.page, surname="周", text="怎么接线？")
    agent = visit("/desk/", "agent3")
    page = agent.page
    page.locator("a[data-open]", has_text="周").first.click()
    page.locator("#act-contact").click()
    page.locator("#contact-email").fill("zhou@example.com")
    assert serious(page) == []
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/desk_contact.png")
    page.locator("#contact-form button.btn-primary").click()
    expect(page.locator("#context-email")).to_contain_text(
        "z***@example.com", timeout=SOON_MS
    )
    page.keyboard.press("Escape")
    page.locator("#act-topics").click()
    page.locator("#topics .topic-complex button").first.click()
    expect(page.locator("#topics .topic-complex button").first).to_have_attribute(
        "aria-pressed", "true", timeout=SOON_MS
    )
    assert serious(page) == []
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/desk_topics.png")
    assert agent.problems == []
