"""Measurements measure the real thing: their clocks are as the product makes them."""

from datetime import timedelta

import pytest
from django.forms.models import model_to_dict
from django.utils import timezone

from bench import crowd
from sla import detector
from sla.metrics import Metric
from sla.models import Clock
from sla.services import audit
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db

OWN = {"id", "ticket", "chain_head"}


def test_a_crowd_agrees_with_its_record_before_and_after_the_detector() -> None:
    due_at = timezone.now() - timedelta(minutes=1)
    crowd.add(3, prefix="A", first_due=due_at, warned=False)
    crowd.add(3, prefix="B", first_due=due_at + timedelta(days=1), warned=False)
    for _ in range(2):
        clocks = Clock.objects.all()
        assert len(clocks) == 6
        assert [problem for clock in clocks for problem in audit.problems(clock)] == []
        detector.sweep(clock=timezone.now)
    assert Clock.objects.exclude(breached_at=None).count() == 3


def test_a_clock_of_a_crowd_is_one_of_the_product() -> None:
    at = timezone.now()
    inquiry = InquiryFactory.create(at=at)
    real = Clock.objects.get(ticket_id=inquiry.pk, metric=Metric.FIRST_REPLY)
    crowd.add(1, prefix="A", first_due=real.due_at, warned=False)
    copy = Clock.objects.get(ticket__number="A1")
    assert model_to_dict(copy, exclude=OWN) == model_to_dict(real, exclude=OWN)
    assert copy.events.get().detail == real.events.get().detail
    detector.sweep(clock=lambda: real.schedule[-1] + timedelta(seconds=1))
    real.refresh_from_db()
    copy.refresh_from_db()
    assert copy.next_step == real.next_step == len(real.schedule)
