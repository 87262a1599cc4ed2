"""From the finding to the archive at the desk: forms, cards, the bar, the lists."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from objections import services
from objections.models import Objection
from objections.services.approving import open_to, waiting_for
from staff.models import Role, User
from tests.desk.test_objection_page import ENGLISH, HTMX, bar, press, where
from tests.factories import AT, UserFactory, department
from tests.objections.cases import handler_of, handoff_to
from tests.objections.settled import (
    MARKS,
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
from tests.objections.test_investigating import CONCLUSION, investigated
from tests.portal.conftest import picture
from tickets.models import Event

pytestmark = pytest.mark.django_db

SETTLED_THREAD_QUERIES = 17
SETTLED_CONTEXT_QUERIES = 29
LOW: dict[str, Any] = {"resolved": True, "satisfaction": 1, "process_satisfaction": 3}
OFFERED: dict[str, Any] = {
    "text": "退还一半租金，并向您致歉。",
    "measures": ["refund_rent", "apology"],
    "amount_refund_rent": "¥800",
    "note_apology": "电话致歉",
    "met_refund": "partly",
    "reason_refund": "合同约定退一半",
}


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def card(client: Client, objection: Objection) -> str:
    answer = client.get(where(objection, "context/"), headers=ENGLISH)
    assert answer.status_code == 200
    return str(answer.content.decode())


def part(client: Client, objection: Objection, name: str) -> str:
    """One card of those beside the conversation, as text."""
    shown = card(client, objection)
    found = re.search(rf'id="context-{name}".*?</section>', shown, re.DOTALL)
    assert found is not None, name
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", found[0]).split()))


@pytest.mark.clause("OB-08", "OB-09", "CM-28", "CM-29", "CC-14")
def test_the_bar_leads_from_the_finding_to_the_archive(
    desk: Client, agent: User
) -> None:
    objection = concluded()
    supervisor, clerk = signed_in(boss()), handler_of("finance")
    step, shown = bar(desk, objection)
    assert (step, shown.count("btn-primary")) == ("propose", 1)
    # What it would need is said before it is proposed.
    needed = desk.get(where(objection, "approvals/"), OFFERED, headers=ENGLISH)
    assert "Supervisor" in needed.content.decode()
    assert press(desk, objection, "propose", **OFFERED).status_code == 200
    step, shown = bar(desk, objection)
    assert (step, "Approval is waited for:" in shown) == (None, True)
    assert "Take it back" in shown
    step, shown = bar(supervisor, objection)
    assert (step, "¥800.00" in shown) == ("approve", True)
    assert press(supervisor, objection, "approve").status_code == 200
    step, shown = bar(desk, objection)
    assert (step, "Silence is never an agreement." in shown) == (None, True)
    said = part(desk, objection, "proposal")
    for words in (
        *("退还一半租金", "Refund rent ¥800.00", "Apologise 电话致歉"),
        *("Together ¥800.00", "Partly met 合同约定退一半", "sent to the customer"),
    ):
        assert words in said
    given = {"accepted": "yes", "channel": "phone", "reason": "录音 8"}
    assert press(desk, objection, "answer", **given).status_code == 200
    assert "noted by 林晓" in part(desk, objection, "proposal")
    carried_out(desk, objection, signed_in(clerk))
    assert bar(desk, objection)[0] == "tell_result"
    press(desk, objection, "tell-result", text="已退款，请查收。")
    # Who has handled it does not ask.
    step, shown = bar(desk, objection)
    assert (step, "You have handled this case" in shown) == (None, True)
    other = signed_in(UserFactory.create())
    assert bar(other, objection)[0] == "visit"
    press(other, objection, "visit", attempt="1", reached="no", text="无人接听")
    marks = {"resolved": "yes", "satisfaction": "5", "process_satisfaction": "4"}
    press(other, objection, "visit", attempt="2", reached="yes", **marks)
    said = part(desk, objection, "visits")
    for words in (
        "not reached attempt 1",
        "it is resolved attempt 2",
        "★★★★★",
        "★★★★☆",
    ):
        assert words in said
    step, shown = bar(desk, objection)
    assert (step, "The customer says it is resolved" in shown) == ("archive", True)
    press(desk, objection, "archive")
    objection = fresh(objection)
    assert objection.status == "archived"
    assert f"kept until {objection.kept_until}" in bar(desk, objection)[1]
    assert f"Kept until {objection.kept_until}" in part(desk, objection, "end")


def carried_out(desk: Client, objection: Objection, theirs: Client) -> None:
    """The refund by finance with its proof, the apology by customer service."""
    # Each department sees and does what is its own.
    step, shown = bar(theirs, objection)
    assert (step, "Apologise" in shown) == ("execute", False)
    done = press(
        theirs, objection, "execute", number="1", proof="R-1", files=[picture("r.png")]
    )
    assert done.status_code == 200
    said = part(desk, objection, "actions")
    assert "1 of 2 done" in said
    assert "R-1 · r.png" in said
    link = re.search(r'href="([^"]+)" [^>]*>r\.png', card(desk, objection))
    assert link is not None
    file = desk.get(link[1], follow=True)  # to the link that ends
    assert file.status_code == 200
    b"".join(file)  # reads the file to its end
    press(desk, objection, "execute", number="2", proof="电话录音 9")
    assert bar(theirs, objection)[0] is None


def test_who_may_approve_finds_it_and_it_costs_the_same_for_many(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """One supervisor's, one that takes head and finance, one that names the manager."""
    supervisor, manager = boss(), boss(Role.MANAGER)
    general, clerk = boss(Role.GENERAL_MANAGER), handler_of("finance")
    head, agent = handler_of("technical_support"), UserFactory.create()
    small = proposed(amount="800.00", by=agent)
    large = proposed(concluded(phone="13900139000"), amount="6000.00", by=agent)
    own = proposed(concluded(phone="13700137000"), amount="900.00", by=supervisor)
    named = concluded(phone="13600136000", named_colleague=manager.work_number)
    about = proposed(named, amount="4000.00", by=agent)
    office = department("finance")
    office.head = head
    office.save()
    proposals = (small, large, own, about)
    found = {
        person: {
            it.pk for it in proposals if open_to(it, fresh(it.objection), by=person)
        }
        for person in (supervisor, manager, general, clerk, head, agent)
    }
    assert found == {
        supervisor: {small.pk},
        manager: {small.pk, own.pk},
        general: {small.pk, large.pk, own.pk, about.pk},
        clerk: {large.pk},
        head: {large.pk},
        agent: set(),
    }
    for person, waiting in found.items():
        assert {it.pk for it in waiting_for(person)} == waiting, person.role
    client = signed_in(general)
    tab = client.get("/desk/list/", {"stage": "open"}).context["listing"].tabs[1]
    assert (str(tab.view), tab.count) == ("approvals", 4)
    # Session, person, counts, which tickets, what is known of them, their clocks.
    with django_assert_num_queries(6):
        answer = client.get("/desk/list/", {"stage": "approvals"})
    assert len(answer.context["listing"].rows) == 4
    # Who has given one of two approvals waits for somebody else, and so does the case.
    services.approve(large.objection, by=general, at=AT)
    assert large.pk not in {it.pk for it in waiting_for(general)}
    services.approve(large.objection, by=clerk, at=AT)
    assert not waiting_for(clerk).exists()
    views = signed_in(agent).get("/desk/list/", {"stage": "open"}).context["listing"]
    assert "approvals" not in [str(tab.view) for tab in views.tabs]


def test_finance_reads_what_it_is_to_approve_of() -> None:
    """A case of another department is opened to finance by the approval it needs."""
    clerk, case = handler_of("finance"), concluded()
    Objection.objects.filter(pk=case.pk).update(involved=[], department=None)
    theirs = signed_in(clerk)
    assert theirs.get(where(case)).status_code == 404
    proposed(fresh(case), kind="refund_deposit")
    assert theirs.get(where(case)).status_code == 200


@pytest.mark.clause("OB-09")
def test_departments_carry_out_what_was_agreed_from_their_list(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    page, clerk = "/desk/handovers/", handler_of("finance")
    theirs, others = signed_in(clerk), signed_in(handler_of("business"))
    first, second = agreed(), agreed(concluded(phone="13900139000"))
    proposed_only = proposed(concluded(phone="13700137000"))
    clock = second.actions.get().clock
    assert clock is not None
    type(clock).objects.filter(pk=clock.pk).update(due_at=AT)
    # Session, person, hand-offs, actions.
    with django_assert_num_queries(4):
        answer = theirs.get(page, headers=HTMX)
    queue = answer.context["queue"]
    assert [row.action.objection_id for row in queue.actions] == [second.pk, first.pk]
    assert all(row.may_finish for row in queue.actions)
    assert proposed_only.objection_id not in {first.pk, second.pk}
    assert others.get(page).context["queue"].actions == []
    assert "Nothing to carry out" in others.get(page, headers=ENGLISH).content.decode()
    done = f"/desk/actions/{first.actions.get().pk}/done/"
    assert others.post(done, {"proof": "R-1"}).status_code == 404
    refused = theirs.post(done, {"proof": " "}, headers=HTMX)
    assert refused.status_code == 422
    assert 'id="error-done-proof"' in refused.content.decode()
    for _click in range(2):
        sent = {"proof": "退款单 R-1", "files": [picture("r.png")]}
        assert theirs.post(done, sent, headers=HTMX).status_code == 200
    action = first.actions.get()
    assert (action.done_by, action.proof) == (clerk, "退款单 R-1")
    assert action.proof_with is not None
    assert action.proof_with.attachments.count() == 1
    assert fresh(first).status == "executed"
    queue = theirs.get(page).context["queue"]
    assert [row.action.objection_id for row in queue.actions] == [second.pk]
    assert theirs.post(f"/desk/actions/{'9' * 30}/done/").status_code == 404


def test_a_rejected_case_goes_up_and_each_level_sees_its_own_buttons() -> None:
    supervisor, manager, general = map(
        boss, (Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER)
    )
    objection = twice_rejected()
    desk = signed_in(UserFactory.create())
    step, shown = bar(desk, objection)
    assert (step, "“Supervisor”" in shown, "btn" in shown) == (None, True, False)
    step, shown = bar(signed_in(supervisor), objection)
    assert step == "propose"
    for words in ("太少了", "step-escalate", "step-investigate-again"):
        assert words in shown
    said = part(desk, objection, "proposal")
    assert "Rejected On the case's page" in said
    assert "1 earlier proposal" in said
    press(signed_in(supervisor), objection, "escalate", reason="请经理决定")
    press(signed_in(manager), objection, "escalate", reason="请总经理决定")
    assert "close-unagreed" not in bar(signed_in(manager), objection)[1]
    client = signed_in(general)
    assert "step-close-unagreed" in bar(client, objection)[1]
    form = client.get(where(objection, "close-unagreed/"), headers=ENGLISH)
    assert "arbitration, court" in form.content.decode()
    for _click in range(2):
        assert press(client, objection, "close-unagreed").status_code == 200
    assert "Not agreed; the ways outside were told" in bar(client, objection)[1]


def test_a_review_is_asked_for_noted_and_decided_by_who_has_not_judged() -> None:
    judge, other = boss(), boss()
    objection = concluded()
    proposed(objection, amount="800.00")
    services.approve(objection, by=judge, at=timezone.now())
    services.answer_proposal(objection, accepted=True, at=timezone.now())
    told(executed(fresh(objection)))
    services.rate(objection, **MARKS, at=timezone.now())
    desk = signed_in(UserFactory.create())
    assert "step-appeal" in bar(desk, objection)[1]
    assert press(desk, objection, "appeal", reason="不公平").status_code == 200
    step, shown = bar(signed_in(judge), objection)
    assert (step, "somebody who has not reviews it" in shown) == (None, True)
    assert (
        press(
            signed_in(judge), objection, "decide-appeal", granted="no", text="维持"
        ).status_code
        == 403
    )
    reviewer = signed_in(other)
    assert bar(reviewer, objection)[0] == "decide_appeal"
    forbidden = press(
        reviewer, objection, "decide-appeal", granted="no", text="这不归我管"
    )
    assert (forbidden.status_code, fresh(objection).status) == (422, "appealed")
    press(reviewer, objection, "decide-appeal", granted="no", text="维持原结果。")
    said = part(desk, objection, "end")
    for words in ("Review 1 Supervisor", "不公平", "The result stands 维持原结果。"):
        assert words in said
    assert "step-archive" in bar(desk, objection)[1]


def test_complaints_outside_more_time_and_a_laboratory_test(agent: User) -> None:
    objection, handler = investigated()
    desk, supervisor = signed_in(agent), signed_in(boss())
    assert "Note one" in part(desk, objection, "outside")
    given = {"source": "12315", "reference": "ZB-1", "received_at": "2025-01-01T09:00"}
    assert press(desk, objection, "note-external", **given).status_code == 200
    said = part(desk, objection, "outside")
    assert "12315 (market supervision) ZB-1" in said
    press(desk, objection, "answer-external", number="1", text="已答复。")
    press(desk, objection, "end-external", number="1", result="调解成功")
    said = part(desk, objection, "outside")
    for words in ("Answered 已答复。", "Ended 调解成功"):
        assert words in said
    assert "act-extend" not in desk.get(where(objection)).content.decode()
    shown = supervisor.get(where(objection)).content.decode()
    assert "act-extend" in shown
    late = press(supervisor, objection, "extend", reason="等检测")
    assert late.status_code == 409  # its time is over since long
    assert "act-order-test" not in card(signed_in(handler), objection)


@pytest.mark.parametrize(
    ("step", "given", "field"),
    [
        ("propose", {}, "text"),
        ("propose", {**OFFERED, "measures": []}, "measures"),
        ("propose", {**OFFERED, "measures": ["gold\0"]}, "measures"),
        ("propose", {**OFFERED, "amount_refund_rent": ""}, "measures"),
        ("propose", {**OFFERED, "amount_refund_rent": "viel"}, "measures"),
        ("propose", {**OFFERED, "amount_refund_rent": "NaN"}, "measures"),
        ("propose", {**OFFERED, "met_refund": ""}, "replies"),
        ("propose", {**OFFERED, "reason_refund": ""}, "replies"),
        ("propose", {**OFFERED, "text": "这不归我管"}, "text"),
        ("answer", {"channel": "phone"}, "accepted"),
        ("answer", {"accepted": "yes", "channel": "link"}, "channel"),
        ("answer", {"accepted": "no", "channel": "chat"}, "reason"),
        ("execute", {"number": "9", "proof": "R"}, "number"),
        ("execute", {"number": "²", "proof": "R"}, "number"),
        ("execute", {"number": "1", "proof": "长" * 201}, "proof"),
        ("assign-action", {"number": "1", "to": "0"}, "to"),
        ("assign-action", {"number": "1", "to": "x\0"}, "to"),
        ("tell-result", {"text": " "}, "text"),
        ("visit", {}, "reached"),
        ("visit", {"reached": "yes", "resolved": "yes"}, "satisfaction"),
        ("visit", {"reached": "yes", "satisfaction": "9"}, "resolved"),
        ("appeal", {"reason": "长" * 501}, "reason"),
        (
            "note-external",
            {"source": "x", "received_at": "2025-01-01"},
            "source",
        ),
        ("note-external", {"source": "court"}, "received_at"),
    ],
)
def test_nonsense_is_refused_beside_its_field_and_nothing_changes(
    step: str, given: dict[str, Any], field: str
) -> None:
    case = {
        "answer": lambda: proposed().objection,
        "execute": agreed,
        "assign-action": agreed,
        "tell-result": executed,
        "visit": told,
        "appeal": lambda: closed(at=timezone.now()),
    }.get(step, concluded)
    objection = fresh(case())
    before = Event.objects.filter(ticket=objection).count()
    client = signed_in(UserFactory.create())
    answer = press(client, objection, step, **given)
    assert answer.status_code == 422
    shown = answer.content.decode()
    slot = re.search(rf'id="error-{step}-{field}"[^>]*>(.*?)</div>', shown, re.DOTALL)
    assert slot is not None
    assert "field-errors" in slot[1]
    assert fresh(objection).status == objection.status
    assert Event.objects.filter(ticket=objection).count() == before
    # Without a script: the page anew, with what was typed.
    page = client.post(where(objection, f"{step}/"), given)
    assert page.status_code == 422
    for value in given.values():
        if isinstance(value, str) and len(value) > 3 and "\0" not in value:
            assert value in page.content.decode()


@pytest.mark.parametrize("rounds", [1, 2])
def test_a_settled_case_costs_the_same_however_often_it_was_handled(
    django_assert_num_queries: DjangoAssertNumQueries, rounds: int
) -> None:
    """Proposals with measures, answers, approvals; actions, files, visits, reviews."""
    objection = told()
    for _round in range(rounds - 1):
        services.visit(objection, reached=True, **LOW, by=UserFactory.create(), at=AT)
        services.hand_off(objection, by=boss(), at=AT)
        handoff, handler = handoff_to(objection, "finance"), handler_of("finance")
        services.accept(handoff, by=handler, at=AT)
        services.conclude(objection, **CONCLUSION, by=handler, at=AT)
        objection = told(executed(agreed(fresh(objection), amount="50.00")))
    services.rate(objection, **MARKS, at=AT)
    client = signed_in(UserFactory.create())
    with django_assert_num_queries(SETTLED_THREAD_QUERIES):
        client.get(where(objection, "thread/"))
    with django_assert_num_queries(SETTLED_CONTEXT_QUERIES):
        client.get(where(objection, "context/"))
