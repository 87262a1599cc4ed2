"""Why each clock of a ticket says what it says: its promise, and all that befell it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from django.db.models import prefetch_related_objects
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from figures.services.breaches import Explained, explained
from helpdesk.templatetags.display import clock_time, duration
from helpdesk.templatetags.promises import rung_act, rung_time
from inquiries.timeline import ICONS, Befell
from sla.models import Clock, ClockEventKind, ClockStatus, Pause
from sla.promise import Calendars
from sla.services import rules
from sla.services.clocks import CancelReason
from sla.services.corrections import Source
from sla.services.rules import BookOfCalendars
from sla.services.standing import Hold, holds

SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class Line:
    """One thing that befell a clock."""

    verb: str
    icon: str
    text: str
    detail: str
    at: datetime
    actor: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClockStory:
    """One clock with its record. `hold` is the pause that it is in.

    `subject` tells it apart in people's words; `missed` says why it was missed.
    """

    clock: Clock
    subject: str
    now: datetime
    events: Sequence[Befell]
    pauses: Mapping[int, Pause]
    hold: Hold | None
    missed: Explained | None = None

    @cached_property
    def lines(self) -> list[Line]:
        """What happened by itself or was corrected, in the order of the record."""
        return [
            Line(
                verb=event.kind,
                icon=ICONS[ClockEventKind(event.kind)],
                text=str(ClockEventKind(event.kind).label),
                detail=self._detail(event),
                at=event.at,
                actor=event.actor or "",
            )
            for event in self.events
        ]

    @property
    def spent(self) -> str:
        """How much of the time has been used, pauses not counted."""
        clock = self.clock
        end = max(clock.stopped_at or self.now, clock.started_at)
        if clock.status == ClockStatus.PAUSED and self.hold is not None:
            end = self.hold.since
        limit = rules.terms_of(clock.target).limit
        used = limit.elapsed(clock.started_at, end, self._calendars)
        for pause in self.pauses.values():
            if pause.paused_at < end:
                until = min(pause.resumed_at or end, end)
                used -= limit.elapsed(pause.paused_at, until, self._calendars)
        return duration(used)

    @property
    def years_missing(self) -> str:
        """The years whose holidays were not known when the deadline was reckoned."""
        clock = self.clock
        if not clock.flagged or clock.target.calendar is None:
            return ""
        known = self._calendars[clock.target.calendar.code].years or frozenset()
        touched = range(
            localtime(clock.started_at).year, localtime(clock.due_at).year + 1
        )
        return ", ".join(str(year) for year in touched if year not in known)

    @property
    def continued(self) -> str:
        """How much time this round took over from an earlier one."""
        left = self._first.get("left")
        return "" if left is None else duration(timedelta(microseconds=left))

    @cached_property
    def _first(self) -> dict[str, Any]:
        return next((_facts(event) for event in self.events), {})

    @cached_property
    def _calendars(self) -> Calendars:
        """Those by which the present deadline was reckoned."""
        kinds = (ClockEventKind.ACTIVATE, ClockEventKind.RECOMPUTE)
        reckoned = [_facts(event) for event in self.events if event.kind in kinds]
        used = [facts["calendars"] for facts in reckoned if "calendars" in facts]
        return BookOfCalendars(used[-1] if used else {})

    def _detail(self, event: Befell) -> str:
        told = {
            ClockEventKind.ACTIVATE: self._began,
            ClockEventKind.BREACH: self._noticed,
            ClockEventKind.ESCALATE: self._rung,
            ClockEventKind.PAUSE: self._paused,
            ClockEventKind.RESUME: self._resumed,
            ClockEventKind.RECOMPUTE: self._recomputed,
            ClockEventKind.FULFIL: self._vouched,
            ClockEventKind.REVOKE: self._vouched,
            ClockEventKind.CANCEL: self._reason,
        }.get(ClockEventKind(event.kind))
        return told(event) if told else ""

    def _began(self, event: Befell) -> str:
        if not self.continued:
            return ""
        return _("with %(left)s left of an earlier round") % {"left": self.continued}

    def _noticed(self, event: Befell) -> str:
        lag = event.recorded_at - event.at
        if lag < SECOND:
            ms = max(0, lag // timedelta(milliseconds=1))
            return _("noticed %(n)d ms later") % {"n": ms}
        return _("noticed %(time)s later") % {"time": duration(lag)}

    def _rung(self, event: Befell) -> str:
        rung = rules.rung_of_step(self.clock.target, event.step)
        return f"{rung_time(rung)}: {rung_act(rung)}" if rung else ""

    def _paused(self, event: Befell) -> str:
        pause = self.pauses[event.step]
        if pause.resumes_at is None or pause.resumed_at is not None:
            return pause.rule.name
        return _("%(reason)s, at most until %(until)s") % {
            "reason": pause.rule.name,
            "until": clock_time(pause.resumes_at, self.now),
        }

    def _resumed(self, event: Befell) -> str:
        took = event.at - self.pauses[event.step].paused_at
        return _("after %(time)s") % {"time": duration(took)}

    def _recomputed(self, event: Befell) -> str:
        facts = _facts(event)
        before = clock_time(datetime.fromisoformat(facts["before"]), self.now)
        if "rollout" in facts:
            return _("was due %(before)s; a new version was applied") % {
                "before": before
            }
        return _("was due %(before)s") % {"before": before}

    def _reason(self, event: Befell) -> str:
        code: str = _facts(event).get("reason", "")
        return {
            str(CancelReason.WITHDRAWN): _("withdrawn by the customer"),
            str(CancelReason.MERGED): _("merged into another case"),
            str(CancelReason.SPAM): _("spam"),
            str(CancelReason.NOT_NEEDED): _("no longer needed"),
        }.get(code, code)

    def _vouched(self, event: Befell) -> str:
        code = _facts(event).get("source", "")
        if not code:
            return ""
        words = {
            str(Source.TELEPHONE): _("the telephone system"),
            str(Source.MAIL_SERVER): _("the mail server"),
            str(Source.MESSAGING): _("the messaging service"),
            str(Source.DELIVERY): _("the carrier"),
            str(Source.SUPERVISOR): _("a supervisor"),
        }
        return _("vouched for by %(source)s") % {"source": words.get(code, code)}


def stories(
    clocks: Iterable[Clock],
    *,
    at: datetime,
    name_of: Callable[[Clock], str],
    befell: Iterable[Befell],
) -> list[ClockStory]:
    """Every clock with its record; no query, a few if any paused, was missed or seen.

    `name_of` says what people call the subject of a clock, `befell` is their record.
    """
    shown = list(clocks)
    if any(clock.acknowledged_by_id is not None for clock in shown):
        prefetch_related_objects(shown, "acknowledged_by")
    lines: dict[int, list[Befell]] = {clock.pk: [] for clock in shown}
    for event in befell:
        lines[event.clock_id].append(event)
    paused = [
        event.clock_id
        for found in lines.values()
        for event in found
        if event.kind == ClockEventKind.PAUSE
    ]
    pauses: dict[int, dict[int, Pause]] = {}
    if paused:
        for pause in Pause.objects.filter(clock__in=paused).select_related("rule"):
            pauses.setdefault(pause.clock_id, {})[pause.number] = pause
    held = holds(shown)
    missed = explained(clock.pk for clock in shown if clock.breached_at is not None)
    return [
        ClockStory(
            clock=clock,
            subject=name_of(clock),
            now=at,
            events=lines[clock.pk],
            pauses=pauses.get(clock.pk, {}),
            hold=held.get(clock.pk),
            missed=missed.get(clock.pk),
        )
        for clock in shown
    ]


def _facts(event: Befell) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(event.detail) if event.detail else {}
    return found
