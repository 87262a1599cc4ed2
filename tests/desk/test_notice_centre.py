"""The centre of one's own notices: filters, pages, why, and acknowledging."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from helpdesk.desk import notice_centre
from helpdesk.desk.notice_centre import Centre, Place, Wanted
from sla.models import Notification
from staff.models import Role, User
from tests.desk.test_notices import asked_and_taken, pass_time
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

URL = "/desk/notices/"
HEARD = f"{URL}acknowledge/"


def page(client: Client, query: str = "") -> Centre:
    answer = client.get(f"{URL}{query}", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    centre: Centre = answer.context["centre"]
    return centre


def kinds(centre: Centre) -> list[str]:
    return [row.notice.event.kind for row in centre.rows]


def test_one_reads_why_it_came_filters_it_and_acknowledges_one_several_or_a_kind(
    desk: Client, agent: User, client: Client
) -> None:
    manager = UserFactory.create(role=Role.MANAGER)
    late = [asked_and_taken(agent, ago=timedelta(minutes=31)) for _ in range(3)]
    soon = asked_and_taken(agent, ago=timedelta(seconds=25))
    pass_time()
    theirs = list(Notification.objects.filter(recipient=manager))
    words = desk.get(URL, headers={"Accept-Language": "en"}).content.decode()
    assert "You have the case" in words
    assert late[0].number in words
    assert f'href="/desk/inquiries/{late[0].number}/clocks/"' in words
    centre = page(desk)
    assert sorted(kinds(centre)) == ["breach", "breach", "breach", "warning"]
    assert desk.get(f"{URL}count/").content.decode().count(">4<") == 1
    assert kinds(page(desk, "?kind=warning")) == ["warning"]
    assert [t.count for t in centre.kinds] == [4, 1, 3, 0]

    first, second, third = (
        row.notice.pk for row in centre.rows if row.notice.event.kind == "breach"
    )
    assert desk.get(HEARD).status_code == 405
    one = desk.post(HEARD, {"notice": first}, headers={"HX-Request": "true"})
    assert one.status_code == 200
    assert sorted(kinds(page(desk))) == ["breach", "breach", "warning"]
    heard_at = Notification.objects.get(pk=first).acknowledged_at
    again = desk.post(HEARD, {"notice": [first, second], "kind": "breach"})
    assert (again.status_code, again["Location"]) == (303, f"{URL}?kind=breach")
    assert Notification.objects.get(pk=first).acknowledged_at == heard_at
    newest = page(desk, "?kind=breach").newest
    assert newest == third
    later = asked_and_taken(agent, ago=timedelta(seconds=40))
    pass_time()
    desk.post(HEARD, {"all": newest, "kind": "breach"})
    left = [(r.notice.event.kind, r.notice.ticket.number) for r in page(desk).rows]
    assert sorted(left) == [("breach", later.number), ("warning", soon.number)]
    assert len(page(desk, "?state=done").rows) == 3
    assert len(page(desk, "?state=all").rows) == 5

    desk.post(HEARD, {"notice": [it.pk for it in theirs]})
    client.force_login(manager)
    kept = {row.notice.pk for row in page(client).rows}
    assert {it.pk for it in theirs} < kept
    assert len(theirs) == 3
    words = client.get(URL, headers={"Accept-Language": "en"}).content.decode()
    assert "30 minutes after the deadline" in words
    client.logout()
    assert client.get(URL).status_code == 302
    assert client.post(HEARD).status_code == 302


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"notice": "x"},
        {"notice": "9" * 30},
        {"all": "-1"},
        {"notice": [str(n) for n in range(201)]},
        {"all": "٣"},
    ],
)
def test_a_choice_of_nothing_is_answered_in_words(
    desk: Client, said: dict[str, str]
) -> None:
    answer = desk.post(HEARD, said)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize("before", ["", "x", "1-", "-1", "9" * 40, f"{'9' * 17}-1"])
def test_an_address_of_nowhere_is_the_first_page(before: str) -> None:
    assert Place.read(before) is None


def test_pages_follow_each_other_at_the_same_cost_and_show_each_notice_once(
    desk: Client,
    agent: User,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(notice_centre, "PAGE", 2)
    for _ in range(5):
        asked_and_taken(agent, ago=timedelta(seconds=40))
    pass_time()
    seen: list[int] = []
    wanted: Wanted | None = Wanted()
    while wanted is not None:
        with django_assert_num_queries(2):
            centre = Centre.of(agent, wanted=wanted, at=timezone.now())
        seen += [row.notice.pk for row in centre.rows]
        wanted = centre.following
        assert wanted is None or Place.read(str(wanted.before)) == wanted.before
    assert seen == list(
        Notification.objects.filter(recipient=agent)
        .newest_first()
        .values_list("pk", flat=True)
    )
    desk.get(URL)
    with django_assert_num_queries(4):
        desk.get(URL)
    with django_assert_num_queries(4):
        desk.get(f"{URL}count/")
