"""Why a clock says what it says: rule, time used, pauses, steps, corrections."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from figures.services import breaches
from helpdesk.desk.clock_stories import ClockStory, stories
from helpdesk.desk.rows import telling_clock
from helpdesk.desk.workspace import Workspace
from helpdesk.templatetags import display, promises
from inquiries import services
from inquiries.models import Inquiry
from sla import detector
from sla.metrics import Metric
from sla.models import Clock, Target, Unit
from sla.services import clocks, corrections, pauses, rules
from sla.services.corrections import Source
from sla.services.standing import holds
from staff.models import Presence, Role, User
from staff.services import presence
from tests import policies
from tests.factories import AT, InquiryFactory, UserFactory
from tests.finishing import finish
from tests.instants import Hand, after

pytestmark = pytest.mark.django_db

ENGLISH = {"Accept-Language": "en"}
MONDAY_NOON = AT + timedelta(hours=2)


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def story(inquiry: Inquiry, metric: Metric, *, at: datetime) -> ClockStory:
    found = Workspace.of(inquiry.number, user=UserFactory.create(), at=at).stories
    return next(one for one in found if one.clock.metric == metric)


def told(found: ClockStory) -> list[tuple[str, str]]:
    with translation.override("en"):
        return [(line.text, line.detail) for line in found.lines]


@pytest.fixture
def objection(db: None) -> Inquiry:
    """A ticket whose total is promised within three working days."""
    inquiry = InquiryFactory.create()
    clocks.start(inquiry, Metric.TOTAL, at=AT)
    return inquiry


def pause(inquiry: Inquiry, *, at: datetime) -> None:
    pauses.pause(inquiry, Metric.TOTAL, reason="awaiting_evidence", at=at, by=None)


def test_a_miss_is_told_with_who_heard_of_it_and_how_soon() -> None:
    inquiry = InquiryFactory.create()
    detector.sweep(clock=Hand(after(40, minutes=35)))
    found = story(inquiry, Metric.FIRST_REPLY, at=after(40, minutes=40))
    lines = dict(told(found))
    assert list(lines) == [
        "Clock started",
        "Deadline near",
        "Deadline missed",
        "Escalated",
    ]
    assert lines["Deadline missed"] == "noticed 35:10 later"
    assert lines["Escalated"] == "30 minutes after the deadline: Manager, also by mail"


@pytest.mark.clause("CM-55")
def test_why_a_promise_was_missed_stands_beside_it(desk: Client, agent: User) -> None:
    inquiry = InquiryFactory.create()
    presence.say(agent, Presence.ON_DUTY, at=AT)
    services.reply(inquiry, text="您好", by=agent, at=after(41))
    breaches.reckon_due(at=after(45))
    found = story(inquiry, Metric.FIRST_REPLY, at=after(50))
    assert found.missed is not None
    path = f"/desk/inquiries/{inquiry.number}/clocks/"
    page = desk.get(path, headers=ENGLISH).content.decode()
    assert "<strong>Not opened in time</strong>" in page
    assert (
        "10:00:00 arrived; 1 on duty; opened 10:00:41 by 林晓;"
        " answered 10:00:41: 11 s late"
    ) in " ".join(page.split())
    page = desk.get(path, headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "10:00:41 回复，超时 11 秒" in page


def test_pauses_are_told_and_do_not_count_as_time_used(objection: Inquiry) -> None:
    pause(objection, at=MONDAY_NOON)
    found = story(objection, Metric.TOTAL, at=local("2026-11-23T20:00:00"))
    assert found.hold is not None
    with translation.override("en"):
        assert found.spent == "2 h 00 min"
        assert display.time_left(found.hold) == "45 h 00 min"
    pauses.resume(objection, Metric.TOTAL, at=MONDAY_NOON + timedelta(hours=3), by=None)
    later = story(objection, Metric.TOTAL, at=MONDAY_NOON + timedelta(hours=4))
    assert later.hold is None
    with translation.override("en"):
        assert later.spent == "3 h 00 min"
    assert told(later)[1:] == [
        ("Clock paused", "Waiting for the customer's evidence"),
        ("Clock resumed", "after 3 h 00 min"),
    ]


def test_a_paused_clock_speaks_for_a_ticket_without_running_ones(
    objection: Inquiry,
) -> None:
    clocks.stop(objection, Metric.FIRST_REPLY, at=AT, by=None)
    pause(objection, at=MONDAY_NOON)
    clock = telling_clock(objection.clocks.all())
    assert clock is not None
    assert clock.metric == Metric.TOTAL
    hold = holds([clock])[clock.pk]
    with translation.override("en"):
        chip, digits = display.chip_of(clock, MONDAY_NOON, hold=hold)
        assert (chip.state, chip.word, chip.reason) == (
            "paused",
            "Paused",
            "Waiting for the customer's evidence",
        )
        assert digits == "45 h 00 min"


def test_a_revoked_breach_stands_beside_the_breach() -> None:
    inquiry = InquiryFactory.create()
    detector.sweep(clock=Hand(after(40)))
    corrections.stop_as_of(
        inquiry,
        Metric.FIRST_REPLY,
        occurred_at=after(20),
        at=after(60),
        source=Source.TELEPHONE,
        by=None,
    )
    found = story(inquiry, Metric.FIRST_REPLY, at=after(90))
    lines = told(found)
    kinds = [text for text, _detail in lines]
    assert kinds.index("Deadline missed") < kinds.index("Breach revoked")
    assert ("Breach revoked", "vouched for by the telephone system") in lines


def test_a_deadline_in_a_year_without_holidays_is_flagged_with_the_year() -> None:
    new_year = local("2026-12-31T14:00:00")
    inquiry = InquiryFactory.create(at=new_year)
    clocks.start(inquiry, Metric.TOTAL, at=new_year)
    assert story(inquiry, Metric.TOTAL, at=new_year).years_missing == "2027"
    assert story(inquiry, Metric.FIRST_REPLY, at=new_year).years_missing == ""


def test_a_recomputed_deadline_says_what_it_was(objection: Inquiry) -> None:
    policies.publish(at=after(60), OB_TOTAL={"days": 5})
    clock = objection.clocks.get(metric=Metric.TOTAL)
    book = rules.rulebook(at=after(120))
    target = book.target(Metric.TOTAL, rules.facts_of(objection, {}))
    assert target is not None
    corrections.recompute(
        objection, clock, target=target, book=book, at=after(120), by=None
    )
    found = story(objection, Metric.TOTAL, at=after(180))
    assert told(found)[-1] == ("Deadline recomputed", "was due 11-26 21:00:00")
    assert found.clock.target.version.number == 2


def test_the_page_of_all_clocks_tells_rule_clause_mark_and_version(
    desk: Client, objection: Inquiry
) -> None:
    path = f"/desk/inquiries/{objection.number}/clocks/"
    page = desk.get(path, headers=ENGLISH).content.decode()
    for text in (
        "IN_FIRST_REPLY",
        "IN-24, IN-25",
        "OB_TOTAL",
        "3 working days",
        "our default",
        "version 1",
        "Working days",
    ):
        assert text in page, text
    assert "/supervision/policy/" not in page


def test_a_supervisor_finds_the_way_to_the_rule(
    client: Client, objection: Inquiry
) -> None:
    client.force_login(UserFactory.create(role=Role.SUPERVISOR))
    page = client.get(f"/desk/inquiries/{objection.number}/clocks/").content.decode()
    assert "/supervision/policy/standard/1/#rule-OB_TOTAL" in page


def test_what_one_may_not_see_has_no_clocks(client: Client, objection: Inquiry) -> None:
    client.force_login(UserFactory.create(role=Role.DEPARTMENT_HANDLER))
    assert client.get(f"/desk/inquiries/{objection.number}/clocks/").status_code == 404


def test_a_clock_that_was_set_aside_says_so(desk: Client, objection: Inquiry) -> None:
    Clock.objects.filter(metric=Metric.TOTAL).update(set_aside_at=AT, wake_at=None)
    page = desk.get(
        f"/desk/inquiries/{objection.number}/context/", headers=ENGLISH
    ).content.decode()
    assert "Nobody watches this clock" in page


@pytest.mark.parametrize("paused", [1, 20])
def test_the_list_costs_two_queries_more_if_clocks_are_paused_however_many(
    desk: Client,
    agent: User,
    paused: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(paused):
        inquiry = InquiryFactory.create()
        services.reply(inquiry, text="好", by=agent, at=after(5))
        clocks.start(inquiry, Metric.TOTAL, at=AT)
        pause(inquiry, at=after(10))
    with django_assert_num_queries(8):
        page = desk.get("/desk/list/", headers=ENGLISH).content.decode()
    assert page.count("Waiting for the customer&#x27;s evidence") == 2 * paused


@pytest.mark.parametrize("rounds", [1, 5])
def test_explaining_costs_the_same_however_much_happened(
    objection: Inquiry, rounds: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rounds):
        at = MONDAY_NOON + timedelta(minutes=10 * number)
        pause(objection, at=at)
        pauses.resume(objection, Metric.TOTAL, at=at + timedelta(minutes=5), by=None)
    workspace = Workspace.of(
        objection.number, user=UserFactory.create(), at=timezone.now()
    )
    assert workspace.clocks
    with django_assert_num_queries(2):
        found = stories(
            workspace.clocks,
            at=workspace.now,
            name_of=lambda clock: clock.subject,
            befell=workspace.befell,
        )
        assert [line.detail for one in found for line in one.lines]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"unit": Unit.WALL, "budget": timedelta(seconds=30)}, "30 seconds"),
        ({"unit": Unit.WALL, "budget": timedelta(hours=48)}, "48 hours"),
        ({"unit": Unit.WALL, "budget": timedelta(seconds=1.5)}, "1.5 seconds"),
        (
            {"unit": Unit.BUSINESS, "budget": timedelta(minutes=5)},
            "5 minutes of opening time",
        ),
        ({"unit": Unit.WORKING_DAYS, "days": 1}, "1 working day"),
        ({"unit": Unit.CALENDAR_DAYS, "days": 15}, "15 days"),
    ],
)
def test_limits_are_said_in_their_unit(fields: dict[str, object], words: str) -> None:
    with translation.override("en"):
        assert promises.limit(Target(**fields)) == words


@pytest.mark.clause("IN-24")
def test_the_promise_that_was_kept_speaks_for_a_ticket_that_has_ended() -> None:
    inquiry, agent = InquiryFactory.create(), UserFactory.create()
    services.reply(inquiry, text="一天270元。", by=agent, at=after(20))
    services.customer_writes(inquiry, text="那保险呢？", at=after(60))
    services.mark_question_clear(inquiry, by=agent, at=after(70))
    services.reply(inquiry, text="含在内。", by=agent, at=after(80))
    finish(inquiry, by=agent, at=after(90))
    over = {clock.metric: clock.status for clock in inquiry.clocks.all()}
    assert over == {"first_reply": "stopped", "complex_notice": "cancelled"}
    clock = telling_clock(inquiry.clocks.all())
    assert clock is not None
    assert clock.metric == Metric.FIRST_REPLY


def test_a_promise_that_was_missed_is_not_hidden_by_one_that_was_kept() -> None:
    inquiry, agent = InquiryFactory.create(), UserFactory.create()
    services.reply(inquiry, text="我查一下。", by=agent, at=after(20))
    services.announce_checking(
        inquiry,
        surname="王",
        phone="",
        question="能不能续租",
        answer_by="message",
        by=agent,
        at=after(40),
    )
    late = after(40, minutes=20)
    services.finish_callback(
        inquiry, way="message", outcome="可以续租。", by=agent, at=late
    )
    clock = telling_clock(inquiry.clocks.all())
    assert clock is not None
    assert (clock.metric, clock.outcome) == (Metric.CALLBACK, "missed")
