"""A customer answers a proposal, sees it carried out, gives marks, asks for a review."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from helpdesk import form_history, form_pdf
from helpdesk.portal.case import ahead_of
from objections import services
from objections.models import Objection
from objections.services.offering import Offer
from sla.models import Metric
from staff.models import Role
from tests.factories import AT, UserFactory
from tests.objections.cases import handoff_to
from tests.objections.settled import (
    agreed,
    boss,
    closed,
    concluded,
    executed,
    fresh,
    proposed,
    told,
    twice_rejected,
)
from tests.objections.test_investigating import CONCLUSION
from tests.portal.test_following import FOLLOW, follow, page_of

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
MARKS = {"resolved": "yes", "satisfaction": "5", "process_satisfaction": "4"}


def send(
    customer: Client, objection: Objection, verb: str, form: dict[str, Any], **more: Any
) -> Any:
    return customer.post(f"{FOLLOW}{objection.number}/{verb}/", form, **more)


def settle_of(page: str) -> str:
    """The part of the page about the proposal."""
    start = page.index('id="settle"')
    return page[start : page.index('id="asked"')]


def concluded_again(objection: Objection) -> Objection:
    """The department has looked once more."""
    handler = handoff_to(objection, "finance").accepted_by
    assert handler is not None
    services.conclude(objection, **CONCLUSION, by=handler, at=AT)
    return fresh(objection)


@pytest.mark.clause("OB-08", "OB-50")
def test_a_proposal_stands_first_with_all_that_it_says_and_is_agreed_to_in_two_steps(
    customer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    agent = UserFactory.create()
    objection = concluded()
    follow(customer, objection.number)
    before = page_of(customer, objection)
    assert "Our proposal" not in before
    assert "I agree" not in before
    proposed(
        objection,
        by=agent,
        measures=(
            Offer("refund_rent", Decimal("150.00")),
            Offer("apology", None, "由主管致电"),
        ),
    )
    with travel(AT, tick=False), django_assert_num_queries(15):
        page = page_of(customer, objection)
    assert page.index("Our proposal") < page.index('id="way"')
    said = settle_of(page)
    for text in (
        "退还一半租金，并向您致歉。",
        "¥150.00",
        "由主管致电",
        "Pay money back ¥300.00",
        "Granted in part",
        "合同约定",
        f"Agent {agent.work_number}",
        "We wait for your answer and ask for it by 11-26 21:00.",
        "Silence is not agreement",
        "If you agree, we begin at once: Refund rent, Apologise.",
        "Yes, I agree",
        "the departments look at it once more",
    ):
        assert text in said, text
    assert "Please hurry" not in page
    assert "You tell us whether you agree" in page
    assert "We wait for your answer" in customer.get("/").content.decode()
    assert "12315" in page
    with travel(AT + timedelta(days=30), tick=False):
        follow(customer, objection.number)
        late = page_of(customer, objection)
    assert "It still counts." in late
    assert fresh(objection).status == "proposed"

    form = {"answer": "accepted", "proposal": "1"}
    for _click in range(2):
        answer = send(customer, objection, "answer", form)
        assert answer["Location"] == f"{FOLLOW}{objection.number}/#settle"
    assert fresh(objection).status == "executing"
    assert objection.actions.count() == 2
    proposal = objection.proposals.get()
    assert (proposal.answer, proposal.answer_channel) == ("accepted", "link")
    with travel(AT, tick=False):
        page = page_of(customer, objection)
    said = settle_of(page)
    assert "You agreed. This is what we do now." in said
    assert said.count("Done by ") == 2
    assert "The proposal that you agreed to" in said
    assert "You agreed to our proposal" in page
    changed = send(customer, objection, "answer", {**form, "answer": "rejected"})
    assert changed.status_code == 422
    changed = send(
        customer, objection, "answer", form | {"answer": "rejected", "reason": "不行"}
    )
    assert changed.status_code == 409
    assert "不行" in settle_of(changed.content.decode())
    assert fresh(objection).status == "executing"


def test_a_refusal_needs_a_reason_and_is_bound_to_the_proposal_that_was_read(
    customer: Client,
) -> None:
    objection = proposed().objection
    follow(customer, objection.number)
    form = {"answer": "rejected", "proposal": "1", "reason": " "}
    refused = send(customer, objection, "answer", form)
    assert refused.status_code == 422
    page = settle_of(refused.content.decode())
    assert "Please say what is not right about it." in page
    assert '<details class="answer" name="answer" id="reject" open>' in page
    refused = send(customer, objection, "answer", form, headers=HTMX)
    assert (refused.status_code, refused["HX-Reswap"]) == (422, "none")
    assert 'data-form="reject-form" hx-swap-oob="true"' in refused.content.decode()
    long = send(customer, objection, "answer", {**form, "reason": "长" * 501})
    assert long.status_code == 422
    assert "长" * 501 in long.content.decode()
    for nonsense in ({}, {"answer": "perhaps"}, {"answer": "\0", "reason": "x"}):
        assert send(customer, objection, "answer", nonsense).status_code == 422
    cache.clear()
    for number in ("", "7", "１", "9" * 5000):
        form = {"answer": "accepted", "proposal": number}
        assert send(customer, objection, "answer", form).status_code == 409
    assert objection.proposals.get().answered_at is None

    form = {"answer": "rejected", "proposal": "1", "reason": "只退一半太少"}
    answer = send(
        customer, objection, "answer", form | {"settled": "old"}, headers=HTMX
    )
    shown = answer.content.decode()
    assert 'id="settle" hx-swap-oob="true"' in shown
    assert "You did not agree. We look at it once more." in shown
    assert "只退一半太少" in shown
    assert "A proposal that you did not agree to" in shown
    objection = concluded_again(fresh(objection))
    proposed(objection, amount="200.00")
    late = send(customer, objection, "answer", {**form, "reason": "还是太少"})
    assert late.status_code == 409
    page = settle_of(late.content.decode())
    assert "There is another proposal meanwhile. Please read it first." in page
    assert "Our new proposal" in page
    assert ">还是太少</textarea>" in page
    assert "¥200.00" in page
    assert "Then a supervisor decides what we offer you." in page
    assert objection.proposals.last().answered_at is None


def test_what_is_typed_stays_while_the_case_moves_on_elsewhere(
    customer: Client,
) -> None:
    objection = proposed().objection
    follow(customer, objection.number)
    path = f"{FOLLOW}{objection.number}/"
    page = page_of(customer, objection)
    key = page.split('id="settle-key" name="settled" value="')[1].split('"')[0]
    services.reply(objection, text="还有问题请说", by=UserFactory.create(), at=AT)
    shown = customer.get(path, {"settled": key}, headers=HTMX).content.decode()
    assert "还有问题请说" in shown
    assert 'id="settle"' not in shown
    written = {"text": "想一想", "client_token": str(uuid.uuid4()), "settled": key}
    shown = send(customer, objection, "write", written, headers=HTMX)
    assert 'id="settle"' not in shown.content.decode()
    services.answer_proposal(
        objection, accepted=True, by=UserFactory.create(), channel="phone", at=AT
    )
    shown = customer.get(path, {"settled": key}, headers=HTMX).content.decode()
    assert 'id="settle" hx-swap-oob="true"' in shown


def test_after_two_refusals_it_is_said_who_decides_and_by_when(
    customer: Client,
) -> None:
    boss()
    objection = twice_rejected()
    follow(customer, objection.number)
    with travel(AT, tick=False):
        page = page_of(customer, objection)
    said = settle_of(page)
    assert "You did not agree again. Now a supervisor decides." in said
    assert re.search(r"<span>By [0-9:]{5}\.</span>", said)
    assert "太少了" in said
    assert "Now a supervisor decides" in page[page.index('id="way"') :]
    assert '<details class="ways" id="ways" open>' in page
    with travel(AT + timedelta(days=30), tick=False):
        follow(customer, objection.number)
        assert "and are late. That is our fault." in page_of(customer, objection)
    proposed(objection, amount="200.00", by=boss())
    form = {"answer": "rejected", "proposal": "3", "reason": "不"}
    assert "Then a manager decides" in page_of(customer, objection)
    assert send(customer, objection, "answer", form).status_code == 303
    assert fresh(objection).status == "rejected"


@pytest.mark.clause("OB-09")
def test_what_is_done_shows_its_proof_and_marks_end_the_case_once(
    customer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    objection = executed()
    follow(customer, objection.number)
    with travel(AT, tick=False):
        page = page_of(customer, objection)
    assert "退款单 R-1" in settle_of(page)
    assert "Done: Refund rent ¥150.00" in page
    assert "What we agreed on is done." in page
    early = send(customer, objection, "rate", MARKS)
    assert early.status_code == 409
    objection = told(objection)
    with travel(AT, tick=False), django_assert_num_queries(16):
        page = page_of(customer, objection)
    assert "Is all well now?" in settle_of(page)
    assert page.count('type="radio" name="satisfaction"') == 5
    refused = send(customer, objection, "rate", {"satisfaction": "6", "words": "还行"})
    assert refused.status_code == 422
    said = settle_of(refused.content.decode())
    assert "Please say whether it is resolved." in said
    assert said.count("Please give one to five stars.") == 2
    assert ">还行</textarea>" in said
    long = {**MARKS, "words": "长" * 501}
    refused = send(customer, objection, "rate", long, headers=HTMX)
    assert refused.status_code == 422
    assert 'id="error-words" data-form="rate-form"' in refused.content.decode()
    assert not objection.return_visits.exists()
    for _click in range(2):
        assert send(customer, objection, "rate", MARKS).status_code == 303
    assert objection.return_visits.count() == 1
    assert fresh(objection).status == "closed"
    page = page_of(customer, objection)
    said = settle_of(page)
    assert "This case is closed: you told us that it is settled." in said
    assert "Thank you, your marks are with us." in said
    assert 'id="rate-form"' not in page
    assert "This objection was withdrawn" not in page


def test_bad_marks_bring_the_case_back(customer: Client) -> None:
    objection = told()
    follow(customer, objection.number)
    bad = {**MARKS, "resolved": "no", "satisfaction": "1", "words": "没有收到退款"}
    for _click in range(2):
        assert send(customer, objection, "rate", bad).status_code == 303
    assert fresh(objection).status == "reopened"
    said = settle_of(page_of(customer, objection))
    assert "We take it up again." in said
    assert "Thank you for your plain words." in said


def test_a_review_is_asked_for_within_seven_days_and_three_times_in_all(
    customer: Client,
) -> None:
    objection = closed()
    follow(customer, objection.number)
    with travel(AT + timedelta(days=1), tick=False):
        page = page_of(customer, objection)
        assert "Ask for a review (until 11-30 10:00)" in page
        assert 'id="composer"' not in page
        empty = send(customer, objection, "appeal", {"reason": ""})
        assert empty.status_code == 422
        assert "looked at once more" in settle_of(empty.content.decode())
    for n, word in enumerate(("a supervisor", "a manager", "our general manager")):
        at = AT + timedelta(days=1, hours=n)
        with travel(at, tick=False):
            form = {"reason": f"请再看一次{n}"}
            for _click in range(2):
                assert send(customer, objection, "appeal", form).status_code == 303
            assert objection.appeals.count() == n + 1
            page = page_of(customer, objection)
            assert f"Your case is being reviewed by {word}." in page
            assert "Withdraw the objection" not in page
            services.decide_appeal(
                fresh(objection),
                granted=False,
                text=f"维持原方案{n}",
                by=boss(Role.GENERAL_MANAGER),
                at=at,
            )
            said = settle_of(page_of(customer, objection))
            assert f"维持原方案{n}" in said
            assert "Our answer stays." in said
    assert "All three levels have reviewed it." in said
    with travel(AT + timedelta(days=1, hours=3), tick=False):
        refused = send(customer, objection, "appeal", {"reason": "第四次"})
    assert refused.status_code == 409
    said = settle_of(refused.content.decode())
    assert "There have been three reviews" in said
    assert "第四次" in said

    late = closed()
    services.archive(late, by=None, at=AT + timedelta(days=1))
    follow(customer, late.number)
    with travel(AT + timedelta(days=6), tick=False):
        follow(customer, late.number)
        page = page_of(customer, late)
        assert "Ask for a review (until 11-30 10:00)" in page
        assert "We keep the record until 2029-11-23." in page
    with travel(AT + timedelta(days=8), tick=False):
        follow(customer, late.number)
        page = page_of(customer, late)
        assert "The time for a review is over." in settle_of(page)
        over = send(customer, late, "appeal", {"reason": "x"})
        assert over.status_code == 409
        assert send(customer, late, "rate", MARKS).status_code == 409
    assert not late.appeals.exists()


def test_a_granted_review_and_a_visit_by_telephone_are_told(customer: Client) -> None:
    objection = closed()
    follow(customer, objection.number)
    page = page_of(customer, objection)
    assert "We asked you whether all is well" in page
    assert 'id="rate-form"' not in page
    with travel(AT, tick=False):
        services.appeal(objection, reason="请再看", at=AT)
        services.decide_appeal(
            fresh(objection), granted=True, text="我们重新处理", by=boss(), at=AT
        )
        page = page_of(customer, objection)
    said = settle_of(page)
    assert "The review found that you are right to ask." in said
    assert "我们重新处理" in said
    assert "Reviewed: we take it up again" in page


def test_strangers_change_nothing_and_reading_changes_nothing(
    customer: Client,
) -> None:
    objection = proposed().objection
    forms = {
        "answer": {"answer": "accepted", "proposal": "1"},
        "rate": MARKS,
        "appeal": {"reason": "x"},
    }
    for verb, form in forms.items():
        assert send(customer, objection, verb, form).status_code == 404
    follow(customer, objection.number)
    for verb, form in forms.items():
        path = f"{FOLLOW}{objection.number}/{verb}/"
        assert customer.get(path, form).status_code == 405
    other = agreed()
    assert send(customer, other, "rate", MARKS).status_code == 404
    assert fresh(objection).status == "proposed"
    answers = [
        send(customer, objection, "answer", {"answer": "?"}).status_code
        for _n in range(11)
    ]
    assert answers[-1] == 429
    assert fresh(objection).status == "proposed"


@pytest.mark.clause("OB-09", "OB-42")
@pytest.mark.usefixtures("english")
def test_the_form_of_the_archive_holds_what_came_of_the_case_and_older_ones_stay(
    customer: Client,
) -> None:
    objection = closed()
    services.appeal(objection, reason="请再看一次", at=AT)
    services.decide_appeal(
        fresh(objection), granted=False, text="维持原方案", by=boss(), at=AT
    )
    first = objection.forms.get()
    before = (first.hash, dict(first.content))
    services.archive(fresh(objection), by=None, at=AT + timedelta(days=1))
    first.refresh_from_db()
    assert (first.hash, first.content) == before
    assert not form_history.has_history(first.content)
    assert form_history.parts(first.content) == []
    last = objection.forms.last()
    parts = form_history.parts(last.content)
    assert [heading for heading, _rows in parts] == [
        "Finding 1",
        "Proposal 1",
        "Carried out",
        "Asked afterwards",
        "Review 1",
    ]
    finding, proposal, action, visit, review = (dict(rows) for _h, rows in parts)
    assert finding["Responsible"] == "The company"
    assert CONCLUSION["text"] not in str(parts)
    assert last.content["findings"][0]["text"] == CONCLUSION["text"]
    assert proposal["Measures"] == "Refund rent ¥150.00"
    assert proposal["Said to the demands"] == (
        "Pay money back ¥300.00: Granted in part – 合同约定"
    )
    assert proposal["The customer's answer"] == "Agreed"
    assert (action["Proof"], action["Done at"]) == ("退款单 R-1", "2026-11-23 10:00")
    assert (visit["Resolved"], visit["Result, of 5 stars"]) == ("Yes", "5")
    assert (review["Decision"], review["Why"]) == ("The answer stays", "维持原方案")
    for language in ("zh-hans", "en"):
        for version in (first, last):
            content = form_pdf.render(version, language=language)
            assert content == form_pdf.render(version, language=language)
            assert content.startswith(b"%PDF-")


def test_nobody_of_ours_answers_in_the_customers_place(customer: Client) -> None:
    proposal = proposed()
    number = proposal.objection.number
    follow(customer, number)
    customer.force_login(UserFactory.create())
    body = {"answer": "accepted", "proposal": "1"}
    refused = send(customer, proposal.objection, "answer", body)
    assert refused.status_code == 409
    assert "You are signed in as a colleague." in refused.content.decode()
    assert fresh(proposal.objection).status == "proposed"


def test_what_is_carried_out_is_promised_by_its_last_date() -> None:
    objection = concluded()
    measures = (Offer("refund_rent", Decimal(100)), Offer("apology"))
    proposed(objection, measures=measures)
    services.answer_proposal(objection, accepted=True, at=AT)
    promised = objection.clocks.filter(metric=Metric.EXECUTION)
    assert len({it.due_at for it in promised}) == 2
    shown = [it for it in ahead_of(promised, at=AT) if it.clock.metric == "execution"]
    assert [it.clock.subject for it in shown] == ["finance/1"]
