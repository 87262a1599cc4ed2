"""Notices of warnings and missed promises: one's own, one line a ticket, until heard."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from helpdesk.notices import MOST_READ, outstanding
from inquiries import services
from inquiries.models import Inquiry
from sla import detector
from sla.models import Clock, ClockEvent, Notification
from sla.services import alerts
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory

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
    notices = client.get("/desk/notices/outstanding/").context["notices"].shown
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
    notices = desk.get("/desk/notices/outstanding/").context["notices"]
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


def test_a_notice_says_by_which_rung_it_came_and_what_it_stands_for(
    client: Client, agent: User
) -> None:
    UserFactory.create(role=Role.SUPERVISOR)
    manager = UserFactory.create(role=Role.MANAGER)
    for _ in range(22):
        asked_and_taken(agent, ago=timedelta(minutes=31))
    pass_time()
    client.force_login(manager)
    page = client.get("/desk/notices/outstanding/", headers={"Accept-Language": "en"})
    notices = page.context["notices"]
    assert (len(notices.shown), notices.more) == (3, 17)
    assert [notice.more for notice in notices.shown] == [2, 0, 0]
    words = " ".join(page.content.decode().split())
    assert "Manager · 30 minutes late" in words
    assert "and 2 more" in words


def test_a_person_who_never_looks_costs_no_more_to_show(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Of thousands of notices the newest two hundred are read, in one query."""
    supervisor = UserFactory.create(role=Role.SUPERVISOR)
    inquiry = InquiryFactory.create(at=timezone.now() - timedelta(seconds=40))
    pass_time()
    (first,) = Notification.objects.filter(recipient=supervisor)
    clock = Clock.objects.get(ticket_id=inquiry.pk)
    lines = ClockEvent.objects.bulk_create(
        ClockEvent(
            clock=clock,
            kind="escalate",
            step=step,
            at=clock.due_at,
            recorded_at=clock.due_at,
            announced_at=clock.due_at,
        )
        for step in range(2, 2002)
    )
    Notification.objects.bulk_create(
        Notification(
            recipient=supervisor,
            event=line,
            created_at=first.created_at - timedelta(seconds=line.step),
        )
        for line in lines
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with django_assert_num_queries(2), CaptureQueriesContext(connection) as asked:
        found = outstanding(supervisor)
    assert [notice.ticket.number for notice in found.shown] == [inquiry.number]
    with connection.cursor() as cursor:
        for way in ("seqscan", "hashjoin", "mergejoin"):  # as with large tables
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for query in asked:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query['sql']}")
            (plan,) = cursor.fetchone()
            # A sort looks a little ahead.
            assert most_rows(plan[0]["Plan"]) < 2 * MOST_READ


def most_rows(node: dict[str, Any]) -> float:
    """The most rows that any step of a plan handles."""
    below = [most_rows(child) for child in node.get("Plans", ())]
    return float(max([node["Actual Rows"] * node["Actual Loops"], *below]))
