"""What a colleague does with an inquiry, by page and by fragment."""

import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from inquiries import services
from inquiries.models import Inquiry
from staff.models import Role, User
from tests.answering import settle
from tests.factories import InquiryFactory, UserFactory, department
from tests.finishing import finish
from tickets.models import Direction, Ticket

pytestmark = pytest.mark.django_db

GREETING = "您好,很高兴为您服务,请问您想了解关于直播设备租赁的哪方面问题呢?"
CHECKING = {"surname": "王", "phone": "", "question": "4K？"}
ENGLISH = {"Accept-Language": "en"}
HTMX = {"HX-Request": "true", **ENGLISH}


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return InquiryFactory.create(at=timezone.now())


def post(
    client: Client, inquiry: Inquiry, verb: str, *, htmx: bool = True, **data: Any
) -> HttpResponse:
    headers = HTMX if htmx else ENGLISH
    return client.post(
        f"/desk/inquiries/{inquiry.number}/{verb}/", data, headers=headers
    )  # type: ignore[return-value]


def bar(client: Client, inquiry: Inquiry) -> tuple[str | None, str]:
    """The next step, and how its bar is shown."""
    page = client.get(f"/desk/inquiries/{inquiry.number}/", headers=ENGLISH)
    shown = page.content.decode().partition('id="next-step"')[2]
    return page.context["workspace"].next_step, shown.partition("</div>")[0]


def said(inquiry: Inquiry) -> list[str]:
    return [message.text for message in inquiry.messages.all()]


def picture() -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(content, "PNG")
    return SimpleUploadedFile("灯.png", content.getvalue())


@pytest.mark.clause("IN-25")
def test_the_greeting_is_sent_word_for_word_and_stops_the_clock(
    desk: Client, agent: User, inquiry: Inquiry
) -> None:
    response = post(desk, inquiry, "greet")
    assert response.status_code == 200
    assert said(inquiry)[-1] == GREETING
    clock = inquiry.clocks.get()
    assert (clock.status, clock.outcome) == ("stopped", "met")
    inquiry.refresh_from_db()
    assert inquiry.assignee == agent


def test_the_greeting_of_two_windows_greets_once(
    desk: Client, inquiry: Inquiry
) -> None:
    for _window in range(2):
        page = desk.get(f"/desk/inquiries/{inquiry.number}/")
        token = page.context["workspace"].greeting_token
        assert post(desk, inquiry, "greet", client_token=token).status_code == 200
    assert said(inquiry).count(GREETING) == 1


def test_a_reply_clicked_twice_is_one_message(desk: Client, inquiry: Inquiry) -> None:
    token = uuid.uuid4()
    for _click in range(2):
        response = post(desk, inquiry, "reply", text="可以租", client_token=token)
        assert response.status_code == 200
    assert said(inquiry).count(f"{GREETING}\n可以租") == 1


def test_without_a_script_every_verb_answers_with_303(
    desk: Client, agent: User, colleague: User, inquiry: Inquiry
) -> None:
    steps: list[tuple[str, dict[str, Any]]] = [
        ("take", {}),
        ("greet", {}),
        ("question-clear", {}),
        ("needs-checking", {**CHECKING, "answer_by": "call"}),
        ("not-reached", {"obstacle": "busy"}),
        ("called-back", {"way": "call", "outcome": "1. 能接。2. 用HDMI线。"}),
        ("topics/add", {"topic": "after_sales"}),
        ("topics/remove", {"topic": "after_sales"}),
        ("reply", {"text": "可以"}),
        ("topics/answer", {"topic": "operation_use"}),
        ("note", {"text": "老客户"}),
        ("closing-question", {}),
        ("close", {"intent": "clear"}),
        ("reopen", {}),
        ("assign", {"to": colleague.pk}),
    ]
    for verb, data in steps:
        if verb == "close":
            services.customer_writes(inquiry, text="没有了", at=timezone.now())
        response = post(desk, inquiry, verb, htmx=False, **data)
        assert response.status_code == 303, verb
        assert response["Location"] == f"/desk/inquiries/{inquiry.number}/"
    inquiry.refresh_from_db()
    assert inquiry.assignee == colleague
    assert list(inquiry.events.values_list("verb", flat=True)) == [
        "asked",
        "taken",
        "greeted",
        "question_clear",
        "checking_announced",
        "callback_tried",
        "callback_done",
        "topic_added",
        "topic_removed",
        "replied",
        "topic_answered",
        "noted",
        "closing_asked",
        "customer_wrote",
        "closed",
        "follow_up_not_sent",
        "reopened",
        "assigned",
    ]


def test_a_note_stays_in_the_house(desk: Client, inquiry: Inquiry) -> None:
    post(desk, inquiry, "note", text="客户很急")
    note = inquiry.messages.last()
    assert note is not None
    assert (note.direction, note.text) == (Direction.NOTE, "客户很急")
    assert inquiry.clocks.get().status == "running"


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize("verb", ["reply", "note"])
def test_an_unfit_text_is_refused_beside_the_field_and_kept(
    desk: Client, inquiry: Inquiry, verb: str, *, htmx: bool
) -> None:
    for text in ("", "  ", "x" * 4001, "a\x07b"):
        response = post(desk, inquiry, verb, htmx=htmx, text=text)
        assert response.status_code == 422
        page = response.content.decode()
        slot = page.partition('id="error-text"')[2].partition("</div>")[0]
        assert "<li>" in slot
        if not htmx:
            assert text in page
    assert len(said(inquiry)) == 1


def test_a_megabyte_and_a_nul_byte_are_refused_too(
    desk: Client, inquiry: Inquiry
) -> None:
    for text in ("长" * 350_000, "a\0b"):
        assert post(desk, inquiry, "reply", text=text).status_code == 422
    assert len(said(inquiry)) == 1


def test_a_bad_file_is_named_and_the_text_is_not_sent_without_it(
    desk: Client, inquiry: Inquiry
) -> None:
    wrong = SimpleUploadedFile("virus.png", b"MZ not a picture")
    response = post(desk, inquiry, "reply", text="请看", files=[picture(), wrong])
    assert response.status_code == 422
    assert "virus.png" in response.content.decode()
    assert len(said(inquiry)) == 1


def test_a_reply_to_a_finished_inquiry_is_a_409_that_shows_how_things_stand(
    desk: Client, agent: User, inquiry: Inquiry
) -> None:
    now = timezone.now()
    services.reply(inquiry, text="好", by=agent, at=now)
    finish(inquiry, by=agent, at=now)
    response = post(desk, inquiry, "reply", text="还有")
    page = response.content.decode()
    assert response.status_code == 409
    assert "This conversation is finished. Reopen it to write more." in page
    assert 'data-status="closed"' in page
    assert response["HX-Trigger"] == "desk:acted"
    whole = post(desk, inquiry, "reply", htmx=False, text="还有")
    assert whole.status_code == 409
    assert "还有</textarea>" in whole.content.decode()
    assert "还有" not in said(inquiry)


def test_an_inquiry_in_a_colleagues_hands_cannot_be_taken_but_says_whose_it_is(
    desk: Client, colleague: User, inquiry: Inquiry
) -> None:
    services.take(inquiry, by=colleague, at=timezone.now())
    response = post(desk, inquiry, "take")
    assert response.status_code == 409
    assert "何雨桐 is looking after this inquiry." in response.content.decode()
    page = desk.get(f"/desk/inquiries/{inquiry.number}/", headers=HTMX)
    assert "/take/" not in page.content.decode()


@pytest.mark.parametrize("to", ["", "0", "x", "handler"])
def test_assigning_to_nobody_who_answers_is_refused_beside_the_field(
    desk: Client, handler: User, inquiry: Inquiry, to: str
) -> None:
    chosen = handler.pk if to == "handler" else to
    response = post(desk, inquiry, "assign", to=chosen)
    assert response.status_code == 422
    slot = response.content.decode().partition('id="error-to"')[2]
    assert "Please choose a colleague" in slot.partition("</div>")[0]
    inquiry.refresh_from_db()
    assert inquiry.assignee is None


@pytest.mark.clause("SH-09")
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.AGENT, 200),
        (Role.SUPERVISOR, 200),
        (Role.MANAGER, 200),
        (Role.ADMINISTRATOR, 200),
        (Role.DEPARTMENT_HANDLER, 403),
    ],
)
@pytest.mark.parametrize("verb", ["reply", "greet", "take", "assign"])
def test_who_answers_customers(
    client: Client, inquiry: Inquiry, agent: User, verb: str, role: Role, status: int
) -> None:
    Ticket.objects.filter(pk=inquiry.pk).update(
        department=department("technical_support")
    )
    client.force_login(UserFactory.create(role=role))
    response = post(client, inquiry, verb, text="好", to=agent.pk)
    assert response.status_code == status
    if status == 403:
        assert "Your role does not allow this step." in response.content.decode()
        assert len(said(inquiry)) == 1


def test_a_handler_writes_notes_and_sees_no_other_button(
    client: Client, handler: User, inquiry: Inquiry
) -> None:
    Ticket.objects.filter(pk=inquiry.pk).update(department=handler.department)
    client.force_login(handler)
    page = client.get(f"/desk/inquiries/{inquiry.number}/").content.decode()
    thread = page.partition('id="thread"')[2].partition('id="compose"')[0]
    for verb in ("greet", "take", "topics/add", "closing-question", "reopen"):
        assert f"/{verb}/" not in thread
    assert post(client, inquiry, "note", text="已查").status_code == 200


@pytest.mark.parametrize(
    "verb",
    [
        *("take", "greet", "reply", "note", "assign", "close", "reopen"),
        *("topics/add", "topics/remove", "topics/answer", "question-clear"),
        *("needs-checking", "not-reached", "called-back", "reveal"),
        *("closing-question", "customer-left"),
    ],
)
def test_what_one_may_not_see_cannot_be_acted_on_and_get_changes_nothing(
    client: Client, handler: User, agent: User, inquiry: Inquiry, verb: str
) -> None:
    client.force_login(handler)
    assert post(client, inquiry, verb, text="x").status_code == 404
    client.force_login(agent)
    path = f"/desk/inquiries/{inquiry.number}/{verb}/"
    assert client.get(path).status_code == 405
    assert client.post("/desk/inquiries/IN20261123ZZZZZZ/take/").status_code == 404
    assert len(said(inquiry)) == 1


def test_the_next_step_leads_through_the_whole_conversation(
    desk: Client, agent: User, inquiry: Inquiry
) -> None:
    def step() -> str | None:
        page = desk.get(f"/desk/inquiries/{inquiry.number}/")
        found: str | None = page.context["workspace"].next_step
        return found

    def customer(text: str) -> None:
        services.customer_writes(inquiry, text=text, at=timezone.now())

    assert step() == "greet"
    post(desk, inquiry, "greet")
    assert step() == "reply"
    post(desk, inquiry, "needs-checking", **CHECKING, answer_by="call")
    assert step() == "finish_callback"
    post(desk, inquiry, "called-back", way="message", outcome="1. 能接。2. 用HDMI线。")
    assert step() == "answer_topic"
    customer("在吗")
    assert step() == "reply"
    post(desk, inquiry, "reply", text="在", answers=["operation_use"])
    assert step() == "ask_closing"
    post(desk, inquiry, "closing-question")
    assert step() == "customer_left"
    customer("没有了")
    assert step() == "close"
    post(desk, inquiry, "close", intent="none")
    assert step() is None
    post(desk, inquiry, "reopen")
    assert step() == "ask_closing"


@pytest.mark.parametrize(
    ("topic", "deed", "popup"),
    [
        pytest.param(topic, deed, popup, marks=pytest.mark.clause(clause))
        for topic, deed, popup, clause in (
            ("device_selection", "recommend", "devices", "IN-33"),
            ("rental_price", "quote", "quotation", "IN-37"),
            ("contract_terms", "explain_clauses", "asking-explain-clauses", "IN-41"),
            ("delivery_time", "tell_service_facts", "asking-service-facts", "IN-46"),
            ("after_sales", "tell_service_facts", "asking-service-facts", "IN-46"),
        )
    ],
)
def test_the_bar_asks_for_what_the_open_topic_needs_and_then_to_mark_it(
    desk: Client, agent: User, topic: str, deed: str, popup: str
) -> None:
    inquiry = InquiryFactory.create(topic=topic, at=timezone.now())
    assert bar(desk, inquiry)[0] == "greet"
    post(desk, inquiry, "greet")
    services.customer_writes(inquiry, text="在吗", at=timezone.now())
    step, shown = bar(desk, inquiry)
    assert step == deed
    assert shown.count("btn-primary") == shown.count("data-step") == 1
    assert f'data-step type="button" popovertarget="{popup}"' in shown
    assert "The customer waits." in shown
    settle(inquiry, topic, by=agent, at=timezone.now())
    step, shown = bar(desk, inquiry)
    assert step == "answer_topic"
    assert 'popovertarget="topics"' in shown
    post(desk, inquiry, "topics/answer", topic=topic)
    assert bar(desk, inquiry)[0] == "ask_closing"


def test_who_does_not_answer_customers_is_asked_for_no_deed(
    client: Client, agent: User, handler: User
) -> None:
    inquiry = InquiryFactory.create(topic="rental_price", at=timezone.now())
    services.greet(inquiry, by=agent, at=timezone.now())
    Ticket.objects.filter(pk=inquiry.pk).update(department=handler.department)
    client.force_login(handler)
    step, shown = bar(client, inquiry)
    assert step is None
    assert "<button" not in shown


def test_what_a_reply_answers_goes_before_the_deed_of_another_topic(
    desk: Client, agent: User, inquiry: Inquiry
) -> None:
    services.add_topic(inquiry, topic="rental_price", by=None, at=timezone.now())
    post(desk, inquiry, "greet")
    assert bar(desk, inquiry)[0] == "reply"
    post(desk, inquiry, "reply", text="按住三秒开机。")
    assert bar(desk, inquiry)[0] == "quote"
    services.customer_writes(inquiry, text="再问一下", at=timezone.now())
    assert bar(desk, inquiry)[0] == "reply"
    settle(inquiry, "rental_price", by=agent, at=timezone.now())
    assert bar(desk, inquiry)[0] == "answer_topic"


@pytest.mark.clause("IN-43")
def test_the_bar_asks_whether_the_explained_clauses_were_understood(
    desk: Client, agent: User
) -> None:
    inquiry = InquiryFactory.create(topic="contract_terms", at=timezone.now())
    post(desk, inquiry, "greet")
    services.explain_clauses(
        inquiry,
        clauses=["term"],
        not_asked=["damage", "early_return"],
        examples=["term_week"],
        by=agent,
        at=timezone.now(),
    )
    step, shown = bar(desk, inquiry)
    assert (step, "IN-43" in shown) == ("explain_clauses", True)
    assert shown.count("btn-primary") == 1
    post(desk, inquiry, "understood", understood="no")
    assert "explain the clauses once more" in bar(desk, inquiry)[1]
    post(desk, inquiry, "understood", understood="yes")
    assert bar(desk, inquiry)[0] == "answer_topic"


def test_who_may_see_it_opens_it_for_nobody_else(
    client: Client, inquiry: Inquiry
) -> None:
    """One statement serves everybody of a kind."""
    theirs, others = department("technical_support"), department("finance")
    Ticket.objects.filter(pk=inquiry.pk).update(department=theirs)
    people = [
        UserFactory.create(role=Role.DEPARTMENT_HANDLER, department=it)
        for it in (theirs, others, theirs)
    ]
    found = []
    for person in (*people, people[1]):
        client.force_login(person)
        page = client.get(f"/desk/inquiries/{inquiry.number}/thread/")
        found.append((page.status_code, post(client, inquiry, "take").status_code))
    assert found == [(200, 403), (404, 404), (200, 403), (404, 404)]
    Ticket.objects.filter(pk=inquiry.pk).update(assignee=people[1])
    assert client.get(f"/desk/inquiries/{inquiry.number}/thread/").status_code == 200
    client.force_login(
        UserFactory.create(role=Role.DEPARTMENT_HANDLER, department=others)
    )
    assert client.get(f"/desk/inquiries/{inquiry.number}/thread/").status_code == 404


@pytest.mark.parametrize("topics", [["rental_price"], ["rental_price", "after_sales"]])
def test_what_the_open_topics_need_costs_one_query_however_many_they_are(
    desk: Client,
    agent: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    topics: list[str],
) -> None:
    now = timezone.now()
    inquiry = InquiryFactory.create(topic=topics[0], at=now)
    services.reply(inquiry, text="好", by=agent, at=now)
    for topic in topics[1:]:
        services.add_topic(inquiry, topic=topic, by=None, at=now)
    path = f"/desk/inquiries/{inquiry.number}/"
    # As below for a topic that needs nothing, and one more.
    with django_assert_num_queries(8):
        desk.get(f"{path}thread/")
    with django_assert_num_queries(12):
        desk.get(path, headers=HTMX)


@pytest.mark.parametrize("messages", [1, 20])
def test_an_open_inquiry_costs_the_same_however_long_the_talk(
    desk: Client,
    agent: User,
    inquiry: Inquiry,
    django_assert_num_queries: DjangoAssertNumQueries,
    messages: int,
) -> None:
    now = timezone.now()
    for number in range(messages):
        services.reply(
            inquiry,
            text=str(number),
            by=agent,
            at=now + timedelta(seconds=number),
            files=[picture()],
        )
    path = f"/desk/inquiries/{inquiry.number}/"
    # Session, person, inquiry, topics, clocks, what there is, files, messages ...
    with django_assert_num_queries(8):
        desk.get(f"{path}thread/")
    # ... the clocks' records, history
    with django_assert_num_queries(10):
        desk.get(f"{path}context/")
    # ... scripts and colleagues
    with django_assert_num_queries(12):
        desk.get(path, headers=HTMX)


def test_the_page_and_the_fragment_are_not_mixed_up_by_a_cache(
    desk: Client, inquiry: Inquiry
) -> None:
    path = f"/desk/inquiries/{inquiry.number}/"
    page, part = desk.get(path), desk.get(path, headers=HTMX)
    assert b"<html" in page.content
    assert b"<html" not in part.content
    for response in (page, part):
        assert "HX-Request" in response["Vary"]
        assert "no-store" in response["Cache-Control"]


def test_the_context_says_why_this_number(desk: Client, inquiry: Inquiry) -> None:
    path = f"/desk/inquiries/{inquiry.number}/context/"
    page = desk.get(path, headers=ENGLISH).content.decode()
    assert "30 seconds, up to and including the deadline" in page
    assert "IN_FIRST_REPLY" in page
    assert "IN-24, IN-25" in page
    assert "version 1" in page
    assert "An automatic greeting does not stop it." in page


@pytest.mark.clause("IN-07")
def test_a_complex_topic_is_marked_and_answered_in_steps_or_with_a_reason(
    desk: Client, inquiry: Inquiry
) -> None:
    post(desk, inquiry, "greet")
    on = {"topic": "operation_use", "is_complex": "1"}
    assert post(desk, inquiry, "topics/complex", **on).status_code == 200
    page = desk.get(f"/desk/inquiries/{inquiry.number}/").content.decode()
    assert 'id="plain-operation_use"' in page
    assert 'id="plain-reason" form="composer"' in page
    refused = post(desk, inquiry, "reply", text="能。", answers=["operation_use"])
    assert refused.status_code == 422
    assert "(IN-07)" in refused.content.decode()
    assert inquiry.messages.filter(text__contains="能。").count() == 0
    post(desk, inquiry, "reply", text="能。")
    answered = {"topic": "operation_use", "plain_reason": "客户只问是否"}
    assert post(desk, inquiry, "topics/answer", **answered).status_code == 200
    assert inquiry.topics.get().plain_reason == "客户只问是否"


@pytest.mark.clause("IN-07")
def test_the_mark_can_be_taken_away_at_the_desk(desk: Client, inquiry: Inquiry) -> None:
    post(desk, inquiry, "topics/complex", topic="operation_use", is_complex="1")
    assert inquiry.topics.get().complex_at is not None
    post(desk, inquiry, "topics/complex", topic="operation_use")
    assert inquiry.topics.get().complex_at is None


@pytest.mark.clause("IN-07")
def test_a_checked_topic_with_a_rule_of_its_own_is_answered_with_one_click(
    desk: Client, agent: User
) -> None:
    inquiry = InquiryFactory.create(at=timezone.now(), topic="rental_price")
    post(desk, inquiry, "needs-checking", **CHECKING, answer_by="call")
    page = desk.get(f"/desk/inquiries/{inquiry.number}/").content.decode()
    assert inquiry.topics.get().complex_at is not None
    assert 'id="answer-rental_price"' in page
    assert 'id="plain-rental_price"' not in page
