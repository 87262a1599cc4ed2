"""What a person has not acknowledged, for every staff page to show."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sla.models import Notification
from staff.models import User

MOST_SHOWN: Final = 3


@dataclass(frozen=True)
class Notices:
    """The newest notice of each ticket, and how many more tickets have one."""

    shown: list[Notification]
    more: int


def outstanding(user: User) -> Notices:
    """What this person has not acknowledged, one line per ticket."""
    newest = list(newest_of_each(Notification.objects.outstanding(user)))
    return Notices(shown=newest[:MOST_SHOWN], more=len(newest[MOST_SHOWN:]))


def newest_of_each(notices: Iterable[Notification]) -> Iterable[Notification]:
    """The first notice of each ticket."""
    seen: set[int] = set()
    for notice in notices:
        ticket_id = notice.event.clock.ticket_id
        if ticket_id not in seen:
            seen.add(ticket_id)
            yield notice
