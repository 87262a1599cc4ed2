"""Keep words that customers should not read out of what is sent to them (IN-20)."""

from collections.abc import Collection
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from knowledge.models import Phrase, PromiseLimit
from knowledge.phrase_guard import (
    Finding,
    Kind,
    Rulebook,
    Verdict,
    amounts,
    examine,
)
from knowledge.stamps import Stamp, stamp_of
from rows.questions import Question, Slot
from staff.models import User

_NOT_OURS: Final = frozenset({Kind.FORBIDDEN, Kind.ABSOLUTE, Kind.MONEY})
_LIMIT: Final = Question(lambda: PromiseLimit.objects.filter(role=Slot("role")))


class UnfitWording(Exception):
    """A text that is not sent as it stands, what was found in it, and its field.

    With it what would let it pass: phrases that the writer may call harmless, whether
    they did so (`confirmed`), and for whom supervises a reason (`override`).
    """

    def __init__(
        self,
        findings: Collection[Finding],
        *,
        field: str,
        doubtful: Collection[str] = (),
        confirmed: Collection[str] = (),
        override: str = "",
        may_override: bool = False,
    ) -> None:
        super().__init__([finding.phrase.text for finding in findings])
        self.findings = tuple(findings)
        self.field = field
        self.doubtful = tuple(dict.fromkeys(doubtful))
        self.confirmed = frozenset(confirmed)
        self.override = override
        self.may_override = may_override


class ForbiddenPhrase(UnfitWording):
    """It says what must not be said (IN-20)."""


class NeedsConfirmation(UnfitWording):
    """It says so in words that are usually harmless: the writer decides."""


def refuse_forbidden(
    findings: Collection[Finding],
    *,
    by: User,
    confirmed: Collection[str] = frozenset(),
    override: str | None = None,
    field: str = "text",
    passed: Collection[str] = frozenset(),
) -> tuple[str, ...]:
    """Raise ForbiddenPhrase or NeedsConfirmation unless such a text may be sent.

    `confirmed` are the harmless phrases that the writer has looked at; `override` is
    the reason for which a supervisor lets forbidden ones pass; `field` is where the
    text was written; `passed` are phrases for which somebody has answered before.
    Returns the phrases that only the override let pass, for the record.
    """
    findings = [f for f in findings if f.phrase.text not in passed]
    refused = [f for f in findings if f.verdict is Verdict.REFUSE]
    harmless = [f for f in findings if f.verdict is Verdict.CONFIRM]
    way: dict[str, Any] = {
        "field": field,
        "doubtful": [finding.phrase.text for finding in harmless],
        "confirmed": confirmed,
        "override": override or "",
        "may_override": bool(refused) and by.supervises,
    }
    if refused and not (override and by.supervises):
        raise ForbiddenPhrase(refused, **way)
    doubtful = [f for f in harmless if f.phrase.text not in confirmed]
    if doubtful:
        raise NeedsConfirmation(doubtful, **way)
    return tuple(dict.fromkeys(finding.phrase.text for finding in refused))


def findings_in(text: str, *, by: User) -> list[Finding]:
    """All that the guard would say about a text by this person to a customer."""
    limit = may_promise(by) if amounts(text) else None
    return examine(text, rulebook(), may_promise=limit)


def promises_above(text: str, *, by: User) -> list[str]:
    """The sums in a text that its author may not promise alone; mostly no query."""
    return sums_above(findings_in(text, by=by)) if amounts(text) else []


def sums_above(findings: Collection[Finding]) -> list[str]:
    """The sums among findings that the author may not promise alone."""
    above = [f for f in findings if f.verdict is Verdict.ASK_SUPERVISOR]
    return [str(finding.amount) for finding in above]


def may_be_repeated(text: str) -> bool:
    """Whether the words of others can stand in a message that we send by ourselves.

    Nobody reads it before it goes out: what a colleague would have to confirm, or what
    promises money, is not repeated. Vague words and jargon stay those of the speaker.
    """
    findings = examine(text, rulebook(), may_promise=Decimal(0))
    return not any(finding.phrase.kind in _NOT_OURS for finding in findings)


def rulebook() -> Rulebook:
    """The rules in force; one query, as long as nobody changes them."""
    return _built(stamp_of(Phrase))


@lru_cache(maxsize=2)
def _built(stamp: Stamp) -> Rulebook:
    return Rulebook.of(row.rule() for row in Phrase.objects.filter(enabled=True))


def may_promise(person: User) -> Decimal | None:
    """What somebody may promise on their own, in yuan; None is any amount.

    A role without a row may promise nothing.
    """
    row = _LIMIT.first(role=person.role)
    return Decimal(0) if row is None else row.amount
