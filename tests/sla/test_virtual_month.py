"""A random month by the engine and by an oracle that shares no code with it."""

import logging
from datetime import datetime

import pytest

from sla.services import verification
from sla.services.verification import Scope
from tests.sla.month import Month, tally
from tests.sla.oracle import SHANGHAI
from tests.sla.reckoning import reckoned_wrong


@pytest.mark.clause("IN-23", "IN-24", "IN-27", "IN-28", "IN-45", "IN-54")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("begin", "tickets"),
    [("2026-11-01", 80), ("2026-09-18", 50)],
    ids=["november", "around the national holidays"],
)
def test_engine_and_oracle_agree_on_every_clock_of_a_month(
    begin: str, tickets: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    month = Month(tickets, begin=datetime.fromisoformat(begin).replace(tzinfo=SHANGHAI))
    wrong = month.play()
    assert not wrong, "\n".join(wrong[:40])
    found = [
        it for piece in verification.verify(Scope(), jobs=1) for it in piece.findings
    ]
    assert found == []
    assert reckoned_wrong(at=month.end) == []
    happened = tally(month)
    for name in ("met", "missed", "cancelled", "pauses", "recomputed"):
        assert happened[name] > 0, happened
