"""What must be true before a topic counts as answered, beyond an answer itself.

One row per topic with a rule of its own: a function that looks at the inquiry and
returns why not, or None.
"""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext as _

from inquiries.models import Comparison, Inquiry, Quotation, Topic

Guard = Callable[[Inquiry], str | None]


def refusal_for(inquiry: Inquiry, topic: str) -> str | None:
    """Why this topic cannot be marked answered yet; None when it can."""
    guard = GUARDS.get(Topic(topic))
    return guard(inquiry) if guard else None


def selection_refusal(inquiry: Inquiry) -> str | None:
    """Until a comparison was sent (IN-33, IN-34)."""
    if Comparison.objects.filter(selection__inquiry=inquiry.pk).exists():
        return None
    return _("No comparison of devices has been sent yet (IN-33, IN-34).")


def price_refusal(inquiry: Inquiry) -> str | None:
    """Until a quotation was sent (IN-37)."""
    if Quotation.objects.sent().filter(inquiry=inquiry.pk).exists():
        return None
    return _("No quotation has been sent yet (IN-37).")


def contract_refusal(inquiry: Inquiry) -> str | None:
    """Until the core clauses were explained and understood (IN-41, IN-43)."""
    explanation = inquiry.clause_explanations.order_by("-at", "-pk").first()
    if explanation is None:
        return _(
            "Explain the three core clauses first: term, damage, early return (IN-41)."
        )
    if explanation.understood is None:
        return _("Ask whether the customer has understood the clauses (IN-43).")
    if not explanation.understood:
        return _("The customer has not understood the clauses yet (IN-43).")
    return None


def service_refusal(inquiry: Inquiry) -> str | None:
    """Until delivery and after-sales facts were told (IN-46 to IN-51)."""
    if inquiry.service_facts_told.exists():
        return None
    return _(
        "Tell delivery time, delivery method, installation and fault reporting first"
        " (IN-46 to IN-51)."
    )


GUARDS: Final[Mapping[Topic, Guard]] = {
    Topic.DEVICE_SELECTION: selection_refusal,
    Topic.RENTAL_PRICE: price_refusal,
    Topic.CONTRACT_TERMS: contract_refusal,
    Topic.DELIVERY_TIME: service_refusal,
    Topic.AFTER_SALES: service_refusal,
}
