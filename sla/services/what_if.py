"""What the past would have looked like under other terms; nothing is saved."""

import numpy as np

from sla.business_time_many import ManyTimes, Whole
from sla.ledger import microseconds
from sla.models import CalendarVersion
from sla.promise import Length
from sla.services import rules
from sla.what_if import Editions, edition_at


def editions(limit: Length, promised: Whole) -> Editions | None:
    """The versions of a limit's calendar, each for the clocks promised under it."""
    if not limit.calendar:
        return None
    versions = list(
        CalendarVersion.objects.published()
        .filter(calendar__code=limit.calendar)
        .order_by("effective_from", "number")
    )
    begins = [microseconds(version.effective_from) for version in versions]
    edition = edition_at(np.array(begins, dtype=np.int64), promised)
    return Editions([ManyTimes(rules.compiled(it.pk)) for it in versions], edition)
