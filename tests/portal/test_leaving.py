"""A customer who needs no answer any more, and one who comes back."""

import pytest
from django.test import Client
from django.utils import timezone

from inquiries import services
from inquiries.links import thread_path
from inquiries.models import Inquiry
from inquiries.services import follow_ups
from inquiries.services.follow_ups import AUTOMATIC_AFTER
from tests.factories import InquiryFactory, UserFactory
from tests.finishing import finish
from tests.inquiries.snapshot import everything

pytestmark = pytest.mark.django_db

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return InquiryFactory.create(at=timezone.now())


def test_who_no_longer_needs_an_answer_says_so_and_may_come_back(
    client: Client, inquiry: Inquiry
) -> None:
    path = thread_path(inquiry)
    page = client.get(path, headers=ENGLISH).content.decode()
    assert "I no longer need an answer" in page
    for _click in range(2):
        response = client.post(f"{path}leave/")
        assert (response.status_code, response["Location"]) == (303, path)
    inquiry.refresh_from_db()
    assert inquiry.status == "abandoned"
    assert inquiry.clocks.get().status == "cancelled"
    page = client.get(path, headers=ENGLISH).content.decode()
    assert "Take it up again" in page
    client.post(f"{path}reopen/")
    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.cycle) == ("in_service", 2)


def test_who_has_an_answer_sees_no_such_button(
    client: Client, inquiry: Inquiry
) -> None:
    services.reply(inquiry, text="好。", by=UserFactory.create(), at=timezone.now())
    path = thread_path(inquiry)
    assert b'id="leave"' not in client.get(path).content
    before = everything()
    assert client.post(f"{path}leave/").status_code == 409
    assert everything() == before


def goes_on(page: str, *, within: str) -> str:
    """What a place of the page says about the rest."""
    return page.partition(f'id="{within}"')[2].partition("</ul>")[0]


@pytest.mark.clause("IN-49")
def test_who_leaves_while_a_fault_is_open_is_told_that_it_goes_on_and_until_when(
    client: Client, inquiry: Inquiry
) -> None:
    request = services.report_fault(
        inquiry, device="CAM-06", fault="没有画面", by=None, at=timezone.now()
    )
    due = timezone.localtime(inquiry.clocks.get(subject=request.number).due_at)
    before = client.get(thread_path(inquiry), headers=ENGLISH).content.decode()
    told = goes_on(before, within="leave-form")
    client.post(f"{thread_path(inquiry)}leave/")
    page = client.get(thread_path(inquiry), headers=ENGLISH).content.decode()
    for text in (told, goes_on(page, within="ending")):
        assert "This goes on all the same:" in text
        assert "CAM-06" in text
        assert request.number in text
        assert "Technician contacts the customer: by " in text
        assert f"{due:%H:%M:%S}" in text


@pytest.mark.clause("IN-45")
def test_a_wish_whose_result_is_not_told_yet_goes_on_after_the_end(
    client: Client, inquiry: Inquiry
) -> None:
    agent, at = UserFactory.create(), timezone.now()
    services.reply(inquiry, text="好。", by=agent, at=at)
    wish = services.request_contract_change(
        inquiry, clause="early_return", wish="不扣费", by=agent, at=at
    )
    finish(inquiry, by=agent, at=at)
    page = client.get(thread_path(inquiry), headers=ENGLISH).content.decode()
    told = goes_on(page, within="ending")
    assert "Early return" in told
    assert f"{wish.number}</span>" in told
    assert ": by " in told


def test_looking_does_not_leave(client: Client, inquiry: Inquiry) -> None:
    before = everything()
    assert client.get(f"{thread_path(inquiry)}leave/").status_code == 405
    assert everything() == before


@pytest.mark.clause("IN-55")
def test_the_follow_up_stands_in_the_finished_conversation_as_automatic(
    client: Client, inquiry: Inquiry
) -> None:
    agent, at = UserFactory.create(), timezone.now()
    services.reply(inquiry, text="好。", by=agent, at=at, answers=["operation_use"])
    finish(inquiry, by=agent, at=at, intent="clear", consent=True)
    follow_ups.send_due(clock=lambda: at + AUTOMATIC_AFTER)
    page = client.get(thread_path(inquiry), headers=ENGLISH).content.decode()
    last = page.rpartition('<li class="message')[2]
    assert "is-automatic" in last.partition(">")[0]
    assert "感谢您的咨询,为您整理" in last
    assert "Take it up again" in page
