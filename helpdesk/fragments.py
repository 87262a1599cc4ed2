"""Pieces of pages that hang on nothing but their values, rendered once each.

The values are the whole key: what differs for two people, or from one moment to the
next, has to be one of them. So no piece can show one person another's row, or a clock
as it stood before.
"""

from collections.abc import Hashable
from functools import lru_cache
from typing import Final

from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

# About 2 KB each; the longest unused gives way.
KEPT: Final = 4096


def fragment(template: str, values: Hashable) -> SafeString:
    """A template rendered with `it` as its only variable.

    `values` is a frozen record of plain values (text, numbers, instants, records of
    them); a field is always of one type, since equal values count as the same. No
    model, request or lazy text: these change while they stay equal.
    """
    return _rendered(template, get_language(), values)


@lru_cache(maxsize=KEPT)
def _rendered(template: str, language: str | None, values: Hashable) -> SafeString:
    """`language` is part of the key; the template reads the active one."""
    return get_template(template).template.render(Context({"it": values}))
