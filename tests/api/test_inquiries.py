"""Other systems file, read and answer inquiries by the verbs that the pages use."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from helpdesk.api.urls import VERBS
from inquiries import services
from inquiries.links import thread_token
from inquiries.models import Inquiry
from staff.models import Role, User
from tests.answering import settle
from tests.api.conftest import SignedIn
from tests.factories import AT, InquiryFactory, UserFactory, department
from tests.finishing import finish
from tests.texts import GREETING
from tickets.models import Channel, Direction, Event, Message, Ticket

pytestmark = pytest.mark.django_db

QUESTION: dict[str, Any] = {
    "channel": "web_chat",
    "customer": {"surname": "陈", "phone": "138 0013 8000"},
    "topic": "operation_use",
    "text": "两台摄像机租三天多少钱？",
}


def file(api: APIClient, **changes: Any) -> Any:
    return api.post("/api/v1/inquiries/", {**QUESTION, **changes}, format="json")


def act(api: APIClient, inquiry: Inquiry, verb: str, **body: Any) -> Any:
    return api.post(f"/api/v1/inquiries/{inquiry.number}/{verb}/", body, format="json")


def test_filing_a_question_starts_the_thirty_second_clock(api: APIClient) -> None:
    answer = file(api)
    assert answer.status_code == 201
    body = answer.json()
    assert body["number"].startswith("IN")
    assert body["status"] == "new"
    assert body["customer"] == {"surname": "陈", "contact_tail": "8000"}
    assert body["topics"][0]["topic"] == "operation_use"
    (clock,) = body["clocks"]
    assert clock["code"] == "IN_FIRST_REPLY"
    assert clock["status"] == "running"
    assert clock["promise_seconds"] == 30.0
    assert clock["clauses"] == ["IN-24", "IN-25"]
    assert clock["due_at"] == body["next_due_at"]
    assert not clock["late"]
    assert [clock[name] for name in ("breached_at", "stopped_at", "outcome")] == [
        None,
        None,
        None,
    ]


def test_the_answer_has_the_customers_own_link(api: APIClient) -> None:
    body = file(api).json()
    inquiry = Inquiry.objects.get(number=body["number"])
    assert body["thread_url"] == (f"http://testserver/thread/{thread_token(inquiry)}/")


def test_the_phone_number_is_nowhere_in_an_answer(api: APIClient) -> None:
    number = file(api).json()["number"]
    for url in (f"/api/v1/inquiries/{number}/", "/api/v1/tickets/"):
        assert b"13800138000" not in api.get(url).content


def test_a_customer_needs_no_phone(api: APIClient) -> None:
    answer = file(api, customer={"surname": "陈"})
    assert answer.status_code == 201
    assert answer.json()["customer"]["contact_tail"] == ""


def test_the_history_says_who_filed_the_question(api: APIClient, agent: User) -> None:
    number = file(api).json()["number"]
    event = Event.objects.get(ticket__number=number, verb="asked")
    assert event.actor == agent


@pytest.mark.parametrize("greets", [False, True])
def test_the_same_client_token_files_one_question(
    api: APIClient, *, greets: bool, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """What was read again says what was in hand when it was asked."""
    Channel.objects.filter(code="app_chat").update(auto_greeting=greets)
    file(api)
    whole = {
        "channel": "app_chat",
        "client_token": str(uuid.uuid4()),
        "customer": {"surname": "周", "phone": "13800138000", "email": "z@example.com"},
    }
    first, second = (file(api, **whole) for _ in range(2))
    assert first.json() == second.json()
    assert Inquiry.objects.filter(customer__surname="周").count() == 1
    # The person, the channel, what is to be known beforehand, all that is written; with
    # the savepoint of the test.
    if not greets:
        with django_assert_num_queries(6):
            file(api, client_token=str(uuid.uuid4()), customer={"surname": "吴"})


def test_the_same_idempotency_key_files_one_question_per_person(
    api: APIClient, as_person: SignedIn
) -> None:
    other = as_person(UserFactory.create())
    for client in (api, api, other):
        client.post(
            "/api/v1/inquiries/",
            QUESTION,
            format="json",
            headers={"Idempotency-Key": "order-17"},
        )
    assert Inquiry.objects.count() == 2


def test_an_idempotency_key_counts_for_one_address_only(
    api: APIClient, at: Any
) -> None:
    inquiry = InquiryFactory.create()
    for verb in ("reply", "note", "note"):
        api.post(
            f"/api/v1/inquiries/{inquiry.number}/{verb}/",
            {"text": "好的"},
            format="json",
            headers={"Idempotency-Key": "1"},
        )
    directions = inquiry.messages.exclude(direction=Direction.IN)
    assert sorted(directions.values_list("direction", flat=True)) == ["note", "out"]


def test_a_client_token_counts_for_one_address_only(api: APIClient) -> None:
    inquiry, token = InquiryFactory.create(), str(uuid.uuid4())
    for verb in ("reply", "note", "note"):
        act(api, inquiry, verb, text="好的", client_token=token)
    checking = {"surname": "陈", "question": "能用多久？", "answer_by": "message"}
    for _ in range(2):
        answer = act(api, inquiry, "needs-checking", **checking, client_token=token)
        assert answer.status_code == 201
    said = inquiry.messages.exclude(direction=Direction.IN)
    assert sorted(said.values_list("direction", flat=True)) == ["note", "out", "out"]
    assert inquiry.callbacks.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"text": ""}, "text", "write something"),
        ({"text": "字" * 4001}, "text", "4,001"),
        ({"text": "x" * 1_000_000}, "text", "1,000,000"),
        ({"text": "a\x07b"}, "text", "control characters"),
        ({"text": "a\x00b"}, "text", "Null"),
        ({"text": 7}, "text", "string"),
        ({"text": None}, "text", "null"),
        ({"topic": "poetry"}, "topic", "six topics"),
        ({"channel": "pigeon"}, "channel", "does not exist"),
        ({"channel": 5}, "channel", "Invalid"),
        ({"customer": {"surname": "陈", "phone": "12345"}}, "customer.phone", "11"),
        ({"customer": {"surname": "  "}}, "customer.surname", "address you"),
        ({"customer": {"surname": "陈" * 41}}, "customer.surname", "40"),
        ({"customer": {}}, "customer.surname", "required"),
        ({"customer": "陈"}, "customer", "dictionary"),
        ({"client_token": 3}, "client_token", "UUID"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_stored(
    api: APIClient, changes: dict[str, Any], field: str, words: str
) -> None:
    answer = file(api, **changes)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert list(problem["fields"]) == [field]
    assert words in problem["fields"][field][0]
    assert problem["status"] == 400
    assert Ticket.objects.count() == 0


def test_all_wrong_fields_are_named_at_once(api: APIClient) -> None:
    answer = file(
        api, customer={"surname": "", "phone": "1"}, topic="?", text="", channel="?"
    )
    assert set(answer.json()["fields"]) >= {"channel"}
    answer = file(api, customer={"surname": "", "phone": "1"}, topic="?", text="")
    assert set(answer.json()["fields"]) == {
        "customer.surname",
        "customer.phone",
        "topic",
        "text",
    }


def test_messages_are_chinese_unless_the_client_asks_for_english(
    as_person: SignedIn, agent: User
) -> None:
    answer = file(as_person(agent), text="")
    assert "请" in answer.json()["fields"]["text"][0]


def test_a_channel_that_takes_no_inquiries_is_refused(
    api: APIClient, web_chat: Any
) -> None:
    web_chat.takes_inquiries = False
    web_chat.save(update_fields=["takes_inquiries"])
    assert list(file(api).json()["fields"]) == ["channel"]


def test_a_reply_stops_the_clock_and_shows_the_verdict(api: APIClient) -> None:
    number = file(api).json()["number"]
    answer = api.post(
        f"/api/v1/inquiries/{number}/reply/", {"text": "您好"}, format="json"
    )
    assert answer.status_code == 201
    body = answer.json()
    assert body["status"] == "in_service"
    assert body["assignee"] == "anna"
    assert body["clocks"][0]["status"] == "stopped"
    assert body["clocks"][0]["outcome"] == "met"
    assert body["next_due_at"] is None


def test_a_late_reply_reads_as_missed_at_the_deadline(api: APIClient) -> None:
    inquiry = InquiryFactory.create()
    (clock,) = act(api, inquiry, "reply", text="您好").json()["clocks"]
    assert clock["outcome"] == "missed"
    assert clock["breached_at"] == clock["due_at"]
    assert clock["late"]


def test_a_missed_promise_reads_as_late_before_any_job_has_seen_it(
    api: APIClient,
) -> None:
    inquiry = InquiryFactory.create()
    (clock,) = api.get(f"/api/v1/inquiries/{inquiry.number}/").json()["clocks"]
    assert (clock["status"], clock["breached_at"], clock["late"]) == (
        "running",
        None,
        True,
    )


def test_the_same_client_token_sends_one_reply(api: APIClient) -> None:
    inquiry = InquiryFactory.create()
    token = str(uuid.uuid4())
    answers = [
        act(api, inquiry, "reply", text="您好", client_token=token) for _ in range(2)
    ]
    assert {answer.status_code for answer in answers} == {201}
    assert inquiry.messages.filter(direction=Direction.OUT).count() == 1


def test_one_inquiry_shows_its_messages_in_order(api: APIClient, agent: User) -> None:
    inquiry = InquiryFactory.create(text="在吗？")
    services.reply(inquiry, text="在的", by=agent, at=AT + timedelta(seconds=5))
    services.write_note(inquiry, text="老客户", by=agent, at=AT + timedelta(seconds=6))
    body = api.get(f"/api/v1/inquiries/{inquiry.number}/").json()
    said = [(m["direction"], m["author"], m["text"]) for m in body["messages"]]
    assert said == [
        ("in", None, "在吗？"),
        ("out", "anna", f"{GREETING}\n在的"),
        ("note", "anna", "老客户"),
    ]


def test_an_inquiry_lives_its_life_through_the_api(api: APIClient, agent: User) -> None:
    inquiry = InquiryFactory.create()
    UserFactory.create(username="bo")
    steps = [
        act(api, inquiry, "take"),
        act(api, inquiry, "reply", text="您好"),
        act(api, inquiry, "note", text="要发票"),
        act(api, inquiry, "assign", assignee="bo"),
        act(api, inquiry, "question-clear"),
        act(
            api,
            inquiry,
            "needs-checking",
            surname="王",
            question="4K？",
        ),
        act(api, inquiry, "callback", reached=False, obstacle="busy"),
        act(api, inquiry, "callback", reached=True, outcome="能。"),
        act(api, inquiry, "topic", topic="after_sales"),
    ]
    settle(inquiry, "after_sales", by=agent, at=timezone.now())
    steps += [
        act(api, inquiry, "reply", text="有保障", answers=["after_sales"]),
        act(api, inquiry, "topic-answered", topic="operation_use", plain_reason="只问"),
        act(api, inquiry, "closing-question"),
    ]
    services.customer_writes(inquiry, text="没有了", at=timezone.now())
    steps += [
        act(api, inquiry, "close", intent="clear", consent=True),
        act(api, inquiry, "reopen"),
    ]
    assert [(step.status_code, step.json()["status"]) for step in steps] == [
        (200, "new"),
        (201, "in_service"),
        (201, "in_service"),
        (200, "in_service"),
        (200, "in_service"),
        (201, "awaiting_verification"),
        (200, "awaiting_verification"),
        (200, "in_service"),
        (200, "in_service"),
        (201, "in_service"),
        (200, "answered"),
        (201, "answered"),
        (200, "closed"),
        (200, "in_service"),
    ]
    assert steps[-1].json()["assignee"] == "bo"


@pytest.mark.parametrize(
    ("topic", "clause"),
    [
        pytest.param(topic, clause, marks=pytest.mark.clause(clause))
        for topic, clause in (
            ("device_selection", "IN-33"),
            ("rental_price", "IN-37"),
            ("contract_terms", "IN-41"),
            ("delivery_time", "IN-46"),
            ("after_sales", "IN-46"),
        )
    ],
)
def test_a_topic_is_409_before_its_own_deed_and_200_after_it(
    api: APIClient, agent: User, topic: str, clause: str
) -> None:
    inquiry = InquiryFactory.create(topic=topic)
    services.reply(inquiry, text="好", by=agent, at=AT)
    refused = act(api, inquiry, "topic-answered", topic=topic)
    assert refused.status_code == 409
    assert clause in refused.json()["detail"]
    assert inquiry.topics.get().answered_at is None
    assert not inquiry.events.filter(verb="topic_answered").exists()
    settle(inquiry, topic, by=agent, at=AT)
    accepted = act(api, inquiry, "topic-answered", topic=topic)
    assert (accepted.status_code, accepted.json()["status"]) == (200, "answered")


@pytest.mark.clause("IN-54")
def test_closing_without_an_intent_is_400_beside_the_field(
    api: APIClient, agent: User
) -> None:
    inquiry = InquiryFactory.create()
    services.reply(inquiry, text="好", by=agent, at=AT, answers=["operation_use"])
    act(api, inquiry, "customer-left")
    answer = act(api, inquiry, "close")
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"intent"})


@pytest.mark.clause("IN-25")
def test_a_greeting_is_sent_once_per_key(api: APIClient) -> None:
    inquiry = InquiryFactory.create()
    token = str(uuid.uuid4())
    for _ in range(2):
        assert act(api, inquiry, "greet", client_token=token).status_code == 201
    assert inquiry.messages.filter(direction=Direction.OUT).count() == 1


@pytest.mark.clause("IN-29")
def test_a_notice_without_its_facts_names_each_of_them(api: APIClient) -> None:
    inquiry = InquiryFactory.create(phone="")
    answer = act(api, inquiry, "needs-checking", surname="", question="")
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"surname", "phone", "question"}
    assert inquiry.messages.count() == 1


def test_a_step_that_the_state_forbids_is_409_and_changes_nothing(
    api: APIClient,
) -> None:
    inquiry = InquiryFactory.create()
    answer = act(api, inquiry, "close")
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert "Reply first" in answer.json()["detail"]
    inquiry.refresh_from_db()
    assert inquiry.status == "new"


def test_a_reply_to_a_closed_inquiry_is_409_and_sends_nothing(
    api: APIClient, agent: User
) -> None:
    inquiry = InquiryFactory.create()
    services.reply(inquiry, text="您好", by=agent, at=AT)
    finish(inquiry, by=agent, at=AT)
    before = Message.objects.count()
    assert act(api, inquiry, "reply", text="还有").status_code == 409
    assert Message.objects.count() == before


def test_a_step_that_the_role_forbids_is_403(as_person: SignedIn) -> None:
    handler = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    inquiry = InquiryFactory.create()
    Ticket.objects.update(department=department("technical_support"))
    answer = act(as_person(handler), inquiry, "reply", text="您好")
    assert answer.status_code == 403
    assert inquiry.messages.filter(direction=Direction.OUT).count() == 0


@pytest.mark.parametrize(
    "verb",
    ["", *(f"{verb}/" for verb in VERBS)],
)
def test_what_one_may_not_see_is_404(as_person: SignedIn, verb: str) -> None:
    stranger = as_person(UserFactory.create(role=Role.DEPARTMENT_HANDLER))
    inquiry = InquiryFactory.create()
    url = f"/api/v1/inquiries/{inquiry.number}/{verb}"
    method = stranger.post if verb else stranger.get
    answer = method(url, {"text": "x"} if verb else None, format="json")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert Message.objects.filter(ticket=inquiry).count() == 1


@pytest.mark.clause("IN-03")
def test_a_handler_receives_no_questions(as_person: SignedIn) -> None:
    handler = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    assert file(as_person(handler)).status_code == 403
    assert not Inquiry.objects.exists()


def test_assigning_to_nobody_or_to_someone_unsuitable_names_the_field(
    api: APIClient,
) -> None:
    inquiry = InquiryFactory.create()
    handler = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    for name in ("ghost", handler.username, None, 3):
        answer = act(api, inquiry, "assign", assignee=name)
        assert (answer.status_code, list(answer.json()["fields"])) == (
            400,
            ["assignee"],
        )


@pytest.mark.parametrize("messages", [1, 12])
def test_reading_an_inquiry_takes_the_same_few_queries(
    api: APIClient,
    agent: User,
    messages: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    inquiry = InquiryFactory.create()
    for second in range(messages):
        later = AT + timedelta(seconds=second)
        services.reply(inquiry, text=f"{second}", by=agent, at=later)
    with django_assert_num_queries(8):
        api.get(f"/api/v1/inquiries/{inquiry.number}/")


@pytest.mark.clause("IN-07")
def test_a_complex_topic_by_api(api: APIClient, agent: User) -> None:
    inquiry = InquiryFactory.create(at=timezone.now())
    act(api, inquiry, "greet")
    flagged = act(api, inquiry, "topic-complex", topic="operation_use")
    assert flagged.json()["topics"][0]["complex_at"] is not None
    refused = act(api, inquiry, "reply", text="能。", answers=["operation_use"])
    assert (refused.status_code, list(refused.json()["fields"])) == (
        400,
        ["plain_reason"],
    )
    text = "1. 打开电源。2. 接上HDMI线。"
    answered = act(api, inquiry, "reply", text=text, answers=["operation_use"])
    assert answered.status_code == 201
    assert answered.json()["topics"][0]["answered_at"] is not None
