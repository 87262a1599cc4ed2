"""After the end: follow-ups, missed calls, customers who left (IN-23, IN-54)."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inquiries import services
from inquiries.models import Callback, FollowUp, Inquiry
from inquiries.workflow import QUIET_BEFORE_LEFT
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, department
from tests.finishing import finish
from tests.inquiries.snapshot import everything
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

PAGE = "/desk/follow-ups/"
CALL = "/desk/callbacks/missed-call/"
OPENING = "感谢您的咨询,为您整理"
HTMX = {"HX-Request": "true", "Accept-Language": "en"}


def ended(by: User, **asked: Any) -> Inquiry:
    at = timezone.now()
    inquiry = InquiryFactory.create(**{"at": at, **asked})
    services.reply(inquiry, text="好。", by=by, at=at, answers=["rental_price"])
    return finish(inquiry, by=by, at=at, intent="clear", consent=True)


def act(client: Client, inquiry: Inquiry, verb: str, **data: str) -> HttpResponse:
    path = f"{PAGE}{inquiry.number}/{verb}/"
    return client.post(path, data, headers=HTMX)  # type: ignore[return-value]


@pytest.mark.clause("IN-54", "IN-56")
def test_the_list_shows_the_next_deadline_first_and_what_the_customer_will_read(
    desk: Client, agent: User
) -> None:
    first = ended(agent)
    second = ended(agent, phone="13900139000")
    page = desk.get(PAGE, headers={"Accept-Language": "en"})
    rows = page.context["follow_ups"].waiting
    assert [row.inquiry.number for row in rows] == [first.number, second.number]
    html = page.content.decode()
    assert f"{OPENING}本次咨询的要点" in html
    assert "Goes out by itself at" in html
    thread = desk.get(f"/desk/inquiries/{first.number}/", headers=HTMX)
    assert f"{PAGE}#follow-up-{first.number}" in thread.content.decode()


def test_without_follow_ups_the_page_says_what_would_stand_here(desk: Client) -> None:
    page = desk.get(PAGE, headers={"Accept-Language": "en"})
    assert "No follow-up waits" in page.content.decode()


@pytest.mark.clause("IN-54", "IN-55")
def test_send_now_sends_once_and_moves_it_to_the_others(
    desk: Client, agent: User
) -> None:
    inquiry = ended(agent)
    for _click in range(2):
        response = act(desk, inquiry, "send")
        assert response.status_code == 200
    assert "No follow-up waits" in response.content.decode()
    assert "is-sent" in response.content.decode()
    said = inquiry.messages.filter(text__startswith=OPENING)
    assert [message.author for message in said] == [agent]


@pytest.mark.clause("IN-56")
def test_a_text_with_other_opening_words_is_refused_in_its_row_and_kept(
    desk: Client, agent: User
) -> None:
    inquiry = ended(agent)
    before = everything()
    response = act(desk, inquiry, "edit", text="您好，为您整理")
    assert response.status_code == 422
    html = response.content.decode()
    assert f'id="follow-up-{inquiry.number}-refusal"' in html
    assert "您好，为您整理</textarea>" in html
    assert act(desk, inquiry, "send", text=" ").status_code == 422
    assert everything() == before


@pytest.mark.clause("IN-56")
def test_a_changed_text_is_kept_or_sent(desk: Client, agent: User) -> None:
    inquiry = ended(agent)
    act(desk, inquiry, "edit", text=f"{OPENING}：八百元。")
    assert FollowUp.objects.get().edited_by == agent
    act(desk, inquiry, "send", text=f"{OPENING}：九百元。")
    assert inquiry.messages.latest("pk").text == f"{OPENING}：九百元。"


@pytest.mark.clause("IN-54")
def test_not_sending_needs_a_reason_which_stands_in_the_list(
    desk: Client, agent: User
) -> None:
    inquiry = ended(agent)
    assert act(desk, inquiry, "cancel", reason="").status_code == 422
    response = act(desk, inquiry, "cancel", reason="已下单")
    assert response.status_code == 200
    assert "已下单" in response.content.decode()
    assert act(desk, inquiry, "send").status_code == 409


def test_without_a_script_every_verb_answers_with_303(
    desk: Client, agent: User
) -> None:
    inquiry = ended(agent)
    response = desk.post(f"{PAGE}{inquiry.number}/send/")
    assert (response.status_code, response["Location"]) == (303, PAGE)


@pytest.mark.parametrize("role", list(Role))
def test_the_row_filter_holds_for_follow_ups(
    client: Client, agent: User, role: Role
) -> None:
    hidden, own = ended(agent), ended(agent, phone="13900139000")
    Ticket.objects.filter(pk=own.pk).update(department=department("technical_support"))
    person = UserFactory.create(role=role)
    client.force_login(person)
    rows = client.get(PAGE).context["follow_ups"].waiting
    seen = {row.inquiry.number for row in rows}
    everyone = {hidden.number, own.number}
    assert seen == (everyone if person.sees_every_ticket else {own.number})
    before = everything()
    for inquiry in (hidden, own):
        response = act(client, inquiry, "cancel", reason="已下单")
        if not person.sees_every_ticket:
            assert response.status_code == (404 if inquiry == hidden else 403)
            assert everything() == before


@pytest.mark.parametrize("number", [1, 12])
def test_the_list_costs_the_same_for_one_and_for_many(
    desk: Client,
    agent: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    number: int,
) -> None:
    for place in range(number):
        ended(agent, phone=f"139000000{place:02d}")
        act(desk, ended(agent, phone=f"138000000{place:02d}"), "send")
    # Session, person, those that wait, those that do not, their deliveries
    with django_assert_num_queries(5):
        desk.get(f"{PAGE}list/")


def test_get_changes_nothing(desk: Client, agent: User) -> None:
    inquiry = ended(agent)
    before = everything()
    for verb in ("send", "edit", "cancel"):
        assert desk.get(f"{PAGE}{inquiry.number}/{verb}/").status_code == 405
    assert desk.get(CALL).status_code == 405
    assert everything() == before


@pytest.mark.clause("IN-23", "IN-28")
def test_a_missed_call_is_written_down_and_stands_in_the_list(desk: Client) -> None:
    token = desk.get("/desk/callbacks/").context["call"]["client_token"].value()
    data = {"phone": "139 0013 9000", "surname": "", "client_token": token}
    for _click in range(2):
        assert desk.post(CALL, data).status_code == 303
    inquiry = Inquiry.objects.get()
    assert inquiry.status == "missed"
    rows = desk.get("/desk/callbacks/").context["callbacks"].rows
    assert [row.callback.inquiry.number for row in rows] == [inquiry.number]
    opened = desk.get(f"/desk/inquiries/{inquiry.number}/")
    assert opened.status_code == 200


def test_a_missed_call_without_a_number_says_so_beside_the_field(desk: Client) -> None:
    response = desk.post(CALL, {"phone": "12"}, headers={"Accept-Language": "en"})
    assert response.status_code == 422
    html = response.content.decode()
    slot = html.partition('id="error-call-phone"')[2].partition("</div>")[0]
    assert "not a phone number" in slot
    assert 'value="12"' in html
    assert not Callback.objects.exists()


def test_a_department_sees_no_form_for_calls(client: Client, handler: User) -> None:
    client.force_login(handler)
    assert b"missed-call-form" not in client.get("/desk/callbacks/").content
    assert client.post(CALL, {"phone": "13900139000"}).status_code == 403
    assert not Inquiry.objects.exists()


def test_a_customer_who_left_before_an_answer_is_let_go_after_some_quiet(
    desk: Client,
) -> None:
    now = timezone.now()
    fresh = InquiryFactory.create(at=now)
    quiet = InquiryFactory.create(at=now - QUIET_BEFORE_LEFT - timedelta(seconds=1))
    shown = [
        b'id="act-abandon"' in desk.get(f"/desk/inquiries/{it.number}/").content
        for it in (fresh, quiet)
    ]
    assert shown == [False, True]
    early = desk.post(f"/desk/inquiries/{fresh.number}/abandon/", headers=HTMX)
    assert early.status_code == 409
    desk.post(f"/desk/inquiries/{quiet.number}/abandon/", headers=HTMX)
    statuses = Inquiry.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["new", "abandoned"]
