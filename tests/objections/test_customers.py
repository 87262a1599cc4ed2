"""What the customer does after filing: adds, urges, withdraws."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from objections import services
from sla.models import Clock
from tests.factories import AT, UserFactory
from tests.instants import after
from tests.objections.cases import filed, handed
from tickets.models import Direction
from tickets.workflow import IllegalStep

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
