"""Pieces that are alike for every ticket, and the words in them."""

from dataclasses import dataclass

import pytest
from django.utils import translation
from django.utils.safestring import mark_safe

from helpdesk import fragments
from helpdesk.desk.thread_parts import Head
from helpdesk.fragments import MARK, fragment

TEMPLATE = "desk/_told.html"


@dataclass(frozen=True)
class Look:
    verb: str = "asked"
    icon: str = "message"
    text: str = "Asked"
    detailed: bool = True
    by_somebody: bool = True
    clauses: tuple[str, ...] = ()


def told(**words: object) -> str:
    known = {"detail": "", "time": "", "actor": ""}
    return fragment(TEMPLATE, Look(), **{**known, **words})


def test_a_word_is_text_unless_it_is_html() -> None:
    assert "&lt;b&gt;&quot;" in told(detail='<b>"')
    assert "<time></time>" in told(time=mark_safe("<time></time>"))


def test_a_word_of_one_is_not_in_the_piece_of_another() -> None:
    assert "王" in told(actor="王")
    assert "王" not in told(actor="李")
    kept = fragments._kept(TEMPLATE, "en", Look(), ("detail", "time", "actor"))
    assert "王" not in str(kept)


def test_no_mark_is_left_and_a_word_brings_none() -> None:
    assert MARK not in told(detail="a", time="b", actor="c")
    # Whoever knew the mark would get it written out, not another word.
    assert f"{MARK}02" in told(detail=f"{MARK}02", actor="secret")


@pytest.mark.parametrize(("language", "title"), [("en", "Take"), ("zh-hans", "接手")])
def test_each_language_has_a_piece_of_its_own(language: str, title: str) -> None:
    head = Head("new", "New", "nobody", frozenset({"take"}), (), (), ())
    with translation.override(language):
        html = fragment("desk/_thread_acts.html", head, number="IN20260101ABCDEF")
    assert title in html
    assert 'formaction="/desk/inquiries/IN20260101ABCDEF/take/"' in html
