"""Pieces of pages that are alike for every ticket, but for a few words in them.

Cut once for a template, a language and frozen values, as in `helpdesk.fragments`; the
words (a number, a name, a token) are put into the holes each time. So a word never
stays in what is kept.
"""

import re
import secrets
from collections.abc import Hashable
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.template import Context
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

KEPT: Final = 1024
Word = str | int | UUID
# Stands where a word comes. It fits into an address as a number does, and nobody who
# writes to us can know it.
MARK: Final = "Q" + secrets.token_hex(7).upper()
HOLE: Final = re.compile(rf"{MARK}(\d\d)")


def stencil(template: str, values: Hashable, **words: Word) -> SafeString:
    """A template rendered with `it` (the values) and each word as its variables.

    A word is written out as it is: a template does not ask about it, filter it or hand
    it to another one than by `include`. A safe one is HTML.
    """
    pieces, holes = _cut(template, get_language(), values, tuple(words))
    said = [_said(word) for word in words.values()]
    text = [pieces[0]]
    for hole, piece in zip(holes, pieces[1:], strict=True):
        text += (said[hole], piece)
    return mark_safe("".join(text))  # noqa: S308 - words are escaped above


@lru_cache(maxsize=KEPT)
def _cut(
    template: str, language: str | None, values: Hashable, names: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """What stands between the holes, and which word goes into each."""
    marks = {name: f"{MARK}{place:02d}" for place, name in enumerate(names)}
    found = get_template(template).template  # type: ignore[attr-defined]
    html = found.render(Context({"it": values, **marks}))
    parts = HOLE.split(html)
    return tuple(parts[::2]), tuple(int(place) for place in parts[1::2])


def _said(word: Word) -> str:
    return conditional_escape(word if isinstance(word, str) else str(word))
