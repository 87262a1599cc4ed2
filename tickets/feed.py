"""Tell open pages that something changed: ids only, the page fetches the rest.

Channels: `desk` for staff who see every ticket, `department:<code>` and `user:<id>`
for the others, `ticket:<number>` for the customer. A lost message costs nothing but
time: a page that reconnects fetches everything anew.
"""

import json
import logging
from collections.abc import Iterable, Iterator
from functools import lru_cache

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

from staff.models import Department, User
from tickets.models import Ticket

logger = logging.getLogger(__name__)

DESK = "desk"

# A channel, and what is said on it.
Notice = tuple[str, dict[str, object]]


def department_channel(code: str) -> str:
    return f"department:{code}"


def user_channel(user_id: int) -> str:
    return f"user:{user_id}"


def ticket_channel(number: str) -> str:
    return f"ticket:{number}"


def channels_of(user: User) -> list[str]:
    """The row filter of the live stream: the twin of `Ticket.objects.visible_to`."""
    channels = [user_channel(user.pk)]
    if user.sees_every_ticket:
        channels.append(DESK)
    elif user.department:
        channels.append(department_channel(user.department.code))
    return channels


@lru_cache(maxsize=1)
def _redis() -> redis.Redis:
    """A client that gives up fast: no reply to a customer waits for a notice."""
    return redis.Redis.from_url(
        settings.LIVE_REDIS_URL,
        socket_connect_timeout=0.5,
        socket_timeout=0.5,
        retry=Retry(NoBackoff(), 1),
    )


def publish(notices: Iterable[Notice]) -> None:
    """Send notices at once; if Redis is away, say so in the log and go on."""
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for channel, body in notices:
                pipe.publish(channel, json.dumps(body))
            pipe.execute()
    except redis.RedisError as error:
        logger.warning("live notice not sent: %s", type(error).__name__)


def announce(ticket: Ticket, what: str, *, to_customer: bool) -> None:
    """After the commit, tell every page that shows this ticket.

    `what` is "message", "ticket" or "clock". A verb that gathers what it does tells it
    at once.
    """
    if ticket.sheet is None:
        announce_each([ticket], what, to_customer=to_customer)
    else:
        ticket.sheet.notices += _notices(ticket, what, to_customer=to_customer)


def announce_each(tickets: Iterable[Ticket], what: str, *, to_customer: bool) -> None:
    """After the commit, tell every page that shows one of these tickets."""
    notices = [
        notice
        for ticket in tickets
        for notice in _notices(ticket, what, to_customer=to_customer)
    ]
    transaction.on_commit(lambda: publish(notices))


def _notices(ticket: Ticket, what: str, *, to_customer: bool) -> Iterator[Notice]:
    body: dict[str, object] = {"ticket": ticket.number, "kind": what}
    yield DESK, body
    if ticket.department:
        yield department_channel(ticket.department.code), body
    if ticket.involved:
        for department in Department.objects.filter(pk__in=ticket.involved):
            yield department_channel(department.code), body
    if ticket.assignee_id:
        yield user_channel(ticket.assignee_id), body
    if to_customer:
        yield ticket_channel(ticket.number), body


def announce_many() -> None:
    """After the commit, tell every staff page that many tickets have changed."""
    transaction.on_commit(lambda: publish([(DESK, {"ticket": None, "kind": "clock"})]))


def announce_notifications(user_ids: Iterable[int]) -> None:
    """After the commit, tell people that a notice waits for them."""
    notices: list[Notice] = [
        (user_channel(user_id), {"ticket": None, "kind": "notification"})
        for user_id in user_ids
    ]
    transaction.on_commit(lambda: publish(notices))
