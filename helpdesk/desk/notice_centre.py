"""The notices of one person: what is open, what was, and why each came to them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final, Self

from django.db import models
from django.db.models import Count
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from helpdesk.digests import Digest, unread_of
from helpdesk.notices import Notice
from sla.models import (
    ALERTING_KINDS,
    ClockEventKind,
    Notification,
    NotificationQuerySet,
)
from sla.services.standing import Hold, holds
from staff.models import User

PAGE: Final = 50
MOST_COUNTED: Final = 1000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
# No more digits than an instant of this age and a key of a row can have.
PLACE: Final = re.compile(r"([0-9]{1,16})-([0-9]{1,18})", re.ASCII)


class State(models.TextChoices):
    """Which notices: those that wait, those that are over, or all."""

    OPEN = "open", _("To acknowledge")
    DONE = "done", _("Acknowledged")
    ALL = "all", _("All")


@dataclass(frozen=True)
class Place:
    """A notice by which the list goes on, in the order of the list."""

    created_at: datetime
    pk: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None for anything that no page of ours has written."""
        said = PLACE.fullmatch(text)
        return cls(EPOCH + int(said[1]) * MICROSECOND, int(said[2])) if said else None

    def __str__(self) -> str:
        return f"{(self.created_at - EPOCH) // MICROSECOND}-{self.pk}"


@dataclass(frozen=True)
class Wanted:
    """Which notices are looked for."""

    state: State = State.OPEN
    kind: str = ""
    before: Place | None = None

    @classmethod
    def read(cls, asked: QueryDict) -> Self:
        """What an address asks for; what it asks for in vain is left out."""
        state, kind = asked.get("state", ""), asked.get("kind", "")
        return cls(
            State(state) if state in State.values else State.OPEN,
            kind if kind in ALERTING_KINDS else "",
            Place.read(asked.get("before", "")),
        )

    @property
    def query(self) -> str:
        """The address of this very list."""
        said = {
            "state": "" if self.state == State.OPEN else self.state.value,
            "kind": self.kind,
            "before": str(self.before or ""),
        }
        words = urlencode({name: value for name, value in said.items() if value})
        return f"?{words}" if words else ""

    @property
    def href(self) -> str:
        return reverse("desk:notice_centre") + self.query


@dataclass(frozen=True)
class Row:
    """One notice, and why its clock waits if it does."""

    notice: Notice
    hold: Hold | None


@dataclass(frozen=True)
class Tab:
    """One choice of the filter."""

    name: str
    href: str
    is_chosen: bool
    count: int | None = None


@dataclass(frozen=True)
class Centre:
    """What one person is shown at one moment."""

    now: datetime
    wanted: Wanted
    rows: list[Row]
    following: Wanted | None
    open_by_kind: Mapping[str, int]
    digests: list[Digest]

    @classmethod
    def of(cls, user: User, *, wanted: Wanted, at: datetime) -> Self:
        """Four queries at most, however many notices there are."""
        found = list(chosen(user, wanted)[: PAGE + 1])
        shown, more = found[:PAGE], found[PAGE:]
        held = holds(it.event.clock for it in shown)
        last = shown[-1] if more else None
        return cls(
            now=at,
            wanted=wanted,
            rows=[Row(Notice(it), held.get(it.event.clock_id)) for it in shown],
            following=replace(wanted, before=Place(last.created_at, last.pk))
            if last
            else None,
            open_by_kind=open_by_kind(user),
            digests=unread_of(user) if user.supervises and wanted == Wanted() else [],
        )

    @property
    def is_open(self) -> bool:
        return self.wanted.state == State.OPEN

    @property
    def newest(self) -> int:
        """Up to which notice "all" is meant: what nobody has seen stays open."""
        return max((row.notice.pk for row in self.rows), default=0)

    @cached_property
    def states(self) -> list[Tab]:
        now = self.wanted
        return [
            Tab(
                str(state.label),
                replace(now, state=state, before=None).href,
                state == now.state,
            )
            for state in State
        ]

    @cached_property
    def kinds(self) -> list[Tab]:
        now, counts = self.wanted, self.open_by_kind
        every = Tab(
            str(_("Every kind")),
            replace(now, kind="", before=None).href,
            not now.kind,
            sum(counts.values()),
        )
        return [
            every,
            *(
                Tab(
                    str(ClockEventKind(kind).label),
                    replace(now, kind=kind, before=None).href,
                    kind == now.kind,
                    counts.get(kind, 0),
                )
                for kind in ALERTING_KINDS
            ),
        ]

    @property
    def kind_name(self) -> str:
        kind = self.wanted.kind
        return str(ClockEventKind(kind).label) if kind else ""

    @property
    def address(self) -> str:
        """Where this very list is fetched again."""
        return self.wanted.href


def chosen(user: User, wanted: Wanted) -> NotificationQuerySet:
    """A person's own notices of a filter, the newest first."""
    mine = Notification.objects
    if wanted.state == State.OPEN:
        notices = mine.unacknowledged(user).speaking_to(user)
    elif wanted.state == State.DONE:
        notices = mine.acknowledged(user).about_visible(user)
    else:
        notices = mine.told_to(user).about_visible(user)
    if wanted.kind:
        notices = notices.filter(event__kind=wanted.kind)
    if wanted.before:
        notices = notices.before(wanted.before.created_at, wanted.before.pk)
    return notices.newest_first()


def open_by_kind(user: User) -> dict[str, int]:
    """How many of each kind are open, among the newest thousand; one query."""
    waiting = Notification.objects.unacknowledged(user).newest_first()
    found = (
        Notification.objects.filter(pk__in=waiting.values("pk")[:MOST_COUNTED])
        .speaking_to(user)
        .order_by()
        .values_list("event__kind")
        .annotate(Count("pk"))
    )
    return dict(found)
