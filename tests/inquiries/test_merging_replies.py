"""A first reply that is owed is owed wherever the conversation goes on (IN-24)."""

from datetime import datetime

import pytest

from inquiries import services
from inquiries.models import Inquiry
from inquiries.services import owing
from sla import detector
from sla.models import Clock, Metric
from sla.services import audit
from staff.models import User
from tests.factories import InquiryFactory, channel
from tests.finishing import finish
from tests.instants import Hand, after
from tickets.workflow import IllegalStep

pytestmark = [pytest.mark.django_db, pytest.mark.clause("IN-24")]


@pytest.fixture
def target(inquiry: Inquiry, agent: User) -> Inquiry:
    """Asked at 10:00:00, answered after 10 s: its own promise is kept."""
    services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    return fresh(inquiry)


@pytest.fixture
def again(target: Inquiry) -> Inquiry:
    """The same customer asks anew at 10:01:00: a reply is owed by 10:01:30."""
    return InquiryFactory.create(text="几号送到？", at=after(60))


def fresh(inquiry: Inquiry) -> Inquiry:
    return Inquiry.objects.get(pk=inquiry.pk)


def merge_of(inquiry: Inquiry, *, place: int = -1) -> str:
    """The subject of the promise that its last merge took along."""
    return owing.subject_of(list(inquiry.merges.order_by("pk"))[place])


def promises(inquiry: Inquiry) -> list[tuple[str, str, datetime, str]]:
    """Every first reply promised on an inquiry: for whom, from when, how it ended."""
    found = inquiry.clocks.filter(metric=Metric.FIRST_REPLY).order_by("pk")
    return [(it.subject, it.status, it.started_at, it.outcome) for it in found]


def missed() -> int:
    """How many breaches are on record, each of them borne out by it."""
    for clock in Clock.objects.all():
        assert audit.problems(clock) == []
    return Clock.objects.filter(breached_at__isnull=False).count()


def test_a_promise_goes_on_with_its_own_deadline_and_names_the_merged_one(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(80))
    assert promises(again) == [("", "cancelled", after(60), "cancelled")]
    assert promises(target) == [
        ("", "stopped", after(0), "met"),
        (merge_of(again), "running", after(60), ""),
    ]
    now = fresh(target)
    assert (now.next_due_at, now.customer_waiting_since) == (after(90), after(60))


@pytest.mark.parametrize(("second", "outcome"), [(90, "met"), (91, "missed")])
def test_the_next_reply_there_keeps_it_or_comes_too_late(
    again: Inquiry, target: Inquiry, agent: User, second: int, outcome: str
) -> None:
    services.merge(again, into=target, by=agent, at=after(89))
    services.reply(target, text="三号送到。", by=agent, at=after(second))
    assert promises(target)[1:] == [(merge_of(again), "stopped", after(60), outcome)]
    now = fresh(target)
    assert (now.next_due_at, now.customer_waiting_since) == (None, None)
    assert missed() == (outcome == "missed")


def test_nobody_who_never_answers_escapes_by_merging(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(89))
    detector.sweep(clock=Hand(after(minutes=5)))
    clock = target.clocks.get(subject=merge_of(again))
    assert (clock.status, clock.breached_at) == ("running", after(90))
    assert missed() == 1


def test_what_was_missed_before_the_merge_is_not_missed_twice(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(91))
    services.unmerge(again, by=agent, at=after(95))
    services.merge(again, into=target, by=agent, at=after(100))
    detector.sweep(clock=Hand(after(minutes=5)))
    assert promises(again) == [("", "cancelled", after(60), "missed")]
    assert promises(target) == [("", "stopped", after(0), "met")]
    assert missed() == 1
    assert fresh(target).customer_waiting_since == after(60)


def test_a_callback_that_is_done_there_answers_too(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.announce_checking(
        target,
        surname="王",
        phone="13800138000",
        question="4K？",
        by=agent,
        at=after(62),
    )
    services.merge(again, into=target, by=agent, at=after(70))
    services.finish_callback(target, way="call", outcome="支持", by=agent, at=after(80))
    assert promises(target)[1:] == [(merge_of(again), "stopped", after(60), "met")]
    services.unmerge(again, by=agent, at=after(85))
    assert fresh(again).customer_waiting_since is None
    assert promises(again) == [("", "cancelled", after(60), "cancelled")]


def test_two_that_are_merged_keep_a_promise_each(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    third = InquiryFactory.create(at=after(65))
    services.merge(again, into=target, by=agent, at=after(70))
    services.merge(third, into=target, by=agent, at=after(71))
    services.unmerge(again, by=agent, at=after(72))
    assert promises(target)[1:] == [
        (merge_of(again), "cancelled", after(60), "cancelled"),
        (merge_of(third), "running", after(65), ""),
    ]
    now = fresh(target)
    assert (now.next_due_at, now.customer_waiting_since) == (after(95), after(65))


def test_the_promise_is_that_of_the_channel_on_which_it_was_made(
    target: Inquiry, agent: User
) -> None:
    """A letter is answered within hours, also where it is merged into a chat."""
    letter = InquiryFactory.create(channel=channel("email"), at=after(60))
    due = letter.next_due_at
    assert due is not None
    assert due > after(90)
    services.merge(letter, into=target, by=agent, at=after(70))
    assert target.clocks.get(subject=merge_of(letter)).due_at == due
    services.unmerge(letter, by=agent, at=after(80))
    assert fresh(letter).next_due_at == due


def test_undoing_gives_no_more_time_however_often(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    for second in (70, 80):
        services.merge(again, into=target, by=agent, at=after(second))
        services.unmerge(again, by=agent, at=after(second + 5))
    assert promises(again) == [
        ("", "cancelled", after(60), "cancelled"),
        ("", "cancelled", after(60), "cancelled"),
        ("", "running", after(60), ""),
    ]
    assert promises(target)[1:] == [
        (merge_of(again, place=0), "cancelled", after(60), "cancelled"),
        (merge_of(again), "cancelled", after(60), "cancelled"),
    ]
    assert fresh(again).next_due_at == after(90)
    assert fresh(target).next_due_at is None
    services.reply(again, text="三号送到。", by=agent, at=after(91))
    assert missed() == 1


def test_what_was_missed_while_merged_stays_missed_there_and_is_not_owed_again(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(80))
    services.unmerge(again, by=agent, at=after(100))
    assert promises(target)[1:] == [(merge_of(again), "cancelled", after(60), "missed")]
    assert promises(again) == [("", "cancelled", after(60), "cancelled")]
    assert fresh(again).customer_waiting_since == after(60)
    assert missed() == 1


def test_who_was_answered_there_is_owed_nothing_after_the_undoing(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    services.reply(target, text="三号送到。", by=agent, at=after(75))
    services.unmerge(again, by=agent, at=after(80))
    assert fresh(again).customer_waiting_since is None
    assert promises(again) == [("", "cancelled", after(60), "cancelled")]
    assert promises(target)[1:] == [(merge_of(again), "stopped", after(60), "met")]


def test_words_that_came_by_the_merged_ones_link_are_owed_where_it_stands_again(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    """No clock runs on where nobody waits any more."""
    services.reply(again, text="三号送到。", by=agent, at=after(65))
    finish(target, by=agent, at=after(66))
    services.reopen(target, by=agent, at=after(67))
    services.merge(again, into=target, by=agent, at=after(70))
    services.customer_writes(fresh(again), text="在吗？", at=after(75))
    assert fresh(target).next_due_at == after(105)
    services.unmerge(again, by=agent, at=after(80))
    now = fresh(target)
    assert (now.next_due_at, now.customer_waiting_since) == (None, None)
    back = fresh(again)
    assert (back.next_due_at, back.customer_waiting_since) == (after(105), after(75))


def test_who_wrote_by_their_own_link_still_waits_there(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    services.customer_writes(target, text="还有押金吗？", at=after(72))
    services.unmerge(again, by=agent, at=after(80))
    assert fresh(target).customer_waiting_since == after(72)
    assert fresh(again).customer_waiting_since == after(60)


def test_a_caller_who_waits_for_a_callback_still_waits_after_the_undoing(
    agent: User,
) -> None:
    again = InquiryFactory.create(at=after(-5))
    missed_call = services.record_missed_call(
        phone="13800138000", by=agent, at=after(0)
    )
    services.merge(again, into=missed_call, by=agent, at=after(5), reason="同一人")
    assert fresh(missed_call).customer_waiting_since == after(-5)
    services.unmerge(again, by=agent, at=after(10))
    assert fresh(missed_call).customer_waiting_since == after(0)


def test_who_says_that_no_answer_is_needed_is_owed_none(agent: User) -> None:
    target = InquiryFactory.create(at=after(50))
    again = InquiryFactory.create(at=after(60))
    services.merge(again, into=target, by=agent, at=after(70))
    services.leave(target, at=after(75))
    assert [status for _, status, _, _ in promises(target)] == ["cancelled"] * 2
    assert fresh(target).next_due_at is None


def test_a_conversation_is_not_closed_while_a_merged_ones_reply_is_owed(
    target: Inquiry, agent: User
) -> None:
    again = InquiryFactory.create(at=after(60))
    services.answer_topic(target, topic="operation_use", by=agent, at=after(61))
    services.merge(again, into=target, by=agent, at=after(70))
    services.write_note(target, text="两次都问了", by=agent, at=after(71))
    with pytest.raises(IllegalStep, match="IN-24"):
        services.ask_closing_question(target, by=agent, at=after(75))
