"""When a promise is kept and when it is missed (IN-24, IN-25)."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from inquiries import services
from inquiries.models import Inquiry
from sla import detector
from sla.models import Clock, ClockEvent, Compare, Metric
from sla.services import audit, clocks
from staff.models import User
from tests.factories import InquiryFactory, UserFactory, channel
from tests.finishing import finish
from tests.instants import DUE, MICROSECOND, Hand, after, local
from tests.policies import publish
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db

SPAM = clocks.CancelReason.SPAM


@pytest.fixture
def agent() -> User:
    return UserFactory.create()


@pytest.fixture
def inquiry() -> Inquiry:
    return InquiryFactory.create()


def clock_of(ticket: Ticket, *, cycle: int = 1) -> Clock:
    clock = Clock.objects.get(ticket_id=ticket.pk, cycle=cycle)
    assert audit.problems(clock) == []
    return clock


def record_of(clock: Clock) -> list[tuple[str, int, datetime, datetime]]:
    lines = ClockEvent.objects.filter(clock=clock).order_by("pk")
    return [(line.kind, line.step, line.at, line.recorded_at) for line in lines]


def next_due(ticket: Ticket) -> datetime | None:
    return Ticket.objects.values_list("next_due_at", flat=True).get(pk=ticket.pk)


def detect(at: datetime) -> int:
    return detector.sweep(clock=Hand(at)).claimed


def test_a_question_starts_a_clock_of_thirty_seconds_that_warns_at_24(
    inquiry: Inquiry,
) -> None:
    clock = clock_of(inquiry)
    assert (clock.metric, clock.target.code) == ("first_reply", "IN_FIRST_REPLY")
    assert clock.target.clauses == ["IN-24", "IN-25"]
    assert clock.status == "running"
    assert clock.started_at == after(0)
    assert clock.due_at == DUE
    assert clock.warns_at == clock.wake_at == after(24)
    # The last rung is a working day later: question on Monday, Tuesday 21:00.
    assert clock.schedule[2:] == [
        DUE + timedelta(minutes=30),
        DUE + timedelta(hours=4),
        local("2026-11-24 21:00"),
    ]
    assert record_of(clock) == [("activate", 0, after(0), after(0))]
    assert next_due(inquiry) == DUE


def test_an_answer_at_the_deadline_itself_keeps_the_promise(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=DUE)
    clock = clock_of(inquiry)
    assert (clock.status, clock.outcome) == ("stopped", "met")
    assert clock.stopped_at == DUE
    assert clock.breached_at is None
    assert next_due(inquiry) is None


def test_an_answer_a_microsecond_later_has_missed_it(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=DUE + MICROSECOND)
    clock = clock_of(inquiry)
    assert (clock.status, clock.outcome) == ("stopped", "missed")
    assert clock.breached_at == DUE
    assert clock.stopped_at == DUE + MICROSECOND


def test_where_the_promise_says_before_the_deadline_instant_is_too_late(
    agent: User,
) -> None:
    publish(IN_FIRST_REPLY={"compare": Compare.BEFORE})
    inquiry = InquiryFactory.create()
    services.reply(inquiry, text="八百元。", by=agent, at=DUE)
    assert clock_of(inquiry).outcome == "missed"


def test_where_the_promise_says_before_a_microsecond_earlier_is_in_time(
    agent: User,
) -> None:
    publish(IN_FIRST_REPLY={"compare": Compare.BEFORE})
    inquiry = InquiryFactory.create()
    services.reply(inquiry, text="八百元。", by=agent, at=DUE - MICROSECOND)
    assert clock_of(inquiry).outcome == "met"


def test_a_late_answer_is_a_breach_even_if_no_sweep_ran(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(95))
    assert record_of(clock_of(inquiry)) == [
        ("activate", 0, after(0), after(0)),
        ("breach", 1, DUE, after(95)),
        ("fulfil", 0, after(95), after(95)),
    ]
    assert detect(after(hours=9)) == 0


def test_a_late_answer_after_the_detector_writes_no_second_breach(
    inquiry: Inquiry, agent: User
) -> None:
    assert detect(after(31)) == 2
    services.reply(inquiry, text="八百元。", by=agent, at=after(95))
    assert record_of(clock_of(inquiry)) == [
        ("activate", 0, after(0), after(0)),
        ("warning", 0, after(24), after(31)),
        ("breach", 1, DUE, after(31)),
        ("fulfil", 0, after(95), after(95)),
    ]


def test_the_warning_comes_at_24_seconds_and_not_before(inquiry: Inquiry) -> None:
    assert detect(after(24)) == 0
    assert detect(after(24) + MICROSECOND) == 1
    clock = clock_of(inquiry)
    assert record_of(clock)[1:] == [
        ("warning", 0, after(24), after(24) + MICROSECOND),
    ]
    assert clock.breached_at is None
    assert clock.wake_at == DUE


def test_a_breach_is_dated_at_the_deadline_however_late_it_is_found(
    inquiry: Inquiry,
) -> None:
    assert detect(DUE) == 1
    assert detect(after(minutes=7)) == 1
    clock = clock_of(inquiry)
    assert clock.breached_at == DUE
    assert clock.detected_at == after(minutes=7)
    assert clock.status == "running"
    assert next_due(inquiry) == DUE


@pytest.mark.parametrize("seconds", [0, 29.999999, 30, 31, 4000])
def test_late_is_a_question_that_needs_no_job(inquiry: Inquiry, seconds: float) -> None:
    at = after(seconds)
    assert clock_of(inquiry).is_late(at=at) is (seconds > 30)
    assert Clock.objects.overdue(at=at).exists() is (seconds > 30)


def test_an_automatic_greeting_does_not_stop_the_clock() -> None:
    web_chat = channel()
    web_chat.auto_greeting = True
    web_chat.save()
    inquiry = InquiryFactory.create()
    greeting = Message.objects.get(ticket_id=inquiry.pk, direction="out")
    assert greeting.automatic is True
    assert clock_of(inquiry).status == "running"
    inquiry.refresh_from_db()
    assert inquiry.first_automatic_reply_at == after(0)
    assert inquiry.first_human_reply_at is None


def test_an_automatic_greeting_stops_the_clock_where_the_policy_lets_it_count() -> None:
    web_chat = channel()
    web_chat.auto_greeting = True
    web_chat.save()
    publish(IN_FIRST_REPLY={"auto_counts": True})
    inquiry = InquiryFactory.create()
    clock = clock_of(inquiry)
    assert (clock.outcome, clock.stopped_at) == ("met", after(0))
    inquiry.refresh_from_db()
    assert inquiry.first_human_reply_at is None


def test_the_greeting_of_a_colleague_stops_it(inquiry: Inquiry, agent: User) -> None:
    services.greet(inquiry, by=agent, at=after(12))
    clock = clock_of(inquiry)
    assert (clock.outcome, clock.stopped_at) == ("met", after(12))
    inquiry.refresh_from_db()
    assert inquiry.first_human_reply_at == after(12)


def test_an_internal_note_does_not_stop_it(inquiry: Inquiry, agent: User) -> None:
    services.write_note(inquiry, text="老客户", by=agent, at=after(5))
    assert clock_of(inquiry).status == "running"


def test_more_words_of_the_customer_neither_restart_nor_add_a_clock(
    inquiry: Inquiry, agent: User
) -> None:
    services.customer_writes(inquiry, text="在吗？", at=after(20))
    assert clock_of(inquiry).due_at == DUE
    services.reply(inquiry, text="在。", by=agent, at=after(21))
    services.customer_writes(inquiry, text="好的。", at=after(60))
    assert clock_of(inquiry).outcome == "met"
    assert next_due(inquiry) is None


def test_after_reopening_the_customers_next_words_start_a_new_cycle(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    finish(inquiry, by=agent, at=after(60))
    services.reopen(inquiry, by=None, at=after(100))
    assert Clock.objects.filter(ticket_id=inquiry.pk).count() == 1
    services.customer_writes(inquiry, text="再问一句。", at=after(120))
    first, second = clock_of(inquiry), clock_of(inquiry, cycle=2)
    assert (first.status, first.outcome) == ("stopped", "met")
    assert (second.status, second.due_at) == ("running", after(150))
    assert next_due(inquiry) == after(150)


def test_an_act_that_arrives_after_a_later_line_takes_effect_then(
    inquiry: Inquiry, agent: User
) -> None:
    """The agent's request was read just before the detector ran, and served after."""
    detect(after(30.004))
    services.reply(inquiry, text="八百元。", by=agent, at=after(29.999))
    clock = clock_of(inquiry)
    assert (clock.outcome, clock.stopped_at) == ("missed", after(30.004))


def test_an_act_just_behind_a_warning_is_recorded_after_it(
    inquiry: Inquiry, agent: User
) -> None:
    detect(after(24.004))
    services.reply(inquiry, text="八百元。", by=agent, at=after(24.001))
    clock = clock_of(inquiry)
    assert (clock.outcome, clock.stopped_at) == ("met", after(24.004))


def test_a_clock_never_stops_before_it_started(inquiry: Inquiry, agent: User) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(-3))
    assert clock_of(inquiry).stopped_at == after(0)


def test_cancelling_ends_the_clock_without_a_verdict(
    inquiry: Inquiry, agent: User
) -> None:
    assert clocks.cancel_all(inquiry, reason=SPAM, at=after(9), by=agent) == 1
    clock = clock_of(inquiry)
    assert (clock.status, clock.outcome) == ("cancelled", "cancelled")
    assert record_of(clock)[-1] == ("cancel", 0, after(9), after(9))
    assert next_due(inquiry) is None
    assert detect(after(hours=9)) == 0
    assert clocks.cancel_all(inquiry, reason=SPAM, at=after(10), by=agent) == 0


@pytest.mark.parametrize("detected", [True, False], ids=["detected", "undetected"])
def test_cancelling_too_late_does_not_swallow_the_breach(
    inquiry: Inquiry, agent: User, *, detected: bool
) -> None:
    if detected:
        detect(after(31))
    clocks.cancel_all(inquiry, reason=SPAM, at=after(40), by=agent)
    clock = clock_of(inquiry)
    assert (clock.status, clock.outcome) == ("cancelled", "missed")
    assert clock.breached_at == DUE
    assert [kind for kind, *_ in record_of(clock)].count("breach") == 1


def test_stopping_a_clock_that_does_not_run_changes_nothing(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    before = record_of(clock_of(inquiry))
    stopped = clocks.stop(inquiry, Metric.FIRST_REPLY, at=after(50), by=agent)
    assert stopped is None
    assert record_of(clock_of(inquiry)) == before


def test_starting_twice_starts_one_clock(inquiry: Inquiry) -> None:
    again = clocks.start(inquiry, Metric.FIRST_REPLY, at=after(3))
    assert again == clock_of(inquiry)
    assert clock_of(inquiry).started_at == after(0)


def test_without_a_promise_in_force_nothing_is_timed() -> None:
    publish(IN_FIRST_REPLY={"enabled": False})
    inquiry = InquiryFactory.create()
    assert not Clock.objects.filter(ticket_id=inquiry.pk).exists()
    assert next_due(inquiry) is None


def test_a_promise_without_a_warning_wakes_at_the_deadline(agent: User) -> None:
    publish(IN_FIRST_REPLY={"warn_at_fraction": None})
    inquiry = InquiryFactory.create()
    clock = clock_of(inquiry)
    assert clock.warns_at is None
    assert clock.wake_at == DUE
    assert detect(after(31)) == 1
    assert [kind for kind, *_ in record_of(clock)] == ["activate", "breach"]
    services.reply(inquiry, text="八百元。", by=agent, at=after(50))
    assert clock_of(inquiry).outcome == "missed"


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"outcome": "met", "status": "stopped"}, "clock_over_or_waiting"),
        ({"breached_at": after(31)}, "clock_breach_is_dated_at_deadline"),
        (
            {
                "status": "stopped",
                "outcome": "met",
                "stopped_at": DUE + MICROSECOND,
                "wake_at": None,
            },
            "clock_late_is_never_met",
        ),
        (
            {
                "status": "stopped",
                "outcome": "met",
                "stopped_at": DUE,
                "wake_at": None,
                "breached_at": DUE,
            },
            "clock_late_is_never_met",
        ),
    ],
)
def test_the_database_refuses_a_clock_that_lies(
    inquiry: Inquiry, columns: dict[str, object], rule: str
) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Clock.objects.filter(ticket_id=inquiry.pk).update(**columns)


def test_the_database_refuses_two_clocks_of_one_cycle(inquiry: Inquiry) -> None:
    clock = clock_of(inquiry)
    clock.pk = None
    with (
        pytest.raises(IntegrityError, match="clock_one_per_cycle"),
        transaction.atomic(),
    ):
        clock.save(force_insert=True)
