"""A customer follows a case: by number and last four digits, by link, after filing."""

import re
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from helpdesk import form_documents, form_pdf
from inquiries import services as inquiry_services
from inquiries.links import thread_path
from objections import services
from objections.facts import Asked
from objections.links import GOOD_FOR, case_path
from objections.models import FormDocument, Objection
from tests.factories import AT, UserFactory
from tests.instants import local
from tests.objections.cases import FEE, QUALITY, filed, handed, handler_of, handoff_to
from tests.objections.test_investigating import CONCLUSION, waive_all
from tests.portal.conftest import ask, picture

pytestmark = pytest.mark.django_db

FOLLOW = "/follow/"


def follow(customer: Client, number: str, tail: str = "8000") -> Any:
    return customer.post(FOLLOW, {"number": number, "tail": tail})


def page_of(customer: Client, objection: Objection) -> str:
    answer = customer.get(f"{FOLLOW}{objection.number}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.clause("OB-43")
def test_number_and_last_four_digits_open_the_case(customer: Client) -> None:
    objection = filed()
    answer = follow(customer, f" {objection.number.lower()} ")
    assert answer.status_code == 303
    assert answer["Location"] == f"{FOLLOW}{objection.number}/"
    page = page_of(customer, objection)
    assert objection.number in page
    assert "Does not work" in page
    assert "已收到异议,将尽快处理" in page


def test_an_inquiry_is_followed_in_its_conversation(customer: Client) -> None:
    inquiry = ask(customer)
    answer = follow(customer, inquiry.number)
    assert answer["Location"].startswith(f"/thread/{inquiry.number}.")


@pytest.mark.parametrize("number", ["\0", "OB20261123ABCDEF\0", "%", "' OR 1=1"])
def test_nonsense_for_a_number_is_answered_like_a_number_that_does_not_exist(
    customer: Client, number: str
) -> None:
    filed()
    answer = follow(customer, number)
    assert answer.status_code == 422
    assert "Location" not in answer


def test_every_mismatch_is_answered_with_the_very_same_words(
    customer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    objection = filed()
    without = filed(by=UserFactory.create(), phone="")
    pages = []
    for number, tail in (
        (objection.number, "0000"),
        (objection.number, ""),
        (objection.number, "none"),
        ("OB20261123AAAAAA", "8000"),
        (without.number, ""),
        (without.number, "none"),
        ("' OR 1=1 --", "8000"),
    ):
        with django_assert_num_queries(1):
            answer = follow(customer, number, tail)
        assert answer.status_code == 422
        text = answer.content.decode().split("<main")[1].split("</main")[0]
        start = text.index('<div class="error-slot"')
        pages.append(text[start : text.index("</ul>")])
    assert len(set(pages)) == 1
    assert customer.get(f"{FOLLOW}{objection.number}/").status_code == 303


def browser(address: str) -> Client:
    return Client(REMOTE_ADDR=address, headers={"accept-language": "en"})


def test_a_guesser_waits_after_five_tries_with_all_neighbours(
    customer: Client,
) -> None:
    objection = filed()
    near = [browser(f"198.51.100.{n}") for n in range(7)]
    wrong = [follow(it, objection.number, "1111").status_code for it in near]
    assert wrong == [422] * 5 + [429] * 2
    assert follow(near[6], objection.number).status_code == 429
    assert follow(browser("2001:db8:1:2::1"), objection.number, "1").status_code == 422
    assert follow(near[6], filed().number, "1111").status_code == 422
    # Whoever else has the number and the tail is not held up.
    assert follow(customer, objection.number).status_code == 303
    # One address has so many tries, of whatever numbers.
    other = [follow(customer, f"OB20261123AAAAA{n}", "1") for n in range(10)]
    assert [it.status_code for it in other] == [422] * 9 + [429]


def test_the_customer_comes_in_however_much_others_guess(customer: Client) -> None:
    """The lock is no weapon: who knows a number cannot shut its customer out."""
    objection = filed()
    number = objection.number
    mine = browser("192.0.2.77")
    for n in range(30):  # from ever new places, in turn
        follow(browser(f"203.0.{n // 5}.9"), number, "1111")
    for _ in range(12):  # and on and on from one
        assert follow(browser("203.0.0.9"), number, "1111").status_code == 429
    assert follow(mine, number).status_code == 303
    # Right tails count for nothing, so that another device of theirs comes in as well.
    assert follow(browser("192.0.2.78"), number).status_code == 303
    # Who was wrong before waits now; a newcomer has one try.
    assert follow(browser("203.0.113.5"), number, "1111").status_code == 422
    assert follow(browser("203.0.113.5"), number, "1111").status_code == 429


def test_ten_thousand_tails_take_months_from_wherever(customer: Client) -> None:
    objection = filed()
    number = objection.number
    known = browser("192.0.2.77")
    assert follow(known, number).status_code == 303
    answers = [
        follow(browser(f"2001:db8:{n:x}::1"), number, "1111").status_code
        for n in range(103)
    ]
    assert answers.count(422) == 100
    assert answers[-3:] == [429] * 3
    assert follow(customer, number).status_code == 429
    # The browser that has seen the case, and its link, open it still.
    assert follow(known, number).status_code == 303
    assert customer.get(case_path(objection)).status_code == 303
    assert customer.get(f"{FOLLOW}{number}/").status_code == 200


def addresses(objection: Objection) -> list[tuple[str, str]]:
    attachment = objection.messages.earliest("pk").attachments.get()
    base = f"{FOLLOW}{objection.number}/"
    return [
        ("get", f"{base}files/{attachment.public_id}/"),
        ("get", f"{base}pdf/"),
        ("post", f"{base}make/"),
        ("post", f"{base}write/"),
        ("post", f"{base}urge/"),
        ("post", f"{base}withdraw/"),
        ("get", f"/live/case/{objection.number}/"),
    ]


def test_another_browser_sees_nothing_of_a_case_and_changes_nothing(
    customer: Client,
) -> None:
    objection = filed(more={"files": [picture()]})
    form = {"text": "x", "statement": "x"}
    for method, path in addresses(objection):
        answer = getattr(customer, method)(path, form if method == "post" else {})
        assert answer.status_code == 404, path
    for path in (f"{FOLLOW}{objection.number}/", f"/objections/{objection.number}/"):
        unknown = path.replace(objection.number, "OB20261123AAAAAA")
        for shown in (path, unknown):
            answer = customer.get(shown)
            assert answer.status_code == 303
            assert answer["Location"].startswith(FOLLOW)
    objection.refresh_from_db()
    assert (objection.status, objection.urgings) == ("received", 0)
    assert objection.messages.filter(direction="in").count() == 1


def test_the_file_of_another_case_is_not_there(customer: Client) -> None:
    mine, other = filed(), filed(phone="13900139000", more={"files": [picture()]})
    attachment = other.messages.earliest("pk").attachments.get()
    follow(customer, mine.number)
    path = f"{FOLLOW}{mine.number}/files/{attachment.public_id}/"
    assert customer.get(path).status_code == 404
    follow(customer, other.number, "9000")
    right = f"{FOLLOW}{other.number}/files/{attachment.public_id}/"
    shown = customer.get(right, follow=True)
    assert b"".join(shown.streaming_content).startswith(b"\x89PNG")


def test_a_file_of_a_note_is_not_the_customers(customer: Client) -> None:
    objection = filed()
    note = services.write_note(
        objection,
        text="内部",
        by=UserFactory.create(),
        at=AT,
        files=[picture("secret.png")],
    )
    follow(customer, objection.number)
    public_id = note.attachments.get().public_id
    path = f"{FOLLOW}{objection.number}/files/{public_id}/"
    assert customer.get(path).status_code == 404
    assert "内部" not in page_of(customer, objection)


def test_a_link_opens_the_case_for_two_weeks_and_asks_afterwards(
    customer: Client,
) -> None:
    objection = filed()
    with travel(AT, tick=False):
        link = case_path(objection)
    other = Client()
    with travel(AT + GOOD_FOR - timedelta(minutes=1), tick=False):
        answer = customer.get(link)
        assert answer["Location"] == f"{FOLLOW}{objection.number}/"
        assert customer.get(answer["Location"]).status_code == 200
    forged = link.replace(objection.number, "OB20261123AAAAAA")
    cut = f"{link[:-6]}xxxxx/"
    with travel(AT + GOOD_FOR + timedelta(minutes=1), tick=False):
        for path in (link, forged, cut, f"{FOLLOW}link/x/"):
            assert other.get(path)["Location"] == f"{FOLLOW}?ended=1"
    assert other.get(f"{FOLLOW}{objection.number}/").status_code == 303


@pytest.mark.clause("CM-27")
def test_the_way_shows_what_was_done_by_whom_and_what_comes_next(
    customer: Client,
) -> None:
    agent = UserFactory.create()
    objection = handed(by=agent)
    services.accept(
        handoff_to(objection, "technical_support"),
        by=handler_of("technical_support"),
        at=AT,
    )
    with travel(AT, tick=False):
        follow(customer, objection.number)
        page = page_of(customer, objection)
    for text in (
        "Objection received",
        "A colleague has read it",
        "The handling form is complete",
        "Handed to: Technical support, Warehouse and logistics",
        "Technical support investigates",
        f"Agent {agent.work_number}",
        "You have our result",
    ):
        assert text in page, text
    assert "We are late" not in page


@pytest.mark.clause("OB-43")
def test_the_way_shows_that_the_customer_is_asked_and_what_comes_of_it(
    customer: Client,
) -> None:
    objection = handed(FEE)
    handler = handler_of("finance")
    services.accept(handoff_to(objection, "finance"), by=handler, at=AT)
    services.ask_for_evidence(objection, text="请上传付款截图", by=handler, at=AT)
    with travel(AT, tick=False):
        follow(customer, objection.number)
        page = page_of(customer, objection)
        assert "We asked you for material" in page
        assert "The investigation goes on" not in page
        services.customer_writes(objection, text="截图在此", at=AT)
        assert "The investigation goes on" in page_of(customer, objection)
        waive_all(objection, by=handler)
        services.conclude(objection, **CONCLUSION, by=handler, at=AT)
        assert "We found out what happened" in page_of(customer, objection)


@pytest.mark.parametrize(
    ("at", "late"), [("2026-11-23T10:59:59", False), ("2026-11-23T11:00:01", True)]
)
def test_a_promise_that_slipped_is_said_first(
    customer: Client, at: str, *, late: bool
) -> None:
    objection = filed(at=AT)
    with travel(local(at), tick=False):
        follow(customer, objection.number)
        page = page_of(customer, objection)
    assert ("We are late. That is our fault." in page) is late
    if late:
        assert page.index("We are late") < page.index("You have our result")


def test_urging_is_answered_with_how_it_really_stands(customer: Client) -> None:
    objection = filed()
    with travel(AT + timedelta(minutes=5), tick=False):
        follow(customer, objection.number)
        answer = customer.post(f"{FOLLOW}{objection.number}/urge/")
        page = customer.get(answer["Location"].split("#")[0]).content.decode()
    objection.refresh_from_db()
    assert objection.urgings == 1
    assert "How it stands: Received." in page
    assert "Next, by 11:00: A colleague has read it and answers you." in page


def test_material_is_added_once_per_click(customer: Client) -> None:
    objection = filed()
    follow(customer, objection.number)
    path = f"{FOLLOW}{objection.number}/write/"
    token = str(uuid.uuid4())
    for _ in range(2):
        form = {"text": "补充照片", "files": [picture()], "client_token": token}
        assert customer.post(path, form).status_code == 303
    added = objection.messages.get(text="补充照片")
    assert added.attachments.count() == 1
    fragment = customer.get(
        f"{FOLLOW}{objection.number}/", headers={"HX-Request": "true"}
    ).content.decode()
    assert "补充照片" in fragment
    assert "<html" not in fragment
    empty = customer.post(path, {"text": " "}, headers={"HX-Request": "true"})
    assert empty.status_code == 422
    assert 'id="error-text"' in empty.content.decode()


def test_withdrawing_needs_a_word_and_ends_it(customer: Client) -> None:
    objection = filed()
    follow(customer, objection.number)
    path = f"{FOLLOW}{objection.number}/withdraw/"
    refused = customer.post(path, {"statement": " "})
    assert refused.status_code == 422
    assert "write a word on why" in refused.content.decode()
    assert customer.post(path, {"statement": "已解决"}).status_code == 303
    objection.refresh_from_db()
    assert objection.status == "withdrawn"
    page = page_of(customer, objection)
    assert "This objection was withdrawn" in page
    assert "已解决" in page
    assert 'id="composer"' not in page
    assert customer.post(path, {"statement": "已解决"}).status_code == 303
    again = customer.post(path, {"statement": "另有原因"})
    assert again.status_code == 409
    assert "has ended" in again.content.decode()


def test_a_browser_of_many_people_forgets_the_case(customer: Client) -> None:
    objection = filed()
    follow(customer, objection.number)
    customer.post(f"{FOLLOW}{objection.number}/leave/")
    assert customer.get(f"{FOLLOW}{objection.number}/").status_code == 303
    assert objection.number not in customer.get("/").content.decode()


def test_how_many_queries_a_case_takes_hangs_not_on_its_length(
    customer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    objection = handed()
    follow(customer, objection.number)
    path = f"{FOLLOW}{objection.number}/"
    with django_assert_num_queries(10):
        customer.get(path)
    for n in range(5):
        services.customer_writes(
            objection, text=f"补充{n}", files=[picture()], at=AT + timedelta(minutes=n)
        )
    with django_assert_num_queries(10):
        customer.get(path)


@pytest.mark.clause("OB-42")
def test_the_handling_form_is_a_pdf_with_the_number_of_its_version(
    customer: Client,
) -> None:
    objection = handed()
    follow(customer, objection.number)
    path = f"{FOLLOW}{objection.number}/pdf/"
    assert "The PDF is being made" in page_of(customer, objection)
    assert customer.get(path).status_code == 404

    def clock() -> datetime:
        return AT

    assert form_documents.make_documents(clock=clock) == 2
    assert form_documents.make_documents(clock=clock) == 0
    assert "Handling form, version 1 (PDF)" in page_of(customer, objection)
    answer = customer.get(path, follow=True)
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"%PDF-")
    assert f"{objection.number}-1.pdf" in answer["Content-Disposition"]
    assert b"13800138000" not in content
    FormDocument.objects.get(language="en").file.storage.delete(
        FormDocument.objects.get(language="en").file.name
    )
    assert "Make the PDF again" in page_of(customer, objection)
    customer.post(f"{FOLLOW}{objection.number}/make/")
    assert form_documents.make_documents(clock=clock) == 1


@pytest.mark.clause("OB-38", "OB-40", "OB-41", "OB-42")
@pytest.mark.usefixtures("english")
def test_the_document_holds_the_form_with_the_contact_masked() -> None:
    objection = handed(demands=(Asked("refund", Decimal("1280.50")), Asked("apology")))
    version = objection.forms.get()
    said = dict(form_pdf.rows(version.content))
    assert said["Number"] == objection.number
    assert said["Customer"] == "王 · ends in 8000"
    assert said["Type"] == "Quality of the device · Does not work"
    assert said["What happened"] == "摄像机开机两分钟后黑屏。"
    assert said["When it happened"] == "2026-11-22 20:00"
    assert said["Demands"] == "Pay money back ¥1,280.50\nApologise"
    assert said["Told to be done by"] == "2026-11-26 21:00"
    assert "Contract number" not in said
    for language in ("zh-hans", "en"):
        content = form_pdf.render(version, language=language)
        assert content == form_pdf.render(version, language=language)


def test_a_conversation_that_became_an_objection_leads_to_it_and_back(
    customer: Client,
) -> None:
    inquiry, agent = ask(customer), UserFactory.create()
    at = inquiry.created_at
    inquiry_services.greet(inquiry, by=agent, at=at)
    objection = services.convert(inquiry, facts=QUALITY, by=agent, at=at)
    page = customer.get(thread_path(inquiry)).content.decode()
    assert f"This goes on as objection {objection.number}" in page
    assert "Take it up again" not in page
    link = re.search(r'href="(/follow/link/[^"]+)"', page)
    assert link is not None
    answer = customer.get(link[1], follow=True)
    assert answer.redirect_chain == [(f"{FOLLOW}{objection.number}/", 303)]
    assert thread_path(inquiry) in answer.content.decode()


def test_while_one_of_two_departments_investigates_the_other_is_still_awaited(
    customer: Client,
) -> None:
    objection = handed()
    lead = handoff_to(objection, "technical_support")
    services.accept(lead, by=handler_of("technical_support"), at=AT)
    follow(customer, objection.number)
    page = page_of(customer, objection)
    assert "Technical support investigates" in page
    assert "Every department asked has taken it up" in page


@pytest.mark.clause("OB-32")
def test_the_entry_for_objections_stands_on_home_and_at_every_channel(
    customer: Client,
) -> None:
    cache.clear()
    home = customer.get("/").content.decode()
    for path in ("/ask/", "/devices/", "/objections/new/", "/follow/"):
        assert f'class="door" href="{path}"' in home or (
            f'class="door is-first" href="{path}"' in home
        )
    embedded = customer.get("/channels/embed/").content.decode()
    assert embedded.count("/objections/new/") == 8
    page = customer.get("/channels/").content.decode()
    assert page.count('href="/objections/new/"') == 8
    text = customer.get("/channels/menu.txt").content.decode()
    assert text.count("/objections/new/") == 8


@pytest.mark.clause("OB-46", "OB-47")
def test_what_we_ask_for_stands_first_until_it_comes_and_the_finding_is_a_step(
    customer: Client,
) -> None:
    objection = handed(QUALITY)
    handler = handler_of("technical_support")
    services.accept(handoff_to(objection, "technical_support"), by=handler, at=AT)
    follow(customer, objection.number)
    assert "We asked you for material" not in page_of(customer, objection)
    services.ask_for_evidence(objection, text="请拍下黑屏的画面", by=handler, at=AT)
    page = page_of(customer, objection)
    asked = page.index("We asked you for material")
    assert "请拍下黑屏的画面" in page[asked : page.index('id="composer"')]
    assert page.index('id="composer"') < page.index('id="way"')
    assert page.count('id="composer"') == 1
    written = customer.post(
        f"{FOLLOW}{objection.number}/write/",
        {"text": "照片", "client_token": str(uuid.uuid4())},
        headers={"HX-Request": "true"},
    )
    shown = written.content.decode()
    assert 'id="asked" hx-swap-oob="true"' in shown
    assert 'id="asked-title"' not in shown
    assert "We asked you for material" in shown  # a step of the way
    page = page_of(customer, objection)
    assert page.index('id="composer"') > page.index('id="way"')

    waive_all(objection, by=handler)
    services.conclude(objection, **CONCLUSION, by=handler, at=AT)
    page = page_of(customer, objection)
    assert "We found out what happened" in page
    assert CONCLUSION["text"] not in page
    assert "The company" not in page
