"""Any sequence of acts, terms and calendars: the engine does what the oracle expects.

The oracle shares no code with the engine. After every step each clock is compared with
it, its record is replayed, and the desk's list sorts by the right deadline.
"""

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sla.models import Clock
from sla.services import audit
from staff.models import Role
from tests.factories import InquiryFactory, UserFactory
from tests.instants import local
from tests.sla.month import compare
from tests.sla.oracle import SERVICE, WORKING, Oracle, Refused
from tests.sla.player import Engine
from tickets.models import Ticket

# `./shoushi torture` asks for more.
EXAMPLES = int(os.environ.get("TORTURE_EXAMPLES", "12"))
MICROSECOND = timedelta(microseconds=1)
METRICS = ("first_reply", "ring", "handoff", "investigation", "total")
PAUSING = ("investigation", "total")
CONTINUING = ("total",)
# A Friday, so that weekends and adjusted days come soon.
START = local("2026-11-20 15:00")

CHANGES: list[dict[str, Any]] = [
    {"OB_INVESTIGATE_FEE": {"days": 3}, "OB_TOTAL": {"days": 1}},
    {"OB_INVESTIGATE_FEE": {"days": 1, "warns": False}},
    {"IN_FIRST_REPLY": {"amount": timedelta(seconds=5)}, "OB_TOTAL": {"days": 5}},
    {"OB_HANDOFF": {"amount": timedelta(hours=3), "warns": False}},
    {"OB_HANDOFF": {"amount": timedelta(hours=1), "warns": True}},
    {"OB_TOTAL_URGENT": {"amount": timedelta(hours=7)}},
]
SAYINGS: list[Any] = ["holiday", "worked", (12, 14)]

metrics = st.sampled_from(METRICS)
steps_of_time = st.one_of(
    st.timedeltas(timedelta(0), timedelta(seconds=40)),
    st.timedeltas(timedelta(0), timedelta(hours=13)),
    st.timedeltas(timedelta(0), timedelta(days=4)),
)


class PromiseMachine(RuleBasedStateMachine):
    """One ticket with all that can happen to it, in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now = START
        self.cycle = 1
        self.published = 0

    @initialize()
    def ask(self) -> None:
        self.ticket: int = InquiryFactory.create(at=self.now).pk
        self.oracle = Oracle()
        self.engine = Engine(UserFactory.create(role=Role.MANAGER))
        self.facts = {"channel": "web_chat", "kind": "inquiry"}
        self.oracle.start(
            self.ticket, "first_reply", at=self.now, cycle=1, facts=self.facts
        )

    def both(self, verb: str, *args: Any, **more: Any) -> None:
        """The same for both; what one refuses, the other must refuse, too."""
        refused = []
        for player in (self.oracle, self.engine):
            try:
                getattr(player, verb)(*args, **more)
            except Refused:
                refused.append(player)
        assert len(refused) != 1, f"only {refused[0]} refuses"

    def known(self) -> list[Any]:
        return self.oracle.by_ticket[self.ticket]

    def unfinished(self) -> list[Any]:
        return [it for it in self.known() if it["state"] in ("running", "paused")]

    # --- Time -------------------------------------------------------------------------

    @rule(step=steps_of_time)
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @precondition(lambda self: self.unfinished())
    @rule(data=st.data(), nudge=st.integers(-1, 1))
    def time_comes_to_a_boundary(self, data: Any, nudge: int) -> None:
        instants: list[datetime] = []
        for it in self.unfinished():
            instants += [it["due"], *([it["warns"]] if it["warns"] else [])]
            if it["state"] == "paused":
                instants.append(it["pauses"][-1]["limit"])
        coming = sorted(at for at in instants if at > self.now)
        if coming:
            self.now = data.draw(st.sampled_from(coming)) + nudge * MICROSECOND

    @rule()
    def detect(self) -> None:
        self.both("look", at=self.now)

    @rule()
    def rouse(self) -> None:
        self.both("rouse", at=self.now)

    # --- What people do ---------------------------------------------------------------

    @rule(
        metric=metrics,
        kind=st.sampled_from(["fee", "quality", "contract"]),
        severity=st.sampled_from(["normal", "major", "urgent"]),
    )
    def start(self, metric: str, kind: str, severity: str) -> None:
        if metric in {it["metric"] for it in self.unfinished()} - {*CONTINUING}:
            return
        facts = self.facts | {"type": kind, "severity": severity}
        self.both(
            "start", self.ticket, metric, at=self.now, cycle=self.cycle, facts=facts
        )

    @rule(metric=metrics)
    def stop(self, metric: str) -> None:
        self.both("stop", self.ticket, metric, at=self.now)

    @rule(
        metric=st.sampled_from([*PAUSING, "handoff"]),
        reason=st.sampled_from(["awaiting_evidence", "awaiting_evidence", "lunch"]),
    )
    def pause(self, metric: str, reason: str) -> None:
        self.both("pause", self.ticket, metric, reason=reason, at=self.now)

    @rule(metric=st.sampled_from(PAUSING))
    def resume(self, metric: str) -> None:
        self.both("resume", self.ticket, metric, at=self.now)

    @rule()
    def cancel(self) -> None:
        self.both("cancel", self.ticket, at=self.now)

    @rule()
    def reopen(self) -> None:
        self.cycle += 1

    @rule(data=st.data(), nudge=st.integers(-1, 1), back=steps_of_time)
    def word_comes_late(self, data: Any, nudge: int, back: timedelta) -> None:
        it = data.draw(st.sampled_from(self.known()))
        occurred = self.now - back
        if data.draw(st.booleans()):
            occurred = min(it["due"] + nudge * MICROSECOND, self.now)
        self.both("word", self.ticket, it["metric"], occurred=occurred, at=self.now)

    @rule(severity=st.sampled_from(["normal", "major", "urgent"]))
    def reclassify(self, severity: str) -> None:
        facts = {"severity": severity}
        self.both("reclassify", self.ticket, "total", facts=facts, at=self.now)

    # --- What the office does ---------------------------------------------------------

    @precondition(lambda self: self.published < 4)
    @rule(changes=st.sampled_from(CHANGES))
    def publish(self, changes: dict[str, Any]) -> None:
        self.both("publish", self.now, **changes)
        self.published += 1

    @precondition(lambda self: self.published < 4)
    @rule(
        calendar=st.sampled_from([SERVICE, WORKING]),
        ahead=st.integers(0, 6),
        saying=st.sampled_from(SAYINGS),
    )
    def declare(self, calendar: str, ahead: int, saying: Any) -> None:
        day = (self.now + timedelta(days=ahead)).date()
        self.both("declare", self.now, {(calendar, day): saying})
        self.published += 1

    @precondition(lambda self: self.published)
    @rule()
    def roll_out(self) -> None:
        self.both("roll_out", at=self.now)

    # --- What must hold ---------------------------------------------------------------

    @invariant()
    def every_clock_is_what_the_oracle_expects(self) -> None:
        assert compare(self.oracle) == []

    @invariant()
    def every_record_bears_its_clock_out(self) -> None:
        for clock in Clock.objects.prefetch_related("events", "pauses"):
            assert audit.problems(clock) == []

    @invariant()
    def the_list_sorts_by_the_earliest_deadline_that_runs(self) -> None:
        running = [it["due"] for it in self.known() if it["state"] == "running"]
        found = Ticket.objects.get(pk=self.ticket).next_due_at
        assert found == min(running, default=None)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)


@pytest.mark.django_db
def test_whatever_happens_the_engine_does_what_the_oracle_expects() -> None:
    run_state_machine_as_test(
        PromiseMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
