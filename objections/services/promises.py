"""Which facts the promises on an objection depend on, and what the customer is told.

The caller holds the lock on the objection.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from knowledge.services import scripts
from objections import facts, severity
from objections.models import Objection
from rows.questions import Question, Slot, is_and_not_empty
from sla.models import Clock, Metric
from sla.services import clocks, corrections
from staff.models import User

ACKNOWLEDGED: Final = "OBJECTION_ACK"
NUMBER_TOLD: Final = "OBJECTION_NUMBER"
REPEATED_WITHIN: Final = timedelta(days=30)
# What is told to the customer, in this order.
PROMISED: Final = (
    Metric.ACKNOWLEDGEMENT,
    Metric.HANDOFF,
    Metric.DEPARTMENT_ACCEPTANCE,
    Metric.INVESTIGATION,
    Metric.TOTAL,
    Metric.EXECUTION,
    Metric.FEEDBACK,
    Metric.RETURN_VISIT,
    Metric.APPEAL,
)
_REPEATED: Final = Question(
    lambda: (
        Objection.objects.filter(
            Q(customer=Slot("customer"))
            | is_and_not_empty("order_number", Slot("order")),
            subtype=Slot("subtype"),
            created_at__gt=Slot("since"),
        )
        .exclude(pk=Slot("objection"))
        .order_by()[:1]
    )
)
_BY_SEVERITY: Final = (Metric.TOTAL, Metric.INVESTIGATION, Metric.HANDOFF)


@dataclass(frozen=True)
class Promise:
    """One promised time: the metric, and by when."""

    metric: str
    due_at: datetime


def known_facts(objection: Objection, metric: Metric | None = None) -> dict[str, str]:
    """The facts on which the choice of a promise may depend, of a metric or of all."""
    found = {
        "type": objection.type,
        "subtype": objection.subtype.code if objection.subtype else "",
        "severity": objection.severity,
    }
    if metric == Metric.INVESTIGATION and objection.laboratory:
        found["laboratory"] = "yes"
    return {name: value for name, value in found.items() if value}


def start(
    objection: Objection, metric: Metric, *, at: datetime, subject: str = ""
) -> Clock | None:
    """Start a clock with what is known of the objection."""
    facts = known_facts(objection, metric)
    return clocks.start(objection, metric, at=at, facts=facts, subject=subject)


def of_round(number: int) -> str:
    """What tells the clocks of a second and later round apart from the first."""
    return str(number) if number > 1 else ""


def start_round(objection: Objection, metric: Metric, *, at: datetime) -> Clock | None:
    """Start another clock of a metric beside those that this cycle has had."""
    begun = objection.clocks.filter(metric=metric, cycle=objection.cycle)
    return start(objection, metric, at=at, subject=of_round(begun.count() + 1))


def stop(
    objection: Objection, metric: Metric, *, at: datetime, by: User | None
) -> None:
    """Stop the clock of a metric that runs, whichever of its rounds it is."""
    clocks.stop(objection, metric, at=at, by=by, subject=running(objection, metric))


def running(objection: Objection, metric: Metric) -> str:
    """What tells the clock of a metric apart that runs or waits, of all its rounds."""
    clock = objection.clocks.unfinished().filter(metric=metric).last()
    return clock.subject if clock else ""


def adapt(objection: Objection, *, at: datetime, by: User | None) -> None:
    """Give the running clocks the promises that fit the facts as they are now."""
    for metric in _BY_SEVERITY:
        corrections.reclassify(
            objection,
            metric,
            facts=known_facts(objection, metric),
            at=at,
            by=by,
            subject=running(objection, metric),
        )


def bind_by_law(objection: Objection, *, at: datetime) -> None:
    """A demand for a refund or a repair has 15 days by law."""
    if objection.demands.filter(kind__binds=True).exists():
        start(objection, Metric.LEGAL_OUTER_LIMIT, at=at)


def weigh(objection: Objection, *, at: datetime) -> str:
    """How severe it is, by what is on the form and what came before."""
    return severity.severity(
        danger=objection.danger,
        on_air=objection.on_air,
        amount=objection.amount,
        repeated=is_repeated(objection, at=at),
    )


def is_repeated(objection: Objection, *, at: datetime) -> bool:
    """Whether the same customer or order had the same subtype lately (CC-31)."""
    if objection.subtype_id is None:
        return False
    earlier = _REPEATED.first(
        objection=objection.pk,
        customer=objection.customer_id,
        order=objection.order_number,
        subtype=objection.subtype_id,
        since=at - REPEATED_WITHIN,
    )
    return earlier is not None


def complete_form(objection: Objection, *, at: datetime) -> bool:
    """Note the moment from which the form is complete; hand-off has an hour (OB-44)."""
    if objection.form_complete_at is not None or facts.still_missing(objection):
        return False
    objection.form_complete_at = at
    objection.save(update_fields=["form_complete_at"])
    start(objection, Metric.HANDOFF, at=at)
    return True


def promised(clocks_: Iterable[Clock]) -> list[Promise]:
    """What is promised on the clocks of an objection, in the order of the path."""
    running = [clock for clock in clocks_ if clock.is_unfinished]
    return [
        Promise(metric, clock.due_at)
        for metric in PROMISED
        for clock in running
        if clock.metric == metric
    ]


def estimate(objection: Objection) -> datetime | None:
    """By when a proposal is promised; None where no rule says so."""
    total = objection.clocks.filter(metric=Metric.TOTAL).order_by("-cycle").first()
    return total.due_at if total else None


def number_text(objection: Objection) -> str:
    """The number and the estimate in the words of the policy (OB-43).

    Raises ScriptError when the company has switched that text off.
    """
    due = objection.estimate
    return scripts.wording(
        NUMBER_TOLD,
        number=objection.number,
        due=said(due) if due else "15日",
    )


def unended(text: str) -> str:
    """A text without its last full stop, which the sentence around it has."""
    return text.rstrip().rstrip("。.")


def said(due: datetime) -> str:
    """A moment as one says it in Chinese: 12月2日21:00."""
    local = timezone.localtime(due)
    return f"{local.month}月{local.day}日{local:%H:%M}"
