"""A complex question is explained in steps, or somebody says why not (IN-07)."""

import pytest
from django.core.exceptions import ValidationError

from inquiries import services
from inquiries.models import Inquiry, InquiryTopic
from inquiries.steps import steps_of
from staff.models import User
from tests.factories import InquiryFactory
from tests.inquiries.snapshot import everything
from tests.instants import after
from tickets.workflow import IllegalStep

STEPS = "您可以这样做：\n1. 打开相机电源\n2. 接上HDMI线"
TOPIC = "operation_use"


@pytest.mark.clause("IN-07")
@pytest.mark.parametrize(
    ("text", "count"),
    [
        (STEPS, 2),
        ("1、开机 2、连线 3、开播", 3),
        ("(1) 开机\n(2) 连线", 2),
        ("①开机②连线", 2),
        ("第一步开机，第二步连线", 2),
        ("步骤1：开机；步骤2：连线", 2),
        ("一、开机\n二、连线", 2),
        ("- 开机\n- 连线", 2),
        ("首先开机，然后连线，最后开播", 3),
        ("", 0),
        ("开机就行。", 0),
        ("1. 开机", 1),
        ("1. 好\n2. 的", 0),
        ("1. 开机\n2. 开机", 1),
        ("1.\n2.", 0),
        ("租金是1.5万元，押金2.3万元", 0),
        ("租3天，2台，共800元", 0),
        ("型号A7-2，接口USB-3", 0),
    ],
)
def test_steps_are_what_is_numbered_or_put_in_order(text: str, count: int) -> None:
    assert len(steps_of(text)) == count


@pytest.fixture
def complex_one(inquiry: Inquiry, agent: User) -> Inquiry:
    services.greet(inquiry, by=agent, at=after(5))
    services.mark_complex(inquiry, topic=TOPIC, by=agent, at=after(6))
    return inquiry


def topic() -> InquiryTopic:
    return InquiryTopic.objects.get()


@pytest.mark.django_db
@pytest.mark.clause("IN-07")
def test_an_answer_without_steps_is_refused_and_nothing_is_sent(
    complex_one: Inquiry, agent: User
) -> None:
    before = everything()
    with pytest.raises(ValidationError) as refused:
        services.reply(
            complex_one, text="开机就行。", by=agent, at=after(20), answers=[TOPIC]
        )
    assert set(refused.value.error_dict) == {"plain_reason"}
    assert everything() == before
    services.reply(complex_one, text="开机就行。", by=agent, at=after(20))
    before = everything()
    with pytest.raises(ValidationError):
        services.answer_topic(complex_one, topic=TOPIC, by=agent, at=after(21))
    assert everything() == before


@pytest.mark.django_db
@pytest.mark.clause("IN-07")
def test_two_steps_answer_a_complex_question(complex_one: Inquiry, agent: User) -> None:
    services.reply(complex_one, text=STEPS, by=agent, at=after(20), answers=[TOPIC])
    assert (topic().answered_at, topic().plain_reason) == (after(20), "")


@pytest.mark.django_db
@pytest.mark.clause("IN-07")
@pytest.mark.parametrize("later", [False, True])
def test_a_reason_does_instead_and_is_kept(
    complex_one: Inquiry, agent: User, *, later: bool
) -> None:
    reason = {"plain_reason": " 客户只问\n是否支持 "}
    if later:
        services.reply(complex_one, text="支持。", by=agent, at=after(20))
        services.answer_topic(
            complex_one, topic=TOPIC, by=agent, at=after(21), **reason
        )
    else:
        services.reply(
            complex_one,
            text="支持。",
            by=agent,
            at=after(20),
            answers=[TOPIC],
            **reason,
        )
    assert topic().answered_at is not None
    assert topic().plain_reason == "客户只问 是否支持"


@pytest.mark.django_db
@pytest.mark.clause("IN-07", "IN-27")
def test_what_had_to_be_checked_is_complex_and_the_callback_may_explain_it(
    inquiry: Inquiry, agent: User
) -> None:
    services.announce_checking(
        inquiry, surname="王", phone="", question="4K？", by=agent, at=after(20)
    )
    assert topic().complex_at == after(20)
    services.finish_callback(inquiry, way="call", outcome=STEPS, by=agent, at=after(40))
    services.reply(inquiry, text="如电话所说。", by=agent, at=after(50))
    services.answer_topic(inquiry, topic=TOPIC, by=agent, at=after(51))
    assert topic().plain_reason == ""


@pytest.mark.django_db
@pytest.mark.clause("IN-07")
def test_what_is_not_complex_needs_no_steps(inquiry: Inquiry, agent: User) -> None:
    services.reply(inquiry, text="支持。", by=agent, at=after(20), answers=[TOPIC])
    assert topic().answered_at == after(20)
    with pytest.raises(ValidationError) as refused:
        services.mark_complex(inquiry, topic=TOPIC, by=agent, at=after(30))
    assert set(refused.value.error_dict) == {"topic"}


@pytest.mark.django_db
@pytest.mark.clause("IN-07")
def test_the_mark_is_set_and_taken_away_once(inquiry: Inquiry, agent: User) -> None:
    for seconds in (5, 6):
        services.mark_complex(inquiry, topic=TOPIC, by=agent, at=after(seconds))
    for seconds in (7, 8):
        services.mark_complex(
            inquiry, topic=TOPIC, by=agent, at=after(seconds), is_complex=False
        )
    marks = inquiry.events.filter(verb__in=["topic_complex", "topic_simple"])
    assert [event.at for event in marks] == [after(5), after(7)]
    assert topic().complex_at is None


@pytest.mark.django_db
def test_an_endless_reason_is_refused(complex_one: Inquiry, agent: User) -> None:
    before = everything()
    with pytest.raises(ValidationError) as refused:
        services.reply(
            complex_one,
            text="支持。",
            by=agent,
            at=after(20),
            answers=[TOPIC],
            plain_reason="好" * 201,
        )
    assert set(refused.value.error_dict) == {"plain_reason"}
    assert everything() == before


@pytest.mark.django_db
@pytest.mark.clause("IN-07", "IN-37")
def test_a_topic_with_a_rule_of_its_own_is_explained_by_that_rule(
    agent: User,
) -> None:
    inquiry = InquiryFactory.create(topic="rental_price")
    services.greet(inquiry, by=agent, at=after(5))
    services.mark_complex(inquiry, topic="rental_price", by=agent, at=after(6))
    with pytest.raises(IllegalStep):
        services.reply(
            inquiry, text=STEPS, by=agent, at=after(20), answers=["rental_price"]
        )
