"""A supervisor watches, says a private word, joins, takes over, acknowledges in one."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from helpdesk.supervision import board, snapshot
from inquiries import services
from inquiries.models import Inquiry
from sla import detector
from sla.models import Clock
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory
from tests.finishing import finish
from tests.objections.cases import filed
from tickets import feed
from tickets.models import Event, PrivateWord, Ticket, Verb
from tickets.services import words

pytestmark = pytest.mark.django_db

WATCH = "/supervision/watch"
ENGLISH = {"Accept-Language": "en"}
HTMX = {"HX-Request": "true", **ENGLISH}


@pytest.fixture
def supervisor(db: None) -> User:
    return UserFactory.create(role=Role.SUPERVISOR, display_name="陈立")


@pytest.fixture
def agent(db: None) -> User:
    return UserFactory.create(display_name="林晓")


@pytest.fixture
def inquiry(agent: User) -> Inquiry:
    inquiry = InquiryFactory.create(at=timezone.now())
    services.take(inquiry, by=agent, at=timezone.now())
    return inquiry


@pytest.fixture
def door(client: Client, supervisor: User) -> Client:
    client.force_login(supervisor)
    return client


def verbs(ticket: Ticket) -> list[str]:
    return list(Event.objects.filter(ticket=ticket).values_list("verb", flat=True))


@pytest.mark.clause("SH-08")
def test_a_private_word_reaches_the_colleague_and_nobody_else(
    door: Client,
    supervisor: User,
    agent: User,
    inquiry: Inquiry,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    data = {"to": agent.pk, "text": "先确认档期再报价", "client_token": uuid.uuid4()}
    for _ in range(2):
        response = door.post(f"{WATCH}/{inquiry.number}/word/", data, headers=HTMX)
        assert response.status_code == 200
    word = PrivateWord.objects.get()
    assert (word.sender, word.recipient, word.heard_at) == (supervisor, agent, None)
    assert verbs(inquiry).count(Verb.PRIVATE_WORD) == 1
    assert word.text not in str(Event.objects.filter(ticket=inquiry).values("data"))
    # It is no message: nothing that customers see can hold it.
    assert not inquiry.messages.filter(text__contains="档期").exists()
    monitor = door.get(f"{WATCH}/{inquiry.number}/", headers=ENGLISH).content.decode()
    assert "not read yet" in monitor

    door.force_login(UserFactory.create())
    assert word.text not in door.get(reverse("desk:notices")).content.decode()
    assert door.post(f"/desk/words/{word.pk}/heard/").status_code == 404
    door.force_login(agent)
    notices = door.get(reverse("desk:notices"), headers=ENGLISH).content.decode()
    assert word.text in notices
    assert "Privately from 陈立" in notices
    count = reverse("desk:notice_count")
    assert ">1<" in door.get(count).content.decode()
    heard: list[str] = []
    monkeypatch.setattr(
        feed, "publish", lambda notices: heard.extend(channel for channel, _ in notices)
    )
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            left = door.post(f"/desk/words/{word.pk}/heard/", headers=HTMX)
            assert word.text not in left.content.decode()
    # Their other tabs are told, once.
    assert heard == [feed.user_channel(agent.pk)]
    assert ">1<" not in door.get(count).content.decode()
    word.refresh_from_db()
    assert word.heard_at is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  ", "Please write something first."),
        ("字" * 501, "At most 500 characters."),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
def test_a_word_without_sense_is_refused_with_a_reason(
    door: Client, agent: User, inquiry: Inquiry, text: str, said: str
) -> None:
    path = f"{WATCH}/{inquiry.number}/word/"
    other = UserFactory.create()
    for headers in (HTMX, ENGLISH):
        response = door.post(path, {"to": other.pk, "text": text}, headers=headers)
        assert response.status_code == 422
        assert said in response.content.decode()
    # Whoever was chosen stays chosen.
    assert f'value="{other.pk}" selected' in response.content.decode()
    assert not PrivateWord.objects.exists()


def test_a_word_goes_to_somebody_else_who_sees_the_ticket(
    supervisor: User, agent: User, inquiry: Inquiry
) -> None:
    at = timezone.now()
    stranger = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    gone = UserFactory.create(is_active=False)
    for to in (supervisor, stranger, gone):
        with pytest.raises(ValidationError) as refused:
            words.send_word(inquiry, to=to, text="好", by=supervisor, at=at)
        assert set(refused.value.error_dict) == {"to"}
    assert not PrivateWord.objects.exists()
    assert Verb.PRIVATE_WORD not in verbs(inquiry)


@pytest.mark.clause("CM-55")
def test_watching_changes_nothing_and_colleagues_know_of_it(
    door: Client, agent: User, inquiry: Inquiry
) -> None:
    before = Ticket.objects.filter(pk=inquiry.pk).values().get()
    page = door.get(f"{WATCH}/{inquiry.number}/", headers=ENGLISH)
    html = page.content.decode()
    assert inquiry.messages.get().text in html
    assert "<textarea" in html
    assert 'name="answers"' not in html
    part = door.get(f"{WATCH}/{inquiry.number}/", headers=HTMX).content.decode()
    assert "<form" not in part
    assert Ticket.objects.filter(pk=inquiry.pk).values().get() == before
    door.force_login(agent)
    desk = door.get("/desk/", headers=ENGLISH).content.decode()
    assert "Supervisors may watch conversations here as they go." in desk


@pytest.mark.clause("SH-08")
def test_who_joins_is_named_in_the_history_once_and_writes_beside_the_colleague(
    door: Client, supervisor: User, agent: User, inquiry: Inquiry
) -> None:
    path = f"{WATCH}/{inquiry.number}/join/"
    for _ in range(2):
        response = door.post(path)
        assert response.status_code == 303
        assert response["Location"] == f"/desk/inquiries/{inquiry.number}/"
    assert verbs(inquiry).count(Verb.JOINED) == 1
    services.reply(inquiry, text="我来补充。", by=supervisor, at=timezone.now())
    inquiry.refresh_from_db()
    assert inquiry.assignee == agent
    assert (
        "Supervisor joined"
        in door.get(f"{WATCH}/{inquiry.number}/", headers=ENGLISH).content.decode()
    )
    door.post(f"{WATCH}/{inquiry.number}/take/")
    inquiry.refresh_from_db()
    assert inquiry.assignee == supervisor


def test_nobody_joins_what_has_ended(
    door: Client, agent: User, inquiry: Inquiry
) -> None:
    services.reply(inquiry, text="好", by=agent, at=timezone.now())
    finish(inquiry, by=agent, at=timezone.now())
    response = door.post(f"{WATCH}/{inquiry.number}/join/", headers=ENGLISH)
    assert response.status_code == 409
    assert "This conversation has ended." in response.content.decode()
    assert Verb.JOINED not in verbs(inquiry)


@pytest.mark.parametrize("role", list(Role))
def test_only_those_who_supervise_watch_speak_and_join(
    client: Client, role: Role, inquiry: Inquiry, agent: User
) -> None:
    person = UserFactory.create(role=role)
    client.force_login(person)
    data = {"to": agent.pk, "text": "好"}
    found = [
        client.get(f"{WATCH}/{inquiry.number}/").status_code,
        client.post(f"{WATCH}/{inquiry.number}/word/", data).status_code,
        client.post(f"{WATCH}/{inquiry.number}/join/").status_code,
        client.post("/supervision/promises/first_reply/acknowledge/").status_code,
    ]
    # A general manager looks on and does not answer customers.
    joined = 303 if person.receives else 403
    assert found == ([200, 303, joined, 422] if person.supervises else [404] * 4)
    assert client.get(f"{WATCH}/IN20260101NOBODY/").status_code == 404


def test_an_objection_is_watched_like_an_inquiry(
    door: Client, supervisor: User
) -> None:
    objection = filed(at=timezone.now())
    html = door.get(f"{WATCH}/{objection.number}/", headers=ENGLISH).content.decode()
    assert "Objection filed" in html
    assert door.post(f"{WATCH}/{objection.number}/join/")["Location"] == (
        f"/desk/objections/{objection.number}/"
    )


def test_all_misses_of_a_kind_that_were_seen_are_acknowledged_in_one(
    door: Client, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = timezone.now()
    for seconds in (90, 80, 40):
        InquiryFactory.create(at=at - timedelta(seconds=seconds))
    detector.sweep(clock=timezone.now)
    oldest, older, newest = Clock.objects.order_by("due_at")
    path = "/supervision/promises/first_reply/acknowledge/"
    data: dict[str, Any] = {"until": int(older.due_at.timestamp() * 1000)}
    monkeypatch.setattr(snapshot, "EVERY", timedelta(0))
    for _ in range(2):
        response = door.post(path, data, headers=HTMX)
        assert response.status_code == 200
    seen = Clock.objects.filter(acknowledged_by=supervisor)
    assert set(seen) == {oldest, older}
    assert f'id="seen-{newest.pk}"' in response.content.decode()
    for until in ("", "x", "-1", "9" * 30):
        wrong = door.post(path, {"until": until}, headers=HTMX)
        assert wrong.status_code == 422
    assert Clock.objects.filter(acknowledged_at=None).get() == newest


def test_of_very_many_misses_it_says_how_many_are_left(
    door: Client, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "EVERY", timedelta(0))
    monkeypatch.setattr(board, "MOST_AT_ONCE", 2)
    at = timezone.now()
    for seconds in (90, 80, 40):
        InquiryFactory.create(at=at - timedelta(seconds=seconds))
    detector.sweep(clock=timezone.now)
    data: dict[str, Any] = {"until": int(at.timestamp() * 1000)}
    path = "/supervision/promises/first_reply/acknowledge/"
    first = door.post(path, data, headers=HTMX)
    assert "1 more is left. Acknowledge all once more." in first.content.decode()
    assert Clock.objects.filter(acknowledged_by=supervisor).count() == 2
    assert door.post(path, data).status_code == 303
    assert not Clock.objects.filter(acknowledged_at=None).exists()
    unknown = "/supervision/promises/no_such_promise/acknowledge/"
    assert door.post(unknown, data, headers=HTMX).status_code == 404
