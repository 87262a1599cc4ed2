"""A customer's conversation: what it says about the promise, and who may see it."""

import uuid
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from inquiries import services
from inquiries.models import Inquiry
from sla import detector
from sla.services import alerts
from staff.models import Role, User
from tests.factories import UserFactory
from tests.finishing import finish as end
from tests.portal.conftest import ask, path_of, picture
from tickets.models import Attachment


@pytest.fixture
def agent(db: None) -> User:
    return UserFactory.create(work_number="2001")


@pytest.fixture
def inquiry(customer: Client) -> Inquiry:
    return ask(customer)


def test_the_promise_is_shown_with_its_clock(
    customer: Client, inquiry: Inquiry
) -> None:
    page = customer.get(path_of(inquiry)).content.decode()
    due = inquiry.clocks.get().due_at
    assert 'data-state="running"' in page
    assert f'data-due="{round(due.timestamp() * 1000)}"' in page
    assert "You are next." in page


def test_who_waits_longer_is_counted(customer: Client, inquiry: Inquiry) -> None:
    later = ask(customer, surname="李", phone="")
    assert "1 customer is before you." in customer.get(path_of(later)).content.decode()


def test_a_missed_promise_is_said_first_even_if_no_job_has_noticed(
    customer: Client, inquiry: Inquiry
) -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=42), tick=False):
        page = customer.get(path_of(inquiry)).content.decode()
    assert "We are late." in page
    assert 'data-state="late"' in page
    assert "The supervisor is being told now." in page


def test_an_answer_in_time_reads_as_met(
    customer: Client, inquiry: Inquiry, agent: User
) -> None:
    at = inquiry.created_at + timedelta(seconds=12)
    services.reply(inquiry, text="每天 200 元起。", by=agent, at=at)
    page = customer.get(path_of(inquiry)).content.decode()
    assert 'data-state="met"' in page
    assert "0:12" in page
    assert "Agent 2001" in page
    assert agent.display_name not in page


def test_a_late_answer_is_admitted(
    customer: Client, inquiry: Inquiry, agent: User
) -> None:
    at = inquiry.created_at + timedelta(seconds=75)
    services.reply(inquiry, text="抱歉,久等了。", by=agent, at=at)
    page = customer.get(path_of(inquiry)).content.decode()
    assert 'data-state="missed"' in page
    assert "We were too late" in page


def test_writing_more_adds_a_message(customer: Client, inquiry: Inquiry) -> None:
    response = customer.post(path_of(inquiry, "write/"), {"text": "还有押金吗?"})
    assert response.status_code == 303
    assert "还有押金吗?" in customer.get(response["Location"]).content.decode()


def test_htmx_gets_the_thread_alone(customer: Client, inquiry: Inquiry) -> None:
    response = customer.post(
        path_of(inquiry, "write/"), {"text": "好"}, headers={"hx-request": "true"}
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in page
    assert page.count('id="thread"') == 1
    fragment = customer.get(path_of(inquiry), headers={"hx-request": "true"})
    assert "<html" not in fragment.content.decode()
    assert "HX-Request" in fragment["Vary"]


def test_a_second_click_sends_once(customer: Client, inquiry: Inquiry) -> None:
    data = {"text": "一次", "client_token": str(uuid.uuid4())}
    for _ in range(2):
        customer.post(path_of(inquiry, "write/"), data)
    assert inquiry.messages.filter(text="一次").count() == 1


def test_an_empty_message_is_refused_beside_the_field(
    customer: Client, inquiry: Inquiry
) -> None:
    response = customer.post(path_of(inquiry, "write/"), {"text": "  \n "})
    assert response.status_code == 422
    assert "Please write something first." in response.content.decode()
    assert inquiry.messages.filter(direction="in").count() == 1


def test_writing_to_a_finished_conversation_is_409_and_keeps_the_text(
    customer: Client, inquiry: Inquiry, agent: User
) -> None:
    finish(inquiry, agent)
    response = customer.post(path_of(inquiry, "write/"), {"text": "等一下"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "等一下" in page
    assert "Reopen it to write more" in page
    assert not inquiry.messages.filter(text="等一下").exists()


def test_htmx_sees_the_finished_state_with_the_refusal(
    customer: Client, inquiry: Inquiry, agent: User
) -> None:
    finish(inquiry, agent)
    response = customer.post(
        path_of(inquiry, "write/"), {"text": "等"}, headers={"hx-request": "true"}
    )
    page = response.content.decode()
    assert response.status_code == 409
    assert 'id="ending"' in page
    assert 'id="error-form"' in page


def test_a_customer_reopens_within_72_hours_and_not_later(
    customer: Client, inquiry: Inquiry, agent: User
) -> None:
    closed_at = finish(inquiry, agent)
    with time_machine.travel(closed_at + timedelta(hours=73), tick=False):
        assert "Take it up again" not in customer.get(path_of(inquiry)).content.decode()
        assert customer.post(path_of(inquiry, "reopen/")).status_code == 409
    with time_machine.travel(closed_at + timedelta(hours=71), tick=False):
        assert "Take it up again" in customer.get(path_of(inquiry)).content.decode()
        assert customer.post(path_of(inquiry, "reopen/")).status_code == 303
    inquiry.refresh_from_db()
    assert inquiry.closed_at is None


@pytest.mark.clause("IN-08")
def test_internal_notes_and_their_files_never_leave_the_house(
    customer: Client, inquiry: Inquiry, agent: User
) -> None:
    at = timezone.now()
    services.write_note(inquiry, text="难缠", by=agent, at=at, files=[picture()])
    secret = Attachment.objects.get(message__direction="note")
    assert "难缠" not in customer.get(path_of(inquiry)).content.decode()
    address = path_of(inquiry, f"files/{secret.public_id}/")
    assert customer.get(address).status_code == 404


def test_a_file_is_served_by_its_conversation_only(
    customer: Client, inquiry: Inquiry
) -> None:
    mine = ask(customer, surname="李", phone="", files=[picture("里.png")])
    file = Attachment.objects.get()
    response = customer.get(path_of(mine, f"files/{file.public_id}/"), follow=True)
    assert response.status_code == 200
    assert response.getvalue().startswith(b"\x89PNG")
    assert response["Content-Type"] == "image/png"
    assert response["Content-Security-Policy"] == "sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    other = path_of(inquiry, f"files/{file.public_id}/")
    assert customer.get(other).status_code == 404
    unknown = path_of(mine, f"files/{uuid.uuid4()}/")
    assert customer.get(unknown).status_code == 404


@pytest.mark.parametrize("verb", ["", "write/", "reopen/"])
def test_a_strangers_link_is_404(customer: Client, inquiry: Inquiry, verb: str) -> None:
    for token in (inquiry.number, f"{inquiry.number}.x", "IN20261123AAAAAA.abc", "."):
        address = f"/thread/{token}/{verb}"
        answer = (
            customer.post(address, {"text": "x"}) if verb else customer.get(address)
        )
        assert answer.status_code == 404


def test_a_thread_is_never_cached_and_never_indexed(
    customer: Client, inquiry: Inquiry
) -> None:
    response = customer.get(path_of(inquiry))
    assert "no-store" in response["Cache-Control"]
    assert 'name="robots" content="noindex"' in response.content.decode()


def test_opening_a_thread_changes_nothing(customer: Client, inquiry: Inquiry) -> None:
    before = list(inquiry.events.values_list("pk", flat=True))
    customer.get(path_of(inquiry))
    assert list(inquiry.events.values_list("pk", flat=True)) == before
    assert customer.get(path_of(inquiry, "write/")).status_code == 405
    assert customer.get(path_of(inquiry, "reopen/")).status_code == 405


def test_messages_that_look_alike_keep_their_own_words(
    customer: Client, inquiry: Inquiry
) -> None:
    """What is kept of a message is its frame."""
    at = inquiry.created_at + timedelta(seconds=1)
    services.customer_writes(inquiry, text="<b>只给我</b>", files=[], at=at)
    other = ask(Client(headers={"accept-language": "en"}), surname="李", phone="")
    services.customer_writes(other, text="只给李", files=[], at=at)
    own, others = (
        customer.get(path_of(it)).content.decode() for it in (inquiry, other)
    )
    assert "&lt;b&gt;只给我&lt;/b&gt;" in own
    assert "只给李" not in own
    assert "只给李" in others
    assert "只给我" not in others
    last = inquiry.messages.last()
    assert f'id="message-{last.pk}"' in own
    assert f'id="message-{last.pk}"' not in others


def test_a_long_thread_takes_as_many_queries_as_a_short_one(
    customer: Client,
    inquiry: Inquiry,
    agent: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(8):
        at = inquiry.created_at + timedelta(seconds=n + 1)
        services.reply(inquiry, text=f"{n}", by=agent, at=at, files=[picture()])
    # Inquiry, clock, what is merged, messages, attachments, topics, faults
    with django_assert_num_queries(7):
        customer.get(path_of(inquiry), headers={"hx-request": "true"})


def finish(inquiry: Inquiry, agent: User) -> datetime:
    """Answer and close, a minute after it was asked."""
    at = inquiry.created_at + timedelta(seconds=20)
    services.reply(inquiry, text="好了。", by=agent, at=at)
    closed_at = at + timedelta(seconds=40)
    end(inquiry, by=agent, at=closed_at)
    return closed_at


def test_the_customer_reads_when_the_supervisor_was_told(
    customer: Client, inquiry: Inquiry
) -> None:
    UserFactory.create(role=Role.SUPERVISOR)
    late = inquiry.clocks.get().due_at + timedelta(seconds=2)
    detector.sweep(clock=lambda: late)
    alerts.announce(at=late)
    with time_machine.travel(late + timedelta(seconds=1), tick=False):
        page = customer.get(path_of(inquiry)).content.decode()
    assert f"The supervisor was told at {timezone.localtime(late):%H:%M:%S}." in page


@pytest.mark.clause("IN-26", "CM-20")
def test_with_the_greeting_the_six_topics_are_offered_and_a_click_adds_one(
    customer: Client, inquiry: Inquiry, agent: User
) -> None:
    path = path_of(inquiry)
    assert customer.get(path).context["thread"].topics_offered == []
    services.greet(inquiry, by=agent, at=inquiry.created_at)
    offered = customer.get(path).context["thread"].topics_offered
    assert len(offered) == 6
    assert [code for code, _, asked in offered if asked] == ["operation_use"]
    for _click in range(2):
        response = customer.post(f"{path}topic/", {"topic": "delivery_time"})
        assert response.status_code == 303
    assert [it.topic for it in inquiry.topics.all()] == [
        "operation_use",
        "delivery_time",
    ]
    assert customer.post(f"{path}topic/", {"topic": "weather"}).status_code == 422
    assert customer.get(f"{path}topic/").status_code == 405


@pytest.mark.clause("IN-52")
def test_the_closing_question_is_answered_with_one_click(
    customer: Client, inquiry: Inquiry, agent: User
) -> None:
    at = inquiry.created_at + timedelta(seconds=5)
    services.reply(inquiry, text="好。", by=agent, at=at, answers=["operation_use"])
    path = path_of(inquiry)
    assert 'id="no-more"' not in customer.get(path).content.decode()
    services.ask_closing_question(inquiry, by=agent, at=at)
    page = customer.get(path)
    assert 'id="no-more"' in page.content.decode()
    token = page.context["thread"].no_more_token
    for _click in range(2):
        customer.post(f"{path}write/", {"text": "没有了。", "client_token": token})
    inquiry.refresh_from_db()
    assert inquiry.closing_answered_at is not None
    assert inquiry.messages.filter(text="没有了。").count() == 1
    assert 'id="no-more"' not in customer.get(path).content.decode()


def test_a_finished_conversation_takes_no_topic(
    customer: Client, inquiry: Inquiry, agent: User
) -> None:
    finish(inquiry, agent)
    response = customer.post(f"{path_of(inquiry)}topic/", {"topic": "delivery_time"})
    assert response.status_code == 409
    assert inquiry.topics.count() == 1
