"""The figures and tables of the board; every figure is of now or of today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Min,
    Q,
)
from django.utils import timezone

from helpdesk import health
from helpdesk.kinds import ABOUT, objection_of, topics_of
from helpdesk.supervision.warnings import Warnings
from inquiries.models import InquiryTopic
from objections.models import Objection
from sla.models import Clock, ClockStatus, Metric, Outcome, Target, Unit
from sla.services import rules
from sla.services.standing import Hold, holds
from staff.models import User
from tickets.models import Kind, Ticket

SOON: Final = timedelta(seconds=60)
KEPT_GOAL_PERCENT: Final = 95
MOST_ROWS: Final = 50
RUNNING: Final = ClockStatus.RUNNING


class Percentile(Aggregate):
    """The value below which a fraction of all values lies."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class FirstReplies:
    """How today's promises of a first reply stand."""

    kept: int
    missed: int
    median: timedelta | None
    ninetieth: timedelta | None

    @property
    def percent(self) -> float | None:
        """Rounded down to a tenth: 95.0 is never shown for less."""
        total = self.kept + self.missed
        return self.kept * 1000 // total / 10 if total else None

    @property
    def below_goal(self) -> bool:
        return self.percent is not None and self.percent < KEPT_GOAL_PERCENT

    @property
    def total(self) -> int:
        return self.kept + self.missed


@dataclass(frozen=True)
class Waiting:
    """A ticket on which someone waits, or a promise runs."""

    ticket: Ticket
    clock: Clock | None
    hold: Hold | None
    topics: list[InquiryTopic]
    objection: Objection | None
    waited: timedelta | None

    @property
    def to_acknowledge(self) -> Clock | None:
        """The missed promise that nobody has taken note of yet."""
        clock = self.clock
        if clock is None or clock.breached_at is None or clock.acknowledged_at:
            return None
        return clock


@dataclass(frozen=True)
class Missed:
    """A promise that was not kept."""

    clock: Clock
    overrun: timedelta

    @property
    def is_open(self) -> bool:
        return self.clock.status == RUNNING


@dataclass(frozen=True)
class Board:
    """What a supervisor sees at one moment."""

    now: datetime
    waiting: int
    longest_since: datetime | None
    soon: int
    late: int
    replies: FirstReplies
    target: Target | None
    health: dict[str, Any]
    rows: list[Waiting]
    missed: list[Missed]
    people: list[User]
    warnings: Warnings

    goal: int = KEPT_GOAL_PERCENT

    @classmethod
    def of(cls, user: User, *, at: datetime) -> Self:
        waits = (
            Ticket.objects.visible_to(user)
            .open()
            .aggregate(
                count=Count("customer_waiting_since"),
                # The limit beside it is that of a first reply to an inquiry.
                since=Min("customer_waiting_since", filter=Q(kind=Kind.INQUIRY)),
            )
        )
        clocks = (
            Clock.objects.visible_to(user)
            .running()
            .filter(due_at__lt=at + SOON)
            .aggregate(
                soon=Count("pk", filter=Q(due_at__gte=at)),
                late=Count("pk", filter=Q(due_at__lt=at)),
            )
        )
        state = health.check(at=at)
        return cls(
            now=at,
            waiting=waits["count"],
            longest_since=waits["since"],
            soon=clocks["soon"],
            late=clocks["late"],
            replies=first_replies(user, at=at),
            target=rules.in_force(Metric.FIRST_REPLY, at=at),
            health=state,
            rows=waiting_now(user, at=at),
            missed=missed_today(user, at=at),
            people=people(),
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
    def silent(self) -> bool:
        """Whether nobody watches the deadlines: lateness is then computed, not told."""
        age = self.health["last_tick_age_ms"]
        return age is None or age > health.TICK_LIMIT / timedelta(milliseconds=1)

    @property
    def last_tick_at(self) -> datetime | None:
        age = self.health["last_tick_age_ms"]
        return None if age is None else self.now - timedelta(milliseconds=age)


def midnight(at: datetime) -> datetime:
    """The beginning of the day of `at` where the company is."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def first_replies(user: User, *, at: datetime) -> FirstReplies:
    """Of all promises that fell or fall due today, in one query."""
    day = midnight(at)
    needed = ExpressionWrapper(
        F("stopped_at") - F("started_at"), output_field=DurationField()
    )
    late = Q(status=RUNNING, due_at__lt=at)
    found = (
        Clock.objects.visible_to(user)
        .due_between(day, day + timedelta(days=1))
        .filter(metric=Metric.FIRST_REPLY)
        .filter(late | ~Q(status=RUNNING))
        .aggregate(
            kept=Count("pk", filter=Q(outcome=Outcome.MET)),
            missed=Count("pk", filter=late | Q(outcome=Outcome.MISSED)),
            median=Percentile(needed, fraction=0.5, output_field=DurationField()),
            ninetieth=Percentile(needed, fraction=0.9, output_field=DurationField()),
        )
    )
    return FirstReplies(**found)


def waiting_now(user: User, *, at: datetime) -> list[Waiting]:
    """Who waits and what is about to be late, the most urgent first.

    What was promised on a conversation that has ended is among it.
    """
    visible = Ticket.objects.visible_to(user)
    # Each half by its own index; together they would read every ticket there ever was.
    open_ones = visible.awaited().by_urgency().values_list("pk", flat=True)
    ended = visible.owed_after_the_end().order_by("next_due_at")
    pks = [*open_ones[:MOST_ROWS], *ended.values_list("pk", flat=True)[:MOST_ROWS]]
    tickets = (
        Ticket.objects.filter(pk__in=pks)
        .by_urgency()
        .select_related(*ABOUT, "channel", "customer", "assignee")
        .prefetch_related("clocks", "inquiry__topics")[:MOST_ROWS]
    )
    nearest = [(ticket, nearest_open(ticket)) for ticket in tickets]
    held = holds(clock for _, clock in nearest if clock is not None)
    return [
        Waiting(
            ticket=ticket,
            clock=clock,
            hold=held.get(clock.pk) if clock else None,
            topics=topics_of(ticket),
            objection=objection_of(ticket),
            waited=ticket.waited(at=at),
        )
        for ticket, clock in nearest
    ]


def nearest_open(ticket: Ticket) -> Clock | None:
    """The next deadline of a ticket; a paused clock counts after those that run."""
    clocks = [clock for clock in ticket.clocks.all() if clock.is_unfinished]
    return min(clocks, key=lambda c: (c.status != RUNNING, c.due_at), default=None)


def missed_today(user: User, *, at: datetime) -> list[Missed]:
    """Promises missed and still open, of any day, then those that were missed today."""
    clocks = (
        Clock.objects.visible_to(user)
        .filter(
            Q(status=RUNNING, due_at__lt=at)
            | Q(outcome=Outcome.MISSED, due_at__gte=midnight(at), due_at__lt=at)
            & ~Q(status=RUNNING)
        )
        .select_related(
            "target", "acknowledged_by", "ticket__customer", "ticket__assignee"
        )
        .order_by(F("stopped_at").desc(nulls_first=True), "-due_at")[:MOST_ROWS]
    )
    return [
        Missed(clock=clock, overrun=(clock.stopped_at or at) - clock.due_at)
        for clock in clocks
    ]


def people() -> list[User]:
    """Who answers, with the open tickets and waiting customers of each; one query."""
    return list(
        User.objects.answering()
        .annotate(
            held=FilteredRelation(
                "assigned_tickets", condition=Q(assigned_tickets__closed_at=None)
            )
        )
        .annotate(
            open_count=Count("held"),
            waiting_count=Count("held__customer_waiting_since"),
        )
        .order_by("-waiting_count", "-open_count", "work_number")
    )
