"""How recommendations and quotations are shown: differences, reasons, ways, moments."""

from datetime import datetime
from typing import Any

from django import template

from catalog import words
from catalog.recommendation import Reason
from inquiries import links, offer_words
from inquiries.models import Quotation, RankedDevice

register = template.Library()


@register.filter
def difference(device: RankedDevice) -> str:
    """What it costs more than the cheapest that suits."""
    return offer_words.difference(device)


@register.filter
def reason_text(reason: dict[str, Any]) -> str:
    """Why it suits: "Outdoors, on the move: excellent (5 of 5)"."""
    return words.scored(Reason(reason["code"], reason["score"], reason["weight"]))


@register.filter
def quotation_link(quotation: Quotation) -> str:
    return links.quotation_path(quotation)


@register.filter
def minute(at: datetime | None) -> str:
    """A day and minute in the company's time."""
    return offer_words.moment(at)
