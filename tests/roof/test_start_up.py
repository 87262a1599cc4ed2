"""What every start tells of the channels, and the stores of the demo company."""

import pytest
import time_machine

from helpdesk.setup import checks, loading
from tests.instants import after
from tests.policies import publish
from tickets.models import Channel, PublicationPlace, Store

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    with time_machine.travel(after(9), tick=False):
        return [str(it.msg) for it in checks.channels_have_a_limit()]


@pytest.mark.clause("IN-06")
def test_every_start_tells_of_a_channel_without_a_limit_for_the_first_reply() -> None:
    """IN-06: with the written policy there is none."""
    assert told() == []
    taking = Channel.objects.filter(takes_inquiries=True)
    codes = set(taking.values_list("code", flat=True)) - {"weibo", "email"}
    publish(IN_FIRST_REPLY={"conditions": {"channel": sorted(codes)}})
    assert told() == ["No rule in force limits the first reply on the channel weibo."]
    Channel.objects.filter(code="weibo").update(takes_inquiries=False)
    assert told() == []


def test_the_demo_company_has_stores_that_are_loaded_once() -> None:
    loading.load_people()
    assert loading.load_stores(at=after(0)) == 2
    assert loading.load_stores(at=after(5)) == 0
    assert Store.objects.in_use().count() == 2
    assert PublicationPlace.objects.filter(kind="store").count() == 2
