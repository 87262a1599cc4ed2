"""What was shown, quoted, explained and told is read of all that stand together."""

import pytest

from inquiries import follow_up_text, services
from inquiries.merged import of_one_customer
from inquiries.models import Comparison, Inquiry, Quotation, Topic
from inquiries.services.quoting import newest_version
from inquiries.services.selecting import chosen_devices
from staff.models import User
from tests.answering import settle
from tests.factories import InquiryFactory
from tests.finishing import finish
from tests.inquiries.requests import decided, wish
from tests.inquiries.snapshot import everything
from tests.instants import after
from tickets.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(inquiry: Inquiry, agent: User) -> Inquiry:
    """Asked at 10:00:00 how to use a device, answered after 10 s."""
    services.reply(inquiry, text="这样用。", by=agent, at=after(10))
    return fresh(inquiry)


@pytest.fixture
def again(target: Inquiry, agent: User) -> Inquiry:
    """The same customer asks anew after a minute, and is greeted."""
    asked = InquiryFactory.create(
        topic=Topic.DEVICE_SELECTION.value, text="小一点的。", at=after(60)
    )
    services.greet(asked, by=agent, at=after(61))
    return fresh(asked)


def fresh(inquiry: Inquiry) -> Inquiry:
    return Inquiry.objects.get(pk=inquiry.pk)


def quote(inquiry: Inquiry, by: User, second: int) -> Quotation:
    return services.quote(
        inquiry,
        items=[("CAM-06", 1)],
        days=3,
        delivery="same_city",
        by=by,
        at=after(second),
    )


@pytest.mark.clause("IN-35")
def test_what_was_compared_before_the_merge_is_chosen_after_it_with_words_of_either(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    settle(again, Topic.DEVICE_SELECTION, by=agent, at=after(65))
    compared = Comparison.objects.get()
    proof = Message.objects.get(text="小一点的。")
    before = everything()
    with pytest.raises(Comparison.DoesNotExist):
        services.choose_device(
            target,
            comparison=compared,
            code=compared.codes[0],
            message=proof,
            by=agent,
            at=after(68),
        )
    assert everything() == before
    services.merge(again, into=target, by=agent, at=after(70))
    chosen = services.choose_device(
        target,
        comparison=compared,
        code=compared.codes[0],
        message=proof,
        by=agent,
        at=after(75),
    )
    assert chosen_devices(of_one_customer(target)) == [chosen]
    services.unmerge(again, by=agent, at=after(80))
    assert chosen_devices(of_one_customer(target)) == []
    assert chosen_devices(of_one_customer(again)) == [chosen]


@pytest.mark.clause("IN-37")
def test_a_quotation_that_is_sent_after_the_merge_takes_the_place_of_earlier_ones(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    """One of before, on the other conversation, is not shown to who has not had it."""
    theirs = quote(again, agent, 62)
    own = quote(target, agent, 65)
    services.merge(again, into=target, by=agent, at=after(70))
    assert newest_version(fresh_of(theirs)) == theirs
    newer = quote(target, agent, 75)
    assert newer.version == 2
    assert newest_version(fresh_of(theirs)) == newer
    assert newest_version(fresh_of(own)) == newer
    services.unmerge(again, by=agent, at=after(80))
    assert newest_version(fresh_of(theirs)) == theirs


def fresh_of(quotation: Quotation) -> Quotation:
    return Quotation.objects.get(pk=quotation.pk)


@pytest.mark.clause("IN-04")
def test_a_topic_is_answered_by_what_was_said_before_the_merge(
    target: Inquiry, agent: User
) -> None:
    asked = InquiryFactory.create(topic=Topic.DELIVERY_TIME.value, at=after(60))
    services.greet(asked, by=agent, at=after(61))
    settle(asked, Topic.DELIVERY_TIME, by=agent, at=after(62))
    answer = fresh(asked).last_answer
    services.merge(asked, into=target, by=agent, at=after(70))
    services.answer_topic(target, topic="delivery_time", by=agent, at=after(75))
    assert target.topics.get(topic="delivery_time").answer == answer
    services.unmerge(asked, by=agent, at=after(80))
    assert asked.topics.get().answered_at == after(75)


@pytest.mark.clause("IN-04")
def test_a_topic_is_answered_by_a_named_message_of_a_merged_conversation(
    target: Inquiry, agent: User
) -> None:
    asked = InquiryFactory.create(topic=Topic.DELIVERY_TIME.value, at=after(60))
    services.greet(asked, by=agent, at=after(61))
    settle(asked, Topic.DELIVERY_TIME, by=agent, at=after(62))
    answer = fresh(asked).last_answer
    services.merge(asked, into=target, by=agent, at=after(70))
    services.answer_topic(
        target, topic="delivery_time", message=answer, by=agent, at=after(75)
    )
    assert target.topics.get(topic="delivery_time").answer == answer


@pytest.mark.clause("IN-56")
def test_a_follow_up_tells_of_everything_that_stands_together(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    settle(again, Topic.DEVICE_SELECTION, by=agent, at=after(62))
    compared = Comparison.objects.get()
    services.choose_device(
        again, comparison=compared, code=compared.codes[0], at=after(62)
    )
    settle(again, Topic.CONTRACT_TERMS, by=agent, at=after(63))
    settle(again, Topic.DELIVERY_TIME, by=agent, at=after(64))
    quotation = quote(again, agent, 65)
    request = wish(again, by=agent, at=after(66))
    services.tell_contract_result(
        decided(request, at=after(67)), by=agent, at=after(68)
    )
    alone = follow_up_text.summary(target)
    services.merge(again, into=target, by=agent, at=after(70))
    finish(target, by=agent, at=after(80))
    told = follow_up_text.summary(target).splitlines()
    assert [line.partition("：")[0] for line in told[1:]] == [
        "· 您咨询的内容",
        "· 您选择的设备",
        f"· 报价单{quotation.number}",
        "· 已为您说明的合同条款",
        "· 交付时间（同城配送）",
        f"· 合同修改建议{request.number}（提前退租）",
    ]
    assert quotation.number not in alone
    assert "http" not in "".join(told)


def test_a_follow_up_tells_nobody_of_another_persons_conversation(
    target: Inquiry, agent: User
) -> None:
    other = InquiryFactory.create(surname="李", at=after(60))
    services.reply(other, text="好。", by=agent, at=after(61))
    quotation = quote(other, agent, 62)
    services.merge(other, into=target, by=agent, at=after(70), reason="一家人")
    assert quotation.number not in follow_up_text.summary(target)
