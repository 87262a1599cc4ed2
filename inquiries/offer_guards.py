"""What must have been sent before device selection and price count as answered."""

from django.utils.translation import gettext as _

from inquiries.models import Comparison, Inquiry, Quotation


def selection_refusal(inquiry: Inquiry) -> str | None:
    """Why choosing devices is not answered yet; None when a comparison was sent."""
    if Comparison.objects.filter(selection__inquiry=inquiry.pk).exists():
        return None
    return _("No comparison of devices has been sent yet (IN-33, IN-34).")


def price_refusal(inquiry: Inquiry) -> str | None:
    """Why the price is not answered yet; None when a quotation was sent."""
    if Quotation.objects.sent().filter(inquiry=inquiry.pk).exists():
        return None
    return _("No quotation has been sent yet (IN-37).")
