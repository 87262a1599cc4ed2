"""An objection comes in: by the customer's form, or through a colleague or a system."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models import Customer
from customers.services import clean_surname, identify, parse_phone
from inquiries.models import Inquiry
from objections.facts import Checked, Facts, check, columns
from objections.models import Demand, Objection
from objections.services import promises, speaking
from objections.services.acknowledging import acknowledged
from objections.workflow import Status
from orders.services import look_up
from sla.models import Metric
from staff.models import User
from tickets import feed
from tickets.models import Channel, Direction, Kind, Store, Ticket, Verb
from tickets.numbers import new_number
from tickets.services import attachments, events, messages
from tickets.services.attachments import InspectedFile, Upload
from tickets.workflow import NotAllowed

# Channels whose customers read an answer later: they get one at once, labelled.
WRITTEN_CHANNELS: Final = frozenset({"website_message", "email"})
# Why there is no account number where the customer left that field empty (OB-38).
LEFT_EMPTY: Final = "客户未填写"
# How long a letter may have lain before it is written down.
OLDEST: Final = timedelta(days=366)


def file(
    *,
    channel: Channel,
    surname: str,
    phone: str,
    facts: Facts,
    at: datetime,
    files: Sequence[Upload] = (),
    ready: Sequence[InspectedFile] = (),
    by: User | None = None,
    talking: bool = False,
    received_at: datetime | None = None,
    store: Store | None = None,
    order_confirmed: bool = False,
    client_token: uuid.UUID | None = None,
) -> Objection:
    """Take in an objection and start its clocks (OB-31 to OB-43).

    Without `by` the customer files it, and the form must hold all that its type needs;
    a colleague's record is never refused for what is missing (D-02). `talking` says
    that the colleague is speaking with the customer, who is thereby answered (OB-35);
    `received_at` that it reached us earlier than it is written down. `ready` are files
    that were inspected before.

    A customer who names an order that is not seen to be theirs is told so, in the same
    words whether nobody placed it or somebody else did: whoever tries numbers learns
    of no order that it exists, nor whose it is. `order_confirmed` says that it is right
    all the same: nobody is turned away for a typing error of ours, an import that is
    late, or a colleague's phone. Then the desk sees what the look-up says.

    Filing the same again with its client token returns the objection that is there.

    Raises ValidationError with a message per field: surname, phone, files,
    received_at, or a field of the form; NotAllowed for who receives no customers;
    SentOtherwise for the token of another ticket, or of an objection to something else.
    """
    if by is not None and not by.receives:
        raise NotAllowed("file")
    if by is None and not facts.account_number:
        facts = replace(facts, no_account_reason=LEFT_EMPTY)
    who, checked, inspected = _cleaned(
        surname=surname,
        phone=phone,
        facts=facts,
        files=files,
        ready=ready,
        at=at,
        received_at=received_at,
        whole=by is None,
        order_confirmed=order_confirmed or by is not None,
    )
    try:
        with transaction.atomic():
            if earlier := filed_before(client_token, facts=checked.facts):
                return earlier
            refuse_used(client_token)
            customer = identify(surname=who.surname, phone=who.phone, at=at)
            objection = open_case(
                channel=channel,
                store=store,
                customer=customer,
                checked=checked,
                by=by,
                at=at,
                received_at=received_at or at,
                client_token=client_token,
            )
            first_words(
                objection, text=checked.facts.description, files=inspected, at=at
            )
            if talking and by is not None:
                acknowledged(objection, by=by, at=at)
            elif channel.code in WRITTEN_CHANNELS:
                speaking.acknowledge_automatically(objection, at=at)
            if objection.form_complete_at is not None and by is None:
                speaking.tell_number(objection, by=None, at=at)
            feed.announce(objection, "ticket", to_customer=False)
            return objection
    except IntegrityError:
        filed = filed_before(client_token, facts=checked.facts)
        if filed is None:
            raise
        return filed


def open_case(
    *,
    channel: Channel,
    store: Store | None,
    customer: Customer,
    checked: Checked,
    by: User | None,
    at: datetime,
    received_at: datetime,
    client_token: uuid.UUID | None = None,
    inquiry: Inquiry | None = None,
) -> Objection:
    """Write an objection down and start what runs from its receipt."""
    facts = checked.facts
    objection = Objection.objects.create(
        number=new_number("OB", day=timezone.localdate(at)),
        kind=Kind.OBJECTION,
        channel=channel,
        store=store,
        customer=customer,
        status=Status.RECEIVED,
        created_at=at,
        received_at=received_at,
        client_token=client_token,
        filed_by=by,
        from_inquiry=inquiry,
        customer_type=facts.type,
        customer_subtype=checked.subtype,
        **columns(checked),
    )
    set_demands(objection, checked)
    objection.severity = promises.weigh(objection, at=at)
    objection.save(update_fields=["severity"])
    events.record(
        objection,
        Verb.OBJECTION_FILED,
        by=by,
        at=at,
        type=facts.type,
        severity=objection.severity,
        inquiry=inquiry.number if inquiry else "",
    )
    for metric in (Metric.ACKNOWLEDGEMENT, Metric.TOTAL):
        promises.start(objection, metric, at=received_at)
    promises.bind_by_law(objection, at=received_at)
    objection.estimate = promises.estimate(objection)
    objection.save(update_fields=["estimate"])
    promises.complete_form(objection, at=at)
    return objection


def set_demands(objection: Objection, checked: Checked) -> None:
    """Make the demands of an objection those that were checked."""
    objection.demands.exclude(
        kind__in=[kind for kind, _amount in checked.demands]
    ).delete()
    for kind, amount in checked.demands:
        Demand.objects.update_or_create(
            objection=objection, kind=kind, defaults={"amount": amount}
        )


def first_words(
    objection: Objection, *, text: str, files: Sequence[InspectedFile], at: datetime
) -> None:
    """The customer's own words and files, as the first message of the case."""
    messages.add(objection, direction=Direction.IN, text=text, at=at, files=files)


def filed_before(client_token: uuid.UUID | None, *, facts: Facts) -> Objection | None:
    """The objection that an earlier click on the same button has filed.

    Raises SentOtherwise for a form that says something else by now: whoever goes back
    to it and mends it shall not believe that this was filed.
    """
    if client_token is None:
        return None
    found = Objection.objects.filter(client_token=client_token)
    earlier = found.select_related("customer_subtype").first()
    if earlier is None:
        return None
    first = earlier.messages.filter(direction=Direction.IN).first()
    subtype = earlier.customer_subtype.code if earlier.customer_subtype else ""
    filed = (earlier.customer_type, subtype, first.text if first else "")
    said = (facts.type, facts.subtype, facts.description)
    same = _plain(*filed, earlier.order_number) == _plain(*said, facts.order_number)
    messages.refuse_other(earlier, same=same)
    return earlier


def _plain(*texts: str) -> list[str]:
    """Texts however they are spaced."""
    return [" ".join(text.split()) for text in texts]


def refuse_used(client_token: uuid.UUID | None) -> None:
    """A token names one ticket of any kind. Raises SentOtherwise for a used one."""
    if client_token is None:
        return
    if used := Ticket.objects.filter(client_token=client_token).first():
        messages.refuse_other(used, same=False)


@dataclass(frozen=True)
class _Who:
    surname: str
    phone: str


def _cleaned(
    *,
    surname: str,
    phone: str,
    facts: Facts,
    files: Sequence[Upload],
    ready: Sequence[InspectedFile],
    at: datetime,
    received_at: datetime | None,
    whole: bool,
    order_confirmed: bool,
) -> tuple[_Who, Checked, list[InspectedFile]]:
    errors: dict[str, ValidationError] = {}
    checked: Checked | None = None
    inspected: list[InspectedFile] = []
    try:
        surname = clean_surname(surname)
    except ValidationError as error:
        errors["surname"] = error
    try:
        phone = parse_phone(phone) if phone.strip() or whole else ""
    except ValidationError as error:
        errors["phone"] = error
    try:
        checked = check(facts, at=at, whole=whole)
    except ValidationError as error:
        errors |= {
            name: ValidationError(found) for name, found in error.error_dict.items()
        }
    try:
        inspected = [*ready, *attachments.inspect(files, with_videos=True)]
        attachments.refuse_too_many(inspected)
    except ValidationError as error:
        errors["files"] = error
    if received_at is not None and received_at > at:
        errors["received_at"] = ValidationError(
            _("This lies in the future. Please check the date."),
            code="received_at_future",
        )
    elif received_at is not None and at - received_at > OLDEST:
        errors["received_at"] = ValidationError(
            _("This cannot be. Please check the date."), code="received_at_unfit"
        )
    if not errors and checked is not None and not order_confirmed:
        number = checked.facts.order_number
        if number and look_up.is_of_another(number, phone=phone):
            errors["order_number"] = _strange(number)
    if errors or checked is None:
        raise ValidationError(errors)
    return _Who(surname, phone), checked, inspected


def _strange(number: str) -> ValidationError:
    """One answer for an order that is not there and for one of somebody else."""
    return ValidationError(
        _(
            "We find no order %(number)s under this phone number. Please check both; if"
            " they are right, confirm it and we will look into it."
        )
        % {"number": number},
        code="order_strange",
    )
