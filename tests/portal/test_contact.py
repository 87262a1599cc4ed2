"""Whether and where a customer may be written to, said on their own page (IN-54)."""

import pytest
from django.test import Client
from pytest_django import Settings

from customers.models import Customer
from customers.services import address_of
from inquiries.models import Inquiry
from tests.inquiries.snapshot import everything
from tests.portal.conftest import QUESTION, ask, path_of

pytestmark = pytest.mark.django_db
ADDRESS = "wanglei@example.com"


@pytest.fixture(autouse=True)
def _mail_is_set_up(settings: Settings) -> None:
    settings.MAIL_CONFIGURED = True


def page(customer: Client, inquiry: Inquiry) -> str:
    return customer.get(path_of(inquiry)).content.decode()


@pytest.mark.clause("IN-55")
def test_who_asks_may_leave_an_address(customer: Client) -> None:
    assert 'name="email"' in customer.get("/ask/").content.decode()
    inquiry = ask(customer, email=f" {ADDRESS} ")
    assert address_of(inquiry.customer) == ADDRESS
    assert inquiry.can_be_mailed
    assert inquiry.customer.consented_at is None
    assert [e.actor for e in inquiry.events.filter(verb="email_noted")] == [None]
    assert ADDRESS not in page(customer, inquiry)


def test_a_wrong_address_is_said_beside_its_field_and_nothing_is_kept(
    customer: Client,
) -> None:
    response = customer.post("/ask/", {**QUESTION, "email": "wang@example"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"email"}
    assert not Inquiry.objects.exists()
    assert not Customer.objects.exists()


def test_without_a_mail_server_nobody_is_asked_for_an_address(
    customer: Client, settings: Settings
) -> None:
    settings.MAIL_CONFIGURED = False
    assert 'name="email"' not in customer.get("/ask/").content.decode()
    inquiry = ask(customer)
    html = page(customer, inquiry)
    assert 'name="email"' not in html
    assert "Yes, write to me" in html


@pytest.mark.clause("IN-54")
def test_the_customer_agrees_and_takes_it_back_on_their_own_page(
    customer: Client,
) -> None:
    inquiry = ask(customer)
    assert "Get a summary afterwards" in page(customer, inquiry)
    agreed = customer.post(path_of(inquiry, "agree/"), {"email": ADDRESS})
    assert agreed["Location"] == f"{path_of(inquiry)}#contact"
    html = page(customer, inquiry)
    assert "to w***@example.com." in html
    assert "No more messages" in html
    assert Customer.objects.get().consented_at is not None
    back = customer.post(path_of(inquiry, "no-more/"))
    assert back["Location"] == f"{path_of(inquiry)}#contact"
    assert Customer.objects.get().consented_at is None
    verbs = inquiry.events.values_list("verb", flat=True)
    assert list(verbs)[-3:] == ["email_noted", "consent_given", "consent_withdrawn"]
    assert "Get a summary afterwards" in page(customer, inquiry)


def test_a_wrong_address_agrees_to_nothing(customer: Client) -> None:
    inquiry = ask(customer)
    before = everything()
    refused = customer.post(path_of(inquiry, "agree/"), {"email": "a@b\nBcc: c@d.ee"})
    assert refused.status_code == 422
    html = refused.content.decode()
    assert "This is not an e-mail address." in html
    assert '<details class="contact" id="contact" open>' in html
    assert everything() == before


def test_looking_changes_nothing(customer: Client) -> None:
    inquiry = ask(customer)
    before = everything()
    for verb in ("agree/", "no-more/"):
        assert customer.get(path_of(inquiry, verb)).status_code == 405
    assert customer.post("/thread/IN20261123ABCDEF.x/no-more/").status_code == 404
    assert everything() == before


def test_who_knows_name_and_number_of_another_gets_none_of_their_mail(
    customer: Client,
) -> None:
    """A later address of the same customer is used only where it was left."""
    first = ask(customer, email=ADDRESS)
    second = ask(customer, email="thief@example.com")
    assert first.customer == second.customer
    first = Inquiry.objects.get(pk=first.pk)
    assert not first.can_be_mailed
    assert Inquiry.objects.get(pk=second.pk).can_be_mailed
    customer.post(path_of(first, "agree/"), {"email": ""})
    assert "thief" not in page(customer, first)
    assert "t***@" not in page(customer, first)
