"""Administrators edit the catalogue; every earlier state stays, with its author."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.models import Device, Kit, KitItem, Terms
from staff.models import Role, User
from tests.catalog.conftest import csv_file
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
D = Decimal

DEVICES = "/admin/catalog/device/"
IMPORT = f"{DEVICES}import/"
ADDRESSES = [
    DEVICES,
    IMPORT,
    f"{DEVICES}export/csv/",
    f"{DEVICES}export/xlsx/",
    "/admin/catalog/terms/1/history/",
]


def camera() -> Device:
    return Device.objects.get(code="CAM-01")


def fields(device: Device, **changes: Any) -> dict[str, Any]:
    """What the form of a device sends."""
    values = {field.name: getattr(device, field.name) for field in device._meta.fields}
    values |= {"spec": "{}", "active": "on", "onsite_install": "", **changes}
    return {name: value for name, value in values.items() if value is not None}


def upload(office: Client, content: bytes, name: str = "devices.csv") -> Any:
    return office.post(IMPORT, {"file": SimpleUploadedFile(name, content)})


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
@pytest.mark.parametrize("url", ADDRESSES)
def test_for_everyone_else_the_catalogues_pages_do_not_exist(
    client: Client, role: Role, url: str
) -> None:
    client.force_login(UserFactory.create(role=role))
    assert client.get(url, follow=True).status_code == 404
    file = SimpleUploadedFile("x.csv", b"code,solo\nCAM-01,1\n")
    assert client.post(url, {"file": file}, follow=True).status_code == 404


@pytest.mark.parametrize("url", ADDRESSES)
def test_strangers_are_asked_to_sign_in(client: Client, url: str) -> None:
    assert client.get(url).status_code == 302


def test_a_changed_rent_is_remembered_with_its_author(
    office: Client, administrator: User
) -> None:
    device = camera()
    url = f"{DEVICES}{device.pk}/change/"
    answer = office.post(url, fields(device, daily_rent="45.00"))
    assert answer.status_code == 302
    newest, first = camera().history.all()
    assert (newest.daily_rent, first.daily_rent) == (D(45), D(40))
    assert newest.history_user == administrator
    assert first.history_user is None
    page = office.get(f"{DEVICES}{device.pk}/history/").content.decode()
    assert administrator.display_name in page
    assert "45.00" in page
    old = office.get(f"{DEVICES}{device.pk}/history/{first.history_id}/")
    assert 'value="40.00"' in old.content.decode()


def test_a_wrong_price_is_said_in_words_and_nothing_is_saved(office: Client) -> None:
    device = camera()
    url = f"{DEVICES}{device.pk}/change/"
    answer = office.post(url, fields(device, weekly_rent="39"))
    assert answer.status_code == 200
    assert "A week&#x27;s rent is at least a day&#x27;s." in answer.content.decode()
    assert camera().weekly_rent == D(180)
    assert camera().history.count() == 1


def test_an_earlier_state_can_be_brought_back_and_is_a_new_line(
    office: Client, administrator: User
) -> None:
    device = camera()
    url = f"{DEVICES}{device.pk}/"
    office.post(f"{url}change/", fields(device, daily_rent="45.00"))
    first = camera().history.earliest()
    answer = office.post(f"{url}history/{first.history_id}/", fields(device))
    assert answer.status_code == 302
    assert camera().daily_rent == D(40)
    rents = [line.daily_rent for line in camera().history.all()]
    assert rents == [D(40), D(45), D(40)]
    assert camera().history.latest().history_user == administrator


@pytest.mark.parametrize(
    "url",
    [f"{DEVICES}x/history/", f"{DEVICES}1/history/x/", f"{DEVICES}0/history/"],
)
def test_a_history_that_does_not_exist_is_not_found(office: Client, url: str) -> None:
    assert office.get(url).status_code == 404


def test_a_code_stays_and_nothing_is_deleted(office: Client) -> None:
    device = camera()
    url = f"{DEVICES}{device.pk}/"
    office.post(f"{url}change/", fields(device, code="CAM-99"))
    assert camera().pk == device.pk
    assert office.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    assert office.get("/admin/catalog/terms/add/").status_code == 403
    assert Terms.objects.count() == 1


def test_the_contents_of_a_kit_are_remembered_with_their_author(
    office: Client, administrator: User
) -> None:
    kit = Kit.objects.get(code="KIT-SOLO-OUT")
    first, second, *others = kit.items.all()
    sent = {
        "name_zh": kit.name_zh,
        "name_en": kit.name_en,
        "scene": kit.scene,
        "scale": kit.scale,
        "active": "on",
        "items-TOTAL_FORMS": "4",
        "items-INITIAL_FORMS": "4",
    }
    for place, item in enumerate([first, second, *others]):
        sent[f"items-{place}-id"] = str(item.pk)
        sent[f"items-{place}-kit"] = str(kit.pk)
        sent[f"items-{place}-device"] = str(item.device_id)
        sent[f"items-{place}-quantity"] = "3" if item == first else "1"
    sent["items-1-DELETE"] = "on"
    url = f"/admin/catalog/kit/{kit.pk}/change/"
    assert office.post(url, sent).status_code == 302
    assert kit.items.count() == 3
    changed = KitItem.history.filter(id=first.pk).latest()
    gone = KitItem.history.filter(id=second.pk).latest()
    assert (changed.quantity, changed.history_user) == (3, administrator)
    assert (gone.history_type, gone.history_user) == ("-", administrator)
    untouched = KitItem.history.filter(id=others[0].pk)
    assert untouched.count() == 1


def test_the_terms_keep_within_the_law(office: Client) -> None:
    terms = Terms.objects.current()
    sent = {f.name: getattr(terms, f.name) for f in Terms._meta.fields if f.editable}
    url = "/admin/catalog/terms/1/change/"
    answer = office.post(url, {**sent, "overdue_penalty": "0.31"})
    assert "0.30 of the daily rent at most" in answer.content.decode()
    assert Terms.objects.current().overdue_penalty == D("0.30")
    assert office.post(url, {**sent, "overdue_penalty": "0.20"}).status_code == 302
    assert Terms.objects.current().overdue_penalty == D("0.20")


def test_a_file_is_shown_first_and_then_brought_in_once(
    office: Client, administrator: User
) -> None:
    page = upload(office, csv_file(["code", "daily_rent"], ["CAM-01", 41]))
    text = page.content.decode()
    assert "devices.csv: 0 new, 1 changed, 0 as before" in text
    assert "<del>40</del>" in text
    assert "<ins>41</ins>" in text
    assert camera().daily_rent == D(40)

    confirmed = {
        "upload": page.context["upload"],
        "seen": page.context["report"].fingerprint,
    }
    answer = office.post(IMPORT, confirmed, follow=True)
    assert answer.redirect_chain == [(DEVICES, 302)]
    assert "Imported: 0 new, 1 changed." in answer.content.decode()
    newest = camera().history.latest()
    assert (newest.daily_rent, newest.history_user) == (D(41), administrator)
    assert newest.history_change_reason == "Import of devices.csv"

    again = office.post(IMPORT, confirmed, follow=True)
    assert "imported already" in again.content.decode()
    assert camera().history.count() == 2


def test_a_file_is_checked_once_more_if_rows_changed_meanwhile(office: Client) -> None:
    page = upload(office, csv_file(["code", "daily_rent"], ["CAM-01", 41]))
    device = camera()
    device.daily_rent = D(39)
    device.save()
    confirmed = {
        "upload": page.context["upload"],
        "seen": page.context["report"].fingerprint,
    }
    answer = office.post(IMPORT, confirmed)
    assert "Rows have changed meanwhile." in answer.content.decode()
    assert "<del>39</del>" in answer.content.decode()
    assert camera().daily_rent == D(39)


def test_nobody_brings_in_what_another_has_checked(
    office: Client, client: Client
) -> None:
    page = upload(office, csv_file(["code", "daily_rent"], ["CAM-01", 41]))
    client.force_login(UserFactory.create(role=Role.ADMINISTRATOR, department=None))
    confirmed = {
        "upload": page.context["upload"],
        "seen": page.context["report"].fingerprint,
    }
    client.post(IMPORT, confirmed)
    assert camera().daily_rent == D(40)


def test_a_broken_line_is_named_and_offers_no_button(office: Client) -> None:
    page = upload(
        office, csv_file(["code", "solo"], ["CAM-01", 1], ["CAM-02", "<b>x</b>"])
    )
    text = page.content.decode()
    assert "1 problem, so nothing was imported" in text
    assert "“&lt;b&gt;x&lt;/b&gt;” is not a number." in text
    assert "upload" not in page.context
    assert camera().solo == 5


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\xff\xff", "neither CSV text nor an XLSX"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"", "The submitted file is empty."),
        (b"code\n" + b"x" * (3 << 20), "larger than 2 MB"),
    ],
)
def test_a_file_that_is_no_table_is_refused_beside_its_field(
    office: Client, content: bytes, reason: str
) -> None:
    page = upload(office, content)
    assert page.status_code == 200
    assert reason in page.content.decode()


@pytest.mark.parametrize("sent", [{}, {"upload": "x"}, {"upload": "", "seen": "x"}])
def test_a_request_without_a_file_is_no_error(
    office: Client, sent: dict[str, str]
) -> None:
    assert office.post(IMPORT, sent, follow=True).status_code == 200


def test_the_list_leads_to_the_files(office: Client) -> None:
    page = office.get(DEVICES).content.decode()
    for url in (IMPORT, f"{DEVICES}export/csv/", f"{DEVICES}export/xlsx/"):
        assert f'href="{url}"' in page
    answer = office.get(f"{DEVICES}export/csv/")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="devices.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfcode,")
    assert office.get(f"{DEVICES}export/xlsx/").content.startswith(b"PK")


def test_the_list_of_devices_takes_a_constant_number_of_queries(
    office: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8):
        office.get(DEVICES)
