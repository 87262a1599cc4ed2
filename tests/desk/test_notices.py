"""Notices of warnings and missed promises: one's own, one line a ticket, until heard."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from inquiries import services
from inquiries.models import Inquiry
from sla import detector
from sla.services import alerts
from staff.models import User
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db

AGO = timedelta(seconds=25)


def pass_time() -> None:
    """Let the detector see what is due now, and tell people."""
    detector.sweep(clock=timezone.now)
    alerts.announce(at=timezone.now())


def asked_and_taken(agent: User, *, ago: timedelta) -> Inquiry:
    inquiry = InquiryFactory.create(at=timezone.now() - ago)
    services.take(inquiry, by=agent, at=timezone.now() - ago)
    return inquiry


def shown(client: Client) -> list[tuple[str, str]]:
    notices = client.get("/desk/notices/").context["notices"].shown
    return [(n.event.clock.ticket.number, n.event.kind) for n in notices]


def test_a_warning_speaks_until_the_promise_is_kept(desk: Client, agent: User) -> None:
    inquiry = asked_and_taken(agent, ago=timedelta(seconds=25))
    pass_time()
    assert shown(desk) == [(inquiry.number, "warning")]
    services.greet(inquiry, by=agent, at=timezone.now())
    assert shown(desk) == []


def test_a_breach_stays_until_its_person_has_heard_it(
    desk: Client, agent: User, colleague: User
) -> None:
    inquiry = asked_and_taken(agent, ago=timedelta(seconds=40))
    pass_time()
    assert shown(desk) == [(inquiry.number, "breach")]
    services.greet(inquiry, by=agent, at=timezone.now())
    assert shown(desk) == [(inquiry.number, "breach")]
    path = f"/desk/notices/{inquiry.number}/acknowledge/"
    assert desk.get(path).status_code == 405
    response = desk.post(path, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert shown(desk) == []
    assert desk.post(path).status_code == 303


def test_three_are_shown_and_the_rest_is_counted(desk: Client, agent: User) -> None:
    for _number in range(5):
        asked_and_taken(agent, ago=timedelta(seconds=40))
    pass_time()
    notices = desk.get("/desk/notices/").context["notices"]
    assert (len(notices.shown), notices.more) == (3, 2)


def test_others_notices_are_not_mine(
    client: Client, agent: User, colleague: User, handler: User
) -> None:
    inquiry = asked_and_taken(agent, ago=timedelta(seconds=40))
    pass_time()
    client.force_login(colleague)
    assert shown(client) == []
    client.force_login(handler)
    path = f"/desk/notices/{inquiry.number}/acknowledge/"
    assert client.post(path).status_code == 404
    client.force_login(agent)
    assert len(shown(client)) == 1
