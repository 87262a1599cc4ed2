"""How the catalogue is shown: amounts, lines, scores, kinds of devices."""

import re
from decimal import Decimal
from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

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


HAN: Final = re.compile("[\u4e00-\u9fff]")


@register.filter
def in_chinese(text: str) -> SafeString:
    """Marks a text that is Chinese on a page that is not: ` lang="zh-Hans"`."""
    foreign = get_language() == "en" and HAN.search(text)
    return format_html(' lang="{}"', "zh-Hans") if foreign else SafeString()


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
