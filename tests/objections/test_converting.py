"""An inquiry turns out to be an objection."""

import uuid
from dataclasses import replace

import pytest

from inquiries import services as inquiry_services
from objections import services
from objections.models import Objection
from sla.models import Metric
from staff.models import Role
from tests.factories import AT, InquiryFactory, UserFactory
from tests.instants import after
from tests.objections.cases import QUALITY, SERVICE, clock_of, filed
from tickets.services import links
from tickets.workflow import IllegalStep, SentOtherwise

pytestmark = pytest.mark.django_db


def test_everything_is_carried_over_and_nothing_is_asked_again() -> None:
    agent = UserFactory.create()
    inquiry = InquiryFactory.create(text="租来的摄像机黑屏")
    inquiry_services.greet(inquiry, by=agent, at=AT)
    for _click in range(2):
        objection = services.convert(
            inquiry, facts=QUALITY, by=agent, at=after(minutes=2)
        )
    inquiry.refresh_from_db()
    assert Objection.objects.count() == 1
    assert (inquiry.status, inquiry.closed_at) == (
        "converted_to_objection",
        after(minutes=2),
    )
    assert (objection.customer, objection.channel, objection.assignee) == (
        inquiry.customer,
        inquiry.channel,
        agent,
    )
    assert objection.from_inquiry == inquiry
    assert links.linked_to(objection, by=agent) == [inquiry.ticket_ptr]
    assert clock_of(objection, Metric.ACKNOWLEDGEMENT).outcome == "met"
    assert objection.told_with is not None


def test_a_customer_without_an_answer_gets_it_first() -> None:
    inquiry = InquiryFactory.create()
    with pytest.raises(IllegalStep, match="IN-24"):
        services.convert(inquiry, facts=QUALITY, by=UserFactory.create(), at=AT)
    assert not Objection.objects.exists()
    inquiry.refresh_from_db()
    assert inquiry.status == "new"


def test_what_departments_were_asked_runs_on() -> None:
    agent = UserFactory.create()
    inquiry = InquiryFactory.create()
    inquiry_services.greet(inquiry, by=agent, at=AT)
    request = inquiry_services.report_fault(
        inquiry,
        device="FX3",
        fault="黑屏",
        urgency="normal",
        by=agent,
        at=AT,
    )
    services.convert(inquiry, facts=QUALITY, by=agent, at=after(minutes=1))
    clock = inquiry.clocks.get(metric=Metric.REPAIR_CONTACT, subject=request.number)
    assert clock.is_unfinished


@pytest.mark.clause("OB-07")
def test_it_stays_with_who_looked_after_the_inquiry_unless_it_names_them() -> None:
    agent = UserFactory.create()
    supervisor = UserFactory.create(role=Role.SUPERVISOR)
    for named, holder in (("", agent), (agent.work_number, supervisor)):
        inquiry = InquiryFactory.create()
        inquiry_services.greet(inquiry, by=agent, at=AT)
        objection = services.convert(
            inquiry,
            facts=replace(SERVICE, named_colleague=named),
            by=supervisor,
            at=after(minutes=2),
        )
        assert objection.assignee == holder


def test_the_token_of_another_ticket_is_refused_and_nothing_changes() -> None:
    agent = UserFactory.create()
    inquiry = InquiryFactory.create()
    inquiry_services.greet(inquiry, by=agent, at=AT)
    token = uuid.uuid4()
    filed(more={"client_token": token})
    with pytest.raises(SentOtherwise):
        services.convert(
            inquiry, facts=QUALITY, by=agent, at=after(minutes=2), client_token=token
        )
    inquiry.refresh_from_db()
    assert (inquiry.status, Objection.objects.count()) == ("in_service", 1)
