"""How things are shown: icons, clocks, lengths of time, sizes, initials."""

import math
import re
from collections.abc import Hashable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django import template
from django.conf import settings
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.fragments import fragment
from inquiries.links import thread_path
from inquiries.models import Inquiry
from sla.models import Clock, ClockStatus, Outcome
from sla.services.standing import ClockFacts, Hold

register = template.Library()

ICONS: Final = settings.BASE_DIR / "node_modules/@tabler/icons/icons/outline"
FALLBACK_ICON: Final = "circle-dotted"
ICON_NAME: Final = re.compile(r"[a-z0-9-]+")
# The paths between <svg ...> and </svg>, without the invisible bounding box.
DRAWING: Final = re.compile(r"<svg[^>]*>(?P<paths>.*)</svg>", re.DOTALL)
BACKTICKS: Final = re.compile(r"`([^`]+)`")
BOUNDING_BOX: Final = re.compile(r'<path stroke="none"[^>]*/>')

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
KIBIBYTE: Final = 1024


@lru_cache(maxsize=512)
def drawing(name: str) -> str:
    """The inside of one icon; an unknown name (say, of a channel) is a dotted ring."""
    file = ICONS / f"{name}.svg"
    if not ICON_NAME.fullmatch(name) or not file.is_file():
        file = ICONS / f"{FALLBACK_ICON}.svg"
    found = DRAWING.search(file.read_text(encoding="utf-8"))
    paths = found["paths"] if found else ""
    return " ".join(BOUNDING_BOX.sub("", paths).split())


@register.simple_tag(name="fragment")
def drawn(template: str, values: Hashable = (), **words: Any) -> SafeString:
    """A piece of the page, kept once it is rendered; see `helpdesk.fragments`."""
    return fragment(template, values, **words)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the set, drawn in the text colour; `extra` adds CSS classes."""
    return format_html(
        '<svg class="icon icon-{} {}" viewBox="0 0 24 24" width="24" height="24"'
        ' fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round"'
        ' stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>',
        name,
        extra,
        mark_safe(drawing(str(name))),  # noqa: S308  (a file of an installed package)
    )


def clock_state(clock: Clock | ClockFacts, now: datetime) -> str:
    """running, soon, late, paused, met, missed or cancelled, as seen at `now`."""
    if clock.status == ClockStatus.CANCELLED:
        return "cancelled"
    if clock.status == ClockStatus.STOPPED:
        return "met" if clock.outcome == Outcome.MET else "missed"
    if clock.status == ClockStatus.PAUSED:
        return "paused"
    if now > clock.due_at:
        return "late"
    return "soon" if clock.warns_at and now >= clock.warns_at else "running"


def clock_seconds(clock: Clock | ClockFacts, state: str, now: datetime) -> int:
    """What the chip counts: left, late by, or, once answered, needed."""
    if state == "late":
        return math.floor((now - clock.due_at).total_seconds())
    if state in {"running", "soon"}:
        return math.ceil((clock.due_at - now).total_seconds())
    if state in {"met", "missed"} and clock.stopped_at:
        return math.floor((clock.stopped_at - clock.started_at).total_seconds())
    return 0


def stepped(seconds: int, *, up: bool) -> int:
    """Rounded to the step at which a chip moves: 1 s, 10 s from 2 min, 1 min from 1 h.

    `up` is the direction that never promises less time than there is.
    """
    if seconds < 2 * MINUTE:
        return seconds
    step = 10 if seconds < HOUR else MINUTE
    return (math.ceil(seconds / step) if up else seconds // step) * step


def duration_text(seconds: float) -> str:
    """0:24, 12:30, then "3 h 05 min", then "2 d 3 h"; clock.js writes the same."""
    whole = max(0, int(seconds))
    if whole < HOUR:
        return f"{whole // MINUTE}:{whole % MINUTE:02d}"
    if whole < DAY:
        return hours_text(whole)
    return _("%(days)d d %(hours)d h") % {
        "days": whole // DAY,
        "hours": whole % DAY // HOUR,
    }


def hours_text(seconds: int) -> str:
    """Hours and minutes, however many."""
    return _("%(hours)d h %(minutes)s min") % {
        "hours": seconds // HOUR,
        "minutes": f"{seconds % HOUR // MINUTE:02d}",
    }


def state_word(state: str) -> str:
    """The word that stands beside the shape."""
    return {
        "running": _("Left"),
        "soon": _("Left"),
        "late": _("Late by"),
        "paused": _("Paused"),
        "met": _("Met"),
        "missed": _("Missed"),
        "cancelled": _("Cancelled"),
    }[state]


class Chip(NamedTuple):
    """What the chip of a clock shows, but for its digits; instants in milliseconds."""

    state: str
    due_ms: int
    warn_ms: int | None
    label: str = ""
    reason: str = ""
    other_word: str = ""

    @property
    def word(self) -> str:
        return self.other_word or state_word(self.state)


def chip_of(
    clock: Clock | ClockFacts,
    now: datetime,
    *,
    label: str = "",
    hold: Hold | None = None,
) -> tuple[Chip, str]:
    """The chip of a clock as it stands at `now`, and its digits."""
    state = clock_state(clock, now)
    chip = Chip(
        state,
        due_ms=milliseconds(clock.due_at),
        warn_ms=None if clock.warns_at is None else milliseconds(clock.warns_at),
        label=label,
        reason=hold.rule.name if hold and state == "paused" else "",
    )
    if state == "cancelled":
        return chip, ""
    if state == "paused":
        return chip, time_left(hold)
    seconds = clock_seconds(clock, state, now)
    return chip, duration_text(stepped(seconds, up=state in {"running", "soon"}))


@register.simple_tag
def clock_chip(
    clock: Clock | None, now: datetime, label: str = "", hold: Hold | None = None
) -> SafeString:
    """The chip of one clock as it stands at `now`; clock.js keeps it moving.

    `hold` says of a paused clock why it waits and how much time it has left.
    """
    if clock is None:
        return SafeString()
    chip, digits = chip_of(clock, now, label=label, hold=hold)
    return fragment("components/clock_chip.html", chip, digits=digits)


def time_left(hold: Hold | None) -> str:
    """What a paused clock has left; in hours where opening time is counted."""
    if hold is None or hold.left is None:
        return ""
    seconds = math.ceil(hold.left.total_seconds())
    if hold.opening_time and seconds >= DAY:
        return hours_text(seconds)  # a day of opening time has no fixed length
    return duration_text(stepped(seconds, up=True))


def milliseconds(at: datetime) -> int:
    """The instant as JavaScript counts it."""
    return round(at.timestamp() * 1000)


@register.filter
def epoch_ms(at: datetime | None) -> int | str:
    """The instant in milliseconds since 1970, for a data attribute."""
    return "" if at is None else milliseconds(at)


@register.filter
def duration(value: timedelta | float | None) -> str:
    """A length of time in digits: 0:24."""
    if value is None:
        return ""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    return duration_text(seconds)


@register.filter
def promise(seconds: float | None) -> str:
    """A promised length of time in words: 30 seconds, 15 minutes, 2 hours.

    In the largest unit of which it is a whole number: a promise is never rounded.
    """
    whole = int(seconds or 0)
    if whole % MINUTE:
        return ngettext("%(n)d second", "%(n)d seconds", whole) % {"n": whole}
    if whole % HOUR:
        minutes = whole // MINUTE
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours = whole // HOUR
    return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}


@register.filter
def clock_time(at: datetime | None, now: datetime | None = None) -> str:
    """The time of day to the second; with the day when it is not the day of `now`."""
    if at is None:
        return ""
    return _time_of(localtime(at), now)


def _time_of(local: datetime, now: datetime | None) -> str:
    today = local.date() if now is None else _day_of(now)
    if local.date() == today:
        return f"{local:%H:%M:%S}"
    if local.year == today.year:
        return f"{local:%m-%d %H:%M:%S}"
    return f"{local:%Y-%m-%d %H:%M:%S}"


@lru_cache(maxsize=64)
def _day_of(now: datetime) -> date:
    """A page writes many times of day, all as seen at one moment."""
    return localtime(now).date()


@register.filter
def time_tag(at: datetime, now: datetime) -> SafeString:
    """An instant for people and for machines; both are digits alone."""
    local = localtime(at)
    iso, text = local.isoformat(), _time_of(local, now)
    return mark_safe(f'<time datetime="{iso}">{text}</time>')  # noqa: S308


@register.filter
def file_size(size: int) -> str:
    """A size for people: 340 KB, 2.1 MB."""
    if size < KIBIBYTE * KIBIBYTE:
        return f"{max(1, round(size / KIBIBYTE))} KB"
    return f"{size / KIBIBYTE / KIBIBYTE:.1f} MB"


@register.filter
def backticks(text: str) -> SafeString:
    """A text in which `words` between backticks are code."""
    marked = BACKTICKS.sub(r"<code>\1</code>", conditional_escape(text))
    return mark_safe(marked)  # noqa: S308  (escaped before it is marked)


@register.filter
def initial(name: str) -> str:
    """The first letter of a name, for its avatar."""
    return (str(name).strip() or "?")[0].upper()


@register.simple_tag
def thread_link(inquiry: Inquiry) -> str:
    """The customer's address of a conversation."""
    return thread_path(inquiry)


@register.simple_tag
def file_limits() -> SafeString:
    """What a file field may take, for the check in the browser before the upload."""
    return format_html(
        'data-max-bytes="{}" data-max-files="{}"',
        settings.ATTACHMENT_MAX_BYTES,
        settings.ATTACHMENTS_PER_MESSAGE,
    )
