"""How to reach the company: one list of channels and stores for page, block and text.

Everything is told from the registry (IN-10 to IN-15); what nobody has entered is not
told at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from helpdesk import stores
from helpdesk.opening import Opening, opening, spans_on
from helpdesk.stores import OfStore
from knowledge.services import scripts
from knowledge.services.scripts import ScriptError
from sla.business_time import Hours
from tickets.models import AddressKind, Channel

# The channel that is this portal itself, and those where customers meet a colleague.
PORTAL: Final = "web_chat"
FORM: Final = "website_message"
STORE: Final = "store"
HOTLINE: Final = "hotline"
EMERGENCY_CONTACT: Final = "EMERGENCY_CONTACT"


@dataclass(frozen=True)
class Way:
    """One channel as customers are told of it."""

    channel: Channel
    takes: str
    hours: Sequence[str]
    address: str
    href: str
    act: str

    @property
    def entry(self) -> str:
        """Where an objection is filed; each channel that takes any says so (OB-32)."""
        takes = self.channel.takes_objections
        return reverse("portal:objection_new") if takes else ""

    @property
    def leaves(self) -> bool:
        """Whether the address leads to another site."""
        return self.channel.address_kind == AddressKind.LINK and bool(self.href)


@dataclass(frozen=True)
class Window:
    """The hours of a calendar today and on the next day that opens."""

    opening: Opening
    today: Sequence[str]
    next_day: date | None
    next: Sequence[str]
    is_tomorrow: bool


@dataclass(frozen=True)
class Reach:
    """All that customers are told."""

    ways: Sequence[Way]
    window: Window | None
    stores: Sequence[OfStore]


def reach(*, at: datetime) -> Reach:
    """Every channel in use, the objections' hours, every store; constant queries."""
    ways = [_way(channel) for channel in Channel.objects.in_use()]
    hours = stores.calendar_hours(stores.OBJECTION_WINDOW, at=at)
    told = window(hours, at=at) if hours else None
    return Reach(ways, told, stores.in_use(public=hours, at=at))


def window(hours: Hours, *, at: datetime) -> Window:
    """When objections are handled: today, and on the next day that opens (OB-34)."""
    today = localtime(at).date()
    ahead = (today + timedelta(days=days) for days in range(1, 15))
    next_day = next((day for day in ahead if hours.intervals(day)), None)
    return Window(
        opening=opening(hours, at=at),
        today=spans_on(hours, today),
        next_day=next_day,
        next=spans_on(hours, next_day) if next_day else [],
        is_tomorrow=next_day == today + timedelta(days=1),
    )


def emergency_text() -> str:
    """What a closed store tells its customers (IN-15); "" if nobody wrote it."""
    hotline = Channel.objects.filter(code=HOTLINE).first()
    number = (hotline.address or hotline.name_zh) if hotline else ""
    try:
        return scripts.wording(EMERGENCY_CONTACT, channel=STORE, hotline=number)
    except ScriptError:
        return ""


def as_text(told: Reach) -> str:
    """The list as plain text, for the answer of a WeChat menu."""
    lines = [_("How to reach us")]
    for way in told.ways:
        head = f"{way.channel.name} ({way.takes})"
        leads = way.href if way.href != way.entry else ""
        address = way.address or (_absolute(leads) if leads else "")
        lines.append(f"· {head}: {address}" if address else f"· {head}")
        lines += [f"  {hours}" for hours in way.hours]
        if way.entry:
            entry = {"address": _absolute(way.entry)}
            lines.append("  " + _("File an objection: %(address)s") % entry)
    if told.window:
        lines.append(window_text(told.window))
    for of_store in told.stores:
        store = of_store.store
        lines.append(f"· {store.name}: {store.address} {store.phone}".rstrip())
        lines += [
            f"  {row.name} {', '.join(row.intervals) or _('closed all day')}"
            for row in of_store.week
        ]
    lines.append(
        _("Everything in one place: %(address)s")
        % {"address": _absolute(reverse("portal:channels"))}
    )
    return "\n".join(lines) + "\n"


def window_text(window: Window) -> str:
    """The hours of objections in one sentence."""
    today = ", ".join(window.today) or _("not open")
    if window.next_day is None:
        return _("Objections are handled today %(today)s.") % {"today": today}
    day = _("tomorrow") if window.is_tomorrow else f"{window.next_day:%m-%d}"
    return _("Objections are handled today %(today)s, %(day)s %(next)s.") % {
        "today": today,
        "day": day,
        "next": ", ".join(window.next),
    }


def _way(channel: Channel) -> Way:
    """What a channel takes and when, and where a tap leads."""
    href, act = channel.href, ""
    if channel.code == PORTAL and not channel.address:
        href, act = reverse("portal:ask"), _("Ask on this page")
    if channel.code == FORM and not channel.address:
        href, act = reverse("portal:objection_new"), _("Open the form")
    return Way(
        channel=channel,
        takes=_takes(channel),
        hours=_hours(channel),
        address=channel.address,
        href=href,
        act=act,
    )


def _takes(channel: Channel) -> str:
    if not channel.takes_objections:
        return _("Questions")
    return _("Questions and objections") if channel.takes_inquiries else _("Objections")


def _hours(channel: Channel) -> list[str]:
    if channel.code == STORE:
        return [_("During the opening hours of the store; when closed, ask online")]
    if channel.offline:
        return [_("During the visit; at any other time, ask online")]
    hours = []
    if channel.takes_inquiries:
        hours.append(_("Questions: 24 hours, 7 days"))
    if channel.takes_objections:
        hours.append(
            _("Objections: received at any hour, handled in the service hours")
        )
    return hours


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}" if path.startswith("/") else path
