"""Put a message on a ticket, once, and keep the ticket's summary true."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from rows.questions import Question, Slot
from rows.sheet import next_key
from staff.models import User
from tickets import feed
from tickets.gathering import gathering
from tickets.models import Direction, Message, Ticket
from tickets.services import attachments
from tickets.services.attachments import InspectedFile, Upload
from tickets.text import clean_message, preview
from tickets.workflow import SentOtherwise

_SENT: Final = Question(
    lambda: Message.objects.filter(
        ticket=Slot("ticket"), client_token=Slot("client_token")
    )
)


def clean(
    text: str,
    files: Sequence[Upload],
    *,
    required: bool = True,
    with_videos: bool = False,
) -> tuple[str, list[InspectedFile]]:
    """Text and files of a message, checked together so that one error hides no other.

    Where it is `required`, one of them must be there.

    Raises ValidationError by field: text, files.
    """
    errors: dict[str, ValidationError] = {}
    inspected: list[InspectedFile] = []
    try:
        inspected = attachments.inspect(files, with_videos=with_videos)
    except ValidationError as error:
        errors["files"] = error
    try:
        text = clean_message(text, required=required and not files)
    except ValidationError as error:
        errors["text"] = error
    if errors:
        raise ValidationError(errors)
    return text, inspected


def already_sent(ticket: Ticket, client_token: uuid.UUID | None) -> Message | None:
    """The message that an earlier click on the same button has sent."""
    if client_token is None:
        return None
    return _SENT.first(ticket=ticket.pk, client_token=client_token)


def refuse_other(ticket: Ticket, *, same: bool) -> None:
    """Nothing that was edited after it was sent is dropped as a second click.

    Raises SentOtherwise unless what comes with a used token is the `same`.
    """
    if not same:
        raise SentOtherwise(
            _(
                "An earlier version of this has been sent already. Look at what was"
                " sent; if this is to be sent too, send it again."
            ),
            step="send",
            status=ticket.status,
        )


def is_same(
    message: Message,
    texts: Collection[str],
    files: Sequence[InspectedFile],
    *,
    direction: Direction,
) -> bool:
    """Whether a message says one of these texts, with these files and no others."""
    kept = sorted((it.name, it.size) for it in message.attachments.all())
    given = sorted((it.name, len(it.content)) for it in files)
    return message.direction == direction and message.text in texts and kept == given


def said_before(
    ticket: Ticket,
    client_token: uuid.UUID | None,
    *,
    text: str,
    files: Sequence[InspectedFile],
    direction: Direction,
) -> Message | None:
    """What an earlier click has said, with these files.

    Raises SentOtherwise when it has said something else.
    """
    sent = already_sent(ticket, client_token)
    if sent is not None:
        refuse_other(ticket, same=is_same(sent, (text,), files, direction=direction))
    return sent


def add(
    ticket: Ticket,
    *,
    direction: Direction,
    text: str,
    at: datetime,
    author: User | None = None,
    automatic: bool = False,
    files: Sequence[InspectedFile] = (),
    client_token: uuid.UUID | None = None,
    origin: Ticket | None = None,
    key: int | None = None,
) -> Message:
    """Store a message with its files; the caller holds the lock on the ticket.

    A customer's message starts their wait, a colleague's answer ends it; an automatic
    text and a note do neither. `origin` is the merged ticket by whose link it came,
    `key` the message's own, where the caller has asked for it.
    """
    message = Message(
        pk=key or next_key(Message),
        ticket_id=ticket.pk,
        direction=direction,
        author=author,
        automatic=automatic,
        text=text,
        sent_at=at,
        client_token=client_token,
        origin_id=origin.pk if origin else None,
    )
    with gathering(ticket) as sheet:
        sheet.add(message)
        ticket.message_count += 1
        sheet.change(ticket, "message_count")
        if direction != Direction.NOTE:
            ticket.last_message_at = at
            ticket.last_message_preview = preview(text) or _("[file]")
            sheet.change(ticket, "last_message_at", "last_message_preview")
        if direction == Direction.IN and ticket.customer_waiting_since is None:
            ticket.customer_waiting_since = at
            sheet.change(ticket, "customer_waiting_since")
        if direction == Direction.OUT and not automatic:
            ticket.customer_waiting_since = None
            sheet.change(ticket, "customer_waiting_since")
    attachments.keep(message, files)
    feed.announce(ticket, "message", to_customer=direction != Direction.NOTE)
    return message
