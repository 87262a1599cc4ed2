"""What a customer is told about contract, delivery and service, with today's numbers."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from catalog.models import Device
from inquiries import clauses, services
from inquiries.models import ClauseExplanation, Inquiry, ServiceFactsTold
from inquiries.topic_guards import contract_refusal, service_refusal
from staff.models import User
from tests.factories import InquiryFactory, UserFactory
from tests.inquiries.requests import talked
from tests.inquiries.snapshot import everything
from tests.instants import after
from tickets.workflow import IllegalStep

pytestmark = pytest.mark.django_db

ALL = ["term", "damage", "early_return"]
EXAMPLES = ["term_week", "damage_lost", "early_own"]


@pytest.fixture
def talk(db: None) -> Inquiry:
    return talked()


def explain(inquiry: Inquiry, by: User, **changes: Any) -> ClauseExplanation:
    given: dict[str, Any] = {"clauses": ALL, "not_asked": [], "examples": EXAMPLES}
    return services.explain_clauses(
        inquiry, by=by, at=after(minutes=1), **given | changes
    )


def examples() -> dict[str, str]:
    return {e.id: e.text for card in clauses.cards(at=after(0)) for e in card.examples}


@pytest.mark.clause("IN-42")
def test_the_numbers_of_every_example_are_those_of_the_catalogue() -> None:
    assert examples() == {
        "term_week": (
            "租一台Canon XA60 摄录一体机7天：按周租计价，租金810.00元；"
            "如按日租计算需要1,260.00元。"
        ),
        "term_overdue": (
            "Canon XA60 摄录一体机超期1天归还：占用费180.00元，违约金54.00元，"
            "共234.00元。"
        ),
        "damage_lost": (
            "DJI Mic 2（二发一收）使用10个月后丢失：重置价2,499.00元，"
            "折旧后赔偿1,999.20元。"
        ),
        "damage_lost_old": (
            "同样的DJI Mic 2（二发一收）使用40个月后丢失：赔偿749.70元，这是最低比例。"
        ),
        "damage_wear": (
            "Canon XA60 摄录一体机有细微划痕、接口正常插拔痕：属于正常使用痕迹，"
            "赔偿0.00元。"
        ),
        "damage_battery": "归还Canon XA60 摄录一体机时少一块电池：赔偿300.00元。",
        "early_own": (
            "Canon XA60 摄录一体机租10天已付1,350.00元，用4天后归还：已用720.00元，"
            "未用630.00元，扣360.00元，退还270.00元。"
        ),
        "early_fault": "同样的情况，如因设备故障提前归还：不扣费，退还630.00元。",
    }


@pytest.mark.clause("IN-42")
def test_an_example_follows_the_price_and_goes_with_its_device() -> None:
    Device.objects.filter(code="CAM-06").update(daily_rent=Decimal(200))
    assert "如按日租计算需要1,400.00元" in examples()["term_week"]
    Device.objects.filter(code="CAM-06").update(active=False)
    assert set(examples()) == {"damage_lost", "damage_lost_old"}


@pytest.mark.clause("IN-41", "IN-42")
def test_chosen_clauses_are_sent_with_their_examples(talk: Inquiry) -> None:
    agent = UserFactory.create()
    explanation = explain(
        talk,
        agent,
        clauses=["damage", "early_return"],
        not_asked=["term"],
        examples=["early_own", "damage_lost"],
    )
    told = examples()
    assert explanation.message is not None
    lines = explanation.message.text.split("\n")
    assert [line[:8] for line in lines] == [
        "下面为您说明您关",
        "【设备损坏赔偿】",
        "例如：DJI M",
        "【提前退租】可以",
        "例如：Canon",
        "以上内容您都清楚",
    ]
    assert lines[2] == f"例如：{told['damage_lost']}"
    assert lines[4] == f"例如：{told['early_own']}"
    assert explanation.clauses == ["damage", "early_return"]
    assert explanation.not_asked == ["term"]
    assert explanation.examples == ["damage_lost", "early_own"]
    assert explanation.prices
    event = talk.events.get(verb="clauses_explained")
    assert event.data["examples"] == ["damage_lost", "early_own"]


@pytest.mark.clause("IN-41", "IN-42")
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"clauses": ["term", "damage"]}, {"clauses", "examples"}),
        ({"not_asked": ["term"]}, {"clauses"}),
        ({"clauses": [], "examples": []}, {"clauses"}),
        ({"clauses": [*ALL, "other"]}, {"clauses"}),
        ({"examples": ["term_week", "damage_lost"]}, {"examples"}),
        ({"examples": [*EXAMPLES, "nonsense"]}, {"examples"}),
        (
            {"clauses": ["term"], "not_asked": ["damage", "early_return"]},
            {"examples"},
        ),
    ],
)
def test_no_core_clause_is_left_out_and_none_is_without_an_example(
    talk: Inquiry, changes: dict[str, Any], fields: set[str]
) -> None:
    agent = UserFactory.create()
    before = everything()
    with pytest.raises(ValidationError) as refused:
        explain(talk, agent, **changes)
    assert set(refused.value.error_dict) == fields
    assert everything() == before


@pytest.mark.clause("IN-43", "CM-22")
def test_the_contract_topic_stays_open_until_the_customer_has_understood(
    talk: Inquiry, english: None
) -> None:
    agent = UserFactory.create()
    assert "term, damage, early return (IN-41)" in str(contract_refusal(talk))
    explain(talk, agent)
    assert "Ask whether" in str(contract_refusal(talk))
    services.note_understanding(talk, understood=False, by=agent, at=after(minutes=2))
    assert "not understood" in str(contract_refusal(talk))
    services.note_understanding(talk, understood=True, by=agent, at=after(minutes=3))
    assert contract_refusal(talk) is None
    explain(talk, agent, understood=False)
    assert ClauseExplanation.objects.count() == 2


@pytest.mark.clause("IN-43")
def test_a_no_keeps_the_topic_open_even_after_a_yes(talk: Inquiry) -> None:
    agent = UserFactory.create()
    explain(talk, agent, understood=True)
    assert contract_refusal(talk) is None
    services.note_understanding(talk, understood=False, by=agent, at=after(minutes=2))
    assert contract_refusal(talk) is not None


def test_nothing_is_sent_where_nothing_was_asked(talk: Inquiry) -> None:
    agent = UserFactory.create()
    count = talk.messages.count()
    explanation = explain(
        talk, agent, clauses=[], not_asked=ALL, examples=[], understood=True
    )
    assert (explanation.message, talk.messages.count()) == (None, count)
    assert contract_refusal(talk) is None


def test_nobody_can_understand_what_was_not_explained(talk: Inquiry) -> None:
    agent = UserFactory.create()
    before = everything()
    with pytest.raises(IllegalStep):
        services.note_understanding(
            talk, understood=True, by=agent, at=after(minutes=2)
        )
    assert everything() == before


def test_an_explanation_answers_a_customer_who_waits(talk: Inquiry) -> None:
    services.customer_writes(talk, text="合同怎么说？", at=after(minutes=1))
    explain(talk, UserFactory.create())
    talk.refresh_from_db()
    assert talk.customer_waiting_since is None


def test_what_is_explained_or_told_twice_by_a_click_is_sent_once(talk: Inquiry) -> None:
    agent, first, second = UserFactory.create(), uuid.uuid4(), uuid.uuid4()
    for _click in range(2):
        explain(talk, agent, client_token=first)
        services.tell_service_facts(
            talk, zone="same_city", by=agent, at=after(minutes=2), client_token=second
        )
    assert ClauseExplanation.objects.count() == ServiceFactsTold.objects.count() == 1
    assert talk.messages.count() == 4


def tell(inquiry: Inquiry, **changes: Any) -> ServiceFactsTold:
    given: dict[str, Any] = {"zone": "same_city", "by": UserFactory.create()}
    return services.tell_service_facts(inquiry, at=after(minutes=1), **given | changes)


@pytest.mark.clause("IN-46", "IN-47", "IN-48", "IN-49", "IN-50", "IN-51")
def test_the_four_facts_are_told_and_kept(talk: Inquiry) -> None:
    told = tell(talk)
    assert told.message.text.split("\n") == [
        "为您说明交付与售后安排：",
        "交付时间（同城配送）：常规设备24小时内送达，特殊设备48小时内送达。",
        "交付方式：上门配送；您也可以选择门店自提。",
        "安装调试：部分设备提供上门安装调试，具体以报价单为准；其余设备提供远程指导。",
        "设备故障：报修后2小时内安排维修人员与您对接，紧急情况4小时内上门维修。",
    ]
    assert told.facts["standard_hours"] == 24
    assert told.facts["special_hours"] == 48
    assert (told.facts["contact_hours"], told.facts["on_site_hours"]) == (2, 4)
    assert told.facts["method"] == "delivery"


@pytest.mark.clause("IN-46", "IN-48")
def test_the_slowest_device_decides_and_each_says_how_it_is_installed(
    talk: Inquiry,
) -> None:
    told = tell(talk, devices=["CAM-06", "TEL-02"])
    _, when, _, how, _ = told.message.text.split("\n")
    assert when == (
        "交付时间（同城配送）：Canon XA60 摄录一体机、22寸演播室提词器，48小时内送达。"
    )
    assert how == (
        "安装调试：Canon XA60 摄录一体机：不含上门安装，我们远程指导，"
        "自行安装约20分钟；22寸演播室提词器：提供上门安装调试，约45分钟。"
    )
    assert told.facts["hours"] == 48
    assert tell(talk, devices=["CAM-06"]).facts["hours"] == 24


@pytest.mark.clause("IN-46", "IN-47")
@pytest.mark.parametrize(
    ("zone", "when", "method"),
    [
        (
            "inter_city_express",
            "交付时间（跨城快递）：常规设备48小时内送达，特殊设备72小时内送达。",
            "交付方式：上门配送；您也可以选择门店自提。",
        ),
        (
            "store_pickup",
            "交付时间：门店自提，备好后即可按约定时间到店领取。",
            "交付方式：门店自提；您也可以选择上门配送。",
        ),
    ],
)
def test_another_place_has_another_time(
    talk: Inquiry, zone: str, when: str, method: str
) -> None:
    lines = tell(talk, zone=zone).message.text.split("\n")
    assert lines[1:3] == [when, method]


@pytest.mark.clause("IN-51")
def test_delivery_and_after_sales_stay_open_until_the_facts_are_told(
    talk: Inquiry,
) -> None:
    assert service_refusal(talk) is not None
    tell(talk)
    assert service_refusal(talk) is None


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"zone": "moon"}, {"zone"}),
        ({"devices": ["CAM-06", "NO-1"]}, {"devices"}),
        ({"zone": "", "devices": ["NO-1"]}, {"zone", "devices"}),
    ],
)
def test_only_what_the_catalogue_has_is_told(
    talk: Inquiry, changes: dict[str, Any], fields: set[str]
) -> None:
    agent = UserFactory.create()
    before = everything()
    with pytest.raises(ValidationError) as refused:
        tell(talk, by=agent, **changes)
    assert set(refused.value.error_dict) == fields
    assert everything() == before


def test_nobody_is_told_anything_before_they_are_greeted() -> None:
    inquiry, agent = InquiryFactory.create(), UserFactory.create()
    before = everything()
    with pytest.raises(IllegalStep, match="IN-25"):
        tell(inquiry, by=agent)
    assert everything() == before
