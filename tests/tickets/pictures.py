"""Small files of every kind, made on the spot."""

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(
    kind: str = "PNG", *, size: tuple[int, int] = (64, 40), **save: Any
) -> bytes:
    """A picture whose pixels differ, so that it does not compress to nothing."""
    image = Image.effect_noise(size, 80).convert("RGB")
    if kind == "GIF":
        image = image.quantize(32)
    out = io.BytesIO()
    image.save(out, kind, **save)
    return out.getvalue()


def upload(name: str, content: bytes, content_type: str = "") -> SimpleUploadedFile:
    """As a browser sends it; the type is what the browser claims."""
    return SimpleUploadedFile(name, content, content_type or "application/octet-stream")
