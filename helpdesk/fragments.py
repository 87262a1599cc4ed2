"""Pieces of pages that hang on nothing but their values, rendered once each.

The values are the whole key: what differs for two people, or from one moment to the
next, has to be one of them, or a gap. So no piece can show one person another's row, or
a clock as it stood before.
"""

from collections.abc import Hashable
from functools import lru_cache
from typing import Final

from django.template import Context
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

# About 2 KB each; the longest unused gives way.
KEPT: Final = 4096
# No text that came through a form or out of the database has it.
EDGE: Final = "\0"


class _Gaps:
    """Where a template leaves a gap: `{{ gap.digits }}`."""

    def __getitem__(self, name: str) -> SafeString:
        return SafeString(f"{EDGE}{name}{EDGE}")


GAPS: Final = _Gaps()


def fragment(template: str, values: Hashable = (), **gaps: str) -> SafeString:
    """A template rendered with `it`, the values, and `gap`, what is filled in here.

    `values` is a frozen record of plain values (text, numbers, instants, records of
    them); a field is always of one type, since equal values count as the same. No
    model, request or lazy text: these change while they stay equal. `gaps` are for what
    is another each time, as the digits of a clock; every gap of the template needs one.
    """
    parts = _rendered(template, get_language(), values)
    if len(parts) == 1:
        return SafeString(parts[0])
    filled = list(parts)
    filled[1::2] = [conditional_escape(gaps[name]) for name in parts[1::2]]
    return SafeString("".join(filled))


@lru_cache(maxsize=KEPT)
def _rendered(template: str, language: str | None, values: Hashable) -> tuple[str, ...]:
    """Text and names of gaps by turns, beginning and ending with text.

    `language` is part of the key; the template reads the active one.
    """
    context = Context({"it": values, "gap": GAPS})
    return tuple(get_template(template).template.render(context).split(EDGE))
