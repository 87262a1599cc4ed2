"""What the customer does after filing: adds, urges, withdraws."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from time_machine import travel

from customers.services import forget_contacts_later
from helpdesk.tasks import forget_contacts
from objections import services
from objections.next_step import possible_steps
from objections.workflow import Step
from sla.models import Clock
from staff.models import Role
from tests.factories import AT, UserFactory
from tests.instants import after
from tests.objections.cases import SERVICE, filed, handed
from tickets.models import Direction, Verb
from tickets.workflow import IllegalStep, NotAllowed, SentOtherwise

pytestmark = pytest.mark.django_db


def test_words_and_material_are_added_to_the_case() -> None:
    objection = handed()
    message = services.customer_writes(objection, text="补充:序列号是A1", at=AT)
    assert (message.direction, message.text) == (Direction.IN, "补充:序列号是A1")
    objection.refresh_from_db()
    assert objection.customer_waiting_since is not None


def test_urging_is_counted_once_a_minute() -> None:
    objection = filed()
    for seconds in (0, 59, 60, 130):
        services.urge(objection, at=AT + timedelta(seconds=seconds))
    objection.refresh_from_db()
    assert objection.urgings == 3
    assert objection.urged_at == AT + timedelta(seconds=130)


def test_a_withdrawn_objection_needs_nothing_any_more() -> None:
    objection = handed()
    services.withdraw(
        objection, statement="已解决,不用处理了", by=None, at=after(minutes=9)
    )
    objection.refresh_from_db()
    assert (objection.status, objection.closed_at) == ("withdrawn", after(minutes=9))
    assert not objection.handoffs.standing().exists()
    assert not Clock.objects.unfinished().filter(ticket=objection).exists()
    assert objection.next_due_at is None
    with pytest.raises(IllegalStep):
        services.customer_writes(objection, text="还有一句", at=after(minutes=10))


def test_withdrawing_needs_a_word_and_keeps_what_was_missed() -> None:
    objection = filed()
    with pytest.raises(ValidationError) as refused:
        services.withdraw(objection, statement="", by=None, at=AT)
    assert list(refused.value.message_dict) == ["statement"]
    agent = UserFactory.create()
    services.withdraw(objection, statement="来电撤回", by=agent, at=after(hours=2))
    missed = objection.clocks.filter(outcome="missed").values_list("metric", flat=True)
    assert sorted(missed) == ["acknowledgement", "handoff"]


def test_withdrawing_twice_is_withdrawing_once() -> None:
    objection = filed()
    agent = UserFactory.create()
    for by in (None, None):
        services.withdraw(objection, statement="已解决", by=by, at=AT)
    assert objection.events.filter(verb="objection_withdrawn").count() == 1
    for by, statement in ((agent, "已解决"), (None, "另有原因")):
        with pytest.raises(IllegalStep):
            services.withdraw(objection, statement=statement, by=by, at=AT)


@pytest.mark.clause("OB-07")
def test_who_is_named_neither_takes_nor_ends_the_objection() -> None:
    named = UserFactory.create()
    objection = filed(SERVICE, named_colleague=named.work_number)
    with pytest.raises(NotAllowed):
        services.take(objection, by=named, at=AT)
    with pytest.raises(NotAllowed):
        services.withdraw(objection, statement="来电撤回", by=named, at=AT)
    services.acknowledge(objection, by=named, at=AT)
    objection.refresh_from_db()
    assert (objection.status, objection.assignee) == ("acknowledged", None)
    assert possible_steps(objection, by=named, handoffs=[]).isdisjoint(
        {Step.TAKE, Step.WITHDRAW, Step.REPLY, Step.CORRECT, Step.RECORD}
    )
    for verb, facts in (
        (services.reply, {"text": "不是我"}),
        (services.correct, {"changes": {"description": "没有的事"}}),
        (services.record, {}),
    ):
        with pytest.raises(NotAllowed):
            verb(objection, **facts, by=named, at=AT)


@pytest.mark.clause("OB-07")
def test_who_turns_out_to_be_named_has_the_case_no_longer_in_hand() -> None:
    boss = UserFactory.create(role=Role.SUPERVISOR)
    holder = UserFactory.create(supervisor=boss)
    objection = filed(SERVICE)
    services.acknowledge(objection, by=holder, at=AT)
    services.correct(
        objection,
        changes={"named_colleague": holder.work_number},
        by=UserFactory.create(),
        at=AT,
    )
    objection.refresh_from_db()
    assert objection.assignee == boss


@pytest.mark.clause("OB-43")
def test_a_number_that_an_open_objection_needs_is_not_forgotten() -> None:
    objection = filed()
    forget_contacts_later(objection.customer, at=AT)
    with travel(AT + timedelta(days=9), tick=False):
        assert forget_contacts() == 0
        services.withdraw(
            objection, statement="已解决", by=None, at=AT + timedelta(days=9)
        )
        assert forget_contacts() == 1


def test_an_edited_reply_is_never_dropped_as_a_second_click() -> None:
    agent = UserFactory.create()
    objection, token = filed(), uuid.uuid4()
    first = services.reply(objection, text="好的", by=agent, at=AT, client_token=token)
    again = services.reply(objection, text="好的", by=agent, at=AT, client_token=token)
    assert again == first
    for verb in (services.reply, services.write_note):
        with pytest.raises(SentOtherwise):
            verb(objection, text="好的,马上", by=agent, at=AT, client_token=token)


@pytest.mark.clause("IN-20")
def test_what_a_supervisor_lets_pass_in_a_reply_is_on_record() -> None:
    supervisor = UserFactory.create(role=Role.SUPERVISOR)
    objection = filed()
    services.reply(
        objection,
        text="这个我不知道",
        by=supervisor,
        at=AT,
        override_reason="引用客户原话",
    )
    assert objection.events.filter(verb=Verb.PHRASE_ALLOWED).count() == 1
    note = objection.messages.get(direction=Direction.NOTE)
    assert "引用客户原话" in note.text
