"""A department investigates an open objection at the desk."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inquiries import services as inquiry_services
from objections import services
from objections.models import Evidence, Objection
from staff.models import Role, User
from tests.desk.test_objection_page import ENGLISH, bar, press, where
from tests.factories import InquiryFactory, UserFactory
from tests.objections.cases import FEE, QUALITY, filed, handler_of
from tests.objections.test_investigating import CONCLUSION, waive_all
from tests.portal.conftest import picture
from tickets.models import Event

pytestmark = pytest.mark.django_db

# As on any objection; what is needed, what is there, why not, what was proposed ...
THREAD_QUERIES = 13
# ... the articles of the findings, names of the kinds in the history ...
CONTEXT_QUERIES = 24


@pytest.fixture
def handler() -> User:
    return handler_of("finance")


@pytest.fixture
def theirs(handler: User) -> Client:
    client = Client()
    client.force_login(handler)
    return client


@pytest.fixture
def objection(handler: User) -> Objection:
    return investigated_by(handler)


def investigated_by(handler: User, **changes: Any) -> Objection:
    """A fee that the department of this person investigates."""
    now, agent = timezone.now() - timedelta(minutes=20), UserFactory.create()
    objection = filed(FEE, at=now, **changes)
    services.acknowledge(objection, by=agent, at=now)
    services.record(objection, by=agent, at=now)
    services.hand_off(objection, by=agent, at=now)
    services.accept(objection.handoffs.get(), by=handler, at=now)
    objection.refresh_from_db()
    return objection


def card(client: Client, objection: Objection) -> str:
    """The card of evidence and what follows, in English."""
    answer = client.get(where(objection, "context/"), headers=ENGLISH)
    assert answer.status_code == 200
    return str(answer.content.decode())


def rows(client: Client, objection: Objection) -> dict[str, str]:
    """Each kind on the card and how it stands."""
    found = re.findall(r'id="kind-(\w+)" class="is-(\w+)"', card(client, objection))
    return dict(found)


@pytest.mark.clause("OB-07", "OB-46", "OB-47", "OB-48", "OB-49")
def test_the_bar_leads_from_the_evidence_to_the_finding(
    theirs: Client, desk: Client, objection: Objection
) -> None:
    step, shown = bar(theirs, objection)
    assert (step, "Missing:" in shown) == ("add_evidence", True)
    assert shown.count("btn-primary") == 1
    # For customer service there is nothing to press; they see what is missing.
    step, shown = bar(desk, objection)
    assert (step, "btn-primary" in shown, "Missing:" in shown) == (None, False, True)
    assert set(rows(theirs, objection).values()) == {"missing"}

    press(
        theirs,
        objection,
        "add-evidence",
        kind="payment_record",
        source="财务系统",
        text="3月5日收款300元",
    )
    for kind in ("contract_terms", "order_detail", "invoice_record"):
        press(theirs, objection, "no-evidence", kind=kind, reason="本案没有")
    assert rows(theirs, objection) == {
        "contract_terms": "none",
        "order_detail": "none",
        "payment_record": "done",
        "invoice_record": "none",
    }
    shown = card(theirs, objection)
    digest = objection.evidence.get().hash
    for words in (
        "4 of 4 settled",
        "财务系统",
        "3月5日收款300元",
        "there is none: 本案没有",
        f"SHA-256 {digest}",
        f"{digest[:12]}…",
        "Evidence added",
    ):
        assert words in shown, words

    assert bar(theirs, objection)[0] == "conclude"
    press(theirs, objection, "ask-evidence", text="请补充付款截图")
    step, shown = bar(theirs, objection)
    assert (step, "step-go-on" in shown) == (None, True)
    press(theirs, objection, "go-on")
    done = press(
        theirs,
        objection,
        "conclude",
        **{**CONCLUSION, "contract_clause": "第8.2条"},
    )
    assert done.status_code == 200
    step, shown = bar(theirs, objection)
    assert (step, "The proposal is due by" in shown) == ("propose", True)
    shown = card(theirs, objection)
    for words in ("押金扣除没有依据。", "The company", "Our process", "第8.2条", "Law"):
        assert words in shown, words
    assert "act-add-evidence" not in shown


@pytest.mark.clause("OB-47")
def test_evidence_is_read_through_the_objection_and_by_nobody_else(
    theirs: Client, objection: Objection
) -> None:
    press(
        theirs,
        objection,
        "add-evidence",
        kind="payment_record",
        source="收款截图",
        files=[picture("a.png")],
    )
    press(
        theirs,
        objection,
        "add-evidence",
        kind="order_detail",
        source="订单系统",
        text="<b>三天</b>",
    )
    file, text = objection.evidence.order_by("pk")
    for piece in (file, text):
        path = where(objection, f"evidence/{piece.pk}/")
        assert path in card(theirs, objection) or piece is text
        answer = theirs.get(path, follow=True)
        assert (answer.status_code, answer["X-Content-Type-Options"]) == (
            200,
            "nosniff",
        )
        assert answer["Content-Security-Policy"] == "sandbox"
        b"".join(answer)  # reads the file to its end
        stranger = Client()
        stranger.force_login(handler_of("technical_support"))
        assert stranger.get(path).status_code == 404
        other = filed(QUALITY, at=timezone.now(), phone="13912345678")
        elsewhere = where(other, f"evidence/{piece.pk}/")
        assert theirs.get(elsewhere).status_code == 404
    assert theirs.get(where(objection, f"evidence/{'9' * 30}/")).status_code == 404
    answer = theirs.get(where(objection, f"evidence/{text.pk}/"), follow=True)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == "<b>三天</b>"


@pytest.mark.clause("OB-49")
def test_the_conversations_are_kept_by_one_button_and_again_only_if_they_grew(
    theirs: Client, handler: User
) -> None:
    objection = investigated_by(handler)
    services.customer_writes(objection, text="请尽快", at=timezone.now())
    for _ in range(2):
        assert press(theirs, objection, "conversations").status_code == 200
    assert objection.evidence.count() == 1
    assert f"Conversation {objection.number}" in card(theirs, objection)
    services.customer_writes(objection, text="还在等", at=timezone.now())
    press(theirs, objection, "conversations")
    assert objection.evidence.count() == 2


def test_what_the_customer_gave_becomes_evidence_by_choosing_it(
    theirs: Client, objection: Objection
) -> None:
    services.customer_writes(
        objection, text="截图", files=[picture("shot.png")], at=timezone.now()
    )
    form = theirs.get(where(objection, "add-evidence/"), headers=ENGLISH)
    assert "shot.png (from the customer)" in form.content.decode()
    assert form.context["form"]["kind"].value() == "contract_terms"
    form = theirs.get(where(objection, "add-evidence/?kind=invoice_record"))
    assert form.context["form"]["kind"].value() == "invoice_record"
    file = objection.messages.get(text="截图").attachments.get()
    given = {"kind": "payment_record", "source": "客户", "file": str(file.public_id)}
    for _ in range(2):
        assert press(theirs, objection, "add-evidence", **given).status_code == 200
    assert objection.evidence.get().attachment == file


def test_a_file_of_an_inquiry_that_one_may_not_see_is_neither_offered_nor_taken(
    handler: User, theirs: Client
) -> None:
    agent, now = UserFactory.create(), timezone.now()
    inquiry = InquiryFactory.create(at=now)
    inquiry_services.customer_writes(
        inquiry, text="看", files=[picture("x.png")], at=now
    )
    inquiry_services.reply(inquiry, text="在", by=agent, at=now)
    objection = services.convert(inquiry, facts=FEE, by=agent, at=now)
    services.record(objection, by=agent, at=now)
    services.hand_off(objection, by=agent, at=now)
    services.accept(objection.handoffs.get(), by=handler, at=now)
    file = inquiry.messages.get(text="看").attachments.get()
    form = theirs.get(where(objection, "add-evidence/"))
    assert "x.png" not in form.content.decode()
    given = {"kind": "payment_record", "source": "客户", "file": str(file.public_id)}
    assert press(theirs, objection, "add-evidence", **given).status_code == 422
    assert not objection.evidence.exists()
    desk = Client()
    desk.force_login(agent)
    assert press(desk, objection, "add-evidence", **given).status_code == 200
    piece = objection.evidence.get()
    # As evidence it belongs to the objection, and its investigator reads it.
    answer = theirs.get(where(objection, f"evidence/{piece.pk}/"), follow=True)
    assert answer.status_code == 200
    b"".join(answer)


@pytest.mark.parametrize(
    ("step", "given", "field"),
    [
        ("add-evidence", {}, "source"),
        ("add-evidence", {"source": "a", "kind": "order_detail"}, "text"),
        ("add-evidence", {"source": "a", "kind": "x", "text": "b"}, "kind"),
        ("add-evidence", {"source": "a", "kind": "x\0", "text": "b"}, "kind"),
        ("add-evidence", {"source": "长" * 201, "text": "b"}, "source"),
        ("add-evidence", {"source": "a", "text": "a\0b"}, "text"),
        ("add-evidence", {"source": "a", "text": "长" * 20_000}, "text"),
        ("add-evidence", {"source": "a", "file": "x"}, "text"),
        ("no-evidence", {}, "reason"),
        ("no-evidence", {"kind": "order_detail", "reason": " "}, "reason"),
        ("no-evidence", {"kind": "x", "reason": "无"}, "kind"),
        ("ask-evidence", {}, "text"),
        ("ask-evidence", {"text": "这不归我管"}, "text"),
        ("conclude", {}, "text"),
        ("conclude", {**CONCLUSION, "responsibility": "x"}, "responsibility"),
        ("conclude", {**CONCLUSION, "cause": ""}, "cause"),
        ("conclude", {**CONCLUSION, "articles": []}, "articles"),
        ("conclude", {**CONCLUSION, "articles": ["x"]}, "articles"),
        ("conclude", {**CONCLUSION, "contract_clause": "长" * 201}, "contract_clause"),
        ("conclude", CONCLUSION, "form"),
    ],
)
def test_nonsense_is_refused_beside_its_field_and_nothing_changes(
    theirs: Client, objection: Objection, step: str, given: dict[str, Any], field: str
) -> None:
    events = Event.objects.filter(ticket=objection).count()
    answer = press(theirs, objection, step, **given)
    assert answer.status_code == 422
    shown = answer.content.decode()
    slot = re.search(rf'id="error-{step}-{field}"[^>]*>(.*?)</div>', shown, re.DOTALL)
    assert slot is not None
    assert "field-errors" in slot[1]
    objection.refresh_from_db()
    assert objection.status == "investigating"
    assert Event.objects.filter(ticket=objection).count() == events
    assert not Evidence.objects.exists()
    # Without a script: the page anew, with what was typed.
    page = theirs.post(where(objection, f"{step}/"), given)
    assert page.status_code == 422
    for value in given.values():
        if isinstance(value, str) and len(value) > 3 and "\0" not in value:
            assert value in page.content.decode()


@pytest.mark.clause("IN-20")
def test_who_supervises_may_ask_in_other_words_for_a_reason(
    objection: Objection,
) -> None:
    client = Client()
    client.force_login(UserFactory.create(role=Role.SUPERVISOR))
    given = {"text": "这不归我管,请补充照片", "client_token": str(uuid.uuid4())}
    refused = press(client, objection, "ask-evidence", **given)
    assert refused.status_code == 422
    assert 'name="override_reason"' in refused.content.decode()
    page = client.post(where(objection, "ask-evidence/"), given)
    assert 'name="override_reason"' in page.content.decode()
    for _ in range(2):
        done = press(
            client, objection, "ask-evidence", **given, override_reason="引用原话"
        )
        assert done.status_code == 200
    assert objection.events.filter(verb="evidence_asked").count() == 1


@pytest.mark.clause("OB-07")
def test_only_the_leading_department_and_nobody_named_concludes() -> None:
    handler = handler_of("technical_support")
    joins = handler_of("warehouse_logistics")
    now, agent = timezone.now(), UserFactory.create()
    objection = filed(QUALITY, at=now)
    services.acknowledge(objection, by=agent, at=now)
    services.record(objection, by=agent, at=now)
    services.hand_off(objection, by=agent, at=now)
    for person in (handler, joins):
        handoff = objection.handoffs.get(department=person.department)
        services.accept(handoff, by=person, at=now)
    waive_all(objection, by=handler)
    for person, leads in ((handler, True), (joins, False)):
        client = Client()
        client.force_login(person)
        assert bar(client, objection)[0] == ("conclude" if leads else None)
        found = client.get(where(objection, "conclude/")).status_code
        assert found == (200 if leads else 404)
        if not leads:
            refused = press(client, objection, "conclude", **CONCLUSION)
            assert refused.status_code == 403
    assert not objection.findings.exists()


def test_going_on_is_offered_though_another_department_has_not_accepted_yet() -> None:
    handler = handler_of("technical_support")
    now, agent = timezone.now(), UserFactory.create()
    objection = filed(QUALITY, at=now)
    services.acknowledge(objection, by=agent, at=now)
    services.record(objection, by=agent, at=now)
    services.hand_off(objection, by=agent, at=now)
    handoff = objection.handoffs.get(department=handler.department)
    services.accept(handoff, by=handler, at=now)
    services.ask_for_evidence(objection, text="请补充照片", by=handler, at=now)
    client = Client()
    client.force_login(handler)
    step, shown = bar(client, objection)
    assert (step, "step-go-on" in shown) == (None, True)
    assert "Warehouse and logistics" in shown


@pytest.mark.parametrize("pieces", [1, 12])
def test_an_investigation_costs_the_same_however_much_evidence_there_is(
    theirs: Client,
    handler: User,
    objection: Objection,
    django_assert_num_queries: DjangoAssertNumQueries,
    pieces: int,
) -> None:
    now = timezone.now()
    for number in range(pieces):
        services.add_evidence(
            objection,
            kind="payment_record",
            source="财务",
            text=str(number),
            by=handler,
            at=now,
        )
    services.waive_evidence(
        objection, kind="order_detail", reason="无", by=handler, at=now
    )
    with django_assert_num_queries(THREAD_QUERIES):
        theirs.get(where(objection, "thread/"))
    with django_assert_num_queries(CONTEXT_QUERIES):
        theirs.get(where(objection, "context/"))


def test_the_page_for_small_screens_leads_to_every_form(
    theirs: Client, objection: Objection
) -> None:
    shown = theirs.get(where(objection, "clocks/"), headers=ENGLISH).content.decode()
    for name in ("add-evidence/?kind=order_detail", "no-evidence/", "ask-evidence/"):
        assert where(objection, name) in shown, name
    assert "popovertarget" not in shown[shown.index("evidence-title") :]
    done = theirs.post(where(objection, "conversations/"))
    assert done.status_code == 303
