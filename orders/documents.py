"""What the API says of an order: the facts as their source has them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


def amount(about: Any) -> serializers.DecimalField:
    """Yuan with two decimals, as text."""
    return serializers.DecimalField(max_digits=12, decimal_places=2, help_text=about)


def text(about: Any) -> serializers.CharField:
    return serializers.CharField(help_text=about)


def moment(about: Any, *, known: bool = False) -> serializers.DateTimeField:
    return serializers.DateTimeField(help_text=about, allow_null=not known)


class OrderLineRead(serializers.Serializer[Any]):
    position = serializers.IntegerField(help_text=_("Which line of the order it is."))
    component = text(_("What it is for, such as rent."))
    device_model = text(_("A code or a name of the catalogue, or another model."))
    serial_number = text(_("Of the device, where it is known."))
    quantity = serializers.IntegerField(help_text=_("How many pieces."))
    unit_price = amount(_("Of one piece for the whole lease."))
    days = serializers.IntegerField(
        allow_null=True, help_text=_("How many days were billed.")
    )
    amount = amount(_("What was billed; below zero for a discount."))


class ContractRead(serializers.Serializer[Any]):
    number = text(_("The number of the contract."))
    version = serializers.IntegerField(help_text=_("The first is 1."))
    signed_at = moment(_("When it was signed."))
    terms = text(_("Its terms, or what they come to."))
    prompt_proof = text(_("Where it is seen that terms were pointed out (OB-24)."))
    consented_at = moment(_("When the customer agreed (OB-25)."))
    consent_channel = text(_("How the customer agreed."))


class PaymentRead(serializers.Serializer[Any]):
    reference = text(_("The number of the entry."))
    kind = text(_("rent, rent_refund, deposit, deduction or refund."))
    amount = amount(_("Above zero whatever it is."))
    paid_at = moment(_("When it was paid."), known=True)
    reason = text(_("Why, for a deduction (OB-17)."))


class InvoiceRead(serializers.Serializer[Any]):
    number = text(_("The number of the invoice."))
    type = text(_("ordinary or special."))
    amount = amount(_("What it is about."))
    issued_at = moment(_("When it was issued."), known=True)


class StockOutRead(serializers.Serializer[Any]):
    serial_number = text(_("Of the device."))
    device_model = text(_("Which model it is."))
    out_at = moment(_("When it left the warehouse."), known=True)
    released_by = text(_("Who released it."))
    condition = text(_("In which condition it left."))


class TransportRead(serializers.Serializer[Any]):
    carrier = text(_("Who carried it."))
    waybill = text(_("The carrier's number."))
    dispatched_at = moment(_("When it was sent."))
    delivered_at = moment(_("When it was there."))
    signed_by = text(_("Who signed for it."))


class ChecklistRead(serializers.Serializer[Any]):
    stage = text(_("delivery or return."))
    aspect = text(_("condition or part."))
    serial_number = text(_("Of the device."))
    item = text(_("What was looked at."))
    grade = text(_("A damage grade of the catalogue; 0 is normal wear."))
    note = text(_("What was seen."))
    checked_at = moment(_("When it was checked."), known=True)
    signed_by_us = text(_("Who signed for us."))
    signed_by_customer = text(_("Who signed for the customer."))


class PickupRead(serializers.Serializer[Any]):
    window_from = moment(_("From when somebody was to come."), known=True)
    window_to = moment(_("Until when."), known=True)
    collector = text(_("Who was to come."))
    arrived_at = moment(_("When somebody came (OB-26)."))
    minutes_late = serializers.IntegerField(
        allow_null=True, help_text=_("After the window; null while nobody came.")
    )
    inspected_at = moment(_("When the condition was confirmed (OB-29)."))


class DepositRead(serializers.Serializer[Any]):
    received = amount(_("What came in."))
    deducted = amount(_("What was kept."))
    refunded = amount(_("What went back."))
    held = amount(_("What is still held."))


class OrderRead(serializers.Serializer[Any]):
    number = text(_("The number of the order."))
    status = text(_("Where the order stands."))
    delivery = text(_("How the devices reach the customer."))
    placed_at = moment(_("When it was placed."), known=True)
    starts_at = moment(_("When the devices were handed over."))
    ends_at = moment(_("When the lease ends."))
    customer_tail = text(_("The last four digits of the customer's number."))
    known_at = moment(_("As of when the source knew this."), known=True)
    billed = amount(_("All lines together."))
    paid = amount(_("What was paid for the lease and not paid back."))
    invoiced = amount(_("All invoices together."))
    deposit = DepositRead(help_text=_("What became of the deposit (OB-17)."))
    lines = OrderLineRead(many=True, help_text=_("What was billed (OB-15)."))
    contracts = ContractRead(many=True, help_text=_("Every version (OB-25)."))
    payments = PaymentRead(many=True, help_text=_("Every entry, the first first."))
    invoices = InvoiceRead(many=True, help_text=_("Every invoice (OB-18)."))
    stock_outs = StockOutRead(many=True, help_text=_("What left the warehouse."))
    transports = TransportRead(many=True, help_text=_("What was on its way."))
    checklist = ChecklistRead(
        many=True, help_text=_("What both sides signed (OB-27, OB-28).")
    )
    pickups = PickupRead(many=True, help_text=_("When it was to be collected."))
