"""The words in which a record tells of a clock, and where their meaning is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sla.promise import Calendars, Length, Terms


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a record; `detail` as it was said, not as text."""

    kind: str
    step: int
    at: datetime
    recorded_at: datetime
    detail: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.kind} {self.step}"


@dataclass(frozen=True)
class Promise:
    """What a target says; `strict` if the deadline instant itself is too late."""

    terms: Terms
    strict: bool


@dataclass(frozen=True)
class Allowance:
    """For which reason a clock may pause, and how long in all; None for no limit."""

    reason: str
    length: Length | None


class Sources(Protocol):
    """Where the versions that a record names are kept."""

    def promise(self, target_id: int) -> Promise:
        """What a target says."""

    def calendars(
        self, version_ids: Mapping[str, int] | None, *, at: datetime
    ) -> Calendars:
        """The named versions; those in force at `at` where none are named."""

    def allowance(self, rule_id: int) -> Allowance:
        """What a pause rule says."""


@dataclass
class Stretch:
    """A pause as the lines tell it."""

    number: int
    rule: int
    reason: str
    paused_at: datetime
    resumes_at: datetime | None
    resumed_at: datetime | None = None


@dataclass(frozen=True)
class Owed:
    """A line that is written together with the one before it, or that one is false."""

    kinds: tuple[str, ...]
    recorded_at: datetime
    at: datetime | None
    otherwise: str


class Unreadable(Exception):
    """A line after which nothing more can be told."""
