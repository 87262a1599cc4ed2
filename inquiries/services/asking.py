"""What the customer does: ask, and write more."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.services import (
    SAME_SQL,
    clean_surname,
    index_of,
    newcomer,
    parse_email,
    parse_phone,
)
from inquiries.models import Inquiry, InquiryTopic, Opened, Topic
from inquiries.services import addresses, checking
from inquiries.services.merging import receiving
from inquiries.services.speaking import GREETING, policy_text
from inquiries.workflow import WORKFLOW, Status, Step
from rows.prepared import Prepared
from sla.models import Clock, Metric
from sla.services import clocks
from sla.services.rules import OPENING_SQL, Opening
from staff.models import User
from tickets import feed
from tickets.gathering import gathering
from tickets.models import Channel, Direction, Kind, Message, Store, Verb
from tickets.numbers import new_number
from tickets.services import events, messages
from tickets.services.attachments import InspectedFile, Upload
from tickets.workflow import NotAllowed

# The customer may have come just now, and then the click before this one.
TRIES: Final = 3


def ask(
    *,
    channel: Channel,
    surname: str,
    phone: str,
    topic: str,
    text: str,
    at: datetime,
    files: Sequence[Upload] = (),
    client_token: uuid.UUID | None = None,
    by: User | None = None,
    store: Store | None = None,
    email: str = "",
) -> Inquiry:
    """Open an inquiry and start its 30-second clock (IN-24).

    `by` is the colleague or system that files it for the customer, `store` where the
    customer stands (IN-13). Asking again with the same client token returns the inquiry
    that is there already.

    Raises ValidationError with a message per field: surname, phone, email, topic, text,
    files; SentOtherwise when other words were asked with this token; NotAllowed for a
    colleague who receives no inquiries (IN-03).
    """
    if by is not None and not by.receives:
        raise NotAllowed("ask")
    fields = _cleaned(
        surname=surname, phone=phone, email=email, topic=topic, text=text, files=files
    )
    opened = partial(
        _open,
        channel=channel,
        store=store,
        at=at,
        client_token=client_token,
        by=by,
        fields=fields,
    )
    for _another in range(TRIES - 1):
        # Another click or question of this customer was faster; or the number was
        # taken, as happens once a year.
        with suppress(IntegrityError):
            return opened()
    return opened()


def customer_writes(
    inquiry: Inquiry,
    *,
    text: str,
    at: datetime,
    files: Sequence[Upload] = (),
    client_token: uuid.UUID | None = None,
) -> Message:
    """Add the customer's words; the first of a cycle starts its reply clock.

    Words after the closing question are the answer to it (IN-52), and who writes has
    not left. Words before the notice of IN-27 begin its minute anew. What is written by
    the link of a merged inquiry goes to the one that goes on.

    Raises ValidationError (text, files), IllegalStep when the inquiry is closed,
    SentOtherwise.
    """
    text, inspected = messages.clean(text, files)
    with receiving(inquiry) as (place, origin):
        inquiry = place
        for ticket in filter(None, (inquiry, origin)):
            if sent := messages.said_before(
                ticket, client_token, text=text, files=inspected, direction=Direction.IN
            ):
                return sent
        rule = WORKFLOW.check(inquiry, Step.CUSTOMER_WRITES, by=None)
        with gathering(inquiry) as sheet:
            message = messages.add(
                inquiry,
                direction=Direction.IN,
                text=text,
                at=at,
                files=inspected,
                client_token=client_token,
                origin=origin,
            )
            events.record(
                inquiry, Verb.CUSTOMER_WROTE, by=None, at=at, message=message.pk
            )
            clocks.start(inquiry, Metric.FIRST_REPLY, at=at)
            if WORKFLOW.move(inquiry, rule):
                feed.announce(inquiry, "ticket", to_customer=True)
            inquiry.customer_left_at = None
            if inquiry.closing_asked_at and not inquiry.closing_answered_at:
                inquiry.closing_answered_at = at
            sheet.change(inquiry, "closing_answered_at", "customer_left_at", "status")
        if origin is not None:
            feed.announce(origin, "message", to_customer=True)
        checking.hear_more(inquiry, at=at)
        return message


# What is to be known before a question is written, in one: what its clock needs,
# whether it was asked before, who asks, and the keys of the rows to come.
_OUTSET: Final = Prepared(
    "asking_outset",
    f"""
{OPENING_SQL}
UNION ALL
SELECT 'asked', id, '' FROM tickets_ticket
 WHERE client_token = %(client_token)s::uuid AND kind = 'inquiry'
UNION ALL
SELECT 'customer', id, '' FROM ({SAME_SQL}) AS same
UNION ALL
SELECT name, nextval(pg_get_serial_sequence(belongs_to, 'id')), ''
  FROM (VALUES ('newcomer', 'customers_customer'), ('ticket', 'tickets_ticket'),
               ('message', 'tickets_message')) AS sequences (name, belongs_to)
""",  # noqa: S608 - every part is a constant
)


@dataclass(frozen=True)
class _Fields:
    """What the customer entered, after cleaning."""

    surname: str
    phone: str
    email: str
    topic: Topic
    text: str
    files: list[InspectedFile]


def _cleaned(
    *,
    surname: str,
    phone: str,
    email: str,
    topic: str,
    text: str,
    files: Sequence[Upload],
) -> _Fields:
    errors: dict[str, ValidationError] = {}
    try:
        surname = clean_surname(surname)
    except ValidationError as error:
        errors["surname"] = error
    try:
        phone = parse_phone(phone) if phone.strip() else ""
    except ValidationError as error:
        errors["phone"] = error
    try:
        email = parse_email(email) if email.strip() else ""
    except ValidationError as error:
        errors["email"] = error
    if topic not in Topic.values:
        errors["topic"] = ValidationError(
            _("Please choose one of the six topics."), code="topic_unknown"
        )
    inspected: list[InspectedFile] = []
    try:
        text, inspected = messages.clean(text, files)
    except ValidationError as error:
        errors |= {
            name: ValidationError(found) for name, found in error.error_dict.items()
        }
    if errors:
        raise ValidationError(errors)
    return _Fields(surname, phone, email, Topic(topic), text, inspected)


def _asked_before(key: int, fields: _Fields) -> Inquiry:
    """The inquiry of an earlier click. Raises SentOtherwise for other words."""
    asked = Inquiry.objects.get(pk=key)
    words = asked.messages.filter(direction=Direction.IN)
    first = words.order_by("sent_at", "pk").first()
    same = first is not None and messages.is_same(
        first, (fields.text,), fields.files, direction=Direction.IN
    )
    messages.refuse_other(asked, same=same)
    return asked


@transaction.atomic
def _open(
    *,
    channel: Channel,
    store: Store | None,
    at: datetime,
    client_token: uuid.UUID | None,
    by: User | None,
    fields: _Fields,
) -> Inquiry:
    outset = _OUTSET.rows(
        at=at,
        channel=channel.pk,
        client_token=client_token,
        phone_index=index_of(fields.phone),
        surname=fields.surname,
    )
    keys = {what: key for what, key, _code in outset}
    if "asked" in keys:
        return _asked_before(keys["asked"], fields)
    inquiry = Inquiry(
        pk=keys["ticket"],
        number=new_number("IN", day=timezone.localdate(at)),
        kind=Kind.INQUIRY,
        channel=channel,
        store=store,
        customer_id=keys.get("customer", keys["newcomer"]),
        status=Status.NEW,
        created_at=at,
        client_token=client_token,
    )
    topic = InquiryTopic(
        inquiry=inquiry, topic=fields.topic, question=fields.text, asked_at=at
    )
    with gathering(inquiry) as sheet:
        if "customer" not in keys:
            inquiry.customer = newcomer(
                surname=fields.surname,
                phone=fields.phone,
                at=at,
                key=keys["newcomer"],
            )
            sheet.add(inquiry.customer)
        sheet.add(inquiry)
        sheet.add(topic)
        message = messages.add(
            inquiry,
            direction=Direction.IN,
            text=fields.text,
            at=at,
            files=fields.files,
            key=keys["message"],
        )
        events.record(
            inquiry, Verb.ASKED, by=by, at=at, message=message.pk, topic=fields.topic
        )
        clock = clocks.start(
            inquiry, Metric.FIRST_REPLY, at=at, opening=Opening.of(outset)
        )
        if fields.email or channel.auto_greeting:
            sheet.write()  # what follows reads what is there
        if fields.email:
            addresses.note(inquiry, fields.email, by=by, at=at)
        if channel.auto_greeting:
            clock = _greet_automatically(inquiry, at=at) or clock
        feed.announce(inquiry, "ticket", to_customer=False)
    inquiry.opened = Opened(topic, [clock] if clock else [])
    return inquiry


def _greet_automatically(inquiry: Inquiry, *, at: datetime) -> Clock | None:
    """Send the greeting as a labelled automatic text; the clock that this stopped.

    The clock runs on unless the policy in force lets an automatic text count (D-03);
    only then need the first person who answers not greet once more.
    """
    with gathering(inquiry) as sheet:
        message = messages.add(
            inquiry,
            direction=Direction.OUT,
            text=policy_text(GREETING),
            at=at,
            automatic=True,
        )
        inquiry.first_automatic_reply_at = at
        events.record(
            inquiry, Verb.GREETED_AUTOMATICALLY, by=None, at=at, message=message.pk
        )
        stopped = clocks.stop_automatically(inquiry, Metric.FIRST_REPLY, at=at)
        if stopped is not None:
            inquiry.greeted_cycle = inquiry.cycle
        sheet.change(inquiry, "first_automatic_reply_at", "greeted_cycle")
    return stopped
