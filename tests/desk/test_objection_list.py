"""Objections in the list, on the board and in notices: found, told apart, counted."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from helpdesk.supervision.board import Board
from objections import services
from objections.models import Objection
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory
from tests.objections.cases import FEE, QUALITY, SERVICE, filed, handler_of

pytestmark = pytest.mark.django_db

LIST = "/desk/list/"


def rows(client: Client, **query: str) -> list[str]:
    """The numbers of the rows, from top to bottom."""
    listing = client.get(LIST, query).context["listing"]
    return [row.number for row in listing.rows]


def in_every_stage(agent: User) -> dict[str, Objection]:
    """One objection of each stage."""
    now = timezone.now()
    found = {
        name: filed(QUALITY, at=now, phone=f"1380013800{n}")
        for n, name in enumerate(
            ("received", "acknowledged", "recorded", "departments", "ended")
        )
    }
    for name in ("acknowledged", "recorded", "departments"):
        services.acknowledge(found[name], by=agent, at=now)
    for name in ("recorded", "departments"):
        services.record(found[name], by=agent, at=now)
    services.hand_off(found["departments"], by=agent, at=now)
    services.withdraw(found["ended"], statement="撤回", by=None, at=now)
    return found


def test_a_stage_shows_its_own_and_the_counts_agree(desk: Client, agent: User) -> None:
    found = in_every_stage(agent)
    InquiryFactory.create(at=timezone.now())
    for stage, objection in found.items():
        assert rows(desk, stage=stage) == [objection.number]
    open_ones = {it.number for name, it in found.items() if name != "ended"}
    assert set(rows(desk, stage="open")) == open_ones
    listing = desk.get(LIST, {"stage": "open"}).context["listing"]
    assert {str(tab.view): tab.count for tab in listing.tabs} == {
        "open": 4,
        "intake": 3,
        "inquest": 1,
        "agreement": 0,
        "doing": 0,
        "afterwards": 0,
        "ended": None,
    }
    assert listing.stages == []
    assert listing.address == "/desk/list/?stage=open"
    # A part of the way shows all of its stages, and each of them can be chosen.
    listing = desk.get(LIST, {"stage": "intake"}).context["listing"]
    assert {str(tab.view): tab.count for tab in listing.stages} == {
        "received": 1,
        "acknowledged": 1,
        "recorded": 1,
    }
    assert len(listing.rows) == 3
    listing = desk.get(LIST, {"stage": "recorded"}).context["listing"]
    assert [str(tab.view) for tab in listing.tabs if tab.current] == ["intake"]
    assert [str(tab.view) for tab in listing.stages if tab.current] == ["recorded"]
    assert len(listing.rows) == 1


def test_a_row_says_what_it_is_and_leads_to_the_objection(
    desk: Client, english: None
) -> None:
    objection = filed(QUALITY, at=timezone.now(), on_air=True)
    services.urge(objection, at=timezone.now())
    shown = desk.get(LIST, headers={"Accept-Language": "en"}).content.decode()
    assert f'href="/desk/objections/{objection.number}/"' in shown
    for words in (
        "Objection",
        "Quality of the device · Does not work",
        "Urgent",
        "Received",
        "urged 1 time",
    ):
        assert words in shown


@pytest.mark.parametrize("query", [{"stage": "x"}, {"stage": "\0"}, {"stage": ""}])
def test_nonsense_for_a_stage_shows_the_first_view(
    desk: Client, query: dict[str, str]
) -> None:
    inquiry, objection = InquiryFactory.create(at=timezone.now()), filed()
    assert set(rows(desk, **query)) == {inquiry.number, objection.number}


def test_a_handler_sees_the_objections_of_the_department_alone(client: Client) -> None:
    agent = UserFactory.create()
    found = in_every_stage(agent)
    client.force_login(handler_of("technical_support"))
    assert rows(client, stage="open") == [found["departments"].number]
    client.force_login(handler_of("finance"))
    assert rows(client, stage="open") == []


@pytest.mark.parametrize("query", [{}, {"stage": "open"}, {"q": "王"}])
@pytest.mark.parametrize("tickets", [1, 12])
def test_a_mixed_list_costs_the_same_for_one_and_for_many(
    desk: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    query: dict[str, str],
    tickets: int,
) -> None:
    """Session, person, counts, which tickets, what is known of them, their clocks."""
    for number in range(tickets):
        filed((QUALITY, FEE, SERVICE)[number % 3], at=timezone.now())
        if query != {"stage": "open"}:
            InquiryFactory.create(at=timezone.now())
    with django_assert_num_queries(6):
        desk.get(LIST, query)


@pytest.mark.parametrize("objections", [1, 6])
def test_the_board_shows_both_kinds_at_a_constant_cost(
    django_assert_max_num_queries: DjangoAssertNumQueries,
    objections: int,
) -> None:
    """As for inquiries alone."""
    late = timezone.now() - timedelta(days=2)
    found = [filed(QUALITY, at=late) for _ in range(objections)]
    InquiryFactory.create(at=late)
    with django_assert_max_num_queries(23):
        board = Board.of(at=timezone.now())
    waiting = {row.ticket.number for row in board.waits}
    assert waiting >= {objection.number for objection in found}


def test_an_objection_does_not_count_as_a_late_first_reply() -> None:
    now = timezone.now()
    filed(QUALITY, at=now - timedelta(hours=2))
    board = Board.of(at=now)
    assert (board.waiting, board.longest_since, board.waits_too_long) == (
        1,
        None,
        False,
    )
    inquiry = InquiryFactory.create(at=now - timedelta(minutes=3))
    board = Board.of(at=now)
    assert board.longest_since == inquiry.created_at
    assert board.waits_too_long


def test_a_supervisor_takes_over_and_reassigns_an_objection_from_the_board(
    client: Client,
) -> None:
    agent, boss = UserFactory.create(), UserFactory.create(role=Role.SUPERVISOR)
    objection = filed()
    services.acknowledge(objection, by=agent, at=timezone.now())
    client.force_login(boss)
    take = reverse("supervision:take_over", args=[objection.number])
    give = reverse("supervision:reassign", args=[objection.number])
    assert client.post(take).status_code == 303
    objection.refresh_from_db()
    assert objection.assignee == boss
    assert client.post(give, {"to": agent.pk}).status_code == 303
    objection.refresh_from_db()
    assert objection.assignee == agent
