"""Make one conversation of two inquiries, and take them apart again without loss.

Nothing is copied: `inquiries.merged` reads the messages of both as one. Whoever locks
both locks them in the order of their keys, so that no two people wait in a ring.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from customers.text import one_line, unfit
from inquiries.models import ContractStatus, Inquiry, Merge, RepairStatus
from inquiries.services import owing
from inquiries.services.handling import refuse_poaching
from inquiries.services.speaking import ENDING, end_no_more
from inquiries.workflow import BACK_TO_WORK, WORKFLOW, Status, Step
from sla.services import clocks
from sla.services.clocks import CancelReason
from staff.models import User
from tickets import feed
from tickets.models import Direction, Verb
from tickets.services import events
from tickets.services.links import not_found
from tickets.workflow import IllegalStep

_TRIES: Final = 5


@transaction.atomic
def merge(
    inquiry: Inquiry, *, into: Inquiry, by: User, at: datetime, reason: str = ""
) -> Inquiry:
    """End an inquiry that goes on in another one; merging it again changes nothing.

    Both are of one customer, or of one phone number and there is a reason. Its clocks
    are cancelled: a deadline that has passed by then stays missed. Its open topics, its
    customer's wait and the first reply that is owed for it (IN-24) go along; the other
    one goes on as in service.

    Raises ValidationError (other, reason), IllegalStep when one of them has ended, or
    when the merged one has taken in others, is in a colleague's hands or waits for a
    callback or another department, or for an answer to another person; NotAllowed.
    """
    reason = one_line(reason, field="reason")
    inquiry, into = _locked(inquiry, into)
    if Merge.objects.standing().filter(inquiry=inquiry, into=into).exists():
        return inquiry
    rule = WORKFLOW.check(inquiry, Step.MERGE, by=by)
    absorbing = WORKFLOW.check(into, Step.ABSORB, by=by)
    _refuse_unseen(inquiry, into, by=by)
    refuse_poaching(inquiry, Step.MERGE, by=by)
    _refuse_chains(inquiry)
    _refuse_promises(inquiry)
    _refuse_strangers(inquiry, into, reason=reason)
    made = Merge.objects.create(
        inquiry=inquiry,
        into=into,
        reason=reason,
        merged_by=by,
        merged_at=at,
        status_before=inquiry.status,
        waiting_since=inquiry.customer_waiting_since,
    )
    promises = owing.owed(inquiry)
    clocks.cancel_all(inquiry, reason=CancelReason.MERGED, at=at, by=by)
    WORKFLOW.move(inquiry, rule)
    inquiry.closed_at = at
    inquiry.customer_waiting_since = inquiry.question_clear_at = None
    inquiry.save(
        update_fields=[
            *("closed_at", "customer_waiting_since", "question_clear_at", "status")
        ]
    )
    _move_topics(made)
    WORKFLOW.move(into, absorbing)
    end_no_more(into)
    into.save(update_fields=["status", *ENDING])
    _wait_in(into, since=made.waiting_since)
    owing.take_over(made, promises)
    _tell(made, Verb.MERGED, by=by, at=at)
    return inquiry


@transaction.atomic
def unmerge(inquiry: Inquiry, *, by: User, at: datetime) -> Inquiry:
    """Give a merged inquiry back its own status and topics, in a new cycle.

    If its customer still waits, the first reply is owed here again, by the deadline
    that it had (IN-24). Everything that was written meanwhile stays where it was
    written.

    Raises IllegalStep, NotAllowed.
    """
    standing = Merge.objects.standing().filter(inquiry=inquiry).first()
    keys = (inquiry.pk,) if standing is None else (inquiry.pk, standing.into_id)
    locked = {found.pk: found for found in _in_order(*keys)}
    inquiry = locked[inquiry.pk]
    rule = WORKFLOW.check(inquiry, Step.UNMERGE, by=by)
    undone = Merge.objects.standing().filter(inquiry=inquiry).first()
    if undone is None or undone != standing:
        raise IllegalStep(rule.refusal, step=Step.UNMERGE, status=inquiry.status)
    undone.inquiry, undone.into = inquiry, locked[undone.into_id]
    undone.undone_by = by
    undone.undone_at = at
    undone.save(update_fields=["undone_by", "undone_at"])
    _wait_no_more_for(undone)
    given_up = owing.give_up(undone, at=at, by=by)
    inquiry.closed_at = None
    inquiry.cycle += 1
    inquiry.customer_waiting_since = _still_waiting_since(undone)
    back = undone.status_before
    if inquiry.customer_waiting_since is not None:
        back = BACK_TO_WORK.get(back, back)
    WORKFLOW.move(inquiry, replace(rule, target=back))
    end_no_more(inquiry)
    inquiry.save(
        update_fields=[
            *("closed_at", "customer_waiting_since", "cycle", "status"),
            *ENDING,
        ]
    )
    undone.topics.update(inquiry=inquiry, moved_by=None)
    if inquiry.customer_waiting_since is not None:
        owing.give_back(undone, given_up, at=at)
    _tell(undone, Verb.UNMERGED, by=by, at=at)
    return inquiry


@contextmanager
def receiving(inquiry: Inquiry) -> Iterator[tuple[Inquiry, Inquiry | None]]:
    """In a transaction, the locked inquiry that a customer's words go to.

    With it the merged one by whose link they come, if it is another. An inquiry that
    is merged or taken apart while we wait for its lock is looked up again.
    """
    for _try in range(_TRIES):
        with transaction.atomic():
            place = _place_of_words(inquiry)
            if place is not None:
                yield place
                return
        inquiry = Inquiry.objects.get(pk=inquiry.pk)
    raise IllegalStep(
        _("This conversation is being sorted. Please send it again in a moment."),
        step=Step.CUSTOMER_WRITES,
        status=inquiry.status,
    )


def _place_of_words(inquiry: Inquiry) -> tuple[Inquiry, Inquiry | None] | None:
    """None if the inquiry is no longer what the caller has read.

    The target's lock is enough: nobody merges or takes apart without it.
    """
    if inquiry.status != Status.MERGED:
        own = Inquiry.objects.lock(inquiry.pk)
        return None if own.status == Status.MERGED else (own, None)
    standing = Merge.objects.standing().filter(inquiry=inquiry)
    found = standing.first()
    if found is None:
        return None
    into = Inquiry.objects.lock(found.into_id)
    return (into, inquiry) if standing.filter(pk=found.pk).exists() else None


def _in_order(*keys: int) -> list[Inquiry]:
    return list(Inquiry.objects.locked().filter(pk__in=keys).order_by("pk"))


def _locked(inquiry: Inquiry, into: Inquiry) -> tuple[Inquiry, Inquiry]:
    if inquiry.pk == into.pk:
        text = _("A conversation cannot be merged into itself. Give another number.")
        raise unfit("other", text, code="same_ticket")
    found = {one.pk: one for one in _in_order(inquiry.pk, into.pk)}
    return found[inquiry.pk], found[into.pk]


def _refuse_unseen(*inquiries: Inquiry, by: User) -> None:
    keys = [one.pk for one in inquiries]
    if Inquiry.objects.visible_to(by).filter(pk__in=keys).count() < len(keys):
        raise not_found()


def _refuse_chains(inquiry: Inquiry) -> None:
    """No chain, and so no ring: what has taken in others is itself never merged."""
    if Merge.objects.standing().filter(into=inquiry).exists():
        raise IllegalStep(
            _(
                "Others are merged into this conversation. Merge the other one into"
                " this one, or undo those merges first."
            ),
            step=Step.MERGE,
            status=inquiry.status,
        )


def _refuse_promises(inquiry: Inquiry) -> None:
    """What another department was asked for is promised here, and is not broken off."""
    contracts = inquiry.contract_requests.exclude(status=ContractStatus.TOLD)
    repairs = inquiry.repair_requests.exclude(status=RepairStatus.FINISHED)
    if contracts.exists() or repairs.exists():
        raise IllegalStep(
            _(
                "A contract change or a repair is still open here. Merge the other"
                " conversation into this one, or link the two."
            ),
            step=Step.MERGE,
            status=inquiry.status,
        )


def _refuse_strangers(inquiry: Inquiry, into: Inquiry, *, reason: str) -> None:
    """One customer, or one phone number and a reason to believe in one matter.

    Another person gets no answer there, and so must have had it here (IN-24).
    """
    if inquiry.customer_id == into.customer_id:
        return
    phones = {inquiry.customer.phone_index, into.customer.phone_index}
    if len(phones) > 1 or phones == {""}:
        raise unfit(
            "other",
            _(
                "The other conversation has another phone number. Only"
                " conversations of one number are merged; link these two."
            ),
            code="other_phone",
        )
    if not reason:
        raise unfit(
            "reason",
            _("Two names, one phone number: please say why this is one case."),
            code="reason_missing",
        )
    if inquiry.customer_waiting_since is not None:
        raise IllegalStep(
            _(
                "This customer does not read what is said in the other conversation."
                " Answer here first, then merge."
            ),
            step=Step.MERGE,
            status=inquiry.status,
        )


def _move_topics(made: Merge) -> None:
    """What the other one has open already is asked there once."""
    known = made.into.topics.filter(answered_at=None).values("topic")
    going = made.inquiry.topics.filter(answered_at=None).exclude(topic__in=known)
    going.update(inquiry=made.into, moved_by=made)


def _wait_in(into: Inquiry, *, since: datetime | None) -> None:
    """The merged one's customer waits for the answer here now."""
    if since is None:
        return
    if into.customer_waiting_since is None or since < into.customer_waiting_since:
        into.customer_waiting_since = since
        into.save(update_fields=["customer_waiting_since"])


def _still_waiting_since(undone: Merge) -> datetime | None:
    """Since when the merged one's customer has had no answer, here or there.

    What was said there has not reached another person, who does not read it.
    """
    written = undone.into.messages.filter(
        origin=undone.inquiry, sent_at__gte=undone.merged_at
    )
    asked = [undone.waiting_since, *written.values_list("sent_at", flat=True)]
    same = undone.inquiry.customer_id == undone.into.customer_id
    return _first_unanswered(undone.into if same else undone.inquiry, asked)


def _wait_no_more_for(undone: Merge) -> None:
    """Only those who wait there themselves, or are merged there still, wait on."""
    into = undone.into
    if into.customer_waiting_since is None:
        return
    words = into.messages.filter(direction=Direction.IN).exclude(origin=undone.inquiry)
    others = Merge.objects.standing().filter(into=into)
    asked = [
        into.created_at if into.status == Status.MISSED else None,
        *words.values_list("sent_at", flat=True),
        *others.values_list("waiting_since", flat=True),
    ]
    into.customer_waiting_since = _first_unanswered(into, asked)
    into.save(update_fields=["customer_waiting_since"])


def _first_unanswered(
    place: Inquiry, asked: Iterable[datetime | None]
) -> datetime | None:
    """The first of these that no colleague has answered, in writing or by a call."""
    written = place.messages.filter(direction=Direction.OUT, automatic=False)
    answers = [
        written.aggregate(at=Max("sent_at"))["at"],
        place.callbacks.aggregate(at=Max("done_at"))["at"],
    ]
    answered = max((at for at in answers if at is not None), default=None)
    waits = (
        at for at in asked if at is not None and (answered is None or at > answered)
    )
    return min(waits, default=None)


def _tell(told: Merge, verb: Verb, *, by: User, at: datetime) -> None:
    events.record(told.inquiry, verb, by=by, at=at, into=told.into.number)
    events.record(told.into, verb, by=by, at=at, other=told.inquiry.number)
    feed.announce_each((told.inquiry, told.into), "ticket", to_customer=True)
