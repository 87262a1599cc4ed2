"""The customer's address and agreement at the desk: noted, revealed, taken back."""

import pytest
from django.test import Client

from customers.models import Customer, RevealLog
from customers.services import address_of
from inquiries import services
from inquiries.models import Inquiry
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory
from tests.inquiries.snapshot import everything
from tests.instants import after

pytestmark = pytest.mark.django_db
ADDRESS = "wanglei@example.com"
HTMX = {"HX-Request": "true", "Accept-Language": "en"}


@pytest.fixture
def inquiry() -> Inquiry:
    return InquiryFactory.create()


def path(inquiry: Inquiry, verb: str) -> str:
    return f"/desk/inquiries/{inquiry.number}/{verb}"


def test_an_agent_notes_the_address_and_sees_it_masked_only(
    desk: Client, agent: User, inquiry: Inquiry
) -> None:
    answer = desk.post(path(inquiry, "email/"), {"email": ADDRESS}, headers=HTMX)
    assert answer.status_code == 200
    assert address_of(Customer.objects.get()) == ADDRESS
    context = desk.get(path(inquiry, "context/"), headers=HTMX).content.decode()
    assert "w***@example.com" in context
    assert ADDRESS not in context
    assert [e.actor for e in inquiry.events.filter(verb="email_noted")] == [agent]


def test_a_wrong_address_stands_beside_its_field(
    desk: Client, inquiry: Inquiry
) -> None:
    before = everything()
    answer = desk.post(path(inquiry, "email/"), {"email": "wang"}, headers=HTMX)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'id="error-email" data-form="contact-form"' in html
    assert "This is not an e-mail address." in html
    assert everything() == before


@pytest.mark.clause("IN-54")
def test_an_agent_notes_that_the_customer_wants_no_more(
    desk: Client, agent: User, inquiry: Inquiry
) -> None:
    services.agree(inquiry, email=ADDRESS, at=after(5))
    desk.post(path(inquiry, "no-more/"), {"email": ""}, headers=HTMX)
    assert Customer.objects.get().consented_at is None
    event = inquiry.events.get(verb="consent_withdrawn")
    assert event.actor == agent


@pytest.mark.clause("IN-29")
def test_the_whole_address_is_shown_to_supervisors_for_a_reason(
    desk: Client, client: Client, inquiry: Inquiry
) -> None:
    services.note_email(inquiry, email=ADDRESS, by=None, at=after(5))
    refused = desk.post(
        path(inquiry, "email/reveal/"), {"reason": "退信"}, headers=HTMX
    )
    assert refused.status_code == 403
    assert not RevealLog.objects.exists()
    client.force_login(UserFactory.create(role=Role.SUPERVISOR))
    missing = client.post(path(inquiry, "email/reveal/"), {"reason": ""}, headers=HTMX)
    assert missing.status_code == 422
    assert ADDRESS not in missing.content.decode()
    shown = client.post(
        path(inquiry, "email/reveal/"), {"reason": "退信"}, headers=HTMX
    )
    assert ADDRESS in shown.content.decode()
    assert RevealLog.objects.get().contact == "email"
    event = inquiry.events.get(verb="contact_revealed")
    assert event.data["contact"] == "email"
