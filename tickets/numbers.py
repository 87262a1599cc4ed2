"""Public numbers: readable on the phone, impossible to guess from one another."""

import secrets
from datetime import date
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH: Final = 6


def new_number(prefix: str, *, day: date) -> str:
    """For example IN20261123K7M2XQ; the alphabet has no 0 O 1 I L."""
    tail = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{prefix}{day:%Y%m%d}{tail}"
