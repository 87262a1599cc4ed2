"""What becomes of every promise, worked out slowly from the words of the policy.

Nothing here is shared with the engine. Calendars are walked day by day as they hang on
a wall in Shanghai; a deadline is found by counting open time from the very start of the
clock, leaving out each pause, every time that somebody asks; what is known of a clock
is a plain dict. It is slow and short on purpose: it must be right by being read.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

# China has had one time and no summer time since 1991.
SHANGHAI = timezone(timedelta(hours=8))
ONE_DAY = timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=SHANGHAI)

# State Council arrangement for 2026.
HOLIDAYS = {
    (1, 1), (1, 2), (1, 3),
    *((2, day) for day in range(15, 24)),
    (4, 4), (4, 5), (4, 6),
    (5, 1), (5, 2), (5, 3), (5, 4), (5, 5),
    (6, 19), (6, 20), (6, 21),
    (9, 25), (9, 26), (9, 27),
    *((10, day) for day in range(1, 8)),
}  # fmt: skip
WORKED_WEEKENDS = {(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)}

SERVICE = "objection_service"
WORKING = "working_day"
ALWAYS = "always_7x24"

Clock = dict[str, Any]
Rule = dict[str, Any]

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SYNC = ["hotline", "web_chat", "app_chat", "ecommerce", "wechat_oa"]
ASYNC = ["email", "website_message"]


def rule(metric: str, amount: timedelta | None = None, **more: Any) -> Rule:
    """One rule; without a calendar its time runs by the clock on the wall."""
    known = {"days": 0, "kind": "", "on": "", "when": {}, "strict": False}
    known |= {"metric": metric, "amount": amount, "continues": False, "warns": True}
    return known | more


# The rules of the ledger that the virtual month plays with.
RULES: dict[str, Rule] = {
    "IN_RING": rule("ring", timedelta(seconds=15), strict=True),
    "IN_FIRST_REPLY": rule("first_reply", timedelta(seconds=30)),
    "CC_EMAIL_REPLY": rule(
        "first_reply", HOUR, on=SERVICE, when={"channel": ["email"]}
    ),
    "IN_COMPLEX_NOTICE": rule("complex_notice", MINUTE),
    "IN_CALLBACK": rule("callback", 15 * MINUTE),
    "IN_CONTRACT_FWD": rule("contract_forward", HOUR, on=SERVICE),
    "IN_CONTRACT_RESULT": rule("contract_result", on=WORKING, kind="work", days=1),
    "IN_FOLLOW_UP": rule("follow_up", 2 * HOUR),
    "OB_ACK_SYNC": rule(
        "acknowledgement", 5 * MINUTE, on=SERVICE, when={"channel": SYNC}
    ),
    "OB_ACK_ASYNC": rule("acknowledgement", HOUR, on=SERVICE, when={"channel": ASYNC}),
    "OB_ACK_STORE": rule(
        "acknowledgement", 15 * MINUTE, on=SERVICE, when={"channel": ["store"]}
    ),
    "OB_HANDOFF": rule("handoff", HOUR, on=SERVICE),
    "OB_DEPT_ACCEPT": rule("department_acceptance", 2 * HOUR, on=SERVICE),
    "OB_INVESTIGATE_QUALITY": rule(
        "investigation", 24 * HOUR, on=SERVICE, when={"type": ["quality"]}
    ),
    "OB_INVESTIGATE_QUALITY_LAB": rule(
        "investigation",
        on=WORKING,
        kind="work",
        days=2,
        when={"type": ["quality"], "laboratory": ["yes"]},
    ),
    "OB_INVESTIGATE_FEE": rule(
        "investigation", on=WORKING, kind="work", days=1, when={"type": ["fee"]}
    ),
    "OB_INVESTIGATE_CONTRACT": rule(
        "investigation", on=WORKING, kind="work", days=2, when={"type": ["contract"]}
    ),
    "OB_PROPOSE": rule("proposal", 4 * HOUR, on=SERVICE),
    "OB_TOTAL": rule("total", on=WORKING, kind="work", days=3, continues=True),
    "OB_TOTAL_MAJOR": rule(
        "total",
        on=WORKING,
        kind="work",
        days=5,
        when={"severity": ["major"]},
        continues=True,
    ),
    "OB_TOTAL_URGENT": rule(
        "total", 24 * HOUR, when={"severity": ["urgent"]}, continues=True
    ),
    "OB_LEGAL_OUTER": rule(
        "legal_outer_limit", on=ALWAYS, kind="day", days=15, continues=True
    ),
}
WARN_AT_TENTHS = 8
# Reason: for which clocks, and for how many working days in all.
PAUSES = {"awaiting_evidence": ({"investigation", "proposal", "total"}, 2)}


class Refused(Exception):
    """What the policy does not allow."""


class Oracle:
    """An office that keeps every promise's story and can reckon it up."""

    def __init__(self) -> None:
        self.clocks: list[Clock] = []
        self.by_ticket: dict[int, list[Clock]] = {}
        self.open: list[Clock] = []
        self.editions: list[tuple[datetime, dict[str, Rule]]] = [(LONG_AGO, RULES)]
        self.notices: list[tuple[datetime, dict[tuple[str, date], Any]]] = []

    # --- What is in force -------------------------------------------------------------

    def publish(self, at: datetime, **changes: dict[str, Any]) -> None:
        """From now on some rules say something else."""
        _, newest = self.editions[-1]
        changed = {code: newest[code] | more for code, more in changes.items()}
        self.editions.append((at, newest | changed))

    def declare(self, at: datetime, days: dict[tuple[str, date], Any]) -> None:
        """From now on some dates of some calendars are not what they were.

        Each is "holiday", "worked", or an opening of its own in whole hours.
        """
        self.notices.append((at, days))

    def hours(self, calendar: str, day: date, asof: datetime) -> tuple[int, int] | None:
        """From which hour to which a date is open, as was known at a moment."""
        if calendar == ALWAYS:
            return (0, 24)
        free = day.weekday() >= 5 or (day.month, day.day) in HOLIDAYS
        if (day.month, day.day) in WORKED_WEEKENDS:
            free = False
        said = self.said(calendar, day, asof)
        if isinstance(said, tuple):
            return said
        if said is not None:
            free = said == "holiday"
        if not free:
            return (9, 21)
        return (10, 18) if calendar == SERVICE else None

    def said(self, calendar: str, day: date, asof: datetime) -> Any:
        """What the last notice of a day says of it; None if nobody spoke of it."""
        words = None
        for since, days in self.notices:
            if since <= asof:
                words = days.get((calendar, day), words)
        return words

    def works(self, calendar: str, day: date, asof: datetime) -> bool:
        """Whether an open date counts: hours of its own make no weekend one of work."""
        own = isinstance(self.said(calendar, day, asof), tuple)
        return day.weekday() < 5 or not own

    def openings(
        self, calendar: str, start: datetime, asof: datetime
    ) -> Iterator[tuple[datetime, datetime]]:
        """All open time from an instant on; without a calendar, it is always open."""
        if not calendar:
            yield start, start + 3650 * ONE_DAY
            return
        day = start.astimezone(SHANGHAI).date()
        while True:
            hours = self.hours(calendar, day, asof)
            if hours is not None:
                midnight = datetime.combine(day, time(), SHANGHAI)
                opens = midnight + hours[0] * HOUR
                closes = midnight + hours[1] * HOUR
                if closes > start:
                    yield max(opens, start), closes
            day += ONE_DAY

    def open_time(
        self, calendar: str, start: datetime, end: datetime, asof: datetime
    ) -> timedelta:
        """How long it is open between two instants."""
        total = timedelta(0)
        for opens, closes in self.openings(calendar, start, asof):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    def close_of_day(
        self,
        calendar: str,
        start: datetime,
        days: int,
        *,
        working: bool,
        asof: datetime,
    ) -> datetime:
        """When the n-th next day is over; that of `start` is not counted."""
        day = start.astimezone(SHANGHAI).date()
        while days:
            day += ONE_DAY
            hours = self.hours(calendar, day, asof)
            if not working or (hours and self.works(calendar, day, asof)):
                days -= 1
        closes = 24 if not working else hours[1]  # type: ignore[index]
        return datetime.combine(day, time(), SHANGHAI) + closes * HOUR

    def allowed(self, it: Rule, start: datetime, asof: datetime) -> timedelta:
        """The time that a rule gives, in the time in which it is counted."""
        if not it["kind"]:
            amount: timedelta = it["amount"]
            return amount
        working = it["kind"] == "work"
        end = self.close_of_day(it["on"], start, it["days"], working=working, asof=asof)
        return self.open_time(it["on"], start, end, asof)

    def counted(
        self, calendar: str, start: datetime, pauses: list[Any], asof: datetime
    ) -> Iterator[tuple[datetime, datetime]]:
        """The open time from an instant on that is in no pause."""
        for opens, closes in self.openings(calendar, start, asof):
            begins = opens
            for pause in pauses:
                if begins < min(pause["from"], closes):
                    yield begins, min(pause["from"], closes)
                begins = max(begins, pause["to"])
            if begins < closes:
                yield begins, closes

    def reach(
        self,
        calendar: str,
        start: datetime,
        pauses: list[Any],
        amount: timedelta,
        asof: datetime,
    ) -> datetime:
        """When so much time has been counted."""
        if not amount:
            return start
        for begins, ends in self.counted(calendar, start, pauses, asof):
            if ends - begins >= amount:
                return begins + amount
            amount -= ends - begins
        raise AssertionError

    # --- One clock --------------------------------------------------------------------

    def due(self, it: Clock, *, tenths: int = 10) -> datetime:
        """Its deadline, or when so many tenths of its time are over.

        That of a paused clock is the one that it would have without this pause.
        """
        told = it["rule"]
        amount = it["left"]
        if amount is None:
            amount = self.allowed(told, it["start"], it["asof"])
        amount = amount * tenths // 10
        pauses = [pause for pause in it["pauses"] if pause["to"] is not None]
        return self.reach(told["on"], it["start"], pauses, amount, it["asof"])

    def settle(self, it: Clock) -> None:
        """Reckon its deadline anew; that of a missed promise is over."""
        if it["missed"] is None:
            warns = it["rule"]["warns"]
            it["warns"] = self.due(it, tenths=WARN_AT_TENTHS) if warns else None
            it["due"] = self.due(it)

    def is_late(self, it: Clock, at: datetime) -> bool:
        return bool(at >= it["due"] if it["rule"]["strict"] else at > it["due"])

    def miss(self, it: Clock) -> None:
        if it["missed"] is None:
            it["missed"] = it["due"]

    def wake(self, it: Clock, at: datetime) -> None:
        """A pause ends by itself, at its own limit, however late somebody looks."""
        if it["state"] == "paused" and it["pauses"][-1]["limit"] < at:
            self.run_on(it, it["pauses"][-1]["limit"])

    def run_on(self, it: Clock, at: datetime) -> None:
        it["pauses"][-1]["to"] = at
        it["state"] = "running"
        self.settle(it)

    def end(self, it: Clock, state: str, at: datetime) -> None:
        """Over; a deadline that has passed is missed, whoever noticed."""
        if self.is_late(it, at):
            self.miss(it)
        fine = "met" if state == "stopped" else "cancelled"
        it["state"] = state
        it["outcome"] = fine if it["missed"] is None else "missed"
        it["stopped"] = at
        self.open.remove(it)

    # --- What people do ---------------------------------------------------------------

    def find(
        self, ticket: int, metric: str, subject: str, *, unfinished: bool = True
    ) -> Clock | None:
        for it in reversed(self.by_ticket.get(ticket, [])):
            if (it["metric"], it["subject"]) == (metric, subject):
                if it["state"] in ("running", "paused"):
                    return it
                if not unfinished and it["state"] == "stopped":
                    return it
        return None

    def choose(self, rules: dict[str, Rule], metric: str, facts: Any) -> str | None:
        """The fitting rule that asks for most."""
        fitting = [
            (len(told["when"]), code)
            for code, told in rules.items()
            if told["metric"] == metric
            and all(facts.get(name) in values for name, values in told["when"].items())
        ]
        return max(fitting)[1] if fitting else None

    def start(
        self,
        ticket: int,
        metric: str,
        *,
        at: datetime,
        cycle: int,
        facts: dict[str, str],
        subject: str = "",
    ) -> None:
        known = self.by_ticket.setdefault(ticket, [])
        same = [
            it for it in known if (it["metric"], it["subject"]) == (metric, subject)
        ]
        if any(it["cycle"] == cycle for it in same):
            return
        edition = len(self.editions) - 1
        rules = self.editions[edition][1]
        code = self.choose(rules, metric, facts)
        if code is None:
            return
        left = None
        if rules[code]["continues"] and cycle > 1:
            earlier = [it for it in same if it["state"] != "cancelled"]
            if earlier:
                last = max(earlier, key=lambda it: it["cycle"])
                if last["outcome"] != "met":
                    return
                left = self.open_time(
                    last["rule"]["on"], last["stopped"], last["due"], at
                )
        it: Clock = {
            "ticket": ticket,
            "metric": metric,
            "subject": subject,
            "cycle": cycle,
            "facts": facts,
            "edition": edition,
            "code": code,
            "rule": rules[code],
            "start": at,
            "asof": at,
            "left": left,
            "pauses": [],
            "state": "running",
            "outcome": "",
            "missed": None,
            "revoked": None,
            "stopped": None,
        }
        self.settle(it)
        known.append(it)
        self.clocks.append(it)
        self.open.append(it)

    def stop(
        self, ticket: int, metric: str, *, at: datetime, subject: str = ""
    ) -> None:
        it = self.find(ticket, metric, subject)
        if it is not None:
            self.finish(it, "stopped", at)

    def cancel(self, ticket: int, *, at: datetime) -> None:
        """Merged, withdrawn or spam: nothing is owed any more."""
        for it in self.by_ticket.get(ticket, []):
            if it["state"] in ("running", "paused"):
                self.finish(it, "cancelled", at)

    def finish(self, it: Clock, state: str, at: datetime) -> None:
        self.wake(it, at)
        if it["state"] == "paused":
            self.run_on(it, at)
        self.end(it, state, at)

    def pause(
        self, ticket: int, metric: str, *, reason: str, at: datetime, subject: str = ""
    ) -> None:
        it = self.find(ticket, metric, subject)
        if it is None:
            raise Refused
        metrics, days = PAUSES.get(reason, (set(), 0))
        limit = None
        if it["state"] == "paused" and it["pauses"][-1]["limit"] >= at:
            raise Refused
        if metric in metrics:
            limit = self.pause_limit(it, reason, days, at)
        if limit is None or limit <= at:
            raise Refused
        self.wake(it, at)
        if at >= it["due"]:
            self.miss(it)
        it["pauses"].append({"from": at, "to": None, "limit": limit, "why": reason})
        it["state"] = "paused"
        self.settle(it)

    def pause_limit(
        self, it: Clock, reason: str, days: int, at: datetime
    ) -> datetime | None:
        """When the time is used up that all pauses for a reason share."""
        earlier = [
            {"from": pause["from"], "to": pause["to"] or pause["limit"]}
            for pause in it["pauses"]
            if pause["why"] == reason
        ]
        first = earlier[0]["from"] if earlier else at
        end = self.close_of_day(WORKING, first, days, working=True, asof=it["asof"])
        amount = self.open_time(WORKING, first, end, it["asof"])
        for pause in earlier:
            amount -= self.open_time(WORKING, pause["from"], pause["to"], it["asof"])
        if amount <= timedelta(0):
            return None
        return self.reach(WORKING, at, [], amount, it["asof"])

    def resume(
        self, ticket: int, metric: str, *, at: datetime, subject: str = ""
    ) -> None:
        it = self.find(ticket, metric, subject)
        if it is None or it["state"] != "paused":
            raise Refused
        self.wake(it, at)
        if it["state"] == "paused":
            self.run_on(it, at)

    def word(
        self,
        ticket: int,
        metric: str,
        *,
        occurred: datetime,
        at: datetime,
        subject: str = "",
    ) -> None:
        """A trusted system says that it was done at an instant in the past."""
        it = self.find(ticket, metric, subject, unfinished=False)
        if it is None:
            return
        if occurred < it["start"]:
            raise Refused
        self.wake(it, at)
        if it["state"] == "paused":
            self.run_on(it, at)
        if it["state"] == "running":
            self.end(it, "stopped", occurred)
        if it["outcome"] == "missed" and not self.is_late(it, occurred):
            it["outcome"] = "met"
            it["revoked"] = at
            it["stopped"] = occurred

    def reclassify(
        self, ticket: int, metric: str, *, facts: dict[str, str], at: datetime
    ) -> None:
        """The case turns out graver: other terms of the same edition, from its start."""
        it = self.find(ticket, metric, "")
        if it is None:
            return
        it["facts"] = it["facts"] | facts
        self.change(it, it["edition"], at)

    def roll_out(self, *, at: datetime) -> None:
        """What is in force now shall hold for all that still run and are not missed."""
        for it in list(self.open):
            if it["missed"] is None:
                self.change(it, len(self.editions) - 1, at)

    def change(self, it: Clock, edition: int, at: datetime) -> None:
        rules = self.editions[edition][1]
        code = self.choose(rules, it["metric"], it["facts"])
        if code is None:
            return
        self.wake(it, at)
        if it["missed"] is not None or it["left"] is not None:
            return
        if it["state"] == "running" and self.is_late(it, at):
            return  # Broken before, even if nobody has looked.
        it["edition"], it["code"], it["rule"] = edition, code, rules[code]
        it["asof"] = at
        self.settle(it)

    # --- What happens by itself -------------------------------------------------------

    def look(self, *, at: datetime) -> None:
        """A detector looks: whatever runs past its deadline is missed."""
        for it in self.open:
            if it["state"] == "running" and it["missed"] is None and it["due"] < at:
                self.miss(it)

    def rouse(self, *, at: datetime) -> None:
        """Pauses end whose time is over."""
        for it in list(self.open):
            self.wake(it, at)

    @staticmethod
    def overrun(it: Clock) -> timedelta | None:
        """By how much a missed promise came too late, once it was kept at all."""
        if it["outcome"] != "missed":
            return None
        late: timedelta = it["stopped"] - it["due"]
        return late
