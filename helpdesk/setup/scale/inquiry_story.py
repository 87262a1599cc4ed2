"""How a made-up inquiry goes: asked, answered, checked, finished, followed up."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from helpdesk.setup.scale import rows
from helpdesk.setup.scale.case import Case, NotYet
from inquiries.models import FollowUpStatus, Intent, NotSent, Topic, Way
from inquiries.services.follow_ups import AUTOMATIC_AFTER
from inquiries.services.speaking import (
    CLOSING_QUESTION,
    CLOSING_STATEMENT,
    COMPLEX_NOTICE,
    GREETING,
)
from inquiries.workflow import QUIET_BEFORE_LEFT, Status
from sla.metrics import Metric
from sla.services.clocks import CancelReason
from staff.models import User
from tickets.models import Direction, Verb

GREETED_AUTOMATICALLY: Final = frozenset({"web_chat", "app_chat", "wechat_oa"})
TOPICS: Final = dict(zip(Topic, (24, 26, 8, 14, 18, 10), strict=True))
# Shares of all inquiries.
GIVEN_UP: Final = 0.022
LATE: Final = 0.03
GREETED_APART: Final = 0.25
CHECKED: Final = 0.16
ASKED_AT_END: Final = 0.4
CLEAR: Final = 0.16
POSSIBLE: Final = 0.4
# Of the replies to more words, with a note before; of those with clear intent.
NOTED: Final = 0.12
AGREES: Final = 0.7


@dataclass
class Conversation:
    """An inquiry with the columns of its own; `is_new`: it is the customer's first."""

    case: Case
    is_new: bool
    topic: Topic = Topic.RENTAL_PRICE
    question: str = ""
    agent: User = field(init=False)
    first_automatic_reply_at: datetime | None = None
    first_human_reply_at: datetime | None = None
    greeted: int = 0
    last_answer: int | None = None
    answered_by: int | None = None
    answered_at: datetime | None = None
    complex_at: datetime | None = None
    clear_at: datetime | None = None
    closing_asked_at: datetime | None = None
    closing_answered_at: datetime | None = None
    left_at: datetime | None = None
    intent: str = ""
    consented_at: datetime | None = None

    def happen(self) -> None:
        """Tell it to its end, or as far as it has come."""
        self.agent = self.case.random.choice(self.case.past.world.agents)
        with suppress(NotYet):
            self._ask()
            if self.case.chance(GIVEN_UP):
                self._give_up()
                return
            self._reply_first()
            for _ in range(self.case.random.choices((0, 1, 2), (72, 22, 6))[0]):
                self._go_on()
            if self.case.chance(CHECKED):
                self._check()
            self._answer()
            self._finish()
            if self.intent == Intent.CLEAR:
                self._follow_up()

    def _ask(self) -> None:
        case = self.case
        self.topic = case.random.choices(list(TOPICS), list(TOPICS.values()))[0]
        self.question = case.words.sentence("questions", self.topic)
        asked = case.hear(self.question)
        case.record(Verb.ASKED, message=asked, topic=self.topic.value)
        case.promise(Metric.FIRST_REPLY)
        if case.channel.code in GREETED_AUTOMATICALLY:
            text = case.past.world.scripts[GREETING]
            greeting = case.say(text, automatic=True)
            self.first_automatic_reply_at = case.at
            case.record(Verb.GREETED_AUTOMATICALLY, message=greeting)

    def _give_up(self) -> None:
        """Nobody answers for so long that the customer leaves."""
        case = self.case
        case.wait(QUIET_BEFORE_LEFT.total_seconds(), 3_600)
        case.withdraw(reason=CancelReason.WITHDRAWN, by=None)
        case.close(Status.ABANDONED)
        case.record(Verb.ABANDONED)

    def _reply_first(self) -> None:
        """In time nearly always; with the greeting, or after it."""
        case = self.case
        if due := case.due(Metric.FIRST_REPLY):
            if case.chance(LATE):
                case.wait_until(due)
                case.wait(1, 600)
            else:
                share = case.random.betavariate(2, 3.2)
                case.wait_until(case.at + (due - case.at) * share)
        greeting = case.past.world.scripts[GREETING]
        if case.chance(GREETED_APART):
            self._say(greeting, Verb.GREETED)
            case.status = Status.IN_SERVICE
            case.wait(5, 120)
            self._reply()
        elif case.channel.offline:
            self._reply()
        else:
            self._reply(f"{greeting}\n")

    def _say(self, text: str, verb: Verb, **data: object) -> int:
        case = self.case
        said = case.say(text, by=self.agent)
        case.record(verb, by=self.agent, message=said, **data)
        case.keep(Metric.FIRST_REPLY, by=self.agent)
        case.take(self.agent)
        self.first_human_reply_at = self.first_human_reply_at or case.at
        self.greeted = 1
        return said

    def _reply(self, before: str = "") -> None:
        text = before + self.case.words.sentence("answers", self.topic)
        self.last_answer = self._say(text, Verb.REPLIED)
        asks = text.endswith(("?", "？"))
        self.case.status = Status.AWAITING_CUSTOMER if asks else Status.IN_SERVICE

    def _hear(self, name: str) -> None:
        said = self.case.hear(self.case.words.sentence("more", name))
        self.case.record(Verb.CUSTOMER_WROTE, message=said)
        self.case.status = Status.IN_SERVICE

    def _go_on(self) -> None:
        case = self.case
        case.rest(15, 400)
        self._hear("customer")
        if case.chance(NOTED):
            case.wait(2, 30)
            note = case.words.sentence("more", "note")
            said = case.say(note, direction=Direction.NOTE, by=self.agent)
            case.record(Verb.NOTED, by=self.agent, message=said)
        if case.rests == 0 and case.chance(0.7):
            case.wait(8, 120)
        else:
            case.rest(8, 120)
        self._reply()

    def _check(self) -> None:
        """It cannot be answered at once: the notice, then the callback (IN-27, 28)."""
        case, agent = self.case, self.agent
        case.rest(5, 60)
        self.clear_at = case.at
        case.promise(Metric.COMPLEX_NOTICE)
        case.record(Verb.QUESTION_CLEAR, by=agent)
        case.wait(8, 62)
        self._say(case.past.world.scripts[COMPLEX_NOTICE], Verb.CHECKING_ANNOUNCED)
        case.keep(Metric.COMPLEX_NOTICE, by=agent)
        self.complex_at, self.clear_at = case.at, None
        case.status = Status.AWAITING_VERIFICATION
        clock = case.promise(Metric.CALLBACK)
        key, promised = case.past.rows.key(rows.CALLBACKS), case.at
        done: tuple[object, ...] = (0, "", None, None, "", "")
        try:
            case.wait(120, 940)
            outcome = case.words.sentence("more", "checked")
            done = (0, "", case.at, agent.pk, Way.CALL.value, outcome)
            case.keep(Metric.CALLBACK, by=agent)
            case.status, case.waiting_since = Status.IN_SERVICE, None
            data = {"callback": key, "way": Way.CALL.value}
            case.record(Verb.CALLBACK_DONE, by=agent, **data)
        finally:
            row = (key, case.pk, clock, Way.CALL.value, self.question, promised)
            case.past.rows.add(rows.CALLBACKS, (*row, *done))

    def _answer(self) -> None:
        """The last answer is the answer to the topic."""
        case = self.case
        self.answered_by, self.answered_at = self.last_answer, case.at
        data = {"topic": self.topic.value, "message": self.last_answer}
        case.record(Verb.TOPIC_ANSWERED, by=self.agent, **data)
        case.status = Status.ANSWERED

    def _finish(self) -> None:
        """With the closing question, or after the customer has left without a word."""
        case, scripts = self.case, self.case.past.world.scripts
        if case.chance(ASKED_AT_END):
            case.rest(5, 90)
            self._say(scripts[CLOSING_QUESTION], Verb.CLOSING_ASKED)
            self.closing_asked_at = case.at
            case.rest(6, 240)
            self._hear("thanks")
            self.closing_answered_at = case.at
            case.wait(4, 40)
        else:
            case.rest(QUIET_BEFORE_LEFT.total_seconds(), 2_400)
            self.left_at = case.at
            case.record(Verb.CUSTOMER_LEFT, by=self.agent)
            case.wait(2, 20)
        drawn = case.random.random()
        self.intent = Intent.NONE
        if drawn < CLEAR:
            self.intent = Intent.CLEAR
        elif drawn < CLEAR + POSSIBLE:
            self.intent = Intent.POSSIBLE
        consent = self.is_new and self.intent == Intent.CLEAR and case.chance(AGREES)
        self.consented_at = case.at if consent else None
        data = {"intent": str(self.intent), "consent": consent}
        self._say(scripts[CLOSING_STATEMENT], Verb.CLOSED, **data)
        case.close(Status.CLOSED)

    def _follow_up(self) -> None:
        """Who agreed is written to within two hours (IN-54)."""
        case, ended = self.case, self.case.at
        key = case.past.rows.key(rows.FOLLOW_UPS)
        if self.consented_at is None:
            status, reason = FollowUpStatus.NOT_PERMITTED, NotSent.NO_CONSENT
            row = (key, case.pk, None, 1, status, "", None, None, reason, ended, ended)
            case.past.rows.add(rows.FOLLOW_UPS, row)
            data = {"follow_up": key, "status": str(status), "reason": str(reason)}
            case.record(Verb.FOLLOW_UP_NOT_SENT, **data)
            return
        clock = case.promise(Metric.FOLLOW_UP, intent=Intent.CLEAR.value)
        summary = case.words.sentence("more", "follow_up")
        text = f"感谢您的咨询,为您整理{summary}"
        sent: tuple[object, ...] = (None, ended + AUTOMATIC_AFTER, "", ended, None)
        status = FollowUpStatus.PENDING
        try:
            case.wait_until(ended + AUTOMATIC_AFTER * case.random.uniform(0.1, 1))
            by = self.agent if case.chance(0.5) else None
            said = case.say(text, by=by, automatic=by is None)
            case.keep(Metric.FOLLOW_UP, by=by)
            case.record(Verb.FOLLOWED_UP, by=by, message=said, carriers=["thread"])
            status = FollowUpStatus.SENT
            sent = (said, ended + AUTOMATIC_AFTER, "", ended, case.at)
        finally:
            row = (key, case.pk, clock, 1, status, text)
            case.past.rows.add(rows.FOLLOW_UPS, (*row, *sent))

    def write(self) -> None:
        """The rows of the ticket, the inquiry and its topic."""
        case, add = self.case, self.case.past.rows.add
        case.write()
        add(
            rows.INQUIRIES,
            (
                *(case.pk, self.first_automatic_reply_at, self.first_human_reply_at),
                *(self.greeted, self.last_answer, self.clear_at),
                *(self.closing_asked_at, self.closing_answered_at, self.left_at),
                self.intent,
            ),
        )
        add(
            rows.TOPICS,
            (
                *(case.past.rows.key(rows.TOPICS), case.pk, self.topic, self.question),
                *(self.answered_by, case.created_at, self.answered_at),
                self.complex_at,
            ),
        )
