"""Of two who publish at the same moment one does, and the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from sla.models import Policy, PolicyVersion
from sla.services import publication, versions
from staff.models import Role, User
from tests.factories import UserFactory
from tests.instants import after
from tickets.workflow import IllegalStep

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[type[Exception] | None]:
    """Do everything at the same moment, each on a connection of its own."""
    start = Barrier(len(acts))

    def attempt(act: Callable[[], object]) -> type[Exception] | None:
        try:
            start.wait()
            act()
        except IllegalStep as error:
            return type(error)
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(attempt, acts))


@pytest.fixture
def managers() -> list[User]:
    return [UserFactory.create(role=Role.MANAGER) for _ in range(2)]


def test_a_draft_is_published_once(managers: list[User]) -> None:
    draft = versions.draft(Policy.objects.get(), by=managers[0])

    def publish(by: User) -> object:
        return publication.publish(draft, by=by, at=after(0), note=by.username)

    outcomes = at_once(*(lambda by=by: publish(by) for by in managers))
    assert sorted(map(str, outcomes)) == sorted(map(str, [None, IllegalStep]))
    winner = managers[outcomes.index(None)]
    draft.refresh_from_db()
    assert (draft.author, draft.note) == (winner, winner.username)


def test_a_draft_is_begun_once(managers: list[User]) -> None:
    policy = Policy.objects.get()
    outcomes = at_once(
        *(lambda by=by: versions.draft(policy, by=by) for by in managers)
    )
    assert outcomes == [None, None]
    assert PolicyVersion.objects.drafts().count() == 1


def test_what_is_published_meanwhile_is_not_changed(managers: list[User]) -> None:
    draft = versions.draft(Policy.objects.get(), by=managers[0])
    target = draft.targets.get(code="IN_FIRST_REPLY")
    first, second = managers
    outcomes = at_once(
        lambda: publication.publish(draft, by=first, at=after(0)),
        lambda: versions.change_target(target, by=second, note="at the last moment"),
    )
    assert outcomes[0] is None
    target.refresh_from_db()
    assert (outcomes[1] is None) == (target.note == "at the last moment")
