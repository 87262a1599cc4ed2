"""How it is shown whether somebody is on duty: a shape and a word each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from helpdesk.fragments import fragment
from helpdesk.templatetags.display import clock_time
from staff.models import Presence, User

ICONS: Final[Mapping[Presence, str]] = {
    Presence.ON_DUTY: "user-check",
    Presence.AWAY: "user-pause",
    Presence.OFF: "user-off",
}
SHORT: Final[Mapping[Presence, str | Promise]] = {
    Presence.ON_DUTY: _("On duty"),
    Presence.AWAY: _("Away"),
    Presence.OFF: _("Off duty"),
}


class Choice(NamedTuple):
    """One of the things that one may say of oneself."""

    state: Presence

    @property
    def word(self) -> str:
        return str(self.state.label)

    @property
    def icon(self) -> str:
        return ICONS[self.state]


class Standing(NamedTuple):
    """How somebody stands; `since` is a time of day, "" where nobody knows."""

    state: Presence
    since: str
    capacity: int

    @property
    def chosen(self) -> Choice:
        return Choice(self.state)

    @property
    def short(self) -> str:
        return str(SHORT[self.state])

    @property
    def choices(self) -> list[Choice]:
        return [Choice(state) for state in Presence]


def presence_menu(user: User, *, csrf: str, at: datetime) -> SafeString:
    """How a person counts now, and the way to say otherwise; no query."""
    state = user.presence_as_of(at)
    since = user.presence_since if state == user.presence else None
    standing = Standing(state, clock_time(since, at), user.capacity)
    return fragment("components/presence_menu.html", standing, csrf=csrf)
