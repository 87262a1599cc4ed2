"""A tariff and devices for the arithmetic, and strategies that draw others."""

from decimal import Decimal
from typing import Final

from hypothesis import strategies as st

from catalog.pricing import (
    Accessory,
    DamageGrade,
    DamageRule,
    DevicePrice,
    Discount,
    Item,
    Tariff,
    Waiver,
    Zone,
)
from catalog.recommendation import Candidate

D = Decimal

CAM_02: Final = DevicePrice(
    "CAM-02", "口袋云台相机", D(3499), D(80), D(360), D(950), D(1400)
)
CAM_06: Final = DevicePrice(
    "CAM-06", "摄录一体机", D(9500), D(180), D(810), D(2150), D(4800)
)
CAM_08: Final = DevicePrice(
    "CAM-08",
    "电影机套装",
    D(31000),
    D(520),
    D(2340),
    D(6250),
    D(18600),
    delivery_class="special",
    onsite_install=True,
    install_minutes=60,
)
MIC_01: Final = DevicePrice(
    "MIC-01", "无线话筒", D(2499), D(60), D(270), D(700), D(1000)
)

LONG7: Final = Discount("LONG7", "长租7天", D("0.05"), min_days=7)
LONG30: Final = Discount("LONG30", "长租30天", D("0.15"), min_days=30)
LONG90: Final = Discount("LONG90", "长租90天", D("0.25"), min_days=90)
FIRST: Final = Discount(
    "FIRST", "新客户首单", D("0.10"), first_order=True, cap=D(200), stacks=True
)
BUNDLE: Final = Discount("BUNDLE", "套餐", D("0.10"), kit=True)

TARIFF: Final = Tariff(
    zones=(
        Zone("same_city", "同城配送", D(60), D(1000), 24, 48),
        Zone("inter_city_express", "跨城快递", D(120), None, 48, 72),
        Zone("store_pickup", "门店自提", D(0)),
    ),
    discounts=(LONG7, LONG30, LONG90, FIRST, BUNDLE),
    insurance_rate=D("0.003"),
    insurance_minimum=D(10),
    overdue_grace_hours=2,
    overdue_penalty=D("0.30"),
    early_return_fee_days=2,
    install_standard=D(200),
    install_special=D(500),
    operator_per_day=D(1200),
    grades=(
        DamageGrade("0", "正常使用痕迹", DamageRule.FREE),
        DamageGrade("1", "轻微损伤", DamageRule.FIXED, share_of_value=D("0.03")),
        DamageGrade("2", "可维修损坏", DamageRule.REPAIR, downtime_days=7),
        DamageGrade(
            "3",
            "报废/丢失",
            DamageRule.LOSS,
            loss_floor=D("0.30"),
            loss_per_month=D("0.02"),
        ),
        DamageGrade("P", "配件缺失", DamageRule.PARTS),
    ),
    accessories=(
        Accessory("charger", "充电器", D(120)),
        Accessory("battery", "电池", D(300)),
    ),
    waivers=(
        Waiver("zhima_credit", "芝麻信用", D(1), 650, D(10000)),
        Waiver("half", "一半", D("0.5")),
    ),
)

amounts = st.decimals(0, 50_000, places=2)
shares = st.decimals(0, 1, places=3)
lengths = st.integers(1, 1095)


@st.composite
def devices(draw: st.DrawFn) -> DevicePrice:
    """A device at prices that a company could ask: a week is more than a day."""
    daily = draw(st.decimals("0.01", 5000, places=2))
    weekly = daily * draw(st.integers(1, 7)) + draw(st.decimals(0, 99, places=2))
    return DevicePrice(
        code=draw(st.sampled_from(["A", "B", "C", "D", "E"])),
        name="",
        value=draw(amounts),
        daily=daily,
        weekly=weekly,
        monthly=weekly + draw(amounts),
        deposit=draw(amounts),
        delivery_class=draw(st.sampled_from(["standard", "special"])),
    )


def orders() -> st.SearchStrategy[list[Item]]:
    """One to five different devices, each some times."""
    return st.lists(
        st.builds(Item, devices(), st.integers(1, 40)),
        min_size=1,
        max_size=5,
        unique_by=lambda item: item.device.code,
    )


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    """A tariff with any figures, zones that may turn free, and discounts of any kind."""
    discounts = st.builds(
        Discount,
        code=st.uuids().map(str),
        name=st.just(""),
        off=shares,
        min_days=st.integers(0, 100),
        first_order=st.booleans(),
        kit=st.booleans(),
        cap=st.none() | amounts,
        stacks=st.booleans(),
    )
    return Tariff(
        zones=(
            Zone("fee", "", draw(amounts), draw(st.none() | amounts), 24, 48),
            Zone("none", "", D(0)),
        ),
        discounts=tuple(draw(st.lists(discounts, max_size=5))),
        insurance_rate=draw(st.decimals(0, "0.05", places=5)),
        insurance_minimum=draw(amounts),
        overdue_grace_hours=draw(st.integers(0, 12)),
        overdue_penalty=draw(shares),
        early_return_fee_days=draw(st.integers(0, 10)),
        install_standard=draw(amounts),
        install_special=draw(amounts),
        operator_per_day=draw(amounts),
        waivers=(
            Waiver("w", "", draw(shares), draw(st.none() | st.integers(0, 900))),
            Waiver("v", "", draw(shares), None, draw(st.none() | amounts)),
        ),
    )


def candidate(code: str, daily: int, *scores: int) -> Candidate:
    """Scores in the order of the data: scenes, scales, needs."""
    names = (
        "indoor_fixed",
        "outdoor_mobile",
        "solo",
        "multi_interview",
        "image_quality",
        "noise_reduction",
        "portability",
    )
    return Candidate(
        code,
        code,
        "live_camera",
        D(daily),
        dict(zip(names, scores, strict=True)),
    )


CAMERAS: Final = [
    candidate("CAM-01", 40, 4, 1, 5, 1, 3, 1, 5),
    candidate("CAM-02", 80, 3, 5, 5, 1, 4, 2, 5),
    candidate("CAM-03", 85, 5, 3, 5, 2, 4, 1, 5),
    candidate("CAM-04", 150, 4, 4, 5, 2, 4, 2, 4),
    candidate("CAM-05", 420, 5, 3, 4, 4, 5, 2, 2),
    candidate("CAM-06", 180, 5, 4, 3, 4, 4, 3, 4),
    candidate("CAM-07", 400, 5, 2, 2, 5, 5, 3, 2),
    candidate("CAM-08", 520, 5, 3, 3, 5, 5, 3, 2),
]
