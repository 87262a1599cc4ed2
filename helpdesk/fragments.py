"""Pieces of pages that hang on nothing but their values, rendered once each.

The values are the whole key: what differs for two people, or from one moment to the
next, has to be one of them, or a word that is put in each time. So no piece can show
one person another's row, or a clock as it stood before.
"""

import re
import secrets
from collections.abc import Hashable, Iterable
from functools import lru_cache
from html import escape
from typing import Any, Final

from django.template import Context, Engine
from django.utils.safestring import SafeString
from django.utils.translation import get_language

# About 2 KB each; the longest unused gives way.
KEPT: Final = 4096
# Stands where a word comes. It fits into an address as a number does, and nobody who
# writes to us can know it.
MARK: Final = "Q" + secrets.token_hex(7).upper()
GAP: Final = re.compile(rf"{MARK}(\d\d)")


def fragment(template: str, values: Hashable = (), **words: Any) -> SafeString:
    """A template rendered with `it`, the values, and each word by its name.

    `values` is a frozen record of plain values (text, numbers, instants, records of
    them); a field is always of one type, since equal values count as the same. No
    model, request or lazy text: these change while they stay equal.

    A word is what is another each time, as the digits of a clock; it leaves a gap in
    what is kept. The template writes it out as it is: it does not ask about it, filter
    it or hand it to another one than by `include`. A safe word is HTML.
    """
    pieces, gaps = _kept(template, get_language(), values, tuple(words))
    said = [
        word if isinstance(word, SafeString) else escape(str(word))
        for word in words.values()
    ]
    text = [pieces[0]]
    for gap, piece in zip(gaps, pieces[1:], strict=True):
        text += (said[gap], piece)
    return SafeString("".join(text))


def joined(pieces: Iterable[SafeString]) -> SafeString:
    """Pieces one after another."""
    return SafeString("".join(pieces))


@lru_cache(maxsize=KEPT)
def _kept(
    template: str, language: str | None, values: Hashable, names: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """What stands between the gaps, and which word goes into each.

    `language` is part of the key; the template reads the active one.
    """
    marks = {name: f"{MARK}{place:02d}" for place, name in enumerate(names)}
    context = Context({"it": values, **marks})
    html = Engine.get_default().get_template(template).render(context)
    parts = GAP.split(html)
    return tuple(parts[::2]), tuple(int(place) for place in parts[1::2])
