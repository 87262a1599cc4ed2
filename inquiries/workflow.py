"""The life of an inquiry: its statuses, the steps between them, and who takes them.

Which steps move which clock: ASK and CUSTOMER_WRITES start the first-reply clock of a
cycle, REPLY and GREET stop it (IN-24, IN-25), REOPEN begins the next cycle.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import Role
from tickets.workflow import Rule, Workflow


class Status(models.TextChoices):
    """Where an inquiry stands."""

    NEW = "new", _("Waiting for first reply")
    IN_SERVICE = "in_service", _("In service")
    CLOSED = "closed", _("Finished")


class Step(StrEnum):
    """What someone can do with an inquiry."""

    CUSTOMER_WRITES = "customer_writes"
    REPLY = "reply"
    GREET = "greet"
    NOTE = "note"
    TAKE = "take"
    ASSIGN = "assign"
    CLOSE = "close"
    REOPEN = "reopen"
    # Recommending and quoting
    SELECT_DEVICES = "select_devices"
    RECOMMEND = "recommend"
    CHOOSE_DEVICE = "choose_device"
    DRAFT_QUOTATION = "draft_quotation"
    QUOTE = "quote"


REOPEN_WINDOW: Final = timedelta(hours=72)

_ANSWERING: Final = frozenset(
    {Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR}
)
_EVERYONE: Final = _ANSWERING | {Role.DEPARTMENT_HANDLER}
_OPEN: Final = frozenset({Status.NEW, Status.IN_SERVICE})
_FINISHED: Final = _("This conversation is finished. Reopen it to write more.")
NOT_ANSWERED: Final = _("Nobody has answered the customer yet. Reply first (IN-24).")

WORKFLOW: Final = Workflow(
    {
        Step.CUSTOMER_WRITES: Rule(_OPEN, None, frozenset(), _FINISHED, customer=True),
        Step.REPLY: Rule(_OPEN, Status.IN_SERVICE, _ANSWERING, _FINISHED),
        Step.GREET: Rule(_OPEN, Status.IN_SERVICE, _ANSWERING, _FINISHED),
        Step.NOTE: Rule(frozenset(Status), None, _EVERYONE, _FINISHED),
        Step.TAKE: Rule(_OPEN, None, _ANSWERING, _FINISHED),
        Step.ASSIGN: Rule(_OPEN, None, _ANSWERING, _FINISHED),
        Step.CLOSE: Rule(
            frozenset({Status.IN_SERVICE}), Status.CLOSED, _ANSWERING, NOT_ANSWERED
        ),
        Step.REOPEN: Rule(
            frozenset({Status.CLOSED}),
            Status.IN_SERVICE,
            _ANSWERING,
            _("This conversation is open already."),
            customer=True,
        ),
        # Recommending and quoting (IN-30 to IN-40)
        Step.SELECT_DEVICES: Rule(_OPEN, None, _ANSWERING, _FINISHED),
        Step.RECOMMEND: Rule(_OPEN, Status.IN_SERVICE, _ANSWERING, _FINISHED),
        Step.CHOOSE_DEVICE: Rule(_OPEN, None, _ANSWERING, _FINISHED, customer=True),
        Step.DRAFT_QUOTATION: Rule(_OPEN, None, _ANSWERING, _FINISHED),
        Step.QUOTE: Rule(_OPEN, Status.IN_SERVICE, _ANSWERING, _FINISHED),
    }
)
