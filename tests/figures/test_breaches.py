"""Each cause on a real missed clock, reckoned from what the product's verbs recorded."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from figures.breach import Cause
from figures.models import Breach
from figures.services import breaches
from inquiries import services
from inquiries.models import Inquiry
from objections import services as objections
from sla import detector
from sla.models import Clock, Metric
from sla.services import clocks, corrections, rules
from sla.services.corrections import Source
from staff.models import Presence, Role, User
from staff.services import presence
from tests import policies
from tests.factories import AT, InquiryFactory, UserFactory, department
from tests.finishing import finish
from tests.instants import Hand, after
from tests.objections import cases
from tests.objections.settled import proposed
from tickets.models import Ticket
from tickets.services import openings

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.clause("OB-10", "CC-15", "CM-55"),
]

ON, OFF = Presence.ON_DUTY, Presence.OFF


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def agent(db: None) -> User:
    return UserFactory.create(display_name="林晓", capacity=1)


@pytest.fixture
def other(db: None) -> User:
    return UserFactory.create(display_name="何雨桐", capacity=1)


def detect(at: datetime) -> None:
    while detector.sweep(clock=Hand(at)).again:
        pass


def reckoned(ticket: Ticket | Inquiry, *, at: datetime, **which: Any) -> Breach:
    """The explanation of a ticket's missed clock."""
    detect(at)
    breaches.reckon_due(at=at, back=timedelta(days=60))
    return Breach.objects.get(
        clock__ticket=ticket.pk, **which or {"metric": Metric.FIRST_REPLY}
    )


def sentence(row: Breach) -> str:
    return breaches.words([row])[row.clock_id].sentence


def told(row: Breach) -> tuple[str, str]:
    return row.cause, sentence(row)


def again(*, at: datetime) -> list[dict[str, Any]]:
    """All rows, after everything was reckoned from the beginning."""
    breaches.reckon(since=AT - timedelta(days=1), until=at, at=at)
    return rows()


def rows() -> list[dict[str, Any]]:
    found = Breach.objects.order_by("clock_id").values()
    return [{k: v for k, v in row.items() if k != "reckoned_at"} for row in found]


def test_nobody_was_on_duty(agent: User) -> None:
    presence.say(agent, Presence.AWAY, at=after(-60))
    inquiry = InquiryFactory.create()
    row = reckoned(inquiry, at=after(40))
    assert told(row) == (
        Cause.NOBODY_ON_DUTY,
        (
            "10:00:00 arrived; nobody on duty; nobody was free before it ended; not opened;"
            " not answered yet"
        ),
    )
    assert (row.ended, row.agent, row.department) == (False, None, None)
    presence.say(agent, ON, at=after(50))
    services.reply(inquiry, text="您好", by=agent, at=after(75))
    row = reckoned(inquiry, at=after(80))
    assert told(row) == (
        Cause.NOBODY_ON_DUTY,
        (
            "10:00:00 arrived; nobody on duty; first free 10:00:50; opened 10:01:15 by 林晓;"
            " answered 10:01:15: 45 s late"
        ),
    )
    assert row.ended
    assert Breach.objects.count() == 1
    before = rows()
    assert breaches.reckon_due(at=after(90)) == 0
    assert again(at=after(hours=5)) == before


def test_all_were_at_capacity_until_after_the_deadline(
    agent: User, other: User
) -> None:
    for person in (agent, other):
        presence.say(person, ON, at=after(-60))
        busy = InquiryFactory.create(at=after(-20))
        services.take(busy, by=person, at=after(-15))
    inquiry = InquiryFactory.create()
    services.reply(busy, text="您好", by=other, at=after(33))
    openings.note(inquiry, by=other, at=after(35))
    services.reply(inquiry, text="您好", by=other, at=after(41))
    row = reckoned(inquiry, at=after(45))
    assert told(row) == (
        Cause.ALL_AT_CAPACITY,
        (
            "10:00:00 arrived; 2 on duty, all at capacity; first free 10:00:33;"
            " opened 10:00:35 by 何雨桐; answered 10:00:41: 11 s late"
        ),
    )
    assert row.agent == other
    before = rows()
    assert again(at=after(hours=5)) == before
    # The past stays as it was, whatever becomes of people.
    User.objects.filter(pk=other.pk).update(capacity=9, role=Role.MANAGER)
    presence.say(agent, OFF, at=after(60))
    services.reply(
        Inquiry.objects.exclude(pk=inquiry.pk)[0], text="好", by=agent, at=after(99)
    )
    assert again(at=after(hours=5))[-1] == before[-1]


def test_somebody_was_free_and_did_not_open_it(agent: User, other: User) -> None:
    for person in (agent, other):
        presence.say(person, ON, at=after(-60))
    busy = InquiryFactory.create(at=after(-20))
    services.take(busy, by=agent, at=after(-15))
    inquiry = InquiryFactory.create()
    openings.note(inquiry, by=other, at=after(31))
    row = reckoned(inquiry, at=after(40))
    assert told(row) == (
        Cause.NOT_OPENED,
        (
            "10:00:00 arrived; 2 on duty, 1 at capacity; opened 10:00:31 by 何雨桐;"
            " not answered yet"
        ),
    )


def test_it_was_opened_but_not_answered(agent: User) -> None:
    presence.say(agent, ON, at=after(-60))
    inquiry = InquiryFactory.create()
    openings.note(inquiry, by=agent, at=after(10))
    row = reckoned(inquiry, at=after(40))
    assert told(row) == (
        Cause.NOT_ANSWERED,
        "10:00:00 arrived; 1 on duty; opened 10:00:10 by 林晓; not answered yet",
    )
    assert row.agent == agent


def test_its_colleague_was_off_duty_or_did_not_look(agent: User, other: User) -> None:
    boss = UserFactory.create(role=Role.SUPERVISOR)
    presence.say(other, ON, at=after(-60))
    of_absent, of_present = InquiryFactory.create(), InquiryFactory.create()
    services.assign(of_absent, to=agent, by=boss, at=after(5))
    services.assign(of_present, to=other, by=boss, at=after(5))
    detect(after(40))
    row = reckoned(of_absent, at=after(40))
    assert told(row) == (
        Cause.HOLDER_OFF_DUTY,
        (
            "10:00:00 arrived; 1 on duty; given to 林晓 10:00:05; 林晓 was off duty;"
            " not opened; not answered yet"
        ),
    )
    assert row.agent == agent
    row = reckoned(of_present, at=after(40))
    assert row.cause == Cause.NOT_OPENED


def test_a_deed_was_not_done_in_time(agent: User) -> None:
    inquiry = InquiryFactory.create()
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
    row = reckoned(inquiry, at=after(minutes=30), metric=Metric.CALLBACK)
    assert row.cause == Cause.NOT_DONE
    assert row.agent == agent
    assert "with 林晓 since" in sentence(row)


def test_who_has_worked_on_it_has_opened_it_but_a_new_round_is_new(
    agent: User,
) -> None:
    presence.say(agent, ON, at=after(-60))
    inquiry = InquiryFactory.create()
    services.take(inquiry, by=agent, at=after(5))
    services.reply(inquiry, text="您好", by=agent, at=after(10))
    with transaction.atomic():
        clocks.start(inquiry, Metric.TOTAL, at=after(60))
    row = reckoned(inquiry, at=AT + timedelta(days=5), metric=Metric.TOTAL)
    assert row.cause == Cause.NOT_DONE
    assert "opened 10:00:05 by 林晓" in sentence(row)
    ended = AT + timedelta(days=6)
    finish(inquiry, by=agent, at=ended)
    services.reopen(inquiry, by=agent, at=ended + timedelta(minutes=1))
    services.customer_writes(inquiry, text="还在吗", at=ended + timedelta(minutes=2))
    late = ended + timedelta(minutes=9)
    detect(late)
    breaches.reckon_due(at=late, back=timedelta(days=60))
    again = Breach.objects.filter(clock__cycle=2, clock__ticket=inquiry.pk)
    assert [it.known.opened_at for it in again] == [None]


def test_a_department_owed_it() -> None:
    handed = cases.handed()
    late = AT + timedelta(days=4)
    row = reckoned(
        handed,
        at=late,
        metric=Metric.DEPARTMENT_ACCEPTANCE,
        clock__subject="technical_support/1",
    )
    technical = department("technical_support")
    assert (row.cause, row.department, row.agent) == (
        Cause.DEPARTMENT,
        technical,
        None,
    )
    said = sentence(row)
    assert said.startswith(f"10:00:00 began; handed to {technical.name_en} 10:00:00;")
    assert said.endswith("not accepted; not done yet")
    whole = Breach.objects.filter(clock__ticket=handed.pk, metric=Metric.TOTAL)
    assert [it.cause for it in whole] == [Cause.DEPARTMENT]
    handler = cases.handler_of("technical_support")
    objections.accept(
        cases.handoff_to(handed, "technical_support"), by=handler, at=late
    )
    row = reckoned(
        handed,
        at=late,
        metric=Metric.DEPARTMENT_ACCEPTANCE,
        clock__subject="technical_support/1",
    )
    assert "; accepted 11-27 10:00:00; done 11-27 10:00:00: " in sentence(row)


def test_the_customer_did_not_answer() -> None:
    objection = proposed().objection
    late = AT + timedelta(days=40)
    row = reckoned(objection, at=late, metric=Metric.CUSTOMER_CONFIRMATION)
    assert row.cause == Cause.CUSTOMER
    assert sentence(row).endswith("no word of the customer; not done yet")


def test_a_deadline_was_moved_into_the_past() -> None:
    inquiry = InquiryFactory.create()
    clock = clocks.start(inquiry, Metric.TOTAL, at=AT)
    assert clock is not None
    policies.publish(
        at=after(hours=1),
        OB_TOTAL={
            "unit": "wall",
            "days": None,
            "budget": timedelta(minutes=5),
            "calendar": None,
        },
    )
    book = rules.rulebook(at=after(hours=2))
    target = book.target(Metric.TOTAL, rules.facts_of(inquiry, {}))
    assert target is not None
    clock.refresh_from_db()
    corrections.recompute(
        inquiry, clock, target=target, book=book, at=after(hours=2), by=None
    )
    row = reckoned(inquiry, at=after(hours=3), metric=Metric.TOTAL)
    assert row.cause == Cause.DEADLINE_MOVED
    assert "deadline moved 12:00:00" in sentence(row)


def test_a_revoked_breach_keeps_its_row_and_counts_no_more() -> None:
    inquiry = InquiryFactory.create()
    lost = InquiryFactory.create()
    for it in (inquiry, lost):
        reckoned(it, at=after(40))
    corrections.stop_as_of(
        inquiry,
        Metric.FIRST_REPLY,
        occurred_at=after(20),
        at=after(60),
        source=Source.TELEPHONE,
        by=None,
    )
    row = reckoned(inquiry, at=after(90))
    assert sentence(row).endswith("in time after all, as was proven later: 10:00:20")
    counted = breaches.causes(since=after(0), until=after(31))
    assert [(it.cause, it.count) for it in counted] == [(Cause.NOBODY_ON_DUTY, 1)]
    assert breaches.causes(since=after(0), until=after(30)) == []


def test_a_breach_that_ended_and_was_then_revoked_is_told_again(agent: User) -> None:
    inquiry = InquiryFactory.create()
    services.reply(inquiry, text="您好", by=agent, at=after(40))
    assert reckoned(inquiry, at=after(45)).ended
    corrections.stop_as_of(
        inquiry,
        Metric.FIRST_REPLY,
        occurred_at=after(20),
        at=after(60),
        source=Source.TELEPHONE,
        by=None,
    )
    assert "proven later" in sentence(reckoned(inquiry, at=after(90)))


def test_a_breach_that_was_recorded_weeks_late_is_explained_by_night() -> None:
    inquiry = InquiryFactory.create()
    late = AT + timedelta(days=20)
    detect(late)
    assert breaches.reckon_due(at=late, back=breaches.LATELY) == 0
    assert breaches.reckon_due(at=late, back=breaches.LONG_AGO) > 0
    assert Breach.objects.filter(clock__ticket=inquiry.pk).exists()


def test_causes_are_counted_by_department(
    agent: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    presence.say(agent, ON, at=after(-60))
    opened = InquiryFactory.create()
    openings.note(opened, by=agent, at=after(10))
    for _ in range(2):
        InquiryFactory.create()
    cases.handed()
    late = AT + timedelta(days=4)
    detect(late)
    breaches.reckon_due(at=late, back=timedelta(days=60))
    span = {"since": AT, "until": late}
    with django_assert_num_queries(1):
        counted = breaches.causes(**span)
    assert {(it.cause, it.count) for it in counted} >= {
        (Cause.NOT_OPENED, 2),
        (Cause.NOT_ANSWERED, 1),
    }
    assert [it.count for it in counted] == sorted(
        (it.count for it in counted), reverse=True
    )
    technical = department("technical_support").pk
    assert (Cause.DEPARTMENT, technical) in {
        (it.cause, it.department) for it in counted
    }


@pytest.mark.parametrize("count", [2, 30])
def test_a_batch_costs_the_same_however_many_were_missed(
    agent: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    presence.say(agent, ON, at=after(-60))
    for n in range(count):
        services.take(InquiryFactory.create(at=after(-5)), by=agent, at=after(-1))
        openings.note(InquiryFactory.create(), by=agent, at=after(n))
    detect(after(40))
    with django_assert_num_queries(16):
        assert breaches.reckon_due(at=after(45)) == 2 * count
    keys = list(Clock.objects.values_list("pk", flat=True))
    with django_assert_num_queries(2):
        said = breaches.explained(keys)
    assert len(said) == 2 * count
    with django_assert_num_queries(0):
        assert breaches.explained([]) == {}
    with django_assert_num_queries(4):
        assert breaches.reckon_due(at=after(46)) == 0


def test_the_command_reckons_anew_from_any_day() -> None:
    inquiry = InquiryFactory.create()
    row = reckoned(inquiry, at=after(40))
    out = StringIO()
    call_command("figures_explain", since="2026-11-23", stdout=out)
    assert out.getvalue().startswith("1 missed promise(s)")
    row.refresh_from_db()
    assert row.reckoned_at > after(40)
    call_command("figures_explain", stdout=out)
    with pytest.raises(CommandError, match="still to come"):
        call_command("figures_explain", since="2999-01-01")
    with pytest.raises(CommandError):
        call_command("figures_explain", since="yesterday")
