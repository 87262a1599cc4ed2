"""Recommending and quoting from the desk: panels, refusals beside fields, lines."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Device
from helpdesk.documents import make_documents
from inquiries import services
from inquiries.links import quotation_path
from inquiries.models import (
    Comparison,
    DeviceChoice,
    DeviceSelection,
    Inquiry,
    Quotation,
)
from staff.models import User
from tests.factories import InquiryFactory, UserFactory
from tests.inquiries.snapshot import everything

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "Accept-Language": "en"}
WISH: dict[str, Any] = {
    "scene": "outdoor_mobile",
    "scale": "solo",
    "needs": ["portability"],
    "category": "live_camera",
}
ORDER: dict[str, Any] = {
    "code": ["CAM-06", "MIC-01"],
    "quantity": ["1", "1"],
    "days": "7",
    "delivery": "same_city",
    "insurance": "on",
    "operator_days": "0",
}


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return InquiryFactory.create(at=timezone.now())


def path(inquiry: Inquiry, verb: str) -> str:
    return f"/desk/inquiries/{inquiry.number}/{verb}/"


def post(desk: Client, inquiry: Inquiry, verb: str, **data: Any) -> HttpResponse:
    return desk.post(path(inquiry, verb), data, headers=HTMX)  # type: ignore[return-value]


def text(response: HttpResponse) -> str:
    return response.content.decode()


def select(desk: Client, inquiry: Inquiry) -> DeviceSelection:
    assert post(desk, inquiry, "devices/select", **WISH).status_code == 200
    return DeviceSelection.objects.get(inquiry=inquiry)


def compare(desk: Client, inquiry: Inquiry) -> Comparison:
    selection = select(desk, inquiry)
    response = post(
        desk,
        inquiry,
        "devices/recommend",
        selection=selection.pk,
        codes=["CAM-02", "CAM-03"],
    )
    assert response.status_code == 200
    return Comparison.objects.get()


def test_the_panel_of_devices_begins_with_the_questions(
    desk: Client, inquiry: Inquiry
) -> None:
    page = text(desk.get(path(inquiry, "devices"), headers=HTMX))
    for name in ("scene", "scale", "needs", "category", "budget"):
        assert f'name="{name}"' in page
    assert "Send the comparison" not in page
    assert " checked" not in page


@pytest.mark.clause("IN-30", "IN-31", "IN-32")
def test_what_was_not_asked_is_said_beside_each_field_and_nothing_is_lost(
    desk: Client, inquiry: Inquiry
) -> None:
    before = everything()
    response = post(desk, inquiry, "devices/select", needs=["portability"], budget="99")
    page = text(response)
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#devices-panel"
    assert "IN-30" in page.partition('name="scene"')[2].partition("</fieldset>")[0]
    assert "IN-31" in page.partition('name="scale"')[2].partition("</fieldset>")[0]
    assert 'value="portability" checked' in page
    assert 'value="99"' in page
    assert everything() == before


@pytest.mark.parametrize("budget", ["abc", "-1", "9" * 13, "1.234"])
def test_a_budget_that_is_none_is_refused(
    desk: Client, inquiry: Inquiry, budget: str
) -> None:
    response = post(desk, inquiry, "devices/select", **WISH, budget=budget)
    assert response.status_code == 422
    assert not DeviceSelection.objects.exists()


@pytest.mark.clause("IN-33")
def test_the_ranked_list_has_reasons_and_the_best_are_ticked(
    desk: Client, inquiry: Inquiry
) -> None:
    page = text(post(desk, inquiry, "devices/select", **WISH))
    assert page.index("CAM-02") < page.index("CAM-03") < page.index("CAM-04")
    assert "Outdoors, on the move: excellent (5 of 5)" in page
    assert "cheapest that suits well" in page
    for code, ticked in (("CAM-02", True), ("CAM-03", True), ("CAM-04", False)):
        assert (f'value="{code}" checked' in page) is ticked
    again = text(desk.get(path(inquiry, "devices"), headers=HTMX))
    assert 'value="outdoor_mobile" checked' in again


@pytest.mark.clause("IN-34")
def test_the_comparison_goes_into_the_conversation(
    desk: Client, inquiry: Inquiry, agent: User
) -> None:
    selection = select(desk, inquiry)
    response = post(
        desk,
        inquiry,
        "devices/recommend",
        selection=selection.pk,
        codes=["CAM-02", "CAM-03"],
    )
    assert response["HX-Trigger"] == "desk:acted"
    assert "DJI Osmo Pocket 3" in text(response)
    assert Comparison.objects.get().by == agent
    context = text(desk.get(path(inquiry, "context"), headers=HTMX))
    assert "CAM-02, CAM-03" in context.partition("context-history")[2]


@pytest.mark.clause("IN-34", "IN-36")
@pytest.mark.parametrize(
    ("codes", "clause"), [(["CAM-02"], "IN-34"), (["CAM-04"], "IN-34"), ([], "IN-34")]
)
def test_one_alone_is_refused_beside_the_list(
    desk: Client, inquiry: Inquiry, codes: list[str], clause: str
) -> None:
    selection = select(desk, inquiry)
    before = everything()
    response = post(
        desk, inquiry, "devices/recommend", selection=selection.pk, codes=codes
    )
    assert response.status_code == 422
    assert clause in text(response)
    assert everything() == before


@pytest.mark.clause("IN-36")
def test_the_dearest_alone_is_refused_with_its_reason_kept(
    desk: Client, inquiry: Inquiry
) -> None:
    selection = select(desk, inquiry)
    response = post(
        desk,
        inquiry,
        "devices/recommend",
        selection=selection.pk,
        codes=["CAM-04"],
        only_one_reason="He likes it",
    )
    assert response.status_code == 422
    assert "IN-36" in text(response)
    assert 'value="He likes it"' in text(response)
    assert not Comparison.objects.exists()


@pytest.mark.clause("IN-35")
def test_a_choice_in_words_is_recorded_with_its_message(
    desk: Client, inquiry: Inquiry, agent: User
) -> None:
    comparison = compare(desk, inquiry)
    data = {"comparison": comparison.pk, "code": "CAM-02"}
    refused = post(desk, inquiry, "devices/choice", **data)
    assert refused.status_code == 422
    assert "IN-35" in text(refused)
    proof = services.customer_writes(inquiry, text="第一款", at=timezone.now())
    assert (
        post(desk, inquiry, "devices/choice", **data, message=proof.pk).status_code
        == 200
    )
    choice = DeviceChoice.objects.get()
    assert (choice.message, choice.recorded_by) == (proof, agent)
    context = text(desk.get(path(inquiry, "context"), headers=HTMX))
    assert "chosen in words" in context


def test_the_panel_of_the_quotation_begins_with_what_the_customer_chose(
    desk: Client, inquiry: Inquiry
) -> None:
    comparison = compare(desk, inquiry)
    services.choose_device(
        inquiry, comparison=comparison, code="CAM-03", at=timezone.now()
    )
    before = everything()
    page = text(desk.get(path(inquiry, "quotation"), headers=HTMX))
    assert 'name="code" value="CAM-03"' in page
    assert "submit, load" in page
    assert everything() == before


@pytest.mark.clause("IN-37")
def test_the_lines_are_worked_out_live_and_kept_as_a_draft(
    desk: Client, inquiry: Inquiry, agent: User
) -> None:
    page = text(post(desk, inquiry, "quotation/draft", **ORDER))
    for line in (
        "¥810.00",
        "−¥54.00",
        "¥251.98",
        "¥1,277.98",
        "¥5,800.00",
        "¥7,077.98",
    ):
        assert line in page
    assert page.count("is-zero") == 3
    assert inquiry.messages.count() == 1
    again = text(desk.get(path(inquiry, "quotation"), headers=HTMX))
    assert "¥7,077.98" in again
    assert 'value="7"' in again
    colleague = Client()
    colleague.force_login(UserFactory.create())
    assert "¥7,077.98" not in text(
        colleague.get(path(inquiry, "quotation"), headers=HTMX)
    )


def test_devices_and_whole_kits_are_added_and_left_out(
    desk: Client, inquiry: Inquiry
) -> None:
    page = text(post(desk, inquiry, "quotation/draft", **ORDER, add="LGT-03"))
    assert 'name="code" value="LGT-03"' in page
    page = text(post(desk, inquiry, "quotation/draft", **ORDER, leave_out="MIC-01"))
    assert 'name="code" value="MIC-01"' not in page
    only = {**ORDER, "code": [], "quantity": []}
    page = text(post(desk, inquiry, "quotation/draft", **only, add="kit:KIT-SOLO-OUT"))
    assert page.count('name="code"') == 4
    assert "Outdoor kit" in page or "Kit" in page


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"days": "0"}, "days", "Choose from 1 to 1095 days."),
        ({"days": "-1"}, "days", "Choose from 1 to 1095 days."),
        ({"days": "10000"}, "days", "Choose from 1 to 1095 days."),
        ({"days": "seven"}, "days", "whole number"),
        ({"days": ""}, "days", "For how many days?"),
        ({"quantity": ["0", "1"]}, "quantity", "Choose from 1 to 500 pieces."),
        ({"quantity": ["999999", "1"]}, "quantity", "Choose from 1 to 500 pieces."),
        ({"quantity": ["x", "1"]}, "quantity", "whole number of pieces"),
        ({"code": ["CAM-99", "MIC-01"]}, "quantity", "no device"),
        ({"code": [], "quantity": []}, "quantity", "at least one device"),
        ({"delivery": "pigeon"}, "delivery", "no such way"),
        ({"starts_on": "2020-01-01"}, "starts_on", "from today on"),
        ({"starts_on": "soon"}, "starts_on", "2026-11-30"),
        ({"operator_days": "-2"}, "operator_days", "figure from 0"),
    ],
)
def test_nonsense_is_said_beside_its_field_and_nothing_is_kept(
    desk: Client, inquiry: Inquiry, changes: dict[str, Any], field: str, message: str
) -> None:
    before = everything()
    for verb in ("draft", "send"):
        response = post(desk, inquiry, f"quotation/{verb}", **{**ORDER, **changes})
        assert response.status_code == 422
        assert message in text(response)
        assert response["HX-Retarget"] == "#quotation-panel"
    assert everything() == before


@pytest.mark.parametrize(
    "typed", [{"code": ["CAM-06", "\x00"]}, {"add": "a\x00b"}, {"add": "kit:\x00"}]
)
def test_a_code_that_no_keyboard_types_is_no_device(
    desk: Client, inquiry: Inquiry, typed: dict[str, Any]
) -> None:
    response = post(desk, inquiry, "quotation/draft", **ORDER | typed)
    assert response.status_code == 422
    assert not Quotation.objects.exists()


def test_sending_sends_what_is_on_the_screen(
    desk: Client, inquiry: Inquiry, agent: User
) -> None:
    post(desk, inquiry, "quotation/draft", **ORDER)
    response = post(desk, inquiry, "quotation/send", **ORDER)
    assert response.status_code == 200
    assert response["HX-Trigger"] == "desk:acted"
    quotation = Quotation.objects.sent().get()
    assert quotation.sent_by == agent
    context = text(desk.get(path(inquiry, "context"), headers=HTMX))
    assert quotation.number in context
    assert quotation_path(quotation) in context
    assert "not opened yet" in context


def test_fields_that_changed_after_the_lines_are_shown_before_they_are_sent(
    desk: Client, inquiry: Inquiry
) -> None:
    post(desk, inquiry, "quotation/draft", **ORDER)
    changed = {**ORDER, "days": "14"}
    response = post(desk, inquiry, "quotation/send", **changed)
    assert response.status_code == 409
    assert "Look at them, then send." in text(response)
    assert not Quotation.objects.sent().exists()
    assert post(desk, inquiry, "quotation/send", **changed).status_code == 200
    assert Quotation.objects.sent().get().days == 14


def test_a_price_that_changed_meanwhile_is_shown_and_asked_for(
    desk: Client, inquiry: Inquiry
) -> None:
    post(desk, inquiry, "quotation/draft", **ORDER)
    device = Device.objects.get(code="CAM-06")
    device.weekly_rent += 40
    device.save()
    before = everything()
    response = post(desk, inquiry, "quotation/send", **ORDER)
    page = text(response)
    assert response.status_code == 409
    assert "¥810.00 before, ¥850.00 now" in page
    assert everything() == before
    stamp = page.partition('name="confirmed_prices" value="')[2].partition('"')[0]
    done = post(desk, inquiry, "quotation/send", **ORDER, confirmed_prices=stamp)
    assert done.status_code == 200
    assert Quotation.objects.sent().get().lines.first().amount == 850


def test_the_states_of_what_was_sent_stand_in_the_context(
    desk: Client, inquiry: Inquiry
) -> None:
    for days in ("7", "14"):
        post(desk, inquiry, "quotation/draft", **{**ORDER, "days": days})
        post(desk, inquiry, "quotation/send", **{**ORDER, "days": days})
    first, second = Quotation.objects.sent().order_by("version")
    services.open_quotation(second, at=timezone.now())
    context = text(desk.get(path(inquiry, "context"), headers=HTMX))
    assert context.index(second.number) < context.index(first.number)
    assert "superseded" in context
    assert "valid until" in context
    assert "opened " in context


def test_strangers_reach_no_panel_and_no_document(
    client: Client, desk: Client, inquiry: Inquiry, handler: User
) -> None:
    post(desk, inquiry, "quotation/draft", **ORDER)
    post(desk, inquiry, "quotation/send", **ORDER)
    quotation = Quotation.objects.sent().get()
    make_documents(clock=timezone.now)
    pdf = path(inquiry, f"quotation/{quotation.number}/pdf")
    response = desk.get(pdf)
    assert response["Content-Type"] == "application/pdf"
    assert response.getvalue().startswith(b"%PDF-")  # type: ignore[attr-defined]
    stranger = Client()
    stranger.force_login(handler)
    for address in (path(inquiry, "devices"), path(inquiry, "quotation"), pdf):
        assert stranger.get(address).status_code == 404
        assert Client().get(address).status_code == 302


def test_the_panels_cost_a_constant_number_of_queries(
    desk: Client, inquiry: Inquiry, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    compare(desk, inquiry)
    post(desk, inquiry, "quotation/draft", **ORDER)
    with django_assert_num_queries(10):
        desk.get(path(inquiry, "devices"), headers=HTMX)
    with django_assert_num_queries(14):
        desk.get(path(inquiry, "quotation"), headers=HTMX)
