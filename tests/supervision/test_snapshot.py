"""One board for all who look: made once, told to each page, and true for everybody."""

import asyncio
import json
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from helpdesk.live import door, rounds
from helpdesk.live.line import Line
from helpdesk.supervision import live as board_live
from helpdesk.supervision import snapshot
from helpdesk.supervision.live import Relay, Signed, may_watch, still_supervise
from helpdesk.supervision.personal import personal
from helpdesk.supervision.snapshot import BOARD, Screen, Shown
from inquiries import services
from staff.models import SUPERVISES, Role
from tests.factories import AT, InquiryFactory, UserFactory
from tickets.models import Ticket

PAGE = "/supervision/"
CHINESE = Screen(BOARD, "zh-hans")
ENGLISH = Screen(BOARD, "en")


@pytest.mark.django_db
@pytest.mark.clause("CM-54")
def test_many_viewers_cost_what_one_costs(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Within a second nobody asks again; the session and the person are looked up."""
    people = [UserFactory.create(role=Role.SUPERVISOR) for _ in range(3)]
    InquiryFactory.create(at=timezone.now())
    client.force_login(people[0])
    client.get(PAGE, headers={"HX-Request": "true"})
    for person in people:
        client.force_login(person)
        with django_assert_num_queries(2):
            client.get(PAGE, headers={"HX-Request": "true"})


@pytest.mark.django_db
def test_the_shared_board_shows_each_of_them_what_the_row_filter_allows() -> None:
    """It is shared because whoever supervises sees every ticket; so it must stay."""
    inquiry = InquiryFactory.create(at=timezone.now())
    made = snapshot.renew(CHINESE, at=timezone.now())
    assert inquiry.number in made.parts["due"]
    for role in Role:
        person = UserFactory.create(role=role)
        sees = Ticket.objects.visible_to(person).filter(pk=inquiry.pk).exists()
        assert role not in SUPERVISES or sees
        for still in (still_supervise, may_watch):
            assert still([person.pk]) == ({person.pk} if role in SUPERVISES else set())


@pytest.mark.django_db
def test_it_is_made_once_for_each_language_that_is_looked_at(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    at = timezone.now()
    redis = snapshot._redis()
    redis.set(snapshot.wanted_name(CHINESE), 1, ex=5)
    english = snapshot.renew(ENGLISH, at=at)
    with django_assert_num_queries(0):
        chinese = snapshot.current(CHINESE, at=at)
        assert snapshot.current(ENGLISH, at=at) == english
    assert "Waiting now" in english.parts["figures"]
    assert "检测延迟" in chinese.parts["figures"]
    assert chinese.at == english.at == at


@pytest.mark.django_db
def test_whoever_does_not_have_the_turn_shows_what_is_there(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    at = timezone.now()
    made = snapshot.renew(CHINESE, at=at)
    later = at + timedelta(seconds=2)
    assert not snapshot.take_turn()
    with django_assert_num_queries(0):
        assert snapshot.current(CHINESE, at=later) == made
    # Whoever had the turn is gone: nobody waits for them for ever.
    much_later = at + timedelta(seconds=6)
    assert snapshot.current(CHINESE, at=much_later).at == much_later


@pytest.mark.django_db
def test_with_nothing_to_show_one_makes_it_and_the_others_wait_a_moment(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    at = timezone.now()
    waited: list[float] = []
    monkeypatch.setattr(snapshot.time, "sleep", waited.append)
    assert snapshot.take_turn()
    # Whoever has the turn makes nothing for this screen: one does not wait for ever.
    assert snapshot.current(CHINESE, at=at).at == at
    assert len(waited) == snapshot.LOOKS

    def make(_: float) -> None:
        snapshot.renew(CHINESE, at=at + timedelta(seconds=7))

    # What is kept is too old to be shown; meanwhile somebody makes another one.
    monkeypatch.setattr(snapshot.time, "sleep", make)
    with CaptureQueriesContext(connection) as making:
        make(0)
    snapshot._redis().delete(snapshot.name("shown"))
    with django_assert_num_queries(len(making)):
        shown = snapshot.current(CHINESE, at=at + timedelta(seconds=7.5))
    assert shown.at == at + timedelta(seconds=7)


@pytest.mark.django_db
def test_what_was_begun_earlier_never_takes_the_place_of_what_was_made_later() -> None:
    at = timezone.now()
    newer = snapshot.renew(CHINESE, at=at)
    snapshot.renew(CHINESE, at=at - timedelta(milliseconds=1))
    assert snapshot.current(CHINESE, at=at) == newer


@pytest.mark.django_db
def test_ones_own_act_is_seen_at_once_and_by_all(client: Client) -> None:
    one, other = (UserFactory.create(role=Role.SUPERVISOR) for _ in range(2))
    inquiry = InquiryFactory.create(at=timezone.now())
    for person in (one, other):
        client.force_login(person)
        client.get(PAGE, headers={"HX-Request": "true"})
    client.force_login(one)
    path = f"{PAGE}inquiries/{inquiry.number}/take/"
    own = client.post(path, headers={"HX-Request": "true"}).content.decode()
    client.force_login(other)
    others = client.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    clock = inquiry.clocks.get()
    for html in (own, others):
        row = html.partition(f'id="due-{clock.pk}-with"')[2].partition("</td>")[0]
        assert one.display_name in row
    # Nobody takes over what is theirs.
    button = re.compile(rf'id="take-due-{clock.pk}" data-of="{one.pk}"( hidden)?')
    mine, theirs = button.search(own), button.search(others)
    assert mine is not None
    assert theirs is not None
    assert (mine[1], theirs[1]) == (" hidden", None)


@pytest.mark.django_db
def test_without_redis_each_page_makes_its_own(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(UserFactory.create(role=Role.SUPERVISOR))
    settings.LIVE_REDIS_URL = "redis://127.0.0.1:1"
    snapshot._redis.cache_clear()
    try:
        page = client.get(PAGE, headers={"Accept-Language": "en"})
        assert page.status_code == 200
        assert "is-down" in page.content.decode()
    finally:
        snapshot._redis.cache_clear()


@pytest.mark.django_db
@pytest.mark.clause("CM-54")
def test_the_television_shows_no_names_and_no_texts(client: Client) -> None:
    inquiry = InquiryFactory.create(at=timezone.now(), surname="欧阳")
    agent = UserFactory.create(display_name="上官婉儿")
    services.take(inquiry, by=agent, at=timezone.now())
    client.force_login(UserFactory.create(role=Role.SUPERVISOR, display_name="陈立"))
    page = client.get(f"{PAGE}tv/", headers={"Accept-Language": "en"})
    html = page.content.decode()
    assert "Waiting now" in html
    for word in (
        "欧阳",
        "上官婉儿",
        "陈立",
        inquiry.number,
        "摄像机",
        "<button",
        "<a ",
    ):
        assert word not in html.partition('<main class="tv"')[2].partition("</main>")[0]
    client.force_login(agent)
    assert client.get(f"{PAGE}tv/").status_code == 404


def shown(*, after: int = 0, **parts: str) -> Signed:
    return Signed.of(Shown(AT + timedelta(seconds=after), parts))


def test_a_page_is_told_what_has_changed_and_not_that_digits_moved() -> None:
    first = shown(due="<b data-clock-digits>0:10</b>", people="<i>1</i>")
    second = shown(after=1, due="<b data-clock-digits>0:09</b>", people="<i>2</i>")
    relay = Relay(CHINESE, 7)
    everything = json.loads(relay.say(first).partition("data: ")[2])
    assert everything["parts"].keys() == {"due", "people"}
    told = json.loads(relay.say(second).partition("data: ")[2])
    assert told["parts"] == {"people": "<i>2</i>"}
    assert told["at"] - everything["at"] == 1000
    assert relay.say(first) == ""


def test_what_is_not_for_a_person_is_hidden_from_that_person_alone() -> None:
    html = '<button data-of="7">a</button><button data-of="71">b</button>'
    hidden = '<button data-of="7" hidden>a</button><button data-of="71">b</button>'
    assert personal(html, 7) == hidden
    assert json.loads(personal(json.dumps(html), 7)) == hidden
    assert personal(html, 8) == html


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewers", [5])
def test_streams_share_one_making_and_without_viewers_there_is_none(
    viewers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    monkeypatch.setattr(rounds, "PING_SECONDS", 1000.0)
    inquiry = InquiryFactory.create(at=timezone.now())
    agent = UserFactory.create(role=Role.SUPERVISOR, display_name="陈立")

    async def watched() -> list[list[str]]:
        streams = [
            door.told(Line(["user:0"], relay=Relay(CHINESE, number)))
            for number in range(viewers)
        ]
        begun = [[await anext(each), await anext(each)] for each in streams]
        watch = board_live.Watch.here()
        assert watch.screens == {CHINESE: viewers}
        await asyncio.to_thread(act)
        async with asyncio.timeout(10):
            for events, each in zip(begun, streams, strict=True):
                while "陈立" not in events[-1]:
                    events.append(await anext(each))
        for each in streams:
            await each.aclose()
        assert watch.task is None
        assert not watch.screens
        return begun

    def act() -> None:
        services.take(inquiry, by=agent, at=timezone.now())
        connections.close_all()

    heard = asyncio.run(watched())
    assert all("event: hello" in events[0] for events in heard)
    assert all(inquiry.number in events[1] for events in heard)
    told = [json.loads(events[-1].partition("data: ")[2]) for events in heard]
    assert len({each["parts"]["people"] for each in told}) == 1


def test_one_failure_does_not_end_the_making(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong is logged, and the next turn is tried as every other."""
    made: list[object] = []
    again = threading.Event()

    def fail_once(*, at: object) -> int:
        made.append(at)
        if len(made) == 1:
            raise KeyError("a bug")
        again.set()
        return 0

    monkeypatch.setattr(snapshot, "renew_wanted", fail_once)
    monkeypatch.setattr(snapshot, "LONGEST", timedelta(milliseconds=20))
    monkeypatch.setattr(board_live, "GLANCE", 0.01)

    async def watched() -> None:
        watch = board_live.Watch.here()
        watch.join(CHINESE)
        assert await asyncio.to_thread(again.wait, 10)
        await watch.leave(CHINESE)

    asyncio.run(watched())
    assert caplog.text.count("KeyError: 'a bug'") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("role", "status"), [(Role.AGENT, 403), (None, 403)])
def test_the_stream_is_for_those_who_supervise(
    client: Client, role: Role | None, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    if role is not None:
        client.force_login(UserFactory.create(role=role))
    assert client.get("/live/board/").status_code == status
    assert client.post("/live/board/").status_code == 405
