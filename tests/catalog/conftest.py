"""An administrator in the back-office, and files as people make them."""

import csv
import io
from collections.abc import Callable, Sequence

import pytest
from django.test import Client
from openpyxl import Workbook

from staff.models import Role, User
from tests.factories import UserFactory

Rows = Sequence[Sequence[object]]


def csv_file(*rows: Sequence[object], coding: str = "utf-8") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(coding)


def xlsx_file(*rows: Sequence[object]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(params=[csv_file, xlsx_file], ids=["csv", "xlsx"])
def file_of(request: pytest.FixtureRequest) -> Callable[..., bytes]:
    """Makes a file of rows, once as CSV and once as XLSX."""
    make: Callable[..., bytes] = request.param
    return make


@pytest.fixture
def administrator(db: None) -> User:
    return UserFactory.create(role=Role.ADMINISTRATOR, department=None)


@pytest.fixture
def office(client: Client, administrator: User) -> Client:
    """A browser in which the administrator is signed in, in English."""
    client.force_login(administrator)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
