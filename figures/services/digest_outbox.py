"""The outbox of digests: copies wait, are claimed for a while, are sent or given up.

Sending happens outside of every transaction. Whoever dies between sending and marking
leaves a lease behind; when it is over, the mail goes out once more.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q

from figures.models.shift_ends import DigestCopy, DigestCopyQuerySet
from sla.services.outbox import LEASE, MOST_ATTEMPTS, RETRY_AFTER
from staff.models import SUPERVISES

logger = logging.getLogger(__name__)

# A digest that is a day old is read on its page, not in a mail.
WORTHLESS_AFTER: Final = timedelta(days=1)


@transaction.atomic
def claim(*, at: datetime) -> DigestCopy | None:
    """Take the copy that has waited longest, for a while; None if none waits."""
    due = (
        DigestCopy.objects.to_send()
        .filter(
            _not_leased(at=at),
            Q(retry_at=None) | Q(retry_at__lte=at),
            attempts__lt=MOST_ATTEMPTS,
            person__is_active=True,
            person__role__in=SUPERVISES,
        )
        .exclude(person__email="")
    )
    copy = due.select_for_update(of=("self",), skip_locked=True).order_by("pk").first()
    if copy is None:
        return None
    taken = DigestCopy.objects.filter(pk=copy.pk)
    taken.update(leased_until=at + LEASE, attempts=F("attempts") + 1)
    return taken.select_related("digest__shift", "person").get()


def sent(copy: DigestCopy, *, at: datetime) -> None:
    """The mail is on its way."""
    DigestCopy.objects.filter(pk=copy.pk).update(
        sent_at=at, leased_until=None, retry_at=None
    )


def failed(copy: DigestCopy, *, at: datetime) -> None:
    """The mail did not go out: try again later, less and less often, then give up."""
    row = DigestCopy.objects.filter(pk=copy.pk)
    if copy.attempts >= MOST_ATTEMPTS:
        _give_up(row, at=at)
    else:
        pause = RETRY_AFTER[copy.attempts - 1]
        row.update(leased_until=None, retry_at=at + pause)


def give_up_hopeless(*, at: datetime) -> int:
    """Give up what nobody can get, may read, or wants to get any more; how many."""
    waiting = DigestCopy.objects.to_send().filter(_not_leased(at=at))
    return _give_up(
        waiting.filter(
            Q(person__is_active=False)
            | ~Q(person__role__in=SUPERVISES)
            | Q(person__email="")
            | Q(attempts__gte=MOST_ATTEMPTS)
            | Q(created_at__lt=at - WORTHLESS_AFTER)
        ),
        at=at,
    )


def _give_up(rows: DigestCopyQuerySet, *, at: datetime) -> int:
    count = rows.update(failed_at=at, leased_until=None)
    if count:
        logger.error("%d digests by mail were given up", count)
    return count


def _not_leased(*, at: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=at)
