"""Files from people: known by content, stripped of hidden data, kept under our name."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from threading import BoundedSemaphore
from typing import Final, TypeAlias

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from tickets.models import Attachment, Message, Scan
from tickets.services import gifs, scanning, videos

Upload: TypeAlias = "File[bytes]"

IMAGE_TYPES: Final = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
}
PDF: Final = "application/pdf"
SUFFIXES: Final = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/gif": (".gif",),
    PDF: (".pdf",),
    videos.MP4: (".mp4", ".m4v"),
    videos.MOV: (".mov", ".qt"),
}
MAX_PIXELS: Final = 60_000_000
NAME_MAX: Final = 120
# So many first bytes tell a video from the rest.
HEAD: Final = 12
# An open picture takes up to half a gigabyte of memory, a video three times its size.
_DECODING: Final = BoundedSemaphore(2)


@dataclass(frozen=True)
class InspectedFile:
    """A file that passed inspection and can be kept."""

    name: str
    content_type: str
    content: bytes
    width: int | None = None
    height: int | None = None
    scan: Scan = Scan.OFF


def inspect(
    uploads: Sequence[Upload], *, with_videos: bool = False
) -> list[InspectedFile]:
    """Look into each file before anything is stored; videos only where they help.

    A virus scanner, where there is one, looks at what would be kept.

    Raises ValidationError with one message per bad file, each naming the file.
    """
    refuse_too_many(uploads)
    good, errors = [], []
    for upload in uploads:
        try:
            good.append(_inspect_one(upload, with_videos=with_videos))
        except ValidationError as error:
            errors.append(error)
    if errors:
        raise ValidationError(errors)
    return scanning.scanned(good)


def refuse_too_many(files: Sequence[object]) -> None:
    """Raise ValidationError when one message cannot have so many files."""
    limit = settings.ATTACHMENTS_PER_MESSAGE
    if len(files) > limit:
        raise ValidationError(
            _("At most %(limit)s files fit into one message.") % {"limit": limit},
            code="files_many",
        )


def keep(message: Message, files: Sequence[InspectedFile]) -> None:
    """Store inspected files with a message, inside the caller's transaction."""
    for file in files:
        attachment = Attachment(
            message=message,
            name=file.name,
            content_type=file.content_type,
            size=len(file.content),
            width=file.width,
            height=file.height,
            scan=file.scan,
        )
        attachment.file.save(file.name, ContentFile(file.content), save=False)
        attachment.save()


def refuse_size(name: str, size: int, *, head: bytes | None = None) -> None:
    """Raise ValidationError for a file that is empty, or larger than any of its kind.

    Before its first bytes are there it may be a video, which has the larger limit.
    """
    is_video = head is None or videos.is_video(head)
    limit = settings.VIDEO_MAX_BYTES if is_video else settings.ATTACHMENT_MAX_BYTES
    if size > limit:
        raise ValidationError(
            _("“%(name)s” is larger than %(limit)s, the most that one file may have.")
            % {"name": name, "limit": filesizeformat(limit)},
            code="file_large",
        )
    if size == 0:
        raise ValidationError(
            _("“%(name)s” is empty. It was perhaps cut off; please choose it again.")
            % {"name": name},
            code="file_empty",
        )


def _inspect_one(upload: Upload, *, with_videos: bool) -> InspectedFile:
    name = safe_name(upload.name or "")
    upload.seek(0)
    head = upload.read(HEAD)
    is_video = with_videos and videos.is_video(head)
    refuse_size(name, upload.size or 0, head=head if is_video else b"")
    upload.seek(0)
    content = upload.read()
    if is_video:
        return _inspect_video(name, content)
    if content.startswith(b"%PDF-"):
        return _inspect_pdf(name, content)
    return _inspect_image(name, content)


def _inspect_video(name: str, content: bytes) -> InspectedFile:
    """Follow its boxes to the end, then keep it without place, time or device."""
    try:
        with _DECODING:
            bare = videos.cleaned(content)
    except videos.CutOffError as error:
        raise _cut_off(name) from error
    content_type = videos.type_of(content)
    return InspectedFile(_with_suffix(name, content_type), content_type, bare)


def _inspect_pdf(name: str, content: bytes) -> InspectedFile:
    if b"%%EOF" not in content[-2048:]:
        raise _cut_off(name)
    return InspectedFile(_with_suffix(name, PDF), PDF, content)


def _inspect_image(name: str, content: bytes) -> InspectedFile:
    """Decode the whole picture, then keep its pixels without place, time or device."""
    try:
        with _DECODING:
            return _decoded(name, content)
    except ValidationError:
        raise
    except Exception as error:  # on nonsense, decoders raise anything
        raise _cut_off(name) from error


def _decoded(name: str, content: bytes) -> InspectedFile:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image = Image.open(io.BytesIO(content), formats=list(IMAGE_TYPES))
        except (UnidentifiedImageError, Image.DecompressionBombError, Warning) as error:
            raise _wrong_type(name) from error
        if image.width * image.height > MAX_PIXELS:
            raise _wrong_type(name)
        kind = image.format or ""
        image.load()
    width, height = image.size
    if kind == "GIF":
        content = gifs.cleaned(content)
    else:
        upright = ImageOps.exif_transpose(image)
        width, height = upright.size
        content = _without_metadata(upright, kind)
    content_type = IMAGE_TYPES[kind]
    named = _with_suffix(name, content_type)
    return InspectedFile(named, content_type, content, width, height)


def _without_metadata(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "JPEG":
        image.convert("RGB").save(out, kind, quality=90, optimize=True)
    else:
        bare = Image.new(image.mode, image.size)
        bare.paste(image)
        if palette := image.getpalette():
            bare.putpalette(palette)
        if "transparency" in image.info:
            bare.info["transparency"] = image.info["transparency"]
        bare.save(out, kind, lossless=True)
    return out.getvalue()


def safe_name(name: str) -> str:
    """The file's own name without folders and unprintable characters."""
    base = PurePath(name.replace("\\", "/")).name
    printable = "".join(char for char in base if char.isprintable()).strip()
    stem, suffix = PurePath(printable).stem, PurePath(printable).suffix[:10]
    return f"{stem[: NAME_MAX - len(suffix)]}{suffix}" or _("file")


def _with_suffix(name: str, content_type: str) -> str:
    """A name that says what the file is, so that no computer takes it for a page."""
    known = SUFFIXES[content_type]
    if PurePath(name).suffix.lower() in known:
        return name
    return f"{name[: NAME_MAX - len(known[0])]}{known[0]}"


def _wrong_type(name: str) -> ValidationError:
    return ValidationError(
        _(
            "“%(name)s” is not a picture or PDF that we can open. Please send JPEG,"
            " PNG, WebP, GIF or PDF."
        )
        % {"name": name},
        code="file_type",
    )


def _cut_off(name: str) -> ValidationError:
    return ValidationError(
        _(
            "“%(name)s” is incomplete; it was cut off on the way."
            " Please choose it again."
        )
        % {"name": name},
        code="file_cut_off",
    )
