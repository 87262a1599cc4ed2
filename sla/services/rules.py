"""Which promise holds: the policies and calendars in force at a moment.

What a published version says never changes, so each is read and compiled once per
process; which versions are in force is asked of the database every time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Final

from django.db import connection

from rows.prepared import Prepared
from sla.business_time import BusinessTime, Hours, compile_hours
from sla.metrics import Metric
from sla.models import (
    CalendarVersion,
    Counted,
    EscalationStep,
    PauseRule,
    PolicyVersion,
    Target,
)
from sla.promise import Length, Terms
from sla.services.calendar_content import CalendarContent
from tickets.models import Ticket

# Calendars are compiled from the year before their first holidays to well past the
# last; further than that nothing is promised.
FIRST_YEAR: Final = 2019
LAST_YEAR: Final = 2045

POLICIES_SQL: Final = """
SELECT DISTINCT ON (policy_id) 'policy', id, ''
  FROM (SELECT policy_id, id, effective_from, number FROM sla_policyversion
         WHERE effective_from <= %(at)s) AS versions
 ORDER BY policy_id, effective_from DESC, number DESC
"""
CALENDARS_SQL: Final = """
SELECT DISTINCT ON (version.calendar_id) 'calendar', version.id, calendar.code
  FROM sla_calendarversion AS version
  JOIN sla_calendar AS calendar ON calendar.id = version.calendar_id
 WHERE version.effective_from <= %(at)s
 ORDER BY version.calendar_id, version.effective_from DESC, version.number DESC
"""
BOTH_SQL: Final = f"({POLICIES_SQL}) UNION ALL ({CALENDARS_SQL})"
# What is to be known before a clock starts, in one question: the key that it will get,
# and the channel on which its promise may depend.
OPENING_SQL: Final = f"""
{BOTH_SQL}
UNION ALL
SELECT 'next', nextval(pg_get_serial_sequence('sla_clock', 'id')), ''
UNION ALL
SELECT 'channel', id, code FROM tickets_channel WHERE id = %(channel)s
"""  # noqa: S608 - every part is a constant of this module
# The same, and whether the cycle has such a clock already.
OPENING: Final = Prepared(
    "sla_opening",
    f"""
{OPENING_SQL}
UNION ALL
SELECT 'known', id, '' FROM sla_clock
 WHERE ticket_id = %(ticket)s AND metric = %(metric)s AND cycle = %(cycle)s
   AND subject = %(subject)s
""",  # noqa: S608 - every part is a constant of this module
)


Row = tuple[str, int, str]


class BookOfCalendars(Mapping[str, BusinessTime]):
    """The calendars in force at a moment by their codes, compiled when asked for."""

    def __init__(self, version_ids: Mapping[str, int]) -> None:
        self.version_ids = version_ids

    def __getitem__(self, code: str) -> BusinessTime:
        return compiled(self.version_ids[code])

    def __iter__(self) -> Iterator[str]:
        return iter(self.version_ids)

    def __len__(self) -> int:
        return len(self.version_ids)


@dataclass(frozen=True)
class Rulebook:
    """All that holds at one moment."""

    policy_version_ids: tuple[int, ...]
    calendars: BookOfCalendars

    def says_the_same(self, other: "Rulebook") -> bool:
        """Whether the same versions are in force."""
        return (
            self.policy_version_ids == other.policy_version_ids
            and self.calendars.version_ids == other.calendars.version_ids
        )

    def target(self, metric: str, facts: Mapping[str, str]) -> Target | None:
        """The enabled promise with the most conditions, all of which are met."""
        fitting = [
            target
            for version_id in self.policy_version_ids
            for target in content(version_id).enabled.get(metric, ())
            if target.holds_for(facts)
        ]
        return max(fitting, key=lambda t: len(t.conditions), default=None)

    def targets(self) -> Iterator[Target]:
        """Every promise that could start a clock now, in the order of the policy."""
        for version_id in self.policy_version_ids:
            for targets in content(version_id).enabled.values():
                yield from targets


@dataclass(frozen=True)
class Content:
    """What one policy version says."""

    targets: Mapping[int, Target]
    enabled: Mapping[str, tuple[Target, ...]]
    ladders: Mapping[int | None, tuple[EscalationStep, ...]]
    pause_rules: Mapping[str, PauseRule]

    def ladder(self, target: Target) -> tuple[EscalationStep, ...]:
        """The rungs of a promise: its own, else those of the version."""
        return self.ladders.get(target.pk) or self.ladders.get(None, ())

    @cached_property
    def terms(self) -> Mapping[int, Terms]:
        """Each promise as arithmetic, by its key."""
        return {pk: self._terms(target) for pk, target in self.targets.items()}

    def _terms(self, target: Target) -> Terms:
        warn_at = target.warn_at_fraction
        return Terms(
            limit=length(target, target.budget),
            warn_at=None if warn_at is None else Fraction(warn_at),
            ladder=tuple(length(rung, rung.after) for rung in self.ladder(target)),
        )


@dataclass(frozen=True)
class Opening:
    """All that is to be known before a clock starts."""

    book: Rulebook
    known_id: int | None
    next_id: int
    channel: str

    @classmethod
    def of(cls, rows: list[Row]) -> "Opening":
        """What `OPENING_SQL` says, among other rows."""
        ids = {what: pk for what, pk, _ in rows}
        codes = {what: code for what, _, code in rows}
        return cls(_book(rows), ids.get("known"), ids["next"], codes["channel"])


def rulebook(*, at: datetime) -> Rulebook:
    """What is in force at `at`; one query."""
    return _book(_ask(BOTH_SQL, at=at))


def opening(ticket: Ticket, metric: str, *, subject: str, at: datetime) -> Opening:
    """What starting a clock needs to know; one query."""
    return Opening.of(
        OPENING.rows(
            at=at,
            ticket=ticket.pk,
            metric=metric,
            cycle=ticket.cycle,
            subject=subject,
            channel=ticket.channel_id,
        )
    )


def _ask(sql: str, **values: datetime | int | str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _book(rows: list[Row]) -> Rulebook:
    return Rulebook(
        tuple(pk for what, pk, _ in rows if what == "policy"),
        BookOfCalendars({code: pk for what, pk, code in rows if what == "calendar"}),
    )


@lru_cache(maxsize=4096)
def published_target(target_id: int) -> Target:
    """A promise of a published version, read once per process; clocks have no other."""
    known = Target.objects.select_related("calendar", "version__policy")
    return known.get(pk=target_id)


def in_force(
    metric: Metric, *, at: datetime, facts: Mapping[str, str] | None = None
) -> Target | None:
    """The promise that a case with these facts would get at this moment."""
    return rulebook(at=at).target(metric, facts or {})


def facts_of(ticket: Ticket, more: Mapping[str, str]) -> dict[str, str]:
    """What conditions can ask of a case."""
    return facts_known(ticket.channel.code, ticket.kind, more)


def facts_known(channel: str, kind: str, more: Mapping[str, str]) -> dict[str, str]:
    """The same, where the ticket itself was not read."""
    return {"channel": channel, "kind": kind, **more}


def terms_of(target: Target) -> Terms:
    """A published promise as arithmetic."""
    return content(target.version_id).terms[target.pk]


def pause_rule(target: Target, reason: str) -> PauseRule | None:
    """The rule by which a clock of this promise may pause for this reason."""
    rule = content(target.version_id).pause_rules.get(reason)
    return rule if rule is not None and target.metric in rule.metrics else None


def rung_of_step(target: Target, step: int) -> EscalationStep | None:
    """The rung that fires at a step of the schedule; None for the warning itself."""
    place = step - (target.warn_at_fraction is not None)
    ladder = content(target.version_id).ladder(target)
    return ladder[place] if 0 <= place < len(ladder) else None


def calendars_used(book: Rulebook, target: Target) -> dict[str, int]:
    """The calendar versions that give a promise its schedule, for the record."""
    terms = terms_of(target)
    codes = {counted.calendar for counted in (terms.limit, *terms.ladder)}
    return {
        code: pk for code, pk in book.calendars.version_ids.items() if code in codes
    }


def length(counted: Counted, amount: timedelta | None) -> Length:
    """The columns of a length as one value; nothing is nothing in any unit."""
    if not amount and not counted.days:
        return Length()
    return Length(
        counted.unit,
        amount or timedelta(0),
        counted.days or 0,
        counted.calendar.code if counted.calendar else "",
    )


@lru_cache(maxsize=64)
def content(version_id: int) -> Content:
    """What a published version says, read once per process."""
    return read_content(PolicyVersion.objects.get(pk=version_id))


def read_content(version: PolicyVersion) -> Content:
    """What a version says at this moment, draft or not."""
    targets = {
        target.pk: target for target in version.targets.select_related("calendar")
    }
    enabled: dict[str, list[Target]] = {}
    for target in targets.values():
        if target.enabled:
            enabled.setdefault(target.metric, []).append(target)
    ladders: dict[int | None, list[EscalationStep]] = {}
    for rung in version.ladder.select_related("calendar"):
        ladders.setdefault(rung.target_id, []).append(rung)
    return Content(
        targets,
        {metric: tuple(found) for metric, found in enabled.items()},
        {target_id: tuple(rungs) for target_id, rungs in ladders.items()},
        {rule.code: rule for rule in version.pause_rules.select_related("calendar")},
    )


@lru_cache(maxsize=64)
def compiled(version_id: int) -> BusinessTime:
    """A published calendar version ready for arithmetic, compiled once per process."""
    version = CalendarVersion.objects.get(pk=version_id)
    return compile_calendar(CalendarContent.of(version).as_hours())


def compile_calendar(hours: Hours) -> BusinessTime:
    """A calendar for all the years in which anything is promised. Raises BadHours."""
    return compile_hours(
        hours, first=date(FIRST_YEAR, 1, 1), last=date(LAST_YEAR, 12, 31)
    )
