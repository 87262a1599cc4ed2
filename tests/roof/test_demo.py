"""The demo company: a newcomer sees conversations that keep the policy."""

import pytest
from django.core.management import call_command

from inquiries.models import Comparison, DeviceChoice, Inquiry, Quotation
from inquiries.topic_guards import refusal_for
from objections.models import Handoff, Objection
from tickets.services import events

pytestmark = pytest.mark.django_db


def test_an_empty_house_gets_conversations_that_keep_the_policy_and_only_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for made, objected in ((4, 5), (0, 0)):
        call_command("load_demo")
        said = f"{made} demo conversations, {objected} demo objections\n"
        assert capsys.readouterr().out == said
    asked = Inquiry.objects.order_by("created_at")
    assert [(it.status, it.topics.get().topic) for it in asked] == [
        ("closed", "device_selection"),
        ("closed", "delivery_time"),
        ("in_service", "rental_price"),
        ("in_service", "after_sales"),
    ]
    for inquiry in asked:
        assert events.broken_links(inquiry) == []
        for topic in inquiry.topics.exclude(answered_at=None):
            assert refusal_for(inquiry, topic.topic) is None


def test_a_newcomer_sees_objections_in_every_stage_with_their_departments() -> None:
    call_command("load_demo")
    filed = Objection.objects.order_by("created_at")
    assert {(it.customer.surname, it.status, it.severity) for it in filed} == {
        ("吴", "investigating", "major"),
        ("周", "handed_off", "normal"),
        ("孙", "recorded", "normal"),
        ("赵", "received", "urgent"),
        ("钱", "acknowledged", "normal"),
    }
    for objection in filed:
        assert events.broken_links(objection) == []
    waiting = Handoff.objects.waiting().values_list("department__code", flat=True)
    assert sorted(waiting) == ["technical_support", "warehouse_logistics"]


@pytest.mark.clause("IN-34", "IN-35", "IN-37")
def test_a_newcomer_sees_a_comparison_a_choice_and_a_quotation() -> None:
    call_command("load_demo")
    comparison = Comparison.objects.get()
    assert len(comparison.codes) == 2
    choice = DeviceChoice.objects.get()
    assert (choice.comparison, choice.code) == (comparison, comparison.codes[0])
    quotation = Quotation.objects.get()
    assert quotation.sent_at is not None
    assert (quotation.days, quotation.devices[0]["code"]) == (7, "SWT-01")
    assert quotation.inquiry.topics.get().answered_at is not None
