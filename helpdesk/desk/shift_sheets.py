"""Handover sheets as people read them: the turns that end now, past ones, one sheet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from django.http import Http404
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy

from figures.models import ShiftSheet
from figures.services.handing_over import DRAWN_UP_FROM, DRAWN_UP_UNTIL, SIGNS
from inquiries.workflow import Status as InquiryStatus
from objections.workflow import Status as ObjectionStatus
from staff.models import Shift, User
from staff.shifts import Turn
from tickets.models import Kind

PAGE: Final = 30
SECTIONS: Final[Mapping[str, tuple[Any, str, Any]]] = {
    "missed": (
        gettext_lazy("Missed and not acknowledged"),
        "alarm",
        gettext_lazy("Every missed promise was acknowledged."),
    ),
    "waiting": (
        gettext_lazy("Customers waiting"),
        "users",
        gettext_lazy("No customer waited for an answer."),
    ),
    "objections": (
        gettext_lazy("Objections with a step due in the next shift"),
        "message-exclamation",
        gettext_lazy("No step of an objection was due."),
    ),
    "promises": (
        gettext_lazy("Open promises, most urgent first"),
        "clock",
        gettext_lazy("No promise was open."),
    ),
    "owed": (
        gettext_lazy("Owed after the end of a conversation"),
        "mail-fast",
        gettext_lazy("Nothing was owed."),
    ),
}


# How a promise stood when the sheet was frozen.
STATES: Final[Mapping[str, Any]] = {
    "running": gettext_lazy("to come"),
    "late": gettext_lazy("late and open"),
    "paused": gettext_lazy("paused"),
    "missed": gettext_lazy("missed, then done"),
}


def is_for(user: User) -> bool:
    """Those who answer, and those who supervise."""
    return user.role in SIGNS


@dataclass(frozen=True)
class Line:
    """One line of a frozen copy."""

    number: str
    href: str
    name: str
    rule: str
    at: datetime
    state: str
    state_word: str
    status: str
    holder: str

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Self:
        of_objection = line["kind"] == Kind.OBJECTION
        view = "desk:objection" if of_objection else "desk:inquiry"
        return cls(
            number=line["number"],
            href=reverse(view, args=[line["number"]]),
            name=name_of(line) if "name_zh" in line else "",
            rule=line.get("rule", ""),
            at=datetime.fromisoformat(line["at"]),
            state=(state := line.get("state", "")),
            state_word=str(STATES.get(state, "")),
            status=_status(line.get("status", ""), of_objection=of_objection),
            holder=line["with"],
        )


@dataclass(frozen=True)
class Section:
    """Lines of one kind, and how many there are beside them."""

    code: str
    title: str
    icon: str
    nothing: str
    count: int
    lines: list[Line]

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True)
class Read:
    """One sheet as it is shown."""

    sheet: ShiftSheet
    as_of: datetime
    next_until: datetime
    shift: str
    hours: str
    next_shift: str
    sections: list[Section]
    may_hand_over: bool
    may_take_over: bool

    @classmethod
    def of(cls, sheet: ShiftSheet, *, user: User) -> Self:
        """The caller has read both signatures with it; no query."""
        content = sheet.content
        following = content["next"]
        return cls(
            sheet=sheet,
            as_of=datetime.fromisoformat(content["as_of"]),
            next_until=datetime.fromisoformat(content["until"]),
            shift=name_of(content["shift"]),
            hours=content["shift"]["hours"],
            next_shift=name_of(following) if following else "",
            sections=[_section(code, content[code]) for code in SECTIONS],
            may_hand_over=sheet.handed_at is None,
            may_take_over=sheet.handed_at is not None
            and sheet.taken_at is None
            and sheet.handed_by_id != user.pk,
        )


@dataclass(frozen=True)
class Blank:
    """A sheet that nobody has drawn up yet."""

    opens_at: datetime
    may_draw_up: bool

    @classmethod
    def of(cls, shift: Shift, day: date, *, at: datetime) -> Self:
        """Raises Http404 before the turn begins and a day after it has ended."""
        turn = shift.turn(day)
        if not turn.since <= at <= turn.until + DRAWN_UP_UNTIL:
            raise Http404
        opens_at = turn.until - DRAWN_UP_FROM
        return cls(opens_at, may_draw_up=opens_at <= at)


@dataclass(frozen=True)
class Ending:
    """A turn that ends or has ended, and its sheet as far as there is one."""

    shift: Shift
    turn: Turn
    sheet: ShiftSheet | None
    opens_at: datetime
    is_open: bool

    @property
    def href(self) -> str:
        return address(self.shift.code, self.turn.day)

    @property
    def is_done(self) -> bool:
        return self.sheet is not None and self.sheet.is_signed


def endings(*, at: datetime) -> list[Ending]:
    """The turn at work and the one before it; three queries."""
    shifts = list(Shift.objects.active())
    today = localtime(at).date()
    turns = [
        (shift, shift.turn(today - timedelta(days=back)))
        for shift in shifts
        for back in range(3)
    ]
    begun = sorted(
        ((turn.until, shift, turn) for shift, turn in turns if turn.since <= at),
        key=lambda it: it[0],
        reverse=True,
    )[:2]
    days = [turn.day for _until, _shift, turn in begun]
    sheets = {
        (sheet.shift_id, sheet.day): sheet
        for sheet in ShiftSheet.objects.filter(day__in=days).select_related(
            "handed_by", "taken_by"
        )
    }
    return [
        Ending(
            shift,
            turn,
            sheets.get((shift.pk, turn.day)),
            opens_at=turn.until - DRAWN_UP_FROM,
            is_open=turn.until - DRAWN_UP_FROM <= at <= turn.until + DRAWN_UP_UNTIL,
        )
        for _until, shift, turn in begun
    ]


def past(*, before: datetime | None) -> tuple[list[ShiftSheet], datetime | None]:
    """A page of sheets, the newest first, and where the next one begins."""
    sheets = ShiftSheet.objects.newest_first().defer("content")
    if before is not None:
        sheets = sheets.filter(until__lt=before)
    found = list(sheets.select_related("shift", "handed_by", "taken_by")[: PAGE + 1])
    more = found[PAGE - 1].until if len(found) > PAGE else None
    return found[:PAGE], more


def address(code: str, day: date) -> str:
    return reverse("desk:shift_sheet", args=[day.isoformat(), code])


def name_of(named: Mapping[str, Any]) -> str:
    """The frozen name in the reader's language."""
    return str(named["name_en" if get_language() == "en" else "name_zh"])


def _section(code: str, frozen: Mapping[str, Any]) -> Section:
    title, icon, nothing = SECTIONS[code]
    return Section(
        code=code,
        title=str(title),
        icon=icon,
        nothing=str(nothing),
        count=frozen["count"],
        lines=[Line.of(line) for line in frozen["lines"]],
    )


def _status(code: str, *, of_objection: bool) -> str:
    known = ObjectionStatus if of_objection else InquiryStatus
    return str(known(code).label) if code in known.values else code
