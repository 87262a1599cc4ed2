"""A draft that was edited after a lost answer: refused, kept, and sent the next time."""

import re
import uuid
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from inquiries import services
from inquiries.models import Inquiry
from staff.models import User
from tests.factories import InquiryFactory
from tests.inquiries.requests import talked
from tests.inquiries.snapshot import everything
from tickets.models import Direction

pytestmark = pytest.mark.django_db

ENGLISH = {"Accept-Language": "en"}
HTMX = {"HX-Request": "true", **ENGLISH}
REFUSED = "An earlier version of this has been sent already."


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return InquiryFactory.create(at=timezone.now())


def post(client: Client, path: str, *, htmx: bool = True, **data: Any) -> HttpResponse:
    headers = HTMX if htmx else ENGLISH
    return client.post(path, data, headers=headers)  # type: ignore[return-value]


def text(response: HttpResponse) -> str:
    return response.content.decode()


def token_in(page: str, form: str) -> str:
    """The client token of a form of this page."""
    inside = page.partition(f'id="{form}"')[2].partition("</form>")[0]
    found = re.search(r'name="client_token"[^>]*value="([^"]+)"', inside)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("verb", ["reply", "note"])
def test_without_a_script_the_text_stays_with_a_token_of_its_own(
    desk: Client, inquiry: Inquiry, verb: str
) -> None:
    path, token = f"/desk/inquiries/{inquiry.number}/{verb}/", str(uuid.uuid4())
    post(desk, path, text="第一稿", client_token=token)
    refused = post(desk, path, htmx=False, text="第二稿", client_token=token)
    assert refused.status_code == 409
    page = text(refused)
    assert REFUSED in page
    assert ">第二稿</textarea>" in page
    fresh = token_in(page, "composer")
    assert fresh != token
    sent = post(desk, path, htmx=False, text="第二稿", client_token=fresh)
    assert sent.status_code == 303
    own = inquiry.messages.exclude(direction=Direction.IN)
    assert [message.text.split("\n")[-1] for message in own] == ["第一稿", "第二稿"]


def test_htmx_is_told_that_the_token_is_used_up(desk: Client, inquiry: Inquiry) -> None:
    path, token = f"/desk/inquiries/{inquiry.number}/reply/", str(uuid.uuid4())
    assert post(desk, path, text="第一稿", client_token=token).status_code == 200
    again = post(desk, path, text="第一稿", client_token=token)
    assert (again.status_code, again["HX-Trigger"]) == (200, "desk:acted")
    before = everything()
    refused = post(desk, path, text="第二稿", client_token=token)
    assert (refused.status_code, refused["HX-Trigger"]) == (409, "sent:otherwise")
    assert REFUSED in text(refused)
    assert everything() == before


@pytest.mark.parametrize("htmx", [True, False])
def test_a_popup_gets_a_token_of_its_own(desk: Client, *, htmx: bool) -> None:
    talk, token = talked(at=timezone.now()), str(uuid.uuid4())
    path = f"/desk/inquiries/{talk.number}/contract-request/"
    wish = {"clause": "early_return", "client_token": token}
    post(desk, path, wish="不扣费", **wish)
    refused = post(desk, path, htmx=htmx, wish="只扣一天", **wish)
    assert refused.status_code == 409
    page = text(refused)
    assert REFUSED in page
    if htmx:
        found = re.search(r'value="([^"]+)" id="contract-request-client_token"', page)
        assert found is not None
        fresh = found[1]
    else:
        assert "只扣一天" in page
        fresh = token_in(page, "contract-request-form")
    assert fresh != token
    post(desk, path, wish="只扣一天", **{**wish, "client_token": fresh})
    wishes = talk.contract_requests.values_list("wish", flat=True)
    assert list(wishes) == ["不扣费", "只扣一天"]


def test_a_question_taken_down_keeps_its_words_and_gets_another_token(
    desk: Client,
) -> None:
    form = {
        "channel": "onsite_demo",
        "topic": "operation_use",
        "surname": "王",
        "client_token": str(uuid.uuid4()),
    }
    assert post(desk, "/desk/receive/", text="怎么开机?", **form).status_code == 303
    refused = post(desk, "/desk/receive/", htmx=False, text="怎么关机?", **form)
    assert refused.status_code == 409
    assert "怎么关机?</textarea>" in text(refused)
    fresh = token_in(text(refused), "receive")
    form["client_token"] = fresh
    assert post(desk, "/desk/receive/", text="怎么关机?", **form).status_code == 303
    assert Inquiry.objects.count() == 2


def test_an_answer_for_a_callback_that_is_done_is_not_lost(
    desk: Client, agent: User, inquiry: Inquiry
) -> None:
    services.announce_checking(
        inquiry, surname="王", phone="", question="?", by=agent, at=timezone.now()
    )
    path, token = f"/desk/callbacks/{inquiry.number}/done/", str(uuid.uuid4())
    done = {"way": "message", "client_token": token}
    post(desk, path, outcome="可以。", **done)
    for htmx in (True, False):
        refused = post(desk, path, htmx=htmx, outcome="可以,接HDMI。", **done)
        assert refused.status_code == 409
        page = text(refused)
        assert REFUSED in page
        assert "可以,接HDMI。" in page
        assert f'href="/desk/inquiries/{inquiry.number}/"' in page
