"""Files are known by content, stripped of hidden data, and refused with a reason."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pytest_django import Settings

from helpdesk.settings import STORAGES
from tests.tickets.pictures import PDF, picture, upload
from tickets.services import attachments

GPS = 0x8825


def reasons(error: ValidationError) -> list[str | None]:
    return [each.code for each in error.error_list]


def refuse(name: str, content: bytes) -> list[str | None]:
    with pytest.raises(ValidationError) as refusal:
        attachments.inspect([upload(name, content)])
    return reasons(refusal.value)


@pytest.mark.parametrize(
    ("kind", "content_type", "suffix"),
    [
        ("JPEG", "image/jpeg", ".jpg"),
        ("PNG", "image/png", ".png"),
        ("WEBP", "image/webp", ".webp"),
        ("GIF", "image/gif", ".gif"),
    ],
)
def test_a_picture_is_known_by_its_content_whatever_its_name(
    kind: str, content_type: str, suffix: str
) -> None:
    (file,) = attachments.inspect([upload("照片.txt", picture(kind), "text/plain")])
    assert file.name == f"照片.txt{suffix}"
    assert file.content_type == content_type
    assert (file.width, file.height) == (64, 40)
    with Image.open(io.BytesIO(file.content)) as kept:
        assert (kept.format, kept.size) == (kind, (64, 40))


def test_a_pdf_is_kept_byte_by_byte() -> None:
    (file,) = attachments.inspect([upload("合同.pdf", PDF)])
    assert (file.content_type, file.content) == ("application/pdf", PDF)
    assert file.width is None


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00" + bytes(200),
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"PK\x03\x04" + bytes(200),
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
    ],
    ids=["program", "page", "svg", "archive", "only a PNG's mark", "only a GIF's mark"],
)
def test_another_type_is_refused_even_under_the_name_of_a_picture(
    content: bytes,
) -> None:
    assert refuse("photo.png", content) == ["file_type"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_picture_that_was_cut_off_on_the_way_is_refused(
    kind: str, share: float
) -> None:
    content = picture(kind, size=(300, 200))
    (reason,) = refuse("photo", content[: int(len(content) * share)])
    assert reason == "file_cut_off"


def test_a_pdf_that_was_cut_off_on_the_way_is_refused() -> None:
    assert refuse("a.pdf", PDF[:-8]) == ["file_cut_off"]


def test_an_empty_file_is_refused() -> None:
    assert refuse("a.png", b"") == ["file_empty"]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    settings: Settings,
) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1000
    assert refuse("a.png", bytes(1001)) == ["file_large"]


def test_a_picture_that_would_unpack_to_far_too_much_is_refused() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    assert refuse("bomb.png", out.getvalue()) == ["file_type"]


def test_at_most_nine_files_fit_into_one_message() -> None:
    files = [upload(f"{n}.pdf", PDF) for n in range(10)]
    with pytest.raises(ValidationError) as refusal:
        attachments.inspect(files)
    assert refusal.value.code == "files_many"
    assert len(attachments.inspect(files[:9])) == 9


def test_each_bad_file_is_named_and_none_hides_another() -> None:
    files = [upload("好.pdf", PDF), upload("坏.png", b"x"), upload("空.png", b"")]
    with pytest.raises(ValidationError) as refusal:
        attachments.inspect(files)
    assert reasons(refusal.value) == ["file_type", "file_empty"]
    bad, empty = refusal.value.messages
    assert "坏.png" in bad
    assert "空.png" in empty


def with_place(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x0110] = "Camera of Mr Wang"
    exif.get_ifd(GPS).update({1: "N", 2: (31.0, 13.0, 49.0)})
    return picture(kind, exif=exif)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_a_picture_was_taken_and_with_what_is_removed(kind: str) -> None:
    sent = with_place(kind)
    with Image.open(io.BytesIO(sent)) as before:
        assert before.getexif().get_ifd(GPS)
    (file,) = attachments.inspect([upload("photo", sent)])
    with Image.open(io.BytesIO(file.content)) as after:
        assert dict(after.getexif()) == {}
    assert b"Camera of Mr Wang" not in file.content


def test_a_picture_taken_sideways_is_turned_before_the_note_about_it_goes() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (file,) = attachments.inspect([upload("photo", picture("JPEG", exif=exif))])
    assert (file.width, file.height) == (40, 64)


def test_a_transparent_picture_stays_transparent() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(out, "PNG")
    (file,) = attachments.inspect([upload("logo.png", out.getvalue())])
    with Image.open(io.BytesIO(file.content)) as kept:
        assert kept.convert("RGBA").getpixel((3, 3)) == (255, 0, 0, 0)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("..\\..\\windows\\合同.pdf", "合同.pdf"),
        ("/etc/passwd.pdf", "passwd.pdf"),
        ("a\x00\x1b\u202eb.pdf", "ab.pdf"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_a_name_keeps_neither_folders_nor_what_cannot_be_shown(
    sent: str, kept: str
) -> None:
    (inspected,) = attachments.inspect([named(sent)])
    assert inspected.name == kept
    assert len(inspected.name) <= 120


@pytest.mark.parametrize("name", ["page.html", "run.exe", "a.svg", "noend", "x.PDF"])
def test_a_file_is_never_named_as_something_else(name: str) -> None:
    (inspected,) = attachments.inspect([named(name)])
    assert inspected.name == (name if name == "x.PDF" else f"{name}.pdf")


def chunk(kind: bytes, content: bytes) -> bytes:
    """One part of a PNG file."""
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


@pytest.mark.parametrize(
    "packed",
    [
        chunk(b"zTXt", b"k\0\0" + zlib.compress(b"a" * 5_000_000)),
        chunk(b"iCCP", b"k\0\0" + zlib.compress(b"a" * 50_000_000)),
        chunk(b"acTL", b"\0"),
    ],
)
def test_a_picture_that_its_decoder_chokes_on_is_refused_with_a_reason(
    packed: bytes,
) -> None:
    whole = picture("PNG")
    header = whole.index(b"IHDR") + 4 + 13 + 4
    content = whole[:header] + packed + whole[header:]
    assert refuse("x.png", content) == ["file_cut_off"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_cut_off_anywhere_is_refused_with_a_reason(kind: str) -> None:
    whole = picture(kind, size=(16, 16))
    for end in range(1, len(whole) // 2, 7):
        assert refuse("x", whole[:end]) in (["file_cut_off"], ["file_type"])


def named(name: str) -> SimpleUploadedFile:
    """A file whose name has come past Django's own cleaning."""
    file = upload("x.pdf", PDF)
    vars(file)["_name"] = name
    return file


def test_a_name_of_nothing_gets_a_word_of_ours() -> None:
    (inspected,) = attachments.inspect([named("\x01\x02")])
    assert inspected.name
    assert Path(inspected.name).name == inspected.name


@pytest.mark.clause("CM-42")
def test_no_other_account_of_the_machine_reads_what_customers_send(
    tmp_path: Path,
) -> None:
    storage = FileSystemStorage(tmp_path, **STORAGES["default"]["OPTIONS"])
    storage.save("attachments/2026/file", ContentFile(b"x"))
    kept = tmp_path / "attachments" / "2026" / "file"
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.parent.stat().st_mode & 0o077 == 0


def test_a_gif_keeps_its_pictures_and_its_loop_and_says_nothing_else() -> None:
    frames = [Image.new("L", (9, 7), shade) for shade in (0, 90, 200)]
    out = io.BytesIO()
    frames[0].save(
        out,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        loop=0,
        duration=50,
        comment=b"Mr Wang at home",
    )
    xmp = b"\x21\xff\x0bXMP DataXMP" + b"\x05place" + b"\x00"
    sent = out.getvalue()[:-1] + xmp + b"\x3bbehind the end"
    (file,) = attachments.inspect([upload("a.gif", sent)])
    for word in (b"Mr Wang", b"XMP", b"place", b"behind the end"):
        assert word in sent
        assert word not in file.content
    with Image.open(io.BytesIO(file.content)) as kept:
        assert (kept.n_frames, kept.info["loop"], kept.size) == (3, 0, (9, 7))  # type: ignore[attr-defined]
