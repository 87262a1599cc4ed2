"""A client that speaks to the API as one person."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from staff.models import User
from staff.services import make_api_token
from tests.factories import AT, UserFactory

SignedIn = Callable[[User], APIClient]


@pytest.fixture
def as_person(db: None) -> SignedIn:
    """A client with a fresh token of the named person."""

    def client_of(person: User) -> APIClient:
        client = APIClient()
        token = make_api_token(person, at=AT)
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return client

    return client_of


@pytest.fixture
def agent(db: None) -> User:
    return UserFactory.create(username="anna")


@pytest.fixture
def api(as_person: SignedIn, agent: User) -> APIClient:
    """The API as an agent sees it, in English."""
    client = as_person(agent)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
