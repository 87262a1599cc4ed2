"""A full number is shown for a reason, on record, and forgotten in time (IN-29)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from customers import services
from customers.models import Customer, RevealLog
from helpdesk.tasks import forget_contacts
from staff.models import User
from tests.factories import AT, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.clause("IN-29")]
WEEK = timedelta(days=7)


@pytest.fixture
def agent() -> User:
    return UserFactory.create()


def customer(phone: str = "+8613800138000") -> Customer:
    return services.identify(surname="王", phone=phone, at=AT)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+8613800138000", "138 0013 8000"),
        ("+861065529988", "010 6552 9988"),
        ("+85221234567", "+852 2123 4567"),
    ],
)
def test_a_number_is_shown_as_people_dial_it(
    agent: User, phone: str, shown: str
) -> None:
    found = services.reveal_phone(customer(phone), by=agent, reason="回电", at=AT)
    assert found == shown
    log = RevealLog.objects.get()
    assert (log.by, log.reason, log.at) == (agent, "回电", AT)


@pytest.mark.clause("CM-41")
@pytest.mark.parametrize("reason", ["", " \n ", "x" * 201, "a\x07b"])
def test_without_a_reason_nothing_is_shown(agent: User, reason: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        services.reveal_phone(customer(), by=agent, reason=reason, at=AT)
    assert set(refusal.value.error_dict) == {"reason"}
    assert not RevealLog.objects.exists()


def test_where_there_is_no_number_the_refusal_says_so(agent: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        services.reveal_phone(customer(""), by=agent, reason="回电", at=AT)
    assert set(refusal.value.error_dict) == {"phone"}
    assert not RevealLog.objects.exists()


@pytest.mark.parametrize("change", ["update", "delete"])
def test_who_saw_a_number_is_never_changed(agent: User, change: str) -> None:
    services.reveal_phone(customer(), by=agent, reason="回电", at=AT)
    lines = RevealLog.objects.all()
    acts = {
        "update": lambda: lines.update(reason="x"),
        "delete": lambda: lines._raw_delete(lines.db),
    }
    with pytest.raises(DatabaseError, match="reveal_append_only"), transaction.atomic():
        acts[change]()
    assert RevealLog.objects.get().reason == "回电"


def test_a_number_kept_for_a_callback_goes_a_week_later_and_the_tail_stays() -> None:
    wang = customer()
    services.forget_contacts_later(wang, at=AT)
    assert services.forget_contacts(at=AT + WEEK - timedelta(seconds=1)) == 0
    assert services.forget_contacts(at=AT + WEEK) == 1
    assert services.forget_contacts(at=AT + WEEK) == 0
    wang.refresh_from_db()
    assert (wang.phone_encrypted, wang.phone_index, wang.phone_tail) == ("", "", "8000")
    assert wang.forgotten_at == AT + WEEK
    again = customer()
    assert again.pk != wang.pk


def test_an_erased_number_cannot_be_revealed(agent: User, english: None) -> None:
    wang = customer()
    services.forget_contacts_later(wang, at=AT)
    services.forget_contacts(at=AT + WEEK)
    with pytest.raises(ValidationError) as refusal:
        services.reveal_phone(wang, by=agent, reason="回电", at=AT + WEEK)
    assert refusal.value.message_dict["phone"][0].startswith("The number was erased")


def test_consent_keeps_the_number_and_so_does_a_new_callback() -> None:
    agreed, called = customer(), customer("+8613912345678")
    services.forget_contacts_later(agreed, at=AT)
    services.consent(agreed, at=AT)
    services.forget_contacts_later(agreed, at=AT)
    services.forget_contacts_later(called, at=AT)
    services.keep_phone(called)
    assert services.forget_contacts(at=AT + WEEK * 9) == 0
    assert Customer.objects.filter(phone_encrypted="").count() == 0


def test_the_job_forgets_once_and_says_how_many() -> None:
    services.forget_contacts_later(customer(), at=AT - WEEK * 52)
    assert [forget_contacts() for _ in range(2)] == [1, 0]
