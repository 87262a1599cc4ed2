"""A customer at the portal, in English so that tests read like the source."""

import io
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from inquiries.links import inquiry_of, thread_path
from inquiries.models import Inquiry

QUESTION = {
    "surname": "王",
    "phone": "138 0013 8000",
    "topic": "operation_use",
    "text": "两台摄像机租三天多少钱?",
}


@pytest.fixture
def customer(db: None) -> Client:
    """A browser of a stranger who has not asked before."""
    cache.clear()
    return Client(headers={"accept-language": "en"})


def ask(customer: Client, **changes: Any) -> Inquiry:
    """Ask through the page; the inquiry that came of it."""
    response = customer.post("/ask/", {**QUESTION, **changes})
    assert response.status_code == 303, response.content.decode()
    return inquiry_of(response["Location"].split("/")[2])


def path_of(inquiry: Inquiry, verb: str = "") -> str:
    """The customer's address of a conversation, or of a verb on it."""
    return f"{thread_path(inquiry)}{verb}"


def picture(
    name: str = "photo.png", size: tuple[int, int] = (8, 6)
) -> SimpleUploadedFile:
    """A small real picture."""
    content = io.BytesIO()
    Image.new("RGB", size, "teal").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), "image/png")
