"""What merging makes of several conversations: whose words stand where, for whom."""

from django.db.models import Q, QuerySet

from inquiries.models import Inquiry, Merge
from inquiries.workflow import Status
from staff.models import User
from tickets.models import Direction, Message, Ticket


def merge_of(inquiry: Inquiry, *, by: User | None) -> Merge | None:
    """The merge by which an inquiry goes on in another one that `by` may see.

    `by` is None for the product itself. No query if the inquiry is not merged.
    """
    if inquiry.status != Status.MERGED:
        return None
    standing = Merge.objects.standing().filter(inquiry=inquiry)
    found = standing.select_related("into__customer", "merged_by").first()
    if found is None or by is None or _seen([found.into_id], by=by):
        return found
    return None


def absorbed(inquiry: Inquiry, *, by: User) -> list[Merge]:
    """The inquiries merged into this one that this person may see, the oldest first."""
    standing = Merge.objects.standing().filter(into=inquiry)
    found = list(standing.select_related("inquiry__customer", "merged_by"))
    if not found:
        return []
    seen = _seen([merge.inquiry_id for merge in found], by=by)
    return [merge for merge in found if merge.inquiry_id in seen]


def read_by_colleagues(
    inquiry: Inquiry, merges: list[Merge]
) -> "QuerySet[Message, Message]":
    """The messages of an inquiry and of those merged into it, in the order of time."""
    keys = [inquiry.pk, *(merge.inquiry_id for merge in merges)]
    return Message.objects.filter(ticket__in=keys)


def together(inquiry: Inquiry) -> list[int]:
    """The keys of an inquiry and of those merged into it, for the product."""
    standing = Merge.objects.standing().filter(into=inquiry)
    return [inquiry.pk, *standing.values_list("inquiry", flat=True)]


def of_one_customer(inquiry: Inquiry) -> list[int]:
    """The same of this customer alone; the inquiry itself comes first."""
    standing = Merge.objects.standing().filter(into=inquiry)
    own = standing.filter(inquiry__customer=inquiry.customer_id)
    return [inquiry.pk, *own.values_list("inquiry", flat=True)]


def said_here(inquiry: Inquiry) -> "QuerySet[Message, Message]":
    """The messages of an inquiry and of those merged into it, for the product."""
    return Message.objects.filter(ticket__in=together(inquiry))


def read_by_customer(inquiry: Inquiry) -> "QuerySet[Message, Message]":
    """What the link of an inquiry shows: never a note, nor another person's words.

    The conversations of one customer that are merged here are shown with this one;
    words that were sent by this link show here wherever they went.
    """
    merges = Merge.objects.filter(Q(into=inquiry) | Q(inquiry=inquiry))
    here, foreign, was_merged = [], [], False
    for merge in merges.select_related("inquiry"):
        if merge.inquiry_id == inquiry.pk:
            was_merged = True
        elif merge.inquiry.customer_id != inquiry.customer_id:
            foreign.append(merge.inquiry_id)
        elif merge.undone_at is None:
            here.append(merge.inquiry_id)
    shown = Q(ticket__in=[inquiry.pk, *here])
    if foreign:
        shown &= Q(origin=None) | ~Q(origin__in=foreign)
    if was_merged:
        shown |= Q(origin=inquiry)
    return Message.objects.exclude(direction=Direction.NOTE).filter(shown)


def place_of_writing(inquiry: Inquiry) -> tuple[Inquiry, bool]:
    """Where what the customer writes goes, and whether its page is the customer's own.

    Another person's page is never shown, even if both have one phone number.
    """
    merge = merge_of(inquiry, by=None)
    if merge is None:
        return inquiry, True
    return merge.into, merge.into.customer_id == inquiry.customer_id


def _seen(keys: list[int], *, by: User) -> set[int]:
    visible = Ticket.objects.visible_to(by).filter(pk__in=keys)
    return set(visible.values_list("pk", flat=True))
