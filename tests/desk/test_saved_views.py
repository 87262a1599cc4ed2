"""Views of the list that a colleague keeps: own ones alone, at a cost that stays."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from figures.models import Board, SavedView
from inquiries import services
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, channel
from tests.objections.cases import filed

pytestmark = pytest.mark.django_db

MENU = "/desk/views/"


def kept(owner: User, name: str = "晚班", query: str = "view=mine") -> SavedView:
    return SavedView.objects.create(
        owner=owner, board=Board.DESK, name=name, query=query, saved_at=timezone.now()
    )


def names(client: Client) -> list[str]:
    return [view.name for view in client.get(MENU).context["views"]]


def test_what_is_shown_is_kept_opened_renamed_and_forgotten(
    desk: Client, agent: User
) -> None:
    asked = "stage=open&q=%E6%94%AF%E6%9E%B6&channel=email&kind=objection&after=x&x=1"
    word = {"query": f"{asked}&holder={agent.work_number}", "name": " 我的  支架 "}
    for _ in range(2):  # a double click keeps one
        response = desk.post(f"{MENU}save/", word)
    address = (
        "/desk/?stage=open&q=%E6%94%AF%E6%9E%B6&channel=email&kind=objection"
        f"&holder={agent.work_number}"
    )
    assert (response.status_code, response["Location"]) == (303, address)
    view = SavedView.objects.get()
    assert (view.name, view.owner, view.for_all) == ("我的 支架", agent, False)
    assert f"/desk/?{view.query}" == address
    page = desk.get(MENU, headers={"HX-Request": "true"}).content.decode()
    assert address.replace("&", "&amp;") in page
    wish = desk.get(address).context["listing"].wish
    assert (wish.words, wish.channel, wish.holder) == ("支架", channel("email"), agent)
    assert desk.post(f"{MENU}{view.pk}/rename/", {"name": "支架"}).status_code == 303
    assert names(desk) == ["支架"]
    for _ in range(2):
        assert desk.post(f"{MENU}{view.pk}/forget/").status_code == 303
    assert names(desk) == []


@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 41])
def test_a_bad_name_is_told_beside_the_field(
    desk: Client, agent: User, name: str
) -> None:
    view = kept(agent)
    for path in ("save/", f"{view.pk}/rename/"):
        response = desk.post(f"{MENU}{path}", {"name": name, "query": "view=closed"})
        assert response.status_code == 422
        assert 'id="view-fault"' in response.content.decode()
    assert [(it.name, it.query) for it in SavedView.objects.all()] == [
        ("晚班", "view=mine")
    ]


def test_a_name_stands_for_one_view(desk: Client, agent: User) -> None:
    one, other = kept(agent), kept(agent, "早班", "view=due")
    response = desk.post(f"{MENU}{other.pk}/rename/", {"name": one.name})
    assert response.status_code == 422
    assert names(desk) == ["早班", "晚班"]
    desk.post(f"{MENU}save/", {"name": "晚班", "query": "view=closed"})
    assert SavedView.objects.get(name="晚班").query == "view=closed"


@pytest.mark.parametrize("role", Role)
def test_nobody_reaches_the_view_of_another(client: Client, role: Role) -> None:
    person = UserFactory.create(role=role)
    theirs = kept(UserFactory.create())
    board = SavedView.objects.create(
        owner=person, board=Board.CASES, name="x", query="", saved_at=timezone.now()
    )
    client.force_login(person)
    assert names(client) == []
    for view in (theirs, board):
        path = f"{MENU}{view.pk}/"
        assert client.post(f"{path}rename/", {"name": "x"}).status_code == 404
        client.post(f"{path}forget/")
    own = kept(person)
    path = reverse("supervision:forget_view", args=[own.pk])
    assert client.post(path).status_code in {403, 404}
    assert SavedView.objects.count() == 3


@pytest.mark.parametrize(
    "query", ["\0", "view=x&stage=y", "a=1&" * 3000, "q=" + "9" * 9000]
)
def test_a_wish_that_is_none_is_kept_as_the_first_view(
    desk: Client, query: str
) -> None:
    response = desk.post(f"{MENU}save/", {"name": "x", "query": query})
    assert response.status_code == 303
    assert SavedView.objects.get().query == "view=due"


def test_the_list_narrows_to_a_channel_a_kind_and_a_holder(
    desk: Client, agent: User
) -> None:
    inquiry = InquiryFactory.create(at=timezone.now())
    objection = filed(at=timezone.now(), code="email")
    services.take(inquiry, by=agent, at=timezone.now())

    def shown(**query: str) -> list[str]:
        listing = desk.get("/desk/list/", query).context["listing"]
        return [row.number for row in listing.rows]

    assert shown(kind="inquiry") == [inquiry.number]
    assert shown(channel="email") == [objection.number]
    assert shown(holder=agent.work_number) == [inquiry.number]
    assert shown(holder=agent.work_number, channel="email") == []
    assert shown(q="王", kind="objection") == [objection.number]
    both = {inquiry.number, objection.number}
    for nonsense in ("\0", "x" * 5000, "-1"):
        assert set(shown(channel=nonsense, kind=nonsense, holder=nonsense)) == both


def test_the_desk_costs_the_same_with_five_and_with_five_hundred_views(
    desk: Client, agent: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    InquiryFactory.create(at=timezone.now())
    for have in (5, 500):
        SavedView.objects.all().delete()
        SavedView.objects.bulk_create(
            SavedView(
                owner=agent,
                board=Board.DESK,
                name=f"{n:03}",
                query="view=mine",
                saved_at=timezone.now(),
            )
            for n in range(have)
        )
        with django_assert_num_queries(7):
            desk.get("/desk/")
        # Session, person, views, and the channels and colleagues to choose from.
        with django_assert_num_queries(5):
            assert len(names(desk)) == min(have, 30)
