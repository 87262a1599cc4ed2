"""Who has handled a case, and who decides where the customer does not agree (D-14)."""

from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from objections.models import LEVELS, Closure, Objection
from staff.models import Role, User
from tickets.models import Event, Verb
from tickets.services import assignment, events

# Whoever has done one of these has judged: somebody else asks and reviews afterwards.
JUDGING: Final = (
    Verb.OBJECTION_ACKNOWLEDGED,
    Verb.OBJECTION_CORRECTED,
    Verb.OBJECTION_RECORDED,
    Verb.OBJECTION_HANDED_OFF,
    Verb.HANDOFF_ACCEPTED,
    Verb.HANDOFF_RETURNED,
    Verb.EVIDENCE_ADDED,
    Verb.EVIDENCE_WAIVED,
    Verb.INVESTIGATION_CONCLUDED,
    Verb.PROPOSAL_MADE,
    Verb.PROPOSAL_APPROVED,
    Verb.PROPOSAL_SENT_BACK,
    Verb.ACTION_DONE,
    Verb.RESULT_TOLD,
    Verb.APPEAL_DECIDED,
)


def has_handled(objection: Objection, user: User) -> bool:
    """Whether this person has had a hand in how the case came out."""
    return objection.names(user) or _judgements(objection).filter(actor=user).exists()


def without_a_hand(objection: Objection, level: Role) -> User | None:
    """Somebody of a level who has had none in how the case came out; one query."""
    judges = _judgements(objection).filter(actor__isnull=False).values("actor")
    people = User.objects.with_role(level).exclude(pk__in=judges)
    others = people.exclude(pk=objection.named_colleague_id).order_by("work_number")
    found: User | None = others.first()
    return found


def _judgements(objection: Objection) -> QuerySet[Event]:
    # Who ended it without an agreement has judged; who asked and closed it has not.
    ended = Q(verb=Verb.OBJECTION_CLOSED, data__how=Closure.NOT_AGREED.value)
    return Event.objects.filter(Q(verb__in=JUDGING) | ended, ticket=objection)


def reaches(user: User, level: str) -> bool:
    """Whether this person decides at a level or above it."""
    ranks = [str(it) for it in LEVELS]
    return user.role in ranks and ranks.index(user.role) >= ranks.index(level)


def next_level(level: str) -> Role | None:
    """The level above; the first one for ""; None above the last."""
    ranks = [str(it) for it in LEVELS]
    place = ranks.index(level) + 1 if level else 0
    return LEVELS[place] if place < len(LEVELS) else None


def raise_level(objection: Objection, *, by: User | None, at: datetime) -> None:
    """Put the case to the next level at which there is somebody whom it does not name.

    At the last level it stays where it is. The caller holds the lock.
    """
    level = next_level(objection.escalated_to)
    while level is not None:
        people = User.objects.with_role(level).exclude(pk=objection.named_colleague_id)
        if holder := people.order_by("work_number").first():
            objection.escalated_to = level
            objection.save(update_fields=["escalated_to"])
            events.record(
                objection, Verb.OBJECTION_ESCALATED, by=by, at=at, level=str(level)
            )
            assignment.give(objection, to=holder, by=by, at=at)
            return
        level = next_level(level)
