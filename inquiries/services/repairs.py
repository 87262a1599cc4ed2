"""A fault: report it, contact the customer, come, and deal with it (IN-49, IN-50)."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import pricing
from catalog.models import Device
from catalog.services import tariff
from customers.text import one_line
from inquiries import texts
from inquiries.models import Inquiry, RepairRequest, Urgency
from inquiries.request_workflow import (
    REPAIR_LIFE,
    TECHNICAL_SUPPORT,
    RequestStep,
    check,
)
from inquiries.services import telling
from inquiries.workflow import WORKFLOW, Step
from knowledge.services import phrases
from sla.models import Clock, Metric
from sla.services import clocks
from sla.services.clocks import CancelReason
from staff.models import Department, User
from tickets import feed
from tickets.models import Verb
from tickets.services import assignment, events, messages
from tickets.text import is_blank
from tickets.workflow import Rule

DOWNTIME_MAX: Final = Decimal("9999.9")
TENTH: Final = Decimal("0.1")
HOURS_A_DAY: Final = 24
LINE_MAX: Final = 120


def report_fault(
    inquiry: Inquiry,
    *,
    device: str,
    fault: str,
    urgency: str = Urgency.NORMAL,
    urgency_reason: str = "",
    by: User | None,
    at: datetime,
    client_token: uuid.UUID | None = None,
) -> RepairRequest:
    """Put a fault on the technicians' list; `by` is None for the customer.

    A technician contacts the customer within two hours (IN-49) and, when it is
    urgent, is there within four (IN-50). The same client token again gives the request
    that is there.

    Raises ValidationError (device, fault, urgency, urgency_reason), IllegalStep,
    SentOtherwise, NotAllowed.
    """
    fields = _cleaned(
        device=device, fault=fault, urgency=urgency, urgency_reason=urgency_reason
    )
    with transaction.atomic():
        inquiry = Inquiry.objects.lock(inquiry.pk)
        if client_token is not None:
            earlier = inquiry.repair_requests.filter(client_token=client_token)
            if reported := earlier.first():
                said = {name: getattr(reported, name) for name in fields}
                same = said == fields and reported.urgency == urgency
                messages.refuse_other(inquiry, same=same)
                return reported
        WORKFLOW.check(inquiry, Step.REPORT_FAULT, by=by)
        department = Department.objects.filter(code=TECHNICAL_SUPPORT).first()
        request = RepairRequest.objects.create(
            number=RepairRequest.fresh_number(day=timezone.localdate(at)),
            inquiry=inquiry,
            department=department,
            urgency=urgency,
            recorded_at=at,
            recorded_by=by,
            client_token=client_token,
            **fields,
        )
        if department is not None:
            assignment.involve(inquiry, department)
        events.record(
            inquiry,
            Verb.FAULT_REPORTED,
            by=by,
            at=at,
            request=request.number,
            urgency=urgency,
        )
        metrics = [Metric.REPAIR_CONTACT]
        metrics += [Metric.REPAIR_ON_SITE] if request.urgent else []
        started = [
            clocks.start(
                inquiry,
                metric,
                at=at,
                facts={"urgency": urgency},
                subject=request.number,
            )
            for metric in metrics
        ]
        text = received_text(request, [clock for clock in started if clock])
        telling.tell_automatically(inquiry, text=text, at=at)
        return request


def log_technician_contact(
    request: RepairRequest, *, note: str = "", by: User, at: datetime
) -> RepairRequest:
    """A technician has spoken with the customer (IN-49).

    Raises ValidationError (note), IllegalStep, NotAllowed.
    """
    note = telling.clean({}, optional={"note": note})["note"]
    with transaction.atomic():
        inquiry, request = _held(request)
        if (request.contact_note, request.contact_by_id) == (note, by.pk):
            return request
        rule = _check(request, RequestStep.CONTACT, by=by)
        REPAIR_LIFE.move(request, rule)
        _contacted(inquiry, request, note=note, by=by, at=at)
        feed.announce(inquiry, "ticket", to_customer=True)
        return request


def check_in_on_site(
    request: RepairRequest, *, place: str = "", by: User, at: datetime
) -> RepairRequest:
    """A technician is at the customer's (IN-50); whoever stands there is in contact.

    Raises ValidationError (place), IllegalStep, NotAllowed.
    """
    place = one_line(place, field="place", most=LINE_MAX)
    with transaction.atomic():
        inquiry, request = _held(request)
        if (request.place, request.on_site_by_id) == (place, by.pk):
            return request
        rule = _check(request, RequestStep.CHECK_IN, by=by)
        REPAIR_LIFE.move(request, rule)
        if request.contact_at is None:
            _contacted(inquiry, request, note="", by=by, at=at)
        request.on_site_at = at
        request.on_site_by = by
        request.place = place
        request.save(update_fields=["status", "on_site_at", "on_site_by", "place"])
        events.record(
            inquiry, Verb.TECHNICIAN_ON_SITE, by=by, at=at, request=request.number
        )
        clocks.stop(
            inquiry, Metric.REPAIR_ON_SITE, at=at, by=by, subject=request.number
        )
        feed.announce(inquiry, "ticket", to_customer=True)
        return request


def finish_repair(
    request: RepairRequest,
    *,
    result: str,
    downtime_hours: Decimal,
    lease_days: int | None = None,
    by: User,
    at: datetime,
) -> RepairRequest:
    """The fault has been dealt with: how, and how long the device was out of use.

    With the days of the lease, and a device of the catalogue, the reduction of the rent
    is worked out. A visit that turned out not to be needed is promised no longer.

    Raises ValidationError (result, downtime_hours, lease_days), IllegalStep,
    NotAllowed.
    """
    errors = {}
    if not (downtime_hours.is_finite() and 0 <= downtime_hours <= DOWNTIME_MAX):
        errors["downtime_hours"] = ValidationError(
            _("Please give hours between 0 and %(most)s.") % {"most": DOWNTIME_MAX}
        )
    else:
        errors |= _lease_errors(downtime_hours, lease_days)
    result = telling.clean({"result": result}, errors=errors)["result"]
    with transaction.atomic():
        inquiry, request = _held(request)
        if (request.result, request.finished_by_id) == (result, by.pk):
            return request
        rule = _check(request, RequestStep.FINISH, by=by)
        REPAIR_LIFE.move(request, rule)
        request.result = result
        request.downtime_hours = downtime_hours.quantize(TENTH)
        request.lease_days = lease_days
        request.compensation = _compensation(request, at=at)
        request.finished_at = at
        request.finished_by = by
        request.save(
            update_fields=[
                *("status", "result", "downtime_hours", "lease_days"),
                *("compensation", "finished_at", "finished_by"),
            ]
        )
        events.record(inquiry, Verb.FAULT_FIXED, by=by, at=at, request=request.number)
        clocks.cancel(
            inquiry,
            Metric.REPAIR_ON_SITE,
            reason=CancelReason.NOT_NEEDED,
            at=at,
            by=by,
            subject=request.number,
        )
        feed.announce(inquiry, "ticket", to_customer=True)
        return request


def received_text(request: RepairRequest, started: list[Clock]) -> str:
    """What the customer reads about a fault that has been noted, with its promises.

    Device and fault are repeated only where we could have said them ourselves (IN-20).
    """
    words = texts.read("request_texts")
    promises = {
        clock.metric: texts.filled(
            words[clock.metric],
            due=f"{timezone.localtime(clock.due_at):%m月%d日 %H:%M}",
        )
        for clock in started
    }
    return texts.filled(
        words["repair_received"],
        number=request.number,
        words=_repeated(request, words["repair_words"]),
        contact=promises.get(Metric.REPAIR_CONTACT, ""),
        on_site=promises.get(Metric.REPAIR_ON_SITE, ""),
    )


def _repeated(request: RepairRequest, template: str) -> str:
    """The words of whoever reported it; "" where they must not come from us."""
    text = texts.filled(template, device=request.device, fault=request.fault)
    return text if phrases.may_be_repeated(text) else ""


def _cleaned(
    *, device: str, fault: str, urgency: str, urgency_reason: str
) -> dict[str, str]:
    """What was entered, after cleaning; only an urgent fault has a reason for it."""
    errors: dict[str, Any] = {}
    urgent = urgency == Urgency.URGENT
    if urgency not in Urgency.values:
        errors["urgency"] = ValidationError(_("Please say how urgent it is."))
    if urgent and is_blank(urgency_reason):
        errors["urgency_reason"] = ValidationError(
            _("Please say why it is urgent: a technician drives for it (IN-50)."),
            code="reason_missing",
        )
    try:
        device = one_line(device, field="device", most=LINE_MAX)
    except ValidationError as error:
        errors |= error.error_dict
    return telling.clean(
        {"device": device, "fault": fault},
        optional={"urgency_reason": urgency_reason if urgent else ""},
        errors=errors,
    )


def _lease_errors(
    downtime_hours: Decimal, lease_days: int | None
) -> dict[str, ValidationError]:
    """A device cannot be out of use for longer than it was leased."""
    if lease_days is None:
        return {}
    if not 1 <= lease_days <= pricing.MAX_DAYS:
        text = _("Please give days between 1 and %(most)s.")
        return {"lease_days": ValidationError(text % {"most": pricing.MAX_DAYS})}
    if downtime_hours > lease_days * HOURS_A_DAY:
        text = _("The device was out of use for longer than it was leased.")
        return {"downtime_hours": ValidationError(text)}
    return {}


def _compensation(request: RepairRequest, *, at: datetime) -> Decimal | None:
    """What the rent is reduced by; None for an unknown device or lease."""
    device = Device.objects.filter(code=request.device).first()
    if device is None or request.lease_days is None or request.downtime_hours is None:
        return None
    owed = pricing.downtime(
        [pricing.Item(tariff.price_of(device))],
        days=request.lease_days,
        unusable=timedelta(minutes=int(request.downtime_hours * 60)),
        tariff=tariff.current(at=at),
    )
    return owed.reduction


def _held(request: RepairRequest) -> tuple[Inquiry, RepairRequest]:
    """The inquiry, locked, and the request as it stands under that lock."""
    inquiry = Inquiry.objects.lock(request.inquiry_id)
    return inquiry, RepairRequest.objects.get(pk=request.pk)


def _check(request: RepairRequest, step: RequestStep, *, by: User) -> Rule:
    return check(REPAIR_LIFE, request, step, department=TECHNICAL_SUPPORT, by=by)


def _contacted(
    inquiry: Inquiry, request: RepairRequest, *, note: str, by: User, at: datetime
) -> None:
    """Note the contact and keep its promise; the caller has moved the request."""
    request.contact_at = at
    request.contact_by = by
    request.contact_note = note
    request.save(update_fields=["status", "contact_at", "contact_by", "contact_note"])
    events.record(
        inquiry, Verb.TECHNICIAN_CONTACTED, by=by, at=at, request=request.number
    )
    clocks.stop(inquiry, Metric.REPAIR_CONTACT, at=at, by=by, subject=request.number)
