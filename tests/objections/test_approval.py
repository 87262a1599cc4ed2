"""Whose approval a value needs."""

from decimal import Decimal

import pytest

from objections.approval import Band, NotCovered, needed

BANDS = [
    Band(Decimal(200), "agent"),
    Band(Decimal(1000), "supervisor"),
    Band(Decimal(5000), "manager"),
    Band(Decimal(20000), "department_head"),
    Band(Decimal(20000), "finance"),
    Band(None, "general_manager"),
]


@pytest.mark.parametrize(
    ("value", "two_persons", "expected"),
    [
        ("0.00", False, ()),
        ("200.00", False, ()),
        ("200.01", False, ("supervisor",)),
        ("1000.00", False, ("supervisor",)),
        ("1000.01", False, ("manager",)),
        ("5000.01", False, ("department_head", "finance")),
        ("20000.00", False, ("department_head", "finance")),
        ("20000.01", False, ("general_manager",)),
        ("0.01", True, ("supervisor", "finance")),
        ("3000.00", True, ("manager", "finance")),
        ("9000.00", True, ("department_head", "finance")),
        ("90000.00", True, ("general_manager", "finance")),
    ],
)
def test_the_lowest_band_that_reaches_a_value_approves(
    value: str, *, two_persons: bool, expected: tuple[str, ...]
) -> None:
    assert needed(Decimal(value), BANDS, two_persons=two_persons) == expected


def test_what_no_band_reaches_is_not_approved_by_anybody() -> None:
    with pytest.raises(NotCovered):
        needed(Decimal("20000.01"), BANDS[:-1], two_persons=False)
