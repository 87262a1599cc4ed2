"""A customer reports a fault from their conversation."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from inquiries import services
from inquiries.models import Inquiry, RepairRequest
from tests.factories import UserFactory
from tests.finishing import finish
from tests.inquiries.snapshot import everything
from tests.portal.conftest import ask, path_of

pytestmark = pytest.mark.django_db

FAULT: dict[str, Any] = {"device": "摄像机", "fault": "没有画面", "urgency": "normal"}


@pytest.fixture
def inquiry(customer: Client) -> Inquiry:
    return ask(customer)


@pytest.mark.clause("IN-49")
def test_a_fault_is_reported_once_and_stands_in_the_conversation(
    customer: Client, inquiry: Inquiry
) -> None:
    path = path_of(inquiry)
    token = str(uuid.uuid4())
    for _click in range(2):
        answer = customer.post(f"{path}fault/", {**FAULT, "client_token": token})
        assert (answer.status_code, answer["Location"]) == (303, path)
    request = RepairRequest.objects.get()
    assert (request.recorded_by, request.urgency) == (None, "normal")
    page = customer.get(path).content.decode()
    assert f'id="repair-{request.number}"' in page
    assert 'data-state="running"' in page
    assert f"您的报修已登记（{request.number}）" in page


@pytest.mark.clause("IN-50")
def test_an_urgent_fault_without_a_reason_is_asked_for_it_and_nothing_is_lost(
    customer: Client, inquiry: Inquiry
) -> None:
    before = everything()
    answer = customer.post(f"{path_of(inquiry)}fault/", {**FAULT, "urgency": "urgent"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Please say why it is urgent" in page
    assert "没有画面</textarea>" in page
    assert 'id="fault" open' in page
    assert everything() == before


def test_a_finished_conversation_is_taken_up_before_a_fault_is_reported(
    customer: Client, inquiry: Inquiry
) -> None:
    agent, now = UserFactory.create(), timezone.now()
    services.reply(inquiry, text="好", by=agent, at=now)
    finish(inquiry, by=agent, at=now)
    before = everything()
    answer = customer.post(f"{path_of(inquiry)}fault/", FAULT)
    assert answer.status_code == 409
    assert 'id="fault"' not in answer.content.decode()
    assert everything() == before


def test_a_strangers_link_reports_nothing(customer: Client, inquiry: Inquiry) -> None:
    answer = customer.post(f"/thread/{inquiry.number}.wrong/fault/", FAULT)
    assert answer.status_code == 404
    assert not RepairRequest.objects.exists()


def test_how_a_fault_was_dealt_with_is_shown_but_not_what_colleagues_noted(
    customer: Client, inquiry: Inquiry
) -> None:
    request = services.report_fault(inquiry, by=None, at=timezone.now(), **FAULT)
    supervisor = UserFactory.create(role="supervisor")
    services.log_technician_contact(
        request, note="客户很急", by=supervisor, at=timezone.now()
    )
    page = customer.get(path_of(inquiry)).content.decode()
    assert "Customer contacted" in page
    assert "客户很急" not in page
