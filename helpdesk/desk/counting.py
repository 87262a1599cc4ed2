"""The numbers beside the views of a desk: exact as far as a person counts."""

from functools import lru_cache
from typing import Any, Final

from django.db.models import IntegerField, Q, QuerySet, Subquery

from helpdesk.desk.forms import PARTS, Stage, View
from objections.services.approving import waiting_for
from objections.workflow import Status
from rows.questions import Question
from staff.models import User
from tickets.models import Kind, Ticket, somebody

# From here on nobody can tell how many there are, and counting goes no further.
MANY: Final = 1000
STATUSES: Final = {
    Stage.RECEIVED: (Status.RECEIVED,),
    Stage.ACKNOWLEDGED: (Status.ACKNOWLEDGED,),
    Stage.RECORDED: (Status.RECORDED, Status.REOPENED),
    Stage.WITH_DEPARTMENTS: (
        *(Status.HANDED_OFF, Status.INVESTIGATING, Status.AWAITING_EVIDENCE),
    ),
    Stage.INVESTIGATED: (Status.INVESTIGATED,),
    Stage.PENDING: (Status.PENDING_APPROVAL,),
    Stage.PROPOSED: (Status.PROPOSED,),
    Stage.NOT_AGREED: (Status.REJECTED,),
    Stage.EXECUTING: (Status.EXECUTING,),
    Stage.EXECUTED: (Status.EXECUTED,),
    Stage.RETURN_VISIT: (Status.RETURN_VISIT,),
    Stage.UNDER_REVIEW: (Status.APPEALED,),
    Stage.CLOSED: (Status.CLOSED,),
    Stage.ARCHIVED: (Status.ARCHIVED,),
    Stage.WITHDRAWN: (Status.WITHDRAWN,),
}
OVER: Final = frozenset({Stage.ENDED, *PARTS[Stage.ENDED]})


class UpToMany(Subquery):
    """How many rows there are, as far as one counts."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any], many: int) -> None:
        super().__init__(rows.order_by().values("pk")[:many])


def shown(count: int) -> str:
    """A number as it stands on the page."""
    return str(count) if count < MANY else f"{MANY - 1}+"


def open_counts(user: User, views: type[View | Stage]) -> dict[str, Any]:
    """The numbers beside the views, and when the newest came that nobody has taken.

    One query, which reads no more than MANY rows for each number.
    """
    names, question = _question(user.role, user.department_id, views, MANY)
    found = dict(zip(names, question.get(person=user.pk), strict=True))
    if views is Stage:
        for part, stages in PARTS.items():
            if part not in OVER:
                found[part] = sum(found[stage] for stage in stages)
    return found


@lru_cache(maxsize=128)
def _question(
    role: str, department: int | None, views: type[View | Stage], many: int
) -> tuple[list[str], Question[tuple[Any, ...]]]:
    """What is counted, and the question that answers it in that order.

    Which rows somebody may see, and approve, hangs on role, department and key.
    """
    user = somebody(role=role, department=department)
    rows = Ticket.objects.visible_to(user).open()
    unassigned = rows.unassigned()
    counted = {View.UNASSIGNED: unassigned, "waiting": rows.with_waiting_customer()}
    if views is View:
        counted |= {View.DUE: rows, View.MINE: rows.filter(assignee=user.pk)}
    else:
        counted |= {
            stage: rows.filter(of_stage(stage, user))
            for stage in (Stage.OPEN, Stage.APPROVALS, *STATUSES)
            if stage not in OVER
        }
    newest = unassigned.order_by("-created_at").values("created_at")[:1]
    numbers = [UpToMany(it, many) for it in counted.values()]
    own = User.objects.filter(pk=user.pk).values_list(Subquery(newest), *numbers)
    return ["newest_unassigned", *map(str, counted)], Question(lambda: own)


def of_stage(stage: Stage, user: User) -> Q:
    """Objections of a stage, among what is open or among what has ended."""
    found = Q(kind=Kind.OBJECTION)
    if stage == Stage.APPROVALS:
        return found & Q(pk__in=waiting_for(user).values("objection"))
    stages = PARTS.get(stage, (stage,))
    if statuses := [it for each in stages for it in STATUSES.get(each, ())]:
        found &= Q(status__in=statuses)
    return found
