"""A closed case is put away: its form frozen for the last time, and kept (OB-09)."""

import logging
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from customers.services import keep_contacts_until
from objections.models import Objection
from objections.services import promises
from objections.services.handing_off import freeze
from objections.workflow import WORKFLOW, Status, Step
from sla.models import Metric
from staff.models import User
from tickets import feed
from tickets.models import Verb
from tickets.services import events
from tickets.workflow import IllegalStep, NotAllowed

KEPT_YEARS: Final = 3  # 民法典 188
ARCHIVED_AFTER: Final = timedelta(days=1)

logger = logging.getLogger(__name__)


@transaction.atomic
def archive(objection: Objection, *, by: User | None, at: datetime) -> Objection:
    """Put a closed case away: its form frozen for the last time, kept for three years.

    Then the customer's contacts go, unless they agreed to more or complain outside.
    `by` is None for the job that does it after a day. A second click changes nothing.

    Raises IllegalStep, NotAllowed.
    """
    objection = Objection.objects.lock(objection.pk)
    if objection.status == Status.ARCHIVED:
        return objection
    rule = WORKFLOW.rules[Step.ARCHIVE]
    if by is not None or objection.status != Status.CLOSED:
        rule = WORKFLOW.check(objection, Step.ARCHIVE, by=by)
    freeze(objection, at=at)
    closed = timezone.localdate(objection.closed_at or at)
    objection.archived_at = at
    objection.kept_until = _years_later(closed)
    WORKFLOW.move(objection, rule)
    objection.save(update_fields=["status", "archived_at", "kept_until"])
    events.record(
        objection,
        Verb.OBJECTION_ARCHIVED,
        by=by,
        at=at,
        kept_until=objection.kept_until.isoformat(),
    )
    promises.stop(objection, Metric.ARCHIVE, at=at, by=by)
    end = datetime.combine(
        objection.kept_until, time.max, timezone.get_current_timezone()
    )
    keep_contacts_until(objection.customer, when=end)
    feed.announce(objection, "ticket", to_customer=False)
    return objection


def archive_closed(*, at: datetime, limit: int = 100) -> int:
    """Put away what has been closed for a day; how many. Twice does no harm.

    One that cannot be put away, say since its customer asks for a review just now, is
    left for the next pass and does not hold the others up.
    """
    due = Objection.objects.filter(
        status=Status.CLOSED, closed_at__lte=at - ARCHIVED_AFTER
    )
    return sum(_put_away(it, at=at) for it in due.order_by("closed_at")[:limit])


def _put_away(objection: Objection, *, at: datetime) -> bool:
    try:
        archive(objection, by=None, at=at)
    except (IllegalStep, NotAllowed):
        return False  # it is not closed any more
    except Exception as error:  # noqa: BLE001 - one bad case never stops the others
        name = type(error).__name__
        logger.warning("objection %d not archived (%s)", objection.pk, name)
        return False
    return True


def _years_later(day: date) -> date:
    """The same day some years later; the last of February for a leap day."""
    try:
        return day.replace(year=day.year + KEPT_YEARS)
    except ValueError:
        return day.replace(year=day.year + KEPT_YEARS, day=28)
