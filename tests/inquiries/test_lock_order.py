"""The ticket is locked before its customer: no two people wait in a ring.

Each test brings two verbs to the point where the other order would end in a deadlock.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from customers.models import Customer
from inquiries import services
from inquiries.models import Callback, Inquiry
from staff.models import User
from tests.factories import InquiryFactory, UserFactory
from tests.instants import after

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, OTHER = "13800138000", "13912345678"
WAITING = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
ATTEMPTS, PAUSE = 500, 0.01
Work = Callable[[], object]


@contextmanager
def connections() -> Iterator[Callable[[Work], Future[object]]]:
    """Start works on connections of their own; each when those before it wait."""

    def run(work: Work) -> object:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        started = 0

        def start(work: Work) -> Future[object]:
            nonlocal started
            started += 1
            running = pool.submit(run, work)
            until_waiting(started)
            return running

        yield start


def until_waiting(number: int) -> None:
    """Return when so many wait for a lock."""
    for _attempt in range(ATTEMPTS):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITING)
            if cursor.fetchone()[0] >= number:
                return
        time.sleep(PAUSE)
    raise AssertionError(f"{number} never waited")


def missed_call(by: User, second: int) -> Inquiry:
    return services.record_missed_call(phone=PHONE, by=by, at=after(second))


def check(inquiry: Inquiry, by: User, phone: str) -> Callback:
    return services.announce_checking(
        inquiry, surname="王", phone=phone, question="4K？", by=by, at=after(20)
    )


@pytest.mark.clause("IN-23", "IN-28")
def test_who_calls_again_at_the_end_of_a_callback_is_called_back_once_more() -> None:
    agents = UserFactory.create(), UserFactory.create()
    inquiry = missed_call(agents[0], 0)
    with connections() as start:
        with transaction.atomic():
            Inquiry.objects.locked().get(pk=inquiry.pk)
            again = start(lambda: missed_call(agents[1], 10))
            services.finish_callback(
                inquiry, way="call", outcome="支持", by=agents[0], at=after(10)
            )
        assert again.result() != inquiry
    statuses = Inquiry.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["in_service", "missed"]


@pytest.mark.clause("IN-23")
def test_two_first_calls_that_end_at_once_are_one_callback() -> None:
    """Whoever comes second lets go of the customer and looks again."""
    agents = UserFactory.create(), UserFactory.create()
    earlier = InquiryFactory.create(surname="来电者", phone=PHONE)
    with connections() as start:
        with transaction.atomic():
            Customer.objects.select_for_update().get(pk=earlier.customer_id)
            calls = [start(lambda by=by: missed_call(by, 10)) for by in agents]
        assert calls[0].result() == calls[1].result()
    missed = Inquiry.objects.get(status="missed")
    assert missed.callbacks.count() == 1
    assert missed.events.filter(verb="missed").count() == 2


@pytest.mark.clause("IN-29")
def test_two_whose_numbers_were_mixed_up_are_put_right_at_once() -> None:
    agents = UserFactory.create(), UserFactory.create()
    one = InquiryFactory.create(phone=PHONE)
    other = InquiryFactory.create(phone=OTHER)
    assert one.customer_id < other.customer_id
    with connections() as start:
        with transaction.atomic():
            Customer.objects.select_for_update().get(pk=one.customer_id)
            checks = [
                start(lambda: check(one, agents[0], OTHER)),
                start(lambda: check(other, agents[1], PHONE)),
            ]
        for it in checks:
            it.result()
    customers = Inquiry.objects.order_by("pk").values_list("customer", flat=True)
    assert list(customers) == [other.customer_id, one.customer_id]
