"""The words for why a promise was missed: causes, and sentences from their parts."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from figures.breach import Cause, Facts, Part, Said, parts_of

CAUSES: Final[Mapping[Cause, str | Promise]] = {
    Cause.NOBODY_ON_DUTY: gettext_lazy("Nobody on duty"),
    Cause.ALL_AT_CAPACITY: gettext_lazy("All at capacity"),
    Cause.NOT_OPENED: gettext_lazy("Not opened in time"),
    Cause.HOLDER_OFF_DUTY: gettext_lazy("With a colleague who was off duty"),
    Cause.NOT_ANSWERED: gettext_lazy("Opened but not answered"),
    Cause.NOT_DONE: gettext_lazy("Opened but not done in time"),
    Cause.DEPARTMENT: gettext_lazy("Waiting for a department"),
    Cause.CUSTOMER: gettext_lazy("Waiting for the customer"),
    Cause.DEADLINE_MOVED: gettext_lazy("Deadline was moved into the past"),
    Cause.SYSTEM: gettext_lazy("A job of this product"),
}

TEXTS: Final[Mapping[Said, str | Promise]] = {
    Said.ARRIVED: gettext_lazy("%(at)s arrived"),
    Said.BEGAN: gettext_lazy("%(at)s began"),
    Said.HANDED: gettext_lazy("handed to %(department)s %(at)s"),
    Said.ACCEPTED: gettext_lazy("accepted %(at)s"),
    Said.NOT_ACCEPTED: gettext_lazy("not accepted"),
    Said.NOBODY: gettext_lazy("nobody on duty"),
    Said.FREE: gettext_lazy("first free %(at)s"),
    Said.NOBODY_FREE: gettext_lazy("nobody was free before it ended"),
    Said.HELD: gettext_lazy("with %(person)s since %(at)s"),
    Said.HOLDER_OFF: gettext_lazy("%(person)s was off duty"),
    Said.TAKEN: gettext_lazy("given to %(person)s %(at)s"),
    Said.OPENED: gettext_lazy("opened %(at)s by %(person)s"),
    Said.NOT_OPENED: gettext_lazy("not opened"),
    Said.SAID: gettext_lazy("first words %(at)s by %(person)s"),
    Said.MOVED: gettext_lazy("deadline moved %(at)s"),
    Said.PAUSED: gettext_lazy("paused for %(length)s"),
    Said.SILENT: gettext_lazy("no word of the customer"),
    Said.ANSWERED: gettext_lazy("answered %(at)s"),
    Said.DONE: gettext_lazy("done %(at)s"),
    Said.NOT_ANSWERED: gettext_lazy("not answered yet"),
    Said.NOT_DONE: gettext_lazy("not done yet"),
    Said.CANCELLED: gettext_lazy("no longer needed from %(at)s"),
    Said.REVOKED: gettext_lazy("in time after all, as was proven later: %(at)s"),
}
# The same of somebody whose name is not known here.
UNNAMED: Final[Mapping[Said, str | Promise]] = {
    Said.HELD: gettext_lazy("with a colleague since %(at)s"),
    Said.HOLDER_OFF: gettext_lazy("the colleague was off duty"),
    Said.TAKEN: gettext_lazy("given to a colleague %(at)s"),
    Said.OPENED: gettext_lazy("opened %(at)s by a colleague"),
    Said.SAID: gettext_lazy("first words %(at)s"),
}
ENDED_LATE: Final = frozenset({Said.ANSWERED, Said.DONE})

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


def cause_text(cause: str, department: str = "") -> str:
    """A cause in words; with the department's name where it waits for one."""
    if cause == Cause.DEPARTMENT and department:
        return _("Waiting for %(department)s") % {"department": department}
    return str(CAUSES[Cause(cause)])


def sentence_of(
    facts: Facts, *, people: Mapping[int, str], departments: Mapping[int, str]
) -> str:
    """What happened, in one sentence; whoever has no name here stays unnamed.

    "14:02:11 arrived; 3 on duty, all at capacity; first free 14:02:33; answered
    14:02:41: 11 s late".
    """
    words = [
        _said(part.said, _Values(part, facts.started_at, people, departments))
        for part in parts_of(facts)
    ]
    return _("; ").join(words)


def _said(said: Said, it: "_Values") -> str:
    if said in COUNTED:
        return COUNTED[said](it)
    text = UNNAMED[said] if not it.person and said in UNNAMED else TEXTS[said]
    words = str(text) % it
    if said in ENDED_LATE:
        return _("%(what)s: %(length)s late") % {"what": words, "length": it.length}
    return words


class _Values(dict[str, str]):
    """What may stand in a part, as text."""

    def __init__(
        self,
        part: Part,
        start: datetime,
        people: Mapping[int, str],
        departments: Mapping[int, str],
    ) -> None:
        super().__init__(
            at="" if part.at is None else _clock(part.at, start),
            length="" if part.length is None else length_text(part.length),
            person=people.get(part.person or 0, ""),
            department=departments.get(part.department or 0, ""),
        )
        self.n = part.n or 0
        self.full = part.full or 0
        self.length = self["length"]
        self.person = self["person"]


def _clock(at: datetime, start: datetime) -> str:
    """The time of day; with the day where it is another than that of the start."""
    local = localtime(at)
    if local.date() == localtime(start).date():
        return f"{local:%H:%M:%S}"
    return f"{local:%m-%d %H:%M:%S}"


def length_text(length: timedelta) -> str:
    """A length of time in its two largest units: 11 s, 3 min 20 s, 2 h 5 min."""
    whole = max(0, int(length.total_seconds()))
    if whole < MINUTE:
        return _("%(s)d s") % {"s": whole}
    if whole < HOUR:
        return _("%(m)d min %(s)d s") % {"m": whole // MINUTE, "s": whole % MINUTE}
    if whole < DAY:
        hours, rest = divmod(whole, HOUR)
        return _("%(h)d h %(m)d min") % {"h": hours, "m": rest // MINUTE}
    days, rest = divmod(whole, DAY)
    return _("%(d)d d %(h)d h") % {"d": days, "h": rest // HOUR}


def _all_full(it: _Values) -> str:
    return ngettext(
        "%(n)d on duty, at capacity", "%(n)d on duty, all at capacity", it.n
    ) % {"n": it.n}


def _some_full(it: _Values) -> str:
    if not it.full:
        return _("%(n)d on duty") % {"n": it.n}
    return _("%(n)d on duty, %(full)d at capacity") % {"n": it.n, "full": it.full}


COUNTED: Final[Mapping[Said, Callable[[_Values], str]]] = {
    Said.ALL_FULL: _all_full,
    Said.SOME_FULL: _some_full,
}
