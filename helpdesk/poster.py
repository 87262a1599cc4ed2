"""The QR code of a poster, drawn as lines of an SVG that stands in the page."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr(address: str) -> SafeString:
    """A code that a phone reads even where a seventh of it is dirty."""
    drawn = segno.make_qr(address, error="m").svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr-code"
    )
    return mark_safe(drawn)  # noqa: S308  (numbers that the library has drawn)
