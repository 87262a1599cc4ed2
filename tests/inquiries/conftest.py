"""People and a question, as the tests of the verbs need them."""

import pytest

from inquiries.models import Inquiry
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory


@pytest.fixture
def agent(db: None) -> User:
    return UserFactory.create()


@pytest.fixture
def colleague(db: None) -> User:
    return UserFactory.create()


@pytest.fixture
def supervisor(db: None) -> User:
    return UserFactory.create(role=Role.SUPERVISOR)


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return InquiryFactory.create()
