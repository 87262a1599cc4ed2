"""The fixtures themselves: each test finds the company, whatever ran before it."""

from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings

from knowledge.models import Script
from sla.models import ClockEvent, Policy, PolicyVersion
from staff.models import User
from tests.factories import InquiryFactory, UserFactory
from tickets.models import Channel, Event, Ticket


@pytest.mark.parametrize("time", ["first", "second"])
@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_finds_the_company_and_nobody_elses_rows(time: str) -> None:
    assert Ticket.objects.count() == 0
    assert Event.objects.count() == ClockEvent.objects.count() == 0
    assert not User.objects.exists()
    assert PolicyVersion.objects.count() == 1
    script = Script.objects.get(code="GREETING")
    assert script.history.count() == 1
    InquiryFactory.create()
    UserFactory.create()
    script.title_en = "Another title"
    script.save()
    PolicyVersion.objects.create(policy=Policy.objects.get(), number=2)


@pytest.mark.django_db
def test_a_test_that_rolls_back_finds_it_too(at: datetime, web_chat: Channel) -> None:
    inquiry = InquiryFactory.create(at=at)
    assert Ticket.objects.count() == 1
    assert inquiry.channel == web_chat
    assert PolicyVersion.objects.count() == 1


def test_files_of_tests_are_not_kept_among_the_products(tmp_path: Path) -> None:
    assert Path(settings.MEDIA_ROOT).parent == tmp_path.parent
