"""People who read policies, and those who decide them."""

from collections.abc import Iterator

import pytest
from django.test import Client

from helpdesk.supervision import snapshot
from helpdesk.supervision.snapshot import Screen
from staff.models import Role, User
from tests.factories import UserFactory


@pytest.fixture
def manager(db: None) -> User:
    return UserFactory.create(role=Role.MANAGER, display_name="周静")


@pytest.fixture
def desk_of_manager(client: Client, manager: User) -> Client:
    """The manager's browser, in English."""
    client.force_login(manager)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture(autouse=True)
def _nothing_made_before() -> Iterator[None]:
    """No board in Redis, neither now nor for the next test."""
    keys = [snapshot.name(what) for what in ("shown", "turn")]
    keys += [snapshot.wanted_name(screen) for screen in Screen.every()]
    snapshot._redis().delete(*keys)
    yield
    snapshot._redis().delete(*keys)
