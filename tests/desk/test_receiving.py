"""A colleague at a store desk or on site takes a question down (IN-13)."""

import uuid
from typing import Any

import pytest
from django.test import Client

from inquiries import services
from inquiries.models import Inquiry
from staff.models import Role
from tests.factories import UserFactory, channel
from tests.instants import after
from tests.stores import store
from tickets.models import Event
from tickets.workflow import NotAllowed

pytestmark = pytest.mark.django_db

PAGE = "/desk/receive/"
RECEIVING = {Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR}


def written(**changes: Any) -> dict[str, Any]:
    return {
        "channel": "store",
        "store": "haidian",
        "topic": "device_selection",
        "text": "两人访谈，麦克风怎么选？",
        "surname": "王",
        "phone": "",
        "client_token": str(uuid.uuid4()),
        **changes,
    }


@pytest.mark.clause("IN-03", "IN-13")
def test_a_question_at_a_store_desk_becomes_an_inquiry_and_is_opened(
    desk: Client,
) -> None:
    """IN-13."""
    shop = store()
    answer = desk.post(PAGE, written(phone="138 0013 8000"))
    inquiry = Inquiry.objects.get()
    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/desk/inquiries/{inquiry.number}/",
    )
    assert (inquiry.channel.code, inquiry.store) == ("store", shop)
    assert inquiry.customer.surname == "王"
    assert [topic.topic for topic in inquiry.topics.all()] == ["device_selection"]
    asked = Event.objects.get(ticket=inquiry, verb="asked")
    assert asked.actor == UserFactory._meta.model.objects.get(display_name="林晓")


def test_on_site_there_is_no_store(desk: Client) -> None:
    store()
    desk.post(PAGE, written(channel="onsite_demo"))
    inquiry = Inquiry.objects.get()
    assert (inquiry.channel.code, inquiry.store) == ("onsite_demo", None)


def test_a_company_without_stores_records_at_the_desk_all_the_same(
    desk: Client,
) -> None:
    assert desk.post(PAGE, written(store="")).status_code == 303
    assert Inquiry.objects.get().store is None


@pytest.mark.clause("IN-03")
@pytest.mark.parametrize("role", list(Role))
def test_who_receives_inquiries(client: Client, role: Role) -> None:
    """IN-03."""
    store()
    person = UserFactory.create(role=role)
    client.force_login(person)
    answers = (client.get(PAGE), client.post(PAGE, written()))
    allowed = role in RECEIVING
    codes = tuple(answer.status_code for answer in answers)
    assert codes == ((200, 303) if allowed else (403, 403))
    assert Inquiry.objects.count() == int(allowed)


@pytest.mark.clause("IN-03")
@pytest.mark.parametrize("role", list(Role))
def test_the_verb_itself_asks_who_receives_inquiries(role: Role) -> None:
    """IN-03."""
    question = {
        "surname": "王",
        "phone": "",
        "topic": "rental_price",
        "text": "多少钱？",
    }
    person = UserFactory.create(role=role)
    if role in RECEIVING:
        services.ask(channel=channel("store"), by=person, at=after(0), **question)
        return
    with pytest.raises(NotAllowed):
        services.ask(channel=channel("store"), by=person, at=after(0), **question)
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"store": ""}, {"store"}),
        ({"store": "nowhere"}, {"store"}),
        ({"channel": ""}, {"channel"}),
        ({"channel": "hotline"}, {"channel"}),
        ({"channel": "x\x00"}, {"channel"}),
        ({"topic": "", "text": " ", "surname": ""}, {"topic", "text", "surname"}),
        ({"phone": "12"}, {"phone"}),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    desk: Client, changes: dict[str, str], fields: set[str]
) -> None:
    store()
    answer = desk.post(PAGE, written(**changes))
    assert answer.status_code == 422
    slots = answer.context["slots"]
    assert {name for name, texts in slots.items() if texts} == fields
    if "text" not in changes:
        assert "两人访谈，麦克风怎么选？" in answer.content.decode()
    assert not Inquiry.objects.exists()


def test_a_double_click_records_once(desk: Client) -> None:
    store()
    sent = written()
    first, second = desk.post(PAGE, sent), desk.post(PAGE, sent)
    assert first["Location"] == second["Location"]
    assert Inquiry.objects.count() == 1


def test_the_next_question_begins_at_the_same_desk(desk: Client) -> None:
    store()
    store("second", name_zh="第二门店")
    desk.post(PAGE, written(store="second"))
    form = desk.get(PAGE).context["form"]
    assert (form["channel"].value(), form["store"].value()) == ("store", "second")


def test_a_stranger_is_led_to_the_sign_in(client: Client) -> None:
    assert client.get(PAGE).status_code == 302
    assert client.post(PAGE, written()).status_code == 302
    assert not Inquiry.objects.exists()
