"""A customer's draft that was edited after a lost answer is neither lost nor doubled."""

import re
import uuid
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from inquiries.links import thread_path
from inquiries.models import Inquiry, RepairRequest
from tests.factories import InquiryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("customer")]

ENGLISH = {"Accept-Language": "en"}
REFUSED = "An earlier version of this has been sent already."
QUESTION = {"topic": "operation_use", "surname": "王", "phone": ""}


def post(path: str, *, htmx: bool = False, **data: Any) -> HttpResponse:
    headers = {**ENGLISH, **({"HX-Request": "true"} if htmx else {})}
    return Client().post(path, data, headers=headers)  # type: ignore[return-value]


def fresh_token(response: HttpResponse, form: str, used: str) -> str:
    page = response.content.decode().partition(form)[2].partition("</form>")[0]
    found = re.search(r'name="client_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    assert found[1] != used
    return found[1]


def test_a_message_stays_in_the_form_and_is_sent_the_next_time() -> None:
    inquiry, token = InquiryFactory.create(at=timezone.now()), str(uuid.uuid4())
    path = f"{thread_path(inquiry)}write/"
    assert post(path, text="第一稿", client_token=token).status_code == 303
    refused = post(path, text="第二稿", client_token=token)
    assert refused.status_code == 409
    page = refused.content.decode()
    assert REFUSED in page
    assert ">第二稿</textarea>" in page
    fresh = fresh_token(refused, 'id="composer"', token)
    assert post(path, text="第二稿", client_token=fresh).status_code == 303
    texts = inquiry.messages.values_list("text", flat=True)
    assert list(texts)[1:] == ["第一稿", "第二稿"]


def test_htmx_hears_that_the_token_is_used_up() -> None:
    inquiry, token = InquiryFactory.create(at=timezone.now()), str(uuid.uuid4())
    path = f"{thread_path(inquiry)}write/"
    post(path, htmx=True, text="第一稿", client_token=token)
    refused = post(path, htmx=True, text="第二稿", client_token=token)
    assert (refused.status_code, refused["HX-Trigger"]) == (409, "sent:otherwise")
    assert REFUSED in refused.content.decode()


@pytest.mark.parametrize("htmx", [True, False])
def test_a_question_stays_in_the_form_and_is_asked_the_next_time(*, htmx: bool) -> None:
    token = str(uuid.uuid4())
    post("/ask/", text="第一问", client_token=token, **QUESTION)
    again = post("/ask/", text="第一问", client_token=token, **QUESTION)
    assert again.status_code == 303
    refused = post("/ask/", htmx=htmx, text="第二问", client_token=token, **QUESTION)
    assert refused.status_code == 409
    assert REFUSED in refused.content.decode()
    assert Inquiry.objects.count() == 1
    if htmx:
        assert refused["HX-Trigger"] == "sent:otherwise"
        fresh = str(uuid.uuid4())
    else:
        assert ">第二问</textarea>" in refused.content.decode()
        fresh = fresh_token(refused, 'id="ask"', token)
    post("/ask/", text="第二问", client_token=fresh, **QUESTION)
    assert Inquiry.objects.count() == 2


def test_a_fault_stays_in_the_form_and_is_reported_the_next_time() -> None:
    inquiry, token = InquiryFactory.create(at=timezone.now()), str(uuid.uuid4())
    path = f"{thread_path(inquiry)}fault/"
    fault = {"device": "CAM-06", "urgency": "normal"}
    post(path, fault="没有画面", client_token=token, **fault)
    refused = post(path, fault="没有声音", client_token=token, **fault)
    assert refused.status_code == 409
    assert "没有声音" in refused.content.decode()
    fresh = fresh_token(refused, 'class="fault-form"', token)
    post(path, fault="没有声音", client_token=fresh, **fault)
    assert RepairRequest.objects.count() == 2
