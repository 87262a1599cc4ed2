"""How the catalogue is shown: amounts, lines, scores, kinds of devices."""

from decimal import Decimal
from typing import Final

from django import template

from catalog import words
from catalog.models import Category
from catalog.pricing import Line, RefusedDiscount
from catalog.recommendation import Reason

register = template.Library()

ICONS: Final[dict[str, str]] = {
    Category.LIVE_CAMERA: "video",
    Category.ENCODER: "broadcast",
    Category.SWITCHER: "layout-grid",
    Category.CAPTURE_CARD: "cpu",
    Category.AUDIO_MIXER: "adjustments",
    Category.WIRELESS_MIC: "microphone",
    Category.WIRED_MIC: "microphone-2",
    Category.FILL_LIGHT: "bulb",
    Category.GIMBAL: "hand-grab",
    Category.TELEPROMPTER: "presentation",
    Category.NETWORK: "router",
    Category.MONITOR: "device-tv",
    Category.POWER: "battery-charging",
    Category.TRIPOD: "triangle",
}


@register.filter
def yuan(amount: Decimal) -> str:
    """An amount in full: ¥1,277.98."""
    return words.yuan(amount)


@register.filter
def category_icon(code: str) -> str:
    return ICONS.get(code, "package")


@register.filter
def category_name(code: str) -> str:
    return str(dict(Category.choices).get(code, code))


@register.filter
def component(line: Line) -> str:
    """What a line is for: the device, the discount, or the component."""
    return line.name or str(words.COMPONENTS[line.code])


@register.filter
def kind(line: Line) -> str:
    """The component of a line in words."""
    return str(words.COMPONENTS[line.code])


@register.filter
def explained(line: Line) -> str:
    return words.explained(line)


@register.filter
def why_not(refused: RefusedDiscount) -> str:
    return words.why_not(refused)


@register.filter
def criterion(reason: Reason) -> str:
    return str(words.SCORES[reason.code])


@register.filter
def degree(score: int) -> str:
    return words.degree(score)


@register.filter
def days(count: int) -> str:
    return words.days(count)
