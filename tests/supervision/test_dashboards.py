"""Dashboards: true numbers, and every mark opens just the records that it counts."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from figures.models import SavedView
from figures.services import breaches, reckoning
from helpdesk.supervision.charts import Column, Kind, in_words, line, pareto
from helpdesk.supervision.forms.dashboards import a_year_before
from inquiries import services
from sla import detector
from sla.services import goals
from staff.models import Role, User
from tests import finishing
from tests.factories import InquiryFactory, UserFactory, channel
from tests.instants import local
from tests.objections import cases, settled

pytestmark = pytest.mark.django_db

PROMISES = "/supervision/dashboard/"
CASES = "/supervision/dashboard/cases/"
OBJECTIONS = "/supervision/dashboard/objections/"
PAGES = (
    *(PROMISES, CASES, OBJECTIONS),
    *("/supervision/records/", "/supervision/records/cases/"),
    "/supervision/records/objections/",
)
NOON = local("2026-11-23 12:00")
SECOND = timedelta(seconds=1)


@pytest.fixture
def li(db: None) -> User:
    return UserFactory.create(display_name="李雷", work_number="8001")


@pytest.fixture
def door(client: Client) -> Client:
    client.force_login(UserFactory.create(role=Role.SUPERVISOR))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def a_morning(li: User) -> None:
    """Two kept and two missed in the chat, one kept in the app; one still open."""
    for minute, code, needed in (
        (0, "web_chat", 10),
        (1, "web_chat", 20),
        (2, "web_chat", 40),
        (3, "app_chat", 5),
    ):
        at = local("2026-11-23 09:00") + minute * 60 * SECOND
        inquiry = InquiryFactory.create(at=at, channel=channel(code))
        services.take(inquiry, by=li, at=at + SECOND)
        services.greet(inquiry, by=li, at=at + needed * SECOND)
    InquiryFactory.create(at=local("2026-11-23 10:30"), phone="13900139000")
    reckoning.catch_up(at=NOON)


def get(door: Client, path: str, **wish: str) -> HttpResponse:
    with travel(NOON, tick=False):
        return door.get(path, wish)


def records_behind(door: Client, href: str) -> list[str]:
    """The numbers of the tickets that a link of the dashboard leads to."""
    with travel(NOON, tick=False):
        page = door.get(unescape(href)).content.decode()
    return re.findall(r">((?:IN|OB)\d{8}\w{6})</a>", page)


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_dashboards(client: Client, role: Role) -> None:
    person = UserFactory.create(role=role)
    client.force_login(person)
    for path in PAGES:
        wish = {"figure": "closed"} if "cases" in path else {}
        answer = client.get(path, wish)
        assert answer.status_code == (200 if person.supervises else 404), path


@pytest.mark.clause("OB-10", "CC-15", "SH-07", "SH-10")
def test_every_number_opens_the_records_that_it_counts(door: Client, li: User) -> None:
    a_morning(li)

    board = get(door, PROMISES, promise="IN_FIRST_REPLY").context["dashboard"]

    (row,) = (it for it in board.promises if it.code == "IN_FIRST_REPLY")
    assert (row.now.share.met, row.now.share.due, row.now.still_open) == (3, 5, 1)
    assert row.now.p50 == 10 * SECOND
    assert len(records_behind(door, row.missed_href)) == 2
    assert len(records_behind(door, row.open_href)) == 1
    counted = 0
    for chart in board.charts:
        for it in chart.lines:
            for cell, column in zip(it.cells, chart.columns, strict=True):
                if cell.href:
                    counted += 1
                    found = records_behind(door, cell.href)
                    assert len(found) == cell.value, (chart.id, it.name, column.name)
    assert counted >= 12
    by_holder = {it.name: it for it in board.charts[5].lines}
    assert by_holder["李雷 8001"].cells[0].value == 1
    assert by_holder["nobody had taken it"].cells[0].value == 1


@pytest.mark.clause("CC-22", "CC-24")
def test_rates_open_their_cases(door: Client, li: User) -> None:
    a_morning(li)
    done = InquiryFactory.create(at=local("2026-11-23 11:00"), phone="13700137000")
    at = local("2026-11-23 11:01")
    services.greet(done, by=li, at=at)
    services.reply(done, text="可以的。", by=li, at=at)
    finishing.finish(done, by=li, at=at)
    reckoning.catch_up(at=NOON)

    board = get(door, CASES).context["dashboard"]

    rates = {row.rate: (row.now.met, row.now.due, row.href) for row in board.rates}
    assert rates["resolution"][:2] == (1, 1)
    assert records_behind(door, rates["resolution"][2]) == [done.number]
    assert rates["repeat"][:2] == (3, 6)
    assert len(records_behind(door, rates["repeat"][2])) == 3
    for chart in board.charts:
        for it in chart.lines:
            for cell in it.cells:
                if cell.href:
                    assert len(records_behind(door, cell.href)) == cell.value


@pytest.mark.clause("OB-10", "CC-31")
def test_how_far_how_old_and_what_about(door: Client) -> None:
    """One is closed, one is with the departments, one has just been filed."""
    settled.closed(at=local("2026-11-23 10:00"))
    cases.handed(cases.SERVICE, surname="李", phone="13900139000")
    cases.filed(cases.RETURN, surname="赵", phone="13700137000")

    board = get(door, OBJECTIONS).context["dashboard"]

    charts = {chart.id: chart for chart in board.charts}
    funnel = [int(it.cells[0].value or 0) for it in charts["funnel"].lines]
    assert funnel == [3, 2, 2, 1, 1, 1, 1, 1]
    assert [it.cells[0].value for it in charts["ages"].lines] == [2, 0, 0, 0, 0]
    by_type = charts["by-type"].lines
    assert [cell.text for cell in by_type[-1].cells] == ["1", "33.3 %", "100.0 %"]
    assert [(it.name, it.cells[0].value) for it in charts["rounds"].lines] == [("1", 1)]
    assert board.amounts == {"claimed": Decimal(300), "agreed": Decimal(150)}
    for chart in board.charts:
        for it in chart.lines:
            for cell in it.cells:
                if cell.href:
                    assert len(records_behind(door, cell.href)) == cell.value, chart.id
    assert len(records_behind(door, board.all_href)) == 3
    assert get(door, OBJECTIONS).status_code == 200


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"since": "yesterday"}, "Please write a day as 2026-11-30."),
        ({"since": "2026-11-20", "until": "2026-11-19"}, "before the first one"),
        ({"since": "2020-01-01", "until": "2026-11-19"}, "At most 732 days at once."),
        ({"since": "0001-01-01", "until": "0001-01-02"}, "nothing of that time"),
        ({"promise": "NONE"}, "There is no such promise."),
        ({"channel": "pigeon"}, "There is no such channel."),
        ({"holder": "nobody"}, "There is no such colleague."),
        ({"shift": "never"}, "There is no such shift."),
        ({"department": "'"}, "There is no such department."),
    ],
)
def test_a_bad_wish_is_told_beside_its_field(
    door: Client, wish: dict[str, str], said: str
) -> None:
    answer = get(door, PROMISES, **wish)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert answer.context["dashboard"] is None


def test_records_refuse_nonsense_and_page_through_many(door: Client, li: User) -> None:
    for wish in ({"after": "x"}, {"hour": "25"}, {"weekday": "8"}, {"outcome": "?"}):
        assert get(door, "/supervision/records/", **wish).status_code == 422
    assert get(door, "/supervision/records/cases/").status_code == 422
    for number in range(52):
        at = local("2026-11-23 08:00") + number * SECOND
        InquiryFactory.create(at=at, phone="")
    first = get(door, "/supervision/records/").context
    assert len(first["page"].rows) == 50
    rest = get(door, "/supervision/records/", after=first["page"].next).context["page"]
    assert len(rest.rows) == 2
    assert rest.next == ""
    seen = {row.clock.pk for row in (*first["page"].rows, *rest.rows)}
    assert len(seen) == 52


def test_an_empty_house_says_what_would_appear(door: Client) -> None:
    page = get(door, PROMISES).content.decode()
    assert "No figures have been reckoned yet" in page
    assert "No promise fell due in this period" in page
    assert "Hours in which promises are missed stand out here." in page
    assert "data-chart" not in page
    assert (
        "When most customers come stands out here." in get(door, CASES).content.decode()
    )
    assert "No record fits" in get(door, "/supervision/records/").content.decode()


@pytest.mark.parametrize("compare", ["none", "year", "before"])
def test_two_years_are_read_by_week_and_beside_any_period(
    door: Client, li: User, compare: str
) -> None:
    a_morning(li)
    wish = {"since": "2025-01-01", "until": "2026-12-31", "compare": compare}
    board = get(door, PROMISES, **wish).context["dashboard"]
    assert board.charts[0].title == "By week"
    last = board.charts[0].lines[-1]
    assert (last.name, last.cells[1].value) == ("2026-11-23", 5)
    assert (board.whole_before is None) == (compare == "none")
    for chart in board.charts if compare == "before" else ():
        for it in chart.lines:
            if it.cells[1].href:
                assert len(records_behind(door, it.cells[1].href)) == it.cells[1].value


@pytest.mark.parametrize("tickets", [0, 4])
def test_a_dashboard_costs_the_same_however_much_happened(
    door: Client,
    li: User,
    tickets: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(tickets):
        at = local("2026-11-23 08:00") + 3600 * number * SECOND
        InquiryFactory.create(at=at, channel=channel(("app_chat", "email")[number % 2]))
    reckoning.catch_up(at=NOON)
    for path, queries in ((PROMISES, 31), (CASES, 19), (OBJECTIONS, 15)):
        with django_assert_num_queries(queries):
            get(door, path)


def test_values_are_written_as_people_read_them() -> None:
    assert in_words(None, Kind.COUNT) == "–"
    assert in_words(1234, Kind.COUNT) == "1,234"
    assert in_words(12.34, Kind.SECONDS) == "12.3 s"
    assert in_words(754, Kind.SECONDS) == "12:34"
    assert in_words(57.1, Kind.PERCENT) == "57.1 %"
    assert in_words(1234.5, Kind.MONEY) == "¥1,234.50"
    columns = [Column("n"), Column("share", Kind.PERCENT), Column("all", Kind.PERCENT)]
    lines = pareto(
        [("b", 1, "?b"), ("a", 3, "?a")], columns, shares=lambda it, of: 100 * it / of
    )
    assert [it.name for it in lines] == ["a", "b"]
    assert [cell.text for cell in lines[1].cells] == ["1", "25.0 %", "100.0 %"]
    assert line("x", columns[:1], [SECOND]).cells[0].value == 1.0
    assert str(a_year_before(local("2028-02-29 12:00").date())) == "2027-02-28"


def test_a_view_is_kept_found_again_and_forgotten(door: Client) -> None:
    wish = "promise=IN_FIRST_REPLY&since=2026-11-01&until=2026-11-23"
    save = f"{PROMISES.replace('dashboard', 'views/promises')}save/"
    kept = door.post(save, {"name": " 夜班  首响 ", "query": wish, "for_all": "on"})
    assert (kept.status_code, kept["Location"]) == (303, f"{PROMISES}?{wish}")
    door.post(save, {"name": "夜班 首响", "query": wish, "for_all": "on"})
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("夜班 首响", wish)
    assert view.name in get(door, PROMISES).content.decode()
    assert view.name not in get(door, CASES).content.decode()

    for bad in ({"name": ""}, {"name": "x" * 41}, {"name": "a\x00"}):
        refused = door.post(save, {"query": wish, **bad})
        assert refused.status_code == 422
        assert b"view-fault" in refused.content
    assert door.post("/supervision/views/nothing/save/", {}).status_code == 404
    assert SavedView.objects.count() == 1

    other = Client(headers={"Accept-Language": "en"})
    other.force_login(UserFactory.create(role=Role.SUPERVISOR))
    forget = f"/supervision/views/{view.pk}/forget/"
    assert view.name in get(other, PROMISES).content.decode()
    assert other.post(forget).status_code == 403
    view.for_all = False
    view.save(update_fields=["for_all"])
    assert other.post(forget).status_code == 404
    assert door.post(forget).status_code == 303
    assert not SavedView.objects.exists()


@pytest.mark.clause("CM-55", "CC-15")
def test_the_causes_of_misses_add_up_to_what_was_missed(door: Client, li: User) -> None:
    a_morning(li)
    detector.sweep(clock=lambda: NOON)
    breaches.reckon(since=NOON - 86400 * SECOND, until=NOON, at=NOON)

    board = get(door, PROMISES, promise="IN_FIRST_REPLY").context["dashboard"]

    (chart,) = (it for it in board.charts if it.id == "causes")
    assert sum(it.cells[0].value or 0 for it in chart.lines) == 2
    assert chart.lines[-1].cells[2].text == "100.0 %"
    for it in chart.lines:
        assert len(records_behind(door, it.cells[0].href)) == it.cells[0].value
    listed = get(door, "/supervision/records/", outcome="missed").content.decode()
    assert "10:30:00 arrived" in listed


def test_a_week_that_is_cut_off_and_a_month_that_is_over(
    door: Client, li: User
) -> None:
    """The last week leads to no later day; a past month has its own goal."""
    a_morning(li)
    reckoning.catch_up(at=NOON + 86400 * SECOND)
    late = InquiryFactory.create(at=local("2026-11-24 09:00"), phone="13600136000")
    reckoning.catch_up(at=NOON + 2 * 86400 * SECOND)
    wish = {"since": "2026-08-01", "until": "2026-11-23"}
    with travel(NOON + 3 * 86400 * SECOND, tick=False):
        board = door.get(PROMISES, wish).context["dashboard"]
        week = board.charts[0].lines[-1]
        found = door.get(unescape(week.cells[1].href)).content.decode()
    assert week.cells[1].value == 5
    assert late.number not in found

    manager = UserFactory.create(role=Role.MANAGER)
    for month, percent in ((11, 90), (12, 99)):
        day = local(f"2026-{month}-01 12:00").date()
        goals.set_goal(
            "first_reply", month=day, percent=Decimal(percent), by=manager, at=NOON
        )
    wish = {"since": "2026-11-01", "until": "2026-11-30"}
    with travel(local("2026-12-05 12:00"), tick=False):
        rows = door.get(PROMISES, wish).context["dashboard"].promises
    assert [it.goal for it in rows if it.code == "IN_FIRST_REPLY"] == [90.0]
