"""A follow-up that nobody sends goes out through real beat, broker and worker."""

import os
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from django.utils import timezone

from bench import house
from helpdesk.launch import parts
from inquiries import services
from inquiries.services.follow_ups import AUTOMATIC_AFTER
from tests.factories import InquiryFactory, UserFactory
from tests.finishing import finish

pytestmark = pytest.mark.chain


@pytest.mark.clause("IN-54")
def test_what_nobody_sends_arrives_once_though_two_beats_tick(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = urlsplit(os.environ["DATABASE_URL"])
    path = f"/{connection.settings_dict['NAME']}"
    monkeypatch.setenv("DATABASE_URL", urlunsplit(url._replace(path=path)))
    agent, at = UserFactory.create(), timezone.now() - AUTOMATIC_AFTER
    inquiry = InquiryFactory.create(at=at)
    services.reply(inquiry, text="好。", by=agent, at=at, answers=["operation_use"])
    finish(inquiry, by=agent, at=at, intent="clear", consent=True)
    with house.chain(beats=2, more={"default": parts.worker_default()}):
        house.wait_for(
            lambda: inquiry.follow_ups.get().status == "sent",
            seconds=30,
            what="a follow-up",
        )
    message = inquiry.messages.get(text__startswith="感谢您的咨询")
    assert message.automatic
    assert inquiry.events.filter(verb="followed_up").count() == 1
