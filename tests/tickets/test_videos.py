"""Videos from phones: whole ones are kept without place and time, cut ones refused."""

import struct

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
    *, brand: bytes = b"qt  ", tracks: tuple[bytes, ...] = (b"vide", b"soun")
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
    return box(b"ftyp", brand, bytes(4)) + box(b"mdat", b"pictures") + moov


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
