"""What was said on a ticket, as a colleague reads it: frozen values, line by line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from helpdesk.fragments import fragment, joined
from helpdesk.templatetags.display import initial, time_tag
from rows.prepared import Prepared
from rows.questions import Keys, Question
from staff.models import User
from tickets.models import Attachment, Direction, Kind, Message, Scan, Ticket

SAID: Final = Prepared(
    "said_on_tickets",
    """
SELECT message.id, message.direction, message.automatic, message.text, message.sent_at,
       message.ticket_id, author.display_name, origin.number, asker.surname
  FROM tickets_message AS message
  LEFT JOIN staff_user AS author ON author.id = message.author_id
  LEFT JOIN tickets_ticket AS origin ON origin.id = message.origin_id
  LEFT JOIN customers_customer AS asker ON asker.id = origin.customer_id
 WHERE message.ticket_id = ANY (%(tickets)s::bigint[])
 ORDER BY message.sent_at, message.id
""",
)

_FILES: Final = Question(
    lambda: Attachment.objects.filter(
        message__ticket__in=Keys("tickets")
    ).select_related("message")
)


@dataclass(frozen=True)
class Words:
    """A message: nothing of it changes once it is sent."""

    pk: int
    direction: str
    automatic: bool
    text: str
    sent_at: datetime


@dataclass(frozen=True)
class File:
    """A file as it stands now: a scanner may still have to look at it."""

    name: str
    size: int
    is_image: bool
    is_video: bool
    is_handed_out: bool
    scan: str
    get_scan_display: str

    @classmethod
    def of(cls, kept: Attachment) -> Self:
        return cls(
            name=kept.name,
            size=kept.size,
            is_image=kept.is_image,
            is_video=kept.is_video,
            is_handed_out=kept.is_handed_out,
            scan=str(kept.scan),
            get_scan_display=str(Scan(kept.scan).label),
        )


@dataclass(frozen=True)
class Line:
    """A message with who wrote it, on whose side it stands, and its files.

    `origin` is the number of the merged conversation that it is of.
    """

    message: Words
    who: str
    side: str
    files: tuple[tuple[File, str], ...] = ()
    origin: str = ""

    @property
    def us(self) -> bool:
        return self.message.direction != Direction.IN


@dataclass(frozen=True)
class Look:
    """What one line has, but for its words."""

    side: str
    us: bool
    automatic: bool
    said: bool
    merged: bool
    files: tuple[tuple[File, str], ...]


def shown(lines: Iterable[Line], *, now: datetime) -> SafeString:
    """The lines as they stand in a conversation."""
    parts = [
        fragment(
            "desk/_line.html",
            Look(
                side=line.side,
                us=line.us,
                automatic=line.message.automatic,
                said=bool(line.message.text),
                merged=bool(line.origin),
                files=line.files,
            ),
            pk=line.message.pk,
            initial=initial(line.who),
            who=line.who,
            origin=line.origin,
            time=time_tag(line.message.sent_at, now),
            text=line.message.text,
        )
        for line in lines
    ]
    return joined(parts)


def lines_of(
    ticket: Ticket, merged: Sequence[Ticket] = (), *, may_have_files: bool = True
) -> list[Line]:
    """All that was said on a ticket and on those merged into it, in the order of time.

    One query, and one for their files.
    """
    sources = {source.pk: source for source in merged}
    files = _files(ticket, sources) if may_have_files else {}
    lines = []
    for *words, ticket_id, author, number, surname in SAID.rows(
        tickets=[ticket.pk, *sources]
    ):
        source = sources.get(ticket_id)
        customer = source.customer.surname if source else surname
        line = _line(
            Words(*words),
            customer=customer or ticket.customer.surname,
            author=author,
            files=files.get(words[0], ()),
            origin=source.number if source else number or "",
        )
        lines.append(line)
    return lines


def just_said(message: Message, *, by: User) -> Line:
    """What this person has said in this moment, without files; no query."""
    words = Words(
        message.pk,
        message.direction,
        message.automatic,
        message.text,
        message.sent_at,
    )
    return _line(words, customer="", author=by.display_name, files=(), origin="")


def _line(
    message: Words,
    *,
    customer: str,
    author: str | None,
    files: tuple[tuple[File, str], ...],
    origin: str,
) -> Line:
    who, side = author or _("Shoushi"), "own"
    if message.direction == Direction.IN:
        who, side = customer, ""
    elif message.direction == Direction.NOTE and author is not None:
        side = "note"
    return Line(message, who, side, files, origin)


def _files(
    ticket: Ticket, sources: Mapping[int, Ticket]
) -> dict[int, tuple[tuple[File, str], ...]]:
    """The files of each message, with their addresses."""
    where = "objection_file" if ticket.kind == Kind.OBJECTION else "file"
    found: dict[int, tuple[tuple[File, str], ...]] = {}
    for file in _FILES.ask(tickets=[ticket.pk, *sources]):
        source = sources.get(file.message.ticket_id, ticket)
        href = reverse(f"desk:{where}", args=[source.number, file.public_id])
        before = found.get(file.message_id, ())
        found[file.message_id] = (*before, (File.of(file), href))
    return found
