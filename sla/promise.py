"""What a promise means in instants: terms and calendars give a schedule.

Pure arithmetic, shared by everything that starts, resumes, recomputes or proves a
clock, so that the same terms can never mean two things.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import accumulate, starmap
from typing import Final

from sla.business_time import BusinessTime

WALL: Final = "wall"
BUSINESS: Final = "business"
WORKING_DAYS: Final = "working_days"
CALENDAR_DAYS: Final = "calendar_days"
# The days of a statute are counted as days, and pass by night too.
AROUND_THE_CLOCK: Final = frozenset({WALL, CALENDAR_DAYS})
MICROSECOND: Final = timedelta(microseconds=1)

Calendars = Mapping[str, BusinessTime]


@dataclass(frozen=True)
class Length:
    """A length of time as a policy says it; `amount` may be negative in a ladder."""

    unit: str = WALL
    amount: timedelta = timedelta(0)
    days: int = 0
    calendar: str = ""

    def after(self, start: datetime, calendars: Calendars) -> datetime:
        """The instant this length after `start`; before it, when negative."""
        if self.unit == WALL:
            return start + self.amount
        calendar = calendars[self.calendar]
        if self.unit == WORKING_DAYS:
            return calendar.close_of_working_day(start, self.days)
        if self.unit == CALENDAR_DAYS:
            return calendar.close_of_calendar_day(start, self.days)
        if self.amount < timedelta(0):
            return calendar.subtract(start, -self.amount)
        return calendar.add(start, self.amount)

    def elapsed(
        self, start: datetime, end: datetime, calendars: Calendars
    ) -> timedelta:
        """How much time of the kind in which this length is counted has passed."""
        if self.unit in AROUND_THE_CLOCK:
            return end - start
        return calendars[self.calendar].elapsed(start, end)

    def forward(
        self, start: datetime, amount: timedelta, calendars: Calendars
    ) -> datetime:
        """`amount` of the same kind of time after `start`."""
        if self.unit in AROUND_THE_CLOCK:
            return start + amount
        return calendars[self.calendar].add(start, amount)

    def is_guess(self, start: datetime, end: datetime, calendars: Calendars) -> bool:
        """Whether a year without its holidays had a say."""
        return self.unit != WALL and calendars[self.calendar].is_guess(start, end)


@dataclass(frozen=True)
class Terms:
    """What is promised: a limit, when to warn, and a ladder around the deadline.

    The ladder is in order; exactly one of its lengths is nothing: the deadline itself.
    """

    limit: Length
    warn_at: Fraction | None = None
    ladder: tuple[Length, ...] = (Length(),)

    @property
    def rungs_before(self) -> int:
        """How many rungs of the ladder stand before the deadline."""
        return self.ladder.index(Length())

    @property
    def breach_step(self) -> int:
        """The place of the deadline in the schedule."""
        return self.rungs_before + (self.warn_at is not None)

    def warnings(
        self, start: datetime, due_at: datetime, calendars: Calendars
    ) -> list[datetime]:
        """When to warn between start and deadline; empty for never."""
        if self.warn_at is None:
            return []
        total = self.limit.elapsed(start, due_at, calendars)
        part = (total // MICROSECOND) * self.warn_at
        amount = timedelta(microseconds=part.numerator // part.denominator)
        return [self.limit.forward(start, amount, calendars)]

    def left(self, amount: timedelta) -> "Terms":
        """The same promise with only so much time left of it."""
        unit = WALL if self.limit.unit in AROUND_THE_CLOCK else BUSINESS
        return replace(
            self, limit=Length(unit, amount=amount, calendar=self.limit.calendar)
        )


@dataclass(frozen=True)
class Plan:
    """The instants at which something happens by itself, in order."""

    schedule: tuple[datetime, ...]
    breach_step: int
    flagged: bool

    @property
    def due_at(self) -> datetime:
        return self.schedule[self.breach_step]


def plan(terms: Terms, *, start: datetime, calendars: Calendars) -> Plan:
    """The schedule of a promise that begins at `start`.

    Raises BeyondHorizon when the calendar does not reach that far.
    """
    limit = terms.limit
    due_at = limit.after(start, calendars)
    warnings = terms.warnings(start, due_at, calendars)
    return _around(terms, due_at, warnings, start=start, calendars=calendars)


def resume(
    terms: Terms,
    *,
    schedule: Sequence[datetime],
    next_step: int,
    paused_at: datetime,
    resumed_at: datetime,
    calendars: Calendars,
) -> tuple[datetime, ...]:
    """The schedule after a pause: whatever was still to come keeps its distance.

    Before the deadline the ladder follows the new deadline. After it each rung that was
    still to come keeps its distance in the time in which it is counted.
    """

    def moved(instant: datetime, counted: Length) -> datetime:
        if instant <= paused_at:
            return instant
        left = counted.elapsed(paused_at, instant, calendars)
        return counted.forward(resumed_at, left, calendars)

    if next_step > terms.breach_step:
        rungs = terms.ladder[next_step - terms.breach_step + terms.rungs_before :]
        to_come = zip(schedule[next_step:], rungs, strict=True)
        return (*schedule[:next_step], *accumulate(starmap(moved, to_come), max))
    limit = terms.limit
    warnings = [moved(schedule[0], limit)] if terms.warn_at is not None else []
    due_at = moved(schedule[terms.breach_step], limit)
    fresh = _around(terms, due_at, warnings, start=resumed_at, calendars=calendars)
    return (*schedule[:next_step], *fresh.schedule[next_step:])


def used_up_at(
    allowed: Length,
    used: Sequence[tuple[datetime, datetime]],
    *,
    at: datetime,
    calendars: Calendars,
) -> datetime:
    """When the time is over that all pauses for a reason share, if one begins at `at`.

    `used` are those before, each from its begin to its end; `at` itself if they left
    nothing.
    """
    if not used:
        return allowed.after(at, calendars)
    first = used[0][0]
    left = allowed.elapsed(first, allowed.after(first, calendars), calendars)
    for begin, end in used:
        left -= allowed.elapsed(begin, end, calendars)
    return allowed.forward(at, left, calendars) if left > timedelta(0) else at


def _around(
    terms: Terms,
    due_at: datetime,
    warnings: Sequence[datetime],
    *,
    start: datetime,
    calendars: Calendars,
) -> Plan:
    """Put the ladder around a deadline; a ladder is climbed in its order."""
    instants = list(warnings)
    for place, rung in enumerate(terms.ladder):
        instant = rung.after(due_at, calendars)
        earliest = instants[-1] if instants else start
        if place < terms.rungs_before:
            instants.append(min(max(instant, earliest), due_at))
        else:
            instants.append(max(instant, earliest))
    return Plan(
        tuple(instants),
        terms.breach_step,
        terms.limit.is_guess(start, due_at, calendars),
    )
