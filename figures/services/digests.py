"""What a shift was like: a digest for each supervisor and manager when it has ended."""

from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Max,
    Q,
    Value,
)
from django.db.models.functions import Coalesce
from django.db.models.query import QuerySet

from figures.frozen import fingerprint
from figures.models.shift_ends import DigestByMail, DigestCopy, ShiftDigest
from figures.services.standing_work import open_promises
from sla.models import KEPT, Clock
from staff.models import Role, Shift, User
from staff.shifts import Turn
from tickets import feed
from tickets.models import Ticket

READERS: Final = (Role.SUPERVISOR, Role.MANAGER)
MOST_LATEST: Final = 5


@transaction.atomic
def digest_of(shift: Shift, day: date, *, at: datetime) -> tuple[ShiftDigest, int]:
    """The digest of a turn that is over, and how many people got a copy just now.

    Made once; who was missing then gets a copy when it is asked for again.
    """
    digest = ShiftDigest.objects.filter(shift=shift, day=day).first()
    if digest is None:
        turn = shift.turn(day)
        content = digest_content(shift, turn, at=at)
        fresh = ShiftDigest(
            shift=shift,
            day=day,
            since=turn.since,
            until=turn.until,
            made_at=at,
            content=content,
            hash=fingerprint(content),
        )
        ShiftDigest.objects.bulk_create([fresh], ignore_conflicts=True)
        digest = ShiftDigest.objects.get(shift=shift, day=day)
    return digest, _hand_out(digest, at=at)


def _hand_out(digest: ShiftDigest, *, at: datetime) -> int:
    have = DigestCopy.objects.filter(digest=digest).values("person")
    people = list(User.objects.with_role(*READERS).exclude(pk__in=have))
    wanting = set(
        DigestByMail.objects.filter(person__in=people).values_list("person", flat=True)
    )
    DigestCopy.objects.bulk_create(
        (
            DigestCopy(
                digest=digest,
                person=person,
                created_at=at,
                by_mail=person.pk in wanting and person.email != "",
            )
            for person in people
        ),
        ignore_conflicts=True,
    )
    feed.announce_notifications(person.pk for person in people)
    return len(people)


def digest_content(shift: Shift, turn: Turn, *, at: datetime) -> dict[str, Any]:
    """What is frozen; six queries, however much happened.

    A promise belongs to the shift in which it fell due: late and open counts as missed.
    """
    due = Clock.objects.fell_due(turn.since, turn.until, at=at)
    missed = ~KEPT
    rules = [
        {**row, "longest_s": _seconds(row["longest_s"])}
        for row in due.values(
            rule=F("target__code"),
            name_zh=F("target__name_zh"),
            name_en=F("target__name_en"),
        )
        .annotate(
            due=Count("pk"),
            kept=Count("pk", filter=KEPT),
            missed=Count("pk", filter=missed),
            still_open=Count("pk", filter=missed & Q(stopped_at=None)),
            unacknowledged=Count("pk", filter=missed & Q(acknowledged_at=None)),
            longest_s=Max(overrun(at), filter=missed),
        )
        .order_by("-missed", "-due", "rule")
    ]
    latest: QuerySet[Any] = (
        due.filter(missed)
        .annotate(overrun=overrun(at))
        .select_related("target", "ticket")
        .order_by("-overrun", "pk")[:MOST_LATEST]
    )
    waiting = Ticket.objects.open().filter(customer_waiting_since__isnull=False)
    return {
        "as_of": at.isoformat(),
        "shift": {
            "code": shift.code,
            "name_zh": shift.name_zh,
            "name_en": shift.name_en,
            "hours": shift.span,
        },
        "total": {
            name: sum(row[name] for row in rules)
            for name in ("due", "kept", "missed", "still_open", "unacknowledged")
        },
        "rules": rules,
        "latest": [
            {
                "number": clock.ticket.number,
                "kind": clock.ticket.kind,
                "rule": clock.target.code,
                "name_zh": clock.target.name_zh,
                "name_en": clock.target.name_en,
                "at": clock.due_at.isoformat(),
                "overrun_s": _seconds(clock.overrun),
                "still_open": clock.stopped_at is None,
            }
            for clock in latest
        ],
        "open_promises": sum(clocks.count() for clocks in open_promises()),
        "waiting": waiting.count(),
        "arrived": Ticket.objects.filter(
            created_at__gte=turn.since, created_at__lt=turn.until
        ).count(),
    }


def overrun(at: datetime) -> "ExpressionWrapper[Any]":
    """How late a promise was, or is by now."""
    return ExpressionWrapper(
        Coalesce("stopped_at", Value(at)) - F("due_at"), output_field=DurationField()
    )


def _seconds(length: Any) -> int | None:
    return None if length is None else int(length.total_seconds())


def read(digest: ShiftDigest, *, by: User, at: datetime) -> int:
    """A person has read the digest: their copy waits no more; 0 if it did not."""
    count = DigestCopy.objects.filter(digest=digest, person=by, read_at=None).update(
        read_at=at
    )
    if count:
        feed.announce_notifications([by.pk])
    return count


def want_by_mail(person: User, *, wanted: bool, at: datetime) -> None:
    """Whether a person gets digests by mail as well, from the next one on."""
    if wanted:
        DigestByMail.objects.get_or_create(person=person, defaults={"since": at})
    else:
        DigestByMail.objects.filter(person=person).delete()
