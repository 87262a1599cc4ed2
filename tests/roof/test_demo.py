"""The demo company: a newcomer sees conversations that keep the policy."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.utils import timezone

from inquiries.models import (
    Callback,
    Comparison,
    ContractRequest,
    DeviceChoice,
    FollowUp,
    Inquiry,
    Quotation,
    RepairRequest,
)
from inquiries.topic_guards import refusal_for
from objections.models import (
    Handoff,
    MonthlyReport,
    Objection,
    PreventiveAction,
)
from objections.order_facts import facts_for, is_anothers
from objections.services import quarantining
from sla.models import Clock
from staff.models import User
from tickets.models import Channel
from tickets.services import events

pytestmark = pytest.mark.django_db


def test_an_empty_house_gets_conversations_that_keep_the_policy_and_only_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for made, objected in ((13, 10), (0, 0)):
        call_command("load_demo")
        said = f"{made} demo conversations, {objected} demo objections\n"
        assert capsys.readouterr().out == said
    asked = Inquiry.objects.order_by("created_at", "pk")
    assert Counter(it.status for it in asked) == {
        "closed": 4,
        "in_service": 5,
        "answered": 1,
        "awaiting_verification": 2,
        "missed": 1,
    }
    for inquiry in asked:
        assert events.broken_links(inquiry) == []
        for topic in inquiry.topics.exclude(answered_at=None):
            assert refusal_for(inquiry, topic.topic) is None


def test_a_newcomer_sees_objections_in_every_stage_with_their_departments() -> None:
    call_command("load_demo")
    filed = Objection.objects.open().order_by("created_at")
    assert {(it.customer.surname, it.status, it.severity) for it in filed} == {
        ("陈", "executing", "normal"),
        ("褚", "return_visit", "normal"),
        ("吴", "investigating", "major"),
        ("冯", "proposed", "normal"),
        ("郑", "pending_approval", "normal"),
        ("周", "handed_off", "normal"),
        ("孙", "recorded", "normal"),
        ("赵", "received", "urgent"),
        ("钱", "acknowledged", "normal"),
    }
    for objection in filed:
        assert events.broken_links(objection) == []
    waiting = Handoff.objects.waiting().values_list("department__code", flat=True)
    assert sorted(waiting) == ["technical_support", "warehouse_logistics"]


@pytest.mark.clause("OB-10")
def test_a_newcomer_sees_what_is_frequent_and_a_measure_that_helped() -> None:
    call_command("load_demo")
    frequent, helped = PreventiveAction.objects.order_by("-opened_at")
    assert (frequent.device_model, frequent.owner) == (
        "Sony FX3",
        User.objects.get(username="technical_support"),
    )
    assert frequent.objections.count() == 4
    assert (helped.status, helped.count_before, helped.count_after) == (
        *("effective", 2, 0),
    )
    boss = User.objects.get(username="supervisor")
    assert [it.serial for it in quarantining.suspects(by=boss)] == ["FX3-0231"]
    assert MonthlyReport.objects.count() == 1


@pytest.mark.clause("IN-34", "IN-35", "IN-37")
def test_a_newcomer_sees_a_comparison_a_choice_and_a_quotation() -> None:
    call_command("load_demo")
    comparison = Comparison.objects.get()
    assert len(comparison.codes) == 2
    choice = DeviceChoice.objects.get()
    assert (choice.comparison, choice.code) == (comparison, comparison.codes[0])
    quotation = Quotation.objects.earliest("sent_at")
    assert quotation.sent_at is not None
    assert (quotation.days, quotation.devices[0]["code"]) == (7, "SWT-01")
    assert quotation.inquiry.topics.get().answered_at is not None


def test_every_list_of_the_desk_has_something_to_do() -> None:
    call_command("load_demo")
    assert Callback.objects.open().count() == 3
    assert FollowUp.objects.filter(status="pending").count() == 2
    assert Counter(it.status for it in ContractRequest.objects.all()) == {
        "forwarded": 1,
        "decided": 1,
    }
    assert Counter(it.status for it in RepairRequest.objects.all()) == {
        "reported": 1,
        "contacted": 1,
        "finished": 1,
    }
    missed = Clock.objects.filter(outcome="missed")
    assert [clock.metric for clock in missed] == ["first_reply"]
    late = Clock.objects.running().filter(due_at__lte=timezone.now())
    assert list(late) == []


def test_every_channel_has_an_address_and_one_that_people_gave_it_stays() -> None:
    hotline = Channel.objects.filter(code="hotline")
    hotline.update(address_kind="phone", address="95588")
    call_command("load_demo")
    assert hotline.get().address == "95588"
    for channel in Channel.objects.exclude(code__in=["web_chat", "store"]):
        channel.full_clean()
        assert channel.address


@pytest.mark.clause("OB-47", "OB-48")
def test_every_order_that_a_demo_objection_names_is_known_and_its_customers() -> None:
    call_command("load_demo")
    named = Objection.objects.open().exclude(order_number="")
    assert named.count() > 2
    for objection in named:
        facts = facts_for(objection)
        assert facts.lines
        assert not is_anothers(facts, objection), objection.order_number
