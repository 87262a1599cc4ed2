"""Quote: draft with today's prices, send what was seen, never change it afterwards."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from catalog import words
from catalog.models import (
    DeliveryClass,
    DeliveryZone,
    DepositWaiver,
    Device,
    PaymentMethod,
    Terms,
)
from catalog.pricing import Line, Quote
from catalog.services import prices, tariff
from inquiries import offer_words
from inquiries.merged import merge_of, of_one_customer
from inquiries.models import Inquiry, Quotation, QuotationDocument, QuotationLine
from inquiries.services.asking import customer_writes
from inquiries.services.closing import reopen
from inquiries.services.merging import receiving
from inquiries.services.telling import tell
from inquiries.workflow import WORKFLOW, Step
from staff.models import User
from tickets import feed
from tickets.models import Message, Verb
from tickets.numbers import new_number
from tickets.services import messages
from tickets.tokens import derived_token
from tickets.workflow import NotAllowed

PREFIX: Final = "Q"
# How long a quotation holds: to the end of the seventh day after it was sent.
VALID_DAYS: Final = 7
MOST_SCORE: Final = 9_999
FURTHEST_START: Final = timedelta(days=365)
TEXTS: Final = (
    *("deposit_conditions", "deposit_arrival", "deduction_needs"),
    *("cancellation", "dispute"),
)
FIGURES: Final = (
    *("deposit_inspection_hours", "deposit_refund_working_days"),
    *("early_return_fee_days", "early_return_notice_hours", "overdue_grace_hours"),
)
Asked = Sequence[tuple[str, int]]


class PricesChanged(ValidationError):
    """What was seen is not what it costs now; `stamp` confirms the prices of now."""

    def __init__(self, differences: Sequence[str], *, stamp: str) -> None:
        """Say line by line what has changed."""
        super().__init__(
            {"confirmed_prices": [ValidationError(one) for one in differences]}
        )
        self.differences = list(differences)
        self.stamp = stamp


@dataclass(frozen=True)
class Order:
    """What a quotation is asked for."""

    items: tuple[tuple[str, int], ...]
    days: int
    zone: str
    starts_on: date | None = None
    first_order: bool = False
    insurance: bool = False
    onsite_install: bool = False
    operator_days: int = 0
    waiver: str = ""
    credit_score: int | None = None

    @classmethod
    def of(cls, quotation: Quotation) -> "Order":
        return cls(
            items=tuple((one["code"], one["quantity"]) for one in quotation.items),
            days=quotation.days,
            zone=quotation.zone,
            starts_on=quotation.starts_on,
            first_order=quotation.first_order,
            insurance=quotation.insurance,
            onsite_install=quotation.onsite_install,
            operator_days=quotation.operator_days,
            waiver=quotation.waiver,
            credit_score=quotation.credit_score,
        )


@transaction.atomic
def draft_quotation(
    inquiry: Inquiry,
    *,
    items: Asked,
    days: int,
    delivery: str,
    by: User,
    at: datetime,
    starts_on: date | None = None,
    first_order: bool = False,
    insurance: bool = False,
    onsite_install: bool = False,
    operator_days: int = 0,
    waiver: str = "",
    credit_score: int | None = None,
) -> Quotation:
    """Work a price out and keep it as this person's draft for this inquiry.

    Nobody else sees a draft; the next one replaces it. Insurance is never preselected.
    `waiver` is the code of what frees from the deposit; one that goes by a score needs
    the customer's, one that goes by an agreement needs somebody who supervises.

    Raises ValidationError (items, items.N.code, items.N.quantity, days, delivery,
    starts_on, operator_days, waiver, credit_score), IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.DRAFT_QUOTATION, by=by)
    order = Order(
        items=tuple(items),
        days=days,
        zone=delivery,
        starts_on=starts_on,
        first_order=first_order,
        insurance=insurance,
        onsite_install=onsite_install,
        operator_days=operator_days,
        waiver=waiver,
        credit_score=credit_score if waiver else None,
    )
    _refuse_day(order.starts_on, at=at)
    _refuse_waiver(order, by=by)
    facts, priced = _worked_out(order, at=at)
    draft = Quotation.objects.draft_of(inquiry, by)
    if draft is None:
        draft = Quotation(
            number=new_number(PREFIX, day=timezone.localdate(at)),
            inquiry=inquiry,
            drafted_by=by,
        )
    draft.drafted_at = at
    _write(draft, facts, priced)
    return draft


@transaction.atomic
def send_quotation(
    quotation: Quotation, *, by: User, at: datetime, confirmed_prices: str = ""
) -> Quotation:
    """Send a draft as it was seen; from then on nobody can change it (IN-37 to IN-40).

    It becomes the next version, and older ones lead to it. A second click sends nothing
    more. `confirmed_prices` is the stamp of changed prices that the sender has seen.

    Raises PricesChanged when a line costs something else by now, ValidationError
    (deposit_terms, or what cannot be rented any more), IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(quotation.inquiry_id)
    draft = Quotation.objects.select_for_update(of=("self",)).get(pk=quotation.pk)
    if draft.drafted_by_id != by.pk:
        raise NotAllowed(Step.QUOTE)
    if draft.sent_at is not None:
        return draft
    rule = WORKFLOW.check(inquiry, Step.QUOTE, by=by)
    order = Order.of(draft)
    _refuse_day(order.starts_on, at=at)
    _refuse_waiver(order, by=by)
    facts, priced = _worked_out(order, at=at)
    _refuse_without_deposit_terms(facts["terms"])
    changed = _differences(draft, priced)
    if changed and confirmed_prices != facts["price_stamp"]:
        raise PricesChanged(changed, stamp=facts["price_stamp"])
    _write(draft, facts, priced)
    earlier = Quotation.objects.filter(inquiry__in=of_one_customer(inquiry))
    newest = earlier.aggregate(newest=Max("version"))["newest"]
    draft.version = (newest or 0) + 1
    draft.valid_until = valid_until(at)
    draft.message = tell(
        inquiry,
        rule=rule,
        verb=Verb.QUOTED,
        text=offer_words.quotation_message(draft),
        by=by,
        at=at,
        client_token=derived_token("quotation", draft.number),
        quotation=draft.number,
        version=draft.version,
    )
    draft.sent_by, draft.sent_at = by, at
    draft.save()
    QuotationDocument.objects.bulk_create(
        QuotationDocument(quotation=draft, language=code)
        for code, _name in settings.LANGUAGES
    )
    return draft


@transaction.atomic
def quote(
    inquiry: Inquiry,
    *,
    by: User,
    at: datetime,
    price_version: str = "",
    client_token: uuid.UUID | None = None,
    **order: Any,
) -> Quotation:
    """Draft and send at once, for a caller that has shown the price already.

    `price_version` is the stamp of the prices that were shown. The same `client_token`
    again is the same quotation.

    Raises SentOtherwise for another order under that token, what `draft_quotation` and
    `send_quotation` raise, and PricesChanged when the prices have another stamp by now.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    if client_token:
        known = Quotation.objects.filter(inquiry=inquiry, client_token=client_token)
        if sent := known.first():
            _refuse_other_order(sent, **order)
            return sent
    draft = draft_quotation(inquiry, by=by, at=at, **order)
    if price_version and price_version != draft.price_stamp:
        raise PricesChanged(
            [
                _("The prices have changed. Together it is %(total)s now; confirm with")
                % {"total": words.yuan(draft.total)}
                + f" {draft.price_stamp}"
            ],
            stamp=draft.price_stamp,
        )
    if client_token:
        draft.client_token = client_token
        draft.save(update_fields=["client_token"])
    return send_quotation(draft, by=by, at=at)


def _refuse_other_order(
    sent: Quotation, *, items: Asked, delivery: str, **terms: Any
) -> None:
    """Raises SentOtherwise unless this is what was quoted."""
    pieces: Counter[str] = Counter()
    for code, quantity in items:
        pieces[code] += quantity
    if not terms.get("waiver"):
        terms["credit_score"] = None
    asked = Order(items=tuple(pieces.items()), zone=delivery, **terms)
    messages.refuse_other(sent.inquiry, same=asked == Order.of(sent))


def open_quotation(quotation: Quotation, *, at: datetime) -> bool:
    """Keep when the customer first opened it; whether this was the first time."""
    first = Quotation.objects.sent().filter(pk=quotation.pk, opened_at=None)
    if not first.update(opened_at=at):
        return False
    feed.announce(quotation.inquiry, "ticket", to_customer=False)
    return True


def ask_for_fresh_quotation(quotation: Quotation, *, at: datetime) -> Message:
    """The customer asks for a quotation anew: a message of theirs, once a day.

    A conversation that ended is taken up again within its window; one that is merged
    goes on where it is merged.

    Raises IllegalStep when it ended too long ago.
    """
    token = derived_token("fresh", quotation.number, timezone.localdate(at))
    text = _("Please send me a fresh quotation in place of %(number)s.")
    with receiving(Inquiry.objects.get(pk=quotation.inquiry_id)) as (place, origin):
        for ticket in filter(None, (place, origin)):
            if sent := messages.already_sent(ticket, token):
                return sent
        if place.has_ended:
            reopen(place, by=None, at=at)
        return customer_writes(
            origin or place,
            text=text % {"number": quotation.number},
            at=at,
            client_token=token,
        )


def make_again(quotation: Quotation) -> int:
    """Have lost documents made anew from what is kept; how many."""
    lost = [one.pk for one in quotation.documents.all() if not one.is_there]
    return QuotationDocument.objects.filter(pk__in=lost).update(file="", tried_at=None)


def newest_version(quotation: Quotation) -> Quotation:
    """The last that this customer was sent in its place: itself, unless superseded.

    Where its inquiry is merged, one that was sent there since takes its place.
    """
    inquiry = quotation.inquiry
    places = Q(inquiry=inquiry)
    merge = merge_of(inquiry, by=None)
    if merge is not None and merge.into.customer_id == inquiry.customer_id:
        places |= Q(inquiry=merge.into_id, sent_at__gte=merge.merged_at)
    newest = Quotation.objects.sent().filter(places)
    return newest.order_by("-version", "-sent_at").first() or quotation


def valid_until(at: datetime) -> datetime:
    """The end of the last day on which what is sent at `at` holds."""
    last = timezone.localdate(at) + timedelta(days=VALID_DAYS)
    end = datetime.combine(last, time(23, 59, 59))
    return timezone.make_aware(end, timezone.get_default_timezone())


def _refuse_day(starts_on: date | None, *, at: datetime) -> None:
    today = timezone.localdate(at)
    if starts_on is not None and not today <= starts_on <= today + FURTHEST_START:
        raise ValidationError(
            {"starts_on": _("Choose a day from today on, within a year.")},
            code="day_unfit",
        )


def _refuse_waiver(order: Order, *, by: User) -> None:
    """A score frees by rule; what goes by an agreement is a decision of those who lead.

    A score that is too low, and devices worth too much, are lines of the price.
    """
    waiver = DepositWaiver.objects.filter(code=order.waiver, enabled=True).first()
    if waiver is None:
        return  # the arithmetic says so
    if waiver.min_score is None and not by.supervises:
        raise ValidationError(
            {"waiver": _("Only a supervisor can waive the deposit without a score.")},
            code="waiver_not_allowed",
        )
    if waiver.min_score is None and order.credit_score is None:
        return
    if order.credit_score is None or not 0 <= order.credit_score <= MOST_SCORE:
        raise ValidationError(
            {"credit_score": _("Give the score that the customer has shown.")},
            code="score_missing",
        )


def _refuse_without_deposit_terms(terms: dict[str, Any]) -> None:
    """Nothing is quoted that leaves the deposit open (IN-40)."""
    if not all(
        terms[f"{name}_{language}"].strip()
        for name in ("deposit_conditions", "deposit_arrival")
        for language in ("zh", "en")
    ):
        raise ValidationError(
            {
                "deposit_terms": _(
                    "The conditions and the time of the deposit's refund are missing"
                    " (IN-40). An administrator writes them in the rental terms."
                )
            },
            code="deposit_terms_missing",
        )


def _worked_out(order: Order, *, at: datetime) -> tuple[dict[str, Any], list[Any]]:
    """Everything that a quotation copies, and its lines, at today's prices."""
    zh, en = _in_both(_price(order, at=at))
    quantities: Counter[str] = Counter()
    for code, quantity in order.items:
        quantities[code] += quantity
    devices = Device.objects.in_bulk(list(quantities), field_name="code")
    zone = DeliveryZone.objects.get(code=order.zone)
    facts = {
        "items": [_item(devices[code], n) for code, n in quantities.items()],
        "days": order.days,
        "starts_on": order.starts_on,
        "zone": order.zone,
        "first_order": order.first_order,
        "insurance": order.insurance,
        "onsite_install": order.onsite_install,
        "operator_days": order.operator_days,
        "waiver": order.waiver,
        "credit_score": order.credit_score,
        "rent": zh.rent,
        "payable": zh.payable,
        "deposit": zh.deposit,
        "total": zh.total,
        "delivery": _delivery(zone, devices.values()),
        "discounts": _discounts(zh, en),
        "payment_methods": [
            {"code": one.code, "name_zh": one.name_zh, "name_en": one.name_en}
            for one in PaymentMethod.objects.filter(enabled=True)
        ],
        "terms": _terms(Terms.objects.current()),
        "price_stamp": tariff.stamp(),
    }
    return facts, list(zip(zh.lines, en.lines, strict=True))


def _price(order: Order, *, at: datetime) -> Callable[[], Quote]:
    return lambda: prices.order(
        order.items,
        days=order.days,
        delivery=order.zone,
        at=at,
        first_order=order.first_order,
        insurance=order.insurance,
        onsite_install=order.onsite_install,
        operator_days=order.operator_days,
        waiver=order.waiver,
        credit_score=order.credit_score,
    )


def _in_both(price: Callable[[], Quote]) -> tuple[Quote, Quote]:
    """The same price with its names in Chinese and in English.

    A refusal speaks the language of whoever asks, so the first look is theirs.
    """
    own = price()
    other = "zh-hans" if translation.get_language() == "en" else "en"
    with translation.override(other):
        found = price()
    return (found, own) if other == "zh-hans" else (own, found)


def _item(device: Device, quantity: int) -> dict[str, Any]:
    return {
        "code": device.code,
        "quantity": quantity,
        "name_zh": device.name_zh,
        "name_en": device.name_en,
        "delivery_class": device.delivery_class,
        "install_minutes": device.install_minutes,
    }


def _delivery(zone: DeliveryZone, devices: Iterable[Device]) -> dict[str, Any]:
    hours = {
        DeliveryClass.STANDARD: zone.standard_hours,
        DeliveryClass.SPECIAL: zone.special_hours,
    }
    present = {device.delivery_class for device in devices}
    return {
        "code": zone.code,
        "name_zh": zone.name_zh,
        "name_en": zone.name_en,
        "method": zone.method,
        "in_service_city": zone.in_service_city,
        "insured": zone.insured,
        "promises": [
            {"class": str(one), "hours": promised}
            for one, promised in hours.items()
            if one in present and promised is not None
        ],
    }


def _discounts(zh: Quote, en: Quote) -> dict[str, Any]:
    english = {one.code: one.name for one in en.applied}
    refused = {one.code: one for one in en.not_applied}
    return {
        "applied": [
            {
                "code": one.code,
                "name_zh": one.name,
                "name_en": english[one.code],
                "amount": f"{one.amount:.2f}",
            }
            for one in zh.applied
        ],
        "not_applied": [
            {
                "code": one.code,
                "name_zh": one.name,
                "name_en": refused[one.code].name,
                "reason": one.reason,
                "figures_zh": list(one.figures),
                "figures_en": list(refused[one.code].figures),
            }
            for one in zh.not_applied
        ],
    }


def _terms(terms: Terms) -> dict[str, Any]:
    texts = {
        f"{name}_{language}": getattr(terms, f"{name}_{language}")
        for name in TEXTS
        for language in ("zh", "en")
    }
    figures = {name: getattr(terms, name) for name in FIGURES}
    return {**texts, **figures, "overdue_penalty": str(terms.overdue_penalty)}


def _differences(draft: Quotation, priced: list[tuple[Line, Line]]) -> list[str]:
    """What costs something else than was seen, line by line."""
    before = {_key(line): line for line in offer_words.priced(draft)}
    own = 1 if translation.get_language() == "en" else 0
    after = {_key(pair[own]): pair[own] for pair in priced}
    return [
        _("%(what)s: %(before)s before, %(after)s now")
        % {
            "what": offer_words.title(after.get(key) or before[key]),
            "before": words.yuan(_amount(before, key)),
            "after": words.yuan(_amount(after, key)),
        }
        for key in {**before, **after}
        if _amount(before, key) != _amount(after, key)
    ]


def _key(line: Line) -> tuple[str, str]:
    return line.code.value, line.subject


def _amount(lines: Mapping[tuple[str, str], Line], key: tuple[str, str]) -> Decimal:
    """What a line comes to; a line that is not there comes to nothing."""
    return lines[key].amount if key in lines else Decimal(0)


def _write(
    draft: Quotation, facts: dict[str, Any], priced: list[tuple[Line, Line]]
) -> None:
    for name, value in facts.items():
        setattr(draft, name, value)
    draft.save()
    draft.lines.all().delete()
    QuotationLine.objects.bulk_create(
        QuotationLine(
            quotation=draft,
            place=place,
            component=zh.code.value,
            subject=zh.subject,
            name_zh=zh.name,
            name_en=en.name,
            quantity=zh.quantity,
            unit_price=zh.unit_price,
            amount=zh.amount,
            rule=zh.rule,
            figures=list(zh.figures),
        )
        for place, (zh, en) in enumerate(priced)
    )
