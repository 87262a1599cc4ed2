"""Who is on duty: said, signed out, or not seen any more; and who was, at any time.

The record (`PresenceLine`) is append-only and its lines are dated when they were
written; the person's row sums it up for pages. Verbs lock that row first.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from staff.models import ANSWERS, How, Presence, PresenceLine, Role, User
from staff.models.people import UNSEEN_AFTER, counted

# A sign of life is written down when the last one is older than this.
SIGN_OF_LIFE: Final = timedelta(seconds=25)
# After a longer absence one has to say oneself that one is back.
COMES_BACK_WITHIN: Final = timedelta(hours=2)


@dataclass(frozen=True)
class Standing:
    """How one person stood from `at` on."""

    user_id: int
    state: Presence
    role: str
    capacity: int
    at: datetime

    @property
    def answers(self) -> bool:
        """On duty, and one of those to whom inquiries go."""
        return self.state == Presence.ON_DUTY and self.role in ANSWERS


def states(*, at: datetime) -> Mapping[int, Presence]:
    """How every active person stands now (at the instant of asking); one query."""
    rows = User.objects.active().values_list("pk", "presence", "seen_at")
    return {pk: counted(state, seen_at, at=at) for pk, state, seen_at in rows}


def on_duty(*, at: datetime) -> frozenset[int]:
    """Who was on duty at an instant of the past, by the record; one query."""
    return frozenset(
        standing.user_id
        for standing in standings(at=at)
        if standing.state == Presence.ON_DUTY
    )


def standings(*, at: datetime) -> list[Standing]:
    """How each person stood at an instant of the past; one query.

    It looks up one line a person by the index, however long the record is.
    """
    newest = PresenceLine.objects.filter(user=OuterRef("pk"), at__lte=at)
    last = Subquery(newest.order_by("-at", "-pk").values("pk")[:1])
    lines = User.objects.annotate(line=last).values("line")
    return _read(PresenceLine.objects.filter(pk__in=lines))


def changes(*, after: datetime, until: datetime) -> list[Standing]:
    """All that the record says between two instants, in its order; one query."""
    return _read(PresenceLine.objects.filter(at__gt=after, at__lte=until))


def say(user: User, state: Presence, *, at: datetime) -> bool:
    """Say of oneself that one is on duty, away or off; whether that was news.

    Saying the same again is a sign of life and adds no line.
    """
    return _go(user.pk, state, How.SAID, at=at)


def sign_in(user: User, *, at: datetime) -> bool:
    """An agent who signs in is on duty, until they say otherwise."""
    if user.role != Role.AGENT:
        return False
    return _go(user.pk, Presence.ON_DUTY, How.SIGNED_IN, at=at)


def sign_out(user: User, *, at: datetime) -> bool:
    """Whoever signs out is off duty."""
    return _go(user.pk, Presence.OFF, How.SIGNED_OUT, at=at)


def follow(user: User, *, at: datetime) -> bool:
    """Record that a person's role or capacity was changed, or that they have left."""
    if not user.is_active:
        return _go(user.pk, Presence.OFF, How.CHANGED, at=at)
    with transaction.atomic():
        held = User.objects.select_for_update().get(pk=user.pk)
        last = held.presence_lines.order_by("-at", "-pk").first()
        if last is None or (last.role, last.capacity) == (held.role, held.capacity):
            return False
        _write(held, Presence(held.presence), How.CHANGED, at=at)
    return True


def seen(keys: Collection[int], *, at: datetime) -> list[int]:
    """Pages of these people are open (a heartbeat of their live streams).

    Whoever counted as off only because nothing was seen of them is back as before,
    unless they were gone for long. Returns who is.
    """
    old = Q(seen_at=None) | Q(seen_at__lt=at - SIGN_OF_LIFE)
    known = User.objects.filter(old, pk__in=keys, is_active=True)
    with transaction.atomic():
        # In one order, so that two processes never wait for each other.
        held = known.order_by("pk").select_for_update(no_key=True)
        states = dict(held.values_list("pk", "presence"))
        User.objects.filter(pk__in=states).update(seen_at=at)
    away = [key for key, state in states.items() if state == Presence.OFF]
    return [key for key in away if _come_back(key, at=at)]


def let_go(*, at: datetime) -> int:
    """Count as off whoever has no page open any more; how many."""
    gone = User.objects.exclude(presence=Presence.OFF).filter(
        Q(seen_at=None) | Q(seen_at__lt=at - UNSEEN_AFTER)
    )
    keys = list(gone.values_list("pk", flat=True))
    return sum(
        _go(pk, Presence.OFF, How.UNSEEN, at=at, if_unseen_since=at - UNSEEN_AFTER)
        for pk in keys
    )


@transaction.atomic
def _go(
    pk: int,
    state: Presence,
    how: How,
    *,
    at: datetime,
    if_unseen_since: datetime | None = None,
) -> bool:
    user = User.objects.select_for_update().get(pk=pk)
    if if_unseen_since is None:
        User.objects.filter(pk=pk).update(seen_at=at)
    elif user.seen_at is not None and user.seen_at >= if_unseen_since:
        return False
    if user.presence == state:
        return False
    _write(user, state, how, at=at)
    return True


@transaction.atomic
def _come_back(pk: int, *, at: datetime) -> bool:
    user = User.objects.select_for_update().get(pk=pk)
    if user.presence != Presence.OFF:
        return False
    newest = user.presence_lines.exclude(how=How.CHANGED).order_by("-at", "-pk")
    last, before = (*newest[:2], None, None)[:2]
    if last is None or before is None or last.how != How.UNSEEN:
        return False
    if last.at <= at - COMES_BACK_WITHIN:
        return False
    _write(user, Presence(before.state), How.SEEN_AGAIN, at=at)
    return True


def _write(user: User, state: Presence, how: How, *, at: datetime) -> None:
    """Add a line, never before the last one, and sum it up on the person's row."""
    last = user.presence_lines.aggregate(at=Max("at"))["at"]
    line = PresenceLine.objects.create(
        user=user,
        state=state,
        how=how,
        role=user.role,
        capacity=user.capacity,
        at=max(at, last) if last else at,
    )
    if how != How.CHANGED or state != user.presence:
        User.objects.filter(pk=user.pk).update(presence=state, presence_since=line.at)


def _read(lines: QuerySet[PresenceLine]) -> list[Standing]:
    rows = lines.order_by("at", "pk").values_list(
        "user_id", "state", "role", "capacity", "at"
    )
    return [
        Standing(pk, Presence(state), role, capacity, since)
        for pk, state, role, capacity, since in rows
    ]
