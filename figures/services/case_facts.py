"""What happened to cases within a span, counted by hour: from their histories alone."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.query import QuerySet

from figures.cases import CaseFigure
from figures.hours import Span, hour_of
from figures.models import CaseHour
from inquiries.repeats import REPEAT_WINDOW
from objections.models import Closure, ReturnVisit
from tickets.models import Event, Ticket, Verb

SATISFIED_FROM: Final = 4  # stars, out of five
# What shows that more than one contact was needed before an inquiry was closed.
MORE_THAN_ONE_CONTACT: Final = (
    Verb.CHECKING_ANNOUNCED,
    Verb.CALLBACK_TRIED,
    Verb.CALLBACK_DONE,
    Verb.CONTRACT_CHANGE_ASKED,
    Verb.FAULT_REPORTED,
    Verb.MISSED,
    Verb.REOPENED,
)
AGREED: Final = Q(verb=Verb.CLOSED) | Q(
    verb=Verb.OBJECTION_CLOSED, data__how=Closure.CONFIRMED.value
)

# Kind, channel, who did it, when, how many stars.
Fact = tuple[str, int, int | None, datetime, int]


def tallied(span: Span, *, at: datetime) -> list[CaseHour]:
    """The rows of a span, not yet saved; a constant number of queries."""
    span = Span(span.since, min(span.until, at))
    counts: Counter[tuple[Any, ...]] = Counter()
    totals: Counter[tuple[Any, ...]] = Counter()
    for figure, facts in _facts(span):
        for kind, channel, holder, when, stars in facts:
            key = (hour_of(when), figure, kind, channel, holder)
            counts[key] += 1
            totals[key] += stars
    return [
        CaseHour(
            hour=hour,
            figure=figure,
            kind=kind,
            channel_id=channel,
            holder_id=holder,
            count=count,
            total=totals[hour, figure, kind, channel, holder],
        )
        for (hour, figure, kind, channel, holder), count in counts.items()
    ]


def _facts(span: Span) -> Iterable[tuple[CaseFigure, Iterable[Fact]]]:
    happened = Event.objects.filter(at__gte=span.since, at__lt=span.until)
    begun = happened.filter(sequence=1)
    ended = happened.filter(
        verb__in=(Verb.CLOSED, Verb.ABANDONED, Verb.OBJECTION_CLOSED)
    )
    yield CaseFigure.ARRIVED, _of(begun, nobody=True)
    yield CaseFigure.REPEATED, _of(_asked_again(begun), nobody=True)
    yield CaseFigure.CLOSED, _of(ended)
    yield CaseFigure.RESOLVED, _of(ended.filter(AGREED))
    yield CaseFigure.FIRST_CONTACT, _of(_at_once(ended))
    for figure, verbs in (
        (CaseFigure.REOPENED, (Verb.REOPENED, Verb.OBJECTION_REOPENED)),
        (CaseFigure.APPEALED, (Verb.APPEAL_MADE,)),
        (CaseFigure.OUTSIDE, (Verb.EXTERNAL_NOTED,)),
    ):
        yield figure, _of(happened.filter(verb__in=verbs), nobody=True)
    yield from _marks(span)


def _of(events: QuerySet[Event], *, nobody: bool = False) -> list[Fact]:
    """What is counted of events; `nobody` where it is nobody's doing."""
    rows = events.order_by().values_list(
        *("ticket__kind", "ticket__channel_id", "actor_id", "at")
    )
    return [
        (kind, channel, None if nobody else actor, when, 0)
        for kind, channel, actor, when in rows
    ]


def _asked_again(begun: QuerySet[Event]) -> QuerySet[Event]:
    """Cases of a number that had another of the same kind within the days before."""
    earlier = Ticket.objects.filter(
        customer__phone_index=OuterRef("ticket__customer__phone_index"),
        kind=OuterRef("ticket__kind"),
        created_at__gte=OuterRef("at") - REPEAT_WINDOW,
        created_at__lt=OuterRef("at"),
    ).exclude(pk=OuterRef("ticket"))
    known = begun.exclude(ticket__customer__phone_index="")
    return known.filter(Exists(earlier))


def _at_once(ended: QuerySet[Event]) -> QuerySet[Event]:
    """Inquiries closed in their first round, with nothing left to find out."""
    more = Event.objects.filter(
        ticket=OuterRef("ticket"),
        verb__in=MORE_THAN_ONE_CONTACT,
        sequence__lt=OuterRef("sequence"),
    )
    return ended.filter(~Exists(more), verb=Verb.CLOSED)


def _marks(span: Span) -> Iterable[tuple[CaseFigure, Iterable[Fact]]]:
    """What customers said of objections, with whoever looks after the case."""
    visits = ReturnVisit.objects.filter(
        reached=True, made_at__gte=span.since, made_at__lt=span.until
    ).annotate(holder=F("objection__assignee_id"))
    rows = list(
        visits.order_by().values_list(
            *("objection__kind", "objection__channel_id", "holder", "made_at"),
            *("satisfaction", "process_satisfaction"),
        )
    )
    for place, given, satisfied in (
        (4, CaseFigure.RATED, CaseFigure.SATISFIED),
        (5, CaseFigure.RATED_HANDLING, CaseFigure.SATISFIED_HANDLING),
    ):
        facts = [(*row[:4], row[place]) for row in rows]
        yield given, facts
        yield satisfied, [it for it in facts if it[4] >= SATISFIED_FROM]
