"""The composer marks phrases while they are typed, and shows why a text is not sent."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inquiries import services
from inquiries.models import Inquiry
from knowledge.models import Script
from staff.models import Role, User
from tests.desk.test_conversation import ENGLISH, HTMX, post, said
from tests.factories import InquiryFactory, UserFactory, channel
from tests.texts import GREETING

pytestmark = pytest.mark.django_db


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return InquiryFactory.create(at=timezone.now())


@pytest.fixture
def supervisor_desk(client: Client) -> Client:
    client.force_login(UserFactory.create(role=Role.SUPERVISOR))
    return client


def examined(client: Client, text: str, **data: Any) -> str:
    answer = client.post("/desk/phrases/", {"text": text, **data}, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def slot(response: HttpResponse, name: str = "text") -> str:
    page = response.content.decode()
    return page.partition(f'id="error-{name}"')[2].partition("</div>")[0]


@pytest.mark.clause("IN-20")
def test_a_forbidden_phrase_is_marked_with_place_clause_and_approved_wording(
    desk: Client,
) -> None:
    page = examined(desk, "😀不 知道")
    assert "is-refuse" in page
    assert 'data-start="2" data-end="6"' in page
    assert 'data-said="不 知道"' in page
    assert 'data-with="这个问题我需要核实一下,15分钟内给您答复"' in page
    assert "IN-20" in page
    assert "1 remark on your wording" in page
    assert "override_reason" not in page


@pytest.mark.clause("IN-19")
def test_the_gravest_stands_first_and_a_long_list_is_cut(desk: Client) -> None:
    page = examined(desk, "推流 码流 色温 帧率 啸叫 底噪 增益 不知道")
    assert page.index("is-refuse") < page.index("is-mark")
    assert page.count('<li class="phrase ') == 6
    assert "and 2 more" in page


def test_a_clean_or_empty_text_and_nonsense_show_nothing(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert examined(desk, "八百元一天。").strip() == ""
    assert examined(desk, "a\0b").strip() == ""
    examined(desk, "不知道")
    with django_assert_num_queries(2):  # session, person
        assert examined(desk, " \n").strip() == ""
    with django_assert_num_queries(3):  # ... and whether a rule has changed
        examined(desk, "不知道")


def test_money_above_ones_authority_names_the_limit(desk: Client) -> None:
    page = examined(desk, "我退您500元")
    assert "More than you may promise (¥200): ask your supervisor first." in page


def test_what_was_ticked_stays_ticked(desk: Client) -> None:
    text = "您是否还有不清楚的地方?"
    assert "checked" not in examined(desk, text)
    assert "checked" in examined(desk, text, confirmed=["不清楚"])


def test_supervisors_may_give_a_reason(supervisor_desk: Client) -> None:
    page = examined(supervisor_desk, "不知道", override_reason="原话")
    assert 'name="override_reason" value="原话"' in page
    assert "override_reason" not in examined(supervisor_desk, "尽快")


def test_the_guard_is_for_colleagues_and_by_post_only(client: Client) -> None:
    assert client.post("/desk/phrases/", {"text": "不知道"}).status_code == 302
    client.force_login(UserFactory.create())
    assert client.get("/desk/phrases/").status_code == 405


@pytest.mark.clause("IN-20")
@pytest.mark.parametrize("htmx", [True, False])
def test_a_refused_reply_names_the_phrase_and_keeps_the_text(
    desk: Client, inquiry: Inquiry, *, htmx: bool
) -> None:
    response = post(desk, inquiry, "reply", htmx=htmx, text="这个不,知道")
    assert response.status_code == 422
    assert "“不,知道” is not said to customers (IN-20). Say: “这个问题" in slot(
        response
    )
    assert len(said(inquiry)) == 1
    if not htmx:
        page = response.content.decode()
        assert "这个不,知道</textarea>" in page
        assert "is-refuse" in page


def test_a_harmless_question_is_sent_after_confirming(
    desk: Client, inquiry: Inquiry
) -> None:
    text = "您是否还有不清楚的地方?"
    response = post(desk, inquiry, "reply", text=text)
    assert response.status_code == 422
    assert "Confirm that it is one" in slot(response)
    assert (
        post(desk, inquiry, "reply", text=text, confirmed="不清楚").status_code == 200
    )
    assert said(inquiry)[-1] == f"{GREETING}\n{text}"


def test_a_supervisors_override_is_sent_and_an_agents_is_not(
    desk: Client, inquiry: Inquiry
) -> None:
    data = {"text": "不知道", "override_reason": "原话"}
    assert post(desk, inquiry, "reply", **data).status_code == 422
    assert len(said(inquiry)) == 1
    desk.force_login(UserFactory.create(role=Role.SUPERVISOR))
    assert post(desk, inquiry, "reply", **data).status_code == 200
    assert said(inquiry)[1:] == [f"{GREETING}\n不知道", "“不知道” 原话"]


def test_a_note_may_say_anything(desk: Client, inquiry: Inquiry) -> None:
    assert post(desk, inquiry, "note", text="客户不知道").status_code == 200


@pytest.mark.clause("IN-09", "IN-22")
def test_the_script_menu_offers_what_fits_the_channel_and_is_in_force(
    desk: Client, agent: User, inquiry: Inquiry
) -> None:
    def menu(case: Inquiry) -> list[str]:
        page = desk.get(f"/desk/inquiries/{case.number}/", headers=ENGLISH)
        return re.findall(r'data-find="(\w+) ', page.content.decode())

    assert menu(inquiry)[0] == "GREETING"
    assert "RECORDING_NOTICE" not in menu(inquiry)
    apology = Script.objects.get(code="APOLOGY")
    apology.valid_to = timezone.now()
    apology.save()
    assert "APOLOGY" not in menu(inquiry)
    script = Script.objects.get(code="HOTLINE_GREETING")
    script.text = "您好,客服{agent_no}为您服务"
    script.save()
    call = InquiryFactory.create(channel=channel("hotline"), at=timezone.now())
    assert {"RECORDING_NOTICE", "HOTLINE_GREETING"} <= set(menu(call))
    page = desk.get(f"/desk/inquiries/{call.number}/").content.decode()
    assert f'data-text="您好,客服{agent.work_number}为您服务"' in page


@pytest.mark.clause("IN-20", "IN-28")
def test_a_forbidden_answer_to_a_callback_is_refused_beside_its_field(
    desk: Client, agent: User, inquiry: Inquiry
) -> None:
    services.greet(inquiry, by=agent, at=timezone.now())
    services.announce_checking(
        inquiry, surname="王", phone="", question="4K？", by=agent, at=timezone.now()
    )
    response = post(desk, inquiry, "called-back", way="message", outcome="不知道")
    assert response.status_code == 422
    assert "is not said to customers (IN-20)" in slot(response, "outcome")
    assert "not said" not in slot(response)
    assert inquiry.callbacks.open().exists()
