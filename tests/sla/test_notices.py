"""Few notices instead of many: the gravest of a clock, twenty a minute, the rest counted."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from inquiries import services
from inquiries.models import Inquiry
from sla import detector
from sla.models import Clock, ClockEvent, Notification
from sla.services import alerts, announcing
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory
from tests.instants import DUE, Hand, after
from tests.sla.ladders import publish_ladder, rung
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor() -> User:
    return UserFactory.create(role=Role.SUPERVISOR)


@pytest.fixture
def agent(supervisor: User) -> User:
    return UserFactory.create(supervisor=supervisor)


def detect(at: datetime) -> int:
    return detector.sweep(clock=Hand(at)).claimed


def notices_of(person: User) -> list[tuple[str, int]]:
    """Kind and count of further events, as they stand in the list: the newest first."""
    notices = Notification.objects.filter(recipient=person).select_related("event")
    return [(notice.event.kind, notice.more) for notice in notices]


def crowd(count: int, *, at: datetime) -> Ticket:
    """So many clocks that run alike, on one ticket, written at once."""
    ticket: Ticket = InquiryFactory.create(at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sla_clock (ticket_id, metric, cycle, subject, facts,"
            " target_id, status, started_at, due_at, promised_at, flagged, schedule,"
            " breach_step, next_step, wake_at, outcome, recorded_at, chain_head)"
            " SELECT ticket_id, metric, cycle, number::text, facts, target_id, status,"
            " started_at, due_at, promised_at, flagged, schedule, breach_step,"
            " next_step, wake_at, outcome, recorded_at, chain_head"
            " FROM sla_clock, generate_series(2, %s) AS number WHERE ticket_id = %s",
            [count, ticket.pk],
        )
    return ticket


def numbers(notices: Iterable[Notification]) -> int:
    """How many events notices stand for."""
    return sum(1 + notice.more for notice in notices)


def test_of_the_steps_that_an_outage_missed_the_gravest_is_told(
    agent: User, supervisor: User
) -> None:
    manager = UserFactory.create(role=Role.MANAGER)
    services.take(InquiryFactory.create(), by=agent, at=after(5))
    detect(after(hours=5))
    assert alerts.announce(at=after(hours=5)) == 4
    assert notices_of(agent) == [("breach", 1)]
    assert notices_of(supervisor) == [("breach", 0)]
    assert notices_of(manager) == [("escalate", 1)]
    notice = Notification.objects.get(recipient=manager)
    assert notice.event.step == 3
    assert not ClockEvent.objects.filter(
        announced_at=None, kind__in=("warning", "breach", "escalate")
    ).exists()


def test_the_steps_of_one_clock_are_told_in_one_pass_however_small(
    agent: User, supervisor: User
) -> None:
    for second in range(3):
        services.take(InquiryFactory.create(at=after(second)), by=agent, at=after(5))
    detect(after(60))
    assert [alerts.announce(at=after(61), limit=1) for _ in range(4)] == [2, 2, 2, 0]
    assert notices_of(agent) == [("breach", 1)] * 3


def test_more_than_twenty_within_a_minute_are_counted_in_the_newest(
    supervisor: User,
) -> None:
    for _ in range(25):
        InquiryFactory.create()
    detect(after(31))
    alerts.announce(at=after(31))
    assert notices_of(supervisor) == [("breach", 5)] + [("breach", 0)] * 19


def test_the_limit_holds_from_pass_to_pass(supervisor: User) -> None:
    for place in range(25):
        InquiryFactory.create(at=after(place))
    for second in range(31, 60):
        detect(after(second))
        alerts.announce(at=after(second))
    assert notices_of(supervisor) == [("breach", 5)] + [("breach", 0)] * 19


def test_a_minute_later_notices_come_one_by_one_again(supervisor: User) -> None:
    for _ in range(25):
        InquiryFactory.create()
    InquiryFactory.create(at=after(75))
    detect(after(31))
    alerts.announce(at=after(31))
    detect(after(106))
    alerts.announce(at=after(106))
    assert notices_of(supervisor)[:2] == [("breach", 0), ("breach", 5)]


def test_who_acknowledges_has_room_for_more(supervisor: User) -> None:
    early = [InquiryFactory.create() for _ in range(20)]
    InquiryFactory.create(at=after(1))
    detect(after(31))
    alerts.announce(at=after(31))
    alerts.acknowledge_notices(early[0], by=supervisor, at=after(31.5))
    detect(after(32))
    alerts.announce(at=after(32))
    assert notices_of(supervisor) == [("breach", 0)] * 21


def test_one_act_acknowledges_all_that_a_notice_stands_for(supervisor: User) -> None:
    for _ in range(25):
        InquiryFactory.create()
    detect(after(31))
    alerts.announce(at=after(31))
    newest = Notification.objects.filter(recipient=supervisor)[0]
    assert newest.more == 5
    ticket = newest.event.clock.ticket
    assert alerts.acknowledge_notices(ticket, by=supervisor, at=after(40)) == 1
    assert numbers(Notification.objects.outstanding(supervisor)) == 19


def test_warnings_never_count_what_is_graver_because_they_go_away(
    agent: User, supervisor: User
) -> None:
    for _ in range(20):
        services.take(InquiryFactory.create(at=after(20)), by=agent, at=after(21))
    for _ in range(3):
        services.take(InquiryFactory.create(at=after(15)), by=agent, at=after(21))
    detect(after(44.5))
    alerts.announce(at=after(44.5))
    assert numbers(Notification.objects.filter(recipient=agent)) == 23
    detect(after(45.5))
    alerts.announce(at=after(45.5))
    assert notices_of(agent)[0] == ("breach", 2)
    detect(after(51))
    alerts.announce(at=after(51))
    assert notices_of(agent)[0] == ("breach", 22)


def test_ten_thousand_at_one_instant_are_told_in_seconds_by_a_few_notices(
    supervisor: User,
) -> None:
    """A tenth of them here, so that the suite stays fast; `bench` has them all."""
    crowd(1000, at=after(0))
    detect(after(31))
    began = time.monotonic()
    assert announcing.announce_all(clock=Hand(after(31))) == 2000
    assert time.monotonic() - began < 5
    notices = Notification.objects.filter(recipient=supervisor)
    assert notices.count() == 20
    assert numbers(notices) == 1000


def test_every_limit_counts_for_each_person_alone(
    agent: User, supervisor: User
) -> None:
    for place in range(22):
        inquiry = InquiryFactory.create()
        if place < 2:
            services.take(inquiry, by=agent, at=after(5))
    detect(after(31))
    alerts.announce(at=after(31))
    assert notices_of(agent) == [("breach", 1)] * 2
    assert len(notices_of(supervisor)) == 20


def test_two_at_once_tell_once(supervisor: User) -> None:
    """Whoever finds another one at work leaves it to them."""
    InquiryFactory.create()
    detect(after(31))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(announcing, "_alone", lambda: False)
        assert announcing.announce_all(clock=Hand(after(31))) == 0
    assert announcing.announce_all(clock=Hand(after(31))) == 2


def test_a_rung_before_the_deadline_is_told_to_its_audience(
    agent: User, supervisor: User
) -> None:
    publish_ladder(rung("supervisor", minutes=-0.05), rung("assignee"))
    services.take(InquiryFactory.create(at=after(1)), by=agent, at=after(5))
    detect(after(1) + timedelta(seconds=28))
    alerts.announce(at=after(30))
    assert notices_of(agent) == [("warning", 0)]
    assert notices_of(supervisor) == [("warning", 0)]
    detect(DUE + timedelta(seconds=2))
    alerts.announce(at=after(32))
    assert notices_of(agent) == [("breach", 0), ("warning", 0)]


# --- What nobody needs any more ------------------------------------------------------


@pytest.fixture
def warned(agent: User) -> Inquiry:
    inquiry: Inquiry = InquiryFactory.create()
    services.take(inquiry, by=agent, at=after(5))
    detect(after(25))
    alerts.announce(at=after(25))
    return inquiry


def test_a_warning_is_taken_back_once_its_promise_is_kept(
    warned: Inquiry, agent: User
) -> None:
    assert alerts.drop_moot_warnings(at=after(26)) == 0
    services.reply(warned, text="您好。", by=agent, at=after(27))
    assert alerts.drop_moot_warnings(at=after(28)) == 1
    assert alerts.drop_moot_warnings(at=after(29)) == 0
    assert Notification.objects.get().acknowledged_at == after(28)


def test_a_breach_is_never_taken_back(warned: Inquiry, agent: User) -> None:
    detect(after(31))
    alerts.announce(at=after(31))
    services.reply(warned, text="您好。", by=agent, at=after(37))
    assert alerts.drop_moot_warnings(at=after(38)) == 1
    assert Clock.objects.get().outcome == "missed"
    assert Notification.objects.outstanding(agent).get().event.kind == "breach"
