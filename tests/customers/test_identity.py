"""Who asks is known by phone number, which nobody can read from the database."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from pytest_django import Settings

from customers import encryption
from customers.models import Customer
from customers.services import clean_surname, identify, parse_phone
from tests.factories import InquiryFactory
from tests.instants import after

NUMBER = "+8613800138000"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", NUMBER),
        ("138 0013 8000", NUMBER),
        ("138-0013-8000", NUMBER),
        ("+86 138 0013 8000", NUMBER),
        ("008613800138000", NUMBER),
        ("１３８００１３８０００", NUMBER),
        ("010 6552 9988", "+861065529988"),
        ("+852 2123 4567", "+85221234567"),
    ],
)
def test_a_phone_number_may_be_written_as_people_write_it(
    typed: str, kept: str
) -> None:
    assert parse_phone(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["1380013800", "138001380000", "12345", "phone", "99900138000", "王", "+1 234"],
)
def test_a_wrong_number_is_answered_with_an_example_of_a_right_one(typed: str) -> None:
    with translation.override(None), pytest.raises(ValidationError) as refusal:
        parse_phone(typed)
    assert refusal.value.code == "phone_invalid"
    assert "138 0013 8000" in refusal.value.message


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" 王 ", "王"), ("欧阳", "欧阳"), ("Van  der\tBerg", "Van der Berg")],
)
def test_a_surname_is_one_line(typed: str, kept: str) -> None:
    assert clean_surname(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "surname_missing"),
        (" \n ", "surname_missing"),
        ("王" * 41, "surname_long"),
        ("a" * 1_048_576, "surname_long"),
        ("王\x00", "surname_unprintable"),
        ("王\u202e", "surname_unprintable"),
    ],
)
def test_a_surname_that_cannot_be_shown_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        clean_surname(typed)
    assert refusal.value.code == reason


@pytest.mark.clause("IN-08", "CM-40")
@pytest.mark.django_db
def test_the_number_stands_in_no_row_of_no_table() -> None:
    InquiryFactory.create(phone="13912345678")
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" AS t')  # noqa: S608
            for (row,) in cursor.fetchall():
                assert "13912345678" not in row
                assert "139 1234 5678" not in row
    customer = Customer.objects.get()
    assert encryption.decrypt(customer.phone_encrypted) == "+8613912345678"


@pytest.mark.clause("IN-08", "CM-06", "CC-20")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "phone", "shown"),
    [
        ("en", NUMBER, "王 · ends in 8000"),
        ("en", "", "王 · no phone"),
    ],
)
def test_staff_see_a_surname_and_four_digits(
    language: str, phone: str, shown: str
) -> None:
    customer = identify(surname="王", phone=phone, at=after(0))
    with translation.override(language):
        assert customer.masked == str(customer) == shown


@pytest.mark.clause("CM-35")
@pytest.mark.django_db
def test_the_same_number_and_surname_are_the_same_customer() -> None:
    first = identify(surname="王", phone=NUMBER, at=after(0))
    again = identify(surname="王", phone=NUMBER, at=after(50))
    assert again == first
    assert again.created_at == after(0)
    wife = identify(surname="李", phone=NUMBER, at=after(60))
    assert wife != first


@pytest.mark.django_db
def test_without_a_number_everybody_is_somebody_new() -> None:
    first = identify(surname="王", phone="", at=after(0))
    assert identify(surname="王", phone="", at=after(1)) != first


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["phone_encrypted", "phone_index", "phone_tail"])
def test_the_database_refuses_half_a_contact(missing: str) -> None:
    customer = identify(surname="王", phone=NUMBER, at=after(0))
    with (
        pytest.raises(IntegrityError, match="customer_phone_whole_or_absent"),
        transaction.atomic(),
    ):
        Customer.objects.filter(pk=customer.pk).update(**{missing: ""})


def test_the_same_number_never_looks_the_same_twice() -> None:
    assert encryption.encrypt(NUMBER) != encryption.encrypt(NUMBER)


def test_after_a_change_of_keys_old_contacts_stay_readable_and_findable(
    settings: Settings,
) -> None:
    stored, index = encryption.encrypt(NUMBER), encryption.blind_index(NUMBER)
    old = settings.CONTACT_KEYS
    try:
        settings.CONTACT_KEYS = [Fernet.generate_key().decode(), *old]
        encryption._cipher.cache_clear()
        assert encryption.decrypt(stored) == NUMBER
        assert encryption.blind_index(NUMBER) == index
        newer = encryption.encrypt(NUMBER)
        settings.CONTACT_KEYS = old
        encryption._cipher.cache_clear()
        with pytest.raises(InvalidToken):
            encryption.decrypt(newer)
    finally:
        encryption._cipher.cache_clear()
