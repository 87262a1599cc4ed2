"""What people type is kept as typed, or refused with a reason."""

import pytest
from django.core.exceptions import ValidationError

from tickets.text import clean_message, preview


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  多少钱？ ", "多少钱？"),
        ("第一行\r\n第二行\r第三行", "第一行\n第二行\n第三行"),
        ("列\t列", "列\t列"),
        ("👨‍👩‍👧 family", "👨‍👩‍👧 family"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("字" * 4000, "字" * 4000),
    ],
)
def test_a_text_is_kept_as_it_was_meant(typed: str, kept: str) -> None:
    assert clean_message(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "text_missing"),
        (" \r\n\t ", "text_missing"),
        ("\u200b\u200d \ufeff\u2060\n\u200e", "text_missing"),
        ("字" * 4001, "text_long"),
        ("a" * 1_048_576, "text_long"),
        ("a\x00b", "text_control_characters"),
        ("a\x1b[31mb", "text_control_characters"),
        ("a\x85b", "text_control_characters"),
        ("a\ud800b", "text_control_characters"),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused_by_name(typed: str, reason: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        clean_message(typed)
    assert refusal.value.code == reason


def test_beside_a_file_no_text_is_needed() -> None:
    assert clean_message("  ", required=False) == ""


def test_a_preview_is_one_line_and_short() -> None:
    assert preview("第一行\n  第二行") == "第一行 第二行"
    assert preview("字" * 121) == "字" * 119 + "…"
    assert preview("字" * 120) == "字" * 120
