"""Codes and sums of an order in words."""

from decimal import Decimal
from typing import Final

from django import template
from django.db import models

from orders.models import (
    Component,
    Delivery,
    InvoiceType,
    OrderStatus,
    PaymentKind,
)

register = template.Library()

LISTS: Final[dict[str, type[models.TextChoices]]] = {
    "status": OrderStatus,
    "delivery": Delivery,
    "component": Component,
    "payment": PaymentKind,
    "invoice": InvoiceType,
}


@register.filter
def code_word(code: str, kind: str) -> str:
    """What a code means; one that another system made up is shown as it is."""
    known = {str(value): str(label) for value, label in LISTS[kind].choices}
    return known.get(code, code)


@register.filter
def signed_yuan(amount: Decimal) -> str:
    """A difference: what is too much with +, what is too little with −."""
    sign = "+" if amount > 0 else "−" if amount < 0 else ""
    return f"{sign}¥{abs(amount)}"
