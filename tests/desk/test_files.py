"""Attachments at the desk: the same row filter, and no rights for what is inside."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from inquiries import services
from inquiries.models import Inquiry
from staff.models import User
from tests.factories import InquiryFactory
from tickets.models import Attachment

pytestmark = pytest.mark.django_db

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
    response = desk.get(f"/desk/inquiries/{inquiry.number}/files/{file.public_id}/")
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
