"""Some made-up inquiries belong together: linked, or one merged into another."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Final

from helpdesk.setup.scale import rows
from helpdesk.setup.scale.case import Past
from helpdesk.setup.scale.inquiry_story import Conversation
from inquiries.workflow import Status
from tickets.models import Verb

LINKED: Final = 0.01
MERGED: Final = 0.05
OPEN: Final = frozenset({Status.IN_SERVICE, Status.AWAITING_CUSTOMER, Status.ANSWERED})


def join(past: Past, told: Sequence[Conversation]) -> None:
    """Link some neighbours; merge some of those that wait for nothing."""
    for one, other in pairwise(told):
        if past.random.random() < LINKED:
            _link(past, one, other)
    idle = [it for it in told if it.case.status in OPEN and not it.case.promises]
    for into, merged in zip(idle[::2], idle[1::2], strict=False):
        if past.random.random() < MERGED:
            _merge(past, merged, into)


def _meet(past: Past, one: Conversation, other: Conversation) -> bool:
    """Let both come to one instant; whether the year lasts so long."""
    at = max(one.case.at, other.case.at) + timedelta(minutes=2)
    if at > past.world.until:
        return False
    one.case.at = other.case.at = at
    return True


def _link(past: Past, one: Conversation, other: Conversation) -> None:
    if not _meet(past, one, other):
        return
    by, at = other.agent, other.case.at
    one.case.record(Verb.LINKED, by=by, other=other.case.number)
    other.case.record(Verb.LINKED, by=by, other=one.case.number)
    key = past.rows.key(rows.LINKS)
    past.rows.add(rows.LINKS, (key, one.case.pk, other.case.pk, by.pk, at))


def _merge(past: Past, merged: Conversation, into: Conversation) -> None:
    """The customer of both goes on in one conversation."""
    if not _meet(past, merged, into):
        return
    case, by, at = merged.case, into.agent, into.case.at
    key, before, since = past.rows.key(rows.MERGES), case.status, case.waiting_since
    row = (key, case.pk, into.case.pk, "同一位客户", by.pk, at, str(before), since)
    past.rows.add(rows.MERGES, row)
    case.customer_id = into.case.customer_id
    into.case.waiting_since = into.case.waiting_since or since
    case.close(Status.MERGED)
    case.record(Verb.MERGED, by=by, into=into.case.number)
    into.case.record(Verb.MERGED, by=by, other=case.number)
