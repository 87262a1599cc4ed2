"""How the life of a ticket is written down: a table of steps, read by every verb."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


class SentOtherwise(IllegalStep):
    """A client token comes again with something else than it was sent with.

    What was sent first stands; what is said now has been neither sent nor kept.
    """


class NotAllowed(Exception):
    """This person may see the ticket but not take this step."""


@dataclass(frozen=True)
class Rule:
    """One step: from which statuses, to which (None = stays), and who may take it.

    `moves` names the statuses from which the step leads elsewhere than to `target`;
    `refusals` those in which the refusal has better words.
    """

    sources: frozenset[str]
    target: str | None
    roles: frozenset[Role]
    refusal: str | Promise
    customer: bool = False
    moves: Mapping[str, str] = field(default_factory=dict)
    refusals: Mapping[str, str | Promise] = field(default_factory=dict)


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
            refusal = rule.refusals.get(ticket.status, rule.refusal)
            raise IllegalStep(refusal, step=step, status=ticket.status)
        return rule

    def move(self, ticket: HasStatus, rule: Rule) -> bool:
        """Set the status that a checked rule leads to; True if it is another one."""
        target = rule.moves.get(ticket.status, rule.target)
        if target is None or target == ticket.status:
            return False
        ticket.status = target
        return True

    def allows(self, ticket: HasStatus, step: StrEnum, *, by: User | None) -> bool:
        """Whether a button for this step makes sense."""
        try:
            self.check(ticket, step, by=by)
        except (IllegalStep, NotAllowed):
            return False
        return True
