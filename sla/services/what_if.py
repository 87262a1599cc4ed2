"""What a past period would have looked like under other terms; nothing is saved.

From there a draft of the policy can begin that says just that.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from sla import what_if
from sla.business_time import BadHours, BeyondHorizon
from sla.business_time_many import ManyTimes, ManyWalls, Whole
from sla.days import midnight
from sla.ledger import EPOCH, microseconds
from sla.models import (
    CalendarVersion,
    Clock,
    ClockQuerySet,
    Compare,
    Policy,
    PolicyVersion,
    Target,
)
from sla.promise import Length, Terms
from sla.services import calendars, fingerprints, lives, rules, versions
from sla.services.calendar_content import CalendarContent, Intervals
from sla.services.lives import Record
from sla.share import Share
from sla.wall_clock import WallClock, day_number
from sla.what_if import Cover, Editions, Tally, Verdict, Verdicts
from staff.models import User

# Reading and reckoning so many takes a few seconds and some hundred megabytes.
MOST_CLOCKS: Final = 1_000_000
MOST_DAYS: Final = 366
MOST_SHOWN: Final = 50
ONE_DAY: Final = timedelta(days=1)
# "what_if" read as a number, as PostgreSQL wants it.
LOCK_KEY: Final = 0x776861745F6966
# What of a rule is asked about; what a draft would change.
ASKED: Final = ("unit", "budget", "days", "calendar")


class Busy(Exception):
    """Another question is being answered: one at a time, so that one server can."""


@dataclass(frozen=True)
class MoreHours:
    """Hours that would have been open, too."""

    cover: Cover
    intervals: Intervals


@dataclass(frozen=True)
class Question:
    """A rule in force, the same with what might have been, and a span of days.

    `changed` is not saved; `until` is the last day.
    """

    rule: Target
    changed: Target
    since: date
    until: date
    more: MoreHours | None = None

    @property
    def changes_rule(self) -> bool:
        return any(getattr(self.rule, it) != getattr(self.changed, it) for it in ASKED)

    @property
    def begin(self) -> datetime:
        return midnight(self.since)

    @property
    def end(self) -> datetime:
        return midnight(self.until + ONE_DAY)


@dataclass(frozen=True)
class Counts:
    """How promises stand, or would."""

    kept: int
    missed: int
    open: int
    cancelled: int

    @classmethod
    def of(cls, found: Verdicts) -> "Counts":
        return cls(*np.bincount(found, minlength=len(Verdict)).tolist())

    @property
    def due(self) -> int:
        return self.kept + self.missed

    @property
    def percent(self) -> float | None:
        """Kept of those decided, rounded down to a tenth; None where none was."""
        return Share(self.kept, self.due).percent


@dataclass(frozen=True)
class Line:
    """The clocks that began in one hour, on one weekday or day."""

    place: int
    clocks: int
    then: int
    now: int

    @property
    def change(self) -> int:
        return self.now - self.then


@dataclass(frozen=True)
class Promised:
    """How many clocks had the rule as one version says it."""

    rule: Target
    clocks: int


@dataclass(frozen=True)
class Example:
    """A clock that would have been missed."""

    clock: Clock
    before: datetime
    after: datetime


@dataclass(frozen=True)
class Answer:
    """What came of a question. Nothing is sampled: every clock was reckoned."""

    question: Question
    clocks: int
    continued: int
    promised: Sequence[Promised]
    then: Counts
    now: Counts
    newly_missed: int
    newly_kept: int
    examples: Sequence[Example]
    hours: Sequence[Line]
    weekdays: Sequence[Line]
    days: Sequence[Line]
    guessed: int
    missing_years: Sequence[int]
    seconds: float = field(compare=False)


@transaction.atomic
def ask(question: Question, *, by: User, at: datetime) -> Answer:
    """Reckon every clock of the rule that began in the span, as far as `by` sees them.

    The rule is known by its code, whichever version promised it. A promise that goes on
    with what an earlier one had left keeps its own time and is only counted. Raises
    ValidationError by field, Busy.
    """
    _alone()
    began = time.perf_counter()
    chosen = _clocks(question, by=by)
    try:
        record = lives.read(chosen.filter(continues=None), at=at, most=MOST_CLOCKS)
    except lives.TooMany as error:
        reason = _("More than %(most)s clocks. Choose a shorter period.")
        raise ValidationError({"until": reason % {"most": f"{error.most:,}"}}) from None
    due, counted_on = reckon(record, terms_of(question), more=question.more)
    strict = question.rule.compare == Compare.BEFORE
    then = record.verdict
    now = what_if.verdicts(record.lives, due, strict=strict, at=microseconds(at))
    guessed = what_if.guesses(record.lives, due, counted_on)
    newly_missed = np.flatnonzero((now == Verdict.MISSED) & (then != Verdict.MISSED))
    newly_kept = int(((then == Verdict.MISSED) & (now != Verdict.MISSED)).sum())
    walls = _walls(question)
    hours = what_if.hours_of(walls, record.lives.started)
    days = what_if.days_of(walls, record.lives.started)
    first = day_number(question.since)
    length = day_number(question.until) - first + 1
    weekdays = what_if.weekdays_of(days)
    found = {"then": then, "now": now}
    return Answer(
        question=question,
        clocks=len(record),
        continued=chosen.exclude(continues=None).count(),
        promised=_promised(record),
        then=Counts.of(then),
        now=Counts.of(now),
        newly_missed=newly_missed.size,
        newly_kept=newly_kept,
        examples=_examples(record, due, newly_missed[:MOST_SHOWN]),
        hours=_lines(what_if.tally(hours, what_if.HOURS, **found)),
        weekdays=_lines(what_if.tally(weekdays, what_if.WEEKDAYS, **found)),
        days=_lines(what_if.tally(days - first, length, **found)),
        guessed=int(guessed.sum()),
        missing_years=_missing_years(question, due) if guessed.any() else (),
        seconds=time.perf_counter() - began,
    )


def _alone() -> None:
    """Let nobody else ask until this transaction ends. Raises Busy."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK_KEY])
        (alone,) = cursor.fetchone()
    if not alone:
        raise Busy


def reckon(
    record: Record, terms: Terms, *, more: MoreHours | None = None
) -> tuple[Whole, Editions | None]:
    """When clocks would have been due under other terms, and by which calendars.

    Raises ValidationError for hours and calendars that make no deadline.
    """
    try:
        counted_on = editions(terms.limit, record.lives.promised, more=more)
        return what_if.deadlines(terms, record.lives, counted_on), counted_on
    except BadHours as error:
        raise ValidationError({"hours": calendars.words_of(error)}) from error
    except BeyondHorizon as error:
        reason = _("The calendar does not open for so long.")
        raise ValidationError({"calendar": reason}) from error


def editions(
    limit: Length, promised: Whole, *, more: MoreHours | None = None
) -> Editions | None:
    """The versions of a limit's calendar, each for the clocks promised under it.

    Those that were promised before its first version are counted on that one. Raises
    BadHours for more hours that do not fit in.
    """
    if not limit.calendar:
        return None
    known = _versions_of(limit.calendar)
    begins = [microseconds(it.effective_from) for it in known if it.effective_from]
    edition = what_if.edition_at(np.array(begins, dtype=np.int64), promised)
    used = sorted(set(np.unique(edition).tolist()) | {len(known) - 1})
    compiled = [_compiled(known[number], more) for number in used]
    return Editions(compiled, np.searchsorted(np.array(used), edition))


def _versions_of(calendar: str) -> list[CalendarVersion]:
    """Those that were published, in the order in which they take effect."""
    found = CalendarVersion.objects.published().filter(calendar__code=calendar)
    if not found:
        raise BeyondHorizon(f"{calendar} has no version")
    return list(found.order_by("effective_from", "number"))


def _compiled(version: CalendarVersion, more: MoreHours | None) -> ManyTimes:
    if more is None:
        return ManyTimes(rules.compiled(version.pk))
    content = CalendarContent.of(version).with_cover(more.cover, more.intervals)
    return ManyTimes(rules.compile_calendar(content.as_hours()))


def _clocks(question: Question, *, by: User) -> ClockQuerySet:
    return (
        clocks_of(question.rule)
        .visible_to(by)
        .filter(started_at__gte=question.begin, started_at__lt=question.end)
    )


def clocks_of(rule: Target) -> ClockQuerySet:
    """Every clock that a published version promised by the rule of this code."""
    policy_id = rule.version.policy_id
    return Clock.objects.filter(target__in=targets_of(rule.code, policy_id=policy_id))


def targets_of(code: str, *, policy_id: int) -> list[int]:
    """The keys of a rule in every published version of its policy."""
    published = Target.objects.filter(version__published_at__isnull=False)
    named = published.filter(code=code, version__policy=policy_id)
    return list(named.values_list("pk", flat=True))


def terms_of(question: Question) -> Terms:
    """The rule's own, with the other limit."""
    own = rules.terms_of(question.rule)
    limit = rules.length(question.changed, question.changed.budget)
    return Terms(limit, own.warn_at, own.ladder)


def _walls(question: Question) -> ManyWalls:
    zone = ZoneInfo(settings.TIME_ZONE)
    return ManyWalls(
        WallClock(zone, first=question.since, last=question.until + ONE_DAY)
    )


def _promised(record: Record) -> list[Promised]:
    """The versions of the rule that these clocks had, the newest first."""
    keys, counts = np.unique(record.targets, return_counts=True)
    known = Target.objects.select_related("calendar", "version").in_bulk(keys.tolist())
    found = [
        Promised(known[key], count)
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True)
    ]
    return sorted(found, key=lambda it: -it.rule.version.number)


def _examples(record: Record, due: Whole, places: Whole) -> list[Example]:
    keys = record.keys[places].tolist()
    known = Clock.objects.select_related("ticket").in_bulk(keys)
    return [
        Example(known[key], moment(record.due[place]), moment(due[place]))
        for key, place in zip(keys, places.tolist(), strict=True)
        if key in known
    ]


def _lines(found: Tally) -> list[Line]:
    counted = zip(
        found.clocks.tolist(), found.then.tolist(), found.now.tolist(), strict=True
    )
    return [Line(place, *numbers) for place, numbers in enumerate(counted)]


def _missing_years(question: Question, due: Whole) -> list[int]:
    """Years touched whose holidays some version of the calendar does not know."""
    limit = rules.length(question.changed, question.changed.budget)
    known = _versions_of(limit.calendar)
    last = max(question.until, moment(due.max()).date()).year
    return [
        year
        for year in range(question.since.year, last + 1)
        if any(
            version.years is not None and year not in version.years for version in known
        )
    ]


def moment(instant: Any) -> datetime:
    """Microseconds since 1970 as an instant."""
    return EPOCH + timedelta(microseconds=int(instant))


def drafted(rule: Target) -> Target | None:
    """The rule as the policy's draft says it, or would if one began now."""
    policy: Policy = rule.version.policy
    newest = policy.versions.order_by("-number").first()
    if newest is None:
        return None
    rules_of = newest.targets.select_related("calendar", "version__author")
    found: Target | None = rules_of.filter(code=rule.code).first()
    return found


def seen(rule: Target) -> str:
    """The fingerprint of what a draft would change."""
    known = drafted(rule)
    return "" if known is None else fingerprints.of_rule(known)


@transaction.atomic
def draft(question: Question, *, by: User, seen: str, note: str) -> PolicyVersion:
    """Write the other limit into the policy's draft, which may begin with it.

    Twice does it once. `seen` is the fingerprint of the rule as this person saw it: a
    colleague's change is not overwritten. Raises ValidationError, NotAllowed,
    IllegalStep.
    """
    version = versions.draft(question.rule.version.policy, by=by)
    found = version.targets.select_related("calendar")
    rule = found.filter(code=question.rule.code).first()
    if rule is None:
        raise ValidationError(_("The draft has no such rule any more."))
    wanted = {name: getattr(question.changed, name) for name in ASKED}
    if any(getattr(rule, name) != value for name, value in wanted.items()):
        versions.change_target(rule, by=by, seen=seen, **wanted)
    versions.remark(version, by=by, note=note)
    return version
