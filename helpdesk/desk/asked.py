"""What the open inquiry asks of others, and what its customer has been told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from helpdesk.desk.around import Around
from inquiries.models import (
    ClauseExplanation,
    ContractRequest,
    RepairRequest,
    ServiceFactsTold,
)
from inquiries.request_workflow import (
    CONTRACT_LIFE,
    CONTRACT_MANAGEMENT,
    REPAIR_LIFE,
    TECHNICAL_SUPPORT,
    RequestStep,
    allows,
)
from sla.models import Clock
from staff.models import User
from tickets.models import Duty


@dataclass(frozen=True)
class Card:
    """One request, its clocks, and the steps that this person can take."""

    request: ContractRequest | RepairRequest
    clocks: list[Clock]
    can: dict[str, bool]
    holder: User | None = None

    @property
    def urgent(self) -> bool:
        """Whether it is an urgent fault, which stands out."""
        return isinstance(self.request, RepairRequest) and self.request.urgent


def cards_of(
    requests: Iterable[ContractRequest | RepairRequest],
    clocks: Iterable[Clock],
    *,
    by: User,
    duties: Iterable[Duty] = (),
) -> list[Card]:
    """Each request with the clocks whose subject it is, and who sees to it."""
    holders = {duty.subject: duty.person for duty in duties}
    by_subject: dict[str, list[Clock]] = {}
    for clock in clocks:
        by_subject.setdefault(clock.subject, []).append(clock)
    return [
        Card(
            request,
            by_subject.get(request.number, []),
            can=_can(request, by=by),
            holder=holders.get(request.number),
        )
        for request in requests
    ]


@dataclass(frozen=True)
class Asked:
    """The part of the workspace that is about other departments.

    `keys` are the inquiries that stand together, `around` says what they may have.
    """

    keys: Sequence[int]
    user: User
    now: datetime
    clocks: list[Clock]
    around: Around

    @property
    def anything(self) -> bool:
        """Whether there is any of it."""
        asked = self.contract_requests or self.repair_requests
        return bool(asked or self.explanation or self.facts_told)

    @cached_property
    def contract_requests(self) -> list[Card]:
        if not self.around.contract_requests:
            return []
        visible = ContractRequest.objects.visible_to(self.user)
        rows = visible.filter(inquiry__in=self.keys)
        return cards_of(rows, self.clocks, by=self.user)

    @cached_property
    def repair_requests(self) -> list[Card]:
        if not self.around.repair_requests:
            return []
        visible = RepairRequest.objects.visible_to(self.user)
        rows = visible.filter(inquiry__in=self.keys)
        return cards_of(rows, self.clocks, by=self.user)

    @cached_property
    def explanation(self) -> ClauseExplanation | None:
        if not self.around.explained:
            return None
        told = ClauseExplanation.objects.filter(inquiry__in=self.keys)
        return told.order_by("-at", "-pk").first()

    @cached_property
    def facts_told(self) -> ServiceFactsTold | None:
        if not self.around.told:
            return None
        told = ServiceFactsTold.objects.filter(inquiry__in=self.keys)
        return told.order_by("-at", "-pk").first()


def _can(request: ContractRequest | RepairRequest, *, by: User) -> dict[str, bool]:
    contract = isinstance(request, ContractRequest)
    life = CONTRACT_LIFE if contract else REPAIR_LIFE
    department = CONTRACT_MANAGEMENT if contract else TECHNICAL_SUPPORT
    return {
        str(step): RequestStep(step) in life.rules
        and allows(life, request, RequestStep(step), department=department, by=by)
        for step in RequestStep
    }
