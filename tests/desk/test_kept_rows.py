"""Rows are drawn once and kept; each reader and each moment still gets its own."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils.translation import override

from helpdesk import fragments
from helpdesk.desk.rows import Row, rows_of
from helpdesk.templatetags.display import Chip
from inquiries import services
from inquiries.models import Inquiry
from staff.models import User
from tests.factories import AT, InquiryFactory
from tickets.services import links

TAGS = re.compile(r"<[^>]*>|\s+")
CHIP = "components/clock_chip.html"


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return InquiryFactory.create(at=AT, surname="王")


def row(inquiry: Inquiry, *, reader: User, at: datetime) -> Row:
    (found,) = rows_of([inquiry.pk], reader=reader, at=at)
    return found


def said(inquiry: Inquiry, *, to: User, at: datetime = AT, language: str = "en") -> str:
    with override(language):
        html = row(inquiry, reader=to, at=at).drawn(is_open=False)
        return TAGS.sub(" ", html)


def test_who_has_a_ticket_is_told_to_each_reader_in_their_words(
    inquiry: Inquiry, agent: User, colleague: User
) -> None:
    services.take(inquiry, by=agent, at=AT)
    for _ in range(2):
        assert "me" in said(inquiry, to=agent).split()
        assert "我" in said(inquiry, to=agent, language="zh-hans").split()
        assert "林晓" in said(inquiry, to=colleague).split()
        assert "me" not in said(inquiry, to=colleague).split()


def test_a_row_follows_its_ticket_from_hand_to_hand(
    inquiry: Inquiry, agent: User, colleague: User
) -> None:
    assert "nobody" in said(inquiry, to=agent)
    services.take(inquiry, by=agent, at=AT)
    assert "me" in said(inquiry, to=agent).split()
    services.assign(inquiry, to=colleague, by=agent, at=AT)
    assert "何雨桐" in said(inquiry, to=agent)
    assert "me" in said(inquiry, to=colleague).split()


def test_a_clock_runs_is_soon_late_and_met_whatever_was_drawn_before(
    inquiry: Inquiry, agent: User
) -> None:
    moments = {0: "Left", 1: "Left", 25: "Left", 31: "Late by", 95: "Late by"}
    states = {0: "running", 1: "running", 25: "soon", 31: "late", 95: "late"}
    digits = {0: "0:30", 1: "0:29", 25: "0:05", 31: "0:01", 95: "1:05"}
    for _ in range(2):
        for second, word in moments.items():
            at = AT + timedelta(seconds=second)
            assert f"{word} {digits[second]}" in " ".join(
                said(inquiry, to=agent, at=at).split()
            )
            shown = row(inquiry, reader=agent, at=at).drawn(is_open=False)
            assert f'data-state="{states[second]}"' in shown
    services.reply(inquiry, text="好", by=agent, at=AT + timedelta(seconds=20))
    told = said(inquiry, to=agent, at=AT + timedelta(seconds=95)).split()
    assert "Late" not in told


def test_what_is_written_merged_or_linked_shows_at_once(
    inquiry: Inquiry, agent: User
) -> None:
    before = said(inquiry, to=agent)
    other = InquiryFactory.create(at=AT)
    links.link(inquiry, to=other, by=agent, at=AT)
    assert "Linked to others" not in before
    assert "Linked to others" in said(inquiry, to=agent)
    services.reply(inquiry, text="<b>三百元</b>", by=agent, at=AT)
    assert "&lt;b&gt;三百元" in said(inquiry, to=agent)


def test_the_open_ticket_is_marked_for_who_has_it_open(
    desk: Client, inquiry: Inquiry
) -> None:
    page = f"/desk/inquiries/{inquiry.number}/"
    for path, marked in ((page, True), ("/desk/", False), (page, True)):
        shown = desk.get(path).content.decode()
        opened = f'data-open="{inquiry.number}" aria-current="true"'
        assert (opened in shown) == marked


def test_a_piece_is_drawn_once_and_its_gaps_are_filled_each_time() -> None:
    fragments._kept.cache_clear()
    chip = Chip("running", due_ms=7, warn_ms=None, label="<i>")
    with override("en"):
        for digits, written in (("0:02", "0:02"), ("0:01", "0:01"), ("<", "&lt;")):
            shown = fragments.fragment(CHIP, chip, digits=digits)
            assert f"data-clock-digits>{written}</span>" in shown
            assert "&lt;i&gt;" in shown
    assert fragments._kept.cache_info().misses == 1
