"""Acts at the very deadline against two detectors: no clock contradicts itself.

Everything runs in processes of its own, on real PostgreSQL, without the lock that keeps
detectors apart.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from bench import crowd
from sla import detector
from sla.models import Clock, ClockEvent, Metric, Pause
from sla.services import audit, clocks, pauses
from tests.policies import draft
from tests.sla.racing import (
    Act,
    Work,
    carry_out,
    detect,
    detect_together,
    processes,
    rouse,
)
from tickets.models import Ticket

# `./shoushi torture` asks for more.
TIMES = int(os.environ.get("TORTURE_RACES", "1"))
CLOCKS = 120 * TIMES
PAUSING = 60 * TIMES
# On a busy machine one side may come too late every time; then there was no race.
ATTEMPTS = 5
LEAD = timedelta(seconds=1.5)
APART = timedelta(milliseconds=20)
CLOSE = timedelta(milliseconds=4)
ACTORS = 4
SPREAD_MS = 20
MILLISECOND = timedelta(milliseconds=1)
REASON = "awaiting_evidence"
INVESTIGATION = Metric.INVESTIGATION
FIRST_REPLY = Metric.FIRST_REPLY
FACTS = {"type": "fee"}
PROMISE, ALLOWED = timedelta(seconds=6), timedelta(milliseconds=200)


def nudge(dice: random.Random, attempt: int) -> timedelta:
    """Up to 20 ms before or after an instant; more where everybody comes late."""
    spread = SPREAD_MS * 3**attempt
    return dice.uniform(-spread, spread) * MILLISECOND


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - chance, not secrecy


def race(acts: Sequence[Act], watchers: Sequence[Work]) -> None:
    """All acts, shared by several processes, against those that look all the time."""
    ordered = sorted(acts, key=lambda act: act[0])
    plans = [ordered[place::ACTORS] for place in range(ACTORS)]
    with (
        processes(watchers, finish=True),
        processes([(carry_out, (plan,)) for plan in plans]),
    ):
        pass


def both_sides_win(play: Callable[[int], Counter[str]], sides: Sequence[str]) -> None:
    """Race until each side has won now and then; else it would prove nothing."""
    won = Counter[str]()
    for attempt in range(ATTEMPTS):
        won += play(attempt)
        no_clock_contradicts_itself()
        if min(won[side] for side in sides) > won.total() / 50:
            return
    raise AssertionError(f"no race: {won}")


def no_clock_contradicts_itself() -> None:
    # Two detectors that took one step both would each find a bad row.
    assert not Clock.objects.set_aside().exists()
    for clock in Clock.objects.prefetch_related("events", "pauses"):
        assert audit.problems(clock) == []
    lines = ClockEvent.objects.filter(kind="breach").values_list("clock_id", flat=True)
    breaches = Counter(lines)
    assert set(breaches.values()) <= {1}
    missed = Clock.objects.filter(breached_at__isnull=False)
    assert set(breaches) == set(missed.values_list("pk", flat=True))


# --- Answers --------------------------------------------------------------------------


def questions(attempt: int, *, apart: timedelta = APART) -> list[tuple[int, datetime]]:
    """Tickets whose first replies fall due one after another, soon."""
    first_due = datetime.now(UTC) + LEAD
    prefix = f"RACE{attempt}N"
    crowd.add(CLOCKS, prefix=prefix, first_due=first_due, apart=apart, warned=False)
    clocks = Clock.objects.filter(ticket__number__startswith=prefix).order_by("due_at")
    return list(clocks.values_list("ticket_id", "due_at"))


@pytest.mark.parametrize(
    ("verb", "watch", "apart"),
    [
        ("stop", detect, APART),
        ("cancel", detect, APART),
        ("stop", detect_together, CLOSE),
    ],
)
def test_answers_at_the_deadline_race_two_detectors(
    transactional_db: None, verb: str, watch: Callable[..., None], apart: timedelta
) -> None:
    more = {"metric": FIRST_REPLY} if verb == "stop" else {}
    kept = "met" if verb == "stop" else "cancelled"

    def play(attempt: int) -> Counter[str]:
        dice = chance(attempt)
        asked = questions(attempt, apart=apart)
        acts = [
            (due + nudge(dice, attempt), ticket, verb, more) for ticket, due in asked
        ]
        race(acts, [(watch, ()), (watch, ())])
        outcomes = Counter[str]()
        for clock in Clock.objects.filter(ticket__in=[ticket for ticket, _ in asked]):
            assert clock.stopped_at is not None
            late = clock.stopped_at > clock.due_at
            assert clock.outcome == ("missed" if late else kept)
            assert (clock.breached_at is not None) == late
            outcomes[clock.outcome] += 1
        assert outcomes.total() == CLOCKS
        return outcomes

    both_sides_win(play, [kept, "missed"])


def test_late_word_races_two_detectors(transactional_db: None) -> None:
    """Word at the deadline of what happened a moment before or after it."""

    def play(attempt: int) -> Counter[str]:
        dice = chance(attempt)
        acts: list[Act] = []
        said: dict[int, datetime] = {}
        for ticket, due in questions(attempt):
            occurred = said[ticket] = due + nudge(dice, attempt) / 4
            more = {"metric": FIRST_REPLY, "occurred": occurred}
            acts.append(
                (max(due + nudge(dice, attempt), occurred), ticket, "word", more)
            )
        race(acts, [(detect, ()), (detect, ())])
        outcomes = Counter[str]()
        for clock in Clock.objects.filter(ticket__in=said):
            assert clock.stopped_at == said[clock.ticket_id]
            in_time = clock.stopped_at <= clock.due_at
            assert clock.outcome == ("met" if in_time else "missed")
            noticed = in_time and clock.breached_at is not None
            assert (clock.revoked_at is not None) == noticed
            outcomes["revoked" if noticed else clock.outcome] += 1
        return outcomes

    both_sides_win(play, ["met", "revoked", "missed"])


# --- Pauses ---------------------------------------------------------------------------


def short_terms() -> None:
    """A promise of moments that may pause for moments, in force from now on."""
    wall = {"unit": "wall", "days": None, "calendar": None}
    version = draft(OB_INVESTIGATE_FEE=wall | {"budget": PROMISE})
    rule = version.pause_rules.get(code=REASON)
    rule.unit, rule.limit, rule.days, rule.calendar = "wall", ALLOWED, None, None
    rule.save()
    version.published_at = version.effective_from = datetime.now(UTC)
    version.save()


def investigations(attempt: int) -> list[tuple[int, datetime]]:
    """Tickets whose investigations fall due one after another, once all have begun."""
    first = datetime.now(UTC)
    prefix = f"RACE{attempt}N"
    far = first + timedelta(days=1)
    crowd.add(PAUSING, prefix=prefix, first_due=far, warned=False)
    begun = []
    tickets = Ticket.objects.filter(number__startswith=prefix).order_by("pk")
    for place, ticket in enumerate(tickets):
        at = first + place * APART
        with transaction.atomic():
            clocks.start(ticket, INVESTIGATION, at=at, facts=FACTS)
        begun.append((ticket.pk, at + PROMISE))
    return begun


def test_pauses_at_the_deadline_race_detectors_and_their_own_end(
    transactional_db: None,
) -> None:
    """Pause at the deadline; then resume or stop at the end of the time allowed."""
    short_terms()

    def play(attempt: int) -> Counter[str]:
        dice = chance(attempt)
        acts: list[Act] = []
        metric = {"metric": INVESTIGATION}
        pausing = metric | {"reason": REASON}
        endings: list[tuple[str, dict[str, Any]]] = [
            ("stop", metric),
            ("pause", pausing),
        ]
        begun = investigations(attempt)
        for ticket, due in begun:
            paused = due + nudge(dice, attempt)
            ended = paused + ALLOWED + nudge(dice, attempt)
            last = ended + max(due - paused, timedelta(0)) + nudge(dice, attempt)
            verb = dice.choice(["resume", "stop"])
            acts.append((paused, ticket, "pause", pausing))
            acts.append((ended, ticket, verb, metric))
            acts.append((last, ticket, *dice.choice(endings)))
        race(acts, [(detect, ()), (detect, ()), (rouse, ()), (rouse, ())])
        time.sleep(ALLOWED.total_seconds())
        pauses.resume_overdue(at=datetime.now(UTC))
        detector.sweep(clock=lambda: datetime.now(UTC))
        assert not Clock.objects.filter(status="paused").exists()
        sides = Counter[str]()
        mine = Pause.objects.filter(clock__ticket__in=[ticket for ticket, _ in begun])
        for pause in mine.select_related("clock"):
            assert pause.resumed_at is not None
            assert pause.resumes_at is not None
            assert pause.paused_at <= pause.resumed_at <= pause.resumes_at
            by_itself = pause.resumed_at == pause.resumes_at
            in_time = pause.paused_at < pause.clock.started_at + PROMISE
            sides["ended by itself" if by_itself else "ended by hand"] += 1
            sides["paused in time" if in_time else "paused too late"] += 1
        return sides

    both_sides_win(
        play,
        ["ended by itself", "ended by hand", "paused in time", "paused too late"],
    )
