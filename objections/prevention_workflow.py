"""The life of a preventive action: its statuses, the steps, and who takes them (OB-10).

    to be planned ─► under way ─► done ─► effective
         │               │          └───► not effective, and a successor begins
         └───────┬───────┘
             cancelled

Supervisors and managers lead; a department's handlers and its head, and the owner, work
on their own. The effect is judged by somebody else than who did it, and only once the
objections before and after are counted.
"""

from enum import StrEnum
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import Role
from tickets.workflow import Rule, Workflow


class ActionStatus(models.TextChoices):
    """Where a preventive action stands."""

    OPEN = "open", _("To be planned")
    UNDER_WAY = "under_way", _("Under way")
    DONE = "done", _("Done, effect to be checked")
    EFFECTIVE = "effective", _("Effective")
    NOT_EFFECTIVE = "not_effective", _("Not effective")
    CANCELLED = "cancelled", _("Cancelled")


class ActionStep(StrEnum):
    """What someone can do with a preventive action."""

    ASSIGN = "assign"
    DESCRIBE = "describe"
    FINISH = "finish"
    JUDGE = "judge"
    CANCEL = "cancel"


TO_DO: Final = frozenset({ActionStatus.OPEN, ActionStatus.UNDER_WAY})
STANDING: Final = TO_DO | {ActionStatus.DONE}
LEADING: Final = frozenset({Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR})
_OWNING: Final = LEADING | {Role.DEPARTMENT_HANDLER, Role.AGENT, Role.GENERAL_MANAGER}
_OVER: Final = _("This preventive action has ended.")
_CHECKED: Final = _("This is done; its effect is being checked.")

ACTION_LIFE: Final = Workflow(
    {
        ActionStep.ASSIGN: Rule(STANDING, None, LEADING, _OVER),
        ActionStep.DESCRIBE: Rule(
            TO_DO,
            ActionStatus.UNDER_WAY,
            _OWNING,
            _OVER,
            refusals={ActionStatus.DONE: _CHECKED},
        ),
        ActionStep.FINISH: Rule(
            frozenset({ActionStatus.UNDER_WAY}),
            ActionStatus.DONE,
            _OWNING,
            _OVER,
            refusals={
                ActionStatus.OPEN: _("Describe the measure first."),
                ActionStatus.DONE: _CHECKED,
            },
        ),
        # Where it leads depends on the judgement: the verb says so.
        ActionStep.JUDGE: Rule(
            frozenset({ActionStatus.DONE}),
            None,
            LEADING,
            _OVER,
            refusals=dict.fromkeys(
                TO_DO, _("Only what is done can be judged by its effect.")
            ),
        ),
        ActionStep.CANCEL: Rule(
            TO_DO,
            ActionStatus.CANCELLED,
            LEADING,
            _OVER,
            refusals={ActionStatus.DONE: _CHECKED},
        ),
    }
)
