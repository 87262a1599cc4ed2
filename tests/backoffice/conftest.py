"""An administrator in the back-office."""

import pytest
from django.test import Client

from staff.models import Role, User
from tests.factories import UserFactory


@pytest.fixture
def administrator(db: None) -> User:
    return UserFactory.create(role=Role.ADMINISTRATOR, department=None)


@pytest.fixture
def office(client: Client, administrator: User) -> Client:
    """A browser in which the administrator is signed in, in English."""
    client.force_login(administrator)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
