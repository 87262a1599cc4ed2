"""Statements that a connection plans once: they last, and they mean what they say."""

import pytest
from django.db import OperationalError, connection, transaction

from rows.prepared import Prepared
from sla.metrics import Metric
from sla.services import clocks, moves
from tests.factories import AT, InquiryFactory

ADD = "SELECT %(a)s::int + %(b)s::int - %(a)s::int"


def planned() -> list[str]:
    """The names of all statements that this connection has planned."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements ORDER BY name")
        return [name for (name,) in cursor.fetchall()]


def ask(statement: Prepared, **values: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement.ready(), values)
        (answer,) = cursor.fetchone()
    return int(answer)


@pytest.mark.django_db
def test_values_go_by_their_names_wherever_they_stand() -> None:
    statement = Prepared("test_add", ADD)
    assert ask(statement, b=7, a=2) == 7
    assert ask(statement, a=5, b=1) == 1
    assert planned().count("test_add") == 1


@pytest.mark.django_db
def test_what_two_threads_made_at_once_is_planned_once() -> None:
    for _ in range(2):
        assert ask(Prepared("test_twice", ADD), a=1, b=2) == 2
    assert planned().count("test_twice") == 1


@pytest.mark.django_db(transaction=True)
def test_a_plan_outlives_a_transaction_that_is_rolled_back() -> None:
    statement = Prepared("test_rolled_back", ADD)
    with transaction.atomic():
        assert ask(statement, a=1, b=2) == 2
        transaction.set_rollback(True)
    assert ask(statement, a=1, b=3) == 3
    assert planned().count("test_rolled_back") == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_plans_anew() -> None:
    statement = Prepared("test_anew", ADD)
    assert ask(statement, a=1, b=2) == 2
    connection.close()
    assert planned() == []
    assert ask(statement, a=1, b=4) == 4


@pytest.mark.django_db(transaction=True)
def test_a_column_added_meanwhile_stops_no_reply() -> None:
    """An upgrade adds columns while processes of the old version still answer."""
    first, second = InquiryFactory.create(), InquiryFactory.create()
    clocks.stop(first, Metric.FIRST_REPLY, at=AT, by=None)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sla_clock ADD COLUMN of_tomorrow integer")
    try:
        stopped = clocks.stop(second, Metric.FIRST_REPLY, at=AT, by=None)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE sla_clock DROP COLUMN of_tomorrow")
    assert stopped is not None
    assert stopped.stopped_at == AT


@pytest.mark.django_db
def test_a_clock_in_hand_has_every_column() -> None:
    """A column that was left out would be asked for one by one."""
    inquiry = InquiryFactory.create()
    held = moves.unfinished(inquiry, Metric.FIRST_REPLY, "")
    assert held is not None
    assert held.clock.get_deferred_fields() == set()


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_the_error_that_verbs_expect() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [process])
    other.close()
    with pytest.raises(OperationalError):
        Prepared("test_lost", ADD).ready()
    connection.close()
