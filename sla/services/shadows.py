"""A draft's rule in the shadow: it watches the live rule's clocks, and only records.

What it would have promised differs from the live promise in nothing but the deadline,
so it needs no clock of its own: the live clock's start, pauses and end are its own too.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from sla import what_if as arithmetic
from sla.ledger import microseconds
from sla.models import (
    Clock,
    ClockQuerySet,
    Compare,
    Outcome,
    PolicyVersion,
    ShadowEnd,
    ShadowRecord,
    ShadowRun,
    Target,
)
from sla.promise import Terms
from sla.services import lives, rules, versions, what_if
from sla.services.lives import Record
from sla.services.what_if import ASKED, moment
from sla.what_if import NEVER, Verdict
from staff.models import User

logger = logging.getLogger(__name__)

BATCH: Final = 5_000
# A clock may be told of later than it started; none is told of so late.
TOLD_WITHIN: Final = timedelta(days=1)
LONGEST_PROBLEM: Final = 300
OUTCOMES: Final = {
    Verdict.KEPT: Outcome.MET,
    Verdict.MISSED: Outcome.MISSED,
    Verdict.CANCELLED: Outcome.CANCELLED,
}
MISSED: Final = Q(outcome=Outcome.MISSED)
WOULD_BE_MISSED: Final = Q(would_be=Outcome.MISSED)


# --- On and off -----------------------------------------------------------------------


@transaction.atomic
def switch_on(target: Target, *, by: User, at: datetime) -> ShadowRun:
    """Let a draft's rule watch every clock that the live rule starts from now on.

    The rule as it stands now is copied. One that is on stays as it is. Raises
    ValidationError where there is no live rule for the same cases, NotAllowed,
    IllegalStep.
    """
    version = versions.editable(target.version, by=by)
    rule = version.targets.select_related("calendar").get(pk=target.pk)
    known = version.shadows.on().filter(code=rule.code).first()
    if known is not None:
        return known
    if reason := obstacle(rule, at=at):
        raise ValidationError(reason)
    return ShadowRun.objects.create(
        policy_id=version.policy_id,
        version=version,
        version_number=version.number,
        began_at=at,
        began_by=by,
        **{name: getattr(rule, name) for name in COPIED},
    )


COPIED: Final = ("code", "name_zh", "name_en", "metric", "compare", *ASKED)


def switch_off(run: ShadowRun, *, by: User, at: datetime) -> None:
    """Let it watch no new clock; those that it has seen start are still recorded.

    Twice does nothing more. Raises NotAllowed.
    """
    versions.check_rights(by)
    runs = ShadowRun.objects.filter(pk=run.pk)
    runs.end(at=at, by=by, why=ShadowEnd.SWITCHED_OFF)


def obstacle(rule: Target, *, at: datetime) -> str:
    """Why a draft's rule cannot run in the shadow; nothing if it can."""
    live = live_rule(rule, at=at)
    if live is None:
        return _("No rule with this code is in force that it could run beside.")
    if (live.metric, live.conditions) != (rule.metric, rule.conditions):
        return _("It holds for other cases than the rule in force.")
    if not rule.enabled:
        return _("It is switched off in the draft.")
    same = (*ASKED, "compare")
    if all(getattr(live, name) == getattr(rule, name) for name in same):
        return _("It promises the same as the rule in force.")
    if rule.calendar and rule.calendar.code not in rules.rulebook(at=at).calendars:
        return _("No version of this calendar is in force.")
    return ""


def live_rule(rule: Target, *, at: datetime) -> Target | None:
    """The rule in force of the same policy and code."""
    policy = rule.version.policy_id
    known = rules.rulebook(at=at).targets()
    found = (it for it in known if it.code == rule.code)
    return next((it for it in found if it.version.policy_id == policy), None)


# --- Recording ------------------------------------------------------------------------


def observe(*, at: datetime) -> int:
    """Record every clock that was decided since; how many. Harmless when run twice."""
    return sum(_observe(run, at=at) for run in ShadowRun.objects.unfinished())


def _observe(run: ShadowRun, *, at: datetime) -> int:
    recorded, reached = 0, 0
    try:
        while found := _decided(run, at=at, after=reached):
            reached = found[-1].pk
            for target_id, keys in _by_target(found).items():
                record = lives.read(Clock.objects.filter(pk__in=keys), at=at)
                rows = list(_rows(run, record, target_id, at=at))
                ShadowRecord.objects.bulk_create(rows, ignore_conflicts=True)
                recorded += len(rows)
    except ValidationError as error:
        _remember_problem(run, error)
        return recorded
    oldest = waiting(run, at=at).aggregate(at=Min("started_at"))["at"]
    facts: dict[str, Any] = {
        "undecided_since": max(run.began_at, (oldest or at) - TOLD_WITHIN),
        "problem": "",
    }
    if run.ended_at is not None and oldest is None:
        facts["finished_at"] = at
    ShadowRun.objects.filter(pk=run.pk, finished_at=None).update(**facts)
    return recorded


def _remember_problem(run: ShadowRun, error: ValidationError) -> None:
    """Keep why a run goes on no more, for its page; it is logged once."""
    problem = " ".join(error.messages)[:LONGEST_PROBLEM]
    if (
        ShadowRun.objects.filter(pk=run.pk)
        .exclude(problem=problem)
        .update(problem=problem)
    ):
        logger.error("shadow run %d cannot be reckoned: %s", run.pk, problem)


def watched(run: ShadowRun, *, at: datetime) -> ClockQuerySet:
    """The clocks of the live rule that started while it was on.

    Those that go on with the time left of an earlier one keep what they had.
    """
    end = at if run.ended_at is None else run.ended_at
    return Clock.objects.filter(
        target__in=what_if.targets_of(run.code, policy_id=run.policy_id),
        started_at__gte=run.began_at,
        started_at__lt=end,
        continues=None,
    )


def waiting(run: ShadowRun, *, at: datetime) -> ClockQuerySet:
    """Those that are not recorded yet.

    It looks no further back than there can be one, however long the run has watched.
    """
    records = ShadowRecord.objects.filter(run=run, clock=OuterRef("pk"))
    found = watched(run, at=at).filter(~Exists(records))
    if run.undecided_since is None:
        return found
    return found.filter(started_at__gte=run.undecided_since)


def _decided(run: ShadowRun, *, at: datetime, after: int) -> Sequence[Clock]:
    """The next clocks that have ended or are overdue: their keys and targets."""
    over = Q(stopped_at__isnull=False) | Q(due_at__lt=at)
    found = waiting(run, at=at).filter(over, pk__gt=after).order_by("pk")
    return list(found.only("pk", "target_id")[:BATCH])


def _by_target(clocks: Sequence[Clock]) -> dict[int, list[int]]:
    """The keys of clocks by the version of the rule that each has."""
    found: dict[int, list[int]] = defaultdict(list)
    for clock in clocks:
        found[clock.target_id].append(clock.pk)
    return found


def _rows(
    run: ShadowRun, record: Record, target_id: int, *, at: datetime
) -> Iterator[ShadowRecord]:
    """What is decided for both: the clock has ended, or both deadlines are over.

    All these clocks have one version of the live rule, whose warnings count.
    """
    limit = rules.length(run, run.budget)
    live = rules.terms_of(rules.published_target(target_id))
    terms = Terms(limit, live.warn_at, live.ladder)
    due, counted_on = what_if.reckon(record, terms)
    strict = run.compare == Compare.BEFORE
    now = arithmetic.verdicts(record.lives, due, strict=strict, at=microseconds(at))
    flagged = arithmetic.guesses(record.lives, due, counted_on)
    both_missed = (record.verdict == Verdict.MISSED) & (now == Verdict.MISSED)
    decided = (record.lives.ended != NEVER) | both_missed
    for place in decided.nonzero()[0].tolist():
        yield ShadowRecord(
            run=run,
            clock_id=int(record.keys[place]),
            started_at=moment(record.lives.started[place]),
            due_at=moment(record.due[place]),
            outcome=OUTCOMES[Verdict(int(record.verdict[place]))],
            would_be_due_at=moment(due[place]),
            would_be=OUTCOMES[Verdict(int(now[place]))],
            flagged=bool(flagged[place]),
            recorded_at=at,
        )


# --- Reading --------------------------------------------------------------------------


@dataclass(frozen=True)
class Day:
    """The recorded clocks that started on one day; None: on all of them."""

    day: date | None
    clocks: int
    missed: int
    would_be_missed: int

    @property
    def change(self) -> int:
        return self.would_be_missed - self.missed


@dataclass(frozen=True)
class Watch:
    """What a run has seen so far."""

    total: Day
    days: Sequence[Day]
    newly_missed: int
    newly_kept: int
    guessed: int
    waiting: int


COUNTS: Final[dict[str, Any]] = {
    "clocks": Count("pk"),
    "missed": Count("pk", filter=MISSED),
    "would_be_missed": Count("pk", filter=WOULD_BE_MISSED),
}


def watch(run: ShadowRun, *, at: datetime) -> Watch:
    """The figures of a run; four questions."""
    total = run.records.aggregate(
        **COUNTS,
        newly_missed=Count("pk", filter=WOULD_BE_MISSED & ~MISSED),
        newly_kept=Count("pk", filter=MISSED & ~WOULD_BE_MISSED),
        guessed=Count("pk", filter=Q(flagged=True)),
    )
    by_day: Any = (
        run.records.annotate(day=TruncDate("started_at"))
        .values("day")
        .annotate(**COUNTS)
        .order_by("day")
    )
    return Watch(
        total=Day(None, *(total[name] for name in COUNTS)),
        days=[Day(row["day"], *(row[name] for name in COUNTS)) for row in by_day],
        newly_missed=total["newly_missed"],
        newly_kept=total["newly_kept"],
        guessed=total["guessed"],
        waiting=waiting(run, at=at).count(),
    )


def newly_missed(run: ShadowRun) -> Any:
    """The records of clocks that only the draft's rule would have missed."""
    found = run.records.filter(WOULD_BE_MISSED & ~MISSED)
    return found.select_related("clock__ticket").order_by("pk")


def runs_of(version: PolicyVersion) -> dict[str, ShadowRun]:
    """The rules of a draft that are in the shadow now, by code."""
    return {run.code: run for run in version.shadows.on()}
