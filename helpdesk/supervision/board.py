"""The figures and tables of the board; every figure is of now or of today.

Everybody who supervises sees every ticket, so that one board serves them all. What it
asks costs as much as there is to show: each question is answered by an index over what
waits, runs or fell due today, never by what has been.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Max,
    Min,
    Q,
)
from django.utils import timezone

from helpdesk import health
from helpdesk.kinds import ABOUT, About, about_of, topics_of
from helpdesk.supervision.warnings import Warnings
from inquiries.models import InquiryTopic
from sla.models import (
    KEPT,
    MISSED,
    Clock,
    ClockQuerySet,
    ClockStatus,
    Goal,
    Metric,
    Target,
    Unit,
)
from sla.services import goals, rules
from sla.share import Share
from staff.models import Presence, User
from tickets.models import Kind, Ticket

SOON: Final = timedelta(minutes=15)
LAG_LIMIT_MS: Final = 50
MOST_ROWS: Final = 50
MOST_WAITING: Final = 30
# Each of these is a transaction of its own.
MOST_AT_ONCE: Final = 100
RUNNING: Final = ClockStatus.RUNNING


class Percentile(Aggregate):
    """The value below which a fraction of all values lies."""

    function = "PERCENTILE_DISC"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class FirstReplies:
    """How today's promises of a first reply stand."""

    share: Share
    median: timedelta | None = None
    ninetieth: timedelta | None = None


@dataclass(frozen=True)
class Row:
    """A ticket on the board, and what is asked on it."""

    ticket: Ticket
    topics: list[InquiryTopic]
    objection: About | None


@dataclass(frozen=True)
class Promise(Row):
    """A promise that is about to be missed, or was."""

    clock: Clock
    now: datetime

    @property
    def is_open(self) -> bool:
        return self.clock.status == RUNNING

    @property
    def is_paused(self) -> bool:
        return self.clock.status == ClockStatus.PAUSED

    @property
    def overrun(self) -> timedelta:
        return (self.clock.stopped_at or self.now) - self.clock.due_at

    @property
    def to_acknowledge(self) -> bool:
        """Whether nobody has taken note of the miss that is on record."""
        return self.clock.breached_at is not None and not self.clock.acknowledged_at


@dataclass(frozen=True)
class Waiting(Row):
    """A customer who waits for an answer."""

    waited: timedelta


@dataclass(frozen=True)
class Unseen:
    """So many misses of one promise of which nobody has taken note.

    `until` is the deadline of the latest, so that one acknowledges what one has seen.
    """

    metric: str
    count: int
    until: datetime

    @property
    def label(self) -> str:
        return str(Metric(self.metric).label)


@dataclass(frozen=True)
class Load:
    """A colleague, whether they are on duty, and what lies in their hands."""

    person: User
    state: Presence
    open_count: int
    waiting_count: int

    @property
    def on_duty(self) -> bool:
        return self.state == Presence.ON_DUTY

    @property
    def is_full(self) -> bool:
        """Whether as many customers wait for them as they can serve at once."""
        return self.on_duty and self.waiting_count >= self.person.capacity


@dataclass(frozen=True)
class Missed:
    """Promises that were missed and that nobody has dealt with.

    Those that run still, of any day; of today's also those that pause or were kept too
    late and that nobody has taken note of.
    """

    running: int
    over: int
    unseen: list[Unseen]
    rows: list[Promise]

    @property
    def count(self) -> int:
        return self.running + self.over


@dataclass(frozen=True)
class Board:
    """What a supervisor sees at one moment."""

    now: datetime
    waiting: int
    longest_since: datetime | None
    soon: int
    replies: FirstReplies
    target: Target | None
    goal: Goal | None
    health: dict[str, Any]
    due: list[Promise]
    missed: Missed
    waits: list[Waiting]
    people: list[Load]
    warnings: Warnings

    @classmethod
    def of(cls, *, at: datetime) -> Self:
        waits = (
            Ticket.objects.with_waiting_customer()
            # The limit beside it is that of a first reply to an inquiry.
            .aggregate(
                count=Count("*"),
                since=Min("customer_waiting_since", filter=Q(kind=Kind.INQUIRY)),
            )
        )
        state = health.check(at=at)
        return cls(
            now=at,
            waiting=waits["count"],
            longest_since=waits["since"],
            soon=due_soon(at=at).count(),
            replies=first_replies(at=at),
            target=rules.in_force(Metric.FIRST_REPLY, at=at),
            goal=goals.goals_of(goals.month_of(at)).get(Metric.FIRST_REPLY),
            health=state,
            due=promises(due_soon(at=at).order_by("due_at"), at=at),
            missed=missed(at=at),
            waits=waiting_now(at=at),
            people=people(at=at),
            warnings=Warnings.of(at=at, set_aside=state["set_aside"]),
        )

    @property
    def longest(self) -> timedelta | None:
        return None if self.longest_since is None else self.now - self.longest_since

    @property
    def waits_too_long(self) -> bool:
        """Whether somebody waits longer than a first reply may take."""
        target = self.target
        if target is None or target.unit != Unit.WALL or self.longest is None:
            return False
        return target.budget is not None and self.longest > target.budget

    @property
    def below_goal(self) -> bool:
        """Whether fewer first replies of today were in time than are to be."""
        percent = self.replies.share.percent
        if self.goal is None or percent is None:
            return False
        return percent < float(self.goal.percent)

    @property
    def late(self) -> int:
        """How many promises run past their deadline."""
        return self.missed.running

    @property
    def on_duty(self) -> int:
        return sum(load.on_duty for load in self.people)

    @property
    def full(self) -> int:
        """How many of those on duty serve as many customers as they can."""
        return sum(load.is_full for load in self.people)

    @property
    def is_unattended(self) -> bool:
        """Whether customers wait and nobody is on duty."""
        return bool(self.waiting) and not self.on_duty

    @property
    def soon_minutes(self) -> int:
        """How near a deadline is that is due soon."""
        return SOON // timedelta(minutes=1)

    @property
    def lag_limit(self) -> int:
        """Under how many milliseconds the detector's lag is to stay."""
        return LAG_LIMIT_MS

    @property
    def is_partly_down(self) -> bool:
        """Whether a part of the system is down, other than that nobody watches."""
        return not self.silent and self.health["status"] != "ok"

    @property
    def silent(self) -> bool:
        """Whether nobody watches the deadlines: lateness is then computed, not told."""
        age = self.health["last_tick_age_ms"]
        return age is None or age > health.TICK_LIMIT / timedelta(milliseconds=1)

    @property
    def lags(self) -> bool:
        """Whether the detector is later than it may be, or silent."""
        lag = self.health["sla_lag_ms"]
        return self.silent or (lag is not None and lag >= LAG_LIMIT_MS)

    @property
    def last_tick_at(self) -> datetime | None:
        age = self.health["last_tick_age_ms"]
        return None if age is None else self.now - timedelta(milliseconds=age)


def midnight(at: datetime) -> datetime:
    """The beginning of the day of `at` where the company is."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def due_soon(*, at: datetime) -> ClockQuerySet:
    """What is about to be missed."""
    return Clock.objects.running().due_between(at, at + SOON)


def first_replies(*, at: datetime) -> FirstReplies:
    """Of all that fell due today, counted as every figure is, but now; one query."""
    needed = ExpressionWrapper(
        F("stopped_at") - F("started_at"), output_field=DurationField()
    )
    of: dict[str, Any] = {
        "filter": Q(status=ClockStatus.STOPPED),
        "output_field": DurationField(),
    }
    found = (
        Clock.objects.fell_due(midnight(at), at, at=at)
        .filter(metric=Metric.FIRST_REPLY)
        .aggregate(
            met=Count("pk", filter=KEPT),
            due=Count("pk"),
            median=Percentile(needed, fraction=0.5, **of),
            ninetieth=Percentile(needed, fraction=0.9, **of),
        )
    )
    share = Share(found.pop("met"), found.pop("due"))
    return FirstReplies(share, **found)


def promises(clocks: ClockQuerySet, *, at: datetime) -> list[Promise]:
    """The first of these clocks as rows, in their order."""
    tickets = (f"ticket__{name}" for name in (*ABOUT, "channel", "customer"))
    found = clocks.select_related(
        *("target", "acknowledged_by", "ticket__assignee"), *tickets
    ).prefetch_related("ticket__inquiry__topics")
    return [
        Promise(
            ticket=clock.ticket,
            topics=topics_of(clock.ticket),
            objection=about_of(clock.ticket),
            clock=clock,
            now=at,
        )
        for clock in found[:MOST_ROWS]
    ]


def missed(*, at: datetime) -> Missed:
    """The latest first: what runs past its deadline, then what ended too late today."""
    running = Clock.objects.overdue(at=at)
    over = missed_today(at=at).filter(acknowledged_at=None)
    counts = [list(by_metric(clocks)) for clocks in (running, over)]
    of_running, of_over = (sum(it["count"] for it in found) for found in counts)
    unseen: dict[str, Unseen] = {}
    for it in (it for found in counts for it in found if it["unseen"]):
        known = unseen.get(it["metric"], Unseen(it["metric"], 0, it["until"]))
        unseen[known.metric] = Unseen(
            known.metric,
            known.count + it["unseen"],
            max(known.until, it["until"]),
        )
    rows_shown = promises(running.order_by("-due_at"), at=at)
    if len(rows_shown) < MOST_ROWS and of_over:
        rows_shown += promises(over.order_by("-due_at"), at=at)
    return Missed(
        running=of_running,
        over=of_over,
        unseen=sorted(unseen.values(), key=lambda kind: (-kind.count, kind.metric)),
        rows=rows_shown[:MOST_ROWS],
    )


def by_metric(clocks: ClockQuerySet) -> Iterable[Any]:
    """How many of these misses each promise has, and of which nobody took note."""
    to_see = Q(breached_at__isnull=False, acknowledged_at=None)
    return (
        clocks.order_by()
        .values("metric")
        .annotate(
            count=Count("pk"),
            unseen=Count("pk", filter=to_see),
            until=Max("due_at", filter=to_see),
        )
    )


def missed_today(*, at: datetime) -> ClockQuerySet:
    """What fell due today, was missed, and runs no more: over, or paused."""
    return Clock.objects.over().due_between(midnight(at), at).filter(MISSED)


def unseen_misses(metric: str, *, until: datetime, at: datetime) -> list[Clock]:
    """Misses of one promise on the board of which nobody has taken note.

    So many as one can acknowledge at once, the latest of those that run first.
    """
    found: list[Clock] = []
    for clocks in _unseen(metric, until=until, at=at):
        found += clocks.order_by("-due_at")[: MOST_AT_ONCE - len(found)]
    return found


def count_unseen(metric: str, *, until: datetime, at: datetime) -> int:
    """How many such misses there are."""
    return sum(clocks.count() for clocks in _unseen(metric, until=until, at=at))


def _unseen(metric: str, *, until: datetime, at: datetime) -> Iterator[ClockQuerySet]:
    for clocks in (Clock.objects.overdue(at=at), missed_today(at=at)):
        yield clocks.filter(
            metric=metric,
            due_at__lt=until,
            breached_at__isnull=False,
            acknowledged_at=None,
        )


def waiting_now(*, at: datetime) -> list[Waiting]:
    """Customers who wait for an answer, whoever has waited longest first."""
    tickets = (
        Ticket.objects.with_waiting_customer()
        .order_by("customer_waiting_since")
        .select_related(*ABOUT, "channel", "customer", "assignee")
        .prefetch_related("inquiry__topics")[:MOST_WAITING]
    )
    return [
        Waiting(
            ticket=ticket,
            topics=topics_of(ticket),
            objection=about_of(ticket),
            waited=ticket.waited(at=at) or timedelta(0),
        )
        for ticket in tickets
    ]


def nearest_open(clocks: Iterable[Clock]) -> Clock | None:
    """The next deadline; a paused clock counts after those that run."""
    unfinished = [clock for clock in clocks if clock.is_unfinished]
    return min(unfinished, key=lambda c: (c.status != RUNNING, c.due_at), default=None)


def people(*, at: datetime) -> list[Load]:
    """Who answers: on duty before away before off, who has most waiting first."""
    held = Counter(counts(Ticket.objects.open()))
    waiting = Counter(counts(Ticket.objects.with_waiting_customer()))
    loads = [
        Load(
            person,
            person.presence_as_of(at),
            held[person.pk],
            waiting[person.pk],
        )
        for person in User.objects.answering()
    ]
    states = list(Presence)
    return sorted(
        loads,
        key=lambda it: (
            states.index(it.state),
            -it.waiting_count,
            -it.open_count,
            it.person.work_number,
        ),
    )


def counts(tickets: Any) -> dict[int, int]:
    """How many of these tickets each colleague has, by what stands in an index."""
    held: Iterable[tuple[int, int]] = (
        tickets.filter(assignee__isnull=False)
        .order_by()
        .values_list("assignee")
        .annotate(count=Count("*"))
    )
    return dict(held)
