"""The description is valid, and the API does what it says whatever is thrown at it."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from hypothesis import given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from helpdesk.api import limits
from helpdesk.api.description import schema
from helpdesk.wsgi import application
from staff.models import User
from staff.services import make_api_token
from tests.factories import AT, InquiryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def description(client: Client) -> Any:
    answer = client.get("/api/schema/", {"format": "json"})
    assert answer.status_code == 200
    return answer.json()


def test_the_schema_is_valid_openapi_3_1(description: Any) -> None:
    assert description["openapi"].startswith("3.1")
    validate_schema(description)


def test_no_two_documents_share_a_name_in_the_schema() -> None:
    assert not GENERATOR_STATS  # the description of this module was made with a warning


def test_the_schema_comes_as_yaml_too(client: Client, description: Any) -> None:
    answer = client.get("/api/schema/")
    assert answer["Content-Type"].startswith("application/vnd.oai.openapi")
    assert yaml.safe_load(answer.content)["paths"].keys() == description["paths"].keys()


def test_strange_questions_to_the_schema_do_not_hurt(client: Client) -> None:
    for query in ("lang=%00", "lang=../../x", "version=%0d%0aX: y", "version=9"):
        assert client.get(f"/api/schema/?{query}").status_code == 200


def test_every_operation_says_how_it_refuses(description: Any) -> None:
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            statuses = set(operation["responses"])
            assert {"400", "401", "429"} <= statuses, (path, method)
            assert ("404" in statuses) == ("{number}" in path), (path, method)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Requests through the real handler share the test's own transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers(
    one_connection: None, agent: User, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """An agent's token, and nobody who counts requests."""
    monkeypatch.setattr(limits, "WRITING", ())
    monkeypatch.setattr(limits, "READING", ())
    return {"Authorization": f"Bearer {make_api_token(agent, at=AT)}"}


DESCRIBED = schemathesis.openapi.from_dict(schema("en"))
DESCRIBED.app = application
FILING = "POST /api/v1/inquiries/"
# A description has no words for "a colleague's name" or "no control characters", and
# a question may carry words that mean nothing here.
EXCLUDED = {
    "POST": [CHECKS.get_one("positive_data_acceptance")],
    "GET": [
        CHECKS.get_one("positive_data_acceptance"),
        CHECKS.get_one("negative_data_rejection"),
    ],
}
OPERATIONS = [found.ok() for found in DESCRIBED.get_all_operations()]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_the_api_keeps_its_description(
    operation: Any, mode: GenerationMode, headers: dict[str, str]
) -> None:
    known = InquiryFactory.create()

    @settings(max_examples=15, derandomize=True, deadline=None, database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def keeps_it(case: schemathesis.Case) -> None:
        if "number" in case.path_parameters:
            case.path_parameters["number"] = known.number
        if mode == GenerationMode.POSITIVE and operation.label == FILING:
            case.body["channel"] = "web_chat"
        case.call_and_validate(
            headers=headers, excluded_checks=EXCLUDED[case.method.upper()]
        )

    keeps_it()
