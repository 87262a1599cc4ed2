"""Who comes in, what comes in, how often, and how the API says no."""

from io import BytesIO

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from helpdesk.api import limits
from helpdesk.api.urls import VERBS
from helpdesk.wsgi import TolerantRequest, application
from inquiries import services
from staff.models import User
from staff.services import make_api_token, revoke_api_tokens
from tests.factories import AT, InquiryFactory
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"
EVERYWHERE = [
    ("get", "/api/v1/tickets/"),
    ("get", "/api/v1/clocks/"),
    ("get", "/api/v1/policies/"),
    ("get", "/api/v1/business-time/due/"),
    ("post", "/api/v1/inquiries/"),
    ("get", "/api/v1/inquiries/IN20261123ABCDEF/"),
    *(("post", f"/api/v1/inquiries/IN20261123ABCDEF/{verb}/") for verb in VERBS),
]


@pytest.mark.parametrize(("method", "url"), EVERYWHERE)
@pytest.mark.parametrize(
    "credentials",
    ["", "Token", "Token wrong", "Bearer wrong", "Token a b", "Basic eA=="],
)
def test_without_a_valid_token_every_address_is_401(
    client: Client, method: str, url: str, credentials: str
) -> None:
    headers = {"Authorization": credentials} if credentials else {}
    answer = getattr(client, method)(url, headers=headers)
    assert answer.status_code == 401
    assert answer["Content-Type"] == PROBLEM
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_signed_in_browser_is_no_token(client: Client, agent: User) -> None:
    client.force_login(agent)
    assert client.get("/api/v1/tickets/").status_code == 401


@pytest.mark.parametrize("scheme", ["Token", "Bearer", "bearer"])
def test_a_token_works_under_both_names(
    client: Client, agent: User, scheme: str
) -> None:
    headers = {"Authorization": f"{scheme} {make_api_token(agent, at=AT)}"}
    assert client.get("/api/v1/tickets/", headers=headers).status_code == 200


def test_a_revoked_token_is_401(api: APIClient, agent: User) -> None:
    assert api.get("/api/v1/tickets/").status_code == 200
    revoke_api_tokens(agent, at=AT)
    assert api.get("/api/v1/tickets/").status_code == 401


def test_the_token_of_a_deactivated_person_is_401(api: APIClient, agent: User) -> None:
    User.objects.filter(pk=agent.pk).update(is_active=False)
    assert api.get("/api/v1/tickets/").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"1e999",
        b"NaN",
        b"[" * 100_000,
        b"9" * 10_000,
        b'{"text": "\\ud800"}',
        b'{"text": "\xff"}',
        b'{"customer": []}',
        b'{"customer": {"phone": {}}, "channel": [1], "topic": true}',
        b'{"client_token": 123456789012345678901234567890123456789012345}',
    ],
)
def test_a_body_that_is_no_inquiry_is_400_and_stores_nothing(
    api: APIClient, body: bytes
) -> None:
    answer = api.post("/api/v1/inquiries/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == PROBLEM
    assert Ticket.objects.count() == 0


@pytest.mark.parametrize("charset", ["utf-16", "idna", "undefined", "zlib", "nonsense"])
def test_json_in_a_strange_charset_is_400(api: APIClient, charset: str) -> None:
    answer = api.generic(
        "POST",
        "/api/v1/inquiries/",
        b"{}",
        content_type=f"application/json; charset={charset}",
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("charset", ["zlib", "hex", "rot13", "undefined", "nonsense"])
def test_a_charset_that_is_none_does_not_hurt_a_query(charset: str) -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/api/v1/tickets/",
        "QUERY_STRING": "status=new",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": f"text/plain; charset={charset}",
        "wsgi.input": BytesIO(),
    }
    request = TolerantRequest(environ)
    assert request.GET["status"] == "new"
    assert application.get_response(request).status_code == 401


def test_a_body_of_unannounced_length_is_read_all_the_same() -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/inquiries/",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(b'{"text": "x"}'),
    }
    assert TolerantRequest(environ).body == b'{"text": "x"}'


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png"])
def test_who_accepts_no_json_is_told_in_json(api: APIClient, accept: str) -> None:
    answer = api.get("/api/v1/tickets/", headers={"Accept": accept})
    assert answer.status_code == 406
    assert answer["Content-Type"] == PROBLEM
    assert answer.json()["status"] == 406


def test_a_refusal_by_the_schema_is_json_too(client: Client) -> None:
    answer = client.get("/api/schema/?format=xml")
    assert answer.status_code == 404
    assert answer.json()["title"]


def test_a_body_that_is_not_json_is_415(api: APIClient) -> None:
    answer = api.post("/api/v1/inquiries/", "a=1", content_type="text/plain")
    assert answer.status_code == 415
    assert answer["Content-Type"] == PROBLEM


def test_a_body_beyond_the_limit_is_413(api: APIClient, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = b'{"text": "' + b"x" * 1000 + b'"}'
    answer = api.post("/api/v1/inquiries/", body, content_type="application/json")
    assert answer.status_code == 413
    assert answer["Content-Type"] == PROBLEM


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "trace"])
def test_an_address_takes_only_its_own_method(api: APIClient, method: str) -> None:
    answer = api.generic(method.upper(), "/api/v1/inquiries/")
    assert answer.status_code == 405
    assert answer["Content-Type"] == PROBLEM
    assert answer["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize(
    "url",
    [
        "/api/v1/poems/",
        "/api/v1/inquiries/IN%00/",
        "/api/v2/",
        "/api/v1/inquiries/%FF/",
    ],
)
def test_an_address_that_does_not_exist_is_a_404_problem(
    client: Client, url: str
) -> None:
    answer = client.get(url)
    assert answer.status_code == 404
    assert answer["Content-Type"] == PROBLEM


def test_a_reader_who_forgot_the_last_slash_is_sent_on_a_writer_is_told(
    api: APIClient,
) -> None:
    assert api.get("/api/v1/tickets?open=true")["Location"] == (
        "/api/v1/tickets/?open=true"
    )
    answer = api.post("/api/v1/inquiries", {}, format="json")
    assert answer.status_code == 404
    assert "slash" in answer.json()["detail"]


def test_too_many_writes_are_429_with_a_time_and_reading_goes_on(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WRITING", ("3/h",))
    answers = [api.post("/api/v1/inquiries/", {}, format="json") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 429]
    assert answers[-1]["Content-Type"] == PROBLEM
    assert 1 <= int(answers[-1]["Retry-After"]) <= 3601
    assert api.get("/api/v1/tickets/").status_code == 200


def test_each_token_has_its_own_count(
    client: Client, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "READING", ("1/h",))
    tokens = [make_api_token(agent, at=AT) for _ in range(2)]
    for token in tokens:
        headers = {"Authorization": f"Token {token}"}
        codes = [
            client.get("/api/v1/tickets/", headers=headers).status_code
            for _ in range(2)
        ]
        assert codes == [200, 429]


def test_without_a_database_the_api_says_so_with_a_time(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object, **options: object) -> None:
        raise OperationalError("server closed the connection")

    inquiry = InquiryFactory.create()
    monkeypatch.setattr(services, "take", away)
    answer = api.post(f"/api/v1/inquiries/{inquiry.number}/take/")
    assert answer.status_code == 503
    assert answer["Content-Type"] == PROBLEM
    assert answer["Retry-After"] == "5"
