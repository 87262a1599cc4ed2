"""Who is owed a first reply where conversations stand together (IN-24).

A promise follows its customer with its own deadline: merging neither ends it nor gives
it more time. Where the merged one goes on it is a clock of its own, whose subject names
the merge, and the next reply there keeps it. One that was missed on the way is over,
and counted where it was missed.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from inquiries.models import Inquiry, Merge
from sla.models import Clock, Metric, Outcome, Unit
from sla.services import clocks
from sla.services.clocks import CancelReason
from staff.models import User
from tickets import feed

_SUBJECT: Final = "merge-"


def replied(inquiry: Inquiry, *, at: datetime, by: User) -> None:
    """A colleague has answered: every first reply that is owed here is given."""
    clocks.stop(inquiry, Metric.FIRST_REPLY, at=at, by=by)
    for clock in _taken_over(inquiry):
        clocks.stop(inquiry, Metric.FIRST_REPLY, at=at, by=by, subject=clock.subject)
        feed.announce(_merged(clock), "message", to_customer=True)


def withdrawn(inquiry: Inquiry, *, at: datetime, by: User | None) -> None:
    """No reply is wanted any more; a deadline that has passed stays missed."""
    for clock in owed(inquiry):
        _cancel(inquiry, clock, reason=CancelReason.WITHDRAWN, at=at, by=by)


def owed(inquiry: Inquiry) -> list[Clock]:
    """The promises of a first reply that run here, the nearest first."""
    running = inquiry.clocks.unfinished().filter(metric=Metric.FIRST_REPLY)
    return list(running.order_by("due_at", "pk"))


def take_over(made: Merge, promises: Iterable[Clock]) -> None:
    """What ran when it was merged runs on where it goes on, until its own deadline.

    `promises` are those of the merged one, which have been cancelled.
    """
    for ended in _in_time(promises):
        _go_on(made.into, ended, subject=subject_of(made))


def give_up(undone: Merge, *, at: datetime, by: User) -> list[Clock]:
    """Cancel where it was merged what is owed to the merged one's customer alone.

    The caller has seen who still waits there. Returns what was cancelled.
    """
    into, subject = undone.into, subject_of(undone)
    nobody = into.customer_waiting_since is None
    theirs = [clock for clock in owed(into) if nobody or clock.subject == subject]
    for clock in theirs:
        _cancel(into, clock, reason=CancelReason.NOT_NEEDED, at=at, by=by)
    return theirs


def give_back(undone: Merge, given_up: Iterable[Clock], *, at: datetime) -> None:
    """Whoever still waits is owed a reply again, in the cycle that has begun.

    A promise that still ran has the deadline that it had; one that was missed is not
    made again. Where the customer waits without one, the new cycle's begins now.
    """
    ended = list(given_up)
    if promise := next(_in_time(ended), None):
        _go_on(undone.inquiry, promise)
    elif not ended and not _was_missed(undone):
        clocks.start(undone.inquiry, Metric.FIRST_REPLY, at=at)


def subject_of(merge: Merge) -> str:
    """What tells its promise apart; no number, which not everybody may see."""
    return f"{_SUBJECT}{merge.pk}"


def _merged(clock: Clock) -> Inquiry:
    """Whose promise was taken along."""
    return Merge.objects.get(pk=clock.subject.removeprefix(_SUBJECT)).inquiry


def _taken_over(inquiry: Inquiry) -> list[Clock]:
    """What is owed here for others; no query where no clock runs at all."""
    if inquiry.next_due_at is None:
        return []
    return [clock for clock in owed(inquiry) if clock.subject]


def _in_time(promises: Iterable[Clock]) -> Iterator[Clock]:
    """Those that were cancelled before their deadline, the nearest first."""
    keys = [clock.pk for clock in promises]
    ended = Clock.objects.filter(pk__in=keys, outcome=Outcome.CANCELLED)
    yield from ended.select_related("target", "ticket__channel").order_by("due_at")


def _go_on(inquiry: Inquiry, promise: Clock, *, subject: str = "") -> None:
    """Make the same promise here, with the same deadline, as its own channel has it."""
    channel = promise.ticket.channel.code
    facts = {"channel": channel, **promise.facts}
    clocks.start(
        inquiry,
        Metric.FIRST_REPLY,
        at=_began(promise),
        facts=facts,
        subject=subject,
    )


def _began(promise: Clock) -> datetime:
    """From when its whole time counts, so that its deadline stays what it is."""
    target = promise.target
    if target.unit == Unit.WALL and target.budget is not None:
        return promise.due_at - target.budget
    return promise.started_at


def _was_missed(undone: Merge) -> bool:
    """Whether the customer still waits for what was missed when it was merged."""
    inquiry = undone.inquiry
    if inquiry.customer_waiting_since != undone.waiting_since:
        return False
    missed = inquiry.clocks.filter(metric=Metric.FIRST_REPLY, outcome=Outcome.MISSED)
    return missed.filter(stopped_at__gte=undone.merged_at).exists()


def _cancel(
    inquiry: Inquiry,
    clock: Clock,
    *,
    reason: CancelReason,
    at: datetime,
    by: User | None,
) -> None:
    clocks.cancel(
        inquiry,
        Metric.FIRST_REPLY,
        reason=reason,
        at=at,
        by=by,
        subject=clock.subject,
    )
