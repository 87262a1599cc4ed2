"""A quotation by its link: every line and term, its state, its document."""

import io
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from helpdesk import quotation_pdf
from helpdesk.documents import make_documents
from inquiries import services
from inquiries.links import quotation_path, thread_path
from inquiries.models import (
    Comparison,
    DeviceChoice,
    Inquiry,
    Quotation,
    QuotationDocument,
)
from staff.models import User
from tests.factories import InquiryFactory, UserFactory
from tests.inquiries.snapshot import everything
from tests.instants import after

pytestmark = pytest.mark.django_db

SENT = after(30)
ORDER: dict[str, Any] = {
    "items": [("CAM-06", 1), ("MIC-01", 1)],
    "days": 7,
    "delivery": "same_city",
    "insurance": True,
}


@pytest.fixture(autouse=True)
def _a_moment_later() -> Iterator[None]:
    """Pages read the clock: it is five minutes past ten."""
    with time_machine.travel(after(minutes=5), tick=False):
        yield


@pytest.fixture
def agent(db: None) -> User:
    return UserFactory.create()


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return InquiryFactory.create()


@pytest.fixture
def quotation(inquiry: Inquiry, agent: User) -> Quotation:
    return quoted(inquiry, agent)


def quoted(
    inquiry: Inquiry, agent: User, *, at: datetime = SENT, **changes: Any
) -> Quotation:
    draft = services.draft_quotation(inquiry, **{**ORDER, **changes}, by=agent, at=at)
    return services.send_quotation(draft, by=agent, at=at)


def page(customer: Client, quotation: Quotation) -> str:
    response = customer.get(quotation_path(quotation))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.clause("IN-37", "IN-38", "IN-39", "IN-40", "IN-46", "IN-48")
def test_the_page_has_every_line_and_term(
    customer: Client, quotation: Quotation
) -> None:
    text = page(customer, quotation)
    for expected in (
        quotation.number,
        "Canon XA60 camcorder",
        "¥810.00",
        "−¥54.00",
        "¥251.98",
        "Installation on site",
        "¥0.00",
        "¥1,277.98",
        "¥5,800.00",
        "¥7,077.98",
        "Only for a first order",
        "WeChat Pay",
        "within 3 working days after the inspection",
        "within 24 hours of your confirmed order",
        "Installation on site is not included",
        "2026-11-30 23:59",
    ):
        assert expected in text, expected
    assert "expired" not in text


def test_the_page_speaks_chinese_too(quotation: Quotation) -> None:
    text = page(Client(headers={"accept-language": "zh-CN"}), quotation)
    assert "Canon XA60 摄录一体机" in text
    assert "3个工作日内发起退款" in text
    assert "长租7天" in text


def test_looking_changes_nothing_and_is_asked_a_constant_number_of_times(
    customer: Client,
    quotation: Quotation,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    before = everything()
    with django_assert_num_queries(4):
        page(customer, quotation)
    assert everything() == before
    assert Quotation.objects.get().opened_at is None


def test_the_page_says_once_that_the_customer_opened_it(
    customer: Client, quotation: Quotation, agent: User
) -> None:
    path = f"{quotation_path(quotation)}opened/"
    colleague = Client()
    colleague.force_login(agent)
    assert colleague.post(path).status_code == 204
    assert Quotation.objects.get().opened_at is None
    assert path in page(customer, quotation)
    assert customer.get(path).status_code == 405
    assert customer.post(path).status_code == 204
    assert Quotation.objects.get().opened_at == after(minutes=5)
    assert path not in page(customer, quotation)


def test_an_older_version_leads_to_the_newest(
    customer: Client, quotation: Quotation, inquiry: Inquiry, agent: User
) -> None:
    newer = quoted(inquiry, agent, at=after(60), days=14)
    assert quotation_path(newer) in page(customer, quotation)
    assert "has taken the place" not in page(customer, newer)


def test_an_expired_one_says_so_and_asks_for_a_fresh_one(
    customer: Client, quotation: Quotation, inquiry: Inquiry
) -> None:
    with time_machine.travel(after(days=8), tick=False):
        assert "This quotation has expired." in page(customer, quotation)
        for _click in range(2):
            response = customer.post(f"{quotation_path(quotation)}ask/")
            assert response.status_code == 303
        assert (
            "We have your request"
            in customer.get(response["Location"]).content.decode()
        )
    asked = inquiry.messages.last()
    assert asked is not None
    assert quotation.number in asked.text
    assert inquiry.messages.filter(direction="in").count() == 2


def test_a_fresh_one_in_place_of_a_very_old_one_is_asked_anew(
    customer: Client, quotation: Quotation, inquiry: Inquiry
) -> None:
    Inquiry.objects.filter(pk=inquiry.pk).update(status="closed", closed_at=after(60))
    with time_machine.travel(after(days=8), tick=False):
        before = everything()
        response = customer.post(f"{quotation_path(quotation)}ask/")
        assert response.status_code == 409
        assert "/ask/?topic=rental_price" in response.content.decode()
        assert everything() == before


@pytest.mark.parametrize("verb", ["", "pdf/", "opened/", "ask/", "make/"])
def test_a_strangers_link_leads_nowhere(
    customer: Client, quotation: Quotation, verb: str
) -> None:
    path = f"/quotation/{quotation.number}.forged/{verb}"
    ask = customer.get if verb in {"", "pdf/"} else customer.post
    assert ask(path).status_code == 404


def test_the_document_appears_by_itself_when_the_job_has_made_it(
    customer: Client, quotation: Quotation
) -> None:
    path = quotation_path(quotation)
    assert 'hx-trigger="every 2s"' in page(customer, quotation)
    assert customer.get(f"{path}pdf/").status_code == 404
    assert make_documents(clock=lambda: after(40)) == 2
    assert make_documents(clock=lambda: after(40)) == 0
    fragment = customer.get(path, headers={"hx-request": "true"}).content.decode()
    assert fragment.strip().startswith('<div id="quotation-pdf">')
    response = customer.get(f"{path}pdf/")
    assert response["Content-Type"] == "application/pdf"
    assert f"{quotation.number}.pdf" in response["Content-Disposition"]
    assert response["Content-Security-Policy"] == "sandbox"
    assert response.getvalue().startswith(b"%PDF-")  # type: ignore[attr-defined]


@pytest.mark.clause("IN-37", "IN-40")
@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "en",
            [
                "Canon XA60 camcorder",
                "Technician",
                "Installation on site",
                "Kit not in this price",
                "usually 1 to 7 working days",
            ],
        ),
        (
            "zh-hans",
            [
                "Canon XA60 摄录一体机",
                "押金退还",
                "3个工作日内发起退款",
                "微信支付",
                "长租7天",
            ],
        ),
    ],
)
def test_the_document_says_what_the_page_says(
    quotation: Quotation, language: str, texts: list[str]
) -> None:
    content = quotation_pdf.render(quotation, language=language)
    reader = PdfReader(io.BytesIO(content))
    read = "".join(sheet.extract_text() for sheet in reader.pages)
    flat = "".join(read.split())
    figures = ["¥810.00", "¥1,277.98", "¥5,800.00", "¥7,077.98", "¥251.98", "−¥54.00"]
    for text in (quotation.number, *figures, *texts):
        assert "".join(text.split()) in flat, text
    assert len(content) < 200_000
    for sheet in reader.pages:
        assert [float(side) for side in sheet.mediabox[2:]] == pytest.approx(
            [595.28, 841.89]
        )
        for font in sheet["/Resources"]["/Font"].values():  # type: ignore[index]
            assert "NotoSans" in font.get_object()["/BaseFont"]


def test_a_long_order_takes_several_pages_and_loses_no_line(
    inquiry: Inquiry, agent: User
) -> None:
    codes = [
        "CAM-01",
        "CAM-02",
        "CAM-03",
        "CAM-04",
        "CAM-05",
        "CAM-06",
        "CAM-07",
        "CAM-08",
    ]
    codes += [
        "MIC-01",
        "MIC-04",
        "LGT-01",
        "LGT-02",
        "LGT-03",
        "SWT-01",
        "SWT-03",
        "ENC-01",
    ]
    quotation = quoted(inquiry, agent, items=[(code, 500) for code in codes], days=1095)
    reader = PdfReader(io.BytesIO(quotation_pdf.render(quotation, language="en")))
    assert len(reader.pages) == 3
    flat = "".join("".join(sheet.extract_text().split()) for sheet in reader.pages)
    assert flat.count("×500") == len(codes)


def test_a_lost_file_can_be_made_again(customer: Client, quotation: Quotation) -> None:
    make_documents(clock=lambda: after(40))
    document = QuotationDocument.objects.get(language="en")
    default_storage.delete(document.file.name)
    path = quotation_path(quotation)
    assert customer.get(f"{path}pdf/").status_code == 404
    assert "Make the PDF again" in page(customer, quotation)
    assert customer.post(f"{path}make/").status_code == 303
    assert make_documents(clock=lambda: after(50)) == 1
    response = customer.get(f"{path}pdf/")
    assert response.status_code == 200
    assert response.getvalue().startswith(b"%PDF-")  # type: ignore[attr-defined]


def test_a_document_that_fails_steps_aside_and_stops_no_other(
    quotation: Quotation, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = quotation_pdf.render

    def fails_in_english(which: Quotation, *, language: str) -> bytes:
        if language == "en":
            raise OSError("disk full")
        return real(which, language=language)

    monkeypatch.setattr(quotation_pdf, "render", fails_in_english)
    assert make_documents(clock=lambda: after(40)) == 1
    assert make_documents(clock=lambda: after(50)) == 0
    monkeypatch.undo()
    assert make_documents(clock=lambda: after(99)) == 0
    assert make_documents(clock=lambda: after(101)) == 1


def compared(inquiry: Inquiry, agent: User) -> Comparison:
    selection = services.select_devices(
        inquiry,
        scene="outdoor_mobile",
        scale="solo",
        needs=["portability"],
        category="live_camera",
        by=agent,
        at=after(20),
    )
    return services.recommend(
        inquiry,
        selection=selection,
        codes=["CAM-02", "CAM-03"],
        by=agent,
        at=after(25),
    )


@pytest.mark.clause("IN-34", "IN-35")
def test_the_conversation_shows_devices_to_choose_from_and_the_choice(
    customer: Client, inquiry: Inquiry, agent: User
) -> None:
    comparison = compared(inquiry, agent)
    path = thread_path(inquiry)
    text = customer.get(path).content.decode()
    assert text.count("Choose this one") == 2
    for expected in (
        "¥80.00",
        "¥360.00",
        "¥950.00",
        "¥5.00 a day more",
        "No professional audio input",
    ):
        assert expected in text
    response = customer.post(
        f"{path}choose/", {"comparison": comparison.pk, "code": "CAM-03"}
    )
    assert response.status_code == 303
    choice = DeviceChoice.objects.get()
    assert (choice.code, choice.recorded_by) == ("CAM-03", None)
    text = customer.get(path).content.decode()
    assert "You chose this one" in text
    assert "Choose this one instead" in text


def test_only_what_was_compared_with_this_customer_can_be_chosen(
    customer: Client, inquiry: Inquiry, agent: User
) -> None:
    comparison = compared(inquiry, agent)
    other = InquiryFactory.create(surname="李", phone="")
    before = everything()
    for path, code, status in (
        (thread_path(other), "CAM-02", 404),
        (thread_path(inquiry), "CAM-05", 422),
        (thread_path(inquiry), "", 422),
    ):
        response = customer.post(
            f"{path}choose/", {"comparison": comparison.pk, "code": code}
        )
        assert response.status_code == status
    assert customer.post(f"{thread_path(inquiry)}choose/").status_code == 404
    assert everything() == before


def test_the_conversation_shows_a_quotation_as_a_card_with_its_state(
    customer: Client, quotation: Quotation, inquiry: Inquiry, agent: User
) -> None:
    text = customer.get(thread_path(inquiry)).content.decode()
    assert quotation_path(quotation) in text
    assert "¥1,277.98" in text
    newer = quoted(inquiry, agent, at=after(60), days=14)
    text = customer.get(thread_path(inquiry)).content.decode()
    assert "A newer version has taken its place." in text
    assert quotation_path(newer) in text


def test_offers_cost_the_conversation_a_constant_number_of_queries(
    customer: Client,
    inquiry: Inquiry,
    agent: User,
    django_assert_max_num_queries: Any,
) -> None:
    compared(inquiry, agent)
    quoted(inquiry, agent, at=after(60))
    with django_assert_max_num_queries(14) as first:
        customer.get(thread_path(inquiry))
    for seconds in (70, 80, 90):
        quoted(inquiry, agent, at=after(seconds), days=seconds)
    with django_assert_max_num_queries(len(first)):
        customer.get(thread_path(inquiry))


def test_a_job_of_documents_ends_in_time_and_the_next_one_goes_on(
    quotation: Quotation, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def slow(_quotation: Quotation, *, language: str) -> bytes:
        made.append(language)
        time.sleep(0.05)
        return b"%PDF-1.4"

    monkeypatch.setattr(quotation_pdf, "render", slow)
    assert make_documents(clock=lambda: after(40), seconds=0.01) == 1
    assert len(made) == 1
    assert quotation.documents.filter(file="", tried_at=None).count() == 1
    assert make_documents(clock=lambda: after(41)) == 1


@pytest.mark.clause("IN-34")
def test_the_comparison_speaks_the_readers_language(
    client: Client, inquiry: Inquiry, agent: User
) -> None:
    comparison = compared(inquiry, agent)
    path = thread_path(inquiry)
    english = client.get(path, headers={"Accept-Language": "en"}).content.decode()
    chinese = client.get(path, headers={"Accept-Language": "zh-hans"}).content.decode()
    for one in comparison.devices:
        assert f"<span>{one.row['pros_en']}</span>" in english
        assert (
            one.row["pros"]
            not in (english.partition('class="offer')[2].partition("</ol>")[0])
        )
        assert f"<span>{one.row['pros']}</span>" in chinese
