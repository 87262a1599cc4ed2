"""The board: true figures, the right people, the verbs, and honesty without a detector."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from helpdesk.supervision import snapshot
from helpdesk.supervision.board import Board, midnight
from helpdesk.supervision.snapshot import BOARD, Screen, render
from inquiries import services
from inquiries.models import Inquiry
from sla import detector
from sla.models import Clock, Heartbeat
from sla.services import alerts
from sla.share import Share
from staff.models import Presence, Role, User
from staff.services import presence
from tests.factories import InquiryFactory, UserFactory
from tests.finishing import finish

pytestmark = pytest.mark.django_db

PAGE = "/supervision/"
ENGLISH = {"Accept-Language": "en"}
HTMX = {"HX-Request": "true", **ENGLISH}
NOON = datetime.fromisoformat("2026-11-23T12:00:00+08:00")


@pytest.fixture
def supervisor(db: None) -> User:
    return UserFactory.create(role=Role.SUPERVISOR, display_name="陈立")


@pytest.fixture
def agent(db: None) -> User:
    return UserFactory.create(display_name="林晓")


@pytest.fixture
def door(client: Client, supervisor: User) -> Client:
    client.force_login(supervisor)
    return client


@pytest.fixture(autouse=True)
def _each_page_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was shown within the last second is the subject of test_snapshot."""
    monkeypatch.setattr(snapshot, "EVERY", timedelta(0))


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


@pytest.mark.parametrize("role", list(Role))
def test_the_board_exists_only_for_those_who_supervise(
    client: Client, role: Role
) -> None:
    person = UserFactory.create(role=role)
    inquiry = InquiryFactory.create(at=timezone.now())
    clock = inquiry.clocks.get()
    client.force_login(person)
    status = 200 if person.supervises else 404
    assert client.get(PAGE).status_code == status
    for path in (
        f"clocks/{clock.pk}/acknowledge/",
        f"inquiries/{inquiry.number}/take/",
        f"inquiries/{inquiry.number}/assign/",
    ):
        found = client.post(PAGE + path, headers=HTMX).status_code
        assert (found == 404) is (status == 404)


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    assert client.get(PAGE).status_code == 302


@pytest.mark.clause("IN-01", "CC-22", "CC-28")
def test_the_figures_of_the_day(supervisor: User, agent: User) -> None:
    for needed in (10, 20, 30):
        kept = InquiryFactory.create(at=NOON - timedelta(hours=1))
        services.greet(kept, by=agent, at=NOON - timedelta(hours=1) + seconds(needed))
    missed = InquiryFactory.create(at=NOON - timedelta(hours=2))
    services.greet(missed, by=agent, at=NOON - timedelta(hours=2) + seconds(40))
    yesterday = InquiryFactory.create(at=NOON - timedelta(days=1))
    services.greet(yesterday, by=agent, at=NOON - timedelta(days=1) + seconds(300))
    InquiryFactory.create(at=NOON - seconds(100))
    InquiryFactory.create(at=NOON - seconds(10))

    board = Board.of(at=NOON)

    assert (board.waiting, board.longest) == (2, seconds(100))
    assert (board.soon, board.late) == (1, 1)
    assert board.replies.share == Share(met=3, due=5)
    assert board.replies.share.percent == 60.0
    assert board.below_goal
    assert board.replies.median == seconds(20)
    assert board.replies.ninetieth == seconds(40)


def test_95_percent_is_never_shown_for_less() -> None:
    assert Share(met=9499, due=10000).percent == 94.9
    assert Share(met=95, due=100).percent == 95.0
    assert Share().percent is None


def test_the_day_begins_at_midnight_in_shanghai() -> None:
    late_evening = datetime.fromisoformat("2026-11-23T16:30:00+00:00")
    assert midnight(late_evening) == datetime.fromisoformat("2026-11-24T00:00:00+08:00")


@pytest.mark.clause("CM-54")
def test_what_is_late_is_told_without_any_detector(door: Client) -> None:
    inquiry = InquiryFactory.create(at=timezone.now() - seconds(45))
    page = door.get(PAGE, headers=ENGLISH).content.decode()
    assert "Deadlines have never been watched yet." in page
    assert "not recorded yet" in page
    board = Board.of(at=timezone.now())
    assert (board.late, board.missed.count, board.missed.unseen) == (1, 1, [])
    assert [row.clock.ticket_id for row in board.missed.rows] == [inquiry.pk]
    assert inquiry.clocks.get().breached_at is None


@pytest.mark.parametrize(("age", "silent"), [(1, False), (6, True)])
def test_a_silent_detector_is_named_with_the_moment(
    door: Client, age: int, *, silent: bool
) -> None:
    last = timezone.now() - seconds(age)
    Heartbeat.objects.update_or_create(
        pk=1, defaults={"last_tick_at": last, "watermark": last}
    )
    page = door.get(PAGE, headers=ENGLISH).content.decode()
    said = f"Deadlines have not been watched since {timezone.localtime(last):%H:%M:%S}"
    assert (said in page) is silent


def breached(agent: User | None = None) -> Inquiry:
    at = timezone.now() - seconds(40)
    inquiry = InquiryFactory.create(at=at)
    if agent is not None:
        services.take(inquiry, by=agent, at=at)
    detector.sweep(clock=timezone.now)
    alerts.announce(at=timezone.now())
    return inquiry


def test_the_first_acknowledgement_counts_and_silences_ones_own_notices(
    door: Client, supervisor: User, agent: User
) -> None:
    inquiry = breached()
    clock = inquiry.clocks.get()
    assert supervisor.sla_notifications.filter(acknowledged_at=None).count() == 1
    path = f"{PAGE}clocks/{clock.pk}/acknowledge/"
    assert door.post(path, headers=HTMX).status_code == 200
    clock.refresh_from_db()
    first = clock.acknowledged_at
    assert clock.acknowledged_by == supervisor
    assert not supervisor.sla_notifications.filter(acknowledged_at=None).exists()
    assert door.post(path).status_code == 303
    clock.refresh_from_db()
    assert clock.acknowledged_at == first
    assert "陈立" in door.get(PAGE).content.decode()


def test_a_row_drawn_once_still_says_what_is_so(supervisor: User, agent: User) -> None:
    at = timezone.now()
    inquiry = InquiryFactory.create(at=at)
    services.take(inquiry, by=agent, at=at)

    def row(part: str, second: float, language: str = "en") -> str:
        now = at + seconds(second)
        return render(Board.of(at=now), Screen(BOARD, language))[part]

    for _ in range(2):
        for second, state, digits in ((1, "running", "0:29"), (25, "soon", "0:05")):
            shown = row("due", second)
            assert f'data-state="{state}"' in shown
            assert f">{digits}</span>" in shown
        late = row("missed", 31)
        assert 'data-state="late"' in late
        assert "not recorded yet" in late
        assert "尚未记录" in row("missed", 31, "zh-hans")
    assert f'data-of="{agent.pk}"' in late
    services.assign(inquiry, to=supervisor, by=agent, at=at)
    assert f'data-of="{supervisor.pk}"' in row("missed", 31)
    clock = Clock.objects.get()
    Clock.objects.filter(pk=clock.pk).update(breached_at=clock.due_at)
    assert f'id="seen-{clock.pk}"' in row("missed", 31)


def test_a_miss_that_pauses_stays_on_the_board(
    door: Client, supervisor: User, agent: User
) -> None:
    """As every figure says: whoever has paused past a deadline has missed it."""
    inquiry = breached(agent)
    Clock.objects.filter(ticket=inquiry.pk).update(status="paused", wake_at=None)
    missed = Board.of(at=timezone.now()).missed
    assert (missed.running, missed.over) == (0, 1)
    assert [row.clock.ticket_id for row in missed.rows] == [inquiry.pk]
    assert "missed, now paused" in door.get(PAGE, headers=ENGLISH).content.decode()
    path = f"{PAGE}clocks/{inquiry.clocks.get().pk}/acknowledge/"
    assert door.post(path, headers=HTMX).status_code == 200
    assert Board.of(at=timezone.now()).missed.count == 0


def test_the_board_says_that_customers_wait_and_nobody_is_on_duty(
    door: Client, agent: User
) -> None:
    words = "Customers wait, and nobody is on duty."
    assert words not in door.get(PAGE, headers=ENGLISH).content.decode()
    InquiryFactory.create(at=timezone.now())
    assert words in door.get(PAGE, headers=ENGLISH).content.decode()
    presence.say(agent, Presence.ON_DUTY, at=timezone.now())
    page = door.get(PAGE, headers=ENGLISH).content.decode()
    assert words not in page
    assert "Due within 15 minutes" in page


@pytest.mark.clause("SH-08")
def test_a_supervisor_takes_over_and_reassigns_what_an_agent_holds(
    door: Client, supervisor: User, agent: User
) -> None:
    inquiry = breached(agent)
    path = f"{PAGE}inquiries/{inquiry.number}"
    assert door.post(f"{path}/take/", headers=HTMX).status_code == 200
    inquiry.refresh_from_db()
    assert inquiry.assignee == supervisor
    other = UserFactory.create()
    data = {"to": other.pk}
    assert door.post(f"{path}/assign/", data, headers=HTMX).status_code == 200
    inquiry.refresh_from_db()
    assert inquiry.assignee == other


@pytest.mark.parametrize("to", ["", "x", "999999"])
def test_reassigning_to_nobody_is_refused_with_a_reason(
    door: Client, agent: User, to: str
) -> None:
    inquiry = breached(agent)
    path = f"{PAGE}inquiries/{inquiry.number}/assign/"
    response = door.post(path, {"to": to}, headers=HTMX)
    assert response.status_code == 422
    assert "Please choose a colleague" in response.content.decode()
    inquiry.refresh_from_db()
    assert inquiry.assignee == agent


def test_a_finished_inquiry_is_not_taken_over(door: Client, agent: User) -> None:
    inquiry = InquiryFactory.create(at=timezone.now())
    services.reply(inquiry, text="好", by=agent, at=timezone.now())
    finish(inquiry, by=agent, at=timezone.now())
    path = f"{PAGE}inquiries/{inquiry.number}/take/"
    assert door.post(path, headers=HTMX).status_code == 409


def test_people_are_listed_with_what_they_hold(supervisor: User, agent: User) -> None:
    now = timezone.now()
    for number in range(3):
        inquiry = InquiryFactory.create(at=now)
        services.take(inquiry, by=agent, at=now)
        if number:
            services.reply(inquiry, text="好", by=agent, at=now)
        if number == 2:
            finish(inquiry, by=agent, at=now)
    found = {
        load.person.pk: (load.open_count, load.waiting_count)
        for load in Board.of(at=now).people
    }
    assert found[agent.pk] == (2, 1)
    assert found[supervisor.pk] == (0, 0)


@pytest.mark.parametrize("tickets", [2, 30])
def test_the_board_costs_the_same_for_two_tickets_and_for_thirty(
    door: Client,
    agent: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    tickets: int,
) -> None:
    now = timezone.now()
    for number in range(tickets):
        inquiry = InquiryFactory.create(at=now - seconds(20 + 20 * (number % 2)))
        if number % 2:
            services.take(inquiry, by=agent, at=now)
    assert Clock.objects.count() == tickets
    with django_assert_num_queries(25):
        door.get(PAGE, headers=HTMX)


@pytest.mark.clause("IN-49", "IN-54")
def test_a_promise_on_an_ended_conversation_is_seen_until_it_is_kept(
    door: Client, supervisor: User, agent: User
) -> None:
    """A fault that is still to be dealt with, below whoever is late sooner."""
    at = timezone.now() - timedelta(minutes=10)
    ended = InquiryFactory.create(at=at)
    request = services.report_fault(
        ended, device="CAM-06", fault="无画面", by=None, at=at
    )
    services.reply(ended, text="好。", by=agent, at=at, answers=["operation_use"])
    finish(ended, by=agent, at=at)
    owed = Clock.objects.get(subject=request.number)
    later = owed.due_at - timedelta(minutes=5)
    waits = InquiryFactory.create(at=later, phone="13900139000")
    due = Board.of(at=later).due
    assert [row.ticket.number for row in due] == [waits.number, ended.number]
    assert due[1].clock == owed
    html = snapshot.renew(Screen(BOARD, "en"), at=later).parts["due"]
    assert "conversation ended" in html
    assert f'id="give-due-{owed.pk}"' not in html
    technician = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    services.log_technician_contact(request, by=technician, at=later)
    assert [row.ticket.number for row in Board.of(at=later).due] == [waits.number]
