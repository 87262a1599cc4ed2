"""The menu in the rail says whether one is on duty; the page says what was looked at."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from inquiries import services
from staff.models import Presence, PresenceLine, User
from staff.services import presence
from tests.factories import InquiryFactory
from tests.finishing import finish
from tickets.models import Event, Opening

pytestmark = [pytest.mark.django_db, pytest.mark.clause("CM-55")]

ENGLISH = {"Accept-Language": "en"}
MENU = "/desk/presence/"


def test_one_says_how_one_stands_and_every_page_shows_it(
    desk: Client, agent: User
) -> None:
    htmx = {**ENGLISH, "HX-Request": "true"}
    assert "Off duty" in desk.get(MENU, headers=ENGLISH).content.decode()
    assert PresenceLine.objects.count() == 0
    answer = desk.post(MENU, {"state": "on_duty"}, headers=htmx)
    assert "On duty since" in answer.content.decode()
    desk.post(MENU, {"state": "on_duty"}, headers=htmx)
    assert PresenceLine.objects.get().state == Presence.ON_DUTY
    page = desk.get("/desk/callbacks/", headers=ENGLISH).content.decode()
    assert 'class="menu presence is-on_duty"' in page
    assert 'data-live="/live/desk/"' in page
    assert desk.post(MENU, {"state": "away"}).status_code == 303
    assert presence.states(at=timezone.now())[agent.pk] == Presence.AWAY


@pytest.mark.parametrize("state", ["", "asleep", "ON_DUTY", "\x00"])
def test_what_is_no_state_changes_nothing(desk: Client, state: str) -> None:
    assert desk.post(MENU, {"state": state}).status_code == 422
    assert PresenceLine.objects.count() == 0


def test_strangers_have_no_presence(client: Client) -> None:
    assert client.post(MENU, {"state": "on_duty"}).status_code == 302
    assert PresenceLine.objects.count() == 0


def test_the_first_look_at_a_ticket_is_kept_once_a_cycle(
    desk: Client, client: Client, agent: User, handler: User
) -> None:
    inquiry = InquiryFactory.create()
    path = f"/desk/tickets/{inquiry.number}/opened/"
    page = desk.get(f"/desk/inquiries/{inquiry.number}/").content.decode()
    assert f'hx-post="{path}"' in page
    assert Opening.objects.count() == 0
    lines = Event.objects.count()
    assert desk.get(path).status_code == 405
    for _ in range(3):
        assert desk.post(path).status_code == 204
    (first,) = Opening.objects.all()
    assert (first.ticket_id, first.cycle, first.user) == (inquiry.pk, 1, agent)
    assert Event.objects.count() == lines
    now = timezone.now()
    services.reply(inquiry, text="一天270元。", by=agent, at=now)
    finish(inquiry, by=agent, at=now)
    services.reopen(inquiry, by=agent, at=now)
    desk.post(path)
    desk.post(path)
    assert list(Opening.objects.values_list("cycle", flat=True)) == [1, 2]
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        Opening.objects.update(at=now)


def test_what_one_may_not_see_one_has_not_looked_at(
    client: Client, handler: User
) -> None:
    inquiry = InquiryFactory.create()
    path = f"/desk/tickets/{inquiry.number}/opened/"
    assert client.post(path).status_code == 302
    client.force_login(handler)
    assert client.post(path).status_code == 404
    assert client.post("/desk/tickets/ZZZ999/opened/").status_code == 404
    assert Opening.objects.count() == 0
