"""Say what the script library holds, with its blanks filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext as _

from knowledge.models import Script
from knowledge.stamps import Stamp, stamp_of

BLANK: Final = re.compile(r"\{(\w+)\}")


class ScriptError(Exception):
    """A script that cannot be said, and why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return _("There is no script %(code)s.") % {"code": self.code}


class NoSuchScript(ScriptError):
    """Nothing has this code."""


class ScriptSwitchedOff(ScriptError):
    """The company does not say it any more."""

    def __str__(self) -> str:
        return _("The script %(code)s is switched off.") % {"code": self.code}


class ScriptNotInForce(ScriptError):
    """Its validity has not begun or is over (IN-22)."""

    def __str__(self) -> str:
        return _("The script %(code)s is not valid now (IN-22).") % {"code": self.code}


class ScriptNotForChannel(ScriptError):
    """It is not said in this channel."""

    def __str__(self) -> str:
        return _("The script %(code)s is not for this channel.") % {"code": self.code}


class VariableMissing(ScriptError):
    """Blanks remain for which nothing was given."""

    def __init__(self, code: str, names: tuple[str, ...]) -> None:
        super().__init__(code)
        self.names = names

    def __str__(self) -> str:
        names = ", ".join(self.names)
        text = _("The script %(code)s needs: %(names)s.")
        return text % {"code": self.code, "names": names}


@dataclass(frozen=True)
class Offer:
    """A script as an agent can insert it."""

    script: Script
    text: str


def wording(
    code: str,
    *,
    channel: str | None = None,
    at: datetime | None = None,
    **variables: object,
) -> str:
    """The text of a script with its variables; one script for all channels (IN-09).

    With `channel` (a code) it must be meant for that channel, with `at` it must be in
    force then (IN-22). Raises NoSuchScript, ScriptSwitchedOff, ScriptNotInForce,
    ScriptNotForChannel, VariableMissing.
    """
    script = Script.objects.filter(code=code).first()
    if script is None:
        raise NoSuchScript(code)
    if not script.enabled:
        raise ScriptSwitchedOff(code)
    if at is not None and not script.in_force(at=at):
        raise ScriptNotInForce(code)
    if channel is not None and not script.fits(channel):
        raise ScriptNotForChannel(code)
    if missing := _missing(script.text, variables):
        raise VariableMissing(code, missing)
    return _filled(script.text, variables)


def offered(*, channel: str, at: datetime, known: Mapping[str, object]) -> list[Offer]:
    """The scripts in force that can be said in a channel with what is known."""
    return [
        Offer(script, _filled(script.text, known))
        for script in _library()
        if script.in_force(at=at)
        and script.fits(channel)
        and not _missing(script.text, known)
    ]


def _library() -> tuple[Script, ...]:
    """All that is said at present; one query, as long as nobody changes a script."""
    return _enabled(stamp_of(Script))


@lru_cache(maxsize=2)
def _enabled(stamp: Stamp) -> tuple[Script, ...]:
    return tuple(Script.objects.filter(enabled=True))


def _missing(text: str, variables: Mapping[str, object]) -> tuple[str, ...]:
    names = dict.fromkeys(BLANK.findall(text))
    return tuple(name for name in names if variables.get(name) in (None, ""))


def _filled(text: str, variables: Mapping[str, object]) -> str:
    """Each blank once: braces in a value stay what they are."""
    return BLANK.sub(lambda blank: str(variables[blank[1]]), text)
