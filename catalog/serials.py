"""Serial numbers as people write them down, made comparable. Pure."""

import unicodedata


def serial_key(text: str) -> str:
    """The same for `fx3-0231`, `FX3 -0231` and full-width letters; "" for nothing."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()
