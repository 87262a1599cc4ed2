"""Say that two tickets belong together, and take it back; both histories tell it."""

import re
from datetime import datetime
from typing import Final, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from customers.text import unfit
from rows.questions import Question, Slot
from staff.models import User
from tickets import feed
from tickets.models import Ticket, TicketLink, TicketQuerySet, Verb
from tickets.services import events

_ENDS: Final = Question(
    lambda: TicketLink.objects.standing().filter(
        Q(first=Slot("ticket")) | Q(second=Slot("ticket"))
    )
)
_NUMBER: Final = re.compile(r"[A-Z0-9]{3,20}")
T = TypeVar("T", bound=Ticket)


@transaction.atomic
def link(ticket: Ticket, *, to: Ticket, by: User, at: datetime) -> TicketLink:
    """Link two tickets that this person may see; linking them again changes nothing.

    Raises ValidationError (other).
    """
    first, second = _locked(ticket, to, by=by)
    standing = _standing(first, second)
    if standing is not None:
        return standing
    made = TicketLink.objects.create(
        first=first, second=second, linked_by=by, linked_at=at
    )
    _tell(first, second, Verb.LINKED, by=by, at=at)
    return made


@transaction.atomic
def unlink(ticket: Ticket, *, to: Ticket, by: User, at: datetime) -> bool:
    """Remove a link between tickets that this person may see; whether there was one.

    Raises ValidationError (other).
    """
    first, second = _locked(ticket, to, by=by)
    standing = _standing(first, second)
    if standing is None:
        return False
    standing.removed_by = by
    standing.removed_at = at
    standing.save(update_fields=["removed_by", "removed_at"])
    _tell(first, second, Verb.UNLINKED, by=by, at=at)
    return True


def linked_to(ticket: Ticket, *, by: User) -> list[Ticket]:
    """The tickets linked to this one that this person may see, the newest first."""
    ends = _ENDS.ask(ticket=ticket.pk)
    if not ends:
        return []
    others = {key for link in ends for key in (link.first_id, link.second_id)}
    return list(
        Ticket.objects.visible_to(by)
        .filter(pk__in=others - {ticket.pk})
        .select_related("customer", "inquiry")
        .order_by("-created_at", "-pk")
    )


def named(number: str, *, among: "TicketQuerySet[T]") -> T:
    """The ticket that a person names by its number.

    Raises ValidationError (other) for what is not among those that they may see.
    """
    number = number.strip().upper()
    found = None
    if _NUMBER.fullmatch(number):
        found = among.filter(number=number).first()
    if found is None:
        raise not_found()
    return found


def not_found() -> ValidationError:
    """What one may not see does not exist."""
    text = _("There is no ticket with this number. Please check it.")
    return unfit("other", text, code="ticket_unknown")


def _locked(one: Ticket, other: Ticket, *, by: User) -> tuple[Ticket, Ticket]:
    """Both, locked in the order of their keys, so that no two people wait in a ring."""
    if one.pk == other.pk:
        text = _("A ticket cannot be linked to itself. Give another number.")
        raise unfit("other", text, code="same_ticket")
    found = list(
        Ticket.objects.visible_to(by)
        .filter(pk__in=(one.pk, other.pk))
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    if len(found) < 2:  # noqa: PLR2004 - a pair
        raise not_found()
    return found[0], found[1]


def _standing(first: Ticket, second: Ticket) -> TicketLink | None:
    standing = TicketLink.objects.standing()
    return standing.filter(first=first, second=second).first()


def _tell(first: Ticket, second: Ticket, verb: Verb, *, by: User, at: datetime) -> None:
    for one, other in ((first, second), (second, first)):
        events.record(one, verb, by=by, at=at, other=other.number)
    feed.announce_each((first, second), "ticket", to_customer=False)
