"""Digests of shifts as people read them: on a page, in a mail, among their notices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.urls import reverse
from django.utils.translation import get_language

from figures.models import DigestByMail, DigestCopy, ShiftDigest
from sla.share import Share
from staff.models import User
from tickets.models import Kind

PAGE: Final = 30


@dataclass(frozen=True)
class RuleRow:
    """How one promise stood in a shift."""

    code: str
    name: str
    share: Share
    still_open: int
    unacknowledged: int
    longest: timedelta | None


@dataclass(frozen=True)
class Latest:
    """One of the promises that were missed by most."""

    number: str
    href: str
    code: str
    name: str
    due_at: datetime
    overrun: timedelta
    still_open: bool


@dataclass(frozen=True)
class Digest:
    """One digest as it is shown or mailed; the shift is named as it was then."""

    row: ShiftDigest
    shift: str
    hours: str
    as_of: datetime
    share: Share
    still_open: int
    unacknowledged: int
    waiting: int
    arrived: int
    open_promises: int
    rules: list[RuleRow]
    latest: list[Latest]

    @classmethod
    def of(cls, row: ShiftDigest) -> Self:
        """No query."""
        said = row.content
        total = said["total"]
        return cls(
            row=row,
            shift=_name(said["shift"]),
            hours=said["shift"]["hours"],
            as_of=datetime.fromisoformat(said["as_of"]),
            share=Share(total["kept"], total["due"]),
            still_open=total["still_open"],
            unacknowledged=total["unacknowledged"],
            waiting=said["waiting"],
            arrived=said["arrived"],
            open_promises=said["open_promises"],
            rules=[_rule(rule) for rule in said["rules"]],
            latest=[_latest(line) for line in said["latest"]],
        )

    @property
    def href(self) -> str:
        day = self.row.day.isoformat()
        return reverse("supervision:digest", args=[day, self.row.shift.code])

    @property
    def longest(self) -> Latest | None:
        return self.latest[0] if self.latest else None


def page_of(*, before: datetime | None) -> tuple[list[Digest], datetime | None]:
    """A page of digests, the newest first, and where the next one begins; one query."""
    rows = ShiftDigest.objects.order_by("-until", "-pk").select_related("shift")
    if before is not None:
        rows = rows.filter(until__lt=before)
    found = list(rows[: PAGE + 1])
    more = found[PAGE - 1].until if len(found) > PAGE else None
    return [Digest.of(row) for row in found[:PAGE]], more


def unread_of(user: User) -> list[Digest]:
    """What waits for a person to be read, the newest first; one query."""
    copies = DigestCopy.objects.unread(user).select_related("digest__shift")
    return [Digest.of(copy.digest) for copy in copies[:PAGE]]


def wants_mail(user: User) -> bool:
    return DigestByMail.objects.filter(person=user).exists()


def _rule(rule: Mapping[str, Any]) -> RuleRow:
    longest = rule["longest_s"]
    return RuleRow(
        code=rule["rule"],
        name=_name(rule),
        share=Share(rule["kept"], rule["due"]),
        still_open=rule["still_open"],
        unacknowledged=rule["unacknowledged"],
        longest=None if longest is None else timedelta(seconds=longest),
    )


def _latest(line: Mapping[str, Any]) -> Latest:
    view = "desk:objection" if line["kind"] == Kind.OBJECTION else "desk:inquiry"
    return Latest(
        number=line["number"],
        href=reverse(view, args=[line["number"]]),
        code=line["rule"],
        name=_name(line),
        due_at=datetime.fromisoformat(line["at"]),
        overrun=timedelta(seconds=line["overrun_s"]),
        still_open=line["still_open"],
    )


def _name(named: Mapping[str, Any]) -> str:
    return str(named["name_en" if get_language() == "en" else "name_zh"])
