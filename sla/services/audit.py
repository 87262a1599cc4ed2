"""Recompute a clock from its record and say where the two disagree.

Takes nothing on trust: neither the clock's columns, nor the lines, nor their hashes.
"""

from collections.abc import Iterator, Sequence

from sla import ledger
from sla.models import Clock, ClockEvent, ClockEventKind, ClockStatus, Compare, Outcome

_ENDS = {
    ClockEventKind.FULFIL: ClockStatus.STOPPED,
    ClockEventKind.CANCEL: ClockStatus.CANCELLED,
}


def problems(clock: Clock) -> list[str]:
    """Everything that is wrong with a clock; empty if its record bears it out.

    Reads `events` and `target`, which a caller with many clocks prefetches.
    """
    lines = sorted(clock.events.all(), key=lambda line: line.pk)
    return [
        *_broken_links(clock, lines),
        *_wrong_lines(clock, lines),
        *_wrong_columns(clock, lines),
    ]


def _broken_links(clock: Clock, lines: Sequence[ClockEvent]) -> Iterator[str]:
    previous = ""
    for place, line in enumerate(lines, start=1):
        expected = ledger.link(
            previous=previous,
            clock_id=clock.pk,
            kind=line.kind,
            step=line.step,
            at=line.at,
            recorded_at=line.recorded_at,
            actor_id=line.actor_id,
        )
        if line.hash != expected:
            yield f"line {place} does not fit its hash"
        previous = line.hash
    if previous != clock.chain_head:
        yield "the end of the record is not the one that the clock remembers"


def _wrong_lines(clock: Clock, lines: Sequence[ClockEvent]) -> Iterator[str]:
    kinds = [line.kind for line in lines]
    if kinds[:1] != [ClockEventKind.ACTIVATE]:
        yield "the record does not begin with the start"
    if any(kind in _ENDS for kind in kinds[:-1]):
        yield "the record goes on after the end"
    recorded = [line.recorded_at for line in lines]
    if recorded != sorted(recorded):
        yield "the record runs backwards"
    for line in lines:
        dated = {
            ClockEventKind.ACTIVATE: clock.started_at,
            ClockEventKind.BREACH: clock.due_at,
            ClockEventKind.FULFIL: clock.stopped_at,
            ClockEventKind.CANCEL: clock.stopped_at,
        }.get(ClockEventKind(line.kind))
        if dated is None:
            dated = clock.schedule[line.step]
        if line.at != dated:
            yield f"{line.kind} {line.step} is dated {line.at}, not {dated}"
        if line.recorded_at < line.at:
            yield f"{line.kind} {line.step} was recorded before it happened"
    steps = [line.step for line in lines if line.kind not in _ENDS][1:]
    if steps != sorted(set(steps)):
        yield "the steps are out of order"


def _wrong_columns(clock: Clock, lines: Sequence[ClockEvent]) -> Iterator[str]:
    by_kind = {ClockEventKind(line.kind): line for line in lines}
    breach = by_kind.get(ClockEventKind.BREACH)
    end = next((by_kind[kind] for kind in _ENDS if kind in by_kind), None)
    late = end is not None and (
        end.at > clock.due_at
        or (end.at == clock.due_at and clock.target.compare == Compare.BEFORE)
    )
    if late and breach is None:
        yield "it ended late, yet no breach is on record"
    done = [line.step for line in lines if line.kind not in _ENDS][1:]
    first = Clock.WARNING_STEP if clock.warns_at else Clock.BREACH_STEP
    next_step = done[-1] + 1 if done else first
    wakes = clock.schedule[next_step : next_step + 1] if end is None else []
    status = _ENDS[ClockEventKind(end.kind)] if end else ClockStatus.RUNNING
    columns = {
        "due_at": clock.started_at + clock.target.budget,
        "breached_at": clock.due_at if breach else None,
        "detected_at": breach.recorded_at if breach else None,
        "next_step": next_step,
        "wake_at": wakes[0] if wakes else None,
        "status": status,
        "stopped_at": end.at if end else None,
        "outcome": _outcome(status, breach=breach),
        "recorded_at": lines[-1].recorded_at if lines else None,
    }
    for name, expected in columns.items():
        found = getattr(clock, name)
        if found != expected:
            yield f"{name} is {found}, the record says {expected}"


def _outcome(status: ClockStatus, *, breach: ClockEvent | None) -> str:
    if status == ClockStatus.RUNNING:
        return ""
    if breach is not None:
        return Outcome.MISSED
    return Outcome.MET if status == ClockStatus.STOPPED else Outcome.CANCELLED
