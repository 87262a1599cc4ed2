"""Attachments at the desk: the same row filter, and no rights for what is inside."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from inquiries import services
from inquiries.models import Inquiry
from staff.models import User
from tests.factories import InquiryFactory
from tickets.models import Attachment, Scan

pytestmark = pytest.mark.django_db

NOW = datetime.fromtimestamp(1_700_000_100, UTC)
ENGLISH = {"accept-language": "en"}
PDF = b"%PDF-1.4\n%%EOF\n"


def sent(name: str, content: bytes, agent: User) -> tuple[Inquiry, Attachment]:
    inquiry = InquiryFactory.create(at=timezone.now())
    message = services.reply(
        inquiry,
        text="",
        by=agent,
        at=timezone.now(),
        files=[SimpleUploadedFile(name, content)],
    )
    return inquiry, message.attachments.get()


def png() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "type_"),
    [("灯 架.png", png(), "image/png"), ("合同.pdf", PDF, "application/pdf")],
)
def test_a_file_opens_in_a_box_without_rights(
    desk: Client, agent: User, name: str, content: bytes, type_: str
) -> None:
    inquiry, file = sent(name, content, agent)
    response = desk.get(
        f"/desk/inquiries/{inquiry.number}/files/{file.public_id}/", follow=True
    )
    assert response.status_code == 200
    assert response["Content-Type"] == type_
    assert response["Content-Security-Policy"] == "sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"].startswith("private")
    assert response["Content-Disposition"].startswith("inline; filename*=utf-8''%")
    b"".join(response.streaming_content)  # type: ignore[attr-defined]
    response.close()


def test_a_file_has_no_address_but_its_own_tickets(
    desk: Client, client: Client, agent: User, handler: User
) -> None:
    inquiry, file = sent("a.png", png(), agent)
    other = InquiryFactory.create(at=timezone.now())
    path = f"/desk/inquiries/{inquiry.number}/files/{file.public_id}/"
    wrong = f"/desk/inquiries/{other.number}/files/{file.public_id}/"
    assert desk.get(wrong).status_code == 404
    client.force_login(handler)
    assert client.get(path).status_code == 404
    client.logout()
    assert client.get(path).status_code == 302


def address(inquiry: Inquiry, file: Attachment) -> str:
    return f"/desk/inquiries/{inquiry.number}/files/{file.public_id}/"


def test_a_link_to_a_file_ends_and_is_of_one_session(desk: Client, agent: User) -> None:
    """The page's own address always leads on, as long as the row filter lets."""
    inquiry, file = sent("a.pdf", PDF, agent)
    path = address(inquiry, file)
    with time_machine.travel(NOW, tick=False) as clock:
        led = desk.get(path)
        assert (led.status_code, led["Cache-Control"]) == (302, "no-store")
        link = led["Location"]
        shown = desk.get(link)
        assert shown.getvalue() == PDF
        assert shown["Cache-Control"] == "private, max-age=600"
        other = Client(headers=ENGLISH)
        other.force_login(agent)
        for wrong in (
            other.get(link),
            desk.get(f"{link}x"),
            desk.get(link.replace("until=1", "until=2")),
            desk.get(f"{path}?until=x&key=y"),
        ):
            assert wrong.status_code == 404
            assert 'class="error-sign">404' in wrong.content.decode()
        assert "This link has ended" in other.get(link).content.decode()
        assert other.get(path, follow=True).getvalue() == PDF
        clock.shift(timedelta(minutes=4))
        assert desk.get(path)["Location"] == link
        clock.shift(timedelta(minutes=7))
        ended = desk.get(link)
        assert ended.status_code == 404
        assert path in ended.content.decode()
        fresh = desk.get(path)["Location"]
        assert desk.get(fresh).getvalue() == PDF
        desk.logout()
        assert desk.get(fresh).status_code == 302


@pytest.mark.parametrize(
    ("asked", "status", "part", "told"),
    [
        ("bytes=0-", 206, PDF, f"bytes 0-{len(PDF) - 1}/{len(PDF)}"),
        ("bytes=2-4", 206, PDF[2:5], f"bytes 2-4/{len(PDF)}"),
        ("bytes=-3", 206, PDF[-3:], f"bytes {len(PDF) - 3}-{len(PDF) - 1}/{len(PDF)}"),
        ("bytes=4-9999", 206, PDF[4:], f"bytes 4-{len(PDF) - 1}/{len(PDF)}"),
        ("bytes=9999-", 416, b"", f"bytes */{len(PDF)}"),
        ("bytes=5-2", 416, b"", f"bytes */{len(PDF)}"),
        ("bytes=-0", 416, b"", f"bytes */{len(PDF)}"),
        ("bytes=0-1,3-4", 200, PDF, None),
        ("bytes=-", 200, PDF, None),
        ("lines=1-2", 200, PDF, None),
    ],
)
def test_a_player_gets_the_range_that_it_asks_for(
    desk: Client, agent: User, asked: str, status: int, part: bytes, told: str | None
) -> None:
    inquiry, file = sent("a.pdf", PDF, agent)
    link = desk.get(address(inquiry, file))["Location"]
    answer = desk.get(link, headers={"Range": asked})
    assert (answer.status_code, answer.getvalue()) == (status, part)
    assert answer.get("Content-Range") == told
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Content-Security-Policy"] == "sandbox"
    if status != 416:
        assert answer["Content-Length"] == str(len(part))


def test_a_file_that_the_scanner_has_not_answered_for_is_not_handed_out(
    desk: Client, agent: User
) -> None:
    inquiry, file = sent("a.pdf", PDF, agent)
    path = address(inquiry, file)
    page = f"/desk/inquiries/{inquiry.number}/"
    assert "not scanned" in desk.get(page, headers=ENGLISH).content.decode()
    for scan, said in (
        (Scan.WAITING, "being checked"),
        (Scan.INFECTED, "removed, it held harmful software"),
    ):
        Attachment.objects.update(scan=scan)
        shown = desk.get(page, headers=ENGLISH).content.decode()
        assert said in shown
        assert path not in shown
        assert desk.get(path).status_code == 404
    Attachment.objects.update(scan=Scan.CLEAN, content_type="video/mp4")
    shown = desk.get(page, headers=ENGLISH).content.decode()
    assert f'<video src="{path}" controls preload="metadata"' in shown
    assert "not scanned" not in shown
