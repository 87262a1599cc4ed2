"""What a clock must look like, told by nothing but the lines of its record.

Pure: the lines, the terms and calendars that they name, and the arithmetic of
`sla.promise`. A line that could not have been written is a fault, said in words.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sla.promise import Calendars, Plan, Terms, plan, resume, used_up_at
from sla.telling import Allowance, Line, Owed, Promise, Sources, Stretch, Unreadable

MICROSECOND: Final = timedelta(microseconds=1)


@dataclass
class Replay:
    """A clock while its lines are read, one by one; `faults` is what is wrong."""

    sources: Sources
    target: int
    faults: list[str] = field(default_factory=list)
    status: str = ""
    outcome: str = ""
    schedule: tuple[datetime, ...] = ()
    breach_step: int = 0
    next_step: int = 0
    warned: int = 0
    flagged: bool = False
    continued: bool = False
    left: timedelta | None = None
    recomputed: int = 0
    started_at: datetime | None = None
    promised_at: datetime | None = None
    breached_at: datetime | None = None
    detected_at: datetime | None = None
    stopped_at: datetime | None = None
    revoked_at: datetime | None = None
    recorded_at: datetime | None = None
    pauses: list[Stretch] = field(default_factory=list)
    _owed: Owed | None = None
    _promise: Promise = field(init=False)
    _calendars: Calendars = field(init=False)

    @property
    def due_at(self) -> datetime:
        return self.schedule[self.breach_step]

    @property
    def wake_at(self) -> datetime | None:
        """When the next thing happens by itself."""
        if self.status != "running" or self.next_step >= len(self.schedule):
            return None
        return self.schedule[self.next_step]

    @property
    def open_pause(self) -> Stretch | None:
        return self.pauses[-1] if self.status == "paused" else None

    def read(self, line: Line) -> None:
        """Take in the next line. Raises Unreadable for one that says nothing."""
        write = _WRITERS.get(line.kind)
        if write is None:
            raise Unreadable(f"{line.name} is no kind of line")
        if (line.kind == "activate") == bool(self.status):
            if not self.status:
                raise Unreadable("the record does not begin with the start")
            raise Unreadable("the record starts twice")
        if self.status in _OVER and line.kind != "revoke":
            self._fault("the record goes on after the end")
        if self.recorded_at is not None and line.recorded_at < self.recorded_at:
            self._fault("the record runs backwards")
        if line.recorded_at < line.at:
            self._fault(f"{line.name} was recorded before it happened")
        self._settle(line)
        write(self, line)
        self.recorded_at = line.recorded_at

    def close(self) -> None:
        """There are no more lines."""
        if not self.status:
            raise Unreadable("the record does not begin with the start")
        self._settle(None)

    # --- What each kind of line does --------------------------------------------------

    def activate(self, line: Line) -> None:
        self.status = "running"
        self.started_at = line.at
        self._dated_when_recorded(line)
        terms = self._come_under(line)
        left = line.detail.get("left")
        if left is not None:
            self.continued = True
            self.left = int(left) * MICROSECOND
            terms = terms.left(self.left)
        self._take_over(plan(terms, start=line.at, calendars=self._calendars))

    def take_step(self, line: Line) -> None:
        """A warning, or a rung of the ladder."""
        self._only_while(line, "running")
        kind = "warning" if line.step < self.breach_step else "escalate"
        if line.kind != kind or line.step != self.next_step:
            self._fault("the steps are out of order")
        self._dated_as_scheduled(line)
        self.next_step = line.step + 1
        self.warned += line.kind == "warning"

    def breach(self, line: Line) -> None:
        self._only_while(line, "running")
        if self.breached_at is not None:
            self._fault("the record misses one deadline twice")
        if line.step != self.breach_step or self.next_step > line.step:
            self._fault("the steps are out of order")
        self._dated_as_scheduled(line)
        if self.next_step < self.breach_step:
            # Only an act that comes too late passes over a warning.
            self._owed = Owed(
                ("pause", "fulfil", "cancel"),
                recorded_at=line.recorded_at,
                at=None,
                otherwise="a step before the deadline is missing",
            )
        self.breached_at = self.due_at
        self.detected_at = line.recorded_at
        self.next_step = self.breach_step + 1

    def pause(self, line: Line) -> None:
        self._only_while(line, "running")
        self._dated_when_recorded(line)
        if line.step != len(self.pauses):
            self._fault(f"{line.name} is not pause {len(self.pauses)}")
        if line.at >= self.due_at and self.breached_at is None:
            self._fault("it paused late, yet no breach is on record")
        rule = int(line.detail["rule"])
        allowed = self.sources.allowance(rule)
        resumes_at = self._ends_by_itself(allowed, at=line.at)
        if resumes_at is not None and resumes_at <= line.at:
            self._fault(f"{line.name} came when its time was used up")
        self.pauses.append(
            Stretch(line.step, rule, allowed.reason, line.at, resumes_at)
        )
        self.status = "paused"

    def resume(self, line: Line) -> None:
        self._only_while(line, "paused")
        self._dated_when_recorded(line)
        pause = self.open_pause
        if pause is None:
            return
        if line.step != pause.number:
            self._fault(f"{line.name} does not end pause {pause.number}")
        if pause.resumes_at is not None and line.at > pause.resumes_at:
            self._fault(f"{line.name} came after the time allowed for it")
        pause.resumed_at = line.at
        self.status = "running"
        self.schedule = resume(
            self._promise.terms,
            schedule=self.schedule,
            next_step=self.next_step,
            paused_at=pause.paused_at,
            resumed_at=line.at,
            calendars=self._calendars,
        )

    def recompute(self, line: Line) -> None:
        self._only_while(line, "running", "paused")
        self._dated_when_recorded(line)
        if line.step != self.recomputed:
            self._fault(f"{line.name} is not recomputing {self.recomputed}")
        if self.breached_at is not None or self.continued:
            self._fault(f"{line.name} changes a promise that stays as it is")
        before = line.detail.get("before")
        if before != self.due_at.isoformat():
            self._fault(f"{line.name} found the deadline {before}, not {self.due_at}")
        if self.started_at is None:
            return
        self.recomputed += 1
        terms = self._come_under(line)
        promised = plan(terms, start=self.started_at, calendars=self._calendars)
        schedule = promised.schedule
        for pause in self.pauses:
            if pause.resumed_at is not None:
                schedule = resume(
                    terms,
                    schedule=schedule,
                    next_step=0,
                    paused_at=pause.paused_at,
                    resumed_at=pause.resumed_at,
                    calendars=self._calendars,
                )
        self._take_over(Plan(schedule, promised.breach_step, promised.flagged))
        self.next_step = min(self.warned, self.breach_step)

    def fulfil(self, line: Line) -> None:
        self._end(line, "stopped", kept="met")
        if not line.detail.get("source"):
            self._dated_when_recorded(line)
        elif self.outcome == "missed" and not self._is_late(line.at):
            self._owed = Owed(
                ("revoke",),
                recorded_at=line.recorded_at,
                at=line.at,
                otherwise="a stop in time does not revoke the breach",
            )

    def cancel(self, line: Line) -> None:
        self._end(line, "cancelled", kept="cancelled")
        self._dated_when_recorded(line)

    def revoke(self, line: Line) -> None:
        self._only_while(line, "stopped")
        if self.outcome != "missed":
            self._fault(f"{line.name} revokes a breach that does not count")
        if self._is_late(line.at):
            self._fault(f"{line.name} revokes the breach of a late stop")
        if not line.detail.get("source"):
            self._fault(f"{line.name} names no source")
        self.revoked_at = line.recorded_at
        self.stopped_at = line.at
        self.outcome = "met"

    # --- What they share --------------------------------------------------------------

    def _end(self, line: Line, status: str, *, kept: str) -> None:
        self._only_while(line, "running")
        if self._is_late(line.at) and self.breached_at is None:
            self._fault("it ended late, yet no breach is on record")
        self.status = status
        self.outcome = kept if self.breached_at is None else "missed"
        self.stopped_at = line.at

    def _settle(self, line: Line | None) -> None:
        owed, self._owed = self._owed, None
        if owed is not None and (
            line is None
            or line.kind not in owed.kinds
            or line.recorded_at != owed.recorded_at
            or (owed.at is not None and line.at != owed.at)
        ):
            self._fault(owed.otherwise)

    def _come_under(self, line: Line) -> Terms:
        """The target and the calendars that a line names hold from now on."""
        self.target = int(line.detail.get("target", self.target))
        self.promised_at = line.at
        self._promise = self.sources.promise(self.target)
        named = line.detail.get("calendars")
        self._calendars = self.sources.calendars(named, at=line.at)
        return self._promise.terms

    def _take_over(self, promised: Plan) -> None:
        self.schedule = promised.schedule
        self.breach_step = promised.breach_step
        self.flagged = promised.flagged

    def _is_late(self, at: datetime) -> bool:
        return at >= self.due_at if self._promise.strict else at > self.due_at

    def _ends_by_itself(self, allowance: Allowance, *, at: datetime) -> datetime | None:
        """When the time is used up that all pauses for a reason share."""
        if allowance.length is None:
            return None
        used = [
            (pause.paused_at, pause.resumed_at)
            for pause in self.pauses
            if pause.reason == allowance.reason and pause.resumed_at is not None
        ]
        return used_up_at(allowance.length, used, at=at, calendars=self._calendars)

    def _only_while(self, line: Line, *statuses: str) -> None:
        if self.status not in statuses and self.status not in _OVER:
            self._fault(f"{line.name} stands in the record of a {self.status} clock")

    def _dated_when_recorded(self, line: Line) -> None:
        if line.at != line.recorded_at:
            self._fault(
                f"{line.name} is dated {line.at}, but was recorded {line.recorded_at}"
            )

    def _dated_as_scheduled(self, line: Line) -> None:
        if line.step >= len(self.schedule):
            self._fault(f"{line.name} stands nowhere in the schedule")
        elif line.at != self.schedule[line.step]:
            self._fault(
                f"{line.name} is dated {line.at}, not {self.schedule[line.step]}"
            )

    def _fault(self, words: str) -> None:
        if words not in self.faults:
            self.faults.append(words)


_OVER: Final = ("stopped", "cancelled")
_WRITERS: Final[Mapping[str, Callable[[Replay, Line], None]]] = {
    "activate": Replay.activate,
    "warning": Replay.take_step,
    "escalate": Replay.take_step,
    "breach": Replay.breach,
    "pause": Replay.pause,
    "resume": Replay.resume,
    "recompute": Replay.recompute,
    "fulfil": Replay.fulfil,
    "cancel": Replay.cancel,
    "revoke": Replay.revoke,
}


def replay(lines: Iterable[Line], *, sources: Sources, target_id: int) -> Replay:
    """Read a record from its first line to its last.

    `target_id` is that of the clock, for a first line that does not name its target.
    """
    told = Replay(sources, target_id)
    place = 0
    try:
        for place, line in enumerate(lines, start=1):  # noqa: B007 - told of a failure
            told.read(line)
        told.close()
    except Unreadable as reason:
        told.faults.append(str(reason))
    except (LookupError, TypeError, ValueError) as error:
        told.faults.append(f"line {place} cannot be replayed: {error!r}")
    return told
