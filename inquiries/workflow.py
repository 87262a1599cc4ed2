"""The life of an inquiry: its statuses, the steps between them, and who takes them.

    new ─► in service ◄─► awaiting customer ─► answered ─► finished ─► in service
             ▲  └──► awaiting verification ──┐     └──► in service      (reopened)
             └───────────────────────────────┘
    new, in service ─► abandoned (reopens too);  new ─► missed ─► in service
    any that is talked in ─► merged ─► as it was
    any that is talked in ─► converted to an objection

Which steps move which clock: ASK and CUSTOMER_WRITES start the first-reply clock of a
cycle, REPLY and GREET stop it (IN-24, IN-25). CLEAR_QUESTION starts the one-minute
clock, CHECK stops it and starts the callback's 15 minutes, FINISH_CALLBACK stops those
(IN-27, IN-28); MISS starts them too. CLOSE with clear intent starts the follow-up's
clock (IN-54), FOLLOW_UP stops or cancels it, REOPEN cancels it and begins the next
cycle. LOG_RING starts and stops the ringing with the times of the telephone (IN-23).
MERGE cancels every clock, but a first reply that is owed goes on with ABSORB, and back
with UNMERGE, which begins the next cycle. CONVERT cancels the notice's minute: what is
asked from now on is the objection's.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staff.models import Role
from tickets.workflow import Rule, Workflow


class Status(models.TextChoices):
    """Where an inquiry stands."""

    NEW = "new", _("Waiting for first reply")
    IN_SERVICE = "in_service", _("In service")
    AWAITING_VERIFICATION = "awaiting_verification", _("Being checked")
    AWAITING_CUSTOMER = "awaiting_customer", _("Waiting for the customer")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Finished")
    ABANDONED = "abandoned", _("Given up by the customer")
    MISSED = "missed", _("Missed call")
    MERGED = "merged", _("Merged")
    CONVERTED = "converted_to_objection", _("Became an objection")


class Step(StrEnum):
    """What someone can do with an inquiry."""

    CUSTOMER_WRITES = "customer_writes"
    REPLY = "reply"
    ASK_BACK = "ask_back"
    GREET = "greet"
    NOTE = "note"
    TAKE = "take"
    ASSIGN = "assign"
    ADD_TOPIC = "add_topic"
    REMOVE_TOPIC = "remove_topic"
    MARK_COMPLEX = "mark_complex"
    ANSWER_TOPIC = "answer_topic"
    ANSWER_LAST_TOPIC = "answer_last_topic"
    CLEAR_QUESTION = "clear_question"
    CHECK = "check"
    TRY_CALLBACK = "try_callback"
    FINISH_CALLBACK = "finish_callback"
    REVEAL = "reveal"
    ASK_CLOSING = "ask_closing"
    CUSTOMER_LEFT = "customer_left"
    CLOSE = "close"
    REOPEN = "reopen"
    ABANDON = "abandon"
    MISS = "miss"
    LOG_RING = "log_ring"
    FOLLOW_UP = "follow_up"
    NOTE_EMAIL = "note_email"
    REVEAL_EMAIL = "reveal_email"
    AGREE = "agree"
    WITHDRAW_CONSENT = "withdraw_consent"
    EXPLAIN_CLAUSES = "explain_clauses"
    TELL_SERVICE_FACTS = "tell_service_facts"
    REQUEST_CONTRACT_CHANGE = "request_contract_change"
    REPORT_FAULT = "report_fault"
    # Recommending and quoting
    SELECT_DEVICES = "select_devices"
    RECOMMEND = "recommend"
    CHOOSE_DEVICE = "choose_device"
    DRAFT_QUOTATION = "draft_quotation"
    QUOTE = "quote"
    # What belongs together
    MERGE = "merge"
    ABSORB = "absorb"
    UNMERGE = "unmerge"
    CONVERT = "convert"


REOPEN_WINDOW: Final = timedelta(hours=72)
# So long must a conversation be quiet before the customer counts as gone.
QUIET_BEFORE_LEFT: Final = timedelta(minutes=5)
_REOPENING: Final = frozenset({Status.CLOSED, Status.ABANDONED})
ENDED: Final = _REOPENING | {Status.MERGED, Status.CONVERTED}

_ANSWERING: Final = frozenset(
    {Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR}
)
_EVERYONE: Final = _ANSWERING | {Role.DEPARTMENT_HANDLER}
_OPEN: Final = frozenset(Status) - ENDED
_TALKING: Final = frozenset(
    {Status.IN_SERVICE, Status.AWAITING_CUSTOMER, Status.ANSWERED}
)
_CALLING_BACK: Final = frozenset({Status.AWAITING_VERIFICATION, Status.MISSED})
_FINISHED: Final = _("This conversation is finished. Reopen it to write more.")
NOT_ANSWERED: Final = _("Nobody has answered the customer yet. Reply first (IN-24).")
CALLBACK_OPEN: Final = _("A callback is open. Finish it first (IN-28).")
_NO_CALLBACK: Final = _("No callback is open here.")
_NOT_NOW: Final[Mapping[str, str | Promise]] = dict.fromkeys(
    _CALLING_BACK, CALLBACK_OPEN
)
_NOT_YET: Final[Mapping[str, str | Promise]] = {Status.NEW: NOT_ANSWERED, **_NOT_NOW}
BACK_TO_WORK: Final[Mapping[str, str]] = {
    Status.AWAITING_CUSTOMER: Status.IN_SERVICE,
    Status.ANSWERED: Status.IN_SERVICE,
}
GREET_FIRST: Final = _(
    "This needs a conversation that is going on: greet the customer first (IN-25)."
)
# Whose conversation is over, or has to be called back, is not to be greeted.
_NOT_TALKING: Final[Mapping[str, str | Promise]] = {
    **dict.fromkeys(_REOPENING, _FINISHED),
    **_NOT_NOW,
}

_GOES_ON: Final = _("This conversation is merged: it goes on in another one.")
_CONVERTED: Final = _("This conversation became an objection: it goes on there.")

_RULES: Final = {
    Step.CUSTOMER_WRITES: Rule(
        _OPEN, None, frozenset(), _FINISHED, customer=True, moves=BACK_TO_WORK
    ),
    Step.REPLY: Rule(
        _OPEN,
        None,
        _ANSWERING,
        _FINISHED,
        moves={
            Status.NEW: Status.IN_SERVICE,
            Status.AWAITING_CUSTOMER: Status.IN_SERVICE,
        },
    ),
    # A reply that ends with a question.
    Step.ASK_BACK: Rule(
        _OPEN,
        None,
        _ANSWERING,
        _FINISHED,
        moves={
            Status.NEW: Status.AWAITING_CUSTOMER,
            Status.IN_SERVICE: Status.AWAITING_CUSTOMER,
        },
    ),
    Step.GREET: Rule(
        _OPEN,
        None,
        _ANSWERING,
        _FINISHED,
        moves={Status.NEW: Status.IN_SERVICE},
    ),
    Step.NOTE: Rule(frozenset(Status), None, _EVERYONE, _FINISHED),
    Step.TAKE: Rule(_OPEN, None, _ANSWERING, _FINISHED),
    Step.ASSIGN: Rule(_OPEN, None, _ANSWERING, _FINISHED),
    Step.ADD_TOPIC: Rule(
        _OPEN,
        None,
        _ANSWERING,
        _FINISHED,
        customer=True,
        moves={Status.ANSWERED: Status.IN_SERVICE},
    ),
    Step.REMOVE_TOPIC: Rule(_OPEN, None, _ANSWERING, _FINISHED),
    Step.MARK_COMPLEX: Rule(_OPEN, None, _ANSWERING, _FINISHED),
    Step.ANSWER_TOPIC: Rule(
        _OPEN - {Status.NEW},
        None,
        _ANSWERING,
        _FINISHED,
        refusals={Status.NEW: NOT_ANSWERED},
    ),
    Step.ANSWER_LAST_TOPIC: Rule(
        _OPEN - {Status.NEW},
        None,
        _ANSWERING,
        _FINISHED,
        moves={
            Status.IN_SERVICE: Status.ANSWERED,
            Status.AWAITING_CUSTOMER: Status.ANSWERED,
        },
        refusals={Status.NEW: NOT_ANSWERED},
    ),
    Step.CLEAR_QUESTION: Rule(
        _OPEN - _CALLING_BACK, None, _ANSWERING, _FINISHED, refusals=_NOT_NOW
    ),
    Step.CHECK: Rule(
        _OPEN - _CALLING_BACK,
        Status.AWAITING_VERIFICATION,
        _ANSWERING,
        _FINISHED,
        refusals=_NOT_NOW,
    ),
    Step.TRY_CALLBACK: Rule(_CALLING_BACK, None, _ANSWERING, _NO_CALLBACK),
    Step.FINISH_CALLBACK: Rule(
        _CALLING_BACK, Status.IN_SERVICE, _ANSWERING, _NO_CALLBACK
    ),
    Step.REVEAL: Rule(frozenset(Status), None, _ANSWERING, _FINISHED),
    Step.ASK_CLOSING: Rule(
        _TALKING,
        Status.ANSWERED,
        _ANSWERING,
        _FINISHED,
        refusals=_NOT_YET,
    ),
    Step.CUSTOMER_LEFT: Rule(
        _TALKING,
        None,
        _ANSWERING,
        _FINISHED,
        refusals=_NOT_YET,
    ),
    Step.CLOSE: Rule(
        _TALKING,
        Status.CLOSED,
        _ANSWERING,
        _("This conversation is finished already."),
        refusals=_NOT_YET,
    ),
    Step.REOPEN: Rule(
        _REOPENING,
        Status.IN_SERVICE,
        _ANSWERING,
        _("This conversation is open already."),
        customer=True,
    ),
    # `by` None: nobody noticed but the system.
    Step.ABANDON: Rule(
        frozenset({Status.NEW, Status.IN_SERVICE}),
        Status.ABANDONED,
        _ANSWERING,
        _("Only a customer who has no answer yet can give up waiting."),
        customer=True,
    ),
    Step.MISS: Rule(
        frozenset({Status.NEW}),
        Status.MISSED,
        _ANSWERING,
        _("Only a call that nobody has answered is missed."),
        customer=True,
    ),
    # When a call rang and was answered, as the telephone system knows it (IN-23).
    Step.LOG_RING: Rule(
        _OPEN - {Status.MISSED}, None, _ANSWERING, _("This call was not answered.")
    ),
    # Edit, send or cancel what the customer gets after the end (IN-54).
    Step.FOLLOW_UP: Rule(
        frozenset({Status.CLOSED}), None, _ANSWERING, _("No follow-up waits here.")
    ),
    # What the customer may be written to about, and where, whatever state it is in.
    Step.NOTE_EMAIL: Rule(
        frozenset(Status), None, _ANSWERING, _FINISHED, customer=True
    ),
    Step.REVEAL_EMAIL: Rule(
        frozenset(Status), None, _ANSWERING - {Role.AGENT}, _FINISHED
    ),
    Step.AGREE: Rule(frozenset(Status), None, frozenset(), _FINISHED, customer=True),
    Step.WITHDRAW_CONSENT: Rule(
        frozenset(Status), None, _ANSWERING, _FINISHED, customer=True
    ),
    # What an inquiry asks of others; what was asked lives on after the inquiry is
    # finished: see request_workflow.py.
    Step.EXPLAIN_CLAUSES: Rule(
        _TALKING, None, _ANSWERING, GREET_FIRST, refusals=_NOT_TALKING
    ),
    Step.TELL_SERVICE_FACTS: Rule(
        _TALKING, None, _ANSWERING, GREET_FIRST, refusals=_NOT_TALKING
    ),
    Step.REQUEST_CONTRACT_CHANGE: Rule(
        _TALKING, None, _ANSWERING, GREET_FIRST, refusals=_NOT_TALKING
    ),
    Step.REPORT_FAULT: Rule(_OPEN, None, _ANSWERING, _FINISHED, customer=True),
    # Recommending and quoting (IN-30 to IN-40)
    Step.SELECT_DEVICES: Rule(_OPEN, None, _ANSWERING, _FINISHED),
    Step.RECOMMEND: Rule(
        _OPEN,
        None,
        _ANSWERING,
        _FINISHED,
        moves={
            Status.NEW: Status.AWAITING_CUSTOMER,
            Status.IN_SERVICE: Status.AWAITING_CUSTOMER,
        },
    ),
    Step.CHOOSE_DEVICE: Rule(_OPEN, None, _ANSWERING, _FINISHED, customer=True),
    Step.DRAFT_QUOTATION: Rule(_OPEN, None, _ANSWERING, _FINISHED),
    Step.QUOTE: Rule(
        _OPEN,
        None,
        _ANSWERING,
        _FINISHED,
        moves={
            Status.NEW: Status.IN_SERVICE,
            Status.AWAITING_CUSTOMER: Status.IN_SERVICE,
        },
    ),
    # What is finished was promised, counted and told as it is: it is linked, never
    # merged. MERGE is taken by the one that ends, ABSORB by the one that goes on.
    Step.MERGE: Rule(
        _OPEN - _CALLING_BACK,
        Status.MERGED,
        _ANSWERING,
        _("Only an open conversation can be merged. Link this one instead."),
        refusals=_NOT_NOW,
    ),
    Step.ABSORB: Rule(
        _OPEN,
        None,
        _ANSWERING,
        _("The other conversation has ended. Reopen it first, or link the two."),
        moves=BACK_TO_WORK,
        refusals={
            Status.MERGED: _(
                "The other conversation is itself merged. Merge this one into the"
                " one where it goes on."
            )
        },
    ),
    # It gets back the status that it had.
    Step.UNMERGE: Rule(
        frozenset({Status.MERGED}),
        None,
        _ANSWERING,
        _("This conversation is not merged into another one."),
    ),
    # A customer who waits for a first answer gets it first.
    Step.CONVERT: Rule(
        _TALKING,
        Status.CONVERTED,
        _ANSWERING,
        GREET_FIRST,
        refusals=_NOT_YET,
    ),
}
WORKFLOW: Final = Workflow(
    {
        step: replace(
            rule,
            refusals={
                Status.MERGED: _GOES_ON,
                Status.CONVERTED: _CONVERTED,
                **rule.refusals,
            },
        )
        for step, rule in _RULES.items()
    }
)
