"""Who asks again by the same phone within 7 days is suggested, to who may see it."""

from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from customers.models import Customer
from inquiries import services
from inquiries.models import Inquiry
from inquiries.repeats import MOST, REPEAT_WINDOW, repeats_of
from staff.models import Role, User
from tests.factories import AT, InquiryFactory, UserFactory, department
from tests.finishing import finish
from tests.instants import MICROSECOND, after
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def found(inquiry: Inquiry, by: User) -> list[int]:
    return [other.pk for other in repeats_of(inquiry, by=by)]


def test_the_open_ones_come_first_then_the_newest(agent: User) -> None:
    closed = InquiryFactory.create(at=AT - DAY)
    services.reply(closed, text="好", by=agent, at=AT - DAY)
    finish(closed, by=agent, at=AT - DAY)
    older, newer = (InquiryFactory.create(at=AT - n * DAY) for n in (3, 2))
    inquiry = InquiryFactory.create()
    assert found(inquiry, agent) == [newer.pk, older.pk, closed.pk]
    assert found(older, agent) == [inquiry.pk, newer.pk, closed.pk]


@pytest.mark.parametrize(
    ("before", "suggested"),
    [(REPEAT_WINDOW, True), (REPEAT_WINDOW + MICROSECOND, False)],
)
def test_seven_days_are_the_limit(
    agent: User, before: timedelta, *, suggested: bool
) -> None:
    InquiryFactory.create(at=AT - before)
    assert bool(found(InquiryFactory.create(), agent)) is suggested


def test_one_phone_is_recognised_under_another_name_and_spelling(agent: User) -> None:
    other = InquiryFactory.create(surname="李", phone="+86 138-0013-8000")
    assert found(InquiryFactory.create(), agent) == [other.pk]


def test_another_phone_and_no_phone_suggest_nothing(agent: User) -> None:
    InquiryFactory.create(phone="13912345678")
    InquiryFactory.create(phone="")
    assert found(InquiryFactory.create(), agent) == []
    assert found(InquiryFactory.create(phone=""), agent) == []


def test_what_is_merged_is_not_suggested_any_more(agent: User) -> None:
    target, inquiry = InquiryFactory.create(), InquiryFactory.create(at=after(60))
    services.merge(inquiry, into=target, by=agent, at=after(70))
    target.refresh_from_db()
    assert found(target, agent) == []


def test_a_repeat_that_one_may_not_see_does_not_exist(agent: User) -> None:
    handler = UserFactory.create(
        role=Role.DEPARTMENT_HANDLER, department=department("finance")
    )
    other, inquiry = InquiryFactory.create(), InquiryFactory.create()
    Ticket.objects.filter(pk=inquiry.pk).update(department=handler.department)
    assert found(inquiry, agent) == [other.pk]
    assert found(inquiry, handler) == []
    Ticket.objects.filter(pk=other.pk).update(assignee=handler)
    assert found(inquiry, handler) == [other.pk]


@pytest.mark.parametrize("others", [1, 12])
def test_it_takes_one_query_and_shows_a_handful(
    agent: User, others: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(others):
        InquiryFactory.create(at=AT - timedelta(hours=number))
    key = InquiryFactory.create().pk
    inquiry = Inquiry.objects.select_related("customer").get(pk=key)
    with django_assert_num_queries(1):
        assert len(repeats_of(inquiry, by=agent)) == min(others, MOST)


def test_among_many_tickets_the_planner_takes_the_indexes(agent: User) -> None:
    """20,000 tickets of 10,000 customers, one of whom has asked 2,000 times."""
    inquiry = InquiryFactory.create()
    with connection.cursor() as cursor:
        cursor.execute(MANY_CUSTOMERS, {"at": AT})
        cursor.execute(MANY_TICKETS, {"at": AT, "like": inquiry.pk})
        cursor.execute(THEIR_INQUIRIES)
        cursor.execute("ANALYZE customers_customer, tickets_ticket, inquiries_inquiry")
    assert Customer.objects.count() == 10_001
    wanted = Inquiry.objects.filter(customer__phone_index=inquiry.customer.phone_index)
    around = (AT - REPEAT_WINDOW, AT + REPEAT_WINDOW)
    plan = wanted.filter(created_at__range=around).explain()
    assert "customer_one_per_phone_and_surname" in plan
    assert "ticket_of_customer_newest" in plan
    assert "Seq Scan" not in plan


MANY_CUSTOMERS = """
INSERT INTO customers_customer
    (surname, phone_encrypted, phone_index, phone_tail, created_at)
SELECT '客' || n, 'x', md5(n::text), '0000', %(at)s FROM generate_series(1, 10000) n
"""
MANY_TICKETS = """
INSERT INTO tickets_ticket (number, kind, channel_id, customer_id, status, priority,
    cycle, created_at, last_message_preview, message_count, event_count, chain_head)
SELECT 'M' || n, 'inquiry', like_it.channel_id,
    CASE WHEN n %% 10 = 0 THEN like_it.customer_id ELSE customers.first + n / 2 END,
    'new', 0, 1, %(at)s - n * interval '10 minutes', '', 0, 0, ''
FROM generate_series(1, 19999) n,
    (SELECT * FROM tickets_ticket WHERE id = %(like)s) like_it,
    (SELECT min(id) AS first FROM customers_customer WHERE surname = '客1') customers
"""
THEIR_INQUIRIES = """
INSERT INTO inquiries_inquiry (ticket_ptr_id)
SELECT id FROM tickets_ticket WHERE number LIKE 'M%%'
"""
