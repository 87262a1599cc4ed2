"""How the life of a ticket is written down: a table of steps, read by every verb."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from django.utils.functional import Promise

from staff.models import Role, User


class HasStatus(Protocol):
    """What has a life of its own: a ticket, or something asked for on a ticket."""

    status: str


class IllegalStep(Exception):
    """The ticket's state does not allow this step; nothing has changed."""

    def __init__(self, message: str | Promise, *, step: str, status: str) -> None:
        super().__init__(message)
        self.step = step
        self.status = status


class NotAllowed(Exception):
    """This person may see the ticket but not take this step."""


@dataclass(frozen=True)
class Rule:
    """One step: from which statuses, to which (None = stays), and who may take it."""

    sources: frozenset[str]
    target: str | None
    roles: frozenset[Role]
    refusal: str | Promise
    customer: bool = False


class Workflow:
    """The steps of one kind of ticket, or of something asked for on one."""

    def __init__(self, rules: Mapping[StrEnum, Rule]) -> None:
        self.rules: Final = dict(rules)

    def check(self, ticket: HasStatus, step: StrEnum, *, by: User | None) -> Rule:
        """The rule of an allowed step; `by` is None for the customer.

        Raises NotAllowed for the wrong person, IllegalStep for the wrong state.
        """
        rule = self.rules[step]
        if not (rule.customer if by is None else by.role in rule.roles):
            raise NotAllowed(step)
        if ticket.status not in rule.sources:
            raise IllegalStep(rule.refusal, step=step, status=ticket.status)
        return rule

    def move(self, ticket: HasStatus, rule: Rule) -> bool:
        """Set the status that a checked rule leads to; True if it is another one."""
        if rule.target is None or rule.target == ticket.status:
            return False
        ticket.status = rule.target
        return True

    def allows(self, ticket: HasStatus, step: StrEnum, *, by: User | None) -> bool:
        """Whether a button for this step makes sense."""
        try:
            self.check(ticket, step, by=by)
        except (IllegalStep, NotAllowed):
            return False
        return True
