"""What is covered in a text before it leaves the house, and what is not."""

import pytest

from figures.exports.scrub import scrub


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("打13800138000", "打138****8000"),
        ("138-0013-8000.", "138****8000."),
        ("138 0013 8000", "138****8000"),
        ("+86 13800138000", "138****8000"),
        ("0086-138 0013 8000", "138****8000"),
        ("１３８００１３８０００", "138****8000"),
        ("13800138000,13900139000", "138****8000,139****9000"),
        ("010-65529988", "010****9988"),
        ("0755 8888 1234", "0755****1234"),
        ("身份证110101199003071234", "身份证****1234"),
        ("11010119900307123X", "****123X"),
        ("卡号 6222 0212 3456 7890 123", "卡号 ****0123"),
        ("微信wx13800138000", "微信wx138****8000"),
        ("写到zhang.san@example.com吧", "写到z***@example.com吧"),
    ],
)
def test_numbers_and_addresses_of_people_are_covered(written: str, left: str) -> None:
    assert scrub(written) == left


@pytest.mark.parametrize(
    "harmless",
    [
        "",
        "IN20261123-K7QF",
        "租金 1200 元,押金 3000 元",
        "2026-11-30 14:02:11",
        "2026-11-23 – 2026-12-01, 2026-11-23 2026-12-01",
        "12315",
        "1380013800",
        "138001380001",
    ],
)
def test_other_numbers_stay(harmless: str) -> None:
    assert scrub(harmless) == harmless
