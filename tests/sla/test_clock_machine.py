"""Any sequence of acts leaves exactly the record that a small oracle expects."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

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

from sla import detector
from sla.models import Clock, ClockEvent, Metric
from sla.services import audit, clocks
from tests.factories import AT, InquiryFactory
from tests.instants import Hand
from tests.sla.oracle import WORKING, Oracle
from tickets.models import Ticket

BUDGET = timedelta(seconds=30)
OFFSETS = (
    ("warning", timedelta(seconds=24)),
    ("breach", BUDGET),
    ("escalate", BUDGET + timedelta(minutes=30)),
    ("escalate", BUDGET + timedelta(hours=4)),
)

Line = tuple[str, int, datetime, datetime]


def steps(started_at: datetime) -> list[tuple[str, datetime]]:
    """What happens by itself, and when; at last, one working day after the deadline."""
    last = Oracle().close_of_day(
        WORKING, started_at + BUDGET, 1, working=True, asof=started_at
    )
    return [
        *((kind, started_at + offset) for kind, offset in OFFSETS),
        ("escalate", last),
    ]


@dataclass
class Story:
    """What a clock's record must say, written with lists and `if` alone."""

    started_at: datetime
    lines: list[Line] = field(default_factory=list)
    taken: int = 0
    outcome: str = ""

    def __post_init__(self) -> None:
        self.lines.append(("activate", 0, self.started_at, self.started_at))
        self.steps = steps(self.started_at)

    @property
    def missed(self) -> bool:
        return any(kind == "breach" for kind, *_ in self.lines)

    def detect(self, at: datetime) -> None:
        while not self.outcome and self.taken < len(self.steps):
            kind, instant = self.steps[self.taken]
            if instant >= at:
                return
            self.lines.append((kind, self.taken, instant, max(at, self.lines[-1][3])))
            self.taken += 1

    def end(self, at: datetime, kind: str) -> None:
        if self.outcome:
            return
        at = max(at, self.lines[-1][3])
        due_at = self.started_at + BUDGET
        if at > due_at and not self.missed:
            self.lines.append(("breach", 1, due_at, at))
        self.lines.append((kind, 0, at, at))
        kept = "met" if kind == "fulfil" else "cancelled"
        self.outcome = "missed" if self.missed else kept


class ClockMachine(RuleBasedStateMachine):
    """One ticket through its cycles, in whatever order things happen."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now = AT

    @initialize()
    def ask(self) -> None:
        inquiry = InquiryFactory.create(at=self.now)
        self.ticket = Ticket.objects.get(pk=inquiry.pk)
        self.stories = [Story(self.now)]

    @rule(
        step=st.one_of(
            st.timedeltas(timedelta(0), timedelta(seconds=40)),
            st.timedeltas(timedelta(0), timedelta(hours=5)),
        )
    )
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @rule(place=st.integers(0, len(OFFSETS)), nudge=st.integers(-1, 1))
    def time_comes_to_a_boundary(self, place: int, nudge: int) -> None:
        _, instant = self.stories[-1].steps[place]
        self.now = max(self.now, instant + timedelta(microseconds=nudge))

    @rule()
    def detect(self) -> None:
        detector.sweep(clock=Hand(self.now))
        # A second one, whose clock is a little behind, finds nothing left.
        late = Hand(self.now - timedelta(milliseconds=50))
        assert detector.sweep(clock=late).claimed == 0
        for story in self.stories:
            story.detect(self.now)

    @rule(behind=st.timedeltas(timedelta(0), timedelta(seconds=2)))
    def stop(self, behind: timedelta) -> None:
        """An act may have been read a moment before it is served."""
        clocks.stop(self.ticket, Metric.FIRST_REPLY, at=self.now - behind, by=None)
        self.stories[-1].end(self.now - behind, "fulfil")

    @rule()
    def cancel(self) -> None:
        reason = clocks.CancelReason.MERGED
        clocks.cancel_all(self.ticket, reason=reason, at=self.now, by=None)
        self.stories[-1].end(self.now, "cancel")

    @rule()
    def start_again_within_the_cycle(self) -> None:
        clocks.start(self.ticket, Metric.FIRST_REPLY, at=self.now)

    @precondition(lambda self: self.stories[-1].outcome)
    @rule()
    def reopen(self) -> None:
        self.ticket.cycle += 1
        self.ticket.save(update_fields=["cycle"])
        clocks.start(self.ticket, Metric.FIRST_REPLY, at=self.now)
        self.stories.append(Story(self.now))

    @invariant()
    def the_record_is_what_the_oracle_expects(self) -> None:
        rows = list(Clock.objects.filter(ticket=self.ticket).order_by("cycle"))
        assert len(rows) == len(self.stories)
        for clock, story in zip(rows, self.stories, strict=True):
            lines = ClockEvent.objects.filter(clock=clock).order_by("pk")
            found = [
                (line.kind, line.step, line.at, line.recorded_at) for line in lines
            ]
            assert found == story.lines
            assert clock.outcome == story.outcome
            assert audit.problems(clock) == []

    @invariant()
    def the_list_sorts_by_the_deadline_that_runs(self) -> None:
        last = self.stories[-1]
        expected = None if last.outcome else last.started_at + BUDGET
        self.ticket.refresh_from_db()
        assert self.ticket.next_due_at == expected

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)


@pytest.mark.django_db
def test_whatever_happens_the_record_is_what_the_oracle_expects() -> None:
    run_state_machine_as_test(
        ClockMachine,
        settings=settings(
            max_examples=20,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
