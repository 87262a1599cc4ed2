"""The customer accepts a proposal or says why not; silence is neither (CM-29)."""

import logging
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from customers.text import WORDS_MAX, one_line, unfit
from knowledge.services import scripts
from objections.links import case_url
from objections.models import (
    Answer,
    AnswerChannel,
    Objection,
    Proposal,
    ResolutionAction,
)
from objections.services import executing, levels, promises
from objections.services.handling import refuse_partial
from objections.services.proposing import refuse_other, remind_at
from objections.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.services import clocks
from staff.models import User
from tickets import feed
from tickets.models import Direction, Verb
from tickets.services import assignment, events, messages

REMINDED: Final = "OBJECTION_REMINDER"
ROUNDS: Final = 2  # rejections before the case goes to the next level (CM-29, D-14)

logger = logging.getLogger(__name__)


def answer_proposal(
    objection: Objection,
    *,
    accepted: bool,
    at: datetime,
    by: User | None = None,
    reason: str = "",
    channel: str = AnswerChannel.LINK,
    proposal: int | None = None,
) -> Proposal:
    """Take the customer's answer; `by` is who wrote it down for them, None: themselves.

    An acceptance becomes actions, each with its department and its time. A first
    rejection goes back to the departments, a second and any further one to the next
    level. `proposal` is the number that was answered. The same answer again changes
    nothing.

    Raises ValidationError (reason, channel), IllegalStep, NotAllowed.
    """
    step = Step.ACCEPT_PROPOSAL if accepted else Step.REJECT_PROPOSAL
    wanted = Answer.ACCEPTED if accepted else Answer.REJECTED
    channel = _channel(channel, by=by)
    reason = one_line(
        reason,
        field="reason",
        most=WORDS_MAX,
        missing="" if accepted else _("Please say what is not right about it."),
    )
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        latest = objection.proposals.last()
        if latest is not None and _answered_so(latest, wanted, reason, proposal):
            return latest
        if by is not None:
            refuse_partial(objection, step, by=by)
        rule = WORKFLOW.check(objection, step, by=by)
        standing = objection.proposals.standing().get()
        refuse_other(standing, proposal, step)
        standing.answer = wanted
        standing.answered_at = at
        standing.answer_channel = channel
        standing.answer_text = reason
        standing.answer_noted_by = by
        standing.remind_at = None
        standing.save()
        if reason:
            messages.add(
                objection,
                direction=Direction.IN if by is None else Direction.NOTE,
                text=reason,
                at=at,
                author=by,
            )
        WORKFLOW.move(objection, rule)
        objection.save(update_fields=["status"])
        verb = Verb.PROPOSAL_ACCEPTED if accepted else Verb.PROPOSAL_REJECTED
        data = {"proposal": standing.number, "channel": channel}
        events.record(objection, verb, by=by, at=at, **data)
        promises.stop(objection, Metric.CUSTOMER_CONFIRMATION, at=at, by=by)
        if accepted:
            _carry_out(objection, standing, by=by, at=at)
        else:
            _go_round(objection, by=by, at=at)
        feed.announce(objection, "ticket", to_customer=True)
        return standing


def _channel(channel: str, *, by: User | None) -> str:
    """How the answer came; on the case's page only the customer answers."""
    if by is None:
        return AnswerChannel.LINK
    if channel not in AnswerChannel.values or channel == AnswerChannel.LINK:
        raise unfit(
            "channel",
            _("Please choose how the customer answered."),
            code="channel_unknown",
        )
    return channel


def _answered_so(
    latest: Proposal, wanted: Answer, reason: str, number: int | None
) -> bool:
    """Whether an earlier click has given this very answer."""
    same = (latest.answer, latest.answer_text) == (wanted, reason)
    return same and number in (None, latest.number)


def _carry_out(
    objection: Objection, proposal: Proposal, *, by: User | None, at: datetime
) -> None:
    """Each measure that is carried out becomes an action of its department."""
    leading = objection.department
    number = objection.actions.count()
    for measure in proposal.measures.select_related("kind__department"):
        department = measure.kind.department or leading
        if not measure.kind.acts or department is None:
            continue
        number += 1
        action = ResolutionAction(
            objection=objection,
            number=number,
            measure=measure,
            department=department,
            agreed_at=at,
        )
        action.clock = clocks.start(
            objection,
            Metric.EXECUTION,
            at=at,
            facts={**promises.known_facts(objection), "action": measure.kind.code},
            subject=executing.subject_of(action),
        )
        action.save()
        assignment.involve(objection, department)
    executing.finish_if_done(objection, by=by, at=at)


def _go_round(objection: Objection, *, by: User | None, at: datetime) -> None:
    """The departments look again; from the second rejection on the next level does."""
    if objection.proposals.rejected().count() < ROUNDS:
        look_again(objection, by=by, at=at)
        return
    levels.raise_level(objection, by=None, at=at)
    promises.start_round(objection, Metric.PROPOSAL, at=at)


def look_again(objection: Objection, *, by: User | None, at: datetime) -> None:
    """The departments that were asked look once more; the caller has the lock."""
    WORKFLOW.move(objection, WORKFLOW.rules[Step.INVESTIGATE_AGAIN])
    objection.save(update_fields=["status"])
    events.record(objection, Verb.INVESTIGATED_AGAIN, by=by, at=at)
    promises.start_round(objection, Metric.INVESTIGATION, at=at)


def remind(*, at: datetime, limit: int = 100) -> int:
    """Remind customers whose proposal waits for a word; how many (CM-29).

    Each has its own transaction; one that somebody is at work on waits for the next
    pass, and so does one of which something is wrong.
    """
    due = Proposal.objects.standing().filter(remind_at__lte=at)
    keys = list(due.order_by("remind_at").values_list("objection", flat=True)[:limit])
    return sum(_reminded(key, at=at) for key in keys)


def _reminded(key: int, *, at: datetime) -> bool:
    try:
        return _remind(key, at=at)
    except Exception as error:  # noqa: BLE001 - one bad case never stops the others
        name = type(error).__name__
        logger.warning("objection %d not reminded of (%s)", key, name)
        return False


@transaction.atomic
def _remind(key: int, *, at: datetime) -> bool:
    locked = Objection.objects.select_for_update(
        of=("self", "ticket_ptr"), skip_locked=True
    )
    objection = locked.select_related(None).filter(pk=key).first()
    if objection is None:
        return False
    proposal = objection.proposals.standing().filter(remind_at__lte=at).first()
    if proposal is None:
        return False
    proposal.reminders += 1
    proposal.remind_at = remind_at(proposal, since=at)
    proposal.save(update_fields=["reminders", "remind_at"])
    message = messages.add(
        objection,
        direction=Direction.OUT,
        text=scripts.wording(
            REMINDED, number=objection.number, link=case_url(objection)
        ),
        at=at,
        automatic=True,
    )
    events.record(objection, Verb.PROPOSAL_REMINDED, by=None, at=at, message=message.pk)
    return True
