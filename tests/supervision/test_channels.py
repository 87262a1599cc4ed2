"""Supervisors see where channels are published; managers keep the stores."""

import uuid
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staff.models import Role, User
from tests.factories import UserFactory
from tests.stores import store
from tests.tickets.pictures import picture, upload
from tickets.models import Channel, PublicationCheck, PublicationPlace, Store

pytestmark = pytest.mark.django_db

PAGE = "/supervision/channels/"
STORE = {
    "code": "haidian",
    "name_zh": "海淀门店",
    "name_en": "Haidian store",
    "address": "海淀路 1 号",
    "phone": "",
    "position": "0",
    "active": "on",
    "monday": "09:00-12:00，13:00–26:00",
}


@pytest.fixture
def home(db: None) -> PublicationPlace:
    return PublicationPlace.objects.get(kind="website_home")


def page_of(place: PublicationPlace) -> str:
    return f"{PAGE}places/{place.pk}/"


def seen(**changes: Any) -> dict[str, Any]:
    return {
        "shows_all": "yes",
        "link": "https://www.example.com/",
        "note": "",
        "client_token": str(uuid.uuid4()),
        **changes,
    }


@pytest.mark.parametrize("role", list(Role))
def test_who_opens_each_page(
    client: Client, role: Role, home: PublicationPlace
) -> None:
    store()
    person = UserFactory.create(role=role)
    client.force_login(person)
    supervises = 200 if person.supervises else 404
    publishes = 200 if person.publishes else 403 if person.supervises else 404
    expected = {
        PAGE: supervises,
        page_of(home): supervises,
        f"{PAGE}places/new/": supervises,
        "/supervision/stores/haidian/poster/": supervises,
        "/supervision/stores/haidian/": publishes,
        "/supervision/stores/new/": publishes,
    }
    assert {url: client.get(url).status_code for url in expected} == expected


@pytest.mark.parametrize("role", list(Role))
def test_who_changes_what(client: Client, role: Role, home: PublicationPlace) -> None:
    person = UserFactory.create(role=role)
    client.force_login(person)
    client.post(page_of(home), seen())
    client.post(f"{PAGE}places/new/", {"kind": "brochure", "name": "手册"})
    client.post("/supervision/stores/new/", STORE)
    assert PublicationCheck.objects.count() == int(person.supervises)
    assert PublicationPlace.objects.filter(kind="brochure").count() == int(
        person.supervises
    )
    assert Store.objects.count() == int(person.publishes)


@pytest.mark.clause("IN-11")
def test_the_page_lists_what_is_missing_old_or_out_of_date(
    desk_of_manager: Client, home: PublicationPlace
) -> None:
    """IN-11."""
    answer = desk_of_manager.get(PAGE)
    shown = answer.content.decode()
    assert "Nobody has listed any: Brochure" in shown
    assert [str(it.state) for it in answer.context["standings"]] == ["missing"] * 2
    desk_of_manager.post(page_of(home), seen())
    states = {
        it.place.kind: str(it.state)
        for it in desk_of_manager.get(PAGE).context["standings"]
    }
    assert states == {"website_home": "current", "wechat_menu": "missing"}
    Channel.objects.filter(code="hotline").update(name_zh="客服热线")
    assert "Out of date" in desk_of_manager.get(PAGE).content.decode()


def test_every_supervision_page_counts_the_places_that_are_due(
    desk_of_manager: Client, home: PublicationPlace
) -> None:
    policy = "/supervision/policy/"
    assert '<span class="nav-count"' in desk_of_manager.get(policy).content.decode()
    for place in PublicationPlace.objects.all():
        desk_of_manager.post(page_of(place), seen())
    assert "nav-count" not in desk_of_manager.get(policy).content.decode()


def test_a_photo_is_kept_and_shown_to_those_who_supervise(
    desk_of_manager: Client, home: PublicationPlace, client: Client
) -> None:
    content = picture("PNG")
    answer = desk_of_manager.post(
        page_of(home), seen(link="", files=upload("首页.png", content))
    )
    assert answer.status_code == 303
    check = PublicationCheck.objects.get()
    url = f"{PAGE}checks/{check.public_id}/proof/"
    file = desk_of_manager.get(url, follow=True)
    assert file.headers["Content-Type"] == "image/png"
    assert file.headers["Content-Security-Policy"] == "sandbox"
    assert b"".join(file.streaming_content).startswith(b"\x89PNG")  # type: ignore[attr-defined]
    client.force_login(UserFactory.create())
    assert client.get(url).status_code == 404


def test_a_check_without_proof_or_answer_says_so_beside_the_field(
    desk_of_manager: Client, home: PublicationPlace
) -> None:
    answer = desk_of_manager.post(page_of(home), seen(link=""))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"files"}
    answer = desk_of_manager.post(page_of(home), seen(shows_all="perhaps"))
    assert set(answer.context["form"].errors) == {"shows_all"}
    assert not PublicationCheck.objects.exists()


def test_a_brochure_is_taken_off_by_post(desk_of_manager: Client) -> None:
    desk_of_manager.post(f"{PAGE}places/new/", {"kind": "brochure", "name": "手册"})
    brochure = PublicationPlace.objects.get(kind="brochure")
    assert desk_of_manager.get(f"{page_of(brochure)}take-off/").status_code == 405
    assert desk_of_manager.post(f"{page_of(brochure)}take-off/").status_code == 303
    brochure.refresh_from_db()
    assert brochure.retired_at is not None
    assert (
        "Off the list since" in desk_of_manager.get(page_of(brochure)).content.decode()
    )


@pytest.mark.clause("IN-13")
def test_a_store_is_entered_with_several_hours_a_day_past_midnight(
    desk_of_manager: Client,
) -> None:
    """IN-13."""
    assert desk_of_manager.post("/supervision/stores/new/", STORE).status_code == 303
    shop = Store.objects.get()
    assert [(row.day, row.intervals) for row in shop.hours.all()] == [
        ("monday", [[32400, 43200], [46800, 93600]])
    ]
    form = desk_of_manager.get("/supervision/stores/haidian/").context["form"]
    assert form["monday"].value() == "09:00-12:00, 13:00-26:00"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"monday": "nine to nine"}, {"monday"}),
        ({"monday": ""}, {"__all__"}),
        ({"monday": "09:00-12:00, 11:00-13:00"}, {"__all__"}),
        ({"phone": "call us"}, {"phone"}),
        ({"code": "no slug!"}, {"code"}),
        ({"name_zh": ""}, {"name_zh"}),
        ({"position": "-1"}, {"position"}),
    ],
)
def test_what_is_wrong_with_a_store_stands_beside_its_field(
    desk_of_manager: Client, changes: dict[str, str], fields: set[str]
) -> None:
    answer = desk_of_manager.post("/supervision/stores/new/", {**STORE, **changes})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == fields
    assert not Store.objects.exists()


def test_two_stores_do_not_share_a_code(desk_of_manager: Client) -> None:
    store()
    answer = desk_of_manager.post("/supervision/stores/new/", STORE)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"code"}
    assert Store.objects.count() == 1


def test_the_code_of_a_store_stays(desk_of_manager: Client) -> None:
    store()
    sent = {**STORE, "code": "other", "name_en": "Renamed"}
    answer = desk_of_manager.post("/supervision/stores/haidian/", sent)
    assert answer.status_code == 303
    assert [(s.code, s.name_en) for s in Store.objects.all()] == [
        ("haidian", "Renamed")
    ]


@pytest.mark.clause("IN-15")
def test_the_poster_names_the_online_way_and_leads_to_the_ask_page(
    desk_of_manager: Client, settings: Any
) -> None:
    """IN-15."""
    settings.SITE_URL = "https://help.example.com"
    store()
    Channel.objects.filter(code="hotline").update(
        address_kind="phone", address="400-800-1234"
    )
    answer = desk_of_manager.get("/supervision/stores/haidian/poster/")
    shown = answer.content.decode()
    assert answer.context["address"] == "https://help.example.com/ask/?store=haidian"
    assert "非营业时间请拨打400-800-1234或扫码进入在线客服" in shown
    assert "400-800-1234" in shown
    assert shown.count("<svg") == 1
    assert "Haidian store" in shown
    assert "style=" not in shown


def test_the_list_asks_the_same_however_many_places_there_are(
    desk_of_manager: Client,
    manager: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(4):
        store(f"store-{number}", by=manager)
    desk_of_manager.get(PAGE)
    with django_assert_num_queries(15):
        desk_of_manager.get(PAGE)
