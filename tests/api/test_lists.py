"""Lists of tickets and clocks: whose, in which order, and page by page."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from inquiries import services
from sla.models import Clock
from staff.models import Role, User
from tests.api.conftest import SignedIn
from tests.factories import AT, InquiryFactory, UserFactory, department
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

TICKETS = "/api/v1/tickets/"
CLOCKS = "/api/v1/clocks/"


def numbers(answer: Any) -> list[str]:
    return [row["number"] for row in answer.json()["results"]]


def walk(api: APIClient, url: str, link: str = "next") -> list[list[str]]:
    """The pages from `url` on, each as the numbers on it."""
    pages = []
    following: str | None = url
    while following:
        answer = api.get(following)
        pages.append(numbers(answer))
        following = answer.json()[link]
    return pages


@pytest.fixture
def five(agent: User) -> list[str]:
    """Two with deadlines, three answered ones without, in the list's order."""
    late, soon, *answered = (
        InquiryFactory.create(at=AT + timedelta(seconds=second))
        for second in (0, 10, 20, 30, 40)
    )
    for inquiry in answered:
        services.reply(inquiry, text="您好", by=agent, at=AT + timedelta(seconds=45))
    return [inquiry.number for inquiry in (late, soon, *answered)]


def test_the_nearest_deadline_comes_first_and_none_comes_last(
    api: APIClient, five: list[str]
) -> None:
    assert numbers(api.get(TICKETS, {"ordering": "next_due_at"})) == five


def test_turned_round_those_without_a_deadline_still_come_last(
    api: APIClient, five: list[str]
) -> None:
    late, soon, *answered = five
    found = numbers(api.get(TICKETS, {"ordering": "-next_due_at"}))
    assert found == [soon, late, *answered]


@pytest.mark.parametrize(
    "ordering", ["next_due_at", "-next_due_at", "created_at", "-created_at"]
)
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_hold_every_ticket_once_in_order_both_ways(
    api: APIClient, five: list[str], ordering: str, size: int
) -> None:
    whole = numbers(api.get(TICKETS, {"ordering": ordering}))
    url = f"{TICKETS}?ordering={ordering}&page_size={size}"
    pages = walk(api, url)
    assert [number for page in pages for number in page] == whole

    last = url
    while following := api.get(last).json()["next"]:
        last = following
    back = walk(api, last, "previous")
    assert back == pages[::-1]


def test_a_ticket_that_comes_between_two_pages_moves_no_other(
    api: APIClient, five: list[str]
) -> None:
    first = api.get(f"{TICKETS}?page_size=2")
    Ticket.objects.filter(number=five[0]).update(next_due_at=None)
    rest = walk(api, first.json()["next"])
    seen = numbers(first) + [number for page in rest for number in page]
    assert set(seen) == set(five)
    assert seen.count(five[1]) == 1


def test_links_keep_the_filter_and_the_clients_own_host(
    api: APIClient, five: list[str]
) -> None:
    answer = api.get(
        f"{TICKETS}?open=true&page_size=2", headers={"host": "desk.example.cn"}
    )
    link = answer.json()["next"]
    assert link.startswith("http://desk.example.cn/api/v1/tickets/?")
    assert "open=true" in link
    assert "page_size=2" in link


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("ordering=customer__phone_index", "ordering"),
        ("ordering=number", "ordering"),
        ("page_size=0", "page_size"),
        ("page_size=201", "page_size"),
        ("page_size=-1", "page_size"),
        ("page_size=9999999999999999999999", "page_size"),
        ("page_size=%E2%91%A0", "page_size"),
        ("cursor=nonsense", "cursor"),
        ("cursor=W10", "cursor"),
        ("cursor=%00", "cursor"),
        ("channel=pigeon", "channel"),
        ("channel=%00", "channel"),
        ("assignee=ghost", "assignee"),
        ("kind=poem", "kind"),
        ("status=%00", "status"),
    ],
)
def test_a_question_that_makes_no_sense_is_a_400_by_name(
    api: APIClient, query: str, field: str
) -> None:
    answer = api.get(f"{TICKETS}?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


def test_a_cursor_belongs_to_its_ordering(api: APIClient, five: list[str]) -> None:
    link = api.get(f"{TICKETS}?page_size=1").json()["next"]
    answer = api.get(f"{link}&ordering=-created_at")
    assert list(answer.json()["fields"]) == ["cursor"]


def test_the_list_can_be_narrowed(api: APIClient, five: list[str]) -> None:
    late, soon, *answered = five
    assert numbers(api.get(TICKETS, {"status": "new"})) == [late, soon]
    assert numbers(api.get(TICKETS, {"assignee": "anna"})) == answered
    assert numbers(api.get(TICKETS, {"channel": "web_chat"})) == five
    assert numbers(api.get(TICKETS, {"channel": "hotline"})) == []
    assert numbers(api.get(TICKETS, {"open": "true"})) == five
    assert numbers(api.get(TICKETS, {"open": "false"})) == []
    assert numbers(api.get(TICKETS, {"kind": "objection"})) == []


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.AGENT, 5),
        (Role.SUPERVISOR, 5),
        (Role.MANAGER, 5),
        (Role.ADMINISTRATOR, 5),
        (Role.DEPARTMENT_HANDLER, 1),
    ],
)
def test_each_role_lists_what_it_may_see(
    as_person: SignedIn, five: list[str], role: Role, sees: int
) -> None:
    own = Ticket.objects.filter(number=five[0])
    own.update(department=department("technical_support"))
    client = as_person(UserFactory.create(role=role))
    assert len(numbers(client.get(TICKETS))) == sees
    assert len(client.get(CLOCKS).json()["results"]) == sees


def test_the_clocks_of_one_ticket(api: APIClient, five: list[str]) -> None:
    (clock,) = api.get(CLOCKS, {"ticket": five[2]}).json()["results"]
    assert clock["ticket"] == five[2]
    assert clock["code"] == "IN_FIRST_REPLY"
    assert clock["status"] == "stopped"
    assert clock["outcome"] == "met"


def test_clocks_of_an_invisible_or_unknown_ticket_are_none(
    as_person: SignedIn, five: list[str]
) -> None:
    client = as_person(UserFactory.create(role=Role.DEPARTMENT_HANDLER))
    for number in (five[0], "IN20261123ZZZZZZ"):
        assert client.get(CLOCKS, {"ticket": number}).json()["results"] == []


def test_late_clocks_are_found_as_they_read(api: APIClient, five: list[str]) -> None:
    rows = api.get(CLOCKS).json()["results"]
    for late in (True, False):
        found = api.get(CLOCKS, {"late": str(late).lower()}).json()["results"]
        expected = [row["ticket"] for row in rows if row["late"] is late]
        assert [row["ticket"] for row in found] == expected
    assert [row["late"] for row in rows].count(True) == 2
    running = api.get(CLOCKS, {"status": "running"}).json()["results"]
    assert [row["ticket"] for row in running] == five[:2]


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("url", "queries"), [(TICKETS, 2), (CLOCKS, 2)])
def test_a_list_takes_the_same_few_queries_however_long(
    api: APIClient,
    rows: int,
    url: str,
    queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(rows):
        InquiryFactory.create()
    with django_assert_num_queries(queries):
        assert len(api.get(url).json()["results"]) == rows


def test_clocks_come_by_deadline_with_a_tie_broken_by_age(api: APIClient) -> None:
    made = [InquiryFactory.create().number for _ in range(3)]
    found = [row["ticket"] for row in api.get(CLOCKS).json()["results"]]
    assert found == made
    assert Clock.objects.values("due_at").distinct().count() == 1
