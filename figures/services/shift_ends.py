"""What is done when a shift has ended: its sheet is frozen, its digest handed out."""

import logging
from datetime import datetime

from figures.models.shift_ends import ShiftSheet
from figures.services import digests, handing_over
from staff.models import Shift

logger = logging.getLogger(__name__)


def end_shifts(*, at: datetime) -> int:
    """See to the last turn of every shift, at most a day over; how many were made.

    What ended while nothing worked is made up for until the next turn has ended, as
    people may do it. Run twice, or by two at once, nothing is made twice; what fails of
    one shift holds up no other and is tried again in an hour.
    """
    made = 0
    for shift in Shift.objects.active():
        turn = shift.last_ended(at=at)
        try:
            known = ShiftSheet.objects.filter(shift=shift, day=turn.day).exists()
            if not known:
                handing_over.draw_up(shift, turn.day, by=None, at=at)
                made += 1
            _digest, copies = digests.digest_of(shift, turn.day, at=at)
            made += copies
        except Exception:
            logger.exception("the end of the shift %s was not seen to", shift.code)
    return made
