"""From the finding to the archive at the desk: forms, cards, the bar, the lists."""

import re
from typing import Any

import pytest
from django.test import Client

from objections.models import Objection
from staff.models import User
from tests.desk.test_objection_page import ENGLISH, bar, press, where
from tests.factories import UserFactory
from tests.objections.cases import handler_of
from tests.objections.settled import (
    boss,
    concluded,
    fresh,
)
from tests.portal.conftest import picture

pytestmark = pytest.mark.django_db

OFFERED: dict[str, Any] = {
    "text": "退还一半租金，并向您致歉。",
    "measures": ["refund_rent", "apology"],
    "amount_refund_rent": "¥800",
    "note_apology": "电话致歉",
    "met_refund": "partly",
    "reason_refund": "合同约定退一半",
}


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def card(client: Client, objection: Objection) -> str:
    answer = client.get(where(objection, "context/"), headers=ENGLISH)
    assert answer.status_code == 200
    return str(answer.content.decode())


def part(client: Client, objection: Objection, name: str) -> str:
    """One card of those beside the conversation, as text."""
    shown = card(client, objection)
    found = re.search(rf'id="context-{name}".*?</section>', shown, re.DOTALL)
    assert found is not None, name
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


@pytest.mark.clause("OB-08", "OB-09", "CM-28", "CM-29", "CC-14")
def test_the_bar_leads_from_the_finding_to_the_archive(
    desk: Client, agent: User
) -> None:
    objection = concluded()
    supervisor, clerk = signed_in(boss()), handler_of("finance")
    step, shown = bar(desk, objection)
    assert (step, shown.count("btn-primary")) == ("propose", 1)
    # What it would need is said before it is proposed.
    needed = desk.get(where(objection, "approvals/"), OFFERED, headers=ENGLISH)
    assert "A supervisor" in needed.content.decode()
    assert press(desk, objection, "propose", **OFFERED).status_code == 200
    step, shown = bar(desk, objection)
    assert (step, "Approval is waited for:" in shown) == (None, True)
    assert "Take it back" in shown
    step, shown = bar(supervisor, objection)
    assert (step, "¥800.00" in shown) == ("approve", True)
    assert press(supervisor, objection, "approve").status_code == 200
    step, shown = bar(desk, objection)
    assert (step, "Silence is never an agreement." in shown) == (None, True)
    said = part(desk, objection, "proposal")
    for words in (
        *("退还一半租金", "Refund rent ¥800.00", "Apologise 电话致歉"),
        *("Together ¥800.00", "Partly met 合同约定退一半", "sent to the customer"),
    ):
        assert words in said
    given = {"accepted": "yes", "channel": "phone", "reason": "录音 8"}
    assert press(desk, objection, "answer", **given).status_code == 200
    assert "noted by 林晓" in part(desk, objection, "proposal")
    # Each department sees and does what is its own.
    theirs = signed_in(clerk)
    step, shown = bar(theirs, objection)
    assert (step, "Apologise" in shown) == ("execute", False)
    done = press(
        theirs, objection, "execute", number="1", proof="R-1", files=[picture("r.png")]
    )
    assert done.status_code == 200
    said = part(desk, objection, "actions")
    assert "1 of 2 done" in said
    assert "R-1 · r.png" in said
    link = re.search(r'href="([^"]+)" [^>]*>r\.png', card(desk, objection))
    assert link is not None
    file = desk.get(link[1])
    assert file.status_code == 200
    b"".join(file)  # reads the file to its end
    press(desk, objection, "execute", number="2", proof="电话录音 9")
    assert bar(theirs, objection)[0] is None
    assert bar(desk, objection)[0] == "tell_result"
    press(desk, objection, "tell-result", text="已退款，请查收。")
    # Who has handled it does not ask.
    step, shown = bar(desk, objection)
    assert (step, "You have handled this case" in shown) == (None, True)
    other = signed_in(UserFactory.create())
    assert bar(other, objection)[0] == "visit"
    press(other, objection, "visit", attempt="1", reached="no", text="无人接听")
    marks = {"resolved": "yes", "satisfaction": "5", "process_satisfaction": "4"}
    press(other, objection, "visit", attempt="2", reached="yes", **marks)
    said = part(desk, objection, "visits")
    for words in ("not reached attempt 1", "resolved attempt 2", "★★★★★", "★★★★☆"):
        assert words in said
    step, shown = bar(desk, objection)
    assert (step, "The customer says it is resolved" in shown) == ("archive", True)
    press(desk, objection, "archive")
    objection = fresh(objection)
    assert objection.status == "archived"
    assert f"kept until {objection.kept_until}" in bar(desk, objection)[1]
    assert f"Kept until {objection.kept_until}" in part(desk, objection, "end")
