"""Lines of histories as they stand on a page: what happened, when, and by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.safestring import SafeString

from helpdesk.fragments import fragment, joined
from helpdesk.templatetags.display import time_tag


class Told(Protocol):
    """One thing that happened to a ticket or to a clock."""

    @property
    def verb(self) -> str: ...
    @property
    def icon(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor(self) -> str: ...
    @property
    def clauses(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Look:
    """What one line has, but for its own words."""

    verb: str
    icon: str
    text: str
    detailed: bool
    by_somebody: bool
    clauses: tuple[str, ...]


def told(lines: Iterable[Told], *, now: datetime) -> SafeString:
    """All of them, in their order."""
    shown = [
        fragment(
            "desk/_told.html",
            Look(
                verb=str(line.verb),
                icon=line.icon,
                text=line.text,
                detailed=bool(line.detail),
                by_somebody=bool(line.actor),
                clauses=line.clauses,
            ),
            detail=line.detail,
            time=time_tag(line.at, now),
            actor=line.actor,
        )
        for line in lines
    ]
    return joined(shown)
