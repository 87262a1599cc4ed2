"""Who asks again: other inquiries of the same phone number about the same time."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db.models import F

from inquiries.models import Inquiry
from inquiries.workflow import Status
from staff.models import User

REPEAT_WINDOW: Final = timedelta(days=7)
MOST: Final = 3


def repeats_of(inquiry: Inquiry, *, by: User, but: Iterable[int] = ()) -> list[Inquiry]:
    """Other inquiries of this phone within 7 days that this person may see.

    The open ones first, then the newest; without those known already (`but`) and those
    that are merged. One query, or none when the customer gave no number.
    """
    index = inquiry.customer.phone_index
    if not index:
        return []
    around = (inquiry.created_at - REPEAT_WINDOW, inquiry.created_at + REPEAT_WINDOW)
    return list(
        Inquiry.objects.visible_to(by)
        .filter(customer__phone_index=index, created_at__range=around)
        .exclude(pk__in=[inquiry.pk, *but])
        .exclude(status=Status.MERGED)
        .select_related("customer", "assignee")
        .order_by(F("closed_at").desc(nulls_first=True), "-created_at", "-pk")[:MOST]
    )
