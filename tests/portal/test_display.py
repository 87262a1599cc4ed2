"""How things are shown: clocks, lengths of time, icons, pages without a context."""

import re
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation

from helpdesk.packages import FILES
from helpdesk.templatetags import display

TEMPLATES = settings.BASE_DIR / "templates"


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def clock(at: datetime, **facts: Any) -> Any:
    """A clock of 30 s that started at `at`; only what the chip reads."""
    start = {
        "status": "running",
        "started_at": at,
        "due_at": at + timedelta(seconds=30),
        "warns_at": at + timedelta(seconds=24),
        "stopped_at": None,
        "outcome": "",
    }
    return SimpleNamespace(**start | facts)


@pytest.mark.parametrize(
    ("after", "state", "digits"),
    [
        (0, "running", "0:30"),
        (0.4, "running", "0:30"),
        (23.9, "running", "0:07"),
        (24, "soon", "0:06"),
        (30, "soon", "0:00"),
        (30.1, "late", "0:00"),
        (43, "late", "0:13"),
        (300, "late", "4:30"),
    ],
)
def test_a_chip_says_what_is_true_now(
    at: datetime, after: float, state: str, digits: str
) -> None:
    chip, shown = display.chip_of(clock(at), at + timedelta(seconds=after))
    assert (chip.state, shown) == (state, digits)


def test_an_answered_clock_tells_how_long_it_took(at: datetime) -> None:
    facts = {"status": "stopped", "stopped_at": at + timedelta(seconds=12)}
    met, digits = display.chip_of(clock(at, outcome="met", **facts), at)
    missed, _ = display.chip_of(clock(at, outcome="missed", **facts), at)
    assert (met.state, met.word, digits) == ("met", "Met", "0:12")
    assert missed.state == "missed"


def test_no_clock_is_no_chip(at: datetime) -> None:
    assert display.clock_chip(None, at) == ""


@pytest.mark.parametrize(
    ("seconds", "left", "late"),
    [(119, 119, 119), (121, 130, 120), (3599, 3600, 3590), (3601, 3660, 3600)],
)
def test_a_chip_moves_each_second_then_each_ten_then_each_minute(
    seconds: int, left: int, late: int
) -> None:
    assert display.stepped(seconds, up=True) == left
    assert display.stepped(seconds, up=False) == late


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (7, "0:07"),
        (754, "12:34"),
        (3600, "1 h 00 min"),
        (86399, "23 h 59 min"),
        (183600, "2 d 3 h"),
        (-5, "0:00"),
    ],
)
def test_a_length_of_time_is_written_in_digits(seconds: int, text: str) -> None:
    assert display.duration_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "1 second"),
        (30, "30 seconds"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (150, "150 seconds"),
        (900, "15 minutes"),
        (3600, "1 hour"),
        (7200, "2 hours"),
        (9000, "150 minutes"),
    ],
)
def test_a_promise_is_written_in_words(seconds: int, text: str) -> None:
    assert display.promise(seconds) == text


def test_a_time_of_another_day_carries_its_day(at: datetime) -> None:
    assert display.clock_time(at, at) == "10:00:00"
    assert display.clock_time(at - timedelta(days=1), at) == "11-22 10:00:00"
    assert display.clock_time(at - timedelta(days=400), at).startswith("2025-10-19")


def test_an_icon_of_an_unknown_name_is_a_ring_and_not_a_crash() -> None:
    for name in ("no-such-icon", "../../../etc/passwd", ""):
        assert display.drawing(name) == display.drawing(display.FALLBACK_ICON)


def test_every_icon_named_in_a_template_exists() -> None:
    for template in TEMPLATES.rglob("*.html"):
        for name in re.findall(r'{% icon "([^"]+)"', template.read_text()):
            assert (display.ICONS / f"{name}.svg").is_file(), (template.name, name)


def test_every_component_opens_by_naming_its_variables() -> None:
    for template in (TEMPLATES / "components").glob("*.html"):
        head = re.sub(r"^({% load [^%]*%})*\s*", "", template.read_text())
        assert head.startswith(("{#", "{% comment")), template.name


def test_packages_are_served_from_where_npm_put_them() -> None:
    for name in FILES:
        assert finders.find(name)
    assert finders.find("vendor/tabler/other.css") is None


@pytest.mark.parametrize("code", [400, 403, 404, 429, 500, 503])
def test_an_error_page_needs_no_context(code: int) -> None:
    page = render_to_string(f"{code}.html")
    assert f">{code}<" in page
    assert "<h1>" in page


def test_templates_have_no_inline_style_script_or_handler() -> None:
    bad = re.compile(r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*\ssrc=)|https?://")
    for template in TEMPLATES.rglob("*.html"):
        assert not bad.search(template.read_text()), template
