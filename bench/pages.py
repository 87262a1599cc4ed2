"""What people open all day, beside a bare page of twenty-five rows of one query."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

from django.utils import timezone

from bench import people
from bench.acts import BARE, expect
from bench.clients import Played, play, request
from bench.house import say
from bench.web import free_port, web
from figures.models import Board, SavedView
from inquiries.links import thread_path
from inquiries.models import Inquiry
from staff.models import Department, Role, User
from staff.services import make_api_token
from tickets.models import Ticket

WARM: Final = 20
VIEWS: Final = (5, 500)
# Lists of the API are read by many systems, none of which is throttled.
SYSTEMS: Final = 20


@dataclass(frozen=True)
class Page:
    """A page that was opened again and again by one reader."""

    name: str
    played: Played


def addresses() -> Iterator[tuple[str, str, Sequence[dict[str, str]]]]:
    """What is opened: its name, its address, and the headers that open it by turns."""
    agents = people.hired(Role.AGENT, count=SYSTEMS)
    session = signed(agents[0])
    busiest = Ticket.objects.open().exclude(department=None).first()
    department = busiest.department if busiest else Department.objects.first()
    [colleague] = people.hired(Role.DEPARTMENT_HANDLER, department=department)
    [supervisor] = people.hired(Role.SUPERVISOR)
    inquiry = Inquiry.objects.filter(closed_at=None).order_by("-message_count")[0]
    for count in VIEWS:
        [keeper] = people.hired(Role.AGENT)
        SavedView.objects.bulk_create(
            SavedView(
                owner=keeper,
                board=Board.DESK,
                name=f"视图{n}",
                query="view=mine",
                saved_at=timezone.now(),
            )
            for n in range(count)
        )
        yield f"inbox, {count} saved views", "/desk/", signed(keeper)
    yield "inbox, the list alone", "/desk/list/", session
    yield "inbox with a conversation", f"/desk/inquiries/{inquiry.number}/", session
    yield "queue of a department", "/desk/", signed(colleague)
    yield "what a customer follows", thread_path(inquiry), [{}]
    yield "catalogue", "/devices/", [{}]
    yield "wall board", "/supervision/", signed(supervisor)
    tokens = [make_api_token(agent, at=timezone.now()) for agent in agents]
    systems = [{"Authorization": f"Token {token}"} for token in tokens]
    yield "list of the API", "/api/v1/tickets/?page_size=25", systems


def signed(user: User) -> list[dict[str, str]]:
    """The header of somebody who has signed in."""
    return [{"Cookie": people.cookie(user)}]


def pages(*, turns: int) -> Iterator[Page]:
    """The bare page first, then each of the product's, by one reader."""
    port, bare = free_port(), free_port()
    with web(bare, app=BARE):
        yield Page("bare page of 25 rows", opened(bare, "/rows/", [{}], turns=turns))
    with web(port):
        for name, path, headers in addresses():
            say(f"{name}: {path}")
            yield Page(name, opened(port, path, headers, turns=turns))


def opened(
    port: int, path: str, headers: Sequence[dict[str, str]], *, turns: int
) -> Played:
    """Some turns to warm up, then those that count."""
    by_turns = [
        request("GET", path, Accept_Language="zh-hans", **each) for each in headers
    ]
    sent = list(islice(cycle(by_turns), turns))
    play(port, sent[:WARM], seconds=30)
    played = play(port, sent, seconds=60)
    expect(played, path)
    return played
