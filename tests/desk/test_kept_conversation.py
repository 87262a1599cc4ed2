"""A conversation is drawn once and kept; each reader still gets their own."""

import re

import pytest
from django.test import Client

from inquiries import services
from inquiries.models import Inquiry
from staff.models import User
from tests.factories import AT, InquiryFactory
from tests.objections.cases import filed
from tickets.services import links

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w{64})"')
PARTS = ("thread/", "context/")


def browser(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


def shown(client: Client, inquiry: Inquiry, part: str = "") -> str:
    answer = client.get(f"/desk/inquiries/{inquiry.number}/{part}")
    return answer.content.decode()


@pytest.mark.django_db
def test_no_word_of_one_conversation_stands_in_another(agent: User) -> None:
    mine = InquiryFactory.create(at=AT, surname="王", phone="13800001111")
    other = InquiryFactory.create(at=AT, surname="李", phone="13800002222")
    client = browser(agent)
    for one, another in ((mine, other), (other, mine), (mine, other)):
        for part in PARTS:
            html = shown(client, one, part)
            assert one.number in html
            assert one.customer.surname in html
            assert another.number not in html
            assert another.customer.surname not in html


@pytest.mark.django_db
def test_the_forms_of_each_browser_carry_its_own_token(
    agent: User, colleague: User
) -> None:
    inquiry = InquiryFactory.create(at=AT)
    objection = filed()
    services.mark_complex(
        inquiry, topic="operation_use", is_complex=True, by=agent, at=AT
    )
    for address in (
        f"/desk/inquiries/{inquiry.number}/",
        f"/desk/inquiries/{inquiry.number}/thread/",
        f"/desk/objections/{objection.number}/",
    ):
        tokens = [
            set(TOKEN.findall(browser(person).get(address).content.decode()))
            for person in (agent, colleague)
        ]
        assert [len(it) for it in tokens] == [1, 1]
        assert tokens[0] != tokens[1]


@pytest.mark.django_db
def test_a_conversation_follows_its_ticket_for_each_reader(
    agent: User, colleague: User
) -> None:
    inquiry = InquiryFactory.create(at=AT)
    mine, theirs = browser(agent), browser(colleague)
    assert "act-take" in shown(mine, inquiry, "thread/")
    services.take(inquiry, by=agent, at=AT)
    assert "act-take" not in shown(mine, inquiry, "thread/")
    assert "林晓" in shown(theirs, inquiry, "thread/")
    assert 'id="no-kin"' in shown(mine, inquiry, "context/")
    other = InquiryFactory.create(at=AT)
    links.link(inquiry, to=other, by=agent, at=AT)
    html = shown(mine, inquiry, "context/")
    assert f'id="kin-linked-{other.number}"' in html
    assert 'id="no-kin"' not in html
