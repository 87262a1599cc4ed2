"""How clocks stand, and of paused ones why, since when, and how much time is left.

For pages and the API, which show many clocks in a constant number of queries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from rows.prepared import Prepared
from rows.questions import Question, Slot
from sla.models import CalendarVersion, Clock, ClockStatus, Pause, PauseRule
from sla.promise import AROUND_THE_CLOCK, Calendars
from sla.services import rules
from sla.services.rules import BookOfCalendars
from tickets.models import Ticket

FACTS: Final = Prepared(
    "sla_clock_facts",
    """
SELECT ticket_id, id, metric, cycle, status, outcome, started_at, due_at, promised_at,
       stopped_at, CASE WHEN breach_step > 0 THEN schedule[1] END
  FROM sla_clock
 WHERE ticket_id = ANY(%(tickets)s::bigint[])
 ORDER BY due_at, id
""",
)


class ClockFacts(NamedTuple):
    """What a list asks of a clock, without the rest of its row."""

    pk: int
    metric: str
    cycle: int
    status: str
    outcome: str
    started_at: datetime
    due_at: datetime
    promised_at: datetime
    stopped_at: datetime | None
    warns_at: datetime | None


def facts_of(tickets: Collection[int]) -> Mapping[int, list[ClockFacts]]:
    """The clocks of tickets by the tickets' keys, the first deadline first; a query."""
    found = defaultdict(list)
    for ticket, *facts in FACTS.rows(tickets=list(tickets)):
        found[ticket].append(ClockFacts(*facts))
    return found


@dataclass(frozen=True)
class Hold:
    """An open pause, and the time that its clock will have when it runs on.

    `left` is counted as the promise is: in opening time where `opening_time` says so.
    It is None for a clock whose deadline had passed. `due_at` is the deadline if the
    pause lasts as long as it may; None where it may last for ever.
    """

    rule: PauseRule
    since: datetime
    resumes_at: datetime | None
    left: timedelta | None
    opening_time: bool
    due_at: datetime | None = None


_OF_TICKET: Final = Question(lambda: Clock.objects.filter(ticket=Slot("ticket")))


def clocks_of(ticket: Ticket) -> list[Clock]:
    """The clocks of a ticket with what they promise; one query."""
    found = _OF_TICKET.ask(ticket=ticket.pk)
    for clock in found:
        clock.target = rules.published_target(clock.target_id)
    return found


def holds(clocks: Iterable[Clock | ClockFacts]) -> Mapping[int, Hold]:
    """The open pause of each paused clock, by the clock's key.

    No query when nothing is paused, else two, whatever the number.
    """
    paused = {c.pk: c for c in clocks if c.status == ClockStatus.PAUSED}
    if not paused:
        return {}
    pauses = Pause.objects.filter(clock__in=paused, resumed_at=None)
    found = list(pauses.select_related("rule__calendar", "clock__target"))
    dated = DatedCalendars()
    return {
        pause.clock_id: _hold(paused[pause.clock_id], pause, dated) for pause in found
    }


def _hold(clock: Clock | ClockFacts, pause: Pause, dated: "DatedCalendars") -> Hold:
    terms = rules.terms_of(pause.clock.target)
    opening_time = terms.limit.unit not in AROUND_THE_CLOCK
    left = due_at = None
    if pause.paused_at < clock.due_at:
        calendars: Calendars = dated.at(clock.promised_at) if opening_time else {}
        left = terms.limit.elapsed(pause.paused_at, clock.due_at, calendars)
        if pause.resumes_at is not None:
            due_at = terms.limit.forward(pause.resumes_at, left, calendars)
    return Hold(
        rule=pause.rule,
        since=pause.paused_at,
        resumes_at=pause.resumes_at,
        left=left,
        opening_time=opening_time,
        due_at=due_at,
    )


class DatedCalendars:
    """The calendars in force at any moment, read at the first question."""

    def __init__(self) -> None:
        self._versions: list[tuple[str, int, datetime | None]] | None = None

    def at(self, moment: datetime) -> BookOfCalendars:
        if self._versions is None:
            self._versions = list(
                CalendarVersion.objects.published()
                .order_by("effective_from", "number")
                .values_list("calendar__code", "pk", "effective_from")
            )
        return BookOfCalendars(
            {
                code: pk
                for code, pk, effective_from in self._versions
                if effective_from is not None and effective_from <= moment
            }
        )
