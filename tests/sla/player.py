"""The engine as a player: does with the product's verbs what an oracle is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from sla import detector
from sla.models import Calendar, CalendarVersion, Metric, PolicyVersion
from sla.services import clocks, corrections, pauses, rollouts
from sla.services.clocks import CancelReason
from sla.services.corrections import BeforeItsStart, Source
from sla.services.pauses import PauseRefused
from staff.models import User
from tests.instants import Hand
from tests.policies import publish
from tests.sla.oracle import Refused
from tickets.models import Ticket


class Engine:
    """Understands the same acts as the oracle, and refuses with the same word."""

    def __init__(self, boss: User) -> None:
        self.boss = boss

    @contextmanager
    def _locked(self, ticket: int) -> Iterator[Ticket]:
        """As every verb of the product: the ticket's lock first; all or nothing."""
        with transaction.atomic():
            yield Ticket.objects.select_for_update().get(pk=ticket)

    def start(
        self, ticket: int, metric: str, *, at: datetime, cycle: int, facts: Any
    ) -> None:
        with self._locked(ticket) as it:
            if it.cycle != cycle:
                it.cycle = cycle
                it.save(update_fields=["cycle"])
            more = {k: v for k, v in facts.items() if k not in ("channel", "kind")}
            clocks.start(it, Metric(metric), at=at, facts=more)

    def stop(self, ticket: int, metric: str, *, at: datetime) -> None:
        with self._locked(ticket) as it:
            clocks.stop(it, Metric(metric), at=at, by=self.boss)

    def cancel(self, ticket: int, *, at: datetime) -> None:
        with self._locked(ticket) as it:
            clocks.cancel_all(it, reason=CancelReason.SPAM, at=at, by=None)

    def pause(self, ticket: int, metric: str, *, reason: str, at: datetime) -> None:
        try:
            with self._locked(ticket) as it:
                pauses.pause(it, Metric(metric), reason=reason, at=at, by=self.boss)
        except PauseRefused as error:
            raise Refused from error

    def resume(self, ticket: int, metric: str, *, at: datetime) -> None:
        try:
            with self._locked(ticket) as it:
                pauses.resume(it, Metric(metric), at=at, by=self.boss)
        except PauseRefused as error:
            raise Refused from error

    def word(
        self, ticket: int, metric: str, *, occurred: datetime, at: datetime
    ) -> None:
        try:
            with self._locked(ticket) as it:
                corrections.stop_as_of(
                    it,
                    Metric(metric),
                    occurred_at=occurred,
                    at=at,
                    source=Source.DELIVERY,
                    by=None,
                )
        except BeforeItsStart as error:
            raise Refused from error

    def reclassify(
        self, ticket: int, metric: str, *, facts: dict[str, str], at: datetime
    ) -> None:
        with self._locked(ticket) as it:
            corrections.reclassify(it, Metric(metric), facts=facts, at=at, by=self.boss)

    def publish(self, at: datetime, **changes: dict[str, Any]) -> None:
        publish(at=at, **{code: _as_columns(it) for code, it in changes.items()})

    def declare(self, at: datetime, days: dict[tuple[str, date], Any]) -> None:
        for code in {calendar for calendar, _ in days}:
            _declare(code, at, {day: it for (c, day), it in days.items() if c == code})

    def roll_out(self, *, at: datetime) -> None:
        newest = PolicyVersion.objects.order_by("-number")[0]
        rollout = rollouts.ask(newest, by=self.boss, at=at)
        rollouts.carry_out(rollout.pk, at=at)

    def look(self, *, at: datetime) -> None:
        while detector.sweep(clock=Hand(at)).again:
            pass

    def rouse(self, *, at: datetime) -> None:
        while pauses.resume_overdue(at=at):
            pass


def _as_columns(changes: dict[str, Any]) -> dict[str, Any]:
    columns = {}
    for name, value in changes.items():
        if name == "warns":
            columns["warn_at_fraction"] = Decimal("0.8") if value else None
        else:
            columns[{"amount": "budget"}.get(name, name)] = value
    return columns


def _declare(code: str, at: datetime, days: dict[date, Any]) -> None:
    """Publish a version of a calendar in which some days are different."""
    calendar = Calendar.objects.get(code=code)
    newest = calendar.versions.order_by("-number")[0]
    hours, known = list(newest.hours.all()), list(newest.days.all())
    version = CalendarVersion.objects.get(pk=newest.pk)
    version.pk, version.number = None, newest.number + 1
    version.published_at = version.effective_from = None
    version._state.adding = True
    version.save()
    for row in [*hours, *(day for day in known if day.date not in days)]:
        row.pk, row.version = None, version
        row._state.adding = True
        row.save()
    for day, said in days.items():
        own = isinstance(said, tuple)
        version.days.create(
            date=day,
            kind="special" if own else {"worked": "adjusted_workday"}.get(said, said),
            intervals=[[hour * 3600 for hour in said]] if own else [],
        )
    version.published_at = version.effective_from = at
    version.save()
