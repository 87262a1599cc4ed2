"""Search: the tickets on which something was said, by any part of it, newest first.

Texts of messages (notes, too), what an objection was filed with, serial numbers, ticket
numbers and surnames by any part; the phone by its last four digits. One character looks
only at how surnames begin.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Self

from django.db import connection, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from customers.said import SHORTEST
from objections.models import Objection
from tickets.models import Message, Ticket, TicketQuerySet

# Words that are said every day are soon found among the newest; others are few.
NEWEST: Final = 1000
MEMORY: Final = "64MB"
TAIL: Final = re.compile(r"[0-9]{4}")
BEFORE: Final = 5
AFTER: Final = 60


@dataclass(frozen=True)
class Found:
    """A piece of text, around what was looked for."""

    before: str
    hit: str
    after: str

    @classmethod
    def of(cls, text: str, words: str) -> Self | None:
        """The first place in the text; None where it is not said."""
        place = re.search(re.escape(words), text, re.IGNORECASE)
        if place is None:
            return None
        start, end = place.span()
        before, after = text[max(0, start - BEFORE) : start], text[end : end + AFTER]
        return cls(f"…{before}" if start > BEFORE else before, place.group(), after)


def matching(tickets: TicketQuerySet[Ticket], words: str) -> TicketQuerySet[Ticket]:
    """Those of the tickets on which this was said.

    Each place is asked by its own index; together they miss nothing and find nothing
    else, whatever the script. Empty words find nothing.
    """
    return _within(tickets, words, how="says")


def newest_matching(
    tickets: TicketQuerySet[Ticket], words: str, *, count: int
) -> TicketQuerySet[Ticket]:
    """The first of them, the newest first.

    The newest tickets are read as long as they have enough: an index would bring every
    place of a word that everybody says.
    """
    ordered = tickets.order_by("-pk")
    newest = ordered.values_list("pk", flat=True).first() or 0
    near = _within(ordered, words, how="reads", after=newest - NEWEST)
    keys = list(near.values_list("pk", flat=True)[:count])
    if len(keys) < count:
        found = matching(ordered, words).values_list("pk", flat=True)
        # With less memory the index names whole pages, and pairs are made of each row.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL work_mem = '{MEMORY}'")
            keys = list(found[:count])
    return ordered.filter(pk__in=keys)


def where_found(tickets: Collection[int], words: str) -> dict[int, Found]:
    """For each ticket on which it was said the piece of text, the latest message first.

    A surname and the end of a phone stand in the row itself. One query.
    """
    said = Message.objects.filter(ticket=OuterRef("pk"), text__reads=words)
    latest = said.order_by("-sent_at", "-pk").values("text")[:1]
    texts_of = Ticket.objects.filter(pk__in=tickets).values_list(
        "pk",
        Subquery(latest),
        *("objection__description", "objection__serial_number", "number"),
    )
    found = {}
    for pk, *texts in texts_of:
        pieces = (Found.of(text, words) for text in texts if text)
        if piece := next(filter(None, pieces), None):
            found[pk] = piece
    return found


def _within(
    tickets: TicketQuerySet[Ticket], words: str, *, how: str, after: int | None = None
) -> TicketQuerySet[Ticket]:
    """Those with a greater key on which this was said; `how` names the lookup."""
    if not words or "\x00" in words:
        return tickets.none()
    first, *others = (
        (found if after is None else found.filter(**{f"{key}__gt": after}))
        .order_by()
        .values(key)
        for found, key in _places(words, how)
    )
    return tickets.filter(pk__in=first.union(*others))


def _places(words: str, how: str) -> list[tuple[QuerySet[Any], str]]:
    """Where something can be said, and what there is the key of its ticket."""
    tickets, objections = Ticket.objects.all(), Objection.objects.all()
    if len(words) < SHORTEST:
        begins = Q(customer__surname__startswith=words)
        begins |= Q(customer__surname__startswith=words.swapcase())
        return [(tickets.filter(begins), "pk")]
    places: list[tuple[QuerySet[Any], str]] = [
        (Message.objects.filter(**{f"text__{how}": words}), "ticket"),
        (tickets.filter(**{f"number__{how}": words}), "pk"),
        (tickets.filter(**{f"customer__surname__{how}": words}), "pk"),
        (objections.filter(**{f"serial_number__{how}": words}), "pk"),
        (objections.filter(**{f"description__{how}": words}), "pk"),
    ]
    if TAIL.fullmatch(words):
        places.append((tickets.filter(customer__phone_tail=words), "pk"))
    return places
