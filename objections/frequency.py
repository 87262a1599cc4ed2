"""What is frequent, repeats, or got rarer: the arithmetic of prevention. Pure."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Generic, TypeVar

from catalog.serials import serial_key

WHOLE: Final = 100
TENTH: Final = Decimal("0.1")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Case:
    """What counting needs to know of one objection; `model` is as it was written."""

    pk: int
    at: datetime
    subtype: int | None
    model: str = ""
    customer: int = 0
    order: str = ""


@dataclass(frozen=True)
class Pattern:
    """Objections that have the subtype, and maybe the model, in common."""

    subtype: int
    model: str
    pks: tuple[int, ...]
    total: int = 0

    @property
    def count(self) -> int:
        return len(self.pks)


@dataclass(frozen=True)
class Tally(Generic[K]):
    """How often something was there in a span, and in the one before it."""

    key: K
    count: int
    previous: int


@dataclass(frozen=True)
class Span:
    """From `start` on and before `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Faulty:
    """What an investigation found of one unit."""

    pk: int
    serial: str
    found_at: datetime
    responsibility: str
    cause: str


def model_key(text: str) -> str:
    """The same for `Sony FX3`, `SONY fx-3` and full-width letters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum())


def frequent_models(
    cases: Iterable[Case],
    *,
    at: datetime,
    days: int,
    least: int,
    since: Mapping[tuple[int, str], datetime] | None = None,
) -> list[Pattern]:
    """Where one subtype of one model came `least` times within so many days.

    The days end at `at`, which belongs to them. What was there when the last action
    about a pattern ended (`since`) has been dealt with and does not count again.
    """
    begins = at - timedelta(days=days)
    groups: dict[tuple[int, str], list[Case]] = defaultdict(list)
    for case in cases:
        model = model_key(case.model)
        if case.subtype is None or not model or not begins < case.at <= at:
            continue
        dealt_with = (since or {}).get((case.subtype, model))
        if dealt_with is None or case.at > dealt_with:
            groups[case.subtype, model].append(case)
    found = [
        Pattern(subtype, _as_written(group), _pks(group))
        for (subtype, _model), group in groups.items()
        if len(group) >= max(least, 1)
    ]
    return sorted(found, key=lambda it: (-it.count, it.subtype, it.model))


def frequent_shares(
    cases: Sequence[Case], *, percent: int, least: int
) -> list[Pattern]:
    """Which subtypes make up `percent` of all cases and came `least` times or more.

    Cases without a subtype belong to the whole and are none themselves.
    """
    groups: dict[int, list[Case]] = defaultdict(list)
    for case in cases:
        if case.subtype is not None:
            groups[case.subtype].append(case)
    found = [
        Pattern(subtype, "", _pks(group), total=len(cases))
        for subtype, group in groups.items()
        if len(group) >= max(least, 1) and len(group) * WHOLE >= percent * len(cases)
    ]
    return sorted(found, key=lambda it: (-it.count, it.subtype))


def repeats(cases: Iterable[Case], *, within: timedelta) -> dict[int, int]:
    """Which case repeats which: the last one before it that is like it (CC-31).

    Alike are the subtype, and the customer or the order.
    """
    found: dict[int, int] = {}
    last: dict[tuple[int, str, Hashable], Case] = {}
    for case in sorted(cases, key=lambda it: (it.at, it.pk)):
        if case.subtype is None:
            continue
        keys: list[tuple[int, str, Hashable]] = []
        if case.customer:
            keys.append((case.subtype, "customer", case.customer))
        if case.order:
            keys.append((case.subtype, "order", case.order))
        earlier = [last[key] for key in keys if key in last]
        near = [it for it in earlier if case.at - it.at < within]
        if near:
            found[case.pk] = max(near, key=lambda it: (it.at, it.pk)).pk
        for key in keys:
            last[key] = case
    return found


def tallies(now: Iterable[K], before: Iterable[K]) -> list[Tally[K]]:
    """Everything that was there in either span, the most frequent first."""
    count, previous = Counter(now), Counter(before)
    found = [Tally(key, count[key], previous[key]) for key in {*count, *previous}]
    return sorted(found, key=lambda it: (-it.count, -it.previous, str(it.key)))


def share(part: int, whole: int) -> Decimal | None:
    """A part in percent with one digit; None of nothing."""
    if not whole:
        return None
    return (Decimal(part * WHOLE) / whole).quantize(TENTH, ROUND_HALF_UP)


def spans(done_at: datetime, days: int) -> tuple[Span, Span]:
    """Equal spans before a measure was done and after it."""
    length = timedelta(days=days)
    return Span(done_at - length, done_at), Span(done_at, done_at + length)


def faulty_units(
    findings: Iterable[Faulty],
    *,
    least: int,
    lifted: Mapping[str, datetime] | None = None,
) -> dict[str, tuple[int, ...]]:
    """Serial numbers with findings against the device or us, by their objections.

    What was found before a quarantine was lifted has been looked at.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for finding in findings:
        serial = serial_key(finding.serial)
        against = finding.responsibility == "company" or finding.cause == "device"
        looked_at = (lifted or {}).get(serial)
        new = looked_at is None or finding.found_at > looked_at
        if serial and against and new and finding.pk not in groups[serial]:
            groups[serial].append(finding.pk)
    return {
        serial: tuple(pks)
        for serial, pks in sorted(groups.items(), key=lambda it: (-len(it[1]), it[0]))
        if len(pks) >= max(least, 1)
    }


def _as_written(cases: Sequence[Case]) -> str:
    """The spelling that most people chose, the earliest among equals."""
    written = Counter(" ".join(case.model.split()) for case in cases)
    return max(written, key=lambda text: written[text])


def _pks(cases: Iterable[Case]) -> tuple[int, ...]:
    return tuple(it.pk for it in sorted(cases, key=lambda it: (it.at, it.pk)))
