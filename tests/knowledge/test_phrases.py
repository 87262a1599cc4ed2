"""Which phrases the house knows, and whose texts they stop (IN-08, IN-19, IN-20)."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from helpdesk.setup import loading
from knowledge.models import Phrase, PromiseLimit
from knowledge.phrase_guard import Kind, Verdict
from knowledge.services.phrases import (
    ForbiddenPhrase,
    NeedsConfirmation,
    findings_in,
    may_promise,
    refuse_forbidden,
    rulebook,
)
from staff.models import Role, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(db: None) -> User:
    return UserFactory.create()


@pytest.mark.clause("IN-20")
def test_the_three_phrases_of_the_policy_are_known_and_stay() -> None:
    fixed = Phrase.objects.filter(fixed=True).order_by("pk")
    assert [(p.kind, p.text, p.clause) for p in fixed] == [
        ("forbidden", "不知道", "IN-20"),
        ("forbidden", "不清楚", "IN-20"),
        ("forbidden", "你自己看说明", "IN-20"),
    ]
    for change in ({"text": "好"}, {"kind": "vague"}, {"fixed": False}):
        with pytest.raises(IntegrityError, match="phrase_fixed"), transaction.atomic():
            fixed.update(**change)
    with pytest.raises(IntegrityError, match="phrase_fixed_is_on"):
        fixed.update(enabled=False)


def test_there_are_some_of_every_kind_and_each_is_fit_to_be_found() -> None:
    phrases = list(Phrase.objects.all())
    assert {phrase.kind for phrase in phrases} == {kind.value for kind in Kind}
    for phrase in phrases:
        phrase.clean()


def test_loading_again_leaves_what_people_changed() -> None:
    Phrase.objects.filter(text="尽快").update(replacement="今天")
    count = Phrase.objects.count()
    loading.load_basics()
    assert Phrase.objects.count() == Phrase.history.count() == count
    assert Phrase.objects.get(text="尽快").replacement == "今天"


@pytest.mark.clause("IN-20")
@pytest.mark.parametrize("text", ["不知道", "我不🙂清楚", "你自己看說明!"])
def test_a_forbidden_phrase_is_refused_and_named(agent: User, text: str) -> None:
    with pytest.raises(ForbiddenPhrase) as refusal:
        refuse_forbidden(
            findings_in(text, by=agent), by=agent, confirmed=["不知道", "不清楚"]
        )
    (finding,) = refusal.value.findings
    assert finding.phrase.clause == "IN-20"
    assert finding.phrase.replacement


@pytest.mark.clause("IN-20")
@pytest.mark.parametrize(
    "text",
    [
        *("我沒辦法", "隨便你", "你找別人", "不歸我管", "愛租不租"),
        *("不是說過了嗎", "這不是我的問題", "不關我的事"),
    ],
)
def test_a_phrase_in_traditional_characters_is_refused(agent: User, text: str) -> None:
    with pytest.raises(ForbiddenPhrase):
        refuse_forbidden(findings_in(text, by=agent), by=agent)


@pytest.mark.clause("IN-20")
def test_a_harmless_question_is_asked_about(agent: User) -> None:
    text = "您是否还有不清楚的地方?"
    for confirmed in ([], ["不知道"]):
        with pytest.raises(NeedsConfirmation):
            refuse_forbidden(findings_in(text, by=agent), by=agent, confirmed=confirmed)
    assert (
        refuse_forbidden(findings_in(text, by=agent), by=agent, confirmed=["不清楚"])
        == ()
    )


@pytest.mark.parametrize("role", list(Role))
def test_who_may_let_a_forbidden_phrase_pass(role: Role) -> None:
    person = UserFactory.create(role=role)
    supervises = {
        Role.SUPERVISOR,
        Role.MANAGER,
        Role.GENERAL_MANAGER,
        Role.ADMINISTRATOR,
    }
    with pytest.raises(ForbiddenPhrase):
        refuse_forbidden(findings_in("不知道", by=person), by=person, override="")
    if role in supervises:
        allowed = refuse_forbidden(
            findings_in("不知道,不知道", by=person), by=person, override="原话"
        )
        assert allowed == ("不知道",)
    else:
        with pytest.raises(ForbiddenPhrase):
            refuse_forbidden(
                findings_in("不知道", by=person), by=person, override="原话"
            )


@pytest.mark.clause("IN-08", "IN-19")
def test_other_words_are_marked_with_approved_wording_and_sent(agent: User) -> None:
    text = "我们的推流设备全国第一,可能尽快退您500元"
    assert refuse_forbidden(findings_in(text, by=agent), by=agent) == ()
    marks = {f.said: (f.verdict, f.phrase.clause) for f in findings_in(text, by=agent)}
    assert marks == {
        "推流": (Verdict.MARK, "IN-19"),
        "全国第一": (Verdict.MARK, "IN-08"),
        "可能": (Verdict.MARK, "CM-13"),
        "尽快": (Verdict.MARK, "CM-13"),
        "退您500元": (Verdict.ASK_SUPERVISOR, ""),
    }


@pytest.mark.parametrize(
    ("role", "limit"),
    [
        (Role.AGENT, Decimal(200)),
        (Role.ADMINISTRATOR, Decimal(200)),
        (Role.SUPERVISOR, Decimal(1000)),
        (Role.MANAGER, Decimal(5000)),
        (Role.GENERAL_MANAGER, None),
        (Role.DEPARTMENT_HANDLER, Decimal(0)),
    ],
)
def test_what_each_role_may_promise(role: Role, limit: Decimal | None) -> None:
    person = UserFactory.create(role=role)
    assert may_promise(person) == limit
    for amount in (200, 201, 1000, 1001, 5000, 5001):
        findings = findings_in(f"我退您{amount}元", by=person)
        assert bool(findings) is (limit is not None and amount > limit)


@pytest.mark.parametrize(
    "script_texts",
    [
        "您好,很高兴为您服务,请问您想了解关于直播设备租赁的哪方面问题呢?",
        "已收到异议,将尽快处理",
        "若后续有任何问题,可随时通过官网公示的咨询渠道联系我们",
    ],
)
def test_the_policys_own_words_are_not_remarked_on(
    agent: User, script_texts: str
) -> None:
    assert findings_in(script_texts, by=agent) == []


def test_a_changed_rule_counts_at_once_and_rules_are_read_once(
    agent: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert findings_in("随您", by=agent) == []
    row = Phrase(kind="vague", text="随您")
    row.save()
    assert [f.said for f in findings_in("随您", by=agent)] == ["随您"]
    with django_assert_num_queries(1):
        rulebook()
    row.enabled = False
    row.save()
    assert findings_in("随您", by=agent) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": "。,!"}, "text"),
        ({"text": "随便", "exceptions": ["随意"]}, "exceptions"),
    ],
)
def test_a_rule_that_could_never_work_is_refused(
    values: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        Phrase(kind="vague", **values).full_clean()
    assert set(refusal.value.error_dict) == {field}


def test_a_limit_is_a_row_that_people_change_and_loading_leaves_alone(
    agent: User,
) -> None:
    row = PromiseLimit.objects.get(role=Role.AGENT)
    row.amount = Decimal(500)
    row.save()
    loading.load_basics()
    assert may_promise(agent) == Decimal(500)
    assert findings_in("我退您500元", by=agent) == []
    (found,) = findings_in("我退您501元", by=agent)
    assert (found.verdict, found.amount) == (Verdict.ASK_SUPERVISOR, Decimal(501))
    assert [old.amount for old in row.history.all()] == [500, 200]


def test_every_role_has_its_limit_and_none_is_negative() -> None:
    assert set(PromiseLimit.objects.values_list("role", flat=True)) == set(Role)
    with pytest.raises(IntegrityError, match="not_negative"), transaction.atomic():
        PromiseLimit.objects.filter(role=Role.AGENT).update(amount=-1)


def test_a_role_without_a_row_may_promise_nothing(agent: User) -> None:
    PromiseLimit.objects.filter(role=Role.AGENT).delete()
    assert may_promise(agent) == 0


def test_a_text_without_a_sum_asks_for_no_limit(
    agent: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    findings_in("不知道", by=agent)
    with django_assert_num_queries(1):
        findings_in("我退您押金", by=agent)
