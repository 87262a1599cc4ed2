"""How a made-up objection goes: filed, acknowledged, recorded, closed, put away.

What departments find out and propose is left out: a closed one was settled in talks.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.utils import timezone

from helpdesk.setup.scale import rows
from helpdesk.setup.scale.case import Case, NotYet
from objections.models import Closure, ObjectionType, Phase, ProcessStep, Subtype
from objections.services.archiving import ARCHIVED_AFTER, KEPT_YEARS
from objections.services.closing import APPEAL_WITHIN
from objections.services.filing import LEFT_EMPTY, WRITTEN_CHANNELS
from objections.services.promises import ACKNOWLEDGED, NUMBER_TOLD, said
from objections.severity import severity
from objections.workflow import Status
from sla.metrics import Metric
from sla.services.clocks import CancelReason
from staff.models import User
from tickets.models import Direction, Verb

HOUR: Final = 3_600
# Shares of all objections.
LATE: Final = 0.04
WITHDRAWN: Final = 0.08
ON_AIR: Final = 0.02
SURE_OF_TYPE: Final = 0.8
WITH_AMOUNT: Final = 0.7
WITH_ACCOUNT: Final = 0.6


@dataclass
class Dispute:
    """An objection with the columns of its own."""

    case: Case
    agent: User = field(init=False)
    subtype: Subtype = field(init=False)
    severity: str = ""
    description: str = ""
    amount: Decimal | None = None
    replied_automatically_at: datetime | None = None
    acknowledged_at: datetime | None = None
    form_complete_at: datetime | None = None
    recorded_at: datetime | None = None
    told_with: int | None = None
    estimate: datetime | None = None
    closure: str = ""
    appeal_until: datetime | None = None
    archived_at: datetime | None = None
    kept_until: date | None = None

    def happen(self) -> None:
        """Tell it to its end, or as far as it has come."""
        case = self.case
        self.agent = case.random.choice(case.past.world.agents)
        self.subtype = case.random.choice(case.past.world.subtypes)
        with suppress(NotYet):
            self._file()
            self._acknowledge()
            case.rest(HOUR, 20 * HOUR)
            if case.chance(WITHDRAWN):
                self._withdraw()
                return
            self._record()
            self._settle()
            self._archive()

    def _file(self) -> None:
        case = self.case
        self.description = case.words.sentence("objections", self.subtype.type)
        if case.chance(WITH_AMOUNT):
            self.amount = Decimal(int(case.random.lognormvariate(6.4, 1.2)) + 1)
        self.severity = severity(
            danger=False,
            on_air=case.chance(ON_AIR),
            amount=self.amount,
            repeated=False,
        )
        kind = self.subtype.type
        data = {"type": kind, "severity": self.severity, "inquiry": ""}
        case.record(Verb.OBJECTION_FILED, **data)
        facts = {"type": kind, "subtype": self.subtype.code, "severity": self.severity}
        case.promise(Metric.ACKNOWLEDGEMENT, **facts)
        case.promise(Metric.TOTAL, **facts)
        self.estimate = case.due(Metric.TOTAL)
        case.hear(self.description)
        if case.channel.code in WRITTEN_CHANNELS:
            text = case.past.world.scripts[ACKNOWLEDGED]
            told = case.say(text, automatic=True)
            self.replied_automatically_at = case.at
            case.record(Verb.OBJECTION_ANSWERED_AUTOMATICALLY, message=told)

    def _acknowledge(self) -> None:
        case = self.case
        if due := case.due(Metric.ACKNOWLEDGEMENT):
            if case.chance(LATE):
                case.wait_until(due)
                case.wait(10, HOUR)
            else:
                share = case.random.betavariate(2, 4)
                case.wait_until(case.at + (due - case.at) * share)
        if self.replied_automatically_at is None:
            case.say(case.past.world.scripts[ACKNOWLEDGED], by=self.agent)
        case.waiting_since = None
        self.acknowledged_at = case.at
        case.status = Status.ACKNOWLEDGED
        case.record(Verb.OBJECTION_ACKNOWLEDGED, by=self.agent)
        case.keep(Metric.ACKNOWLEDGEMENT, by=self.agent)
        case.take(self.agent)

    def _record(self) -> None:
        """The form is complete; the customer knows number and estimate (OB-43)."""
        case = self.case
        self.form_complete_at = self.recorded_at = case.at
        case.promise(Metric.HANDOFF, type=self.subtype.type, severity=self.severity)
        due = said(self.estimate) if self.estimate else "15日"
        wording = case.past.world.scripts[NUMBER_TOLD]
        told = case.say(wording.format(number=case.number, due=due), by=self.agent)
        self.told_with = told
        case.record(Verb.OBJECTION_NUMBER_TOLD, by=self.agent, message=told)
        case.status = Status.RECORDED
        case.record(Verb.OBJECTION_RECORDED, by=self.agent)

    def _settle(self) -> None:
        case = self.case
        case.wait(600, 3_700)
        case.keep(Metric.HANDOFF, by=self.agent)
        case.wait(HOUR, 60 * HOUR)
        words = case.words.sentence("objections", "result")
        told = case.say(words, by=self.agent)
        case.record(Verb.REPLIED, by=self.agent, message=told)
        case.keep(Metric.TOTAL, by=self.agent)
        case.wait(600, 30 * HOUR)
        case.close(Status.CLOSED)
        self.closure = Closure.CONFIRMED
        self.appeal_until = case.at + APPEAL_WITHIN
        case.record(Verb.OBJECTION_CLOSED, by=self.agent, how=str(self.closure))
        case.promise(Metric.ARCHIVE, type=self.subtype.type, severity=self.severity)

    def _archive(self) -> None:
        """The job puts it away after a day."""
        case = self.case
        closed = timezone.localdate(case.at)
        case.wait_until(case.at + ARCHIVED_AFTER)
        case.wait(0, HOUR)
        day = min(closed.day, 28)
        self.kept_until = closed.replace(year=closed.year + KEPT_YEARS, day=day)
        self.archived_at = case.at
        case.status = Status.ARCHIVED
        kept_until = self.kept_until.isoformat()
        case.record(Verb.OBJECTION_ARCHIVED, kept_until=kept_until)
        case.keep(Metric.ARCHIVE, by=None)

    def _withdraw(self) -> None:
        case = self.case
        text = case.words.sentence("objections", "withdrawal")
        told = case.say(text, direction=Direction.IN)
        case.withdraw(reason=CancelReason.WITHDRAWN, by=None)
        case.close(Status.WITHDRAWN)
        case.record(Verb.OBJECTION_WITHDRAWN, message=told)

    def write(self) -> None:
        """The rows of the ticket, the objection and what is demanded."""
        case, words, add = self.case, self.case.words, self.case.past.rows.add
        case.write()
        kind, sure = self.subtype.type, case.chance(SURE_OF_TYPE)
        account = (
            f"VIP-{case.random.randrange(100_000):05}"
            if case.chance(WITH_ACCOUNT)
            else ""
        )
        quality = kind == ObjectionType.QUALITY
        slow = kind == ObjectionType.SERVICE
        add(
            rows.OBJECTIONS,
            (
                *(case.pk, kind, self.subtype.pk, kind if sure else ""),
                *(self.subtype.pk if sure else None, self.severity, "", account),
                *("" if account else LEFT_EMPTY, self.description),
                words.sentence("more", "customer") if self.recorded_at else "",
                *(Phase.IN_USE if quality else "", case.created_at),
                words.word("device") if quality else "",
                words.serial() if quality else "",
                *(words.order_number(), "", self.amount),
                *(ProcessStep.DELIVERY if slow else "", case.created_at),
                *(self.replied_automatically_at, self.acknowledged_at),
                *(self.acknowledged_at, self.form_complete_at, self.recorded_at),
                *(self.told_with, self.estimate, self.closure, self.appeal_until),
                *(self.archived_at, self.kept_until),
            ),
        )
        demand = case.random.choice(case.past.world.demands)
        amount = self.amount if demand.money else None
        key = case.past.rows.key(rows.DEMANDS)
        add(rows.DEMANDS, (key, case.pk, demand.pk, amount))
