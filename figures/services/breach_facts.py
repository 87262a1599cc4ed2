"""The facts of missed clocks, read from append-only records in a few queries.

From the lines of the clock (pauses, moved deadlines, its end), the ticket's history
(who had it), who looked at it, what was said on it, hand-offs to departments, and the
record of who was on duty.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, Final

from django.db.models import OuterRef, Q, QuerySet, Subquery

from figures.breach import Ending, Facts, Owing
from figures.crowd import Act, Crowd, Duty, Line, Serving, serving
from objections.models import Handoff
from sla.metrics import OWED_BY_HOLDER, Metric
from sla.models import Clock, ClockEvent, ClockEventKind, ClockStatus
from sla.services.announcing import owing_department
from staff.models import ANSWERS, Department, Presence, PresenceLine, User
from tickets.models import Direction, Event, Kind, Message, Opening, Ticket, Verb

REPLIES: Final = frozenset(
    {Metric.RING, Metric.FIRST_REPLY, Metric.COMPLEX_NOTICE, Metric.ACKNOWLEDGEMENT}
)
OF_CUSTOMER: Final = frozenset({Metric.CUSTOMER_CONFIRMATION})
OF_SYSTEM: Final = frozenset({Metric.ARCHIVE})
# Promised for the whole case, wherever it is.
WHOLE: Final = frozenset({Metric.TOTAL, Metric.LEGAL_OUTER_LIMIT})

HANDS: Final = (Verb.TAKEN, Verb.ASSIGNED)
ENDS: Final = (Verb.CLOSED, Verb.ABANDONED, Verb.MERGED, Verb.CONVERTED, Verb.MISSED)
BEGINS: Final = (Verb.REOPENED, Verb.UNMERGED)
ROUNDS: Final = (*BEGINS, Verb.OBJECTION_REOPENED)
BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
# Nobody looks longer for somebody who was free.
LONGEST: Final = timedelta(days=1)


@dataclass(frozen=True)
class Reckoned:
    """A clock, its facts, and whose it was."""

    clock: Clock
    facts: Facts

    @property
    def agent(self) -> int | None:
        """Who had it at the deadline, else the first who opened it."""
        return self.facts.holder or self.facts.opened_by


@dataclass
class _Records:
    """What the records say of a batch, by clock or ticket."""

    lines: Mapping[int, list[ClockEvent]]
    hands: Mapping[int, list[tuple[datetime, int]]]
    acts: Mapping[int, list[tuple[datetime, int]]]
    looks: Mapping[tuple[int, int], tuple[datetime, int]]
    words: Mapping[int, list[tuple[datetime, int]]]
    handoffs: Mapping[int, list[Handoff]]
    concluded: Mapping[int, list[datetime]]
    rounds: Mapping[int, list[datetime]]
    departments: Mapping[str, int]
    duty: "Attendance"
    crowd: Crowd = field(default_factory=lambda: Crowd([], []))


class Attendance:
    """The record of presence over a stretch of time."""

    def __init__(self, start: datetime, end: datetime) -> None:
        """One query: each person's last line before, and all lines within."""
        earlier = PresenceLine.objects.filter(user=OuterRef("pk"), at__lte=start)
        last = earlier.order_by("-at", "-pk").values("pk")[:1]
        people = User.objects.annotate(line=Subquery(last)).values("line")
        rows = PresenceLine.objects.filter(
            Q(pk__in=people) | Q(at__gt=start, at__lte=end)
        )
        self._rows = list(
            rows.order_by("at", "pk").values_list(
                "at", "user_id", "state", "role", "capacity"
            )
        )
        self._of: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
        for since, person, state, _role, _capacity in self._rows:
            self._of[person].append((since, state))

    def duties(self) -> list[Duty]:
        """Who offered to serve how many customers, from when on."""
        return [
            Duty(since, person, capacity if _serves(state, role) else 0)
            for since, person, state, role, capacity in self._rows
        ]

    def on_duty(self, person: int, *, at: datetime) -> bool:
        """Whether a person was on duty at an instant."""
        known = self._of.get(person, [])
        place = bisect_right(known, at, key=itemgetter(0))
        return place > 0 and known[place - 1][1] == Presence.ON_DUTY


def _serves(state: str, role: str) -> bool:
    """On duty, and one of those to whom inquiries go."""
    return state == Presence.ON_DUTY and role in ANSWERS


def gather(clocks: Sequence[Clock], *, at: datetime) -> list[Reckoned]:
    """The facts of missed clocks as known at `at`; the clocks come with tickets."""
    if not clocks:
        return []
    records = _read(clocks, at=at)
    asking = [clock for clock in clocks if _asks_who_is_free(clock, records)]
    if asking:
        records.crowd = _crowd(asking, records.duty, at=at)
    asked = {clock.pk for clock in asking}
    return [
        Reckoned(clock, _facts(clock, records, asks=clock.pk in asked, at=at))
        for clock in clocks
    ]


def _facts(clock: Clock, records: _Records, *, asks: bool, at: datetime) -> Facts:
    ending = _ending(clock)
    hands = records.hands.get(clock.ticket_id, [])
    holder = _last(hands, until=clock.due_at)
    opened = _opened(clock, records)
    taken = _first(hands, after=clock.started_at)
    said = _first(records.words.get(clock.ticket_id, []), after=clock.started_at)
    owing = _owing(clock)
    department, handed_at, accepted_at = _department(clock, records)
    free = _free(clock, records, at=at) if asks else (None, None, None)
    return Facts(
        owing=Owing.DEPARTMENT if department else owing,
        started_at=clock.started_at,
        due_at=clock.due_at,
        ended_at=clock.stopped_at,
        ending=ending,
        on_duty=free[0],
        full=free[1],
        free_at=free[2],
        holder=holder[1] if holder else None,
        held_at=holder[0] if holder else None,
        holder_on_duty=(
            records.duty.on_duty(holder[1], at=clock.due_at) if holder else None
        ),
        opened_at=opened[0] if opened else None,
        opened_by=opened[1] if opened else None,
        taken_at=taken[0] if taken else None,
        taken_by=taken[1] if taken else None,
        said_at=said[0] if said else None,
        said_by=said[1] if said else None,
        moved_at=_moved(clock, records.lines.get(clock.pk, [])),
        paused=_paused(clock, records.lines.get(clock.pk, []), at=at),
        department=department,
        handed_at=handed_at,
        accepted_at=accepted_at,
    )


def _owing(clock: Clock) -> Owing:
    metric = Metric(clock.metric)
    if metric in OF_CUSTOMER:
        return Owing.CUSTOMER
    if metric in OF_SYSTEM:
        return Owing.SYSTEM
    return Owing.REPLY if metric in REPLIES else Owing.DEED


def _ending(clock: Clock) -> Ending | None:
    if clock.revoked_at is not None:
        return Ending.REVOKED
    if clock.status == ClockStatus.CANCELLED:
        return Ending.CANCELLED
    return Ending.FULFILLED if clock.status == ClockStatus.STOPPED else None


def _department(
    clock: Clock, records: _Records
) -> tuple[int | None, datetime | None, datetime | None]:
    """Which department owed it, or had the case at the deadline; handed, accepted."""
    code = owing_department(clock)
    handoffs = records.handoffs.get(clock.ticket_id, [])
    if code:
        pk = records.departments.get(code)
        handed = clock.started_at
        if clock.metric != Metric.DEPARTMENT_ACCEPTANCE:
            return pk, handed, handed
        ended = clock.stopped_at if clock.status == ClockStatus.STOPPED else None
        return pk, handed, ended
    if clock.metric not in WHOLE | OWED_BY_HOLDER:
        return None, None, None
    concluded = records.concluded.get(clock.ticket_id, [])
    for handoff in reversed(handoffs):
        if _had(handoff, concluded, at=clock.due_at):
            return handoff.department_id, handoff.handed_at, handoff.accepted_at
    return None, None, None


def _had(handoff: Handoff, concluded: Iterable[datetime], *, at: datetime) -> bool:
    """Whether a department had been handed it and was not done with it."""
    if handoff.handed_at > at:
        return False
    ends = [handoff.returned_at, handoff.ended_at, *concluded]
    return not any(end and handoff.handed_at < end <= at for end in ends)


def _opened(clock: Clock, records: _Records) -> tuple[datetime, int] | None:
    """The first look in the clock's round of the case, or the first act without one."""
    ticket = clock.ticket_id
    rounds = [at for at in records.rounds.get(ticket, ()) if at <= clock.started_at]
    begins = max(rounds, default=BEGINNING)
    found = [
        records.looks.get((ticket, clock.cycle)),
        _first(records.acts.get(ticket, []), after=begins),
        _first(records.words.get(ticket, []), after=begins),
    ]
    return min((it for it in found if it is not None), default=None)


def _free(
    clock: Clock, records: _Records, *, at: datetime
) -> tuple[int, int, datetime | None]:
    on_duty, full = records.crowd.at(clock.started_at)
    until = _looks_until(clock, at=at)
    return on_duty, full, records.crowd.free_from(clock.started_at, until=until)


def _looks_until(clock: Clock, *, at: datetime) -> datetime:
    """How far to look for somebody free: to the end, one day at most."""
    return min(clock.stopped_at or at, clock.started_at + LONGEST)


def _moved(clock: Clock, lines: Iterable[ClockEvent]) -> datetime | None:
    """When the present deadline was set, if it lay in the past already."""
    for line in lines:
        if line.kind == ClockEventKind.RECOMPUTE and line.recorded_at >= clock.due_at:
            return line.recorded_at
    return None


def _paused(clock: Clock, lines: Iterable[ClockEvent], *, at: datetime) -> int:
    """How long it did not count, in seconds."""
    total, since = timedelta(0), None
    for line in lines:
        if line.kind == ClockEventKind.PAUSE:
            since = line.at
        elif line.kind == ClockEventKind.RESUME and since is not None:
            total, since = total + (line.at - since), None
    return int(total.total_seconds())


def _asks_who_is_free(clock: Clock, records: _Records) -> bool:
    """Whether anybody could have taken it: nobody had it, and no department owes it."""
    if _owing(clock) not in {Owing.REPLY, Owing.DEED}:
        return False
    if _department(clock, records)[0] is not None:
        return False
    hands = records.hands.get(clock.ticket_id, [])
    return _last(hands, until=clock.started_at) is None


def _first(
    rows: Sequence[tuple[datetime, int]], *, after: datetime
) -> tuple[datetime, int] | None:
    return next((row for row in rows if row[0] >= after), None)


def _last(
    rows: Sequence[tuple[datetime, int]], *, until: datetime
) -> tuple[datetime, int] | None:
    return next((row for row in reversed(rows) if row[0] <= until), None)


class _Histories:
    """What the histories of tickets say: who had them, and their rounds; one query."""

    def __init__(self, tickets: Iterable[int]) -> None:
        self.hands: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
        self.acts: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
        self.concluded: dict[int, list[datetime]] = defaultdict(list)
        self.rounds: dict[int, list[datetime]] = defaultdict(list)
        verbs = (*HANDS, *ROUNDS, Verb.INVESTIGATION_CONCLUDED)
        for ticket, when, verb, actor, data in _events(verbs, ticket__in=tickets):
            if verb == Verb.INVESTIGATION_CONCLUDED:
                self.concluded[ticket].append(when)
            elif verb in ROUNDS:
                self.rounds[ticket].append(when)
            elif (person := _given(verb, actor, data)) is not None:
                self.hands[ticket].append((when, person))
            if verb == Verb.TAKEN and actor is not None:
                self.acts[ticket].append((when, actor))


def _read(clocks: Sequence[Clock], *, at: datetime) -> _Records:
    """All records of however many clocks; seven queries."""
    tickets = {clock.ticket_id for clock in clocks}
    starts = [clock.started_at for clock in clocks]
    lines: dict[int, list[ClockEvent]] = defaultdict(list)
    for line in ClockEvent.objects.filter(
        clock__in=[clock.pk for clock in clocks],
        kind__in=(
            ClockEventKind.PAUSE,
            ClockEventKind.RESUME,
            ClockEventKind.RECOMPUTE,
        ),
    ):
        lines[line.clock_id].append(line)
    told = _Histories(tickets)
    looks: dict[tuple[int, int], tuple[datetime, int]] = {}
    found = Opening.objects.filter(ticket__in=tickets).order_by("at", "pk")
    rows = found.values_list("ticket_id", "cycle", "at", "user_id")
    for ticket, cycle, when, person in rows:
        looks.setdefault((ticket, cycle), (when, person))
    words: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    said = Message.objects.filter(
        ticket__in=tickets,
        direction=Direction.OUT,
        automatic=False,
    ).order_by("sent_at", "pk")
    for ticket, when, author in said.values_list("ticket_id", "sent_at", "author_id"):
        if author is not None:
            words[ticket].append((when, author))
    handoffs: dict[int, list[Handoff]] = defaultdict(list)
    for handoff in Handoff.objects.filter(objection__in=tickets).order_by("pk"):
        handoffs[handoff.objection_id].append(handoff)
    return _Records(
        lines=lines,
        hands=told.hands,
        acts=told.acts,
        looks=looks,
        words=words,
        handoffs=handoffs,
        concluded=told.concluded,
        rounds=told.rounds,
        departments=dict(Department.objects.values_list("code", "pk")),
        duty=Attendance(min(starts), max(_known_until(it, at=at) for it in clocks)),
    )


def _known_until(clock: Clock, *, at: datetime) -> datetime:
    return max(clock.due_at, _looks_until(clock, at=at))


def _events(
    verbs: Iterable[Verb], **where: Any
) -> "QuerySet[Event, tuple[int, datetime, str, int | None, dict[str, Any]]]":
    """Lines of histories in their order."""
    lines = Event.objects.filter(verb__in=list(verbs), **where)
    return lines.order_by("at", "ticket_id", "sequence").values_list(
        "ticket_id", "at", "verb", "actor_id", "data"
    )


def _given(verb: str, actor: int | None, data: Mapping[str, Any]) -> int | None:
    """Into whose hands a line puts the ticket; a department's request is no hand."""
    if verb == Verb.TAKEN:
        return actor
    return None if verb != Verb.ASSIGNED or "subject" in data else data.get("to")


def _crowd(asking: Sequence[Clock], duty: Attendance, *, at: datetime) -> Crowd:
    """Who served whom while these clocks waited for somebody; three queries."""
    start = min(clock.started_at for clock in asking)
    end = max(_looks_until(clock, at=at) for clock in asking)
    spoken = Message.objects.filter(
        ticket=OuterRef("pk"), automatic=False, sent_at__lte=start
    ).exclude(direction=Direction.NOTE)
    open_then = (
        Ticket.objects.filter(kind=Kind.INQUIRY, created_at__lte=end)
        .filter(Q(closed_at=None) | Q(closed_at__gte=start))
        .exclude(assignee=None)
    )
    last = spoken.order_by("-sent_at", "-pk").values("direction")[:1]
    waits = dict(open_then.annotate(last=Subquery(last)).values_list("pk", "last"))
    acts: dict[int, list[Line]] = {pk: [] for pk in waits}
    verbs = (*HANDS, *ENDS, *BEGINS)
    for ticket, when, verb, actor, data in _events(
        verbs, ticket__in=open_then.values("pk"), at__lte=end
    ):
        line = _act(when, verb, actor, data)
        if line is not None and ticket in acts:
            acts[ticket].append(line)
    said = Message.objects.filter(
        ticket__in=open_then.values("pk"),
        automatic=False,
        sent_at__gt=start,
        sent_at__lte=end,
    ).exclude(direction=Direction.NOTE)
    for ticket, when, direction in said.order_by("sent_at", "pk").values_list(
        "ticket_id", "sent_at", "direction"
    ):
        if ticket in acts:
            asked = direction == Direction.IN
            acts[ticket].append(Line(when, Act.ASKED if asked else Act.ANSWERED))
    busy: list[Serving] = []
    for ticket, lines in acts.items():
        lines.sort(key=lambda line: line.at)
        busy.extend(serving(lines, waits=waits[ticket] == Direction.IN))
    return Crowd(duty.duties(), busy)


def _act(
    at: datetime, verb: str, actor: int | None, data: Mapping[str, Any]
) -> Line | None:
    """What a line of a history changes about who serves it."""
    if verb in BEGINS:
        return Line(at, Act.OPENED)
    if verb in ENDS:
        absorbs = verb == Verb.MERGED and "into" not in data
        return None if absorbs else Line(at, Act.CLOSED)
    person = _given(verb, actor, data)
    return None if person is None else Line(at, Act.GIVEN, person)
