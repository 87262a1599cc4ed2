"""The policies in force, and what clocks say of the rules that made them."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from inquiries.models import Inquiry
from sla.metrics import Metric
from sla.models import PolicyVersion
from sla.services import clocks, pauses
from tests import policies
from tests.factories import AT, InquiryFactory

pytestmark = pytest.mark.django_db

POLICIES = "/api/v1/policies/"
CLOCKS = "/api/v1/clocks/"


def rules(api: APIClient) -> dict[str, Any]:
    (policy,) = api.get(POLICIES).json()
    return {rule["code"]: rule for rule in policy["targets"]}


@pytest.mark.clause("IN-02")
def test_a_policy_names_the_laws_that_it_rests_on(api: APIClient) -> None:
    (policy,) = api.get(POLICIES).json()
    assert policy["laws"] == [
        "《中华人民共和国民法典》",
        "《中华人民共和国消费者权益保护法》",
    ]


def test_every_rule_is_told_with_its_terms(api: APIClient) -> None:
    (policy,) = api.get(POLICIES).json()
    assert (policy["code"], policy["version"]) == ("standard", 1)
    found = rules(api)
    reply = found["IN_FIRST_REPLY"]
    assert (reply["metric"], reply["unit"], reply["budget"]) == (
        "first_reply",
        "wall",
        "PT30S",
    )
    assert reply["clauses"] == ["IN-24", "IN-25"]
    assert (reply["origin"], reply["warn_at_fraction"]) == ("SEED", 0.8)
    mail = found["CC_EMAIL_REPLY"]
    assert mail["conditions"] == {"channel": ["email"]}
    assert (mail["budget"], mail["calendar"]) == ("PT1H", "objection_service")
    total = found["OB_TOTAL"]
    assert (total["unit"], total["days"], total["budget"]) == ("working_days", 3, None)
    assert found["IN_RING"]["compare"] == "lt"
    assert found["SH_COMPLAINT_24H"]["enabled"] is False


def test_ladder_and_reasons_for_pauses_are_told(api: APIClient) -> None:
    (policy,) = api.get(POLICIES).json()
    first, *_more, last = policy["ladder"]
    assert (first["after"], first["audience"]) == ("PT0S", "assignee_and_supervisor")
    assert (last["unit"], last["days"], last["after"]) == ("working_days", 1, None)
    reasons = {reason["code"]: reason for reason in policy["pause_rules"]}
    assert "total" in reasons["awaiting_evidence"]["metrics"]
    assert reasons["awaiting_evidence"]["days"] == 2


def test_drafts_are_not_told_and_a_new_version_is(api: APIClient) -> None:
    policies.draft(IN_FIRST_REPLY={"budget": timedelta(seconds=20)})
    assert rules(api)["IN_FIRST_REPLY"]["budget"] == "PT30S"
    PolicyVersion.objects.drafts().delete()
    policies.publish(IN_FIRST_REPLY={"budget": timedelta(seconds=20)})
    assert rules(api)["IN_FIRST_REPLY"]["budget"] == "PT20S"


def test_the_policies_take_the_same_few_queries_however_many_rules(
    api: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # Token, what is in force, version, rules, their ladders, calendars, ladder, reasons
    with django_assert_num_queries(11):
        api.get(POLICIES)


@pytest.fixture
def paused(db: None) -> Inquiry:
    """An inquiry whose objection clocks stand still while evidence is awaited."""
    inquiry = InquiryFactory.create()
    clocks.start(inquiry, Metric.TOTAL, at=AT)
    pauses.pause(
        inquiry,
        Metric.TOTAL,
        reason="awaiting_evidence",
        at=AT + timedelta(hours=1),
        by=None,
    )
    return inquiry


def test_a_clock_names_its_rule_its_metric_and_its_policy(api: APIClient) -> None:
    InquiryFactory.create()
    (clock,) = api.get(CLOCKS).json()["results"]
    assert clock["code"] == "IN_FIRST_REPLY"
    assert clock["metric"] == "first_reply"
    assert (clock["policy"], clock["policy_version"]) == ("standard", 1)
    assert (clock["promise_seconds"], clock["promise_days"]) == (30.0, None)
    assert (clock["subject"], clock["paused"], clock["flagged"]) == ("", None, False)
    assert clock["revoked_at"] is None


def test_a_paused_clock_says_why_and_until_when(
    api: APIClient, paused: Inquiry
) -> None:
    (clock,) = api.get(CLOCKS, {"status": "paused"}).json()["results"]
    assert (clock["code"], clock["promise_seconds"], clock["promise_days"]) == (
        "OB_TOTAL",
        None,
        3,
    )
    assert clock["paused"] == {
        "reason": "awaiting_evidence",
        "name": "Waiting for the customer's evidence",
        "since": "2026-11-23T11:00:00+08:00",
        "resumes_at": "2026-11-25T21:00:00+08:00",
    }
    document = api.get(f"/api/v1/inquiries/{paused.number}/").json()
    assert [
        one["paused"] and one["paused"]["reason"] for one in document["clocks"]
    ] == [
        None,
        "awaiting_evidence",
    ]


def test_clocks_are_found_by_rule_and_by_metric(
    api: APIClient, paused: Inquiry
) -> None:
    def codes(**asked: str) -> list[str]:
        return [row["code"] for row in api.get(CLOCKS, asked).json()["results"]]

    assert codes(code="OB_TOTAL") == ["OB_TOTAL"]
    assert codes(metric="first_reply") == ["IN_FIRST_REPLY"]
    assert codes(code="NOTHING") == []
    assert api.get(CLOCKS, {"metric": "NOTHING"}).status_code == 400


@pytest.mark.parametrize("tickets", [1, 20])
def test_paused_clocks_cost_two_queries_however_many(
    api: APIClient, tickets: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(tickets):
        inquiry = InquiryFactory.create()
        clocks.start(inquiry, Metric.TOTAL, at=AT)
        pauses.pause(inquiry, Metric.TOTAL, reason="awaiting_evidence", at=AT, by=None)
    with django_assert_num_queries(4):
        rows = api.get(CLOCKS, {"status": "paused"}).json()["results"]
    assert len(rows) == tickets
