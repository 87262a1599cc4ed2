"""An objection goes from the finding to the archive through everybody's hands."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import House, Visit
from tests.e2e.test_every_page import overflows, serious
from tests.e2e.test_investigation import PAUSE_MS, SOON_MS, look
from tests.e2e.test_objection import photos

pytestmark = pytest.mark.browser

# An objection on which finance has concluded; the investigation has a test of its own.
CONCLUDED = """
from datetime import timedelta
from django.utils import timezone
from objections import services
from objections.facts import Asked, Facts
from objections.services import evidence
from staff.models import User
from tickets.models import Channel
from decimal import Decimal
at = timezone.now() - timedelta(minutes=10)
by, handler = (User.objects.get(username=name) for name in ("agent4", "finance"))
facts = Facts(type="fee", subtype="deposit_refund", description="押金少退了800元。",
    demands=(Asked("refund", Decimal(800)),), order_number="ZL-77",
    amount=Decimal(800), account_number="VIP-77",
    shows_at=timezone.now() + timedelta(hours=5))
case = services.file(channel=Channel.objects.get(code="website_message"), surname="傅",
    phone="13100137777", facts=facts, order_confirmed=True, by=None, at=at)
services.acknowledge(case, by=by, at=at)
services.record(case, by=by, at=at)
services.hand_off(case, by=by, at=at)
services.accept(case.handoffs.get(), by=handler, at=at)
for kind in evidence.missing(case):
    services.waive_evidence(case, kind=kind.code, reason="本案没有", by=handler, at=at)
services.conclude(case, text="扣款没有依据。", responsibility="company",
    cause="process", articles=["ECL21"], by=handler, at=at)
print("NUMBER", case.number)
"""
ACCEPTED = """
from django.utils import timezone
from objections import services
from objections.models import Objection
case = Objection.objects.get(number="{number}")
services.answer_proposal(case, accepted=True, proposal=1, at=timezone.now())
"""


def concluded(house: House) -> str:
    said = house.manage("shell", "-v", "0", "-c", CONCLUDED)
    found = re.search(r"NUMBER (\w+)", said)
    assert found is not None
    return found[1]


def form_of(page: Page, name: str) -> Locator:
    """The form behind the one thing to do next."""
    step = page.locator(f"#step-{name}")
    expect(step).to_be_visible(timeout=SOON_MS)
    page.wait_for_timeout(PAUSE_MS)
    page.keyboard.press("s")
    form = page.locator(f"#{name}-form")
    expect(form.locator("[type=submit]")).to_be_visible(timeout=SOON_MS)
    return form


def propose(page: Page, *demands: str) -> None:
    """800 yuan need a supervisor; a demand without a word is refused first."""
    form = form_of(page, "propose")
    form.get_by_label("向客户提出的方案及理由").fill("退还扣除的押金，并向您致歉。")
    form.get_by_label("赔偿", exact=True).check()
    form.get_by_label("金额：赔偿").fill("800")
    needed = page.locator("#approvals-needed")
    expect(needed).to_contain_text("客服主管", timeout=SOON_MS)
    form.locator("[type=submit]").click()
    wrong = page.locator("#error-propose-replies .field-errors")
    expect(wrong).to_be_visible(timeout=SOON_MS)
    assert serious(page) == []
    look(page, "proposing")
    for demand in demands:
        form.locator(f"[name=met_{demand}][value=met]").check()
    form.locator("[type=submit]").click()
    bar = page.locator("#next-step")
    expect(bar).to_contain_text("等待审批", timeout=SOON_MS)
    expect(page.locator("#context-proposal")).to_contain_text("¥800.00")
    assert serious(page) == []


def approve(page: Page, number: str) -> None:
    """A supervisor finds it among what waits for an approval."""
    page.locator(f"#open-{number}").click()
    expect(page.locator("#step-approve")).to_be_visible(timeout=SOON_MS)
    assert serious(page) == []
    look(page, "approving")
    page.locator("#step-approve").click()
    bar = page.locator("#next-step")
    expect(bar).to_contain_text("方案已发给客户", timeout=SOON_MS)


def carry_out(page: Page, files: list[str], surname: str) -> None:
    """Finance does it from the list of what departments have to do."""
    row = page.locator("#action-rows .request", has_text=surname)
    row.get_by_role("button").click()
    popup = page.locator("#done")
    popup.get_by_label("以什么为凭证").fill("退款单 R-77")
    popup.locator("[name=files]").set_input_files(files)
    assert serious(page) == []
    look(page, "carrying-out")
    popup.locator("[type=submit]").click()
    expect(row).to_have_count(0, timeout=SOON_MS)


def tell(page: Page) -> None:
    """What must not be said is refused; afterwards somebody else asks the customer."""
    form = form_of(page, "tell-result")
    form.get_by_label("您告知客户什么").fill("这不归我管")
    form.locator("[type=submit]").click()
    wrong = page.locator("#error-tell-result-text .field-errors")
    expect(wrong).to_be_visible(timeout=SOON_MS)
    form.get_by_label("您告知客户什么").fill("800元已原路退回，请查收。")
    form.locator("[type=submit]").click()
    bar = page.locator("#next-step")
    expect(bar).to_contain_text("您参与过本案处理", timeout=SOON_MS)
    expect(page.locator("#step-visit")).to_have_count(0)


def ask(page: Page) -> None:
    """The marks appear once the customer was reached; a satisfied one ends the case."""
    form = form_of(page, "visit")
    expect(form.locator(".is-satisfaction")).to_be_hidden()
    form.locator("[name=reached][value=yes]").check()
    form.locator("[name=resolved][value=yes]").check()
    form.locator("[name=satisfaction][value='5']").check()
    form.locator("[name=process_satisfaction][value='4']").check()
    assert serious(page) == []
    look(page, "asking")
    form.locator("[type=submit]").click()
    step = page.locator("#step-archive")
    expect(step).to_be_visible(timeout=SOON_MS)
    page.wait_for_timeout(PAUSE_MS)
    step.click()
    expect(page.locator("#next-step")).to_contain_text("归档", timeout=SOON_MS)
    expect(page.locator("#context-end")).to_contain_text("保存至", timeout=SOON_MS)
    assert serious(page) == []
    look(page, "archived")


@pytest.mark.clause("OB-08", "OB-09", "CM-28", "CC-14")
def test_from_the_finding_to_the_archive(
    visit: Visit, house: House, tmp_path: Path
) -> None:
    number = concluded(house)
    here = f"/desk/objections/{number}/"
    agent = visit(here, "agent5")
    expect(agent.page.locator("#thread-broadcast")).to_contain_text("直播")
    propose(agent.page, "refund")
    supervisor = visit("/desk/?stage=approvals", "supervisor")
    approve(supervisor.page, number)
    house.manage("shell", "-v", "0", "-c", ACCEPTED.format(number=number))
    expect(agent.page.locator("#next-step")).to_contain_text("执行", timeout=SOON_MS)
    finance = visit("/desk/handovers/", "finance")
    carry_out(finance.page, photos(tmp_path)[:1], "傅")
    tell(agent.page)
    other = visit(here, "agent6")
    ask(other.page)
    for width in (768, 360):
        small = visit(f"{here}clocks/", "agent6", width=width)
        assert serious(small.page) == []
        assert not overflows(small.page)
    watched = (agent, supervisor, finance, other)
    problems = [it for one in watched for it in one.problems if "422" not in it]
    assert problems == []
    if not os.environ.get("PICTURES"):
        return
    for language in ("zh-CN", "en"):
        for dark in (False, True):
            for width in (1440, 768, 360):
                seen = visit(
                    f"{here}{'clocks/' if width < 1000 else ''}",
                    "agent5",
                    width=width,
                    dark=dark,
                    language=language,
                )
                look(seen.page, f"{language}-{width}-{'dark' if dark else 'light'}")
