"""An e-mail address: encrypted, shown masked, revealed on record, forgotten in time."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from customers import encryption, services
from customers.models import Customer, RevealLog
from staff.models import User
from tests.factories import AT, UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "wang.lei@example.com"
WEEK = timedelta(days=7)


@pytest.fixture
def wang() -> Customer:
    customer = services.identify(surname="王", phone="+8613800138000", at=AT)
    services.note_email(customer, email=ADDRESS)
    return customer


@pytest.fixture
def supervisor() -> User:
    return UserFactory.create(role="supervisor")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" wang@example.com ", "wang@example.com"),
        ("Wang.Lei+rent@Example.COM", "Wang.Lei+rent@example.com"),
        ("wang@直播.cn", "wang@xn--z6ut02b.cn"),
    ],
)
def test_an_address_is_kept_as_mail_servers_take_it(written: str, kept: str) -> None:
    assert services.parse_email(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        "wang",
        "wang@",
        "@example.com",
        "wang@example",
        "wang@example..com",
        "王@example.com",
        "wang lei@example.com",
        '"wang"@example.com',
        '"a\nBcc: b@example.com"@example.com',
        "wang@example.com\nBcc: b@example.com",
        "wang@example.com\r\nBcc:b@example.com",
        "wang@example.com,b@example.com",
        "wang@example.com;b@example.com",
        "Wang <wang@example.com>",
        "wang@example.com\x00",
        "wang@\u2028example.com",
        "w" * 250 + "@example.com",
    ],
)
def test_what_is_no_single_address_is_refused(written: str) -> None:
    with pytest.raises(ValidationError) as refused:
        services.parse_email(written)
    assert refused.value.code == "email_invalid"


def test_it_is_stored_so_that_nobody_reads_it_in_the_database(wang: Customer) -> None:
    wang.refresh_from_db()
    assert "wang" not in wang.email_encrypted
    assert encryption.decrypt(wang.email_encrypted) == ADDRESS
    assert wang.email_masked == "w***@example.com"
    assert services.note_email(wang, email=ADDRESS) is False
    assert services.note_email(wang, email="") is True
    wang.refresh_from_db()
    assert (wang.email_encrypted, wang.email_masked) == ("", "")


@pytest.mark.clause("IN-29")
def test_who_looks_at_it_and_why_is_on_record(wang: Customer, supervisor: User) -> None:
    with pytest.raises(ValidationError) as refused:
        services.reveal_email(wang, by=supervisor, reason=" ", at=AT)
    assert set(refused.value.error_dict) == {"reason"}
    assert not RevealLog.objects.exists()
    shown = services.reveal_email(wang, by=supervisor, reason="退信", at=AT)
    assert shown == ADDRESS
    line = RevealLog.objects.get()
    assert (line.contact, line.by, line.reason) == ("email", supervisor, "退信")
    services.note_email(wang, email="")
    with pytest.raises(ValidationError) as refused:
        services.reveal_email(wang, by=supervisor, reason="退信", at=AT)
    assert set(refused.value.error_dict) == {"email"}


@pytest.mark.clause("IN-29")
def test_it_is_forgotten_with_the_number(wang: Customer) -> None:
    services.forget_contacts_later(wang, at=AT)
    assert services.forget_contacts(at=AT + WEEK - timedelta(seconds=1)) == 0
    assert services.forget_contacts(at=AT + WEEK) == 1
    wang.refresh_from_db()
    assert (wang.email_encrypted, wang.email_masked) == ("", "")
    assert (wang.phone_encrypted, wang.phone_tail) == ("", "8000")


def test_consent_keeps_it_and_the_end_of_consent_forgets_it(wang: Customer) -> None:
    services.consent(wang, at=AT)
    services.forget_contacts_later(wang, at=AT)
    assert services.forget_contacts(at=AT + WEEK * 9) == 0
    services.withdraw_consent(wang, at=AT + WEEK)
    assert services.forget_contacts(at=AT + WEEK * 2) == 1


def test_who_gives_a_number_later_keeps_address_and_agreement() -> None:
    before = services.identify(surname="王", phone="", at=AT)
    services.note_email(before, email=ADDRESS)
    services.consent(before, at=AT)
    after = services.corrected(before, surname="王", phone="+8613800138000", at=AT)
    after.refresh_from_db()
    assert (services.address_of(after), after.consented_at) == (ADDRESS, AT)
    before.refresh_from_db()
    assert not before.can_be_mailed


def test_another_number_takes_no_address_along(wang: Customer) -> None:
    other = services.corrected(wang, surname="李", phone="+8613900139000", at=AT)
    assert not other.can_be_mailed
    wang.refresh_from_db()
    assert wang.forget_at == AT + WEEK


@pytest.mark.parametrize("missing", ["email_encrypted", "email_masked"])
def test_an_address_is_whole_or_absent(wang: Customer, missing: str) -> None:
    with (
        pytest.raises(IntegrityError, match="email_whole_or_absent"),
        transaction.atomic(),
    ):
        Customer.objects.filter(pk=wang.pk).update(**{missing: ""})
