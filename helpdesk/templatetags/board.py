"""The rows of the supervisors' board, each drawn from a record of plain values."""

from datetime import datetime
from typing import NamedTuple

from django import template
from django.utils.safestring import SafeString

from helpdesk.fragments import fragment
from helpdesk.kinds import About, href_of, topic_words
from helpdesk.supervision.board import Load, Promise
from helpdesk.templatetags.display import Chip, chip_of, clock_time, duration
from staff.models import Presence

register = template.Library()


class Person(NamedTuple):
    """A colleague, and what lies in their hands."""

    pk: int
    name: str
    state: Presence
    on_duty: bool
    is_full: bool
    capacity: int
    waiting: int
    open: int


class Dated(NamedTuple):
    """An instant on the board, and how it reads."""

    at: datetime
    text: str


class PromiseRow(NamedTuple):
    """One promise and its ticket as a row shows them, but for the time that runs."""

    part: str
    clock: int
    is_paused: bool
    chip: Chip | None
    name: str
    clauses: tuple[str, ...]
    due: Dated
    number: str
    href: str
    customer: str
    about: About | None
    topics: tuple[str, ...]
    is_closed: bool
    preview: str
    holder: int | None
    holder_name: str
    to_acknowledge: bool
    seen: Dated | None
    seen_by: str

    @property
    def topic_words(self) -> list[str]:
        return topic_words(self.topics)


@register.simple_tag
def person_row(load: Load) -> SafeString:
    """A colleague as a row of the board."""
    shown = Person(
        load.person.pk,
        load.person.display_name,
        load.state,
        on_duty=load.on_duty,
        is_full=load.is_full,
        capacity=load.person.capacity,
        waiting=load.waiting_count,
        open=load.open_count,
    )
    return fragment("supervision/board/_person.html", shown)


@register.simple_tag
def promise_row(row: Promise, part: str) -> SafeString:
    """A promise as a row of a part of the board: "due" or "missed"."""
    clock, ticket = row.clock, row.ticket
    chip, digits = chip_of(clock, row.now) if row.is_open else (None, "")
    holder, seen_by = ticket.assignee, clock.acknowledged_by
    shown = PromiseRow(
        part,
        clock.pk,
        is_paused=row.is_paused,
        chip=chip,
        name=clock.target.name,
        clauses=tuple(clock.target.clauses),
        due=_dated(clock.due_at, row.now),
        number=ticket.number,
        href=href_of(ticket.kind, ticket.number),
        customer=ticket.customer.masked,
        about=row.objection,
        topics=tuple(topic.topic for topic in row.topics),
        is_closed=ticket.closed_at is not None,
        preview=ticket.last_message_preview,
        holder=ticket.assignee_id,
        holder_name=holder.display_name if holder else "",
        to_acknowledge=row.to_acknowledge,
        seen=_dated(clock.acknowledged_at, row.now) if clock.acknowledged_at else None,
        seen_by=seen_by.display_name if seen_by else "",
    )
    return fragment(
        "supervision/board/_promise.html",
        shown,
        digits=digits,
        overrun=duration(row.overrun),
    )


def _dated(at: datetime, now: datetime) -> Dated:
    return Dated(at, clock_time(at, now))
