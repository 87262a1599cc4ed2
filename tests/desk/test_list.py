"""The list: who sees what, in which order, with which numbers, at what cost."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from inquiries import services
from inquiries.models import Inquiry
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, department
from tests.finishing import finish
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

LIST = "/desk/list/"
QUERIES = 7
QUERIES_OF_A_SEARCH = 14


def ask(**asked: object) -> Inquiry:
    return InquiryFactory.create(**{"at": timezone.now(), **asked})


def rows(client: Client, **query: str) -> list[str]:
    """The numbers of the rows, from top to bottom."""
    listing = client.get(LIST, query).context["listing"]
    return [row.number for row in listing.rows]


def test_the_next_deadline_stands_first_and_no_deadline_last(
    desk: Client, agent: User
) -> None:
    now = timezone.now()
    calm = ask(at=now - timedelta(minutes=3))
    services.greet(calm, by=agent, at=now - timedelta(minutes=2))
    later = ask(at=now)
    sooner = ask(at=now - timedelta(seconds=20))
    overdue = ask(at=now - timedelta(hours=1))
    assert rows(desk) == [i.number for i in (overdue, sooner, later, calm)]


def test_each_view_shows_its_own_and_the_counts_agree(
    desk: Client, agent: User, colleague: User
) -> None:
    now = timezone.now()
    mine, theirs, nobodys, done = ask(), ask(), ask(), ask()
    services.take(mine, by=agent, at=now)
    services.take(theirs, by=colleague, at=now)
    services.reply(done, text="好", by=agent, at=timezone.now())
    finish(done, by=agent, at=timezone.now())
    assert set(rows(desk)) == {mine.number, theirs.number, nobodys.number}
    assert rows(desk, view="mine") == [mine.number]
    assert rows(desk, view="unassigned") == [nobodys.number]
    assert rows(desk, view="closed") == [done.number]
    assert rows(desk, stage="closed") == []
    tabs = desk.get(LIST).context["listing"].tabs
    assert [(tab.view, tab.count) for tab in tabs] == [
        ("due", 3),
        ("mine", 1),
        ("unassigned", 1),
        ("closed", None),
    ]
    services.assign(nobodys, to=colleague, by=agent, at=timezone.now())
    desk.force_login(colleague)
    tabs = desk.get(LIST).context["listing"].tabs
    assert [tab.count for tab in tabs] == [3, 2, 0, None]


@pytest.mark.parametrize("view", ["due", "mine", "unassigned", "closed", ""])
@pytest.mark.parametrize("words", ["", "王"])
@pytest.mark.parametrize("tickets", [1, 30])
def test_the_list_costs_the_same_for_one_ticket_and_for_thirty(
    desk: Client,
    agent: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    tickets: int,
    words: str,
    view: str,
) -> None:
    for number in range(tickets):
        inquiry = ask(surname="王", phone="")
        if number % 3 == 0:
            services.take(inquiry, by=agent, at=timezone.now())
    with django_assert_max_num_queries(QUERIES_OF_A_SEARCH if words else QUERIES):
        desk.get(LIST, {"view": view, "q": words})


def test_the_cost_of_the_list_is_exactly_known(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Session, person, counts, which tickets, what is known of them, their clocks."""
    ask()
    with django_assert_num_queries(6):
        desk.get(LIST)


@pytest.mark.parametrize("query", [{"view": "x"}, {"q": "\0"}, {"q": "9" * 5000}])
def test_nonsense_in_the_address_shows_the_first_view(
    desk: Client, query: dict[str, str]
) -> None:
    ask()
    assert len(rows(desk, **query)) == 1


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.AGENT, {"own", "technical", "nobody"}),
        (Role.SUPERVISOR, {"own", "technical", "nobody"}),
        (Role.MANAGER, {"own", "technical", "nobody"}),
        (Role.ADMINISTRATOR, {"own", "technical", "nobody"}),
        (Role.DEPARTMENT_HANDLER, {"own", "technical"}),
    ],
)
def test_the_row_filter_holds_for_list_search_page_and_fragments(
    client: Client, role: Role, sees: set[str]
) -> None:
    person = UserFactory.create(role=role)
    asked = {name: ask(surname="王") for name in ("own", "technical", "nobody")}
    Ticket.objects.filter(pk=asked["own"].pk).update(assignee=person)
    Ticket.objects.filter(pk=asked["technical"].pk).update(
        department=department("technical_support")
    )
    client.force_login(person)
    expected = {asked[name].number for name in sees}
    assert set(rows(client)) == expected
    assert set(rows(client, q="王")) == expected
    for inquiry in asked.values():
        path = f"/desk/inquiries/{inquiry.number}/"
        status = 200 if inquiry.number in expected else 404
        assert client.get(path).status_code == status
        assert client.get(f"{path}thread/").status_code == status
        assert client.get(f"{path}context/").status_code == status


def test_a_name_is_shown_as_text(desk: Client) -> None:
    ask(surname="<b>王</b>", text="<script>alert(1)</script>")
    page = desk.get("/desk/").content.decode()
    assert "<b>王" not in page
    assert "<script>alert" not in page
    assert "&lt;b&gt;王" in page


def test_an_empty_list_says_what_would_appear(desk: Client) -> None:
    with override("en"):
        page = desk.get("/desk/", headers={"Accept-Language": "en"}).content.decode()
    assert "A new inquiry appears here within a second" in page


def test_a_stranger_is_led_to_the_sign_in_page_and_back(client: Client) -> None:
    response = client.get("/desk/?view=mine")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/desk/%3Fview%3Dmine"


def test_an_open_page_whose_session_has_ended_is_led_there_whole(
    client: Client,
) -> None:
    response = client.get(
        LIST,
        headers={"HX-Request": "true", "HX-Current-URL": "http://x/desk/?view=mine"},
    )
    assert response.content == b""
    path = "/accounts/login/?next=%2Fdesk%2F%3Fview%3Dmine"
    assert response["HX-Redirect"] == path


def test_an_empty_list_tells_a_handler_what_would_stand_there(
    client: Client, handler: User
) -> None:
    client.force_login(handler)
    page = client.get("/desk/", headers={"Accept-Language": "en"}).content.decode()
    assert "Nothing for your department" in page
    assert "Nobody waits" not in page
