"""What is covered in a text before it leaves the house, and what is not."""

import pytest

from figures.exports.scrub import scrub, scrub_contacts


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
        ("6222-0212-3456-7890-123", "****0123"),
        ("6222-0212-1382-3456-789", "****6789"),
        ("6222 0212 1382 3456", "****3456"),
        ("110101-19900307-123X", "****123X"),
        ("9" * 40, "****9999"),
        ("电话65529988", "电话****9988"),
        ("电话6552-9988,6552 9988", "电话****9988,****9988"),
        ("QQ 1380013800", "QQ ****3800"),
        ("wx138001380001", "wx****0001"),
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
        "IN20261123K7M2XQ",
        "OB20261123234567",
        "2026-2027, 2025 2026",
    ],
)
def test_other_numbers_stay(harmless: str) -> None:
    assert scrub(harmless) == harmless


def test_a_number_of_a_paper_stays_and_a_phone_in_its_place_is_covered() -> None:
    assert scrub_contacts("DD202611230012345") == "DD202611230012345"
    assert scrub_contacts("SN 12345678") == "SN 12345678"
    assert scrub_contacts("打13800138000") == "打138****8000"
    assert scrub_contacts("zhang@example.com") == "z***@example.com"


@pytest.mark.parametrize("piece", ["a", "1", "a.", "1-", "1 ", "a@", "+86 "])
def test_a_long_text_is_read_once(piece: str) -> None:
    """A square of this length would take hours."""
    scrub(piece * (1_000_000 // len(piece)))
