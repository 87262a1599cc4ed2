"""How it is shown whether somebody is on duty: a shape and a word each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django import template
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staff.models import Presence, User

register = template.Library()

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


@dataclass(frozen=True)
class Choice:
    """One of the things that one may say of oneself."""

    state: Presence

    @property
    def word(self) -> str:
        return str(self.state.label)

    @property
    def icon(self) -> str:
        return ICONS[self.state]


@dataclass(frozen=True)
class Standing(Choice):
    """How somebody stands at the moment."""

    since: datetime | None
    now: datetime

    @property
    def short(self) -> str:
        return str(SHORT[self.state])

    @property
    def choices(self) -> list[Choice]:
        return [Choice(state) for state in Presence]


@register.simple_tag
def now_present(user: User) -> Standing:
    """How a person counts now; no query."""
    at = timezone.now()
    state = user.presence_as_of(at)
    since = user.presence_since if state == user.presence else None
    return Standing(state, since, at)
