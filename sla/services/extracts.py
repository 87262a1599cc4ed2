"""The evidence of a month: every clock that lived in it, as it stood at its end.

Told by the records alone, up to the last line of the month, so that the same month
gives the same files whenever it is asked for. Ticket numbers, codes and instants; no
name, no phone number, no text that somebody wrote.
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TextIO

from django.conf import settings
from django.db.models import Q
from django.db.models.query import QuerySet

from sla.days import midnight
from sla.models import (
    UNFINISHED,
    Clock,
    Pause,
)
from sla.replay import Replay
from sla.services import audit, published, records, rules
from sla.services.published import when
from sla.services.records import Line, Record

CLOCK_COLUMNS: Final = (
    *("ticket", "clock", "kind", "channel", "metric", "subject", "cycle", "rule"),
    *("policy", "policy_version", "started_at", "due_at", "status", "outcome"),
    *("stopped_at", "breached_at", "detected_at", "revoked_at", "overrun_us"),
    *("flagged", "continues", "lines", "head"),
)
EVENT_COLUMNS: Final = (
    *("clock", "place", "kind", "step", "at", "recorded_at", "actor"),
    *("detail", "hash"),
)
PAUSE_COLUMNS: Final = (
    *("clock", "number", "reason", "paused_at", "resumes_at", "resumed_at"),
)
MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Period:
    """A month as the company's calendar on the wall has it."""

    month: date

    @property
    def name(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def begins(self) -> datetime:
        return midnight(self.month.replace(day=1))

    @property
    def ends(self) -> datetime:
        return midnight((self.month.replace(day=1) + timedelta(days=32)).replace(day=1))


@dataclass
class Extracted:
    """What an extract holds, in figures."""

    clocks: int = 0
    events: int = 0
    pauses: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    contradictions: list[str] = field(default_factory=list)
    heads: Any = field(default_factory=hashlib.sha256)
    targets: set[int] = field(default_factory=set)


def write(period: Period, folder: Path) -> dict[str, Any]:
    """Write the files of a month into an empty folder; what to say about them."""
    done = Extracted()
    with (
        (folder / "clocks.csv").open("w", newline="", encoding="utf-8") as clocks,
        (folder / "events.csv").open("w", newline="", encoding="utf-8") as events,
        (folder / "pauses.csv").open("w", newline="", encoding="utf-8") as pauses,
    ):
        tables = _Tables(clocks, events, pauses)
        wanted = _candidates(period)
        for span in records.spans(wanted):
            for record in records.read(wanted, span):
                _add(record, period, tables, done)
    _write_json(
        folder / "policies.json",
        published.policies(until=period.ends, targets=done.targets),
    )
    _write_json(folder / "calendars.json", published.calendars(until=period.ends))
    return {
        "format": 1,
        "product": f"shoushi {settings.PRODUCT_VERSION}",
        "period": {
            "month": period.name,
            "from": when(period.begins),
            "until": when(period.ends),
            "timezone": settings.TIME_ZONE,
        },
        "clocks": done.clocks,
        "events": done.events,
        "pauses": done.pauses,
        "outcomes": dict(done.outcomes),
        "contradictions": sorted(done.contradictions),
        "heads": done.heads.hexdigest(),
    }


def pauses_to_end(period: Period) -> int:
    """How many pauses ended by their own limit while nothing has said so yet."""
    overdue = Pause.objects.filter(resumed_at=None, resumes_at__lt=period.ends)
    return overdue.filter(clock__set_aside_at=None).count()


class _Tables:
    """The three tables that grow clock by clock."""

    def __init__(self, clocks: TextIO, events: TextIO, pauses: TextIO) -> None:
        self.clocks = csv.writer(clocks, lineterminator="\n")
        self.events = csv.writer(events, lineterminator="\n")
        self.pauses = csv.writer(pauses, lineterminator="\n")
        self.clocks.writerow(CLOCK_COLUMNS)
        self.events.writerow(EVENT_COLUMNS)
        self.pauses.writerow(PAUSE_COLUMNS)


def _candidates(period: Period) -> QuerySet[Clock]:
    """Those that may have lived in the month."""
    moved = Q(recorded_at__gte=period.begins)
    alive = Q(status__in=UNFINISHED)
    clocks = Clock.objects.filter(moved | alive, started_at__lt=period.ends)
    return clocks.select_related("ticket__channel")


def _add(record: Record, period: Period, tables: _Tables, done: Extracted) -> None:
    """Write a clock as it stood at the end of the month, if it lived in it."""
    clock = record.clock
    lines = [line for line in record.lines if line.recorded_at < period.ends]
    told = audit.retell(lines, target_id=clock.target_id)
    lived = told.recorded_at is not None and told.recorded_at >= period.begins
    if not told.schedule or not (lived or told.status in UNFINISHED):
        return
    if audit.contradictions(clock, record.lines, record.pauses):
        done.contradictions.append(f"{clock.ticket.number} {clock.pk}")
    tables.clocks.writerow(_clock_row(clock, told, lines))
    for place, line in enumerate(lines, start=1):
        tables.events.writerow(_event_row(line, place))
    for pause in told.pauses:
        stretch = (pause.paused_at, pause.resumes_at, pause.resumed_at)
        tables.pauses.writerow(
            [clock.pk, pause.number, pause.reason, *map(when, stretch)]
        )
    done.clocks += 1
    done.events += len(lines)
    done.pauses += len(told.pauses)
    done.outcomes[told.outcome or told.status] += 1
    done.targets.add(told.target)
    done.heads.update(f"{clock.pk} {lines[-1].hash}\n".encode())


def _clock_row(clock: Clock, told: Replay, lines: Sequence[Line]) -> list[object]:
    target = rules.published_target(told.target)
    version = target.version
    overrun: object = ""
    if told.outcome == "missed" and told.stopped_at is not None:
        overrun = (told.stopped_at - told.due_at) // MICROSECOND
    return [
        clock.ticket.number,
        clock.pk,
        clock.ticket.kind,
        clock.ticket.channel.code,
        clock.metric,
        clock.subject,
        clock.cycle,
        target.code,
        version.policy.code,
        version.number,
        when(told.started_at),
        when(told.due_at),
        told.status,
        told.outcome,
        when(told.stopped_at),
        when(told.breached_at),
        when(told.detected_at),
        when(told.revoked_at),
        overrun,
        int(told.flagged),
        clock.continues_id or "",
        len(lines),
        lines[-1].hash,
    ]


def _event_row(line: Line, place: int) -> list[object]:
    return [
        line.clock_id,
        place,
        line.kind,
        line.step,
        when(line.at),
        when(line.recorded_at),
        line.actor_id or "",
        line.detail,
        line.hash,
    ]


def _write_json(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
