"""Notices of warnings and breaches: announced, acknowledged, and gone when moot."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from sla.models import (
    UNFINISHED,
    Clock,
    ClockEventKind,
    Medium,
    Notification,
    NotificationQuerySet,
)
from sla.services.announcing import announce
from staff.models import SUPERVISES, User
from tickets import feed
from tickets.models import Ticket, Verb
from tickets.services import events
from tickets.workflow import NotAllowed

__all__ = [
    "acknowledge",
    "acknowledge_all",
    "acknowledge_kind",
    "acknowledge_notices",
    "acknowledge_these",
    "announce",
    "drop_moot_warnings",
]


@transaction.atomic
def acknowledge(clock: Clock, *, by: User, at: datetime) -> Clock:
    """A supervisor has seen a missed promise and takes care of it; the first counts.

    Also clears this person's own notices of the ticket. Raises NotAllowed for people
    who do not supervise.
    """
    if by.role not in SUPERVISES:
        raise NotAllowed("acknowledge")
    ticket = Ticket.objects.select_for_update().get(pk=clock.ticket_id)
    acknowledge_notices(ticket, by=by, at=at)
    first = Clock.objects.filter(
        pk=clock.pk, breached_at__isnull=False, acknowledged_at=None
    ).update(acknowledged_at=at, acknowledged_by=by)
    if first:
        events.record(
            ticket, Verb.BREACH_ACKNOWLEDGED, by=by, at=at, metric=clock.metric
        )
        feed.announce(ticket, "clock", to_customer=False)
    clock.refresh_from_db()
    return clock


def acknowledge_all(clocks: Iterable[Clock], *, by: User, at: datetime) -> int:
    """The same for many misses, one after another; how many were not seen before.

    Raises NotAllowed for people who do not supervise.
    """
    if by.role not in SUPERVISES:
        raise NotAllowed("acknowledge")
    return sum(
        acknowledge(clock, by=by, at=at).acknowledged_at == at for clock in clocks
    )


def acknowledge_notices(ticket: Ticket, *, by: User, at: datetime) -> int:
    """Stop reminding this person of this ticket; how many notices that were.

    With a notice goes all that it stands for.
    """
    of_ticket = Notification.objects.filter(event__clock__ticket=ticket)
    return _heard(of_ticket, by=by, at=at)


def acknowledge_these(pks: Collection[int], *, by: User, at: datetime) -> int:
    """A person has read these notices of theirs; how many were still open.

    Those of others, and those acknowledged before, stay as they are.
    """
    return _heard(Notification.objects.filter(pk__in=pks), by=by, at=at)


def acknowledge_kind(kind: str, *, up_to: int, by: User, at: datetime) -> int:
    """A person has read all notices of a kind ("" for every kind); how many those were.

    `up_to` is the newest that the person was shown: what came since stays open.
    """
    notices = Notification.objects.filter(pk__lte=up_to)
    if kind:
        notices = notices.filter(event__kind=kind)
    return _heard(notices, by=by, at=at)


@transaction.atomic
def _heard(notices: NotificationQuerySet, *, by: User, at: datetime) -> int:
    mine = notices.filter(recipient=by, medium=Medium.IN_APP, acknowledged_at=None)
    count = mine.update(acknowledged_at=at)
    if count:
        feed.announce_notifications([by.pk])
    return count


def drop_moot_warnings(*, at: datetime) -> int:
    """Take back warnings of clocks that are over, so that nobody reads past them."""
    moot = Notification.objects.filter(
        medium=Medium.IN_APP, acknowledged_at=None, event__kind=ClockEventKind.WARNING
    ).exclude(event__clock__status__in=UNFINISHED)
    return Notification.objects.filter(pk__in=moot.values("pk")).update(
        acknowledged_at=at
    )
