"""Where channels are published, and who saw that they are (IN-11)."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from pytest_django import DjangoAssertNumQueries

from staff.models import Role, User
from tests.factories import UserFactory
from tests.instants import after
from tests.stores import store
from tests.tickets.pictures import picture, upload
from tickets.models import (
    Channel,
    PlaceKind,
    PublicationCheck,
    PublicationPlace,
)
from tickets.services import publication
from tickets.services.publication import State
from tickets.workflow import IllegalStep, NotAllowed

pytestmark = pytest.mark.django_db

LINK = "https://www.example.com/"


@pytest.fixture
def supervisor() -> User:
    return UserFactory.create(role=Role.SUPERVISOR)


@pytest.fixture
def home() -> PublicationPlace:
    return PublicationPlace.objects.get(kind=PlaceKind.WEBSITE_HOME)


def check(place: PublicationPlace, by: User, **changes: Any) -> PublicationCheck:
    given = {"shows_all": True, "link": LINK, "at": after(0), **changes}
    return publication.record_check(place, by=by, **given)


def state(place: PublicationPlace, **later: float) -> State:
    found = publication.standings(at=after(**later))
    return next(it.state for it in found if it.place == place)


def refused(place: PublicationPlace, by: User, **changes: Any) -> set[str]:
    """The fields that are refused; asserts that nothing was kept."""
    due = PublicationPlace.objects.get(pk=place.pk).recheck_due_since
    with pytest.raises(ValidationError) as refusal:
        check(place, by, **changes)
    assert not PublicationCheck.objects.exists()
    assert PublicationPlace.objects.get(pk=place.pk).recheck_due_since == due
    return set(refusal.value.error_dict)


@pytest.mark.clause("IN-11")
def test_the_four_kinds_of_place_are_asked_for(supervisor: User, english: None) -> None:
    """IN-11: home page and menu from the start; stores and brochures until listed."""
    assert publication.kinds_without_a_place() == ["store", "brochure"]
    store()
    publication.list_place(
        kind=PlaceKind.BROCHURE, name=" 摄像机  手册 ", by=supervisor, at=after(0)
    )
    assert publication.kinds_without_a_place() == []
    assert {it.place.label for it in publication.standings(at=after(0))} == {
        "Website home page",
        "WeChat menu",
        "Haidian store",
        "摄像机 手册",
    }


def test_a_place_that_nobody_has_seen_is_missing_and_due(
    home: PublicationPlace,
) -> None:
    assert state(home) == State.MISSING
    assert home in PublicationPlace.objects.due()


def test_a_check_with_proof_puts_a_place_in_order(
    home: PublicationPlace, supervisor: User
) -> None:
    kept = check(home, supervisor)
    assert (kept.by, kept.at, kept.link) == (supervisor, after(0), LINK)
    assert kept.fingerprint == publication.fingerprint()
    assert state(home, days=30) == State.CURRENT
    assert home not in PublicationPlace.objects.due()


def test_a_place_with_something_missing_stays_due(
    home: PublicationPlace, supervisor: User
) -> None:
    check(home, supervisor, shows_all=False, note="没有写公众号")
    assert state(home) == State.INCOMPLETE
    assert home in PublicationPlace.objects.due()


@pytest.mark.clause("IN-11")
@pytest.mark.parametrize(
    "change",
    [
        {"address_kind": "phone", "address": "400-800-1234"},
        {"name_zh": "客服热线"},
        {"takes_objections": False},
        {"takes_inquiries": False, "takes_objections": False},
    ],
)
def test_a_later_change_of_the_channels_marks_a_place_as_out_of_date(
    home: PublicationPlace, supervisor: User, change: dict[str, Any]
) -> None:
    """IN-11."""
    check(home, supervisor)
    Channel.objects.filter(code="hotline").update(**change)
    assert state(home) == State.OUT_OF_DATE


def test_other_hours_of_a_store_mark_every_place_as_out_of_date(
    home: PublicationPlace, supervisor: User
) -> None:
    shop = store()
    check(home, supervisor)
    row = shop.hours.get(day="monday")
    row.intervals = [[36000, 64800]]
    row.save()
    assert state(home) == State.OUT_OF_DATE


def test_what_customers_do_not_see_changes_no_fingerprint() -> None:
    before = publication.fingerprint()
    Channel.objects.filter(code="hotline").update(icon="phone-call", position=9)
    assert publication.fingerprint() == before


def test_a_check_is_old_after_a_month_and_not_a_microsecond_before(
    home: PublicationPlace, supervisor: User
) -> None:
    check(home, supervisor)
    assert state(home, days=31) == State.CURRENT
    assert state(home, days=31, microseconds=1) == State.OLD


@pytest.mark.clause("IN-11")
def test_the_monthly_job_makes_an_old_place_due_once(
    home: PublicationPlace, supervisor: User
) -> None:
    """IN-11."""
    for place in PublicationPlace.objects.all():
        check(place, supervisor)
    assert publication.mark_due(at=after(days=31)) == 0
    assert publication.mark_due(at=after(days=32)) == 2
    assert publication.mark_due(at=after(days=33)) == 0
    home.refresh_from_db()
    assert home.recheck_due_since == after(days=32)


@pytest.mark.parametrize("role", list(Role))
def test_who_records_a_check(home: PublicationPlace, role: Role) -> None:
    person = UserFactory.create(role=role)
    if person.supervises:
        assert check(home, person).by == person
    else:
        with pytest.raises(NotAllowed):
            check(home, person)
        assert not PublicationCheck.objects.exists()


def test_a_check_without_proof_is_refused(
    home: PublicationPlace, supervisor: User
) -> None:
    assert refused(home, supervisor, link=" ") == {"files"}


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"link": "javascript:alert(1)"}, {"link"}),
        ({"files": [upload("photo.png", b"no picture")]}, {"files"}),
        ({"shows_all": False}, {"note"}),
        ({"note": "字" * 501}, {"note"}),
    ],
)
def test_nonsense_is_refused_beside_its_field(
    home: PublicationPlace, supervisor: User, change: dict[str, Any], fields: set[str]
) -> None:
    assert refused(home, supervisor, **change) == fields


def test_a_photo_is_known_by_its_content_and_kept_under_our_name(
    home: PublicationPlace, supervisor: User
) -> None:
    photo = upload("门口.txt", picture("JPEG"), "text/plain")
    kept = check(home, supervisor, link="", files=[photo])
    assert (kept.name, kept.content_type) == ("门口.txt.jpg", "image/jpeg")
    assert kept.file.name == f"publication/2026/11/{kept.public_id}"


def test_a_double_click_records_one_check(
    home: PublicationPlace, supervisor: User
) -> None:
    token = uuid.uuid4()
    first = check(home, supervisor, client_token=token)
    assert check(home, supervisor, client_token=token, at=after(1)) == first
    assert PublicationCheck.objects.count() == 1


@pytest.mark.parametrize("act", ["update", "delete"])
def test_a_check_can_neither_be_changed_nor_deleted(
    home: PublicationPlace, supervisor: User, act: str
) -> None:
    check(home, supervisor)
    kept = PublicationCheck.objects.all()
    refusal = pytest.raises(DatabaseError, match="publication_check_append_only")
    with refusal, transaction.atomic():
        if act == "update":
            kept.update(shows_all=False)
        else:
            kept.delete()
    assert PublicationCheck.objects.get().shows_all is True


def test_a_brochure_out_of_print_needs_no_check(supervisor: User) -> None:
    brochure = publication.list_place(
        kind=PlaceKind.BROCHURE, name="手册", by=supervisor, at=after(0)
    )
    assert publication.take_off(brochure, by=supervisor, at=after(5)) == 1
    assert publication.take_off(brochure, by=supervisor, at=after(6)) == 0
    assert brochure not in {it.place for it in publication.standings(at=after(7))}
    with pytest.raises(IllegalStep):
        check(brochure, supervisor)


def test_the_home_page_stays_on_the_list(
    home: PublicationPlace, supervisor: User
) -> None:
    with pytest.raises(IllegalStep):
        publication.take_off(home, by=supervisor, at=after(0))
    with pytest.raises(ValidationError) as refusal:
        publication.list_place(
            kind=PlaceKind.WEBSITE_HOME, name="首页", by=supervisor, at=after(0)
        )
    assert set(refusal.value.error_dict) == {"kind"}
    home.refresh_from_db()
    assert home.retired_at is None


def test_the_list_asks_the_same_however_many_places_there_are(
    supervisor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        place = publication.list_place(
            kind=PlaceKind.BROCHURE, name=f"手册{number}", by=supervisor, at=after(0)
        )
        check(place, supervisor, at=after(number))
    store()
    with django_assert_num_queries(5):
        found = publication.standings(at=after(9) + timedelta(days=1))
        assert len(found) == 8
