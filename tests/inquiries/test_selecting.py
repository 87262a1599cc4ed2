"""Devices are recommended after asking, in comparison, and chosen by the customer."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from catalog.models import Category, Device
from inquiries import services
from inquiries.models import Comparison, DeviceChoice, DeviceSelection, Inquiry
from inquiries.services.selecting import chosen_devices
from inquiries.topic_guards import selection_refusal
from knowledge.services.phrases import ForbiddenPhrase
from staff.models import User
from tests.factories import InquiryFactory, UserFactory
from tests.inquiries.snapshot import everything
from tests.instants import after
from tickets.models import Direction, Event
from tickets.workflow import IllegalStep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

OUTDOORS: dict[str, Any] = {
    "scene": "outdoor_mobile",
    "scale": "solo",
    "needs": ["portability"],
    "category": "live_camera",
}


def select(inquiry: Inquiry, agent: User, **changes: Any) -> DeviceSelection:
    wish = {**OUTDOORS, **changes}
    return services.select_devices(inquiry, **wish, by=agent, at=after(20))


def send(
    selection: DeviceSelection, agent: User, *codes: str, **more: Any
) -> Comparison:
    return services.recommend(
        selection.inquiry,
        selection=selection,
        codes=codes,
        by=agent,
        at=after(25),
        **more,
    )


@pytest.mark.clause("IN-30", "IN-31", "IN-32")
@pytest.mark.parametrize(
    ("field", "value", "clause"),
    [
        ("scene", "", "IN-30"),
        ("scene", "moon", "IN-30"),
        ("scale", "", "IN-31"),
        ("needs", [], "IN-32"),
        ("needs", ["portability", "beauty"], "IN-32"),
    ],
)
def test_nothing_is_ranked_before_scene_scale_and_needs_were_asked(
    inquiry: Inquiry, agent: User, field: str, value: object, clause: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        select(inquiry, agent, **{field: value})
    assert list(refused.value.message_dict) == [field]
    assert clause in refused.value.message_dict[field][0]
    assert not DeviceSelection.objects.exists()


@pytest.mark.clause("IN-30", "IN-31", "IN-32")
def test_all_that_was_not_asked_is_named_at_once(inquiry: Inquiry, agent: User) -> None:
    with pytest.raises(ValidationError) as refused:
        select(inquiry, agent, scene="", scale="", needs=[])
    assert set(refused.value.message_dict) == {"scene", "scale", "needs"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "submarine"}, "category"),
        ({"budget": Decimal(-1)}, "budget"),
        ({"budget": Decimal(1_000_001)}, "budget"),
        (
            {"category": "wired_mic"},
            "category",
        ),
    ],
)
def test_a_wish_that_nothing_can_meet_is_refused(
    inquiry: Inquiry, agent: User, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        select(inquiry, agent, **changes)
    assert list(refused.value.message_dict) == [field]


@pytest.mark.clause("IN-33")
def test_what_suits_is_kept_with_scores_reasons_and_the_state_of_the_prices(
    inquiry: Inquiry, agent: User
) -> None:
    selection = select(inquiry, agent)
    listed = [(one.code, one.score, one.daily) for one in selection.devices]
    assert listed == [
        ("CAM-02", 25, "80.00"),
        ("CAM-03", 21, "85.00"),
        ("CAM-04", 21, "150.00"),
    ]
    assert selection.devices[0].reasons == [
        {"code": "outdoor_mobile", "score": 5, "weight": 2},
        {"code": "solo", "score": 5, "weight": 1},
        {"code": "portability", "score": 5, "weight": 2},
    ]
    assert [one.difference for one in selection.devices] == ["0.00", "5.00", "70.00"]
    assert len(selection.price_stamp) == 12
    assert (selection.by, selection.at) == (agent, after(20))


def test_the_same_wish_at_the_same_prices_is_one_selection(
    inquiry: Inquiry, agent: User
) -> None:
    assert select(inquiry, agent) == select(inquiry, agent)
    device = Device.objects.get(code="CAM-02")
    device.daily_rent += 1
    device.save()
    select(inquiry, agent)
    assert DeviceSelection.objects.count() == 2


@pytest.mark.clause("IN-34", "CC-17")
def test_the_comparison_is_one_readable_message_with_for_against_and_rents(
    inquiry: Inquiry, agent: User
) -> None:
    comparison = send(select(inquiry, agent), agent, "CAM-04", "CAM-02")
    message = comparison.message
    assert message.direction == Direction.OUT
    assert message.author == agent
    assert comparison.codes == ["CAM-02", "CAM-04"]
    assert message.text == (
        "根据您的需求（户外移动直播 · 单人直播 · 便携性），为您对比以下设备：\n"
        "\n"
        "1. DJI Osmo Pocket 3 口袋云台相机 (CAM-02)\n"
        "租金：每天¥80.00，每周¥360.00，每月¥950.00\n"
        "合适设备中租金最低\n"
        "优点：机身三轴防抖，户外走播首选\n"
        "缺点：无专业音频接口；镜头不可更换\n"
        "\n"
        "2. Sony ZV-E10 II 套机（16-50） (CAM-04)\n"
        "租金：每天¥150.00，每周¥680.00，每月¥1,800.00\n"
        "比最便宜的合适设备每天多¥70.00\n"
        "优点：APS-C画质，对焦快，机身轻\n"
        "缺点：长时间4K需外接供电\n"
        "\n"
        "由您自主选择，请告诉我们您更倾向哪一款。"
    )


def test_a_comparison_is_an_answer_and_stops_the_clock(
    inquiry: Inquiry, agent: User
) -> None:
    send(select(inquiry, agent), agent, "CAM-02", "CAM-03")
    fresh = Inquiry.objects.get(pk=inquiry.pk)
    assert fresh.assignee == agent
    assert fresh.status == "awaiting_customer"
    assert fresh.customer_waiting_since is None
    assert fresh.clocks.get().stopped_at == after(25)
    event = Event.objects.get(verb="devices_recommended")
    assert event.data["devices"] == ["CAM-02", "CAM-03"]


@pytest.mark.clause("IN-34")
def test_one_device_alone_needs_the_reason(inquiry: Inquiry, agent: User) -> None:
    selection = select(inquiry, agent)
    before = everything()
    with pytest.raises(ValidationError) as refused:
        send(selection, agent, "CAM-02")
    assert list(refused.value.message_dict) == ["only_one_reason"]
    assert "IN-34" in refused.value.message_dict["only_one_reason"][0]
    assert everything() == before
    comparison = send(selection, agent, "CAM-02", only_one_reason=" 客户只要口袋相机 ")
    assert comparison.only_one_reason == "客户只要口袋相机"
    assert "客户只要口袋相机" in comparison.message.text


@pytest.mark.clause("IN-20", "IN-34")
def test_the_reason_that_the_customer_reads_is_read_by_the_phrase_guard(
    inquiry: Inquiry, agent: User
) -> None:
    selection = select(inquiry, agent)
    before = everything()
    with pytest.raises(ForbiddenPhrase) as refused:
        send(selection, agent, "CAM-02", only_one_reason="别的我不知道")
    assert refused.value.field == "only_one_reason"
    assert everything() == before
    send(selection, agent, "CAM-02", "CAM-03", only_one_reason="别的我不知道")
    assert "不知道" not in inquiry.messages.latest("pk").text


@pytest.mark.clause("IN-36")
def test_only_the_dearest_is_refused_whatever_the_reason(
    inquiry: Inquiry, agent: User
) -> None:
    selection = select(inquiry, agent)
    before = everything()
    with pytest.raises(ValidationError) as refused:
        send(selection, agent, "CAM-04", only_one_reason="it earns most")
    assert list(refused.value.message_dict) == ["codes"]
    assert "IN-36" in refused.value.message_dict["codes"][0]
    assert everything() == before


@pytest.mark.clause("IN-36")
def test_the_cheapest_good_device_is_always_in_the_list(
    inquiry: Inquiry, agent: User
) -> None:
    selection = select(inquiry, agent, scene="indoor_fixed", needs=["image_quality"])
    assert [one.code for one in selection.devices] == ["CAM-05", "CAM-03", "CAM-08"]
    assert [one.code for one in selection.devices if one.cheapest_good] == ["CAM-03"]
    assert [one.daily for one in selection.devices] == ["420.00", "85.00", "520.00"]


@pytest.mark.parametrize("codes", [(), ("CAM-02", "CAM-99"), ("CAM-02", "CAM-08")])
def test_only_devices_of_the_list_can_be_compared(
    inquiry: Inquiry, agent: User, codes: tuple[str, ...]
) -> None:
    selection = select(inquiry, agent)
    with pytest.raises(ValidationError) as refused:
        send(selection, agent, *codes)
    assert list(refused.value.message_dict) == ["codes"]


@pytest.mark.parametrize("change", [{"active": False}, {"weekly_rent": Decimal(361)}])
def test_a_device_that_changed_since_the_list_is_not_recommended(
    inquiry: Inquiry, agent: User, change: dict[str, Any]
) -> None:
    selection = select(inquiry, agent)
    Device.objects.filter(code="CAM-02").update(**change)
    before = everything()
    with pytest.raises(ValidationError, match="DJI Osmo Pocket 3"):
        send(selection, agent, "CAM-02", "CAM-03")
    assert everything() == before


def test_a_selection_of_another_customer_is_not_there(
    inquiry: Inquiry, agent: User
) -> None:
    other = select(InquiryFactory.create(surname="李", phone=""), agent)
    with pytest.raises(DeviceSelection.DoesNotExist):
        services.recommend(
            inquiry, selection=other, codes=["CAM-02", "CAM-03"], by=agent, at=after(9)
        )


def test_a_second_click_sends_no_second_comparison(
    inquiry: Inquiry, agent: User
) -> None:
    selection, token = select(inquiry, agent), uuid.uuid4()
    first = send(selection, agent, "CAM-02", "CAM-03", client_token=token)
    assert send(selection, agent, "CAM-02", "CAM-03", client_token=token) == first
    assert inquiry.messages.count() == 3


@pytest.mark.clause("IN-35")
def test_the_customer_chooses_on_the_page_in_a_message_of_their_own(
    inquiry: Inquiry, agent: User
) -> None:
    comparison = send(select(inquiry, agent), agent, "CAM-02", "CAM-03")
    choice = services.choose_device(
        inquiry, comparison=comparison, code="CAM-03", at=after(60)
    )
    assert (choice.code, choice.recorded_by, choice.at) == ("CAM-03", None, after(60))
    assert choice.message.direction == Direction.IN
    assert choice.message.text.startswith("I choose: OBSBOT Tail Air")
    assert Event.objects.get(verb="device_chosen").data["device"] == "CAM-03"
    again = services.choose_device(
        inquiry, comparison=comparison, code="CAM-03", at=after(61)
    )
    assert again == choice
    assert inquiry.messages.count() == 4


@pytest.mark.clause("IN-35")
def test_an_agent_records_a_choice_only_with_the_customers_words_as_proof(
    inquiry: Inquiry, agent: User
) -> None:
    comparison = send(select(inquiry, agent), agent, "CAM-02", "CAM-03")
    ours = comparison.message
    theirs = services.customer_writes(inquiry, text="要第一个", at=after(60))
    other = InquiryFactory.create(surname="李", phone="").messages.get()
    for proof in (None, ours, other):
        with pytest.raises(ValidationError) as refused:
            services.choose_device(
                inquiry,
                comparison=comparison,
                code="CAM-02",
                message=proof,
                by=agent,
                at=after(70),
            )
        assert list(refused.value.message_dict) == ["message"]
    assert not DeviceChoice.objects.exists()
    choice = services.choose_device(
        inquiry,
        comparison=comparison,
        code="CAM-02",
        message=theirs,
        by=agent,
        at=after(70),
    )
    assert (choice.message, choice.recorded_by) == (theirs, agent)


def test_the_last_choice_counts(inquiry: Inquiry, agent: User) -> None:
    comparison = send(select(inquiry, agent), agent, "CAM-02", "CAM-03")
    for seconds, code in enumerate(("CAM-02", "CAM-03"), start=60):
        services.choose_device(
            inquiry, comparison=comparison, code=code, at=after(seconds)
        )
    assert [one.code for one in chosen_devices([inquiry.pk])] == ["CAM-03"]
    with pytest.raises(ValidationError, match="compared"):
        services.choose_device(
            inquiry, comparison=comparison, code="CAM-04", at=after(80)
        )


def test_nothing_is_recommended_or_chosen_after_the_end(
    inquiry: Inquiry, agent: User
) -> None:
    selection = select(inquiry, agent)
    comparison = send(selection, agent, "CAM-02", "CAM-03")
    Inquiry.objects.filter(pk=inquiry.pk).update(status="closed", closed_at=after(90))
    before = everything()
    with pytest.raises(IllegalStep):
        send(selection, agent, "CAM-02", "CAM-03")
    with pytest.raises(IllegalStep):
        services.choose_device(
            inquiry, comparison=comparison, code="CAM-02", at=after(99)
        )
    with pytest.raises(IllegalStep):
        select(inquiry, agent)
    assert everything() == before


@pytest.mark.clause("IN-33", "IN-34")
def test_the_topic_is_answered_only_with_a_comparison(
    inquiry: Inquiry, agent: User
) -> None:
    selection = select(inquiry, agent)
    assert "IN-34" in (selection_refusal(inquiry) or "")
    send(selection, agent, "CAM-02", "CAM-03")
    assert selection_refusal(inquiry) is None


def test_what_was_shown_is_never_changed(inquiry: Inquiry, agent: User) -> None:
    comparison = send(select(inquiry, agent), agent, "CAM-02", "CAM-03")
    services.choose_device(inquiry, comparison=comparison, code="CAM-02", at=after(60))
    for model in (DeviceSelection, Comparison, DeviceChoice):
        rows = model._default_manager.all()
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            rows.update(at=after(1))
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_a_colleague_may_recommend_too(inquiry: Inquiry, agent: User) -> None:
    selection = select(inquiry, agent)
    comparison = send(selection, UserFactory.create(), "CAM-02", "CAM-03")
    assert comparison.selection == selection


# --- Several kinds of devices ---------------------------------------------------------


@pytest.mark.clause("IN-33", "IN-36")
def test_without_a_kind_each_kind_has_its_own_ranking(
    inquiry: Inquiry, agent: User
) -> None:
    found = select(inquiry, agent, category="").devices
    kinds = list(dict.fromkeys(one.category for one in found))
    assert kinds == [kind for kind in Category.values if kind in kinds]
    assert len(kinds) > 1
    for kind in kinds:
        own = [one.code for one in found if one.category == kind]
        alone = select(inquiry, agent, category=kind).devices
        assert own == [one.code for one in alone]
        differences = [one.difference for one in found if one.category == kind]
        assert differences == [one.difference for one in alone]
    assert [one.code for one in found[:3]] == ["CAM-02", "CAM-03", "CAM-04"]


@pytest.mark.clause("IN-34")
def test_devices_of_two_kinds_are_no_comparison(inquiry: Inquiry, agent: User) -> None:
    selection = select(inquiry, agent, category="")
    with pytest.raises(ValidationError) as refused:
        send(selection, agent, "CAM-02", "MIC-01")
    assert set(refused.value.message_dict) == {"only_one_reason"}
    sent = send(selection, agent, "CAM-02", "MIC-01", only_one_reason="一套")
    assert sent.codes == ["CAM-02", "MIC-01"]
    assert "某类设备只推荐一款的原因：一套" in sent.message.text


@pytest.mark.clause("IN-36")
def test_the_dearest_of_its_kind_alone_is_refused_beside_other_kinds(
    inquiry: Inquiry, agent: User
) -> None:
    selection = select(inquiry, agent, category="")
    cameras = [one for one in selection.devices if one.category == "live_camera"]
    dearest = max(cameras, key=lambda one: Decimal(one.daily))
    with pytest.raises(ValidationError) as refused:
        send(selection, agent, dearest.code, "MIC-01", "MIC-02", only_one_reason="好")
    assert "IN-36" in refused.value.message_dict["codes"][0]
