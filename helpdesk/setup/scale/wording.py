"""Chinese sentences of a made-up year, put together from the parts in `scale.toml`."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

PARTS: Final = Path(__file__).resolve().parent.parent / "data" / "scale.toml"
SLOT: Final = re.compile(r"\{(\w+)\}")
LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@cache
def parts() -> dict[str, Any]:
    """The lists of the file."""
    return tomllib.loads(PARTS.read_text(encoding="utf-8"))


class Words:
    """Draws sentences; the same for the same random numbers."""

    def __init__(self, random: Random, *, devices: Sequence[str]) -> None:
        self.random = random
        self._parts = {**parts(), "device": devices}
        self._made = {"serial": self.serial, "number": self.order_number}

    def pick(self, options: Sequence[str]) -> str:
        """One of them; the first come more often."""
        return options[int(len(options) * self.random.random() ** 1.6)]

    def sentence(self, group: str, name: str) -> str:
        """One of a group of the file, such as the answers to a topic."""
        return self._filled(self.pick(self._parts[group][name]))

    def word(self, name: str) -> str:
        return self._filled(self.pick(self._parts[name]))

    def serial(self) -> str:
        """What stands on a device."""
        random = self.random
        letters = "".join(random.choices(LETTERS, k=2))
        return f"{letters}{random.randrange(10)}-{random.randrange(100_000):05}"

    def order_number(self) -> str:
        random = self.random
        day = f"{random.randint(1, 12):02}{random.randint(1, 28):02}"
        return f"ZL2026{day}{random.randrange(1000):03}"

    def _filled(self, text: str) -> str:
        return SLOT.sub(self._fill, text)

    def _fill(self, match: re.Match[str]) -> str:
        made = self._made.get(match[1])
        return made() if made else self.word(match[1])
