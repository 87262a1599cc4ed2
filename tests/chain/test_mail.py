"""A missed promise reaches a mailbox through real beat, broker, workers and SMTP."""

import os
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from django.utils import timezone

from bench import house
from helpdesk.launch import parts
from sla.models import Medium, Notification
from staff.models import Role
from tests.factories import InquiryFactory, UserFactory
from tests.sla.ladders import publish_ladder, rung
from tests.smtp import Mailbox, mail_server

pytestmark = pytest.mark.chain


@pytest.fixture
def mailbox(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mailbox]:
    """A mail server, and the chain with the worker of the other queue, which uses it."""
    url = urlsplit(os.environ["DATABASE_URL"])
    path = f"/{connection.settings_dict['NAME']}"
    monkeypatch.setenv("DATABASE_URL", urlunsplit(url._replace(path=path)))
    with mail_server() as box:
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{box.port}")
        with house.chain(more={"default": parts.worker_default()}):
            yield box


def test_a_missed_promise_arrives_as_one_mail(mailbox: Mailbox) -> None:
    publish_ladder(
        rung("manager", by_mail=True),
        at=timezone.now(),
        IN_FIRST_REPLY={"budget": timedelta(seconds=1)},
    )
    manager = UserFactory.create(role=Role.MANAGER, email="manager@example.cn")
    numbers = {InquiryFactory.create(at=timezone.now()).number for _ in range(3)}

    house.wait_for(lambda: bool(mailbox.arrived), seconds=30, what="a mail")

    (message,) = mailbox.of(manager.email)
    assert all(number in message.get_content() for number in numbers)
    house.wait_for(
        lambda: not Notification.objects.filter(medium=Medium.MAIL, sent_at=None),
        seconds=5,
        what="the marks",
    )
