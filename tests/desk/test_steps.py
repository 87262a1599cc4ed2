"""Checking, calling back, finishing: what the desk says when something is missing."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from customers.models import RevealLog
from inquiries import services
from inquiries.models import Callback, Inquiry
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, department
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "Accept-Language": "en"}
CALLBACKS = "/desk/callbacks/"


def ask(**asked: Any) -> Inquiry:
    return InquiryFactory.create(**{"at": timezone.now(), **asked})


def post(
    client: Client, inquiry: Inquiry, verb: str, *, htmx: bool = True, **data: Any
) -> HttpResponse:
    headers = HTMX if htmx else {"Accept-Language": "en"}
    path = f"/desk/inquiries/{inquiry.number}/{verb}/"
    return client.post(path, data, headers=headers)  # type: ignore[return-value]


def slot(response: HttpResponse, name: str) -> str:
    page = response.content.decode()
    return page.partition(f'id="error-{name}"')[2].partition("</div>")[0]


def promised(by: User, question: str = "4K？", **asked: Any) -> Inquiry:
    """An inquiry with an open callback."""
    inquiry = ask(**asked)
    services.announce_checking(
        inquiry, surname="王", phone="", question=question, by=by, at=timezone.now()
    )
    return inquiry


@pytest.mark.clause("IN-29")
def test_what_the_notice_lacks_is_said_beside_each_field_and_nothing_is_lost(
    desk: Client,
) -> None:
    inquiry = ask(phone="")
    response = post(
        desk,
        inquiry,
        "needs-checking",
        surname="",
        phone="12",
        question="",
        answer_by="call",
    )
    assert response.status_code == 422
    for name in ("surname", "phone", "question"):
        assert "<li>" in slot(response, name), name
    assert "HX-Trigger" not in response
    whole = post(
        desk, inquiry, "needs-checking", htmx=False, question="能接4K吗", phone="12"
    )
    assert whole.status_code == 422
    assert "能接4K吗</textarea>" in whole.content.decode()
    assert not Callback.objects.exists()


@pytest.mark.clause("IN-27")
def test_a_notice_clicked_twice_goes_out_once(desk: Client) -> None:
    inquiry = ask()
    page = desk.get(f"/desk/inquiries/{inquiry.number}/")
    token = page.context["workspace"].tokens["check"]
    for _click in range(2):
        response = post(
            desk,
            inquiry,
            "needs-checking",
            surname="王",
            phone="",
            question="4K？",
            answer_by="call",
            client_token=token,
        )
        assert response.status_code == 200
    assert Callback.objects.count() == 1
    assert inquiry.messages.count() == 2


def shows_number(page: str) -> bool:
    """Whether the customer's full number stands in a page, however it is written."""
    return "13800138000" in page or "138 0013 8000" in page


@pytest.mark.clause("IN-29")
def test_the_number_is_shown_once_and_cached_nowhere(desk: Client, agent: User) -> None:
    inquiry = promised(agent)
    refused = post(desk, inquiry, "reveal", reason=" ")
    assert refused.status_code == 422
    assert not shows_number(refused.content.decode())
    shown = post(desk, inquiry, "reveal", reason="回电")
    assert "138 0013 8000" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    page = desk.get(f"/desk/inquiries/{inquiry.number}/").content.decode()
    assert not shows_number(page)
    assert RevealLog.objects.get().by == agent


@pytest.mark.clause("IN-29")
def test_the_number_is_refused_without_a_callback_and_to_strangers(
    desk: Client, client: Client, handler: User
) -> None:
    inquiry = ask()
    assert post(desk, inquiry, "reveal", reason="好奇").status_code == 409
    client.force_login(handler)
    assert post(client, inquiry, "reveal", reason="好奇").status_code == 404
    Ticket.objects.update(department=department("technical_support"))
    assert post(client, inquiry, "reveal", reason="好奇").status_code == 403
    assert not RevealLog.objects.exists()


@pytest.mark.clause("IN-53", "IN-54")
def test_finishing_asks_for_the_intent_beside_its_field(
    desk: Client, agent: User
) -> None:
    start = timezone.now() - timedelta(hours=1)
    inquiry = ask(at=start)
    services.reply(inquiry, text="好", by=agent, at=start, answers=["operation_use"])
    assert post(desk, inquiry, "customer-left").status_code == 200
    response = post(desk, inquiry, "close")
    assert response.status_code == 422
    assert "how likely" in slot(response, "intent")
    assert post(desk, inquiry, "close", intent="clear").status_code == 200


@pytest.mark.clause("IN-04")
def test_finishing_with_an_open_topic_names_it(desk: Client, agent: User) -> None:
    inquiry = ask()
    services.reply(inquiry, text="好", by=agent, at=timezone.now())
    response = post(desk, inquiry, "closing-question")
    assert response.status_code == 409
    assert "Not answered yet: Using devices (IN-04)." in slot(response, "form")


@pytest.mark.clause("IN-28")
def test_the_list_of_callbacks_shows_the_next_deadline_first_and_the_question(
    desk: Client, agent: User
) -> None:
    later = promised(agent, "能接4K吗？")
    sooner = promised(agent, "有几路？", phone="13912345678")
    Callback.objects.get(inquiry=sooner)
    clock = sooner.clocks.get(metric="callback")
    clock.due_at -= timedelta(minutes=5)
    clock.save(update_fields=["due_at"])
    response = desk.get(CALLBACKS)
    rows = response.context["callbacks"].rows
    assert [row.callback.inquiry.number for row in rows] == [
        sooner.number,
        later.number,
    ]
    page = response.content.decode()
    assert "能接4K吗？" in page
    assert not shows_number(page)


@pytest.mark.clause("IN-28")
def test_from_the_list_an_attempt_is_noted_and_a_callback_is_done(
    desk: Client, agent: User
) -> None:
    inquiry = promised(agent)
    row = desk.get(CALLBACKS).context["callbacks"].rows[0]
    tried, done = (
        f"{CALLBACKS}{inquiry.number}/tried/",
        f"{CALLBACKS}{inquiry.number}/done/",
    )
    for _click in range(2):
        response = desk.post(
            tried, {"obstacle": "busy", "client_token": row.tried_token}, headers=HTMX
        )
        assert response.status_code == 200
    assert "1 attempt, last: Engaged" in response.content.decode()
    refused = desk.post(done, {"way": "call", "outcome": ""}, headers=HTMX)
    assert refused.status_code == 422
    assert "Please write what the customer was told." in refused.content.decode()
    for _click in range(2):
        response = desk.post(
            done, {"way": "call", "outcome": "能", "client_token": row.done_token}
        )
        assert (response.status_code, response["Location"]) == (303, CALLBACKS)
    callback = Callback.objects.get()
    assert (callback.attempts, callback.outcome) == (1, "能")
    empty = desk.get(CALLBACKS, headers={"Accept-Language": "en"})
    assert "Nobody waits for a call" in empty.content.decode()


@pytest.mark.clause("IN-20")
def test_an_answer_that_is_refused_in_the_list_is_not_lost(
    desk: Client, agent: User
) -> None:
    inquiry = promised(agent)
    response = desk.post(
        f"{CALLBACKS}{inquiry.number}/done/",
        {"way": "message", "outcome": "<型号>不知道"},
        headers={"Accept-Language": "en"},
    )
    assert response.status_code == 422
    page = response.content.decode()
    assert "“不知道” is not said to customers (IN-20)" in page
    assert ">&lt;型号&gt;不知道</textarea>" in page
    assert 'value="message" checked' in page
    assert Callback.objects.open().get().inquiry == inquiry


@pytest.mark.parametrize("role", list(Role))
def test_the_row_filter_holds_for_callbacks(
    client: Client, agent: User, role: Role
) -> None:
    hidden, own = promised(agent), promised(agent, phone="13912345678")
    Ticket.objects.filter(pk=own.pk).update(department=department("technical_support"))
    person = UserFactory.create(role=role)
    client.force_login(person)
    rows = client.get(CALLBACKS).context["callbacks"].rows
    seen = {row.callback.inquiry.number for row in rows}
    everything = {hidden.number, own.number}
    assert seen == (everything if person.sees_every_ticket else {own.number})
    response = client.post(f"{CALLBACKS}{hidden.number}/tried/", {"obstacle": "busy"})
    assert (response.status_code == 404) is (not person.sees_every_ticket)


@pytest.mark.parametrize("callbacks", [1, 12])
def test_the_list_of_callbacks_costs_the_same_for_one_and_for_many(
    desk: Client,
    agent: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    callbacks: int,
) -> None:
    for number in range(callbacks):
        promised(agent, phone=f"139000000{number:02d}")
    # Session, person, callbacks
    with django_assert_num_queries(3):
        desk.get(f"{CALLBACKS}list/")


def test_an_inquiry_with_a_callback_costs_one_query_more(
    desk: Client, agent: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    inquiry = promised(agent)
    # Session, person, inquiry, topics, clocks, what there is, messages, callback
    with django_assert_num_queries(8):
        desk.get(f"/desk/inquiries/{inquiry.number}/thread/")


@pytest.mark.parametrize("role", Role)
def test_the_list_of_callbacks_shows_the_buttons_of_steps_that_one_may_take(
    agent: User, role: Role
) -> None:
    """The page asks the table that the verbs ask: who sees a button gets no 403."""
    inquiry = promised(agent)
    services.report_fault(
        inquiry, device="CAM-06", fault="没有画面", by=None, at=timezone.now()
    )
    client = Client()
    client.force_login(UserFactory.create(role=role))
    page = client.get(CALLBACKS).content.decode()
    assert inquiry.number in page
    for verb, form in (
        ("tried", {"obstacle": "no_answer"}),
        ("done", {"way": "call", "outcome": "好。"}),
    ):
        path = f"{CALLBACKS}{inquiry.number}/{verb}/"
        answer = client.post(path, form, headers=HTMX)
        assert (f'hx-post="{path}"' in page) == (answer.status_code == 200)
    reveal = f'hx-post="/desk/inquiries/{inquiry.number}/reveal/"'
    answers = {Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR}
    assert (reveal in page) == (role in answers)
