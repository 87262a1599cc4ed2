"""The texts that customers read, in the files of `data/`: Chinese, like the scripts."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).resolve().parent / "data"


@lru_cache
def read(name: str) -> dict[str, Any]:
    """One file of texts; read once per process."""
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def filled(template: str, **values: object) -> str:
    """A text with its values, without blank lines at its ends."""
    return template.format(**values).strip()
