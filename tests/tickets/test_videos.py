"""Videos from phones: whole ones are kept without place and time, cut ones refused."""

import random
import struct
import time
from collections.abc import Callable
from contextlib import nullcontext

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from tickets.services import attachments, videos

PLACE = b"+31.1936+121.4364/"
TAKEN = 3_900_000_000


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", len(content) + 8) + kind + content


def track(handler: bytes, *more: bytes) -> bytes:
    times = struct.pack(">BxxxII", 0, TAKEN, TAKEN)
    hdlr = box(b"hdlr", bytes(8), handler, bytes(12))
    return box(
        b"trak", box(b"tkhd", times), box(b"mdia", box(b"mdhd", times), hdlr), *more
    )


def video(
    *,
    brand: bytes = b"qt  ",
    tracks: tuple[bytes, ...] = (b"vide", b"soun"),
    pictures: bytes = b"pictures",
) -> bytes:
    times = struct.pack(">BxxxII", 0, TAKEN, TAKEN)
    place = box(b"\xa9xyz", PLACE)
    moov = box(
        b"moov",
        box(b"mvhd", times),
        *(track(handler, box(b"udta", place)) for handler in tracks),
        box(b"udta", place),
        box(b"meta", PLACE),
    )
    return box(b"ftyp", brand, bytes(4)) + box(b"mdat", pictures) + moov


def inspect(content: bytes, name: str = "clip.mov") -> attachments.InspectedFile:
    upload = SimpleUploadedFile(name, content)
    (file,) = attachments.inspect([upload], with_videos=True)
    return file


@pytest.mark.parametrize(
    ("brand", "content_type", "name"),
    [(b"qt  ", videos.MOV, "clip.mov"), (b"isom", videos.MP4, "clip.mov.mp4")],
)
def test_a_video_is_kept_without_place_and_time(
    brand: bytes, content_type: str, name: str
) -> None:
    content = video(brand=brand)
    kept = inspect(content)
    assert (kept.content_type, kept.name) == (content_type, name)
    assert len(kept.content) == len(content)
    assert PLACE not in kept.content
    assert struct.pack(">I", TAKEN) not in kept.content
    assert b"pictures" in kept.content
    assert videos.cleaned(kept.content) == kept.content


def test_a_track_of_positions_is_no_track_any_more() -> None:
    kept = inspect(video(tracks=(b"vide", b"meta")))
    assert kept.content.count(b"trak") == 1


def with_positions(*, chunk: int | None = None) -> bytes:
    """A video whose positions lie beside the pictures, as drones write it."""
    head = box(b"ftyp", b"isom", bytes(4))
    mdat = box(b"mdat", b"pictures", PLACE, PLACE, b"sound")
    start = len(head) + 8 + len(b"pictures") if chunk is None else chunk
    table = box(
        b"stbl",
        box(b"stsz", struct.pack(">IIIII", 0, 0, 2, len(PLACE), len(PLACE))),
        box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 2, 1)),
        box(b"stco", struct.pack(">III", 0, 1, start)),
    )
    hdlr = box(b"hdlr", bytes(8), b"meta", bytes(12))
    positions = box(b"trak", box(b"mdia", hdlr, box(b"minf", table)))
    return head + mdat + box(b"moov", track(b"vide"), positions)


def test_positions_beside_the_pictures_are_blanked() -> None:
    kept = inspect(with_positions())
    assert PLACE not in kept.content
    assert b"pictures" + bytes(2 * len(PLACE)) + b"sound" in kept.content


def test_positions_said_to_lie_beyond_the_end_are_refused() -> None:
    with pytest.raises(ValidationError):
        inspect(with_positions(chunk=10**6))


@pytest.mark.parametrize("left", [0.3, 0.6, 0.99])
def test_a_video_cut_off_on_the_way_is_refused(left: float) -> None:
    content = video()
    with pytest.raises(ValidationError) as refused:
        inspect(content[: int(len(content) * left)])
    assert refused.value.error_list[0].code == "file_cut_off"


@pytest.mark.parametrize(
    "content",
    [
        video(tracks=(b"soun",)),
        video(brand=b"heic"),
        box(b"ftyp", b"isom", bytes(4)),
        struct.pack(">I", 4) + b"ftypisom" + bytes(40),
    ],
    ids=["sound", "picture", "nothing", "nonsense"],
)
def test_what_only_looks_like_a_video_is_refused(content: bytes) -> None:
    with pytest.raises(ValidationError):
        inspect(content)


def test_a_video_has_a_limit_of_its_own() -> None:
    content = video()
    with override_settings(ATTACHMENT_MAX_BYTES=10):
        assert inspect(content).content_type == videos.MOV
    with override_settings(VIDEO_MAX_BYTES=10), pytest.raises(ValidationError) as no:
        inspect(content)
    assert no.value.error_list[0].code == "file_large"


def test_where_no_video_helps_none_is_taken() -> None:
    upload = SimpleUploadedFile("clip.mov", video())
    with pytest.raises(ValidationError):
        attachments.inspect([upload])


@pytest.mark.parametrize("seed", range(20))
def test_however_a_video_is_damaged_it_is_kept_or_refused_in_words(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (no secret)
    for _ in range(100):
        content = bytearray(with_positions())
        for _ in range(chance.randint(1, 6)):
            content[chance.randrange(12, len(content))] = chance.choice((0, 1, 8, 255))
        try:
            kept = inspect(bytes(content))
        except ValidationError:
            continue
        assert len(kept.content) == len(content)


def data_track(*tables: bytes) -> bytes:
    hdlr = box(b"hdlr", bytes(8), b"meta", bytes(12))
    return box(b"trak", box(b"mdia", hdlr, box(b"minf", box(b"stbl", *tables))))


def nested() -> bytes:
    inside = b""
    for _ in range(3000):
        inside = box(b"mdia", inside)
    return inside


def long_tables() -> bytes:
    """Chunks times runs would be 10 thousand million steps."""
    rows = 100_000
    return data_track(
        box(b"stco", bytes(8), struct.pack(">I", 40) * rows),
        box(b"stsc", bytes(8), struct.pack(">III", 2**31, 1, 1) * rows),
    )


def whole_file_again_and_again() -> bytes:
    """Each of many small tracks says that it owns all bytes of the file."""
    one = data_track(
        box(b"stco", bytes(8), bytes(4)),
        box(b"stsc", bytes(8), struct.pack(">III", 1, 2**31, 1)),
        box(b"stsz", struct.pack(">III", 0, 1, 800_000)),
    )
    return one * 6000


@pytest.mark.parametrize(
    ("made", "refused"),
    [(nested, True), (long_tables, False), (whole_file_again_and_again, True)],
)
def test_a_video_made_to_keep_us_busy_is_settled_at_once(
    made: Callable[[], bytes], *, refused: bool
) -> None:
    moov = box(b"moov", track(b"vide"), made())
    content = box(b"ftyp", b"isom", bytes(4)) + box(b"mdat", b"pictures") + moov
    started = time.process_time()
    with pytest.raises(videos.CutOffError) if refused else nullcontext():
        videos.cleaned(content)
    assert time.process_time() - started < 2
