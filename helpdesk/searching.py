"""Search: the tickets on which something was said, by any part of it, newest first.

Texts of messages (notes, too), what an objection was filed with, serial numbers, ticket
numbers and surnames by any part; the phone by its last four digits. One character looks
only at how surnames begin.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from customers.said import SHORTEST
from objections.models import Objection
from rows.questions import Question, Slot, is_and_not_empty
from staff.models import User
from tickets.models import Message, Ticket, TicketQuerySet, somebody

# So many of the newest tickets are read to learn how often words are said.
PROBE: Final = 100
# With less memory the index names whole pages, and pairs are made of each row. A plan
# for any words takes them for frequent, and starts helpers for next to nothing.
BY_INDEX: Final = """
SELECT set_config('work_mem', '64MB', true),
       set_config('plan_cache_mode', 'force_custom_plan', true)
"""
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
    def within(cls, texts: Iterable[str | None], words: str) -> Self | None:
        """The first place in the first of the texts in which it is said."""
        return next(filter(None, (cls.of(it, words) for it in texts if it)), None)

    @classmethod
    def of(cls, text: str, words: str) -> Self | None:
        """The first place in the text; None where it is not said."""
        place = re.search(re.escape(words), text, re.IGNORECASE)
        if place is None:
            return None
        start, end = place.span()
        before, after = text[max(0, start - BEFORE) : start], text[end : end + AFTER]
        return cls(f"…{before}" if start > BEFORE else before, place.group(), after)


WORDS_ASKED: Final = Slot("words")
TAIL_ASKED: Final = Slot("tail")
_NEWEST: Final[Question[tuple[int]]] = Question(
    lambda: Ticket.objects.order_by("-pk").values_list("pk")[:1]
)


class EachOf(ArraySubquery):
    """Keys that are found before anything is joined with them.

    To walk through the tickets beside them, until there are enough, may take for ever.
    """

    template = "(SELECT unnest(ARRAY(%(subquery)s)))"


class Hit(NamedTuple):
    """A ticket on which it was said, and where; a surname stands in the row itself."""

    id: int
    found: Found | None


def matching(tickets: TicketQuerySet[Ticket], words: str) -> TicketQuerySet[Ticket]:
    """Those of the tickets on which this was said.

    Each place is asked by its own index; together they miss nothing and find nothing
    else, whatever the script. Empty words find nothing.
    """
    if not words or "\x00" in words:
        return tickets.none()
    if len(words) < SHORTEST:
        return tickets.filter(_begins(words))
    return tickets.filter(_said(words, _tail(words)))


@dataclass(frozen=True)
class Search:
    """What is looked for, by whom; `narrowed` names columns and what stands in them.

    Only tickets with a lesser key than `before`, if there is one.
    """

    words: str
    reader: User
    narrowed: Mapping[str, Any]
    before: int | None = None

    def newest(self, count: int) -> list[Hit]:
        """The first of the tickets on which this was said, the newest first.

        The newest are read as long as that brings enough sooner: an index would bring
        every place of a word that everybody says.
        """
        words = self.words
        if not words or "\x00" in words or not self.reader.is_active:
            return []
        if len(words) < SHORTEST:
            return self._beginning(count)
        before = self.before or _newest_key() + 1
        hits = self._read(before, PROBE, count)
        if hits and len(hits) < count:
            # As many as should do, unless the index has fewer places.
            further = 2 * PROBE * count // len(hits)
            if further < before * len(hits) // PROBE:
                hits = self._read(before, further, count)
        return hits if len(hits) == count else self._by_index(before, count)

    def _beginning(self, count: int) -> list[Hit]:
        tickets = Ticket.objects.visible_to(self.reader).filter(**self.narrowed)
        if self.before:
            tickets = tickets.filter(pk__lt=self.before)
        found = matching(tickets, self.words).order_by("-pk")
        return [Hit(pk, None) for pk in found.values_list("pk", flat=True)[:count]]

    def _read(self, before: int, most: int, count: int) -> list[Hit]:
        """By reading so many tickets."""
        return self._asked(_read, count, before=before, start=before - most)

    def _by_index(self, before: int, count: int) -> list[Hit]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BY_INDEX)
            return self._asked(_by_index, count, before=before)

    def _asked(self, way: Any, count: int, **bounds: int) -> list[Hit]:
        reader, words = self.reader, self.words
        names = tuple(self.narrowed)
        question = way(reader.role, reader.department_id, names, count)
        rows = question.ask(
            words=words,
            tail=_tail(words),
            person=reader.pk,
            **self.narrowed,
            **bounds,
        )
        return [Hit(pk, Found.within(texts, words)) for pk, *texts in rows]


def _newest_key() -> int:
    return next((key for (key,) in _NEWEST.ask()), 0)


@lru_cache(maxsize=128)
def _read(
    role: str, department: int | None, narrowed: tuple[str, ...], count: int
) -> Question[tuple[Any, ...]]:
    """By reading the tickets from `start` on."""
    messages = Message.objects.filter(ticket=OuterRef("pk"), text__reads=WORDS_ASKED)
    said = (
        Q(number__reads=WORDS_ASKED)
        | Q(customer__surname__reads=WORDS_ASKED)
        | _ends(TAIL_ASKED)
        | Q(objection__serial_number__reads=WORDS_ASKED)
        | Q(objection__description__reads=WORDS_ASKED)
        | Q(message__isnull=False)
    )
    tickets = _of(role, department, narrowed).filter(pk__gte=Slot("start"))
    # A subquery with a limit is asked ticket by ticket, never for all that was said.
    read = tickets.alias(message=Subquery(messages.order_by().values("pk")[:1]))
    return Question(lambda: _with_texts(read.filter(said))[:count])


@lru_cache(maxsize=128)
def _by_index(
    role: str, department: int | None, narrowed: tuple[str, ...], count: int
) -> Question[tuple[Any, ...]]:
    """By the index of each place."""
    tickets = _of(role, department, narrowed).filter(_said(WORDS_ASKED, TAIL_ASKED))
    return Question(lambda: _with_texts(tickets)[:count])


def _of(
    role: str, department: int | None, narrowed: tuple[str, ...]
) -> TicketQuerySet[Ticket]:
    """The tickets that somebody of this role and department may see."""
    reader = somebody(role=role, department=department)
    tickets = Ticket.objects.visible_to(reader).filter(pk__lt=Slot("before"))
    return tickets.filter(**{name: Slot(name) for name in narrowed})


def _with_texts(tickets: QuerySet[Any, Any]) -> QuerySet[Any, tuple[Any, ...]]:
    """Their keys, the newest first, and the texts in which it may have been said."""
    said = Message.objects.filter(ticket=OuterRef("pk"), text__reads=WORDS_ASKED)
    latest = said.order_by("-sent_at", "-pk").values("text")[:1]
    return tickets.order_by("-pk").values_list(
        "pk",
        Subquery(latest),
        *("objection__description", "objection__serial_number", "number"),
    )


def _begins(letter: str) -> Q:
    """Whether the surname does, with a capital or not."""
    begins = Q(customer__surname__startswith=letter)
    return begins | Q(customer__surname__startswith=letter.swapcase())


def _tail(words: str) -> str | None:
    """The words, if they may be the end of a phone."""
    return words if TAIL.fullmatch(words) else None


def _ends(tail: str | Slot | None) -> Q:
    """Whether the phone does; the index has those that are not empty."""
    return is_and_not_empty("customer__phone_tail", tail)


def _said(words: str | Slot, tail: str | Slot | None) -> Q:
    """Whether it was said in one of the places, each asked by its index."""
    tickets, objections = Ticket.objects.all(), Objection.objects.all()
    first, *others = (
        Message.objects.filter(text__says=words).order_by().values("ticket"),
        tickets.filter(number__says=words).values("pk"),
        tickets.filter(customer__surname__says=words).values("pk"),
        tickets.filter(_ends(tail)).values("pk"),
        objections.filter(serial_number__says=words).values("pk"),
        objections.filter(description__says=words).values("pk"),
    )
    return Q(pk__in=EachOf(first.union(*others)))
