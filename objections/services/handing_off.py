"""The handling form goes to the responsible departments within the hour (OB-44)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from customers.text import one_line, unfit
from objections import routing
from objections.facts import facts_of
from objections.models import (
    FormVersion,
    Handoff,
    Objection,
    Part,
    came_back_twice,
)
from objections.services import promises
from objections.services.form_history import history_of
from objections.services.handling import refuse_partial, refuse_poaching
from objections.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.services import clocks
from sla.services.clocks import CancelReason
from staff.models import Department, User
from tickets import feed
from tickets.models import Verb
from tickets.services import assignment, events
from tickets.workflow import NotAllowed


@transaction.atomic
def hand_off(
    objection: Objection,
    *,
    by: User,
    at: datetime,
    departments: Sequence[str] | None = None,
    reason: str = "",
) -> list[Handoff]:
    """Hand the form to the departments of the route, all at once (OB-44, OB-45).

    `departments` are codes, the leading one first; other ones than the route names need
    a reason. The form is frozen as it stands (OB-42); each department's time to accept
    and the investigation begin. What came back twice is handed over by a supervisor.
    The same again returns what was handed over.

    Raises ValidationError (departments, reason), IllegalStep, NotAllowed.
    """
    objection = Objection.objects.lock(objection.pk)
    standing = list(objection.handoffs.standing().select_related("department"))
    asked = {it.department.code for it in standing}
    if standing and (departments is None or set(departments) == asked):
        return standing
    refuse_partial(objection, Step.HAND_OFF, by=by)
    rule = WORKFLOW.check(objection, Step.HAND_OFF, by=by)
    if came_back_twice(objection.handoffs.all()) and not by.supervises:
        raise NotAllowed(Step.HAND_OFF)
    refuse_poaching(objection, Step.HAND_OFF, by=by)
    chosen = _chosen(objection, departments, reason=reason)
    form = freeze(objection, at=at)
    made = [
        _hand(objection, department, leads=not place, round_=form.number, by=by, at=at)
        for place, department in enumerate(chosen)
    ]
    objection.department = chosen[0]
    WORKFLOW.move(objection, rule)
    objection.save(update_fields=["department", "status"])
    events.record(
        objection,
        Verb.OBJECTION_HANDED_OFF,
        by=by,
        at=at,
        departments=[department.code for department in chosen],
        form=form.number,
        reason=" ".join(reason.split()),
    )
    promises.stop(objection, Metric.HANDOFF, at=at, by=by)
    promises.start_round(objection, Metric.INVESTIGATION, at=at)
    feed.announce(objection, "ticket", to_customer=True)
    return made


def end_handoffs(objection: Objection, *, at: datetime) -> None:
    """Take the standing hand-offs back; the caller holds the lock."""
    objection.handoffs.standing().update(ended_at=at)


def excuse(objection: Objection, *, by: User, at: datetime) -> None:
    """Wait no more for departments that have not accepted; what is late stays late."""
    waiting = objection.handoffs.waiting()
    for handoff in waiting.select_related("department"):
        clocks.cancel(
            objection,
            Metric.DEPARTMENT_ACCEPTANCE,
            reason=CancelReason.NOT_NEEDED,
            at=at,
            by=by,
            subject=acceptance_subject(handoff),
        )
    waiting.update(ended_at=at)


def take_back(objection: Objection, *, by: User, at: datetime) -> None:
    """End the other departments' part in a round that one has returned."""
    excuse(objection, by=by, at=at)
    clocks.cancel(
        objection,
        Metric.INVESTIGATION,
        reason=CancelReason.NOT_NEEDED,
        at=at,
        by=by,
        subject=promises.running(objection, Metric.INVESTIGATION),
    )
    end_handoffs(objection, at=at)


def acceptance_subject(handoff: Handoff) -> str:
    """What tells the acceptance clocks of one objection apart."""
    return f"{handoff.department.code}/{handoff.round}"


def freeze(objection: Objection, *, at: datetime) -> FormVersion:
    """Keep the handling form as it is now; the caller holds the lock (OB-42)."""
    content = form_content(objection)
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return FormVersion.objects.create(
        objection=objection,
        number=objection.forms.count() + 1,
        frozen_at=at,
        content=content,
        hash=hashlib.sha256(text.encode()).hexdigest(),
    )


def form_content(objection: Objection) -> dict[str, Any]:
    """The handling form as JSON; the customer's contact stays masked.

    From the finding on it holds as well what came of the case (OB-09).
    """
    form = {
        **asdict(facts_of(objection)),
        "number": objection.number,
        "channel": objection.channel.code,
        "customer": {
            "surname": objection.customer.surname,
            "phone_tail": objection.customer.phone_tail,
        },
        "customer_type": objection.customer_type,
        "severity": objection.severity,
        "received_at": objection.received_at,
        "recorded_at": objection.recorded_at,
        "estimate": objection.estimate,
        "recorded_by": _recorder(objection),
        **history_of(objection),
    }
    plain: dict[str, Any] = json.loads(json.dumps(form, cls=DjangoJSONEncoder))
    return plain


def _recorder(objection: Objection) -> str:
    """The work number of who took the form on record, whoever looks after it now."""
    recorded = objection.events.filter(verb=Verb.OBJECTION_RECORDED)
    event = recorded.select_related("actor").last()
    return event.actor.work_number if event and event.actor else ""


def _hand(
    objection: Objection,
    department: Department,
    *,
    leads: bool,
    round_: int,
    by: User,
    at: datetime,
) -> Handoff:
    handoff = Handoff(
        objection=objection,
        round=round_,
        department=department,
        part=Part.LEAD if leads else Part.JOINT,
        handed_at=at,
        handed_by=by,
    )
    handoff.clock = clocks.start(
        objection,
        Metric.DEPARTMENT_ACCEPTANCE,
        at=at,
        facts={**promises.known_facts(objection), "department": department.code},
        subject=acceptance_subject(handoff),
    )
    handoff.save()
    assignment.involve(objection, department)
    return handoff


def _chosen(
    objection: Objection, codes: Sequence[str] | None, *, reason: str
) -> list[Department]:
    """The departments, the leading one first; the route's own where nothing is said."""
    route = [place.department for place in routing.suggested(objection)]
    if codes is None:
        chosen = route
    else:
        known = Department.objects.in_bulk(field_name="code")
        unknown = [code for code in codes if code not in known]
        if unknown or not codes:
            raise unfit(
                "departments",
                _("Please choose the departments; the first one leads."),
                code="department_unknown",
            )
        chosen = [known[code] for code in dict.fromkeys(codes)]
    if not chosen:
        raise unfit(
            "departments",
            _("No route fits. Please choose who investigates."),
            code="department_missing",
        )
    if chosen != route:
        one_line(
            reason,
            field="reason",
            missing=_(
                "Please say why it goes elsewhere than the policy names (OB-45)."
            ),
        )
    return chosen
