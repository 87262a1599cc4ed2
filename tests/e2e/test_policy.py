"""A manager changes a promise in a browser, and the next customer is promised that."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.asking import ask
from tests.e2e.conftest import Visit
from tests.e2e.test_every_page import SCREENS, look, overflows, serious

pytestmark = pytest.mark.browser

POLICY = "/supervision/policy/"
CALENDARS = "/supervision/calendars/"
ROLLOUT_MS = 40_000
TRIES = 40
PAGES = [
    POLICY,
    f"{POLICY}standard/1/",
    f"{POLICY}standard/compare/",
    CALENDARS,
    f"{CALENDARS}?calendar=objection_service&start=2026-12-31T20:30&amount=1&measure=hours",
    f"{CALENDARS}objection_service/?year=2026",
    f"{CALENDARS}add-year/?year=2026",
    f"{CALENDARS}objection_service/change/",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_and_fits(visit: Visit, path: str) -> None:
    watched = visit(path, "manager")
    for screen, (width, dark) in SCREENS.items():
        look(watched.page, width=width, dark=dark)
        assert serious(watched.page) == [], screen
        assert not overflows(watched.page), screen
    assert watched.problems == []


def begin_draft(page: Page) -> str:
    """Start a draft, or go on with the one that there is; its address."""
    page.goto(POLICY)
    page.locator("#start-draft, .panel-head a.btn-primary").first.click()
    page.wait_for_url(lambda url: "/standard/" in url)
    return page.url.partition("#")[0]


def publish_limit(page: Page, amount: str, *, note: str) -> str:
    """Draft another limit for the first reply, in seconds, and publish it: its number."""
    draft = begin_draft(page)
    page.goto(f"{draft}rules/IN_FIRST_REPLY/")
    assert serious(page) == []
    page.locator("#id_amount").fill(amount)
    page.locator("#id_measure").select_option("seconds")
    page.locator("form.form-panel button[type=submit]").click()
    page.locator("#preview").click()
    assert serious(page) == []
    expect(page.locator(".diff")).to_have_count(1)
    page.locator("#publish").click()
    expect(page.locator("#id_note_error")).to_be_visible()
    page.locator("#id_note").fill(note)
    page.locator("#publish").click()
    expect(page.locator("h1")).to_contain_text("生效中")
    return draft.rstrip("/").rpartition("/")[2]


def apply_to_open_tickets(page: Page) -> None:
    """Order it, and wait until the job has done it."""
    page.locator("#rollout").click()
    assert serious(page) == []
    expect(page.locator(".rollout-figures")).to_be_visible()
    page.locator("#apply").click()
    for _ in range(TRIES):
        if "完成" in page.locator("#rollouts tbody tr").first.inner_text():
            return
        page.wait_for_timeout(ROLLOUT_MS / TRIES)
        page.reload()
    pytest.fail("the rollout was not carried out")


def test_a_limit_goes_from_draft_to_new_and_to_open_tickets(visit: Visit) -> None:
    manager = visit(POLICY, "manager")
    page = manager.page
    agent = visit("/desk/", "agent6").page

    longer = publish_limit(page, "3600", note="试行一小时")
    expect(page.locator("#rule-IN_FIRST_REPLY")).to_contain_text("1 小时")
    customer = visit("/").page
    number = ask(customer, surname="宇文", text="现在多久回复?")
    expect(customer.locator("#promise")).to_contain_text("1 小时")
    agent.goto(f"/desk/inquiries/{number}/")
    agent.locator("#thread-clock").click()
    clocks = agent.locator("#context-clocks")
    expect(clocks).to_contain_text("IN_FIRST_REPLY")
    expect(clocks).to_contain_text(f"第 {longer} 版")

    # The house is everybody's: it gets its thirty seconds back.
    restored = publish_limit(page, "30", note="恢复 30 秒")
    agent.reload()
    expect(clocks).to_contain_text(f"第 {longer} 版")
    apply_to_open_tickets(page)
    agent.reload()
    expect(clocks).to_contain_text(f"第 {restored} 版")
    expect(clocks).to_contain_text("时限重新计算")
    # The browser itself counts the refusals of an empty note as errors.
    assert [text for text in manager.problems if "422" not in text] == []


def test_a_draft_is_checked_in_the_browser_of_a_phone(visit: Visit) -> None:
    watched = visit(POLICY, "manager", width=360, dark=True)
    page = watched.page
    draft = begin_draft(page)
    for path in (
        "",
        "rules/OB_TOTAL/",
        "rules/new/",
        "ladder/",
        "pauses/new/",
        "preview/",
    ):
        page.goto(f"{draft}{path}")
        assert serious(page) == [], path
        assert not overflows(page), path
    page.goto(draft)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("[data-confirm]").click()
    expect(page.locator("h1")).to_have_text("制度")
    assert watched.problems == []


def test_a_supervisor_reads_but_is_offered_no_change(visit: Visit) -> None:
    page = visit(POLICY, "supervisor").page
    expect(page.locator("#start-draft")).to_have_count(0)
    page.goto(f"{POLICY}standard/1/?q=IN-24")
    expect(page.locator(".rule")).to_have_count(1)
    expect(page.locator("#rollout")).to_have_count(0)


def test_the_pages_are_english_on_request(visit: Visit) -> None:
    page = visit(f"{POLICY}standard/1/", "manager", language="en-US").page
    expect(page.locator("main")).to_contain_text("Common ladder")
    expect(page.locator("#rule-OB_TOTAL")).to_contain_text("3 working days")
