"""One objection from a phone on a bad line through all hands to its end."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.test_answering import give_marks
from tests.e2e.test_every_page import overflows, serious
from tests.e2e.test_investigation import conclude, say_that_there_is_none
from tests.e2e.test_objection import file_on_a_bad_line, photos, two_pages_live
from tests.e2e.test_settlement import approve, carry_out, propose, tell

pytestmark = pytest.mark.browser

SOON_MS = 15_000
# Within this time after a step another button is not pressed by mistake.
PAUSE_MS = 800
LEAD, JOINT = "technical_support", "warehouse_logistics"


def record_and_hand_over(page: Page) -> None:
    """An agent reads it, takes it on record, and hands it to two departments."""
    for step in ("acknowledge", "record", "hand-over"):
        expect(page.locator(f"#step-{step}")).to_be_visible(timeout=SOON_MS)
        page.wait_for_timeout(PAUSE_MS)
        page.keyboard.press("s")
    page.locator("#hand-over-form [type=submit]").click(timeout=SOON_MS)
    expect(page.locator("#next-step")).to_contain_text("等待接收", timeout=SOON_MS)


def agree(page: Page) -> None:
    """The customer reads what is proposed, and what follows from a yes."""
    expect(page.locator("#settle")).to_contain_text("¥800.00", timeout=SOON_MS)
    page.locator("#agree > summary").click()
    assert serious(page) == []
    page.locator("#agree [type=submit]").click()
    expect(page.locator("#settle")).to_contain_text("您已同意", timeout=SOON_MS)


@pytest.mark.clause("OB-06", "OB-08", "OB-09")
def test_an_objection_goes_through_all_hands_to_its_end(
    visit: Visit, tmp_path: Path
) -> None:
    phone, number = file_on_a_bad_line(visit, tmp_path)
    two_pages_live(phone, visit, number)
    here = f"/desk/objections/{number}/"
    agent = visit(here, "agent5").page
    record_and_hand_over(agent)
    lead = visit(here, LEAD).page
    lead.locator(f"#step-accept-{LEAD}").click()
    bar = lead.locator("#next-step")
    expect(bar).to_contain_text("收集证据", timeout=SOON_MS)
    joint = visit(here, JOINT).page
    accept = joint.locator(f"#step-accept-{JOINT}")
    accept.click()
    expect(accept).to_have_count(0, timeout=SOON_MS)
    say_that_there_is_none(lead, "stock_out_record", "transport_record")
    say_that_there_is_none(lead, "technician_inspection")
    conclude(lead)
    propose(agent, "replace_device", "refund")
    approve(visit("/desk/?stage=approvals", "supervisor").page, number)
    agree(phone)
    finance = visit("/desk/handovers/", "finance").page
    carry_out(finance, photos(tmp_path)[:1], "欧阳")
    tell(agent)
    give_marks(phone)
    settle = phone.locator("#settle")
    expect(settle).to_contain_text("您的评价已收到", timeout=SOON_MS)
    expect(agent.locator("#step-archive")).to_be_visible(timeout=SOON_MS)
    assert serious(phone) == []
    assert not overflows(phone)
