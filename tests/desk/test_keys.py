"""What a key says when its step is not possible, and where refusals are written."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from helpdesk.desk.views.verbs import SLOTS
from helpdesk.desk.workspace import Workspace
from inquiries import services
from inquiries.models import Inquiry
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, department
from tests.finishing import finish
from tickets.services import assignment

pytestmark = pytest.mark.django_db

ENGLISH = {"Accept-Language": "en"}
TALKING = (
    "This needs a conversation that is going on: greet the customer first (IN-25)."
)
FINISHED = "This conversation is finished. Reopen it to write more."
ROLE = "Your role does not allow this step."


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return InquiryFactory.create(at=timezone.now())


def silent(client: Client, inquiry: Inquiry) -> dict[str, str]:
    page = client.get(f"/desk/inquiries/{inquiry.number}/", headers=ENGLISH)
    told = page.content.decode().partition('<div id="why-not"')[2].partition(">")[0]
    return dict(re.findall(r'data-(\w)="([^"]*)"', told))


def test_before_the_greeting_three_keys_say_that_it_comes_first(
    desk: Client, inquiry: Inquiry
) -> None:
    assert silent(desk, inquiry) == dict.fromkeys("xim", TALKING)


def test_in_a_conversation_every_key_works(
    desk: Client, agent: User, inquiry: Inquiry
) -> None:
    services.greet(inquiry, by=agent, at=timezone.now())
    assert silent(desk, inquiry) == {}


def test_a_conversation_that_ended_says_so_at_every_key_but_that_of_a_note(
    desk: Client, agent: User, inquiry: Inquiry
) -> None:
    now = timezone.now()
    services.reply(inquiry, text="好", by=agent, at=now)
    finish(inquiry, by=agent, at=now)
    found = silent(desk, inquiry)
    assert sorted(found) == sorted("ractdqximf")
    assert set(found.values()) == {FINISHED}


def test_who_has_to_be_called_back_is_not_to_be_greeted_again(
    desk: Client, agent: User, inquiry: Inquiry
) -> None:
    services.announce_checking(
        inquiry, surname="王", phone="", question="4K？", by=agent, at=timezone.now()
    )
    open_callback = "A callback is open. Finish it first (IN-28)."
    assert silent(desk, inquiry) == dict.fromkeys("cxim", open_callback)


def test_whose_it_is_stands_against_giving_it_away(
    desk: Client, colleague: User, inquiry: Inquiry
) -> None:
    services.greet(inquiry, by=colleague, at=timezone.now())
    assert silent(desk, inquiry) == {"a": "何雨桐 is looking after this inquiry."}


def test_a_handler_is_told_that_the_role_does_not_allow_it(
    client: Client, handler: User, inquiry: Inquiry
) -> None:
    assignment.involve(inquiry, department("technical_support"))
    client.force_login(handler)
    assert silent(client, inquiry) == dict.fromkeys("ractdqximf", ROLE)


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.DEPARTMENT_HANDLER])
@pytest.mark.parametrize("ended", [False, True])
def test_every_refusal_finds_its_place_on_the_page_in_any_state(
    client: Client, inquiry: Inquiry, role: Role, *, ended: bool
) -> None:
    agent, now = UserFactory.create(), timezone.now()
    services.reply(inquiry, text="好", by=agent, at=now)
    if ended:
        finish(inquiry, by=agent, at=now)
    assignment.involve(inquiry, department("technical_support"))
    client.force_login(UserFactory.create(role=role))
    page = client.get(f"/desk/inquiries/{inquiry.number}/").content.decode()
    for name in SLOTS:
        assert page.count(f'id="error-{name}"') == 1, name


def test_a_finished_conversation_offers_reopening_and_a_note_instead_of_a_reply(
    desk: Client, agent: User, inquiry: Inquiry
) -> None:
    def composer() -> str:
        page = desk.get(f"/desk/inquiries/{inquiry.number}/", headers=ENGLISH)
        return (
            page.content.decode().partition('id="compose"')[2].partition("</form>")[0]
        )

    services.reply(inquiry, text="好", by=agent, at=timezone.now())
    assert 'value="reply" data-remember>' in composer()
    finish(inquiry, by=agent, at=timezone.now())
    assert 'value="reply" data-remember disabled>' in composer()
    assert 'value="note" data-remember checked>' in composer()
    assert "Reopen and reply" in composer()


def test_the_reasons_cost_no_query(
    agent: User, inquiry: Inquiry, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    opened = Workspace.of(inquiry.number, user=agent, at=timezone.now())
    with django_assert_num_queries(0):
        assert sorted(key for key, _why in opened.why_not) == sorted("xim")
