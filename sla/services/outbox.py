"""The outbox of mails: rows wait, are claimed for a while, and are sent or given up.

Sending happens outside of every transaction. Whoever dies between sending and marking
leaves a lease behind; when it is over, the mail goes out once more.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q

from sla.models import Medium, Notification, NotificationQuerySet
from staff.models import User

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)
APART: Final = timedelta(minutes=1)
RETRY_AFTER: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=1),
)
MOST_ATTEMPTS: Final = len(RETRY_AFTER) + 1
MOST_ROWS: Final = 500


@dataclass(frozen=True)
class Parcel:
    """All that waits for one person and goes out in one mail, the newest first."""

    recipient: User
    notices: Sequence[Notification]

    @property
    def events(self) -> int:
        """Of how many events it tells."""
        return sum(1 + notice.more for notice in self.notices)


@transaction.atomic
def claim(*, at: datetime) -> Parcel | None:
    """Take what waits for the person who has waited longest; None if nothing does.

    Nobody gets two mails within a minute, and nobody's mail is sent by two at once.
    """
    due = _due(at=at).filter(recipient=OuterRef("pk"))
    longest = due.values("recipient").values(first=Min("pk"))
    people = (
        User.objects.filter(Exists(due), ~Exists(_busy(OuterRef("pk"), at=at)))
        .alias(first=longest)
        .order_by("first")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
    )
    recipient = people.first()
    # Another one may have taken it between the look and the lock.
    if recipient is None or _busy(recipient.pk, at=at).exists():
        return None
    due_now = _due(at=at).filter(recipient=recipient).order_by("-pk")
    pks = list(due_now.values_list("pk", flat=True)[:MOST_ROWS])
    taken = Notification.objects.filter(pk__in=pks)
    taken.update(leased_until=at + LEASE, attempts=F("attempts") + 1)
    notices = taken.select_related("event__clock__ticket", "event__clock__target")
    return Parcel(recipient, list(notices.order_by("-pk")))


def sent(parcel: Parcel, *, at: datetime) -> None:
    """The mail is on its way."""
    _rows(parcel).update(sent_at=at, leased_until=None, retry_at=None)


@transaction.atomic
def failed(parcel: Parcel, *, at: datetime) -> None:
    """The mail did not go out: try again later, less and less often, then give up."""
    for attempt, pause in enumerate(RETRY_AFTER, start=1):
        _rows(parcel).filter(attempts=attempt).update(
            leased_until=None, retry_at=at + pause
        )
    _give_up(_rows(parcel).filter(attempts__gte=MOST_ATTEMPTS), at=at)


def give_up_hopeless(*, at: datetime) -> int:
    """Give up what nobody can get any more: they left, or have no address.

    Also what was cut off at every attempt. Returns how many notices that were.
    """
    waiting = Notification.objects.mail_to_send().filter(_not_leased(at=at))
    return _give_up(
        waiting.filter(
            Q(recipient__is_active=False)
            | Q(recipient__email="")
            | Q(attempts__gte=MOST_ATTEMPTS)
        ),
        at=at,
    )


def _give_up(rows: NotificationQuerySet, *, at: datetime) -> int:
    pks = list(rows.values_list("pk", flat=True))
    if pks:
        Notification.objects.filter(pk__in=pks).update(failed_at=at, leased_until=None)
        logger.error("mail with %d notices was given up", len(pks))
    return len(pks)


def _rows(parcel: Parcel) -> NotificationQuerySet:
    return Notification.objects.filter(pk__in=[notice.pk for notice in parcel.notices])


def _not_leased(*, at: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=at)


def _due(*, at: datetime) -> NotificationQuerySet:
    return (
        Notification.objects.mail_to_send()
        .filter(
            _not_leased(at=at),
            Q(retry_at=None) | Q(retry_at__lte=at),
            attempts__lt=MOST_ATTEMPTS,
            recipient__is_active=True,
        )
        .exclude(recipient__email="")
    )


def _busy(recipient: Any, *, at: datetime) -> NotificationQuerySet:
    """Mail to this person that is being sent, or has just been."""
    return Notification.objects.filter(
        Q(sent_at__gt=at - APART)
        | Q(sent_at=None, failed_at=None, leased_until__gt=at),
        medium=Medium.MAIL,
        recipient=recipient,
    )
