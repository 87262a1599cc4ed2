"""What a person has not acknowledged, for every staff page to show."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery

from figures.models import DigestCopy
from rows.questions import Question, Slot
from sla.models import Clock, ClockEvent, ClockEventKind, EscalationStep, Notification
from sla.services import rules
from staff.models import User
from tickets.models import PrivateWord, Ticket

MOST_SHOWN: Final = 3
# Nobody reads further back, and no page does either.
MOST_READ: Final = 200
MOST_COUNTED: Final = 100


@dataclass(frozen=True)
class Notice:
    """A notice as people see it: the event, its ticket, and why it came to them."""

    notification: Notification

    @property
    def pk(self) -> int:
        return self.notification.pk

    @property
    def event(self) -> ClockEvent:
        return self.notification.event

    @property
    def clock(self) -> Clock:
        return self.event.clock

    @property
    def ticket(self) -> Ticket:
        return self.clock.ticket

    @property
    def more(self) -> int:
        """How many further events this notice stands for."""
        return self.notification.more

    @property
    def told_by(self) -> EscalationStep | None:
        """The rung that named this person; None for who has the case (a warning)."""
        target = rules.published_target(self.clock.target_id)
        return rules.rung_of_step(target, self.event.step)

    @property
    def rung(self) -> EscalationStep | None:
        """The rung by which it came; None for a plain warning or breach."""
        return None if self.event.kind == ClockEventKind.BREACH else self.told_by


@dataclass(frozen=True)
class Notices:
    """The newest notice of each ticket, and how many more tickets have one.

    Before them stands what supervisors have told this person privately (SH-08).
    """

    shown: list[Notice]
    more: int
    words: list[PrivateWord]


def outstanding(user: User) -> Notices:
    """What this person has not acknowledged, one line per ticket.

    However much has piled up for somebody who never looks, only the newest is read. One
    query as long as nothing waits.
    """
    told_keys, word_keys = _WAITING.get(person=user.pk)
    told = _told(told_keys, user) if told_keys else []
    return Notices(
        shown=[Notice(notification) for notification in told[:MOST_SHOWN]],
        more=len(told[MOST_SHOWN:]),
        words=_words(word_keys, user) if word_keys else [],
    )


def _waiting() -> Any:
    """The keys of the newest notices and private words for somebody."""
    somebody = User(pk=Slot("person"))
    told = Notification.objects.unacknowledged(somebody).newest_first()
    words = PrivateWord.objects.unheard_by(somebody)
    return User.objects.filter(pk=somebody.pk).values_list(
        ArraySubquery(told.values("pk")[:MOST_READ]),
        ArraySubquery(words.values("pk")[:MOST_SHOWN]),
    )


_WAITING: Final[Question[tuple[list[int], list[int]]]] = Question(_waiting)


def _told(newest: Collection[int], user: User) -> list[Notification]:
    """The newest of these notices of each ticket, the newest of all first."""
    ticket = "event__clock__ticket"
    of_tickets = (
        Notification.objects.filter(pk__in=newest)
        .speaking_to(user)
        .order_by(ticket, "-created_at", "-pk")
        .distinct(ticket)
    )
    return sorted(of_tickets, key=lambda n: (n.created_at, n.pk), reverse=True)


def _words(newest: Collection[int], user: User) -> list[PrivateWord]:
    """These private words, the newest first."""
    words = PrivateWord.objects.unheard_by(user).filter(pk__in=newest)
    return list(words.select_related("sender", "ticket__customer"))


def unread(user: User) -> int:
    """How many notices, private words and digests wait, up to a hundred each.

    Digests are for those who supervise, and no more for whoever did once.
    """
    waiting = Notification.objects.unacknowledged(user).speaking_to(user)
    words = PrivateWord.objects.unheard_by(user)
    count = waiting.newest_first()[:MOST_COUNTED].count() + words[:MOST_COUNTED].count()
    if user.supervises:
        count += DigestCopy.objects.unread(user)[:MOST_COUNTED].count()
    return count
