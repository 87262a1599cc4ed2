"""What is known of the order beside an objection, ready to be shown."""

import difflib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Self

from django.utils.functional import cached_property

from objections.models import Evidence, Objection
from objections.order_facts import (
    facts_for,
    is_anothers,
    kind_of,
    may_read,
    names_any,
)
from objections.workflow import WORKFLOW, Step
from orders.copies import PARTS, copy_of
from orders.facts import (
    ChecklistFacts,
    ContractFacts,
    LookupFailed,
    OrderFacts,
    OrderNotFound,
)
from orders.recalculation import Recalculation, recalculate
from staff.models import User


class State(StrEnum):
    """What the look-up came to."""

    UNNAMED = "unnamed"
    NOT_FOUND = "not_found"
    FAILED = "failed"
    HIDDEN = "hidden"
    FOUND = "found"


@dataclass(frozen=True)
class Version:
    """A contract's version, and how it differs from the one before (OB-25)."""

    contract: ContractFacts
    changes: list[tuple[str, str]]
    later: bool

    @property
    def lacks_consent(self) -> bool:
        """Whether terms changed and nobody recorded that the customer agreed."""
        return self.later and self.contract.consented_at is None


@dataclass(frozen=True)
class Pair:
    """One thing before and after the lease, side by side (OB-27, OB-28)."""

    before: ChecklistFacts | None
    after: ChecklistFacts | None

    @property
    def either(self) -> ChecklistFacts | None:
        return self.before or self.after

    @property
    def differs(self) -> bool:
        """Whether it came back with another grade than it went out with."""
        if self.before is None or self.after is None:
            return False
        return self.before.grade != self.after.grade


@dataclass(frozen=True)
class OrderCard:
    """The order of an objection as this person may see it."""

    objection: Objection
    user: User
    state: State
    found: OrderFacts | None = None

    @classmethod
    def of(cls, objection: Objection, *, user: User) -> Self:
        """Ask the source once; every answer, a failure too, is something to show."""
        if not names_any(objection):
            return cls(objection, user, State.UNNAMED)
        try:
            facts = facts_for(objection)
        except OrderNotFound:
            return cls(objection, user, State.NOT_FOUND)
        except LookupFailed:
            return cls(objection, user, State.FAILED)
        if not may_read(facts, objection, by=user):
            return cls(objection, user, State.HIDDEN)
        return cls(objection, user, State.FOUND, facts)

    @property
    def facts(self) -> OrderFacts:
        """Only of a card that has found some."""
        if self.found is None:
            raise OrderNotFound(self.objection.order_number)
        return self.found

    @property
    def is_anothers(self) -> bool:
        return self.found is not None and is_anothers(self.found, self.objection)

    @cached_property
    def reckoned(self) -> Recalculation:
        return recalculate(self.facts)

    @property
    def versions(self) -> list[Version]:
        """Each contract's versions, with what changed."""
        shown = []
        before: ContractFacts | None = None
        for contract in self.facts.contracts:
            later = before is not None and before.number == contract.number
            old = before.terms if later and before is not None else contract.terms
            shown.append(
                Version(contract, list(changes(old, contract.terms)), later=later)
            )
            before = contract
        return shown

    @property
    def pairs(self) -> list[Pair]:
        """What both sides signed at the delivery and at the return."""
        found: dict[tuple[str, str, str], dict[str, ChecklistFacts]] = {}
        for it in self.facts.checklist:
            key = (it.aspect, it.serial_number, it.item)
            found.setdefault(key, {})[it.stage] = it
        return [Pair(it.get("delivery"), it.get("return")) for it in found.values()]

    @property
    def may_keep(self) -> bool:
        """Whether this person puts evidence on record now."""
        allowed = WORKFLOW.allows(self.objection, Step.ADD_EVIDENCE, by=self.user)
        return allowed and not self.objection.names(self.user)

    @cached_property
    def kept(self) -> dict[str, bool]:
        """For each part that has something: whether this very copy is on record."""
        copies = {part: copy_of(self.facts, part) for part in PARTS}
        kept = set(
            Evidence.objects.filter(objection=self.objection).values_list(
                "kind__code", "hash"
            )
        )
        return {
            part: (
                kind_of(part, self.objection),
                hashlib.sha256(text.encode()).hexdigest(),
            )
            in kept
            for part, text in copies.items()
            if text
        }


def changes(old: str, new: str) -> Iterator[tuple[str, str]]:
    """The lines that went ("-") and that came ("+").

    Whole lines are compared: to look for likeness within them takes minutes for a
    contract of which every paragraph was reworded.
    """
    before, after = old.splitlines(), new.splitlines()
    matcher = difflib.SequenceMatcher(None, before, after)
    for tag, first, last, begin, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        for gone, came in zip_longest(before[first:last], after[begin:end]):
            if gone is not None:
                yield "-", gone
            if came is not None:
                yield "+", came
