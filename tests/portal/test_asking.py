"""A stranger asks: what goes through, and what is said when it does not."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from inquiries.models import Inquiry
from tests.portal.conftest import QUESTION, ask, path_of, picture
from tickets.models import Channel, Message


def test_home_names_the_promise_from_the_policy_and_every_channel(
    customer: Client,
) -> None:
    page = customer.get("/").content.decode()
    assert "within 30\u00a0seconds" in page or "within 30 seconds" in page
    for channel in Channel.objects.filter(takes_inquiries=True):
        assert channel.name_en in page


def test_home_is_chinese_unless_asked_otherwise(db: None) -> None:
    page = Client().get("/").content.decode()
    assert 'lang="zh-Hans"' in page


def test_every_door_of_home_leads_somewhere(customer: Client) -> None:
    page = customer.get("/").content.decode()
    doors = re.findall(r'class="door[^"]*" href="([^"]+)"', page)
    assert len(doors) == 4
    for href in doors:
        assert customer.get(href).status_code == 200


@pytest.mark.clause("CM-19", "CC-05", "CC-10")
def test_asking_opens_an_inquiry_with_a_running_clock_and_leads_to_its_thread(
    customer: Client,
) -> None:
    inquiry = ask(customer)
    assert inquiry.channel.code == "web_chat"
    assert inquiry.customer.surname == "王"
    assert inquiry.customer.phone_tail == "8000"
    assert [c.status for c in inquiry.clocks.all()] == ["running"]
    page = customer.get(path_of(inquiry))
    assert page.status_code == 200
    assert inquiry.number in page.content.decode()


@pytest.mark.clause("CM-36")
def test_a_phone_is_not_required(customer: Client) -> None:
    assert ask(customer, phone="").customer.phone_tail == ""


def test_nothing_is_chosen_for_the_customer(customer: Client) -> None:
    assert " checked" not in customer.get("/ask/").content.decode()


def test_a_door_may_choose_the_topic(customer: Client) -> None:
    page = customer.get("/ask/?topic=delivery_time").content.decode()
    assert page.count(" checked") == 1
    assert " checked" not in customer.get("/ask/?topic=nonsense").content.decode()


def test_privacy_is_said_where_data_is_taken(customer: Client) -> None:
    assert "Privacy notice" in customer.get("/ask/").content.decode()
    assert customer.get("/privacy/").status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("text", "", "Please write something first."),
        ("text", "x" * 4001, "the most that fits is 4,000"),
        ("text", "x" * 1_000_000, "the most that fits is 4,000"),
        ("text", "bell \x07", "control characters"),
        ("phone", "12345", "138 0013 8000"),
        ("phone", "not a number", "138 0013 8000"),
        ("surname", "", "how to address you"),
        ("surname", "x" * 41, "longer than 40"),
        ("topic", "weather", "one of the six topics"),
        ("topic", "", "one of the six topics"),
    ],
)
def test_bad_input_is_named_beside_its_field_and_the_rest_is_kept(
    customer: Client, field: str, value: str, words: str
) -> None:
    response = customer.post("/ask/", {**QUESTION, field: value})
    page = response.content.decode()
    assert response.status_code == 422
    slot = page.split(f'id="error-{field}"')[1].split('class="error-slot"')[0]
    assert words in slot
    for name in {"surname", "text"} - {field}:
        assert QUESTION[name] in page
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("field", ["text", "surname", "phone", "topic"])
def test_a_null_character_is_refused_and_not_a_crash(
    customer: Client, field: str
) -> None:
    response = customer.post("/ask/", {**QUESTION, field: "a\x00b"})
    assert response.status_code == 422
    assert not Inquiry.objects.exists()


def test_htmx_gets_the_messages_alone(customer: Client) -> None:
    response = customer.post(
        "/ask/", {**QUESTION, "phone": "1"}, headers={"hx-request": "true"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert response["HX-Reswap"] == "none"
    assert "HX-Request" in response["Vary"]
    assert "<html" not in page
    assert 'id="error-phone"' in page
    assert 'id="error-email"' not in page  # no mail, so the page has no such field
    assert 'data-form="ask"' in page


def test_htmx_is_sent_to_the_thread(customer: Client) -> None:
    response = customer.post("/ask/", QUESTION, headers={"hx-request": "true"})
    assert response["HX-Redirect"].startswith("/thread/IN")


def test_a_second_click_asks_once(customer: Client) -> None:
    token = str(uuid.uuid4())
    assert ask(customer, client_token=token) == ask(customer, client_token=token)
    assert Inquiry.objects.count() == 1
    assert Message.objects.filter(direction="in").count() == 1


def test_a_broken_client_token_counts_as_none(customer: Client) -> None:
    ask(customer, client_token="not-a-token")


def test_ten_posts_in_a_second_are_throttled_with_a_time(customer: Client) -> None:
    answers = [customer.post("/ask/", QUESTION) for _ in range(10)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert int(refused[0]["Retry-After"]) >= 1
    assert "try again in" in refused[0].content.decode()


def test_script_tags_are_shown_as_text(customer: Client) -> None:
    inquiry = ask(customer, surname="<b>王</b>", text="<script>alert(1)</script>")
    page = customer.get(path_of(inquiry)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_a_picture_comes_along(customer: Client) -> None:
    inquiry = ask(customer, files=[picture("a.png"), picture("b.png")])
    page = customer.get(path_of(inquiry)).content.decode()
    assert page.count('class="attachment-image"') == 2


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (SimpleUploadedFile("big.png", b"x" * (10 * 1024 * 1024 + 1)), "larger than"),
        (SimpleUploadedFile("fake.png", b"#!/bin/sh\nrm -rf"), "not a picture or PDF"),
        (SimpleUploadedFile("half.pdf", b"%PDF-1.7 half"), "incomplete"),
        (SimpleUploadedFile("empty.png", b""), "is empty"),
    ],
)
def test_a_bad_file_is_named_and_nothing_else_is_lost(
    customer: Client, upload: SimpleUploadedFile, words: str
) -> None:
    upload.seek(0)
    response = customer.post("/ask/", {**QUESTION, "files": upload})
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert str(upload.name) in page
    assert QUESTION["text"] in page
    assert not Inquiry.objects.exists()


def test_home_leads_back_to_the_conversations_of_this_browser(
    customer: Client,
) -> None:
    inquiry = ask(customer)
    assert path_of(inquiry) in customer.get("/").content.decode()
    assert path_of(inquiry) not in Client().get("/").content.decode()


def test_the_browser_itself_keeps_which_conversations_it_began(
    customer: Client,
) -> None:
    asked = []
    for n in range(7):
        asked.append(ask(customer, text=f"第{n}问"))
        cache.clear()
    kept = customer.cookies["threads"]
    assert kept["httponly"]
    assert kept["samesite"] == "Lax"
    assert "sessionid" not in customer.cookies
    shown = customer.get("/").content.decode()
    assert [path_of(inquiry) in shown for inquiry in asked] == [False] * 2 + [True] * 5

    forged = Client()
    forged.cookies["threads"] = kept.value.replace(asked[6].number, asked[0].number)
    assert path_of(asked[0]) not in forged.get("/").content.decode()
    with travel(timezone.now() + timedelta(days=15), tick=False):
        assert path_of(asked[6]) not in customer.get("/").content.decode()


def test_a_question_is_written_in_few_statements(
    customer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask(customer)
    # The channel, what is to be known beforehand, all that is written; with the
    # savepoint of the test.
    with django_assert_num_queries(5):
        customer.post("/ask/", {**QUESTION, "client_token": uuid.uuid4()})
