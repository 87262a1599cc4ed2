"""A made-up year for an empty house: as the product would have left it."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import psutil
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, Max, Min, OuterRef, Q, Subquery
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.encryption import blind_index, decrypt
from customers.models import Customer
from customers.services import parse_phone
from helpdesk.setup.scale import filling, staffing
from helpdesk.setup.scale.arrivals import arrivals
from helpdesk.setup.scale.rows import TABLES
from inquiries.models import Merge
from knowledge.models import Script
from sla.models import Clock
from sla.services import verification
from sla.services.verification import Scope
from staff.models import Role, User
from tests.factories import AT, InquiryFactory
from tickets.models import Direction, Kind, Message, Ticket

ROOT = Path(__file__).resolve().parents[2]
UNTIL = AT
SEED = 31
Fill = Callable[[], Counter[str]]


@pytest.fixture
def fill(monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Two hundred tickets in several parts; with this seed every kind is among them."""
    monkeypatch.setattr(filling, "PART", 85)
    said: list[str] = []
    return partial(filling.fill, 200, seed=SEED, until=UNTIL, jobs=1, say=said.append)


def digests() -> dict[str, str]:
    """A fingerprint of all rows of each table; encryption is never the same twice."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            columns = set(table.columns) - {"phone_encrypted"}
            cursor.execute(
                f"SELECT {', '.join(sorted(columns))} FROM {table.name}"  # noqa: S608
            )
            rows = sorted(map(repr, cursor.fetchall()))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


@pytest.mark.django_db
def test_the_same_seed_and_end_give_the_same_rows_and_every_record_is_proven(
    fill: Fill, capsys: pytest.CaptureFixture[str]
) -> None:
    staffing.hire(seed=SEED)  # a second attempt would give people other keys
    with transaction.atomic():
        done = fill()
        first = digests()
        transaction.set_rollback(True)
    assert not Ticket.objects.exists()
    assert fill() == done
    assert digests() == first

    call_command("history_verify")
    assert "200 histories agree with their hashes." in capsys.readouterr().out
    (verified,) = verification.verify(Scope(), jobs=1)
    assert verified.findings == []
    assert verified.clocks == done["sla_clock"]
    assert verified.lines == done["sla_clockevent"]
    assert verification.orphans() == []
    assert Clock.objects.running().exclude(breached_at=None).exists()

    # What comes next gets keys of its own.
    ours = InquiryFactory.create()
    assert ours.pk == 201
    assert ours.messages.get().pk > Message.objects.exclude(ticket=ours).count()


@pytest.mark.django_db
def test_summaries_and_deadlines_of_tickets_are_those_of_their_messages_and_clocks(
    fill: Fill, client: Client
) -> None:
    fill()
    notes = Q(messages__direction=Direction.NOTE)
    words = Message.objects.filter(ticket=OuterRef("pk"), automatic=False)
    last_word = words.exclude(direction=Direction.NOTE).order_by("-sent_at", "-pk")
    due = Clock.objects.filter(ticket=OuterRef("pk")).running().order_by("due_at")
    for ticket in Ticket.objects.annotate(
        said=Count("messages"),
        last=Max("messages__sent_at", filter=~notes),
        first=Min("messages__sent_at"),
        last_word=Subquery(last_word.values("direction")[:1]),
        due=Subquery(due.values("due_at")[:1]),
    ):
        assert ticket.message_count == ticket.said
        assert ticket.last_message_at == ticket.last
        assert ticket.created_at == ticket.first
        assert ticket.next_due_at == ticket.due
        if ticket.kind == Kind.INQUIRY:
            waits = ticket.closed_at is None and ticket.last_word == Direction.IN
            assert (ticket.customer_waiting_since is not None) == waits
        assert UNTIL - timedelta(days=365) <= ticket.created_at <= UNTIL
    assert Ticket.objects.with_waiting_customer().exists()
    assert Merge.objects.exists()
    with_phone = Customer.objects.exclude(phone_encrypted="")
    for customer in with_phone[:20]:
        phone = decrypt(customer.phone_encrypted)
        assert phone == parse_phone(phone)
        assert customer.phone_index == blind_index(phone)
        assert customer.phone_tail == phone[-4:]
    assert Customer.objects.count() == 100
    _cases_open_and_ended_have_their_page(client)
    assert User.objects.filter(role=Role.AGENT).count() == 44


def _cases_open_and_ended_have_their_page(client: Client) -> None:
    client.force_login(User.objects.with_role(Role.SUPERVISOR).earliest("pk"))
    shown = Ticket.objects.annotate(ended=Q(closed_at__isnull=False))
    for ticket in shown.order_by("kind", "ended", "pk").distinct("kind", "ended"):
        page = client.get(reverse(f"desk:{ticket.kind}", args=(ticket.number,)))
        assert page.status_code == 200


@pytest.mark.django_db
def test_nothing_is_filled_into_a_house_that_has_a_ticket(fill: Fill) -> None:
    InquiryFactory.create()
    before = digests()
    said = "This house is not empty: customers_customer has rows."
    with pytest.raises(CommandError, match=said):
        call_command("seed_scale", tickets=5, jobs=1)
    assert digests() == before


@pytest.mark.django_db
def test_nothing_is_filled_into_a_house_without_scripts() -> None:
    Script.objects.all().delete()
    with pytest.raises(CommandError, match="load_policies and load_basics first"):
        call_command("seed_scale", tickets=5, jobs=1)
    assert not User.objects.filter(role=Role.AGENT).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"tickets": 0}, "--tickets is a number from 1 to 20,000,000."),
        ({"tickets": -1}, "--tickets is a number from 1 to 20,000,000."),
        ({"tickets": 5_000_000_000}, "--tickets is a number from 1 to 20,000,000."),
        ({"tickets": 1, "jobs": 0}, "--jobs is a number from 1 to 64."),
        ({"until": "2026-11-20T12:00"}, "2026-11-20T12:00 says no offset"),
        ({"until": "9999-01-01T00:00+08:00"}, "is still to come."),
        ({"until": "2026-13-01T00:00Z"}, "is no instant such as"),
        ({"until": "soon"}, "soon is no instant such as"),
        ({"until": "0001-01-01T00:00+14:00"}, "the year 2021 at the earliest"),
    ],
)
def test_what_cannot_be_filled_is_refused_in_words(
    wrong: dict[str, object], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("seed_scale", **{"tickets": 1, "jobs": 1, **wrong})
    assert not Ticket.objects.exists()


@pytest.mark.django_db
def test_what_the_database_cannot_do_is_said_and_nothing_is_filled() -> None:
    """As on a full disk; here the database gives up because it takes too long."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '1ms'")
        with pytest.raises(CommandError, match=r"go on \(.+\)\. Nothing was filled"):
            call_command("seed_scale", tickets=50, jobs=1)
        cursor.execute("SET LOCAL statement_timeout = 0")
    assert not Ticket.objects.exists()


HELPED: Final = """
import os, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from sla import fresh_process

if __name__ == "__main__":
    pool = ProcessPoolExecutor(
        1, get_context("spawn"), fresh_process.begin, initargs=("none",)
    )
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def test_a_helper_ends_with_the_program_that_it_helps(tmp_path: Path) -> None:
    program = tmp_path / "helped.py"
    program.write_text(HELPED)
    helped = subprocess.Popen(
        [sys.executable, program],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    with helped:
        assert helped.stdout is not None
        helper = psutil.Process(int(helped.stdout.readline()))
        helped.kill()
    helper.wait(timeout=10)


def test_customers_come_in_the_evening_more_than_at_night_and_ever_more() -> None:
    came = list(arrivals(20_000, until=UNTIL, seed=7))
    assert len(came) == 20_000
    assert came == sorted(came) == list(arrivals(20_000, until=UNTIL, seed=7))
    hours = Counter(timezone.localtime(at).hour for at in came)
    assert hours[20] > 10 * hours[3]
    days = Counter(timezone.localtime(at).weekday() for at in came)
    assert days[5] > days[2]
    half = UNTIL - timedelta(days=182)
    assert sum(at > half for at in came) > 11_000
    assert len(set(arrivals(1, until=UNTIL, seed=8))) == 1
