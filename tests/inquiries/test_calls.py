"""Calls to the hotline: how long they rang, and the missed ones (IN-23)."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from customers.models import Customer
from inquiries import services
from inquiries.models import Callback, Inquiry
from staff.models import Role, User
from tests.factories import AT, InquiryFactory, UserFactory, channel
from tests.inquiries.snapshot import everything
from tests.instants import MICROSECOND, after
from tickets.workflow import NotAllowed

pytestmark = pytest.mark.django_db

PHONE = "139 0013 9000"


@pytest.fixture
def call(db: None) -> Inquiry:
    return InquiryFactory.create(channel=channel("hotline"))


def missed(by: User, seconds: float = 0, **more: Any) -> Inquiry:
    given = {"phone": PHONE, **more}
    return services.record_missed_call(by=by, at=after(seconds), **given)


@pytest.mark.clause("IN-23")
@pytest.mark.parametrize(
    ("rang", "outcome"),
    [
        (timedelta(seconds=4), "met"),
        (timedelta(seconds=15) - MICROSECOND, "met"),
        (timedelta(seconds=15), "missed"),
        (timedelta(seconds=40), "missed"),
    ],
)
def test_a_call_is_answered_before_the_fourth_ring_or_too_late(
    call: Inquiry, agent: User, rang: timedelta, outcome: str
) -> None:
    """D-04: three rings of five seconds; the times are those of the telephone."""
    rung = AT - timedelta(minutes=1)
    services.log_ring(
        call, rung_at=rung, answered_at=rung + rang, by=agent, at=after(300)
    )
    clock = call.clocks.get(metric="ring")
    assert (clock.started_at, clock.stopped_at) == (rung, rung + rang)
    assert clock.outcome == outcome


@pytest.mark.clause("IN-23")
def test_the_same_call_reported_again_changes_nothing(
    call: Inquiry, agent: User
) -> None:
    times = {"rung_at": after(0), "answered_at": after(9)}
    services.log_ring(call, **times, by=agent, at=after(20))
    before = everything()
    services.log_ring(call, **times, by=agent, at=after(30))
    services.log_ring(
        call, rung_at=after(0), answered_at=after(25), by=agent, at=after(30)
    )
    assert everything() == before


@pytest.mark.parametrize(
    ("rung", "answered", "field"),
    [
        (after(10), after(9), "answered_at"),
        (after(10), after(70), "answered_at"),
        (after(-86401 + 60), after(10), "rung_at"),
    ],
)
def test_times_that_cannot_be_are_refused_beside_the_field(
    call: Inquiry, agent: User, rung: datetime, answered: datetime, field: str
) -> None:
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        services.log_ring(
            call, rung_at=rung, answered_at=answered, by=agent, at=after(60)
        )
    assert set(refusal.value.error_dict) == {field}
    assert everything() == before


@pytest.mark.clause("IN-23", "IN-28")
def test_a_missed_call_is_a_callback_at_once(agent: User) -> None:
    inquiry = missed(agent, 60, rung_at=after(20), ended_at=after(50))
    assert (inquiry.status, inquiry.channel.code) == ("missed", "hotline")
    assert inquiry.customer.masked.endswith("9000")
    callback = inquiry.callbacks.select_related("clock").get()
    assert (callback.way, callback.promised_at) == ("call", after(60))
    assert callback.clock is not None
    assert callback.clock.due_at == after(60, minutes=15)
    ring = inquiry.clocks.get(metric="ring")
    assert (ring.started_at, ring.breached_at) == (after(20), after(35))
    assert [e.verb for e in inquiry.events.all()] == ["missed"]
    assert not inquiry.clocks.filter(metric="first_reply").exists()


@pytest.mark.clause("IN-23")
def test_who_hangs_up_before_the_third_ring_was_not_kept_waiting(agent: User) -> None:
    inquiry = missed(agent, 60, rung_at=after(20), ended_at=after(28))
    ring = inquiry.clocks.get(metric="ring")
    assert (ring.status, ring.breached_at) == ("cancelled", None)
    assert inquiry.callbacks.count() == 1


def test_without_times_only_the_callback_is_promised(agent: User) -> None:
    inquiry = missed(agent)
    assert [clock.metric for clock in inquiry.clocks.all()] == ["callback"]


def test_a_known_number_is_the_known_customer(agent: User) -> None:
    known = InquiryFactory.create(phone=PHONE, surname="陈").customer
    assert missed(agent).customer == known


@pytest.mark.clause("IN-28")
def test_who_calls_twice_is_called_back_once(agent: User) -> None:
    first, second = missed(agent, 0), missed(agent, 30)
    assert first == second
    assert Callback.objects.count() == 1
    assert [e.verb for e in first.events.all()] == ["missed", "missed"]


def test_a_report_sent_twice_is_one_call(agent: User) -> None:
    token = uuid.uuid4()
    first = missed(agent, client_token=token)
    before = everything()
    assert missed(agent, 5, client_token=token) == first
    assert everything() == before


@pytest.mark.clause("IN-23")
@pytest.mark.parametrize("phone", ["", "12345"])
def test_without_a_number_nobody_can_be_called_back(agent: User, phone: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        missed(agent, phone=phone)
    assert set(refusal.value.error_dict) == {"phone"}
    assert not Inquiry.objects.exists()
    assert not Customer.objects.exists()


def test_who_receives_no_inquiries_records_no_calls(db: None) -> None:
    for role in Role:
        user = UserFactory.create(role=role)
        if not user.receives:
            with pytest.raises(NotAllowed):
                missed(user)
    assert not Inquiry.objects.exists()


@pytest.mark.clause("IN-23", "IN-28")
def test_who_is_called_back_is_served_in_the_same_inquiry(agent: User) -> None:
    inquiry = missed(agent)
    services.finish_callback(
        inquiry, way="call", outcome="想租两台摄像机", by=agent, at=after(300)
    )
    inquiry.refresh_from_db()
    assert inquiry.status == "in_service"
    assert inquiry.clocks.get(metric="callback").outcome == "met"
