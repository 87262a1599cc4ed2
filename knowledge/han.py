"""Han characters that count as another one: old, traditional, and look-alike forms."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).resolve().parent / "data"
# Radicals are symbols by their class, yet read as the characters that they stand for.
RADICALS: Final = range(0x2E80, 0x2FE0)
_HAN: Final = (
    range(0x3400, 0x4DC0),
    range(0x4E00, 0xA000),
    range(0x20000, 0x32400),
)


def is_han(letter: str) -> bool:
    """Whether a folded letter is a Chinese character, and not of another script."""
    code = ord(letter)
    return any(code in block for block in _HAN)


@cache
def plain_forms() -> dict[int, str]:
    """The plain character of each that stands for one, for `str.translate`."""
    reviewed = tomllib.loads((DATA / "han_lookalikes.toml").read_text("utf-8"))
    forms: dict[int, str] = {}
    for line in (DATA / "han_variants.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            forms |= {ord(other): line[0] for other in line[1:]}
    for group in ("forms", "looks"):
        for plain, others in reviewed[group].items():
            forms |= {ord(other): plain for other in others}
    return {code: forms.get(ord(plain), plain) for code, plain in forms.items()}
