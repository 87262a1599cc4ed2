"""People who read policies, and those who decide them."""

import pytest
from django.test import Client

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
