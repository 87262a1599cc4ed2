"""The ways on which a follow-up reaches a customer (IN-55)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from inquiries.models import FollowUp, Inquiry
from inquiries.services import mailing
from inquiries.services.quiet import in_quiet_hours
from staff.models import User
from tickets.models import Direction, Message
from tickets.services import messages


class NoCarrier(Exception):
    """No way to the customer is open now."""


@dataclass(frozen=True)
class Parcel:
    """What is carried: a text, and who answers for it (None: the system).

    `follow_up` is the row that is sent; carriers that take their time hold on to it.
    `token` is the same however often the same follow-up is tried.
    """

    inquiry: Inquiry
    text: str
    author: User | None
    token: uuid.UUID
    follow_up: FollowUp | None = None


class Carrier(Protocol):
    """A way to the customer.

    `carry` is called in the transaction that marks the follow-up as sent, under the
    lock of the inquiry. It raises when it fails and may be tried again later; with the
    token of a parcel that it has carried before it does nothing.
    """

    @property
    def name(self) -> str: ...

    @property
    def interrupts(self) -> bool:
        """Whether a telephone rings or buzzes: not in quiet hours."""
        ...

    def reaches(self, inquiry: Inquiry) -> bool:
        """Whether this customer has this way."""
        ...

    def carry(self, parcel: Parcel, *, at: datetime) -> Message | None:
        """Deliver a parcel; the message where one was written to the conversation."""
        ...


@dataclass(frozen=True)
class Thread:
    """The conversation that the customer's link leads to; it may be finished."""

    name: str = "thread"
    interrupts: bool = False

    def reaches(self, inquiry: Inquiry) -> bool:
        return True

    def carry(self, parcel: Parcel, *, at: datetime) -> Message:
        if sent := messages.already_sent(parcel.inquiry, parcel.token):
            return sent
        return messages.add(
            parcel.inquiry,
            direction=Direction.OUT,
            text=parcel.text,
            at=at,
            author=parcel.author,
            automatic=parcel.author is None,
            client_token=parcel.token,
        )


@dataclass(frozen=True)
class Mail:
    """E-mail: only noted here, and sent by its own job when nobody sleeps."""

    name: str = mailing.MAIL
    interrupts: bool = False

    def reaches(self, inquiry: Inquiry) -> bool:
        return mailing.reaches(inquiry)

    def carry(self, parcel: Parcel, *, at: datetime) -> None:
        if parcel.follow_up is not None:
            mailing.plan(parcel.follow_up, at=at)


CARRIERS: Final[tuple[Carrier, ...]] = (Thread(), Mail())


def open_at(at: datetime, carriers: Sequence[Carrier] = CARRIERS) -> list[Carrier]:
    """The carriers that may be used now. Raises NoCarrier when none may."""
    quiet = in_quiet_hours(at)
    usable = [it for it in carriers if not (it.interrupts and quiet)]
    if not usable:
        raise NoCarrier
    return usable
