"""The page of exports: who enters, what a click gives, and that links end."""

import re
import uuid
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from figures.exports.tables import TABLES
from figures.models import Act, Export, ExportLog
from figures.services import exports
from helpdesk.supervision.views import exports as views
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/supervision/exports/"
FILES = f"{PAGE}files/"
NOW = datetime.fromisoformat("2026-11-23T12:00:00+08:00")
ASKED = {
    "table": "tickets",
    "since": "2026-11-23",
    "until": "2026-11-23",
    "format": "csv",
    "reason": "weekly meeting",
}
# Session, person; the form's channels, departments, people; exports, record, the names
# of channels and departments; places and actions due.
QUERIES = 11


@pytest.fixture
def boss(db: None) -> User:
    return UserFactory.create(role=Role.SUPERVISOR, display_name="王主管")


@pytest.fixture
def door(client: Client, boss: User) -> Client:
    client.force_login(boss)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def door_of(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


def taken(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def waiting(by: User) -> Export:
    """One that a job makes."""
    return exports.order(
        table="people",
        as_="xlsx",
        since=None,
        until=None,
        narrowed={},
        texts=False,
        language="en",
        reason="who is who",
        by=by,
        at=timezone.now(),
    )


@pytest.mark.parametrize("role", list(Role))
def test_who_takes_tables_away(client: Client, boss: User, role: Role) -> None:
    export = waiting(boss)
    pages = [PAGE, FILES, f"{PAGE}{export.public_id}/file/"]
    acts = [PAGE, f"{PAGE}{export.public_id}/cancel/", pages[-1]]
    for path in pages:
        assert client.get(path).status_code == 302
    client.force_login(person := UserFactory.create(role=role))
    for path in pages[:2]:
        assert client.get(path).status_code == (200 if person.supervises else 404)
    for path in (acts[1], acts[2]):
        assert client.post(path).status_code == (303 if person.publishes else 404)
    posted = client.post(PAGE, ASKED)
    assert posted.status_code == (303 if person.supervises else 404)
    assert client.get(acts[1]).status_code == 405
    assert not ExportLog.objects.filter(act=Act.FETCHED).exists()


@travel(NOW, tick=False)
def test_a_small_file_comes_at_once_by_a_link_that_ends(
    door: Client, boss: User
) -> None:
    inquiry = InquiryFactory.create(at=NOW)
    answer = door.post(PAGE, ASKED, follow=True)
    address = answer.redirect_chain[-1][0]
    content = taken(answer).decode("utf-8-sig")
    assert content.splitlines()[0].startswith("Number,Kind,Channel,Customer,Phone,")
    assert inquiry.number in content
    assert "****8000" in content
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == (
        'attachment; filename="tickets-2026-11-23-2026-11-23.csv"'
    )
    assert answer["Cache-Control"] == "private, no-store"
    export = Export.objects.get()
    assert [it.act for it in ExportLog.objects.all()] == [Act.FETCHED, Act.MADE]
    again = door.post(PAGE, ASKED)  # a double click: no second file
    assert again.status_code == 302
    assert Export.objects.get() == export

    part = door.get(address, headers={"Range": "bytes=0-2"})
    assert taken(part) == b"\xef\xbb\xbf"
    assert door.get(address.partition("?")[0]).status_code == 303
    manager = door_of(UserFactory.create(role=Role.MANAGER))
    assert manager.get(address).status_code == 404  # another session
    page = manager.get(PAGE).content.decode()
    assert "王主管" in page
    assert export.sha256 in page
    led = manager.post(f"{PAGE}{export.public_id}/file/")
    assert taken(manager.get(led["Location"])).decode("utf-8-sig") == content
    assert (
        door_of(UserFactory.create(role=Role.SUPERVISOR)).get(address).status_code
        == 404
    )
    with travel(NOW + timedelta(minutes=11), tick=False):
        ended = door.get(address)
        assert (ended.status_code, "ended" in ended.content.decode()) == (404, True)
    with travel(NOW + timedelta(days=8), tick=False):
        door.force_login(boss)
        late = door.post(f"{PAGE}{export.public_id}/file/")
        assert late["Location"] == f"{PAGE}#export-{export.public_id}"
        assert "No longer kept" in door.get(PAGE).content.decode()


def test_what_takes_longer_is_made_below_with_its_progress_and_can_be_cancelled(
    door: Client, boss: User
) -> None:
    InquiryFactory.create(at=timezone.now())
    today = timezone.localdate().isoformat()
    with patch.object(views, "AT_ONCE", -1.0), patch.object(exports, "BATCH", 1):
        answer = door.post(PAGE, {**ASKED, "since": today, "until": today})
    export = Export.objects.get()
    assert answer["Location"] == f"{PAGE}#export-{export.public_id}"
    assert export.rows == 1
    shown = door.get(FILES).content.decode()
    assert f'<progress id="progress-{export.public_id}" aria-label=' in shown
    Export.objects.update(expected=40)
    shown = door.get(FILES).content.decode()
    assert 'max="40" value="1"' in shown
    assert "every 2s" in shown
    assert "<html" not in shown
    cancelled = door.post(f"{PAGE}{export.public_id}/cancel/", follow=True)
    assert "Cancelled" in cancelled.content.decode()
    assert "every 6s" in cancelled.content.decode()
    empty = {**ASKED, "since": "2020-01-01", "until": "2020-01-31"}
    answer = door.post(PAGE, empty, follow=True)
    assert "the file holds the heading alone" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " "}, "Please say what the file is for"),
        ({"since": "yesterday"}, "Please write a day like"),
        ({"until": "2026-11-22"}, "before the first"),
        ({"until": ""}, "Please choose a day"),
        ({"format": "pdf"}, "Select a valid choice"),
        ({"table": "secrets"}, "There is no such table"),
        ({"channel": "nowhere"}, "Please choose one of the list"),
        ({"agent": "1\x002"}, "Null characters"),
        ({"reason": "a\x00b"}, "Null characters"),
        ({"since": "0001-01-01", "until": "9999-12-31"}, "At most ten years"),
    ],
)
def test_bad_input_is_told_beside_its_field(
    door: Client, changes: dict[str, str], said: str
) -> None:
    answer = door.post(PAGE, {**ASKED, **changes})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Export.objects.exists()


@pytest.mark.parametrize("number", [0, 4])
def test_the_page_costs_the_same_however_much_was_taken(
    door: Client,
    boss: User,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for place in range(number):
        with travel(NOW + timedelta(minutes=place), tick=False):
            door.post(PAGE, {**ASKED, "agent": boss.work_number})
    with django_assert_num_queries(QUERIES + bool(number)):  # the people named
        shown = door.get(PAGE)
    assert len(shown.context["exports"].lines) == number
    if number:
        assert "Colleague: 王主管" in shown.content.decode()


def test_each_table_offers_what_it_can_be_chosen_by(door: Client) -> None:
    target = {"HX-Request": "true", "HX-Target": "export-form"}
    for code in ("clocks", "messages", "preventive_actions", "people", "departments"):
        table = TABLES[code]
        said = door.get(PAGE, {"table": code}, headers=target).content.decode()
        assert said.lstrip().startswith('<div class="export-page" id="export-form">')
        fields = set(re.findall(r' name="(\w+)"', said))
        assert set(table.narrows) <= fields
        assert ("since" in fields) == bool(table.when)
        assert ("texts" in fields) == table.has_texts
        assert {"table", "format", "reason"} <= fields
    chinese = {**target, "Accept-Language": "zh-CN"}
    said = door.get(PAGE, {"table": "clocks"}, headers=chinese).content.decode()
    assert "超出（秒）" in said
    assert door.get(PAGE, {"table": "nonsense"}).status_code == 200
    assert door.get(f"{PAGE}{uuid.uuid4()}/file/").status_code == 404
