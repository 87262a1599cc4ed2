"""Another system says for a colleague whether they are on duty."""

import pytest
from rest_framework.test import APIClient

from staff.models import Presence, PresenceLine, User
from staff.services import presence
from tests.factories import AT
from tickets import feed

pytestmark = [pytest.mark.django_db, pytest.mark.clause("CM-55")]

PATH = "/api/v1/presence/"


def test_one_says_it_and_reads_it(api: APIClient, agent: User) -> None:
    never = {"state": "off", "since": None, "capacity": 5}
    assert api.get(PATH).json() == never
    said = api.post(PATH, {"state": "away"}, format="json")
    assert said.status_code == 200
    assert said.json()["state"] == "away"
    assert api.post(PATH, {"state": "away"}, format="json").json() == said.json()
    assert api.get(PATH).json() == said.json()
    assert PresenceLine.objects.get().user == agent
    wrong = api.post(PATH, {"state": "asleep"}, format="json")
    assert wrong.status_code == 400
    assert "state" in wrong.json()["fields"]
    assert PresenceLine.objects.count() == 1


def test_ones_open_pages_are_told_what_another_system_says(
    api: APIClient, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        feed, "publish", lambda notices: told.extend(channel for channel, _ in notices)
    )
    for _ in range(2):
        api.post(PATH, {"state": "away"}, format="json")
    assert told == [feed.user_channel(agent.pk)]


def test_what_was_said_long_ago_counts_no_more(api: APIClient, agent: User) -> None:
    presence.say(agent, Presence.ON_DUTY, at=AT)
    assert api.get(PATH).json() == {"state": "off", "since": None, "capacity": 5}
