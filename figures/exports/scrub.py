"""Cover numbers and addresses of people in a text before it leaves the house.

A phone keeps its first three and last four digits, a landline its area code and the
last four, an address its first letter and its domain, every longer number its last
four. Pure.
"""

import re
from typing import Final

_GAP: Final = r"[\s\-—_.·]?"
_START: Final = r"(?<!\d)"
_END: Final = r"(?!\d)"
# Wide digits and signs, as some keyboards write them, are read as narrow ones.
NARROW: Final = str.maketrans("０１２３４５６７８９＋－＠", "0123456789+-@")
_LOCAL: Final = r"[A-Za-z0-9.+_\-]"
EMAIL: Final = re.compile(
    rf"({_LOCAL}){_LOCAL}*@([A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+)", re.ASCII
)
MOBILE: Final = re.compile(
    rf"{_START}(?:(?:\+|00)?86{_GAP})?(1[3-9]\d)((?:{_GAP}\d){{8}}){_END}"
)
LONG: Final = re.compile(rf"{_START}(?:\d ?){{14,23}}[\dXx]{_END}")
LANDLINE: Final = re.compile(
    rf"{_START}(0\d{{2,3}}){_GAP}((?:\d{_GAP}){{6,7}}\d){_END}"
)


def scrub(text: str) -> str:
    """The text with every such number and address covered."""
    text = EMAIL.sub(r"\1***@\2", text.translate(NARROW))
    text = MOBILE.sub(lambda found: f"{found[1]}****{_tail(found[2])}", text)
    text = LONG.sub(lambda found: f"****{_tail(found[0])}", text)
    return LANDLINE.sub(lambda found: f"{found[1]}****{_tail(found[2])}", text)


def _tail(number: str) -> str:
    return "".join(sign for sign in number if sign.isalnum())[-4:]
