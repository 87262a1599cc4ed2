"""Policies on pages: read by those who supervise, changed by those who decide."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sla.metrics import Metric
from sla.models import Calendar, Clock, Policy, PolicyVersion, Rollout, Unit
from sla.services import clocks, rollouts, rules, versions
from staff.models import Role, User
from tests import policies
from tests.factories import InquiryFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/supervision/policy/"
ONE = f"{PAGE}standard/1/"
TWO = f"{PAGE}standard/2/"
RULE = f"{TWO}rules/IN_FIRST_REPLY/"
READING = [PAGE, ONE, f"{PAGE}standard/compare/"]
DECIDING = [
    f"{PAGE}standard/draft/",
    f"{TWO}discard/",
    f"{TWO}rules/IN_FIRST_REPLY/remove/",
    f"{TWO}pauses/awaiting_evidence/remove/",
    f"{TWO}publish/",
]
FORMS = [
    RULE,
    f"{TWO}rules/new/",
    f"{TWO}ladder/",
    f"{TWO}pauses/new/",
    f"{TWO}pauses/awaiting_evidence/",
]


@pytest.fixture
def policy(db: None) -> Policy:
    return Policy.objects.get(code="standard")


@pytest.fixture
def draft(policy: Policy, manager: User) -> PolicyVersion:
    return versions.draft(policy, by=manager)


def first_reply(**changes: Any) -> dict[str, Any]:
    """The form of the first-reply rule as a browser sends it."""
    return {
        "amount": "30",
        "measure": "seconds",
        "calendar": "",
        "compare": "le",
        "warn_at": "80",
        "name_zh": "首次回复",
        "name_en": "First reply",
        "clauses": "IN-24, IN-25",
        "origin": "SEED",
        "note": "",
        "enabled": "on",
        "rung-TOTAL_FORMS": "0",
        "rung-INITIAL_FORMS": "0",
        **changes,
    }


def rungs(*rows: dict[str, Any]) -> dict[str, Any]:
    """The rows of a ladder as a browser sends them."""
    said = {"rung-TOTAL_FORMS": str(len(rows)), "rung-INITIAL_FORMS": "0"}
    usual = {
        "side": "after",
        "amount": "",
        "measure": "minutes",
        "calendar": "",
        "audience": "manager",
        "action": "notify",
    }
    for number, row in enumerate(rows):
        said |= {f"rung-{number}-{k}": v for k, v in {**usual, **row}.items()}
    return said


# --- rights --------------------------------------------------------------------------


@pytest.mark.clause("SH-06")
@pytest.mark.parametrize("role", list(Role))
def test_who_reads_and_who_decides(
    client: Client, draft: PolicyVersion, role: Role
) -> None:
    person = UserFactory.create(role=role)
    client.force_login(person)
    for path in [*READING, TWO]:
        expected = 200 if person.supervises else 404
        assert client.get(path).status_code == expected, path
    outsider = 403 if person.supervises else 404
    for path in [*FORMS, f"{TWO}preview/", f"{ONE}apply/"]:
        expected = 200 if person.publishes else outsider
        assert client.get(path).status_code == expected, path
    if not person.publishes:
        for path in [*DECIDING, *FORMS, f"{ONE}apply/"]:
            assert client.post(path).status_code == outsider, path
        assert PolicyVersion.objects.drafts().get() == draft
        assert not Rollout.objects.exists()


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    for path in [*READING, *FORMS]:
        assert client.get(path).status_code == 302, path


def test_reading_changes_nothing_and_verbs_are_posts(
    desk_of_manager: Client, draft: PolicyVersion
) -> None:
    for path in DECIDING:
        assert desk_of_manager.get(path).status_code == 405, path
    assert PolicyVersion.objects.drafts().get() == draft


@pytest.mark.parametrize(
    "path",
    [
        f"{PAGE}nothing/1/",
        f"{PAGE}standard/9/",
        f"{PAGE}standard/99999999999999999999/",
        f"{PAGE}nothing/compare/",
        f"{ONE}rules/IN_FIRST_REPLY/",
        f"{ONE}ladder/",
        f"{ONE}preview/",
        f"{TWO}rules/NOTHING/",
        f"{TWO}apply/",
    ],
)
def test_what_there_is_not_is_a_404(
    desk_of_manager: Client, draft: PolicyVersion, path: str
) -> None:
    assert desk_of_manager.get(path).status_code == 404


# --- reading -------------------------------------------------------------------------


def test_a_version_says_every_rule_with_its_mark_clause_and_limit(
    desk_of_manager: Client,
) -> None:
    page = desk_of_manager.get(ONE).content.decode()
    for code in rules.content(PolicyVersion.objects.get().pk).targets.values():
        assert f'id="rule-{code.code}"' in page
    for text in (
        "Inquiries",
        "Delivery and repair",
        "Objections",
        "Other",
        "IN-24, IN-25",
        "our default",
        "platform rule",
        "1 hour of opening time",
        "15 days",
        "strictly before the deadline",
        "Channel: Mail",
        "Severity: major",
        "At the deadline",
        "at most 2 working days in total",
    ):
        assert text in page, text


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("IN-24", {"IN_FIRST_REPLY"}),
        ("ob_total", {"OB_TOTAL", "OB_TOTAL_MAJOR", "OB_TOTAL_URGENT"}),
        ("回电", {"IN_CALLBACK"}),
        ("no such rule", set()),
        ("<script>", set()),
    ],
)
def test_rules_are_found_by_code_clause_or_name(
    desk_of_manager: Client, words: str, codes: set[str]
) -> None:
    sheet = desk_of_manager.get(ONE, {"q": words}).context["sheet"]
    found = {rule.target.code for group in sheet.groups for rule in group.rules}
    assert found == codes


def test_states_follow_the_clock(desk_of_manager: Client) -> None:
    now = timezone.now()
    policies.publish(at=now - timedelta(days=1))
    policies.publish(at=now + timedelta(days=1))
    policies.draft()
    (shelf,) = desk_of_manager.get(PAGE).context["shelves"]
    assert [str(line.state) for line in shelf.lines] == [
        "draft",
        "scheduled",
        "in_force",
        "past",
    ]


def test_two_versions_are_compared_rule_by_rule(desk_of_manager: Client) -> None:
    policies.publish(
        IN_FIRST_REPLY={"budget": timedelta(seconds=20), "auto_counts": True},
        OB_TOTAL={"days": 5},
        CC_EMAIL_REPLY={"conditions": {"channel": ["email", "weibo"]}},
        IN_RING={"warn_at_fraction": None},
    )
    page = desk_of_manager.get(f"{PAGE}standard/compare/", {"old": "1", "new": "2"})
    blocks = {block.code: block for block in page.context["blocks"]}

    def said(code: str) -> list[tuple[str, str, str]]:
        return [
            (one.label, *one.before, *one.after) for one in blocks[code].differences
        ]

    assert blocks.keys() == {
        "IN_FIRST_REPLY",
        "OB_TOTAL",
        "CC_EMAIL_REPLY",
        "IN_RING",
    }
    assert said("IN_FIRST_REPLY") == [
        ("Limit", "30 seconds (day and night)", "20 seconds (day and night)"),
        ("Automatic reply counts", "no", "yes"),
    ]
    assert said("OB_TOTAL") == [
        ("Limit", "3 working days (Working days)", "5 working days (Working days)")
    ]
    assert said("CC_EMAIL_REPLY") == [
        ("Conditions", "Channel: Mail", "Channel: Mail or Weibo")
    ]
    assert said("IN_RING") == [("Warn at", "at 80 % of the time", "no warning")]


@pytest.mark.parametrize("query", ["old=x&new=y", "old=1&new=99", "old=%00", "new="])
def test_a_strange_comparison_compares_what_there_is(
    desk_of_manager: Client, query: str
) -> None:
    assert desk_of_manager.get(f"{PAGE}standard/compare/?{query}").status_code == 200


@pytest.mark.parametrize("more", [0, 10])
def test_lists_cost_the_same_however_many_versions(
    desk_of_manager: Client,
    more: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(more):
        policies.publish()
    with django_assert_num_queries(10):
        desk_of_manager.get(PAGE)
    with django_assert_num_queries(13):
        desk_of_manager.get(ONE)


# --- drafting ------------------------------------------------------------------------


def test_a_draft_begins_as_what_is_in_force_and_there_is_one(
    desk_of_manager: Client, manager: User
) -> None:
    for _ in range(2):
        answer = desk_of_manager.post(f"{PAGE}standard/draft/")
        assert (answer.status_code, answer["Location"]) == (303, TWO)
    draft = PolicyVersion.objects.drafts().get()
    assert draft.author == manager
    assert draft.targets.count() == PolicyVersion.objects.get(number=1).targets.count()


def test_the_form_shows_the_rule_as_it_is(
    desk_of_manager: Client, draft: PolicyVersion
) -> None:
    shown = desk_of_manager.get(f"{TWO}rules/OB_TOTAL_MAJOR/").context["form"].initial
    assert (shown["amount"], shown["measure"]) == (5, "working_days")
    assert shown["warn_at"] == 80
    assert shown["when_severity"] == ["major"]
    reply = desk_of_manager.get(RULE).context["form"].initial
    assert (reply["amount"], reply["measure"]) == (30, "seconds")


def test_a_rule_is_changed_and_nothing_else(
    desk_of_manager: Client, draft: PolicyVersion
) -> None:
    before = versions_said(draft)
    answer = desk_of_manager.post(RULE, first_reply(amount="20", warn_at="50"))
    assert (answer.status_code, answer["Location"]) == (
        303,
        f"{TWO}#rule-IN_FIRST_REPLY",
    )
    target = draft.targets.get(code="IN_FIRST_REPLY")
    assert target.budget == timedelta(seconds=20)
    assert target.warn_at_fraction == Decimal("0.50")
    after = versions_said(draft)
    assert {code for code in before if before[code] != after[code]} == {
        "IN_FIRST_REPLY"
    }


def versions_said(version: PolicyVersion) -> dict[str, Any]:
    return {row.pop("code"): row for row in version.targets.values()}


@pytest.mark.parametrize(
    ("sent", "unit", "budget", "days", "calendar"),
    [
        (("20", "seconds", ""), Unit.WALL, timedelta(seconds=20), None, None),
        (("1.5", "minutes", ""), Unit.WALL, timedelta(seconds=90), None, None),
        (
            ("2", "hours", "objection_service"),
            Unit.BUSINESS,
            timedelta(hours=2),
            None,
            "objection_service",
        ),
        (
            ("1", "working_days", "working_day"),
            Unit.WORKING_DAYS,
            None,
            1,
            "working_day",
        ),
        (
            ("7", "calendar_days", "always_7x24"),
            Unit.CALENDAR_DAYS,
            None,
            7,
            "always_7x24",
        ),
    ],
)
def test_a_limit_is_written_as_people_say_it(
    desk_of_manager: Client,
    draft: PolicyVersion,
    sent: tuple[str, str, str],
    unit: Unit,
    budget: timedelta | None,
    days: int | None,
    calendar: str | None,
) -> None:
    amount, measure, code = sent
    pk = str(Calendar.objects.get(code=code).pk) if code else ""
    form = first_reply(amount=amount, measure=measure, calendar=pk)
    assert desk_of_manager.post(RULE, form).status_code == 303
    target = draft.targets.select_related("calendar").get(code="IN_FIRST_REPLY")
    assert (target.unit, target.budget, target.days) == (unit, budget, days)
    assert (target.calendar.code if target.calendar else None) == calendar


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "9999999"}, "amount"),
        ({"amount": "99999999999999999999"}, "amount"),
        ({"amount": "soon"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"measure": "fortnights"}, "measure"),
        ({"measure": "working_days", "amount": "2"}, "calendar"),
        ({"measure": "working_days", "amount": "1.5", "calendar": "1"}, "amount"),
        ({"calendar": "999999"}, "calendar"),
        ({"warn_at": "0"}, "warn_at"),
        ({"warn_at": "100"}, "warn_at"),
        ({"warn_at": "-1"}, "warn_at"),
        ({"compare": "gt"}, "compare"),
        ({"origin": "RUMOUR"}, "origin"),
        ({"name_zh": ""}, "name_zh"),
        ({"name_en": "x" * 81}, "name_en"),
        ({"when_channel": "pigeon"}, "when_channel"),
        ({"clauses": "x" * 61}, "clauses"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_beside_the_field(
    desk_of_manager: Client,
    draft: PolicyVersion,
    changes: dict[str, str],
    field: str,
) -> None:
    before = versions_said(draft)
    sent = first_reply(**changes)
    answer = desk_of_manager.post(RULE, sent)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert field in form.errors, form.errors
    assert form["note"].value() == sent["note"]
    assert versions_said(draft) == before


def test_a_rule_gets_a_ladder_of_its_own_and_loses_it(
    desk_of_manager: Client, draft: PolicyVersion
) -> None:
    ladder = rungs(
        {"side": "before", "amount": "5", "measure": "seconds", "audience": "assignee"},
        {"side": "at", "audience": "supervisor", "by_mail": "on"},
        {"side": "after", "amount": "2", "action": "raise_priority"},
        {},
    )
    assert desk_of_manager.post(RULE, first_reply(**ladder)).status_code == 303
    target = draft.targets.get(code="IN_FIRST_REPLY")
    assert [(r.after, r.audience, r.by_mail) for r in target.own_ladder.all()] == [
        (timedelta(seconds=-5), "assignee", False),
        (timedelta(0), "supervisor", True),
        (timedelta(minutes=2), "manager", False),
    ]
    page = desk_of_manager.get(TWO).content.decode()
    assert "5 seconds before the deadline" in page
    assert "Manager: Raise the priority" in page
    assert desk_of_manager.post(RULE, first_reply()).status_code == 303
    assert not target.own_ladder.exists()


@pytest.mark.parametrize(
    "rows",
    [
        [{"side": "after", "amount": "5"}],
        [{"side": "at", "audience": "supervisor"}, {"side": "at"}],
        [{"side": "after", "amount": "5"}, {"side": "at"}],
        [
            {"side": "at"},
            {"side": "after", "amount": "9"},
            {"side": "after", "amount": "5"},
        ],
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_refused_and_kept_on_the_page(
    desk_of_manager: Client, draft: PolicyVersion, rows: list[dict[str, str]]
) -> None:
    common = list(draft.ladder.filter(target=None).values())
    for path, sent in (
        (RULE, first_reply(**rungs(*rows))),
        (f"{TWO}ladder/", rungs(*rows)),
    ):
        answer = desk_of_manager.post(path, sent)
        assert answer.status_code == 422
        assert answer.context["ladder"].non_form_errors()
        assert answer.context["ladder"].forms[0]["side"].value() == rows[0]["side"]
    assert list(draft.ladder.filter(target=None).values()) == common


def test_the_common_ladder_is_changed(
    desk_of_manager: Client, draft: PolicyVersion
) -> None:
    shown = desk_of_manager.get(f"{TWO}ladder/").context["ladder"].initial
    assert [row["side"] for row in shown] == ["at", "after", "after", "after"]
    sent = rungs({"side": "at", "audience": "supervisor"})
    assert desk_of_manager.post(f"{TWO}ladder/", sent).status_code == 303
    (rung,) = draft.ladder.filter(target=None)
    assert rung.audience == "supervisor"


def test_a_rule_is_added_switched_off_and_removed(
    desk_of_manager: Client, draft: PolicyVersion
) -> None:
    path = f"{TWO}rules/new/"
    answer = desk_of_manager.post(path, {"code": "IN_WEIBO", "metric": "first_reply"})
    assert answer["Location"] == f"{TWO}rules/IN_WEIBO/"
    assert not draft.targets.get(code="IN_WEIBO").enabled
    for code in ("IN_WEIBO", "in_weibo", "", "9", "A B", "<b>"):
        sent = {"code": code, "metric": "first_reply"}
        assert desk_of_manager.post(path, sent).status_code == 422, code
    sent = {"code": "OTHER", "metric": "happiness"}
    assert desk_of_manager.post(path, sent).status_code == 422
    desk_of_manager.post(f"{TWO}rules/IN_WEIBO/remove/")
    assert not draft.targets.filter(code="IN_WEIBO").exists()


def test_a_reason_for_pauses_is_added_changed_and_removed(
    desk_of_manager: Client, draft: PolicyVersion
) -> None:
    sent = {
        "code": "power_cut",
        "name_zh": "停电",
        "name_en": "Power cut",
        "metrics": ["total", "execution"],
        "clauses": "",
        "origin": "INFERRED",
        "amount": "4",
        "measure": "hours",
        "calendar": "",
    }
    assert desk_of_manager.post(f"{TWO}pauses/new/", sent).status_code == 303
    rule = draft.pause_rules.get(code="power_cut")
    assert (rule.limit, rule.metrics) == (timedelta(hours=4), ["total", "execution"])
    path = f"{TWO}pauses/power_cut/"
    assert desk_of_manager.post(path, {**sent, "amount": "6"}).status_code == 303
    rule.refresh_from_db()
    assert rule.limit == timedelta(hours=6)
    for wrong in ({"amount": ""}, {"metrics": []}, {"code": "new"}, {"amount": "-1"}):
        assert desk_of_manager.post(path, {**sent, **wrong}).status_code == 422, wrong
    assert desk_of_manager.post(f"{TWO}pauses/new/", sent).status_code == 422
    desk_of_manager.post(f"{path}remove/")
    assert not draft.pause_rules.filter(code="power_cut").exists()


def test_a_draft_is_thrown_away(desk_of_manager: Client, draft: PolicyVersion) -> None:
    assert desk_of_manager.post(f"{TWO}discard/").status_code == 303
    assert not PolicyVersion.objects.drafts().exists()
    assert desk_of_manager.post(f"{TWO}discard/").status_code == 404


# --- publishing ----------------------------------------------------------------------


def test_a_draft_without_a_first_reply_rule_for_a_channel_is_not_published(
    desk_of_manager: Client, draft: PolicyVersion
) -> None:
    desk_of_manager.post(RULE, first_reply(enabled=""))
    preview = desk_of_manager.get(f"{TWO}preview/")
    assert "would have no first-reply rule" in preview.content.decode()
    answer = desk_of_manager.post(f"{TWO}publish/", {"when": "now", "note": "x"})
    assert answer.status_code == 422
    assert "would have no first-reply rule" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.is_draft


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"when": "now", "note": ""}, "note"),
        ({"when": "later", "note": "x"}, "effective_from"),
        (
            {"when": "later", "note": "x", "effective_from": "2020-01-01T00:00"},
            "effective_from",
        ),
        ({"when": "later", "note": "x", "effective_from": "soon"}, "effective_from"),
        ({"when": "never", "note": "x"}, "when"),
        ({"when": "now", "note": "x" * 201}, "note"),
    ],
)
def test_when_and_why_are_asked(
    desk_of_manager: Client, draft: PolicyVersion, sent: dict[str, str], field: str
) -> None:
    answer = desk_of_manager.post(f"{TWO}publish/", sent)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    draft.refresh_from_db()
    assert draft.is_draft


def test_a_version_can_be_published_for_later(
    desk_of_manager: Client, draft: PolicyVersion, manager: User
) -> None:
    sent = {"when": "later", "effective_from": "2040-01-01T09:00", "note": "明年起"}
    assert desk_of_manager.post(f"{TWO}publish/", sent).status_code == 303
    draft.refresh_from_db()
    assert draft.effective_from == datetime.fromisoformat("2040-01-01T09:00:00+08:00")
    assert (draft.author, draft.note) == (manager, "明年起")
    assert desk_of_manager.get(TWO).context["sheet"].state == "scheduled"


def test_publishing_twice_publishes_once(
    desk_of_manager: Client, draft: PolicyVersion
) -> None:
    sent = {"when": "now", "note": "x"}
    codes = [desk_of_manager.post(f"{TWO}publish/", sent).status_code for _ in range(2)]
    assert codes == [303, 404]


def test_a_manager_changes_the_limit_and_only_new_inquiries_get_it(
    desk_of_manager: Client,
) -> None:
    now = timezone.now()
    old = InquiryFactory.create(at=now).clocks.get()
    desk_of_manager.post(f"{PAGE}standard/draft/")
    desk_of_manager.post(RULE, first_reply(amount="20"))
    blocks = desk_of_manager.get(f"{TWO}preview/").context["blocks"]
    assert [block.code for block in blocks] == ["IN_FIRST_REPLY"]
    sent = {"when": "now", "note": "20 秒"}
    assert desk_of_manager.post(f"{TWO}publish/", sent).status_code == 303

    later = timezone.now()
    new = InquiryFactory.create(at=later).clocks.get()
    assert new.due_at - new.started_at == timedelta(seconds=20)
    before = old.due_at
    old.refresh_from_db()
    assert old.due_at == before

    preview = desk_of_manager.get(f"{TWO}apply/").context["preview"]
    assert (preview.examined, preview.lost, preview.gained) == (2, 1, 0)
    assert desk_of_manager.post(f"{TWO}apply/").status_code == 303
    rollout = Rollout.objects.get()
    assert rollout.policy_version is not None
    assert rollout.policy_version.number == 2
    assert "under way" in desk_of_manager.get(TWO).content.decode()
    rollouts.carry_out(rollout.pk, at=timezone.now())
    old.refresh_from_db()
    assert old.due_at - old.started_at == timedelta(seconds=20)
    page = desk_of_manager.get(TWO).content.decode()
    assert "done at" in page


def test_only_what_is_in_force_is_applied_to_open_tickets(
    desk_of_manager: Client,
) -> None:
    policies.publish(at=timezone.now() - timedelta(hours=1))
    assert desk_of_manager.get(f"{TWO}apply/").status_code == 200
    assert desk_of_manager.get(f"{ONE}apply/").status_code == 404
    assert desk_of_manager.post(f"{ONE}apply/").status_code == 404
    assert not Rollout.objects.exists()


def test_a_clock_of_the_total_shows_up_with_its_days_in_a_preview(
    desk_of_manager: Client,
) -> None:
    inquiry = InquiryFactory.create()
    clocks.start(inquiry, Metric.TOTAL, at=timezone.now())
    policies.publish(at=timezone.now(), OB_TOTAL={"days": 10})
    page = desk_of_manager.get(f"{TWO}apply/").content.decode()
    assert "10 working days" in page
    assert Clock.objects.count() == 2
