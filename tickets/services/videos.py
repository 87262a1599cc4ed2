"""Videos from phones: whole ones are known by their boxes, and lose place and time.

An MP4 or MOV file is a row of boxes: four bytes of length, four of name, the content;
some boxes hold boxes. Pure: bytes in, bytes out; nothing is decoded.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

MP4: Final = "video/mp4"
MOV: Final = "video/quicktime"

_HEAD: Final = 8
_LONG_HEAD: Final = 16
# Brands of pictures and of sound that use the same boxes.
_NOT_VIDEO: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}
    | {b"M4A ", b"M4B ", b"M4P "}
)
# What says where, when and with what it was taken; players need none of it.
_HIDDEN: Final = frozenset({b"udta", b"meta", b"uuid"})
_WITH_TIMES: Final = frozenset({b"mvhd", b"tkhd", b"mdhd"})
_HOLDERS: Final = frozenset({b"moov", b"trak", b"mdia"})
_DEEPEST: Final = 8  # holders inside each other; a real video has three


class CutOffError(ValueError):
    """A video that ends before its boxes do, or that has no picture track."""


@dataclass(frozen=True)
class _Box:
    kind: bytes
    start: int
    content: int
    end: int


def is_video(head: bytes) -> bool:
    """Whether a file that begins so is an MP4 or MOV."""
    return head[4:8] == b"ftyp" and head[8:12] not in _NOT_VIDEO


def type_of(content: bytes) -> str:
    """MOV for Apple's own brand, else MP4."""
    return MOV if content[8:12] == b"qt  " else MP4


def cleaned(content: bytes) -> bytes:
    """The same video, of the same length, without place, time and device.

    Raises CutOffError when it is not whole.
    """
    boxes = list(_boxes(content, 0, len(content)))
    kinds = {box.kind for box in boxes}
    if not {b"ftyp", b"moov", b"mdat"} <= kinds:
        raise CutOffError
    if not _has_pictures(content, boxes):
        raise CutOffError
    eraser = _Eraser(content)
    _clean(eraser, content, boxes)
    return bytes(eraser.out)


def _boxes(content: bytes, start: int, end: int) -> Iterator[_Box]:
    """The boxes between two places; they must fill it."""
    while start < end:
        if end - start < _HEAD:
            raise CutOffError
        size = int.from_bytes(content[start : start + 4], "big")
        kind = content[start + 4 : start + 8]
        head = _HEAD
        if size == 1:
            head = _LONG_HEAD
            size = int.from_bytes(content[start + 8 : start + 16], "big")
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            raise CutOffError
        yield _Box(kind, start, start + head, start + size)
        start += size


class _Eraser:
    """Blanks what tracks of positions hold, in all not more than the file has."""

    def __init__(self, content: bytes) -> None:
        self.out = bytearray(content)
        self._left = len(content)

    def blank(self, start: int, length: int) -> None:
        """Raises CutOffError where a table names more than the file has."""
        self._left -= length
        if self._left < 0 or start + length > len(self.out):
            raise CutOffError
        self.out[start : start + length] = bytes(length)


def _clean(
    eraser: _Eraser, content: bytes, boxes: list[_Box], *, depth: int = 0
) -> None:
    if depth > _DEEPEST:
        raise CutOffError
    out = eraser.out
    for box in boxes:
        is_data = _is_data_track(content, box)
        if is_data:
            _forget_samples(eraser, content, box)
        if box.kind in _HIDDEN or is_data:
            out[box.start + 4 : box.start + 8] = b"free"
            out[box.content : box.end] = bytes(box.end - box.content)
        elif box.kind in _WITH_TIMES:
            _forget_times(out, box)
        elif box.kind in _HOLDERS:
            inside = list(_boxes(content, box.content, box.end))
            _clean(eraser, content, inside, depth=depth + 1)


def _forget_samples(eraser: _Eraser, content: bytes, track: _Box) -> None:
    """Blank what a track of positions holds, chunk by chunk, in the common store.

    Each table is read once, from its begin to its end: whoever sends the file made
    them, and their product has no limit.
    """
    offsets = _table(content, track, b"stco", ">I") or _table(
        content, track, b"co64", ">Q"
    )
    runs = iter(_table(content, track, b"stsc", ">III"))
    following = next(runs, None)
    length_of = _sizes(content, track)
    samples = first = 0
    for chunk, (start,) in enumerate(offsets, start=1):
        while following and following[0] <= chunk:
            samples, following = following[1], next(runs, None)
        eraser.blank(start, length_of(first, samples))
        first += samples


def _table(
    content: bytes, track: _Box, kind: bytes, shape: str
) -> list[tuple[int, ...]]:
    """The rows of a table of a track's samples; none where there is no such table."""
    box = _sample_box(content, track, kind)
    if box is None:
        return []
    begin, row = box.content + 8, struct.calcsize(shape)
    end = begin + (box.end - begin) // row * row
    return list(struct.iter_unpack(shape, content[begin:end])) if end > begin else []


def _sizes(content: bytes, track: _Box) -> Callable[[int, int], int]:
    """How long so many samples are together, from the given one on."""
    box = _sample_box(content, track, b"stsz")
    if box is None or box.end - box.content < struct.calcsize(">III"):
        return lambda _first, _samples: 0
    _flags, same, count = struct.unpack_from(">III", content, box.content)
    if same:
        return lambda first, samples: same * max(0, min(samples, count - first))
    begin = box.content + 12
    end = begin + (box.end - begin) // 4 * 4
    sizes = [size for (size,) in struct.iter_unpack(">I", content[begin:end])]
    return lambda first, samples: sum(sizes[first : first + samples])


def _sample_box(content: bytes, track: _Box, kind: bytes) -> _Box | None:
    found: _Box | None = track
    for name in (b"mdia", b"minf", b"stbl", kind):
        inside = _boxes(content, found.content, found.end) if found else iter(())
        found = next((box for box in inside if box.kind == name), None)
    return found


def _forget_times(out: bytearray, box: _Box) -> None:
    """Version, flags, then when it was made and changed: 4 or 8 bytes each."""
    length = 16 if out[box.content : box.content + 1] == b"\x01" else 8
    begin = box.content + 4
    if begin + length <= box.end:
        out[begin : begin + length] = bytes(length)


def _has_pictures(content: bytes, boxes: list[_Box]) -> bool:
    moov = next(box for box in boxes if box.kind == b"moov")
    tracks = _boxes(content, moov.content, moov.end)
    return any(_handler(content, box) == b"vide" for box in tracks)


def _is_data_track(content: bytes, box: _Box) -> bool:
    """Whether it is a track of positions or the like beside picture and sound."""
    return box.kind == b"trak" and _handler(content, box) in {b"meta", b"mdta"}


def _handler(content: bytes, box: _Box) -> bytes:
    """What a track is for: "vide", "soun", "meta"; b"" for what is no track."""
    if box.kind != b"trak":
        return b""
    for part in _boxes(content, box.content, box.end):
        if part.kind != b"mdia":
            continue
        for inner in _boxes(content, part.content, part.end):
            if inner.kind == b"hdlr":
                return content[inner.content + 8 : inner.content + 12]
    return b""
