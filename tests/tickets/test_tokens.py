"""Nobody can compute the tokens that the product derives."""

import uuid

import pytest
from pytest_django import Settings

from tickets.tokens import derived_token


def test_the_same_parts_give_the_same_token_and_others_another() -> None:
    token = derived_token("greeting", "IN20261123K7M2XQ", 1)
    assert token == derived_token("greeting", "IN20261123K7M2XQ", 1)
    assert token != derived_token("greeting", "IN20261123K7M2XQ", 2)
    assert token != derived_token("greeting", "IN20261123K7M2XQ1", "")
    assert token.version == 4


def test_a_token_takes_the_houses_secret(settings: Settings) -> None:
    token = derived_token("greeting", "IN20261123K7M2XQ", 1)
    settings.SECRET_KEY = "another-secret-that-is-long-enough-to-be-one"
    assert token != derived_token("greeting", "IN20261123K7M2XQ", 1)


@pytest.mark.parametrize("name", ["IN20261123K7M2XQ/1/greeting", "greeting\n1"])
def test_a_token_is_no_plain_hash_of_what_everyone_knows(name: str) -> None:
    token = derived_token("greeting", "IN20261123K7M2XQ", 1)
    assert token != uuid.uuid5(uuid.NAMESPACE_URL, name)
