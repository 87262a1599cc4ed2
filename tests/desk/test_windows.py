"""Several windows on one conversation: each shows all that was said, and its own view."""

import re
import uuid

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from helpdesk.desk.views.verbs import only_what_is_new
from helpdesk.desk.workspace import Workspace
from inquiries import services
from inquiries.models import Inquiry
from staff.models import User
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "Accept-Language": "en"}
LINE = re.compile(r'id="message-(\d+)"')


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return InquiryFactory.create(at=timezone.now())


@pytest.fixture
def other_desk(colleague: User) -> Client:
    client = Client()
    client.force_login(colleague)
    return client


def lines(response: HttpResponse) -> list[int]:
    return [int(pk) for pk in LINE.findall(response.content.decode())]


def thread(client: Client, inquiry: Inquiry) -> HttpResponse:
    path = f"/desk/inquiries/{inquiry.number}/thread/"
    return client.get(path, headers=HTMX)  # type: ignore[return-value]


def seen(response: HttpResponse) -> str:
    """How far a window has read."""
    found = re.search(
        r'form="composer" name="seen" value="(\d+)"', response.content.decode()
    )
    assert found is not None
    return found[1]


def say(
    client: Client, inquiry: Inquiry, text: str, *, verb: str = "reply", **data: str
) -> HttpResponse:
    fields = {"client_token": str(uuid.uuid4()), "text": text, **data}
    path = f"/desk/inquiries/{inquiry.number}/{verb}/"
    return client.post(path, fields, headers=HTMX)  # type: ignore[return-value]


@pytest.mark.parametrize("verb", ["reply", "note"])
def test_a_window_that_has_read_all_gets_only_what_was_just_said(
    desk: Client, inquiry: Inquiry, verb: str
) -> None:
    window = thread(desk, inquiry)
    answer = say(desk, inquiry, "可以租", verb=verb, seen=seen(window))
    assert b"data-grows" in answer.content
    assert lines(answer) == [inquiry.messages.last().pk]
    # What the answer brings is what the whole conversation shows of it.
    whole = thread(desk, inquiry)
    assert b"data-grows" not in whole.content
    assert lines(window) + lines(answer) == lines(whole)
    said = (
        answer.content.decode().partition('<li class="message')[2].partition("</li>")[0]
    )
    assert said in whole.content.decode()
    # The answer counts as read: the next one is as short.
    again = say(desk, inquiry, "还有灯", verb=verb, seen=seen(answer))
    assert lines(again) == [inquiry.messages.last().pk]


def test_two_replies_at_once_from_two_windows_both_appear_in_both(
    desk: Client, other_desk: Client, inquiry: Inquiry
) -> None:
    read = seen(thread(desk, inquiry))
    assert seen(thread(other_desk, inquiry)) == read
    first = say(desk, inquiry, "第一", seen=read)
    second = say(other_desk, inquiry, "第二", seen=read)
    everything = [message.pk for message in inquiry.messages.all()]
    assert len(everything) == 3
    assert lines(first) == everything[1:2]
    assert lines(second) == everything
    # The live stream has the first one fetch the conversation.
    assert lines(thread(desk, inquiry)) == everything


def test_who_does_not_say_how_far_they_have_read_gets_everything(
    desk: Client, inquiry: Inquiry
) -> None:
    for data in ({}, {"seen": ""}, {"seen": "-1"}, {"seen": "<b>"}):
        answer = say(desk, inquiry, "好", **data)
        assert lines(answer) == [message.pk for message in inquiry.messages.all()]


def test_a_second_click_gets_everything(desk: Client, inquiry: Inquiry) -> None:
    click = {"client_token": str(uuid.uuid4()), "seen": seen(thread(desk, inquiry))}
    for _click in range(2):
        answer = say(desk, inquiry, "好", **click)
    assert lines(answer) == [message.pk for message in inquiry.messages.all()]


def test_what_was_said_between_the_look_and_the_step_is_not_left_out(
    agent: User, inquiry: Inquiry, rf: RequestFactory
) -> None:
    before = Inquiry.objects.get(pk=inquiry.pk)
    request = rf.post("/", {"seen": before.event_count})
    services.customer_writes(inquiry, text="还在吗", at=timezone.now())
    now = timezone.now()
    said = services.reply(inquiry, text="在", by=agent, at=now)
    workspace = Workspace.of(inquiry.number, user=agent, at=now)
    assert only_what_is_new(request, before, workspace, said, at=now).said is None


def test_a_second_click_never_takes_anothers_words_for_its_own(
    agent: User, inquiry: Inquiry, rf: RequestFactory
) -> None:
    said = services.reply(inquiry, text="在", by=agent, at=timezone.now())
    before = Inquiry.objects.get(pk=inquiry.pk)
    request = rf.post("/", {"seen": before.event_count})
    services.customer_writes(inquiry, text="还在吗", at=timezone.now())
    now = timezone.now()
    workspace = Workspace.of(inquiry.number, user=agent, at=now)
    assert only_what_is_new(request, before, workspace, said, at=now).said is None


def test_a_note_on_what_is_merged_here_is_not_left_out(
    desk: Client, other_desk: Client, agent: User, inquiry: Inquiry
) -> None:
    merged = InquiryFactory.create(at=timezone.now())
    services.merge(merged, into=inquiry, by=agent, at=timezone.now())
    window = seen(thread(desk, inquiry))
    say(other_desk, merged, "仓库说有货", verb="note")
    answer = say(desk, inquiry, "有货", seen=window)
    assert "仓库说有货" in answer.content.decode()


def test_nobody_reads_me_for_another(
    desk: Client, other_desk: Client, agent: User, inquiry: Inquiry
) -> None:
    services.take(inquiry, by=agent, at=timezone.now())
    for _look in range(2):
        mine, theirs = (
            thread(client, inquiry).content.decode().partition("thread-clock")[0]
            for client in (desk, other_desk)
        )
        assert "me</span>" in mine
        assert agent.display_name not in mine
        assert "me</span>" not in theirs
        assert f"{agent.display_name}</span>" in theirs


def test_each_window_has_a_token_of_its_own(desk: Client, inquiry: Inquiry) -> None:
    path = f"/desk/inquiries/{inquiry.number}/"
    pages = [desk.get(path, headers=HTMX).content.decode() for _look in range(2)]
    found = [
        set(re.findall(r'name="client_token" value="([^"]+)"', it)) for it in pages
    ]
    composers = [re.findall(r'csrfmiddlewaretoken" value="(\w+)"', it) for it in pages]
    assert found[0] != found[1]
    assert all(len(set(one)) == 1 for one in composers)
    assert composers[0] != composers[1]
