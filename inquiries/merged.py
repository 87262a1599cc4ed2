"""What merging makes of several conversations: whose words stand where, for whom."""

from collections.abc import Collection
from typing import Final

from django.db.models import Q, QuerySet

from inquiries.models import FollowUp, Inquiry, Merge
from inquiries.workflow import Status
from rows.questions import Question, Slot
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


def read_by_customer(
    inquiry: Inquiry, *, held: Collection[str] = ()
) -> "QuerySet[Message, Message]":
    """What the link of an inquiry shows: never a note, nor what was another's to read.

    Anyone can type anyone's name and number, so what was said before a merge shows to
    whoever holds that conversation's link too: `held` are the numbers of a browser's
    conversations. Colleagues who answer the same customer after it are read by either
    link, except for what carries the other link. Words that were sent by this link show
    here wherever they went. Two names of one number read nothing of each other's.
    """
    return _read(inquiry, _MERGES.ask(inquiry=inquiry.pk), held)


def told_to_customer(inquiry: Inquiry, *, held: Collection[str] = ()) -> list[Message]:
    """The same messages, with who wrote them and what they brought."""
    if merges := _MERGES.ask(inquiry=inquiry.pk):
        return list(_with_all(_read(inquiry, merges, held)))
    return _TOLD.ask(inquiry=inquiry.pk)


def _read(
    inquiry: Inquiry, merges: Collection[Merge], held: Collection[str]
) -> "QuerySet[Message, Message]":
    shown, here, hidden = Q(), [inquiry.pk], []
    for merge in merges:
        same = merge.inquiry.customer_id == merge.into.customer_id
        if merge.inquiry_id == inquiry.pk:
            shown |= Q(origin=inquiry)
            shown |= _answered_in(merge) if same else Q()
        elif not same or merge.inquiry.number not in held:
            hidden.append(merge.inquiry_id)
        elif merge.undone_at is None:
            here.append(merge.inquiry_id)
    own = Q(ticket__in=here)
    if hidden:
        own &= Q(origin=None) | ~Q(origin__in=hidden)
    return _spoken().filter(own | shown)


def _spoken() -> "QuerySet[Message, Message]":
    return Message.objects.exclude(direction=Direction.NOTE)


def _with_all(messages: "QuerySet[Message, Message]") -> "QuerySet[Message, Message]":
    named = ("author", "ticket", "comparison__selection", "quotation")
    return messages.select_related(*named)


_MERGES: Final = Question(
    lambda: Merge.objects.filter(
        Q(into=Slot("inquiry")) | Q(inquiry=Slot("inquiry"))
    ).select_related("inquiry", "into")
)
# Of an inquiry that no merge has ever touched, as nearly all are.
_TOLD: Final = Question(lambda: _with_all(_spoken().filter(ticket=Slot("inquiry"))))


def place_of_writing(
    inquiry: Inquiry, *, held: Collection[str] = ()
) -> tuple[Inquiry, bool]:
    """Where what the customer writes goes, and whether its page is shown to them.

    Only the same customer's is, and only to a browser that holds its link.
    """
    merge = merge_of(inquiry, by=None)
    if merge is None:
        return inquiry, True
    same = merge.into.customer_id == inquiry.customer_id
    return merge.into, same and merge.into.number in held


def _answered_in(merge: Merge) -> Q:
    """What colleagues said where a merged one went on, for as long as it did."""
    said = Q(ticket=merge.into_id, direction=Direction.OUT, automatic=False)
    followed_up = FollowUp.objects.filter(inquiry=merge.into_id).exclude(message=None)
    said &= Q(sent_at__gte=merge.merged_at) & ~Q(pk__in=followed_up.values("message"))
    return said if merge.undone_at is None else said & Q(sent_at__lt=merge.undone_at)


def _seen(keys: list[int], *, by: User) -> set[int]:
    visible = Ticket.objects.visible_to(by).filter(pk__in=keys)
    return set(visible.values_list("pk", flat=True))
