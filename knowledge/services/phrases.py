"""Keep words that customers should not read out of what is sent to them (IN-20)."""

import tomllib
from collections.abc import Collection
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django.db.models import Count, Max

from knowledge.models import Phrase
from knowledge.phrase_guard import Finding, Rulebook, Verdict, examine
from knowledge.services.load import DATA
from staff.models import Role, User


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
    text: str,
    *,
    by: User,
    confirmed: Collection[str] = frozenset(),
    override: str | None = None,
    field: str = "text",
    passed: Collection[str] = frozenset(),
) -> tuple[str, ...]:
    """Raise ForbiddenPhrase or NeedsConfirmation unless the text may be sent.

    `confirmed` are the harmless phrases that the writer has looked at; `override` is
    the reason for which a supervisor lets forbidden ones pass; `field` is where the
    text was written; `passed` are phrases for which somebody has answered before.
    Returns the phrases that only the override let pass, for the record.
    """
    findings = [f for f in findings_in(text, by=by) if f.phrase.text not in passed]
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
    return examine(text, rulebook(), may_promise=promise_limits()[Role(by.role)])


def rulebook() -> Rulebook:
    """The rules in force; one query, as long as nobody changes them."""
    stamp = Phrase.history.aggregate(changes=Count("pk"), last=Max("pk"))
    return _built((stamp["changes"], stamp["last"]))


@lru_cache(maxsize=2)
def _built(stamp: tuple[int, int | None]) -> Rulebook:
    return Rulebook.of(row.rule() for row in Phrase.objects.filter(enabled=True))


@cache
def promise_limits() -> dict[Role, Decimal | None]:
    """What each role may promise on its own, in yuan; None is any amount."""
    data: dict[str, Any] = tomllib.loads((DATA / "phrases.toml").read_text("utf-8"))
    limits = data["may_promise"]
    return {role: Decimal(limits[role]) if role in limits else None for role in Role}
