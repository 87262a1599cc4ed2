"""The policy ledger: every clause with what keeps it, and true figures of the month."""

import csv
import io
import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from figures.services import reckoning
from helpdesk.supervision.ledger import Row, Sheet, Wanted, in_force
from inquiries import services
from inquiries.models import Inquiry
from sla.models import Clock, ClockStatus, Outcome, PolicyVersion
from sla.share import Share
from staff.models import Department, Role, User
from tests import policies
from tests.factories import InquiryFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/supervision/ledger/"
EXPORT = f"{PAGE}export/"
NOON = datetime.fromisoformat("2026-11-23T12:00:00+08:00")
MIDNIGHT = datetime.fromisoformat("2026-11-01T00:00:00+08:00")
# Session, person; departments, versions, rules, figures; places and actions due.
QUERIES = 8


@pytest.fixture
def boss(db: None) -> User:
    return UserFactory.create(role=Role.SUPERVISOR)


@pytest.fixture
def door(client: Client, boss: User) -> Client:
    client.force_login(boss)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def asked(at: datetime, *, answered_after: float | None = None) -> Inquiry:
    inquiry = InquiryFactory.create(at=at)
    if answered_after is not None:
        by = UserFactory.create()
        services.greet(inquiry, by=by, at=at + timedelta(seconds=answered_after))
    return inquiry


def rows_of(user: User, at: datetime) -> dict[str, Row]:
    reckoning.catch_up(at=at)
    sheet = Sheet.of(user, wanted=Wanted(), at=at)
    return {row.clause.id: row for row in sheet.rows}


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_the_ledger(client: Client, role: Role) -> None:
    person = UserFactory.create(role=role)
    for path in (PAGE, EXPORT):
        assert client.get(path).status_code == 302
    client.force_login(person)
    for path in (PAGE, EXPORT):
        assert client.get(path).status_code == (200 if person.supervises else 404)
    if person.supervises:
        assert client.post(PAGE).status_code == 405


def test_the_figure_of_a_clause_is_that_of_the_month_so_far(boss: User) -> None:
    second, hour = timedelta(seconds=1), timedelta(hours=1)
    for needed in (5, 30):  # kept; on the deadline as well
        asked(NOON - hour, answered_after=needed)
    asked(NOON - hour, answered_after=31)  # missed
    asked(NOON - 100 * second)  # open and late
    asked(NOON - 10 * second)  # not due yet
    asked(NOON - 10 * second, answered_after=3)  # kept, but not due yet
    asked(MIDNIGHT - 20 * second, answered_after=5)  # due in the month
    asked(MIDNIGHT - 31 * second, answered_after=40)  # due before it
    for status, outcome in (
        (ClockStatus.CANCELLED, Outcome.CANCELLED),
        (ClockStatus.PAUSED, ""),
    ):
        Clock.objects.filter(ticket=asked(NOON - 2 * hour)).update(
            status=status,
            outcome=outcome,
            stopped_at=NOON - 2 * hour if outcome else None,
            wake_at=None,
        )
    policies.publish(at=NOON - hour / 2, IN_FIRST_REPLY={"budget": 20 * second})
    asked(NOON - hour / 3, answered_after=19)  # kept, by another version
    asked(NOON - hour / 3, answered_after=21)  # and missed

    rows = rows_of(boss, NOON)

    figure = rows["IN-24"].figure
    assert figure == Share(met=4, due=7)
    assert (figure.missed, figure.percent) == (3, 57.1)
    assert [rule.budget for rule in rows["IN-24"].rules] == [20 * second]
    assert rows["CC-18"].figure == rows["SH-02"].figure == figure
    assert rows["CC-18"].rules == rows["IN-24"].rules
    assert [rule.code for rule in rows["IN-25"].rules] == ["IN_FIRST_REPLY"]
    assert rows["IN-25"].figure is None
    assert rows["IN-28"].figure == Share(met=0, due=0)
    assert Share(met=0, due=0).percent is None
    assert Share(met=9999, due=10000).percent == 99.9
    december = datetime.fromisoformat("2026-12-01T00:00:00+08:00")
    assert rows_of(boss, december)["IN-24"].figure == Share(0, 0)


@pytest.mark.parametrize("tickets", [0, 5])
def test_the_ledger_costs_the_same_however_much_happened(
    door: Client, tickets: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(tickets):
        asked(timezone.now() - timedelta(seconds=45 * number))
    with django_assert_num_queries(QUERIES):
        shown = door.get(PAGE)
    assert len(shown.context["sheet"].rows) == 231


def test_a_clause_says_mark_rules_figure_tests_and_where_its_records_are(
    door: Client,
) -> None:
    said = door.get(PAGE).content.decode()
    row = said.partition('id="clause-IN-28"')[2].partition("</tr>")[0]
    assert "我会在15分钟内给您回电/留言说明" in row
    assert "is-timed" in row
    assert "IN_CALLBACK" in row
    assert "15 minutes" in row
    assert "nothing fell due yet" in row
    assert "0 %" not in row
    assert "A failed attempt keeps the callback open" in row
    assert 'href="/desk/callbacks/"' in row
    later = said.partition('id="clause-IN-14"')[2].partition("</tr>")[0]
    assert "Not kept yet" in later
    assert "Will be kept by: duty rosters" in later
    off = said.partition('id="clause-SH-03"')[2].partition("</tr>")[0]
    assert "SH_COMPLAINT_24H" in off
    assert "is-off" in off
    kept = sum(row.clause.is_kept for row in door.get(PAGE).context["sheet"].rows)
    assert f"{kept} of 231 clauses are kept" in said
    chinese = door.get(PAGE, headers={"Accept-Language": "zh-CN"}).content.decode()
    assert "将由以下功能落实：排班表" in chinese
    assert "Will be kept" not in chinese
    asked(NOON - timedelta(seconds=45))
    reckoning.catch_up(at=NOON)
    with travel(NOON, tick=False):
        late = door.get(PAGE).content.decode().partition('id="clause-IN-24"')[2]
    assert "0 of 1" in late.partition("</tr>")[0]


def test_every_way_out_of_the_ledger_leads_somewhere(door: Client) -> None:
    said = door.get(PAGE).content.decode().partition("<main")[2].replace("&amp;", "&")
    pages: dict[str, str] = {PAGE: said}
    for href in sorted(set(re.findall(r'href="([^"]+)"', said))):
        path, _hash_sign, place = href.partition("#")
        path = PAGE + path if path.startswith("?") else path
        if not path.startswith(("/supervision/", "/desk/")) or path == EXPORT:
            continue
        if path not in pages:
            answer = door.get(path)
            assert answer.status_code == 200, href
            pages[path] = answer.content.decode()
        # What an empty house has nothing to say about has no place on the page.
        if place and not place.startswith("by-"):
            assert f'id="{place}"' in pages[path], href


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("document=OB&mark=later", []),
        ("q=in_callback", ["IN-28", "SH-17"]),
        ("q=ring&document=IN&mark=timed", ["IN-23"]),
        ("q=铃响3声", ["IN-23"]),
        ("department=contract_management&document=IN", ["IN-44", "IN-45"]),
        ("department=nobody", []),
        ("q=%00%3Cscript%3E", []),
    ],
)
def test_clauses_are_found(door: Client, query: str, expected: list[str]) -> None:
    shown = door.get(f"{PAGE}?{query}")
    sections = shown.context["sheet"].sections
    assert [row.clause.id for it in sections for row in it.rows] == expected
    assert ("No clause fits" in shown.content.decode()) is (not expected)
    file = door.get(f"{EXPORT}?{query}").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(file)))[1:]
    assert [row[0] for row in rows] == expected


def test_nonsense_in_the_address_counts_as_nothing(door: Client) -> None:
    sheet = door.get(f"{PAGE}?document=XX&mark=%00&page=2&q=%20").context["sheet"]
    assert not sheet.wanted
    assert sheet.found == 231


def test_the_ledger_as_a_file_has_the_version_and_holds_no_formula(
    door: Client,
) -> None:
    asked(NOON - timedelta(seconds=45))
    reckoning.catch_up(at=NOON)
    Department.objects.filter(code="contract_management").update(name_en="=1+1")
    with travel(NOON, tick=False):
        answer = door.get(EXPORT)
    assert answer["Content-Type"].startswith("text/csv")
    assert "policy-ledger-v1-2026-11-23.csv" in answer["Content-Disposition"]
    assert answer.content.startswith("\ufeff".encode())
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 231
    by_clause = {row["Clause"]: row for row in rows}
    assert {row["Policy version"] for row in rows} == {"standard v1"}
    assert by_clause["IN-44"]["Departments"] == "'=1+1"
    first = by_clause["IN-24"]
    figure = (first["Kept in time"], first["Fell due"], first["Share in %"])
    assert figure == ("0", "1", "0.0")
    assert first["Rules"] == "IN_FIRST_REPLY (30 seconds)"
    silent = by_clause["IN-28"]
    assert (silent["Fell due"], silent["Share in %"]) == ("0", "")
    assert by_clause["IN-14"]["Mark"] == "Not kept yet"


def test_before_any_policy_is_in_force_the_ledger_still_opens(door: Client) -> None:
    long_ago = datetime.fromisoformat("2019-06-01T12:00:00+08:00")
    assert in_force(at=long_ago) == []
    assert [it.number for it in in_force(at=NOON)] == [1]
    rows = rows_of(UserFactory.create(role=Role.MANAGER), long_ago)
    assert rows["IN-24"].rules == []
    assert rows["IN-24"].figure == Share(0, 0)
    assert PolicyVersion.objects.count() == 1
