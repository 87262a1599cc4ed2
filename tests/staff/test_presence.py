"""Who is on duty: what colleagues say of themselves, and what is seen of them."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from helpdesk.desk.live import channels_now
from staff.models import How, Presence, PresenceLine, Role, User
from staff.services import presence
from tests.factories import UserFactory
from tests.instants import after

pytestmark = [pytest.mark.django_db, pytest.mark.clause("CM-55")]

ON, AWAY, OFF = Presence.ON_DUTY, Presence.AWAY, Presence.OFF


def told(user: User) -> list[tuple[str, str, datetime]]:
    """The record of one person."""
    lines = PresenceLine.objects.filter(user=user)
    return [(line.state, line.how, line.at) for line in lines]


def now(user: User, *, at: datetime) -> Presence:
    return presence.states(at=at)[user.pk]


def test_what_one_says_counts_from_then_on_and_once() -> None:
    user = UserFactory.create()
    assert now(user, at=after(0)) == OFF
    assert presence.say(user, ON, at=after(0))
    assert not presence.say(user, ON, at=after(1))
    assert presence.say(user, AWAY, at=after(60))
    assert told(user) == [(ON, How.SAID, after(0)), (AWAY, How.SAID, after(60))]
    assert now(user, at=after(61)) == AWAY
    user.refresh_from_db()
    assert (user.presence, user.presence_since) == (AWAY, after(60))
    assert user.presence_as_of(after(61)) == AWAY
    assert presence.on_duty(at=after(-1)) == set()
    assert presence.on_duty(at=after(30)) == {user.pk}
    assert presence.on_duty(at=after(90)) == set()


def test_who_closes_the_browser_is_off_soon_whether_or_not_a_job_ran() -> None:
    user = UserFactory.create()
    presence.say(user, ON, at=after(0))
    presence.seen([user.pk], at=after(minutes=3))
    assert presence.let_go(at=after(minutes=8)) == 0
    assert now(user, at=after(minutes=8)) == ON
    assert now(user, at=after(1, minutes=8)) == OFF
    assert presence.let_go(at=after(1, minutes=8)) == 1
    assert presence.let_go(at=after(2, minutes=8)) == 0
    assert told(user)[1:] == [(OFF, How.UNSEEN, after(1, minutes=8))]
    assert presence.on_duty(at=after(minutes=8)) == {user.pk}


def test_who_comes_back_soon_is_as_before_and_later_says_so_again() -> None:
    soon, late, left = (UserFactory.create() for _ in range(3))
    for user in (soon, late):
        presence.say(user, AWAY, at=after(0))
    presence.say(left, ON, at=after(0))
    presence.sign_out(left, at=after(60))
    assert presence.let_go(at=after(minutes=10)) == 2
    UserFactory.create()
    back = after(minutes=40)
    assert presence.seen([soon.pk, left.pk], at=back) == [soon.pk]
    assert not presence.seen([soon.pk], at=back)
    assert told(soon)[2:] == [(AWAY, How.SEEN_AGAIN, back)]
    assert not presence.seen([late.pk], at=after(hours=3))
    assert not presence.seen([left.pk], at=back)
    assert now(late, at=after(hours=3)) == now(left, at=back) == OFF


def test_an_open_page_is_a_sign_of_life_and_its_end_is_noticed() -> None:
    user = UserFactory.create()
    assert channels_now([user.pk])
    user.refresh_from_db()
    first = user.seen_at
    assert first is not None
    channels_now([user.pk])  # so soon again is not worth a row
    user.refresh_from_db()
    assert user.seen_at == first


def test_agents_are_on_duty_by_signing_in_and_off_by_signing_out() -> None:
    agent, boss = UserFactory.create(), UserFactory.create(role=Role.SUPERVISOR)
    for person in (agent, boss):
        client = Client()
        client.post(
            "/accounts/login/",
            {"login": person.username, "password": "correct horse battery staple"},
        )
        assert "_auth_user_id" in client.session
        client.post("/accounts/logout/")
    assert [how for _state, how, _at in told(agent)] == ["signed_in", "signed_out"]
    assert told(boss) == []


def test_the_record_keeps_role_and_capacity_of_its_time() -> None:
    user = UserFactory.create()
    presence.say(user, ON, at=after(0))
    user.role, user.capacity = Role.SUPERVISOR, 2
    user.save()
    assert presence.follow(user, at=after(60))
    assert not presence.follow(user, at=after(61))
    user.refresh_from_db()
    assert (user.presence, user.presence_since) == (ON, after(0))
    (then,) = presence.standings(at=after(59))
    (later,) = presence.standings(at=after(60))
    assert (then.role, then.capacity) == (Role.AGENT, 5)
    assert (later.role, later.capacity, later.answers) == (Role.SUPERVISOR, 2, True)
    assert [it.at for it in presence.changes(after=after(0), until=after(60))] == [
        after(60)
    ]
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.is_active = False
    assert presence.follow(user, at=after(70))
    assert presence.on_duty(at=after(71)) == set()
    assert user.pk not in presence.states(at=after(71))


def test_a_form_that_saves_a_person_leaves_their_presence_alone() -> None:
    user = UserFactory.create()
    stale = User.objects.get(pk=user.pk)
    presence.say(user, ON, at=after(0))
    stale.display_name = "新名"
    stale.save()
    user.refresh_from_db()
    assert (user.display_name, user.presence) == ("新名", ON)


def test_a_line_is_never_dated_before_the_last_one() -> None:
    user = UserFactory.create()
    presence.say(user, ON, at=after(5))
    presence.say(user, OFF, at=after(4))
    assert told(user)[1] == (OFF, How.SAID, after(5))
    assert presence.on_duty(at=after(6)) == set()


@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_the_record(act: str) -> None:
    user = UserFactory.create()
    presence.say(user, ON, at=after(0))
    lines = PresenceLine.objects.filter(user=user)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        lines.update(state=OFF) if act == "update" else lines.delete()


@pytest.mark.parametrize("people", [1, 12])
def test_everybody_costs_one_query_however_long_the_record(
    people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for user in UserFactory.create_batch(people):
        for n in range(4):
            presence.say(user, ON if n % 2 else AWAY, at=after(n))
    with django_assert_num_queries(1):
        states = presence.states(at=after(5))
    with django_assert_num_queries(1):
        assert len(presence.on_duty(at=after(5))) == people
    assert set(states.values()) == {ON}
    assert presence.states(at=after(5) + timedelta(days=1))[user.pk] == OFF
