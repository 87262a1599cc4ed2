"""What was said in a conversation, as its customer reads it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _

from inquiries.merged import place_of_writing, told_to_customer
from inquiries.models import Comparison, DeviceChoice, Inquiry, Quotation
from rows.questions import Keys, Question
from tickets.models import Attachment, Direction, Message

_FILES: Final = Question(
    lambda: Attachment.objects.filter(message__in=Keys("messages"))
)


class Look(NamedTuple):
    """What a message without card or files has, but for its words."""

    side: str
    us: bool
    automatic: bool
    said: bool
    merged: bool


@dataclass(frozen=True)
class Line:
    """One message as the customer sees it; `origin`: the merged one that it is of.

    `here` is whether it is of this conversation and not of one that goes with it.
    """

    message: Message
    who: str
    us: bool
    files: list[tuple[Attachment, str]]
    origin: str = ""
    here: bool = True
    comparison: Comparison | None = None
    quotation: Quotation | None = None
    newest: bool = True

    @property
    def card(self) -> str:
        """What stands in place of the words: devices to choose from, a quotation.

        What was offered on a conversation that goes with this one is shown in words.
        """
        if not self.here:
            return ""
        if self.comparison is not None:
            return "portal/_comparison.html"
        return "portal/_quoted.html" if self.quotation is not None else ""

    @property
    def look(self) -> Look | None:
        """By what its piece of the page is kept; None for what is drawn anew."""
        if self.card or self.files:
            return None
        message = self.message
        return Look(
            side=self.side,
            us=self.us,
            automatic=message.automatic,
            said=bool(message.text),
            merged=bool(self.origin),
        )

    @property
    def choice(self) -> DeviceChoice | None:
        """The last choice among the compared devices."""
        if self.comparison is None:
            return None
        return next(reversed(self.comparison.choices.all()), None)

    @property
    def side(self) -> str:
        return "" if self.us else "own"


def lines_of(inquiry: Inquiry, *, held: Collection[str], token: str) -> list[Line]:
    """What was said, in order, here and on what goes with it, as far as it is shown."""
    messages = told_to_customer(inquiry, held=held)
    compared = [it.comparison for it in messages if hasattr(it, "comparison")]
    prefetch_related_objects(compared, "choices")
    files = defaultdict(list)
    for file in _FILES.ask(messages=[message.pk for message in messages]):
        href = reverse("portal:file", args=[token, file.public_id])
        files[file.message_id].append((file, href))
    places = {inquiry.pk, place_of_writing(inquiry)[0].pk}
    quotations = [one for one in map(quotation_in, messages) if one is not None]
    own = [one.version or 0 for one in quotations if one.inquiry_id in places]
    newest = max(own, default=0)
    return [
        Line(
            message=message,
            who=name_of(message),
            us=message.direction == Direction.OUT,
            files=files[message.pk],
            comparison=getattr(message, "comparison", None),
            quotation=quotation_in(message),
            newest=is_newest(message, newest),
            origin="" if message.ticket_id in places else message.ticket.number,
            here=inquiry.pk in {message.ticket_id, message.origin_id},
        )
        for message in messages
    ]


def quotation_in(message: Message) -> Quotation | None:
    """The quotation that a message brought."""
    found: Quotation | None = getattr(message, "quotation", None)
    return found


def is_newest(message: Message, newest: int) -> bool:
    """Whether no later quotation has taken the place of the one in this message."""
    quotation = quotation_in(message)
    return quotation is None or quotation.version == newest


def name_of(message: Message) -> str:
    """The reader as such, our people by work number."""
    if message.direction == Direction.IN:
        return _("You")
    if message.author is None:
        return _("Shoushi")
    return _("Agent %(number)s") % {"number": message.author.work_number}
