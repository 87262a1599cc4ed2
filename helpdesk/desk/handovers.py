"""What departments have to do: accept, investigate, carry out what was agreed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from django.db.models import F
from django.http import Http404
from django.urls import reverse

from helpdesk.desk.rows import telling_clock
from objections.models import Handoff, ResolutionAction
from objections.next_step import acts_for, may_accept
from objections.workflow import WORKFLOW, Step
from sla.models import Clock, Metric
from staff.models import Role, User

MOST: Final = 200


@dataclass(frozen=True)
class Handover:
    """One hand-off, the clock that counts for the department, and its buttons."""

    handoff: Handoff
    clock: Clock | None
    may_accept: bool
    may_return: bool

    @property
    def due_at(self) -> datetime | None:
        clock = self.clock
        return clock.due_at if clock is not None and clock.is_unfinished else None


@dataclass(frozen=True)
class ToDo:
    """One action that was agreed with a customer, and whether its button is shown."""

    action: ResolutionAction
    may_finish: bool


@dataclass(frozen=True)
class Queue:
    """What one person's departments have to do at one moment."""

    now: datetime
    waiting: list[Handover]
    investigating: list[Handover]
    actions: list[ToDo]
    more: int

    @classmethod
    def of(cls, user: User, *, at: datetime) -> Self:
        """Raises Http404 for those who neither investigate nor supervise."""
        if not is_for(user):
            raise Http404
        under_way = Handoff.objects.visible_to(user).under_way()
        found = list(
            under_way.by_due()
            .select_related(
                *("department", "clock", "accepted_by", "handed_by"),
                *("objection__customer", "objection__channel", "objection__subtype"),
            )
            .prefetch_related("objection__clocks__target")[: MOST + 1]
        )
        rows = [_row(handoff, user) for handoff in found[:MOST]]
        actions = list(
            ResolutionAction.objects.visible_to(user)
            .to_carry_out()
            .select_related(
                *("department", "owner", "clock__target", "measure__kind"),
                *("objection__customer", "objection__subtype"),
            )
            .order_by(F("clock__due_at").asc(nulls_last=True), "pk")[: MOST + 1]
        )
        return cls(
            now=at,
            waiting=_by_due(row for row in rows if row.handoff.accepted_at is None),
            investigating=_by_due(row for row in rows if row.handoff.accepted_at),
            actions=[
                ToDo(
                    it,
                    may_finish=not it.objection.names(user)
                    and WORKFLOW.allows(it.objection, Step.EXECUTE, by=user),
                )
                for it in actions[:MOST]
            ],
            more=max(0, len(found) - MOST, len(actions) - MOST),
        )

    @property
    def address(self) -> str:
        """Where this very list is fetched again."""
        return reverse("desk:handovers")


def is_for(user: User) -> bool:
    """Those who investigate, and those who supervise."""
    return user.role == Role.DEPARTMENT_HANDLER or user.supervises


def _row(handoff: Handoff, user: User) -> Handover:
    objection = handoff.objection
    acts = acts_for(handoff, objection, by=user)
    return Handover(
        handoff=handoff,
        clock=_clock_of(handoff),
        may_accept=may_accept(handoff, objection, by=user)
        and WORKFLOW.allows(objection, Step.ACCEPT, by=user),
        may_return=acts and WORKFLOW.allows(objection, Step.RETURN, by=user),
    )


def _clock_of(handoff: Handoff) -> Clock | None:
    """Acceptance while it waits for that, afterwards the investigation."""
    clocks = list(handoff.objection.clocks.all())
    if handoff.accepted_at is None:
        return next((it for it in clocks if it.pk == handoff.clock_id), None)
    return telling_clock(it for it in clocks if it.metric == Metric.INVESTIGATION)


def _by_due(rows: Iterable[Handover]) -> list[Handover]:
    """The nearest deadline first, without one the oldest."""
    return sorted(
        rows,
        key=lambda row: (
            row.due_at is None,
            row.due_at or row.handoff.handed_at,
            row.handoff.pk,
        ),
    )
