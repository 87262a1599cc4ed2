"""The lists of departments: what was asked of them, the next deadline first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from django.db import models
from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from helpdesk.desk.asked import Card, cards_of
from inquiries.models import ContractRequest, RepairRequest
from inquiries.request_workflow import CONTRACT_MANAGEMENT, TECHNICAL_SUPPORT, belongs
from sla.models import Clock
from staff.models import Role, User
from tickets.models import Duty

MOST_OPEN: Final = 200
MOST_DONE: Final = 50


class Show(models.TextChoices):
    """Which requests the list shows."""

    OPEN = "open", _("To do")
    DONE = "done", _("Done")


@dataclass(frozen=True)
class Kind:
    """One list: of which requests, and for whom."""

    code: str
    place: str
    icon: str
    title: str | Promise
    department: str
    open: Callable[[User], models.QuerySet[Any]]
    done: Callable[[User], models.QuerySet[Any]]

    def is_for(self, user: User) -> bool:
        """Those who supervise, and the handlers of the department."""
        if user.role == Role.DEPARTMENT_HANDLER:
            return belongs(user, self.department)
        return user.supervises

    @property
    def href(self) -> str:
        return reverse(f"desk:{self.code}")


CONTRACTS: Final = Kind(
    code="contract_requests",
    place="contracts",
    icon="file-pencil",
    title=_("Contract requests"),
    department=CONTRACT_MANAGEMENT,
    open=lambda user: ContractRequest.objects.visible_to(user).open().by_due(),
    done=lambda user: (
        ContractRequest.objects.visible_to(user)
        .filter(told_at__isnull=False)
        .order_by("-told_at", "-pk")
    ),
)
REPAIRS: Final = Kind(
    code="repairs",
    place="repairs",
    icon="tool",
    title=_("Repairs"),
    department=TECHNICAL_SUPPORT,
    open=lambda user: RepairRequest.objects.visible_to(user).open().by_due(),
    done=lambda user: (
        RepairRequest.objects.visible_to(user)
        .filter(finished_at__isnull=False)
        .order_by("-finished_at", "-pk")
    ),
)
KINDS: Final = (CONTRACTS, REPAIRS)


@dataclass(frozen=True)
class RequestList:
    """One list at one moment."""

    kind: Kind
    show: Show
    now: datetime
    cards: list[Card]
    waiting: int

    @classmethod
    def of(cls, kind: Kind, user: User, *, show: Show, at: datetime) -> Self:
        """Raises Http404 for those who have nothing to do with the department."""
        if not kind.is_for(user):
            raise Http404
        to_do = kind.open(user)
        rows = to_do[:MOST_OPEN] if show == Show.OPEN else kind.done(user)[:MOST_DONE]
        found: list[ContractRequest | RepairRequest] = list(
            rows.select_related(
                *("inquiry__customer", "inquiry__channel", "department", "recorded_by")
            )
        )
        clocks = Clock.objects.filter(
            ticket__in={row.inquiry_id for row in found},
            subject__in=[row.number for row in found],
        ).select_related("target")
        duties = Duty.objects.filter(
            ticket__in={row.inquiry_id for row in found}
        ).select_related("person")
        return cls(
            kind=kind,
            show=show,
            now=at,
            cards=cards_of(found, clocks, by=user, duties=duties),
            waiting=to_do.count(),
        )

    @property
    def tabs(self) -> list[tuple[Show, str, int | None, bool]]:
        """Each view with its address, its number, and whether it is open."""
        return [
            (
                show,
                f"{self.kind.href}?{urlencode({'show': show})}",
                self.waiting if show == Show.OPEN else None,
                show == self.show,
            )
            for show in Show
        ]

    @property
    def address(self) -> str:
        """Where this very list is fetched again."""
        return f"{self.kind.href}?{urlencode({'show': self.show})}"


def lists_for(user: User) -> list[Kind]:
    """The lists that have a place in this person's rail."""
    return [kind for kind in KINDS if kind.is_for(user)]
