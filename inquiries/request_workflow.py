"""The lives of what an inquiry asks of other departments, and who takes their steps.

A contract change request: recorded, forwarded, decided, told (IN-44, IN-45). A repair
request: reported, contacted, on site, finished (IN-49, IN-50). Both live on when their
inquiry is finished, with clocks of their own: the clocks' subject is the request's
number.

Which steps move which clock: FORWARD stops CONTRACT_FORWARD, TELL stops
CONTRACT_RESULT; CONTACT stops REPAIR_CONTACT, CHECK_IN stops REPAIR_ON_SITE too, FINISH
cancels a visit that turned out not to be needed.
"""

from enum import StrEnum
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import Role, User
from tickets.workflow import HasStatus, IllegalStep, NotAllowed, Rule, Workflow

CONTRACT_MANAGEMENT: Final = "contract_management"
TECHNICAL_SUPPORT: Final = "technical_support"


class ContractStatus(models.TextChoices):
    """Where a contract change request stands."""

    RECORDED = "recorded", _("Recorded")
    FORWARDED = "forwarded", _("With contract management")
    DECIDED = "decided", _("Decided, customer not told")
    TOLD = "told", _("Customer told")


class RepairStatus(models.TextChoices):
    """Where a repair request stands."""

    REPORTED = "reported", _("Reported")
    CONTACTED = "contacted", _("Customer contacted")
    ON_SITE = "on_site", _("On site")
    FINISHED = "finished", _("Finished")


class RequestStep(StrEnum):
    """What someone can do with a request."""

    FORWARD = "forward"
    DECIDE = "decide"
    REWORD = "reword"
    TELL = "tell"
    CONTACT = "contact"
    CHECK_IN = "check_in"
    FINISH = "finish"


_HANDLERS: Final = frozenset({Role.DEPARTMENT_HANDLER})
_STANDING_IN: Final = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
_LEADING: Final = _STANDING_IN | {Role.SUPERVISOR}
_ANSWERING: Final = _LEADING | {Role.AGENT}

CONTRACT_LIFE: Final = Workflow(
    {
        RequestStep.FORWARD: Rule(
            frozenset({ContractStatus.RECORDED}),
            ContractStatus.FORWARDED,
            _ANSWERING,
            _("This request is with contract management already."),
        ),
        RequestStep.DECIDE: Rule(
            frozenset({ContractStatus.FORWARDED}),
            ContractStatus.DECIDED,
            _HANDLERS | _STANDING_IN,
            _("Only a request that waits with contract management can be decided."),
        ),
        # The decision stands; its words can change until the customer has read them.
        RequestStep.REWORD: Rule(
            frozenset({ContractStatus.DECIDED}),
            None,
            _HANDLERS | _STANDING_IN,
            _("Only a decision that nobody has told yet can be said otherwise."),
        ),
        RequestStep.TELL: Rule(
            frozenset({ContractStatus.DECIDED}),
            ContractStatus.TOLD,
            _HANDLERS | _ANSWERING,
            _("Only a decision can be told, and it is told once (IN-45)."),
        ),
    }
)

REPAIR_LIFE: Final = Workflow(
    {
        RequestStep.CONTACT: Rule(
            frozenset({RepairStatus.REPORTED}),
            RepairStatus.CONTACTED,
            _HANDLERS | _LEADING,
            _("The customer has been contacted already."),
        ),
        RequestStep.CHECK_IN: Rule(
            frozenset({RepairStatus.REPORTED, RepairStatus.CONTACTED}),
            RepairStatus.ON_SITE,
            _HANDLERS | _LEADING,
            _("A technician has been on site already."),
        ),
        RequestStep.FINISH: Rule(
            frozenset({RepairStatus.CONTACTED, RepairStatus.ON_SITE}),
            RepairStatus.FINISHED,
            _HANDLERS | _LEADING,
            _("Contact the customer first; a finished repair stays finished (IN-49)."),
        ),
    }
)


def check(
    life: Workflow, request: HasStatus, step: RequestStep, *, department: str, by: User
) -> Rule:
    """The rule of an allowed step; handlers act for their own department alone.

    Raises NotAllowed for the wrong person, IllegalStep for the wrong state.
    """
    if by.role == Role.DEPARTMENT_HANDLER and not belongs(by, department):
        raise NotAllowed(step)
    return life.check(request, step, by=by)


def allows(
    life: Workflow, request: HasStatus, step: RequestStep, *, department: str, by: User
) -> bool:
    """Whether a button for this step makes sense."""
    try:
        check(life, request, step, department=department, by=by)
    except (IllegalStep, NotAllowed):
        return False
    return True


def belongs(user: User, department: str) -> bool:
    """Whether somebody is of the department with this code."""
    return user.department is not None and user.department.code == department
