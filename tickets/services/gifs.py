"""Moving pictures without what they say beside the picture: comments, tools, places.

A GIF is a head and a row of blocks; each block's content is a row of pieces, one byte
of length before each. Pure: bytes in, bytes out; nothing is decoded.
"""

from typing import Final

_HEAD: Final = 13
_EXTENSION: Final = 0x21
_PICTURE: Final = 0x2C
_END: Final = 0x3B
_CONTROL: Final = 0xF9
_APPLICATION: Final = 0xFF
# What says how often it is played; every other application speaks for itself alone.
_LOOPS: Final = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0"})


class CutOffError(ValueError):
    """A GIF that ends before its blocks do."""


def cleaned(content: bytes) -> bytes:
    """The same pictures, without comments, texts, applications, or what comes after.

    Raises CutOffError when it is not whole.
    """
    if len(content) < _HEAD:
        raise CutOffError
    at = _HEAD + _colours(content[10])
    out = bytearray(content[:at])
    while True:
        kind = _byte(content, at)
        if kind == _END:
            return bytes(out) + bytes([_END])
        if kind == _EXTENSION:
            end = _pieces_end(content, at + 2)
            if _is_needed(content, at):
                out += content[at:end]
        elif kind == _PICTURE:
            colours = _colours(_byte(content, at + 9))
            end = _pieces_end(content, at + 11 + colours)
            out += content[at:end]
        else:
            raise CutOffError
        at = end


def _is_needed(content: bytes, at: int) -> bool:
    """Whether an extension tells how the pictures are played."""
    label = _byte(content, at + 1)
    if label == _APPLICATION:
        return content[at + 3 : at + 14] in _LOOPS
    return label == _CONTROL


def _colours(flags: int) -> int:
    """How long a table of colours is, which may be left out."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _pieces_end(content: bytes, at: int) -> int:
    while length := _byte(content, at):
        at += 1 + length
    return at + 1


def _byte(content: bytes, at: int) -> int:
    if at >= len(content):
        raise CutOffError
    return content[at]
