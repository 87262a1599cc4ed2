"""The reference page tells all that the description says, in both languages."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client

from helpdesk.api.description import schema
from helpdesk.api.reference import Field, Operation, Value, reference

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "zh-hans"]


def operations(language: str = "en") -> dict[str, Operation]:
    described = reference(schema(language), origin="https://desk.example")
    return {one.id: one for group in described.groups for one in group.operations}


def by_name(fields: tuple[Field, ...]) -> dict[str, Field]:
    return {field.name: field for field in fields}


def page(client: Client, language: str) -> str:
    answer = client.get("/api/", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operation_stands_on_the_page_with_its_address(
    client: Client, language: str
) -> None:
    text = page(client, language)
    for path, methods in schema(language)["paths"].items():
        for method, operation in methods.items():
            start = text.index(f'id="{operation["operationId"]}"')
            part = text[start : text.index("</article>", start)]
            assert f"<code>{path}</code>" in part
            assert f'is-{method}">{method.upper()}</span>' in part
            assert html.escape(operation["summary"]) in part
            assert f'href="#{operation["operationId"]}"' in text


def test_every_answer_stands_on_the_page_with_its_status(client: Client) -> None:
    described = operations()
    for path, methods in schema("en")["paths"].items():
        for operation in methods.values():
            found = described[operation["operationId"]]
            told = {one.status for one in (*found.answers, *found.refusals)}
            assert told == set(operation["responses"]), path


def test_members_have_the_dotted_names_that_refusals_use() -> None:
    body = by_name(operations()["file_inquiry"].body)
    assert body.keys() == {
        "channel",
        "customer",
        "customer.surname",
        "customer.phone",
        "customer.email",
        "topic",
        "text",
        "client_token",
    }
    assert body["customer.surname"].required
    assert not body["customer.phone"].required
    assert body["client_token"].type == "uuid"
    assert Value("rental_price", "Rental price") in body["topic"].values


def test_members_of_lists_say_so() -> None:
    (answer,) = operations()["clocks_list"].answers
    fields = by_name(answer.fields)
    assert fields["results"].type == "object[]"
    assert fields["results[].stopped_at"].type == "date-time | null"
    assert fields["results[].outcome"].type == "string | null"
    assert [one.code for one in fields["results[].outcome"].values] == [
        "met",
        "missed",
        "cancelled",
    ]


def test_parameters_tell_where_they_go_and_what_they_allow() -> None:
    parameters = by_name(operations()["tickets_list"].parameters)
    size = parameters["page_size"]
    assert (size.place, size.type, size.required) == ("query", "integer", False)
    assert (size.smallest, size.largest, size.default) == (1, 200, "50")
    assert parameters["ordering"].values[0] == Value("next_due_at")
    number = by_name(operations()["read_inquiry"].parameters)["number"]
    assert (number.place, number.required) == ("path", True)


def test_every_parameter_and_every_asked_member_is_explained() -> None:
    for language in LANGUAGES:
        for operation in operations(language).values():
            for field in (*operation.parameters, *operation.body):
                explained = field.text or field.values or field.type == "object"
                assert explained, (operation.id, field.name)


def test_an_example_can_be_pasted_into_a_shell() -> None:
    filed = operations()["file_inquiry"]
    assert json.loads(filed.example)["customer"]["phone"] == "13800138000"
    assert filed.curl.splitlines()[:3] == [
        "curl https://desk.example/api/v1/inquiries/ \\",
        '  -H "Authorization: Token $TOKEN" \\',
        '  -H "Content-Type: application/json" \\',
    ]
    assert operations()["take_inquiry"].curl.splitlines()[0] == (
        'curl -X POST "https://desk.example/api/v1/inquiries/$NUMBER/take/" \\'
    )


def test_an_example_is_quoted_for_the_shell() -> None:
    described = reference(described_by({"text": "it's"}), origin="http://a")
    assert """-d '{"text": "it'"'"'s"}'""" in described.groups[0].operations[0].curl


def test_a_body_without_an_example_gets_one_from_its_shape() -> None:
    described = reference(described_by(None), origin="http://a")
    assert json.loads(described.groups[0].operations[0].example) == {"text": "string"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_are_what_the_description_allows(language: str) -> None:
    for operation in operations(language).values():
        if operation.body:
            given = json.loads(operation.example)
            needed = {
                f.name for f in operation.body if f.required and "." not in f.name
            }
            assert needed <= given.keys() <= by_name(operation.body).keys()


@pytest.mark.parametrize(
    ("language", "words", "foreign"),
    [
        ("en", ["API reference", "File an inquiry", "Refusals"], "提交咨询"),
        ("zh-hans", ["API 参考", "提交咨询", "令牌"], "File an inquiry"),
    ],
)
def test_the_page_speaks_one_language(
    client: Client, language: str, words: list[str], foreign: str
) -> None:
    text = page(client, language)
    for word in words:
        assert word in text
    assert foreign not in text


def test_the_page_runs_no_script_but_ours_and_asks_no_other_host(
    client: Client,
) -> None:
    text = page(client, "en")
    assert re.findall(r"<script(?! src=\"/static/)", text) == []
    assert "<style" not in text
    assert " style=" not in text
    assert re.findall(r"(?:src|href)=\"(?:https?:|//)", text) == []


def test_the_page_tells_the_limits_that_are_counted(client: Client) -> None:
    text = page(client, "en")
    assert "60 a second, 2400 a minute" in text
    assert "20 a second, 900 a minute" in text


def described_by(example: Any) -> dict[str, Any]:
    """The smallest description: one operation with one member."""
    shape = {"type": "object", "properties": {"text": {"type": "string"}}}
    media: dict[str, Any] = {"schema": shape}
    if example is not None:
        media["examples"] = {"one": {"value": example}}
    say = {
        "operationId": "say",
        "tags": ["words"],
        "requestBody": {"content": {"application/json": media}},
        "responses": {"204": {"description": ""}},
    }
    return {"paths": {"/say/": {"post": say}}, "components": {"schemas": {}}}
