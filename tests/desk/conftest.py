"""People who sit at the desk."""

import pytest
from django.test import Client

from knowledge.services import scripts
from staff.models import Role, User
from tests.factories import AT, UserFactory


@pytest.fixture
def agent(db: None) -> User:
    return UserFactory.create(display_name="林晓")


@pytest.fixture
def colleague(db: None) -> User:
    return UserFactory.create(display_name="何雨桐")


@pytest.fixture
def handler(db: None) -> User:
    return UserFactory.create(role=Role.DEPARTMENT_HANDLER)


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    """The agent's browser, in a house that has read its scripts before."""
    scripts.offered(channel="", at=AT, known={})
    client.force_login(agent)
    return client
