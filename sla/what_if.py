"""What promises would have come to under other terms, for whole arrays of clocks.

What a clock did is fixed: when it started, stood still and ended; only its deadline is
reckoned anew. With the terms that it had, the deadline and the verdict are those on
record. Instants are microseconds since 1970 in UTC.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sla.business_time import Hours, Interval
from sla.business_time_many import Flags, ManyTimes, ManyWalls, Whole
from sla.promise import (
    AROUND_THE_CLOCK,
    CALENDAR_DAYS,
    MICROSECOND,
    WALL,
    WORKING_DAYS,
    Length,
    Terms,
)
from sla.wall_clock import DAY, SECOND

NEVER: Final = int(np.iinfo(np.int64).max)
HOUR: Final = 3600 * SECOND
HOURS: Final = 24
WEEKDAYS: Final = 7
# 1970-01-01 was a Thursday.
WEEKDAY_OF_DAY_ZERO: Final = 3

Verdicts = NDArray[np.int8]


class Verdict(IntEnum):
    """How a promise stands."""

    KEPT = 0
    MISSED = 1
    OPEN = 2
    CANCELLED = 3


class Cover(IntEnum):
    """The days on which more hours are open."""

    WORKDAYS = 0
    OTHER_DAYS = 1
    EVERY_DAY = 2


@dataclass(frozen=True)
class Pauses:
    """When clocks stood still, those of one clock together and in their order.

    `clock` is a place among the clocks; `end` is NEVER for one that still does.
    """

    clock: Whole
    begin: Whole
    end: Whole

    @cached_property
    def rounds(self) -> Sequence[Whole]:
        """Places of the first pause of each clock, then of the second, and so on."""
        if not self.clock.size:
            return ()
        place = np.arange(self.clock.size)
        fresh = np.concatenate(([True], self.clock[1:] != self.clock[:-1]))
        number = place - np.maximum.accumulate(np.where(fresh, place, 0))
        return [np.flatnonzero(number == n) for n in range(int(number.max()) + 1)]


@dataclass(frozen=True)
class Lives:
    """What clocks did, an entry each; `ended` is NEVER for one that does not yet.

    `promised` is when each got its terms: at its start, or when it was reckoned anew.
    """

    started: Whole
    promised: Whole
    ended: Whole
    cancelled: Flags
    revoked: Flags
    pauses: Pauses


@dataclass(frozen=True)
class Editions:
    """The versions of a calendar; `edition` says which one counts for each clock."""

    calendars: Sequence[ManyTimes]
    edition: Whole

    def ask(
        self, question: Callable[..., Whole], places: Whole, *about: Whole
    ) -> Whole:
        """Ask each clock's version; `about` has an entry for each of the places."""
        if len(self.calendars) == 1:
            return question(self.calendars[0], *about)
        answers = np.empty(places.size, dtype=np.int64)
        edition = self.edition[places]
        for number in np.unique(edition).tolist():
            chosen = edition == number
            answers[chosen] = question(
                self.calendars[number], *(each[chosen] for each in about)
            )
        return answers


def edition_at(begins: Whole, promised: Whole) -> Whole:
    """Which version held when each was promised; before the first there was the first.

    `begins` is in the order in which the versions take effect.
    """
    return np.maximum(np.searchsorted(begins, promised, side="right") - 1, 0)


def deadlines(terms: Terms, lives: Lives, counted_on: Editions | None) -> Whole:
    """When each promise would have been due, every pause having moved it.

    `counted_on` is None for a limit by the clock alone. Raises BeyondHorizon.
    """
    limit = terms.limit
    due = _without_pauses(limit, lives, counted_on)
    # A schedule without anything before its deadline begins when a pause ends: terms
    # that come later than the pause are not due before that.
    begins_anew = terms.warn_at is None and not terms.rungs_before
    for places in lives.pauses.rounds:
        ended = places[lives.pauses.end[places] != NEVER]
        clock = lives.pauses.clock[ended]
        begin, end = lives.pauses.begin[ended], lives.pauses.end[ended]
        ahead = due[clock] > begin
        due[clock[ahead]] = _moved(
            limit, due, clock[ahead], begin[ahead], end[ahead], counted_on
        )
        if begins_anew:
            later = begin < lives.promised[clock]
            due[clock[later]] = np.maximum(due[clock[later]], end[later])
    return due


def _moved(
    limit: Length,
    due: Whole,
    clock: Whole,
    begin: Whole,
    end: Whole,
    counted_on: Editions | None,
) -> Whole:
    """The deadlines of some clocks after a pause: the time left is kept."""
    if limit.unit in AROUND_THE_CLOCK or counted_on is None:
        return due[clock] + (end - begin)
    left = counted_on.ask(ManyTimes.elapsed, clock, begin, due[clock])
    return counted_on.ask(ManyTimes.add, clock, end, left)


def _without_pauses(limit: Length, lives: Lives, counted_on: Editions | None) -> Whole:
    started = lives.started
    if limit.unit == WALL or counted_on is None:
        return started + limit.amount // MICROSECOND
    ways = {
        WORKING_DAYS: (ManyTimes.close_of_working_day, limit.days),
        CALENDAR_DAYS: (ManyTimes.close_of_calendar_day, limit.days),
    }
    question, amount = ways.get(
        limit.unit, (ManyTimes.add, limit.amount // MICROSECOND)
    )
    everywhere = np.arange(started.size)
    amounts = np.full(started.size, amount, dtype=np.int64)
    return counted_on.ask(question, everywhere, started, amounts)


def guesses(lives: Lives, due: Whole, counted_on: Editions | None) -> Flags:
    """Which deadlines rest on a year whose holidays are not known."""
    if counted_on is None:
        return np.zeros(due.size, dtype=np.bool_)
    everywhere = np.arange(due.size)
    found = counted_on.ask(_is_guess, everywhere, lives.started, due)
    return found.astype(np.bool_)


def _is_guess(calendar: ManyTimes, starts: Whole, ends: Whole) -> Whole:
    return calendar.is_guess(starts, ends).astype(np.int64)


def verdicts(lives: Lives, due: Whole, *, strict: bool, at: int) -> Verdicts:
    """How each promise stands at an instant; `strict`: at the deadline it is too late.

    One that runs past its deadline is missed, whether or not somebody has noticed; so
    is one that pauses at its deadline or later.
    """
    over = lives.ended != NEVER
    ended_late = lives.ended >= due if strict else lives.ended > due
    pauses = lives.pauses
    waits = np.zeros(due.size, dtype=np.bool_)
    waits[pauses.clock[pauses.end == NEVER]] = True
    waits &= ~over
    late = np.where(over, ended_late, (due < at) & ~waits)
    hopeless = due[pauses.clock] <= pauses.begin
    # Terms that came later than a pause do not judge it.
    hopeless &= pauses.begin >= lives.promised[pauses.clock]
    # A stop that somebody vouched for lies before pauses that came later.
    hopeless &= pauses.begin <= lives.ended[pauses.clock]
    hopeless &= ~lives.revoked[pauses.clock]
    late[pauses.clock[hopeless]] = True
    ended = np.where(lives.cancelled, Verdict.CANCELLED, Verdict.KEPT)
    in_time = np.where(over, ended, Verdict.OPEN)
    return np.where(late, Verdict.MISSED, in_time).astype(np.int8)


@dataclass(frozen=True)
class Tally:
    """For each hour or day: how many clocks began, and how many of them were missed."""

    clocks: Whole
    then: Whole
    now: Whole


def tally(places: Whole, size: int, *, then: Verdicts, now: Verdicts) -> Tally:
    """Count clocks by where they belong."""

    def count(chosen: Whole) -> Whole:
        return np.bincount(chosen, minlength=size).astype(np.int64)

    missed = Verdict.MISSED
    return Tally(
        count(places), count(places[then == missed]), count(places[now == missed])
    )


def hours_of(walls: ManyWalls, instants: Whole) -> Whole:
    """The hour of the day that a clock on the wall shows."""
    return walls.shown(instants) % DAY // HOUR


def days_of(walls: ManyWalls, instants: Whole) -> Whole:
    """The number of the day, since 1970."""
    return walls.shown(instants) // DAY


def weekdays_of(days: Whole) -> Whole:
    """0 is Monday."""
    return (days + WEEKDAY_OF_DAY_ZERO) % WEEKDAYS


def covered(hours: Hours, cover: Cover, more: Sequence[Interval]) -> Hours:
    """Hours with more open time; days with hours of their own stay as they are."""
    working = hours.working_weekdays
    weekly = {
        weekday: united((*hours.weekly.get(weekday, ()), *more))
        if cover in (Cover.EVERY_DAY, _cover_of(weekday in working))
        else hours.weekly.get(weekday, ())
        for weekday in range(WEEKDAYS)
    }
    worked, free = hours.adjusted_workday, hours.holiday
    if cover in (Cover.EVERY_DAY, Cover.WORKDAYS):
        worked = united((*worked, *more))
    if cover in (Cover.EVERY_DAY, Cover.OTHER_DAYS):
        free = united((*free, *more))
    return replace(hours, weekly=weekly, adjusted_workday=worked, holiday=free)


def _cover_of(working: bool) -> Cover:  # noqa: FBT001 - the one thing that is asked
    return Cover.WORKDAYS if working else Cover.OTHER_DAYS


def united(intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    """Intervals in order, those that touch or overlap made one."""
    found: list[Interval] = []
    for one in sorted(intervals):
        if found and one.opens <= found[-1].closes:
            last = found.pop()
            found.append(Interval(last.opens, max(last.closes, one.closes)))
        else:
            found.append(one)
    return tuple(found)
