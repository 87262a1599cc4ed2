"""The promises that fell due within a span, counted by hour, rule and who owed them.

Told by clocks, their pauses and the histories of tickets alone, so that it comes out
the same whenever it is reckoned, as long as nothing has happened to these clocks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
from django.db.models import BigIntegerField, Case, F, OuterRef, Q, Subquery, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Least
from django.db.models.query import QuerySet

from figures.hours import Span, hour_of
from figures.models import PromiseHour
from sla.business_time_many import ManyTimes, Whole
from sla.metrics import (
    OWED_BY_DEPARTMENT,
    OWED_BY_HOLDER,
    OWED_BY_SUBJECT,
    Metric,
)
from sla.models import Clock, ClockStatus, Outcome, Pause
from sla.promise import AROUND_THE_CLOCK
from sla.services.rules import compiled
from sla.services.standing import DatedCalendars
from sla.wall_clock import EPOCH
from staff.models import Department
from tickets.models import Event, Verb

MICROSECOND: Final = EPOCH.resolution
MILLISECOND: Final = 1000
# Answers for whatever no department owes.
DESK: Final = "customer_service"


class Row(NamedTuple):
    """What is read of a clock."""

    pk: int
    due_at: datetime
    policy_id: int
    rule: str
    metric: str
    channel_id: int
    subject: str
    holder_id: int | None
    handed_to: str | None
    status: str
    outcome: str
    started_at: datetime
    stopped_at: datetime | None
    promised_at: datetime
    unit: str
    calendar: str | None


class Key(NamedTuple):
    """What the promises of one row of figures have in common."""

    hour: datetime
    policy_id: int
    rule: str
    metric: str
    channel_id: int
    department_id: int
    holder_id: int | None


@dataclass
class Tally:
    """What one row of figures will say."""

    due: int = 0
    met: int = 0
    still_open: int = 0
    took_ms: list[int] = field(default_factory=list)


def tallied(span: Span, *, at: datetime) -> list[PromiseHour]:
    """The rows of a span, not yet saved; three queries and one for each calendar."""
    rows = [
        Row(*it) for it in _read(Clock.objects.fell_due(span.since, span.until, at=at))
    ]
    took = dict(_took(rows))
    departments = dict(Department.objects.values_list("code", "pk"))
    tallies: dict[Key, Tally] = {}
    for row in rows:
        key = Key(
            hour_of(row.due_at),
            row.policy_id,
            row.rule,
            row.metric,
            row.channel_id,
            departments.get(owing_department(row), departments[DESK]),
            row.holder_id,
        )
        tally = tallies.setdefault(key, Tally())
        tally.due += 1
        tally.met += row.outcome == Outcome.MET
        tally.still_open += row.stopped_at is None
        if row.pk in took:
            tally.took_ms.append(took[row.pk])
    return [
        PromiseHour(
            **key._asdict(),
            due=tally.due,
            met=tally.met,
            still_open=tally.still_open,
            took_ms=sorted(tally.took_ms),
        )
        for key, tally in tallies.items()
    ]


def owing_department(row: Row) -> str:
    """The code of the department that has promised."""
    if row.metric in OWED_BY_SUBJECT:
        return row.subject.split("/")[0]
    if row.metric in OWED_BY_HOLDER:
        return row.handed_to or DESK
    return OWED_BY_DEPARTMENT.get(Metric(row.metric), DESK)


def owed_by(code: str) -> Q:
    """Those of the clocks `with_debtors` that a department has promised."""
    mine = [str(it) for it, owes in OWED_BY_DEPARTMENT.items() if owes == code]
    named = Q(subject=code) | Q(subject__startswith=f"{code}/")
    owed = (
        Q(metric__in=mine)
        | Q(metric__in=OWED_BY_SUBJECT) & named
        | Q(metric__in=OWED_BY_HOLDER, handed_to=code)
    )
    if code != DESK:
        return owed
    others = [*OWED_BY_DEPARTMENT, *OWED_BY_SUBJECT, *OWED_BY_HOLDER]
    return owed | ~Q(metric__in=others) | Q(metric__in=OWED_BY_HOLDER, handed_to=None)


def with_debtors(clocks: QuerySet[Clock]) -> QuerySet[Any]:
    """Clocks with their `holder` and, of an investigation, whom it was `handed_to`."""
    return clocks.annotate(
        counts_at=Least("due_at", Coalesce("stopped_at", "due_at"))
    ).annotate(holder=_holder(), handed_to=Subquery(_handed_to()))


def _read(clocks: QuerySet[Clock]) -> Iterable[Any]:
    return (
        with_debtors(clocks)
        .order_by()
        .values_list(
            *("pk", "due_at", "target__version__policy_id", "target__code"),
            *("metric", "ticket__channel_id", "subject", "holder", "handed_to"),
            *("status", "outcome", "started_at", "stopped_at", "promised_at"),
            *("target__unit", "target__calendar__code"),
        )
    )


def _holder() -> Case:
    """Who had the ticket when it counted; of a department's promise, who saw to it."""
    given = (
        Event.objects.filter(
            ticket=OuterRef("ticket"),
            verb__in=(Verb.TAKEN, Verb.ASSIGNED),
            at__lte=OuterRef("counts_at"),
        )
        .annotate(about=KT("data__subject"))
        .annotate(
            person=Case(
                When(verb=Verb.TAKEN, then=F("actor_id")),
                default=Cast(KT("data__to"), BigIntegerField()),
            )
        )
        .order_by("-sequence")
        .values("person")
    )
    return Case(
        When(
            metric__in=[*OWED_BY_DEPARTMENT, *OWED_BY_SUBJECT],
            then=Subquery(given.filter(about=OuterRef("subject"))[:1]),
        ),
        default=Subquery(given.filter(about__isnull=True)[:1]),
    )


def _handed_to() -> QuerySet[Any]:
    """The leading department at the time, of an objection that was handed off."""
    return (
        Event.objects.filter(
            ticket=OuterRef("ticket"),
            verb=Verb.OBJECTION_HANDED_OFF,
            at__lte=OuterRef("counts_at"),
        )
        .order_by("-sequence")
        .annotate(first=KT("data__departments__0"))
        .values("first")[:1]
    )


def _took(rows: Sequence[Row]) -> Iterable[tuple[int, int]]:
    """How long each that was done took, in whole milliseconds, by its clock."""
    ended = [it for it in rows if it.status == ClockStatus.STOPPED]
    pauses = _pauses(ended)
    dated = DatedCalendars()
    counted: dict[int | None, list[Row]] = {}
    for row in ended:
        version = None
        if row.unit not in AROUND_THE_CLOCK and row.calendar is not None:
            version = dated.at(row.promised_at).version_ids[row.calendar]
        counted.setdefault(version, []).append(row)
    for version, alike in counted.items():
        calendar = None if version is None else ManyTimes(compiled(version))
        whole = _elapsed(calendar, [(it.started_at, it.stopped_at) for it in alike])
        held = [(it.pk, *pause) for it in alike for pause in pauses.get(it.pk, ())]
        waited = _elapsed(calendar, [(begin, end) for _pk, begin, end in held])
        out: dict[int, int] = {}
        for (pk, _begin, _end), length in zip(held, waited.tolist(), strict=True):
            out[pk] = out.get(pk, 0) + length
        for row, length in zip(alike, whole.tolist(), strict=True):
            yield row.pk, (length - out.get(row.pk, 0)) // MILLISECOND


def _pauses(ended: Sequence[Row]) -> Mapping[int, list[tuple[datetime, datetime]]]:
    """The pauses of clocks, each cut where its clock ended."""
    ends = {row.pk: row.stopped_at for row in ended}
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    rows = Pause.objects.filter(clock__in=ends).values_list(
        *("clock_id", "paused_at", "resumed_at")
    )
    for pk, paused_at, resumed_at in rows:
        end = ends[pk]
        if end is not None:
            until = min(resumed_at or end, end)
            found.setdefault(pk, []).append((min(paused_at, until), until))
    return found


def _elapsed(calendar: ManyTimes | None, spans: Sequence[tuple[Any, Any]]) -> Whole:
    """The time of each span as a promise counts it, in microseconds."""
    begins = _instants(begin for begin, _end in spans)
    ends = _instants(end for _begin, end in spans)
    return ends - begins if calendar is None else calendar.elapsed(begins, ends)


def _instants(moments: Iterable[datetime]) -> Whole:
    return np.array([(it - EPOCH) // MICROSECOND for it in moments], dtype=np.int64)
