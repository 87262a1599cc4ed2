"""A quotation has every line and term, holds what was seen, and is never changed."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from catalog.models import DeliveryZone, Device, DiscountRule, Terms
from inquiries import offer_words, services
from inquiries.links import quotation_of, quotation_token
from inquiries.models import Inquiry, Quotation, QuotationDocument, QuotationLine
from inquiries.services.quoting import PricesChanged, newest_version
from inquiries.topic_guards import price_refusal
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory
from tests.finishing import finish
from tests.inquiries.snapshot import everything
from tests.instants import after, local
from tickets.models import Direction, Event
from tickets.workflow import IllegalStep, NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

ORDER: dict[str, Any] = {
    "items": [("CAM-06", 1), ("MIC-01", 1)],
    "days": 7,
    "delivery": "same_city",
    "insurance": True,
}


def draft(inquiry: Inquiry, agent: User, **changes: Any) -> Quotation:
    order = {**ORDER, **changes}
    return services.draft_quotation(inquiry, **order, by=agent, at=after(20))


def sent(
    inquiry: Inquiry, agent: User, *, seconds: float = 30, **changes: Any
) -> Quotation:
    quotation = draft(inquiry, agent, **changes)
    return services.send_quotation(quotation, by=agent, at=after(seconds))


def raise_rent(code: str = "CAM-06") -> None:
    device = Device.objects.get(code=code)
    device.weekly_rent += 40
    device.save()


@pytest.mark.clause("IN-37")
def test_every_component_has_its_line_even_when_it_is_nothing(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = draft(inquiry, agent)
    assert [
        (line.component, line.title, line.amount)
        for line in offer_words.lines(quotation)
    ] == [
        ("rent", "Canon XA60 camcorder", Decimal("810.00")),
        ("rent", "DJI Mic 2 (two transmitters, one receiver)", Decimal("270.00")),
        ("discount", "7 days or longer", Decimal("-54.00")),
        ("delivery", "Delivery in the city", Decimal("0.00")),
        ("insurance", "Insurance", Decimal("251.98")),
        ("install", "Installation on site", Decimal("0.00")),
        ("operator", "Technician", Decimal("0.00")),
        ("deposit", "Deposit", Decimal("5800.00")),
    ]
    assert quotation.payable == Decimal("1277.98")
    assert quotation.deposit == Decimal("5800.00")
    assert quotation.total == Decimal("7077.98")


def test_names_are_kept_in_both_languages(inquiry: Inquiry, agent: User) -> None:
    quotation = draft(inquiry, agent)
    assert offer_words.lines(quotation)[0].name == "Canon XA60 camcorder"
    with translation.override("zh-hans"):
        again = draft(inquiry, agent)
        assert offer_words.lines(again)[0].name == "Canon XA60 摄录一体机"
        assert offer_words.lines(again)[2].name == "长租7天"
        assert again.devices[0]["name"] == "Canon XA60 摄录一体机"
    assert offer_words.lines(again)[2].name == "7 days or longer"


@pytest.mark.clause("IN-38")
def test_discounts_that_apply_and_those_that_do_not_are_told_with_the_reason(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = draft(inquiry, agent, first_order=True, days=30)
    assert [(one.name, one.detail) for one in offer_words.applied(quotation)] == [
        ("30 days or longer", "−¥427.50"),
        ("First order", "−¥200.00"),
    ]
    assert [(one.name, one.detail) for one in offer_words.not_applied(quotation)] == [
        (
            "7 days or longer",
            "“30 days or longer” takes off more, and the two do not add up",
        ),
        ("90 days or longer", "Only from 90 days"),
        ("Kit", "Only for one of our kits, complete"),
    ]
    with translation.override("zh-hans"):
        assert "长租30天" in offer_words.not_applied(quotation)[0].detail


@pytest.mark.clause("IN-39")
def test_the_ways_to_pay_are_told(inquiry: Inquiry, agent: User) -> None:
    assert offer_words.payment_methods(draft(inquiry, agent)) == [
        "WeChat Pay",
        "Alipay",
        "Bank transfer between companies",
        "Card at the store",
    ]


@pytest.mark.clause("IN-40")
def test_conditions_and_time_of_the_deposits_refund_are_told(
    inquiry: Inquiry, agent: User
) -> None:
    told = " ".join(offer_words.deposit_terms(draft(inquiry, agent)))
    assert "the inspection is passed" in told
    assert "within 24 hours of the return" in told
    assert "within 3 working days after the inspection" in told
    assert "usually 1 to 7 working days" in told


@pytest.mark.clause("IN-40")
def test_without_deposit_terms_nothing_is_sent(inquiry: Inquiry, agent: User) -> None:
    quotation = draft(inquiry, agent)
    Terms.objects.update(deposit_conditions_zh=" ")
    before = everything()
    with pytest.raises(ValidationError) as refused:
        services.send_quotation(quotation, by=agent, at=after(30))
    assert list(refused.value.message_dict) == ["deposit_terms"]
    assert "IN-40" in refused.value.message_dict["deposit_terms"][0]
    assert everything() == before
    assert Quotation.objects.get().sent_at is None


@pytest.mark.clause("IN-46")
def test_delivery_is_promised_by_class_and_place(inquiry: Inquiry, agent: User) -> None:
    def told(**changes: Any) -> list[str]:
        return offer_words.delivery(draft(inquiry, agent, **changes))

    confirmed = "Confirmed: the contract is signed, and payment or its waiver is in."
    both = [("CAM-06", 1), ("CAM-08", 1)]
    assert told() == [
        "Standard device: within 24 hours of your confirmed order",
        confirmed,
    ]
    assert told(items=both) == [
        "Standard device: within 24 hours of your confirmed order",
        "Special device: within 48 hours of your confirmed order",
        confirmed,
    ]
    assert told(items=both, delivery="inter_city_express") == [
        "Standard device: within 48 hours of your confirmed order",
        "Special device: within 72 hours of your confirmed order",
        confirmed,
        "Outside our service city delivery takes longer than 24 or 48 hours.",
        "The transport is insured.",
    ]


@pytest.mark.clause("IN-47")
def test_collecting_at_the_store_is_the_other_way(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = draft(inquiry, agent, delivery="store_pickup")
    assert offer_words.delivery(quotation) == [
        "You collect the devices at our store; nothing is delivered."
    ]


@pytest.mark.clause("IN-48")
def test_installation_is_told_with_its_length_whether_included_or_not(
    inquiry: Inquiry, agent: User
) -> None:
    assert offer_words.installation(draft(inquiry, agent)) == [
        "Installation on site is not included; guidance from afar is free.",
        "Setting up takes about 30 minutes.",
    ]
    with_it = draft(inquiry, agent, onsite_install=True, operator_days=2)
    assert offer_words.installation(with_it) == [
        "Installation on site is included: one visit.",
        "Setting up takes about 30 minutes.",
        "A technician stays with you: 2 days.",
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": -3}, "days"),
        ({"days": 10_000}, "days"),
        ({"items": []}, "items"),
        ({"items": [("CAM-99", 1)]}, "items.0.code"),
        ({"items": [("CAM-06", 1), ("CAM-06", 0)]}, "items.1.quantity"),
        ({"items": [("CAM-06", -1)]}, "items.0.quantity"),
        ({"items": [("CAM-06", 10**9)]}, "items.0.quantity"),
        ({"delivery": "by_pigeon"}, "delivery"),
        ({"operator_days": -1}, "operator_days"),
        ({"operator_days": 10**9}, "operator_days"),
        ({"starts_on": date(2026, 11, 22)}, "starts_on"),
        ({"starts_on": date(2028, 1, 1)}, "starts_on"),
    ],
)
def test_nonsense_is_named_and_nothing_is_kept(
    inquiry: Inquiry, agent: User, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        draft(inquiry, agent, **changes)
    assert list(refused.value.message_dict) == [field]
    assert not Quotation.objects.exists()


def test_a_retired_device_cannot_be_quoted_nor_sent(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = draft(inquiry, agent)
    Device.objects.filter(code="MIC-01").update(active=False)
    before = everything()
    for act in (
        lambda: draft(inquiry, agent),
        lambda: services.send_quotation(quotation, by=agent, at=after(30)),
    ):
        with pytest.raises(ValidationError) as refused:
            act()
        assert list(refused.value.message_dict) == ["items.1.code"]
    assert everything() == before


def test_a_draft_is_ones_own_and_the_next_replaces_it(
    inquiry: Inquiry, agent: User, colleague: User
) -> None:
    first = draft(inquiry, agent)
    again = draft(inquiry, agent, days=14)
    other = draft(inquiry, colleague)
    assert (again.pk, again.number) == (first.pk, first.number)
    assert other.pk != first.pk
    assert Quotation.objects.draft_of(inquiry, agent) == again
    assert QuotationLine.objects.filter(quotation=first).count() == 8
    assert inquiry.messages.count() == 1
    assert not Event.objects.filter(verb="quoted").exists()
    with pytest.raises(NotAllowed):
        services.send_quotation(other, by=agent, at=after(30))


def test_a_complete_kit_is_recognised(inquiry: Inquiry, agent: User) -> None:
    kit = [("CAM-02", 1), ("MIC-01", 1), ("LGT-03", 1), ("PWR-01", 1)]
    quotation = draft(inquiry, agent, items=kit, days=3)
    assert [one.name for one in offer_words.applied(quotation)] == ["Kit"]


def test_the_same_device_twice_is_one_line(inquiry: Inquiry, agent: User) -> None:
    quotation = draft(inquiry, agent, items=[("CAM-06", 1), ("CAM-06", 2)])
    assert [(one["code"], one["quantity"]) for one in quotation.devices] == [
        ("CAM-06", 3)
    ]
    assert quotation.lines.first().quantity == 3


@pytest.mark.clause("IN-37", "IN-40")
def test_a_sent_quotation_is_a_message_with_all_that_matters_and_its_link(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = sent(inquiry, agent)
    message = quotation.message
    assert message is not None
    assert (message.direction, message.author, message.sent_at) == (
        Direction.OUT,
        agent,
        after(30),
    )
    lines = message.text.split("\n")
    assert lines[0] == f"报价单{quotation.number}（第1版）"
    assert "· Canon XA60 摄录一体机 × 1" in lines
    assert "租金 ¥1,080.00" in lines
    assert "优惠 −¥54.00" in lines
    assert "安装调试费 ¥0.00" in lines
    assert "应付¥1,277.98；另付押金¥5,800.00，归还后退回。" in lines
    assert any("3个工作日内" in line and line.startswith("押金：") for line in lines)
    assert "付款方式：微信支付、支付宝、对公转账、门店刷卡" in lines
    assert "有效期至2026-11-30 23:59" in lines
    assert lines[-1].endswith(f"/quotation/{quotation_token(quotation)}/")


def test_sending_is_an_answer_and_counts_a_version(
    inquiry: Inquiry, agent: User
) -> None:
    first, second = sent(inquiry, agent), sent(inquiry, agent, seconds=60, days=14)
    assert (first.version, second.version) == (1, 2)
    assert first.number.startswith("Q20261123")
    assert len(first.number) == 15
    assert first.valid_until == local("2026-11-30 23:59:59")
    assert not first.is_valid(at=local("2026-12-01 00:00:00"))
    assert first.is_valid(at=local("2026-11-30 23:59:59"))
    fresh = Inquiry.objects.get(pk=inquiry.pk)
    assert (fresh.status, fresh.assignee) == ("in_service", agent)
    assert fresh.clocks.get().stopped_at == after(30)
    assert Event.objects.filter(verb="quoted").first().data["quotation"] == first.number
    assert newest_version(first) == second
    assert newest_version(second) == second


def test_a_second_click_sends_nothing_more(inquiry: Inquiry, agent: User) -> None:
    quotation = sent(inquiry, agent)
    before = everything()
    again = services.send_quotation(quotation, by=agent, at=after(31))
    assert again.sent_at == after(30)
    assert everything() == before
    assert quotation.documents.count() == 2


def test_changed_prices_are_told_line_by_line_and_ask(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = draft(inquiry, agent)
    raise_rent()
    DiscountRule.objects.filter(code="LONG7").delete()
    before = everything()
    with pytest.raises(PricesChanged) as refused:
        services.send_quotation(quotation, by=agent, at=after(30))
    assert refused.value.differences == [
        "Rent · Canon XA60 camcorder: ¥810.00 before, ¥850.00 now",
        "Discount · 7 days or longer: −¥54.00 before, ¥0.00 now",
    ]
    assert everything() == before
    assert Quotation.objects.get().payable == Decimal("1277.98")
    raise_rent()
    with pytest.raises(PricesChanged) as again:
        services.send_quotation(
            quotation, by=agent, at=after(31), confirmed_prices=refused.value.stamp
        )
    done = services.send_quotation(
        quotation, by=agent, at=after(32), confirmed_prices=again.value.stamp
    )
    assert done.lines.first().amount == Decimal("890.00")
    assert done.price_stamp == again.value.stamp


def test_a_change_elsewhere_in_the_catalogue_stops_nothing(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = draft(inquiry, agent)
    raise_rent("CAM-01")
    done = services.send_quotation(quotation, by=agent, at=after(30))
    assert done.payable == Decimal("1277.98")


def test_what_was_sent_is_frozen_whatever_the_catalogue_does(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = sent(inquiry, agent)
    raise_rent()
    Device.objects.filter(code="CAM-06").update(name_en="Another")
    DeliveryZone.objects.filter(code="same_city").update(standard_hours=90)
    Terms.objects.update(deposit_refund_working_days=60)
    kept = quotation_of(quotation_token(quotation))
    assert offer_words.lines(kept)[0].title == "Canon XA60 camcorder"
    assert offer_words.lines(kept)[0].amount == Decimal("810.00")
    assert "24 hours" in offer_words.delivery(kept)[0]
    assert "3 working days" in offer_words.deposit_terms(kept)[1]


def test_the_database_refuses_to_change_what_was_sent(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = sent(inquiry, agent)
    quotations = Quotation.objects.filter(pk=quotation.pk)
    lines = QuotationLine.objects.filter(quotation=quotation)
    changes: list[Any] = [
        lambda: quotations.update(total=1),
        lambda: quotations.update(valid_until=after(days=30)),
        lambda: quotations.update(sent_at=None),
        lambda: quotations._raw_delete("default"),
        lambda: lines.update(amount=1),
        lambda: lines._raw_delete("default"),
        lambda: lines.create(
            quotation=quotation,
            place=99,
            component="rent",
            quantity=1,
            unit_price=1,
            amount=1,
            rule="x",
        ),
    ]
    for change in changes:
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            change()


def test_the_first_opening_is_kept_and_no_later_one(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = sent(inquiry, agent)
    assert services.open_quotation(quotation, at=after(60))
    assert not services.open_quotation(quotation, at=after(90))
    assert Quotation.objects.get().opened_at == after(60)
    unsent = draft(inquiry, agent)
    assert not services.open_quotation(unsent, at=after(90))


def test_the_customer_asks_for_a_fresh_one_once_a_day(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = sent(inquiry, agent)
    late = after(days=8)
    first = services.ask_for_fresh_quotation(quotation, at=late)
    assert services.ask_for_fresh_quotation(quotation, at=late) == first
    assert first.direction == Direction.IN
    assert quotation.number in first.text
    assert Inquiry.objects.get(pk=inquiry.pk).customer_waiting_since == late


def test_asking_for_a_fresh_one_takes_up_a_finished_conversation_in_its_window(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = sent(inquiry, agent)
    Inquiry.objects.filter(pk=inquiry.pk).update(status="closed", closed_at=after(60))
    before = everything()
    with pytest.raises(IllegalStep):
        services.ask_for_fresh_quotation(quotation, at=after(days=9))
    assert everything() == before
    services.ask_for_fresh_quotation(quotation, at=after(days=2))
    assert Inquiry.objects.get(pk=inquiry.pk).closed_at is None


def test_a_fresh_one_is_asked_for_where_a_merged_conversation_goes_on(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = sent(inquiry, agent)
    other = InquiryFactory.create(at=after(60))
    services.reply(other, text="好的。", by=agent, at=after(65))
    services.merge(inquiry, into=other, by=agent, at=after(70))
    finish(other, by=agent, at=after(80))
    late = after(days=2)
    asked = services.ask_for_fresh_quotation(quotation, at=late)
    assert (asked.ticket_id, asked.origin_id) == (other.pk, inquiry.pk)
    assert services.ask_for_fresh_quotation(quotation, at=late) == asked
    assert Inquiry.objects.get(pk=other.pk).customer_waiting_since == late


def test_nothing_is_quoted_after_the_end(inquiry: Inquiry, agent: User) -> None:
    quotation = draft(inquiry, agent)
    Inquiry.objects.filter(pk=inquiry.pk).update(status="closed", closed_at=after(60))
    with pytest.raises(IllegalStep):
        services.send_quotation(quotation, by=agent, at=after(90))
    with pytest.raises(IllegalStep):
        draft(inquiry, agent)


@pytest.mark.clause("IN-37")
def test_the_price_is_answered_only_with_a_sent_quotation(
    inquiry: Inquiry, agent: User
) -> None:
    draft(inquiry, agent)
    assert "IN-37" in (price_refusal(inquiry) or "")
    sent(inquiry, agent)
    assert price_refusal(inquiry) is None


def test_another_system_quotes_at_once_with_the_prices_that_it_showed(
    inquiry: Inquiry, agent: User
) -> None:
    stamp = draft(inquiry, agent).price_stamp
    raise_rent()
    token = uuid.uuid4()

    def quote(version: str) -> Quotation:
        return services.quote(
            inquiry,
            **ORDER,
            price_version=version,
            client_token=token,
            by=agent,
            at=after(40),
        )

    with pytest.raises(PricesChanged, match=r"7,115\.98") as refused:
        quote(stamp)
    first = quote(refused.value.stamp)
    assert first.sent_at == after(40)
    assert quote(stamp) == first
    assert Quotation.objects.sent().count() == 1


def test_a_link_of_another_number_or_of_a_draft_leads_nowhere(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = sent(inquiry, agent)
    unsent = draft(inquiry, agent)
    token = quotation_token(quotation)
    forged = token.replace(quotation.number, unsent.number)
    for strange in (forged, quotation.number, "", quotation_token(unsent)):
        with pytest.raises(Quotation.DoesNotExist):
            quotation_of(strange)
    assert quotation_of(token) == quotation


def test_each_person_sees_the_quotations_of_the_inquiries_that_they_see(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = sent(inquiry, agent)
    handler = UserFactory.create(role="department_handler")
    assert list(Quotation.objects.visible_to(agent)) == [quotation]
    assert not Quotation.objects.visible_to(handler).exists()


def test_every_language_has_a_document_that_waits_to_be_made(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = sent(inquiry, agent)
    waiting = QuotationDocument.objects.filter(quotation=quotation, file="")
    assert sorted(waiting.values_list("language", flat=True)) == ["en", "zh-hans"]


# --- A waiver of the deposit ----------------------------------------------------------


def waived(inquiry: Inquiry, by: User, **order: Any) -> Quotation:
    return services.quote(
        inquiry,
        items=[("CAM-06", 1)],
        days=3,
        delivery="store_pickup",
        by=by,
        at=after(20),
        **order,
    )


def held(quotation: Quotation) -> list[tuple[str, str, Decimal]]:
    lines = quotation.lines.filter(component="deposit")
    return [(line.subject, line.rule, line.amount) for line in lines]


@pytest.mark.clause("IN-37", "IN-40")
def test_a_score_that_suffices_waives_the_deposit_as_a_line(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = waived(inquiry, agent, waiver="zhima_credit", credit_score=650)
    full = Device.objects.get(code="CAM-06").deposit
    assert held(quotation) == [
        ("", "deposit", full),
        ("zhima_credit", "deposit_waived", -full),
    ]
    assert (quotation.deposit, quotation.total) == (0, quotation.payable)
    assert (quotation.waiver, quotation.credit_score) == ("zhima_credit", 650)


def test_a_score_that_does_not_suffice_says_so_and_the_deposit_stays(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = waived(inquiry, agent, waiver="zhima_credit", credit_score=649)
    assert held(quotation)[1] == ("zhima_credit", "waiver_score_too_low", 0)
    assert quotation.deposit == Device.objects.get(code="CAM-06").deposit


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({"waiver": "friendship"}, "waiver"),
        ({"waiver": "zhima_credit"}, "credit_score"),
        ({"waiver": "zhima_credit", "credit_score": -1}, "credit_score"),
        ({"waiver": "zhima_credit", "credit_score": 10**9}, "credit_score"),
        ({"waiver": "enterprise_agreement"}, "waiver"),
    ],
)
def test_what_does_not_waive_is_named(
    inquiry: Inquiry, agent: User, order: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        waived(inquiry, agent, **order)
    assert list(refused.value.message_dict) == [field]
    assert not Quotation.objects.exists()


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR])
def test_an_agreement_waives_where_somebody_who_leads_says_so(
    inquiry: Inquiry, role: Role
) -> None:
    leader = UserFactory.create(role=role)
    quotation = waived(inquiry, leader, waiver="enterprise_agreement")
    assert quotation.deposit == 0


def test_a_score_without_a_waiver_counts_for_nothing(
    inquiry: Inquiry, agent: User
) -> None:
    quotation = waived(inquiry, agent, credit_score=700)
    assert quotation.credit_score is None
    assert len(held(quotation)) == 1
