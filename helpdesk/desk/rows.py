"""The rows of the desk's list: each a record of plain values, drawn once for all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, Self, TypeVar

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from helpdesk.fragments import fragment
from helpdesk.kinds import About, href_of, topic_words, word_of
from helpdesk.searching import Found
from helpdesk.templatetags.display import Chip, chip_of, duration
from rows.prepared import Prepared
from sla.models import Clock, ClockStatus, Metric, Outcome
from sla.services.standing import ClockFacts, Hold, facts_of, holds
from staff.models import User

C = TypeVar("C", Clock, ClockFacts)

# The columns are read by Facts. The keys are those of tickets that may be seen.
FACTS: Final = Prepared(
    "desk_rows",
    """
SELECT ticket.id, ticket.number, ticket.kind, ticket.status,
       ticket.customer_waiting_since, ticket.last_message_preview, ticket.assignee_id,
       channel.name_zh, channel.name_en, channel.icon,
       customer.surname, customer.phone_tail, holder.display_name,
       EXISTS(SELECT FROM inquiries_merge
               WHERE into_id = ticket.id AND undone_at IS NULL),
       EXISTS(SELECT FROM tickets_ticketlink
               WHERE first_id = ticket.id AND removed_at IS NULL)
       OR EXISTS(SELECT FROM tickets_ticketlink
                  WHERE second_id = ticket.id AND removed_at IS NULL),
       ARRAY(SELECT topic FROM inquiries_inquirytopic
              WHERE inquiry_id = ticket.id ORDER BY asked_at, id)::text[],
       objection.type, objection.severity, objection.urgings,
       subtype.name_zh, subtype.name_en
  FROM unnest(%(tickets)s::bigint[]) WITH ORDINALITY AS wanted (id, place)
  JOIN tickets_ticket AS ticket ON ticket.id = wanted.id
  JOIN tickets_channel AS channel ON channel.id = ticket.channel_id
  JOIN customers_customer AS customer ON customer.id = ticket.customer_id
  LEFT JOIN staff_user AS holder ON holder.id = ticket.assignee_id
  LEFT JOIN objections_objection AS objection ON objection.ticket_ptr_id = ticket.id
  LEFT JOIN objections_subtype AS subtype ON subtype.id = objection.subtype_id
 ORDER BY wanted.place
""",
)


class Facts(NamedTuple):
    """What the rows of the database say about one ticket."""

    pk: int
    number: str
    kind: str
    status: str
    waiting_since: datetime | None
    preview: str
    assignee: int | None
    channel_zh: str
    channel_en: str
    icon: str
    surname: str
    phone_tail: str
    holder: str | None
    has_merged: bool
    is_linked: bool
    topics: tuple[str, ...]
    objection: About | None

    @classmethod
    def read(cls, row: Sequence[Any]) -> Self:
        """From the columns that the statement returns."""
        *own, topics, type_, severity, urgings, zh, en = row
        about = About(type_, severity, urgings, zh, en) if severity else None
        return cls._make((*own, tuple(topics), about))

    @property
    def href(self) -> str:
        """Where colleagues open it."""
        return href_of(self.kind, self.number)

    @property
    def status_word(self) -> str:
        return word_of(self.kind, self.status)

    @property
    def channel(self) -> str:
        return self.channel_en if get_language() == "en" else self.channel_zh

    @property
    def topic_words(self) -> list[str]:
        return topic_words(self.topics)


class Shown(NamedTuple):
    """All that a row shows, but for the digits of its clock and of who waits."""

    facts: Facts
    chip: Chip | None
    found: Found | None
    is_mine: bool
    is_open: bool


@dataclass(frozen=True)
class Row:
    """One ticket of the list, with the clock that speaks for it, at one moment."""

    facts: Facts
    chip: Chip | None
    digits: str
    waited: str
    found: Found | None
    is_mine: bool

    @property
    def number(self) -> str:
        return self.facts.number

    def drawn(self, *, is_open: bool) -> SafeString:
        """Its part of the page."""
        shown = Shown(self.facts, self.chip, self.found, self.is_mine, is_open)
        return fragment("desk/_row.html", shown, digits=self.digits, waited=self.waited)


def rows_of(
    tickets: Sequence[int],
    *,
    reader: User,
    at: datetime,
    found: Mapping[int, Found | None] | None = None,
) -> list[Row]:
    """The rows of tickets by their keys; why clocks wait is asked only if some do.

    `found` says where a search has found them.
    """
    clocks = facts_of(tickets)
    telling = {pk: telling_clock(clocks.get(pk, ())) for pk in tickets}
    held = holds(clock for clock in telling.values() if clock is not None)
    known = [Facts.read(row) for row in FACTS.rows(tickets=list(tickets))]
    where = found or {}
    return [
        _row(facts, telling[facts.pk], held, where.get(facts.pk), reader=reader, at=at)
        for facts in known
    ]


def _row(
    facts: Facts,
    clock: ClockFacts | None,
    held: Mapping[int, Hold],
    found: Found | None,
    *,
    reader: User,
    at: datetime,
) -> Row:
    chip, digits = chip_of(clock, at, hold=held.get(clock.pk)) if clock else (None, "")
    since = facts.waiting_since
    return Row(
        facts,
        chip,
        digits,
        waited="" if since is None else duration(at - since),
        found=found,
        is_mine=facts.assignee == reader.pk,
    )


def telling_clock(clocks: Iterable[C]) -> C | None:
    """The clock that speaks for a ticket.

    The nearest that runs, else the nearest that is paused. Of those that are over the
    newest cycle tells how it went: a promise that was missed, else the first reply; one
    that was cancelled only if there is nothing else to tell.
    """
    known = list(clocks)
    for status in (ClockStatus.RUNNING, ClockStatus.PAUSED):
        if found := [clock for clock in known if clock.status == status]:
            return min(found, key=lambda clock: clock.due_at)
    return max(known, key=_worth_telling, default=None)


def _worth_telling(
    clock: Clock | ClockFacts,
) -> tuple[bool, int, bool, bool, datetime]:
    """What makes one of the clocks that are over speak for the ticket."""
    return (
        clock.status == ClockStatus.STOPPED,
        clock.cycle,
        clock.outcome == Outcome.MISSED,
        clock.metric == Metric.FIRST_REPLY,
        clock.started_at,
    )
