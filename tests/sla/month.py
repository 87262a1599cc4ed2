"""A virtual month: random lives of tickets, played by the engine and by the oracle.

Every act goes to both, in the order of time; detectors look now and then. At the end,
each row of the engine is compared with what the oracle expects.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count, islice
from typing import Any, Final

from django.db.models import Count, Q

from customers.models import Customer
from sla.models import Clock, ClockEvent
from staff.models import Role, User
from tests.factories import UserFactory
from tests.sla import oracle as the_oracle
from tests.sla.oracle import SERVICE, SHANGHAI, WORKING, Oracle, Refused
from tests.sla.player import Engine
from tickets.models import Channel, Kind, Ticket

MICROSECOND: Final = timedelta(microseconds=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
REASON: Final = "awaiting_evidence"
PREFIX: Final = "MONTH"
TICKETS_AT_ONCE: Final = 1000

# What a ticket of each kind is about to be promised; some wait for their turn.
INQUIRY: Final = (
    "first_reply",
    "complex_notice",
    "callback",
    "ring",
    "follow_up",
    "contract_forward",
    "contract_result",
)
OBJECTION: Final = (
    "acknowledgement",
    "total",
    "legal_outer_limit",
    "handoff",
    "investigation",
    "proposal",
    "department_acceptance",
)
CONTINUING: Final = ("total", "legal_outer_limit")
PAUSING: Final = ("investigation", "proposal", "total", "handoff")
CHANNELS: Final = (
    "web_chat",
    "hotline",
    "app_chat",
    "email",
    "website_message",
    "store",
)


@dataclass
class Life:
    """One ticket, as far as its random life knows of it."""

    number: int
    kind: str
    channel: str
    dice: random.Random
    acts: int
    cycle: int = 1
    ticket: int = 0

    def facts(self) -> dict[str, str]:
        """What is known of the case beyond its kind and channel."""
        if self.kind == Kind.INQUIRY:
            return {}
        return {
            "type": self.dice.choice(["quality", "fee", "contract"]),
            "laboratory": self.dice.choice(["yes", "no"]),
            "severity": self.dice.choice(["normal", "normal", "major", "urgent"]),
        }


# --- Random lives ---------------------------------------------------------------------


@dataclass
class Month:
    """A month of so many tickets; the same seed gives the same month."""

    tickets: int
    seed: int = 2026_11_01
    begin: datetime = datetime(2026, 11, 1, tzinfo=SHANGHAI)
    days: int = 30
    looks_per_day: int = 6
    progress: Callable[[str], object] = str
    acts: Counter[str] = field(default_factory=Counter)

    def play(self) -> list[str]:
        """Live it; everything in which engine and oracle differ, in words."""
        self.oracle = Oracle()
        self.engine = Engine(_boss())
        self.dice = random.Random(self.seed)  # noqa: S311 - chance, not secrecy
        self._order = count()
        self._queue: list[Any] = []
        self._begin_lives()
        self._plan_the_office()
        self._live()
        return [*self.differences, *compare(self.oracle)]

    def _begin_lives(self) -> None:
        lives = [
            Life(
                number,
                kind=self.dice.choice([Kind.INQUIRY.value, Kind.OBJECTION.value]),
                channel=self.dice.choice(CHANNELS),
                dice=random.Random(self.dice.getrandbits(64)),  # noqa: S311
                acts=self.dice.randint(1, 12),
            )
            for number in range(self.tickets)
        ]
        for life, ticket in zip(lives, _tickets(lives, at=self.begin), strict=True):
            life.ticket = ticket
            at = self.begin + self._part(life.dice) * self.days * DAY
            self._later(at, partial(self._step, life, at))

    def _plan_the_office(self) -> None:
        """When detectors look, and when policies and calendars change."""
        end = self.begin + (self.days + 25) * DAY
        looks = int(self.looks_per_day * (end - self.begin) / DAY)
        for _ in range(looks):
            at = self.begin + self._part(self.dice) * (end - self.begin)
            self._later(at, partial(self._look, at))
        self.end = end
        for day, changes in CHANGES:
            at = self.begin + day * DAY + self._part(self.dice) * HOUR
            self._later(at, partial(self._both, "publish", at, **changes))
        for day in ROLLOUTS:
            at = self.begin + day * DAY + self._part(self.dice) * HOUR
            self._later(at, partial(self._both, "roll_out", at=at))
        today = self.begin.astimezone(SHANGHAI).date()
        for day, notices in NOTICES:
            at = self.begin + day * DAY
            days = {(code, today + n * DAY): it for (code, n), it in notices.items()}
            self._later(at, partial(self._both, "declare", at, days))

    def _live(self) -> None:
        self.differences: list[str] = []
        done = 0
        while self._queue:
            _, _, act = heapq.heappop(self._queue)
            act()
            done += 1
            if done % 10_000 == 0:
                self.progress(f"{done:,} acts")
        self._both("rouse", at=self.end)
        self._both("look", at=self.end)

    def _later(self, at: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (at, next(self._order), act))

    def _both(self, verb: str, *args: Any, **more: Any) -> None:
        """Let the oracle and the engine do the same; they must also refuse the same."""
        self.acts[verb] += 1
        refused = []
        for player in (self.oracle, self.engine):
            try:
                getattr(player, verb)(*args, **more)
            except Refused:
                refused.append(type(player).__name__)
        self.acts["refused"] += bool(refused)
        if len(refused) == 1:
            self.differences.append(f"only {refused[0]} refuses {verb} {args} {more}")

    def _look(self, at: datetime) -> None:
        if self.dice.random() < 0.7:
            self._both("rouse", at=at)
        self._both("look", at=at)

    @staticmethod
    def _part(dice: random.Random) -> float:
        """Somewhere between nothing and all, to the microsecond."""
        return dice.random()

    # --- One life ---------------------------------------------------------------------

    def _step(self, life: Life, at: datetime) -> None:
        """Do something now, and think of what to do next, and when."""
        dice = life.dice
        mine = self.oracle.by_ticket.get(life.ticket, [])
        unfinished = [it for it in mine if it["state"] in ("running", "paused")]
        if not mine:
            self._open_case(life, at)
        else:
            self._do(life, at, unfinished)
        life.acts -= 1
        if life.acts > 0:
            then = self._next(dice, at, unfinished)
            self._later(then, partial(self._step, life, then))

    def _open_case(self, life: Life, at: datetime) -> None:
        names = INQUIRY if life.kind == Kind.INQUIRY else OBJECTION
        first = names[: life.dice.randint(1, 3)]
        facts = life.facts()
        for metric in first:
            self._start(life, metric, at, facts)

    def _start(
        self, life: Life, metric: str, at: datetime, facts: dict[str, str]
    ) -> None:
        known = {"channel": life.channel, "kind": life.kind} | facts
        self._both("start", life.ticket, metric, at=at, cycle=life.cycle, facts=known)

    def _do(self, life: Life, at: datetime, unfinished: list[Any]) -> None:
        dice, ticket = life.dice, life.ticket
        chosen = dice.choice(unfinished)["metric"] if unfinished else ""
        number = dice.random()
        if not unfinished and number < 0.8:
            life.cycle += 1
            self._open_case(life, at)
        elif number < 0.35 and chosen:
            self._both("stop", ticket, chosen, at=at)
        elif number < 0.60:
            names = [it["metric"] for it in unfinished if it["metric"] in PAUSING]
            metric = dice.choice(names or PAUSING) if number < 0.59 else chosen
            reason = "lunch" if number < 0.36 else REASON
            paused = any(
                it["state"] == "paused" and it["metric"] == metric for it in unfinished
            )
            if paused or number > 0.59:
                self._both("resume", ticket, metric, at=at)
            else:
                self._both("pause", ticket, metric, reason=reason, at=at)
        elif number < 0.65:
            self._both("cancel", ticket, at=at)
        elif number < 0.75:
            it = dice.choice(self.oracle.by_ticket[ticket])
            self._both(
                "word", ticket, it["metric"], occurred=self._said(dice, it, at), at=at
            )
        elif number < 0.85:
            facts = {"severity": dice.choice(["normal", "major", "urgent"])}
            metric = dice.choice(["total", "investigation"])
            if number > 0.82:
                facts = {"laboratory": dice.choice(["yes", "no"])}
            self._both("reclassify", ticket, metric, facts=facts, at=at)
        else:
            owed = INQUIRY if life.kind == Kind.INQUIRY else OBJECTION
            running = {it["metric"] for it in unfinished}
            metric = dice.choice(owed)
            if metric in CONTINUING or metric not in running:
                self._start(life, metric, at, life.facts())

    def _said(self, dice: random.Random, it: Any, at: datetime) -> datetime:
        """When a promise is said to have been kept: often just in time."""
        due: datetime = it["due"]
        if due < at and dice.random() < 0.7:
            back = dice.choice([-MICROSECOND, timedelta(0), MICROSECOND, HOUR])
            return min(due - back, at)
        return at - dice.choice([MICROSECOND, 0.1 * HOUR, HOUR, DAY]) * dice.random()

    def _next(
        self, dice: random.Random, at: datetime, unfinished: list[Any]
    ) -> datetime:
        """Often around a deadline, on it, or a microsecond beside it."""
        dues: list[datetime] = [it["due"] for it in unfinished if it["due"] > at]
        number = dice.random()
        if dues and number < 0.2:
            nudge = dice.choice([-MICROSECOND, timedelta(0), MICROSECOND])
            return max(dice.choice(dues) + nudge, at)
        if dues and number < 0.6:
            return at + (dice.choice(dues) - at) * dice.uniform(0, 1.3)
        span = dice.choice([10 * MICROSECOND, 0.01 * HOUR, HOUR, 5 * HOUR, 3 * DAY])
        return at + span * dice.random()


# Days into the month, and what changes then.
CHANGES: Final[Any] = [
    (5, {"IN_FIRST_REPLY": {"amount": timedelta(seconds=45)}}),
    (9, {"OB_TOTAL": {"days": 4}, "OB_INVESTIGATE_FEE": {"days": 2, "warns": False}}),
    (13, {"OB_HANDOFF": {"amount": HOUR / 2}, "IN_FOLLOW_UP": {"amount": 3 * HOUR}}),
    (12, {"OB_LEGAL_OUTER": {"days": 6, "warns": False}, "OB_TOTAL": {"warns": False}}),
    (17, {"OB_LEGAL_OUTER": {"days": 9, "warns": True}, "OB_TOTAL": {"warns": True}}),
    (21, {"OB_TOTAL": {"days": 2}, "OB_INVESTIGATE_FEE": {"warns": True}}),
]
ROLLOUTS: Final = (10, 14, 18, 22)
NOTICES: Final[Any] = [
    (8, {(SERVICE, 12): "holiday", (WORKING, 12): "holiday", (SERVICE, 20): "holiday"}),
    (
        16,
        {
            (SERVICE, 20): "worked",
            (WORKING, 20): "worked",
            (SERVICE, 23): (12, 16),
            (WORKING, 24): (13, 15),
            (SERVICE, 28): "holiday",
        },
    ),
]


def _boss() -> User:
    boss: User = UserFactory.create(role=Role.ADMINISTRATOR)
    return boss


def _tickets(lives: list[Life], *, at: datetime) -> list[int]:
    """The bare tickets; their clocks come about by the engine's verbs alone."""
    customer = Customer.objects.create(surname="王", created_at=at)
    channels = {it.code: it.pk for it in Channel.objects.all()}
    rows = Ticket.objects.bulk_create(
        [
            Ticket(
                number=f"{PREFIX}{life.number:06d}",
                kind=life.kind,
                channel_id=channels[life.channel],
                customer=customer,
                status="new" if life.kind == Kind.INQUIRY else "received",
                created_at=at,
            )
            for life in lives
        ],
        batch_size=2000,
    )
    return [row.pk for row in rows]


# --- The comparison -------------------------------------------------------------------


def compare(expected: Oracle) -> list[str]:
    """Every column in which a clock is not as it must be."""
    tickets = iter(expected.by_ticket)
    wrong: list[str] = []
    while some := list(islice(tickets, TICKETS_AT_ONCE)):
        wrong += _compare([it for key in some for it in expected.by_ticket[key]], some)
    return wrong


def _compare(expected: list[the_oracle.Clock], tickets: list[int]) -> list[str]:
    wrong = []
    clocks = (
        Clock.objects.filter(ticket__in=tickets)
        .select_related("target")
        .annotate(breaches=Count("events", filter=Q(events__kind="breach")))
        .prefetch_related("pauses")
    )
    rows = {(it.ticket_id, it.metric, it.cycle, it.subject): it for it in clocks}
    for it in expected:
        key = (it["ticket"], it["metric"], it["cycle"], it["subject"])
        found = rows.pop(key, None)
        if found is None:
            wrong.append(f"{key}: there is no such clock")
            continue
        is_, must = _of_engine(found), _of_oracle(it, found)
        for name, value in must.items():
            if is_[name] != value:
                wrong.append(f"{key}: {name} is {is_[name]}, must be {value}")
    wrong += [f"{key}: there should be no such clock" for key in rows]
    return wrong


def _of_engine(clock: Any) -> dict[str, Any]:
    late = clock.stopped_at is not None and clock.outcome == "missed"
    return {
        "rule": clock.target.code,
        "due": clock.due_at,
        "warns": clock.warns_at,
        "status": clock.status,
        "outcome": clock.outcome,
        "missed": clock.breached_at,
        "breaches": clock.breaches,
        "revoked": clock.revoked_at,
        "stopped": clock.stopped_at,
        "overrun": clock.stopped_at - clock.due_at
        if late and clock.stopped_at
        else None,
        "pauses": [
            (it.paused_at, it.resumed_at, it.resumes_at)
            for it in sorted(clock.pauses.all(), key=lambda pause: pause.number)
        ],
    }


def _of_oracle(it: the_oracle.Clock, found: Clock) -> dict[str, Any]:
    warned = found.next_step > 0
    return {
        "rule": it["code"],
        "due": it["due"],
        # A warning that was given keeps its instant, whatever happens later.
        "warns": found.warns_at if warned else it["warns"],
        "status": it["state"],
        "outcome": it["outcome"],
        "missed": it["missed"],
        "breaches": int(it["missed"] is not None),
        "revoked": it["revoked"],
        "stopped": it["stopped"],
        "overrun": Oracle.overrun(it),
        "pauses": [(p["from"], p["to"], p["limit"]) for p in it["pauses"]],
    }


def tally(month: Month) -> dict[str, int]:
    """What happened, so that nobody believes in a month in which nothing did."""
    outcomes = Counter(it["outcome"] or it["state"] for it in month.oracle.clocks)
    mine = {"clock__ticket__number__startswith": PREFIX}
    events = ClockEvent.objects.filter(**mine)
    return dict(outcomes) | {
        "pauses": sum(len(it["pauses"]) for it in month.oracle.clocks),
        "revoked": sum(it["revoked"] is not None for it in month.oracle.clocks),
        "recomputed": events.filter(kind="recompute").count(),
    }
