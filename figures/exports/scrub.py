"""Cover phone, card, ID numbers and e-mail addresses in a text that leaves the house.

A mobile phone keeps its first three and last four digits, a landline its area code and
the last four, an address its first letter and its domain, every other number of eight
digits and more its last four. Days and the numbers of tickets stay. Names, streets and
short numbers are not found. Pure; the work grows with the length of the text.
"""

import re
from typing import Final

_GAP: Final = r"[\s\-—_.·]?"
_START: Final = r"(?<!\d)"
_END: Final = r"(?!\d)"
# Wide digits and signs, as some keyboards write them, are read as narrow ones.
NARROW: Final = str.maketrans("０１２３４５６７８９＋－＠", "0123456789+-@")
_LOCAL: Final = r"[A-Za-z0-9.+_\-]"
# It begins where a word begins: else a long word costs the square of its length.
EMAIL: Final = re.compile(
    rf"(?<!{_LOCAL})({_LOCAL}){_LOCAL}*@([A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+)", re.ASCII
)
MOBILE: Final = re.compile(
    rf"{_START}(?:(?:\+|00)?86{_GAP})?(1[3-9]\d)((?:{_GAP}\d){{8}}){_END}"
)
_DAY: Final = r"20\d\d-(?:0\d|1[0-2])-[0-3]\d(?!\d)"
_OUR_NUMBER: Final = r"(?<![A-Z])[A-Z]{2,3}20\d{6}-?[0-9A-Z]{4,6}(?![0-9A-Za-z])"
_KEPT: Final = rf"(?P<kept>{_DAY}|{_OUR_NUMBER})"
LONG: Final = re.compile(rf"{_KEPT}|{_START}(?!0086)(?:\d[ \-]?){{14,}}[\dXx]{_END}")
LANDLINE: Final = re.compile(
    rf"{_START}(0\d{{2,3}}){_GAP}((?:\d{_GAP}){{6,7}}\d){_END}"
)
# A phone without its area code is written in one or in two halves; two years are none.
_LOCAL_PHONE: Final = r"(?!20\d\d[ \-]20\d\d)[2-8]\d{3}[ \-]\d{4}"
SHORT: Final = re.compile(rf"{_KEPT}|(?<![\d*])(?:\d{{8,14}}|{_LOCAL_PHONE}){_END}")


def scrub(text: str) -> str:
    """The text with every such number and address covered."""
    text = EMAIL.sub(r"\1***@\2", text.translate(NARROW))
    text = LONG.sub(_covered, text)
    text = MOBILE.sub(_phone, text)
    text = LANDLINE.sub(_phone, text)
    return SHORT.sub(_covered, text)


def scrub_contacts(text: str) -> str:
    """The text with mobile phones and addresses covered; other numbers stay."""
    text = EMAIL.sub(r"\1***@\2", text.translate(NARROW))
    return MOBILE.sub(_phone, text)


def _phone(found: re.Match[str]) -> str:
    return f"{found[1]}****{_tail(found[2])}"


def _covered(found: re.Match[str]) -> str:
    return found[0] if found["kept"] else f"****{_tail(found[0])}"


def _tail(number: str) -> str:
    return "".join(sign for sign in number if sign.isalnum())[-4:]
