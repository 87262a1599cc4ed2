"""Two inquiries become one conversation, and two again, and nothing is lost."""

import uuid
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from inquiries import merged, services
from inquiries.models import Inquiry, InquiryTopic, Merge, Topic
from sla import detector
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, department
from tests.finishing import finish
from tests.inquiries.snapshot import everything
from tests.instants import Hand, after
from tests.texts import GREETING
from tickets.models import Message, Ticket
from tickets.services import events
from tickets.workflow import IllegalStep, NotAllowed

pytestmark = pytest.mark.django_db
OTHER_PHONE = "13912345678"


@pytest.fixture
def target(inquiry: Inquiry, agent: User) -> Inquiry:
    """The earlier one of the same customer: asked at 10:00:00, answered after 10 s."""
    services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    return fresh(inquiry)


@pytest.fixture
def again(target: Inquiry) -> Inquiry:
    """The same customer asks anew, about delivery, after a minute."""
    return InquiryFactory.create(
        topic=Topic.DELIVERY_TIME.value, text="几号送到？", at=after(60)
    )


def fresh(inquiry: Inquiry) -> Inquiry:
    return Inquiry.objects.get(pk=inquiry.pk)


def relative(**changes: Any) -> Inquiry:
    """Another person with the same phone, who has had an answer."""
    given = {"surname": "李", "text": "能开发票吗？", "at": after(60)}
    inquiry = InquiryFactory.create(**given | changes)
    services.reply(inquiry, text="能。", by=UserFactory.create(), at=after(65))
    Ticket.objects.filter(pk=inquiry.pk).update(assignee=None)
    return fresh(inquiry)


def said(inquiry: Inquiry, by: User) -> list[str]:
    merges = merged.absorbed(inquiry, by=by)
    messages = merged.read_by_colleagues(inquiry, merges)
    return [message.text for message in messages]


def topics(inquiry: Inquiry) -> set[str]:
    return set(inquiry.topics.values_list("topic", flat=True))


def intact() -> None:
    for ticket in Ticket.objects.all():
        assert events.broken_links(ticket) == []


def test_a_merged_inquiry_ends_and_says_where_it_goes_on(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    ended = fresh(again)
    assert (ended.status, ended.closed_at) == ("merged", after(70))
    assert ended.customer_waiting_since is None
    merge = merged.merge_of(ended, by=agent)
    assert merge is not None
    assert (merge.into, merge.merged_by, merge.merged_at) == (target, agent, after(70))
    assert again.events.last().data == {"into": target.number}
    assert target.events.last().data == {"other": again.number}
    intact()


def test_its_clock_is_cancelled_and_never_escalates(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    detector.sweep(clock=Hand(after(minutes=60)))
    clock = again.clocks.get()
    assert (clock.status, clock.outcome, clock.breached_at) == (
        "cancelled",
        "cancelled",
        None,
    )
    assert fresh(again).next_due_at is None
    assert not clock.events.filter(kind="escalate").exists()


@pytest.mark.clause("IN-24")
def test_a_promise_missed_by_then_stays_missed(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    """Merging is no way out of a breach: 30 s after 10:01:00 have passed."""
    services.merge(again, into=target, by=agent, at=after(91))
    clock = again.clocks.get()
    assert clock.breached_at is not None
    assert clock.events.filter(kind="breach").exists()


def test_both_are_read_as_one_thread_in_the_order_of_time_and_nothing_is_copied(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.write_note(again, text="老客户", by=agent, at=after(61))
    services.customer_writes(target, text="还有押金吗？", at=after(62))
    messages = Message.objects.count()
    services.merge(again, into=target, by=agent, at=after(70))
    services.reply(target, text="三号送到。", by=agent, at=after(80))
    assert said(target, agent) == [
        "两台摄像机租三天多少钱？",
        f"{GREETING}\n八百元。",
        "几号送到？",
        "老客户",
        "还有押金吗？",
        "三号送到。",
    ]
    assert Message.objects.count() == messages + 1
    assert Message.objects.get(text="老客户").direction == "note"


def test_open_topics_go_along_and_one_that_is_open_there_is_asked_once(
    again: Inquiry, agent: User
) -> None:
    target = InquiryFactory.create(at=after(20))
    InquiryTopic.objects.create(
        inquiry=again, topic=Topic.OPERATION_USE, asked_at=after(65)
    )
    services.merge(again, into=target, by=agent, at=after(70))
    assert topics(target) == {"operation_use", "delivery_time"}
    assert topics(again) == {"operation_use"}
    services.unmerge(again, by=agent, at=after(80))
    assert topics(target) == {"operation_use"}
    assert topics(again) == {"operation_use", "delivery_time"}


def test_the_customer_waits_in_the_one_that_goes_on(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    assert target.customer_waiting_since is None
    services.merge(again, into=target, by=agent, at=after(70))
    assert fresh(target).customer_waiting_since == after(60)
    services.reply(target, text="三号送到。", by=agent, at=after(80))
    assert fresh(target).customer_waiting_since is None


def test_who_reopened_and_waits_elsewhere_gets_a_promise_where_it_goes_on(
    target: Inquiry, agent: User
) -> None:
    finish(target, by=agent, at=after(20))
    services.reopen(target, by=agent, at=after(30))
    again = InquiryFactory.create(at=after(60))
    services.merge(again, into=target, by=agent, at=after(70))
    clock = target.clocks.get(cycle=2)
    assert (clock.status, clock.started_at) == ("running", after(60))


def test_what_is_written_by_the_merged_ones_link_goes_to_the_one_that_goes_on(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    for read in (again, fresh(again)):  # as a page had it before, and as it is
        services.customer_writes(read, text="在吗？", at=after(75))
    words = list(Message.objects.filter(text="在吗？"))
    assert {(m.ticket_id, m.origin_id) for m in words} == {(target.pk, again.pk)}
    assert fresh(again).message_count == 1
    assert fresh(target).customer_waiting_since == after(60)
    intact()


def test_what_is_sent_again_after_the_merge_is_still_one_message(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    token = uuid.uuid4()
    services.customer_writes(again, text="在吗？", at=after(65), client_token=token)
    services.merge(again, into=target, by=agent, at=after(70))
    for _click in range(2):
        services.customer_writes(
            fresh(again), text="在吗？", at=after(75), client_token=token
        )
    assert Message.objects.filter(text="在吗？").count() == 1


@pytest.mark.clause("IN-24")
def test_undoing_gives_back_status_topics_and_the_promise_to_who_still_waits(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    """A wrong merge undone loses nothing (IN-24)."""
    services.merge(again, into=target, by=agent, at=after(70))
    services.unmerge(again, by=agent, at=after(80))
    back = fresh(again)
    assert (back.status, back.closed_at, back.cycle) == ("new", None, 2)
    assert back.customer_waiting_since == after(60)
    assert topics(back) == {"delivery_time"}
    clock = back.clocks.get(cycle=2)
    assert (clock.status, clock.started_at, clock.due_at) == (
        "running",
        after(60),
        after(90),
    )
    assert fresh(target).customer_waiting_since is None
    assert topics(target) == {"operation_use"}
    assert merged.merge_of(back, by=agent) is None
    assert merged.absorbed(target, by=agent) == []
    verbs = list(target.events.values_list("verb", flat=True))
    assert verbs[-2:] == ["merged", "unmerged"]
    intact()


def test_who_was_answered_meanwhile_does_not_wait_after_the_undoing(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    services.reply(target, text="三号送到。", by=agent, at=after(75))
    services.unmerge(again, by=agent, at=after(80))
    assert fresh(again).customer_waiting_since is None
    assert not again.clocks.filter(cycle=2).exists()


@pytest.mark.parametrize(("answered", "since"), [(74, 75), (76, None)])
def test_words_written_meanwhile_stay_and_are_waited_for(
    again: Inquiry, target: Inquiry, agent: User, answered: int, since: int | None
) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    for second in sorted({answered, 75}):
        if second == 75:
            services.customer_writes(fresh(again), text="在吗？", at=after(75))
        else:
            services.reply(target, text="三号。", by=agent, at=after(answered))
    services.unmerge(again, by=agent, at=after(80))
    assert Message.objects.get(text="在吗？").ticket_id == target.pk
    assert Message.objects.get(text="三号。").ticket_id == target.pk
    expected = None if since is None else after(since)
    assert fresh(again).customer_waiting_since == expected


def test_after_the_undoing_words_go_where_they_went_before(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    stale = fresh(again)
    services.unmerge(again, by=agent, at=after(80))
    services.customer_writes(stale, text="还在吗？", at=after(85))
    message = Message.objects.get(text="还在吗？")
    assert (message.ticket_id, message.origin_id) == (again.pk, None)


def test_who_waited_there_before_still_waits_there_after_the_undoing(
    inquiry: Inquiry, agent: User
) -> None:
    earlier = InquiryFactory.create(at=after(-20))
    services.merge(earlier, into=inquiry, by=agent, at=after(5))
    assert fresh(inquiry).customer_waiting_since == after(-20)
    services.unmerge(earlier, by=agent, at=after(6))
    assert fresh(inquiry).customer_waiting_since == after(0)
    assert fresh(earlier).customer_waiting_since == after(-20)


def test_merged_undone_and_merged_again_is_all_on_record(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    services.unmerge(again, by=agent, at=after(80))
    services.merge(again, into=target, by=agent, at=after(90))
    kept = Merge.objects.values_list("merged_at", "undone_at")
    assert list(kept) == [(after(70), after(80)), (after(90), None)]
    assert [clock.status for clock in again.clocks.order_by("cycle")] == [
        "cancelled",
        "cancelled",
    ]


def test_merging_twice_is_merging_once(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    before = everything()
    services.merge(again, into=target, by=agent, at=after(71))
    assert everything() == before
    assert Merge.objects.count() == 1


def test_undoing_twice_is_refused(again: Inquiry, target: Inquiry, agent: User) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    services.unmerge(again, by=agent, at=after(80))
    before = everything()
    with pytest.raises(IllegalStep):
        services.unmerge(again, by=agent, at=after(81))
    assert everything() == before


def refused(field: str, inquiry: Inquiry, **given: Any) -> None:
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        services.merge(inquiry, **given)
    assert set(refusal.value.error_dict) == {field}
    assert everything() == before
    assert not Merge.objects.exists()


def test_two_names_of_one_phone_need_a_reason(target: Inquiry, agent: User) -> None:
    other = relative()
    refused("reason", other, into=target, by=agent, at=after(70))
    refused("reason", other, into=target, by=agent, at=after(70), reason=" \n ")
    refused("reason", other, into=target, by=agent, at=after(70), reason="x" * 201)
    refused("reason", other, into=target, by=agent, at=after(70), reason="a\0b")
    services.merge(other, into=target, by=agent, at=after(70), reason="同一公司")
    assert Merge.objects.get().reason == "同一公司"


@pytest.mark.clause("IN-24")
def test_another_person_is_answered_before_the_merge(
    target: Inquiry, agent: User
) -> None:
    """They never read what is said where it goes on."""
    other = InquiryFactory.create(surname="李", text="能开发票吗？", at=after(60))
    before = everything()
    with pytest.raises(IllegalStep):
        services.merge(other, into=target, by=agent, at=after(70), reason="同一公司")
    assert everything() == before
    services.reply(other, text="能。", by=agent, at=after(75))
    services.merge(other, into=target, by=agent, at=after(80), reason="同一公司")
    services.customer_writes(fresh(other), text="谢谢，怎么开？", at=after(85))
    services.reply(target, text="八百元。", by=agent, at=after(90))
    services.unmerge(other, by=agent, at=after(95))
    assert fresh(other).customer_waiting_since == after(85)


@pytest.mark.parametrize("phone", [OTHER_PHONE, ""])
def test_another_phone_is_never_merged_whatever_the_reason(
    target: Inquiry, agent: User, phone: str
) -> None:
    other = relative(phone=phone)
    refused("other", other, into=target, by=agent, at=after(70), reason="朋友")


def test_two_who_gave_no_phone_are_not_one(agent: User) -> None:
    one, other = relative(phone="", at=after(1)), relative(phone="", at=after(2))
    refused("other", one, into=other, by=agent, at=after(70), reason="像")


def test_nothing_is_merged_into_itself(inquiry: Inquiry, agent: User) -> None:
    refused("other", inquiry, into=inquiry, by=agent, at=after(70))


def illegal(inquiry: Inquiry, into: Inquiry, by: User, at: datetime) -> None:
    before = everything()
    with pytest.raises(IllegalStep):
        services.merge(inquiry, into=into, by=by, at=at)
    assert everything() == before


def test_what_is_finished_is_linked_not_merged(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    """Open into closed, closed into open, closed into closed: each is refused."""
    finish(target, by=agent, at=after(65))
    illegal(again, target, agent, after(70))
    illegal(target, again, agent, after(70))
    services.greet(again, by=agent, at=after(71))
    services.tell_service_facts(again, zone="same_city", by=agent, at=after(71))
    finish(again, by=agent, at=after(72))
    illegal(again, target, agent, after(80))


def test_there_are_no_chains_and_so_no_rings(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    third = InquiryFactory.create(at=after(65))
    services.merge(again, into=target, by=agent, at=after(70))
    illegal(again, third, agent, after(71))  # merged already
    illegal(third, again, agent, after(71))  # into a merged one
    illegal(target, third, agent, after(71))  # has taken in another
    illegal(target, again, agent, after(71))  # the ring
    services.merge(third, into=target, by=agent, at=after(72))
    assert len(merged.absorbed(target, by=agent)) == 2


def test_nobody_ends_what_is_in_a_colleagues_hands(
    again: Inquiry, target: Inquiry, agent: User, colleague: User, supervisor: User
) -> None:
    services.take(again, by=colleague, at=after(61))
    illegal(again, target, agent, after(70))
    services.merge(again, into=target, by=supervisor, at=after(71))
    assert fresh(again).status == "merged"


def test_an_agent_merges_the_own_one_into_a_colleagues(
    again: Inquiry, target: Inquiry, colleague: User
) -> None:
    services.merge(again, into=target, by=colleague, at=after(70))
    assert fresh(target).assignee != colleague
    assert fresh(again).status == "merged"


def test_a_handler_neither_merges_nor_undoes(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    handler = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    Ticket.objects.update(department=handler.department)
    before = everything()
    with pytest.raises(NotAllowed):
        services.merge(again, into=target, by=handler, at=after(70))
    assert everything() == before
    services.merge(again, into=target, by=agent, at=after(70))
    before = everything()
    with pytest.raises(NotAllowed):
        services.unmerge(again, by=handler, at=after(80))
    assert everything() == before


def test_a_merged_conversation_that_one_may_not_see_does_not_exist(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    handler = UserFactory.create(
        role=Role.DEPARTMENT_HANDLER, department=department("finance")
    )
    Ticket.objects.filter(pk=target.pk).update(department=handler.department)
    services.merge(again, into=target, by=agent, at=after(70))
    assert "几号送到？" in said(target, agent)
    assert "几号送到？" not in said(target, handler)
    assert merged.merge_of(fresh(again), by=handler) is not None
    Ticket.objects.filter(pk=target.pk).update(department=None)
    assert merged.merge_of(fresh(again), by=handler) is None


def test_the_database_knows_the_rules_by_name(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    third = InquiryFactory.create(at=after(65))
    for inquiry, into, name in (
        (again, third, "merge_one_standing_per_inquiry"),
        (third, third, "merge_never_into_itself"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Merge.objects.create(
                inquiry=inquiry,
                into=into,
                merged_by=agent,
                merged_at=after(80),
                status_before="new",
            )
