"""A short text on one line, wherever it is asked for."""

import pytest
from django.core.exceptions import ValidationError

from customers.text import one_line


def refusal(text: str, **more: str) -> ValidationError:
    with pytest.raises(ValidationError) as refused:
        one_line(text, field="reason", **more)  # type: ignore[arg-type]
    return refused.value


def test_line_ends_and_spaces_become_one_space() -> None:
    assert one_line(" a\r\n b\tc ", field="reason") == "a b c"


def test_an_empty_one_is_refused_where_one_is_needed() -> None:
    assert one_line(" \n", field="reason") == ""
    assert refusal(" \n", missing="Why?").message_dict == {"reason": ["Why?"]}


@pytest.mark.parametrize("text", ["a" * 201, "a\x00b", "\u200b", "\ud800"])
def test_what_is_long_or_cannot_be_shown_is_refused(text: str) -> None:
    assert set(refusal(text).error_dict) == {"reason"}


def test_so_many_characters_fit_and_no_more() -> None:
    assert one_line("a" * 200, field="reason") == "a" * 200
    assert one_line("ab", field="place", most=2) == "ab"
    with pytest.raises(ValidationError):
        one_line("abc", field="place", most=2)
