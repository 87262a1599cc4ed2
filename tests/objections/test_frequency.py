"""When something counts as frequent, what repeats, what got rarer: tables of cases."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from catalog.serials import serial_key
from objections.frequency import (
    Case,
    Faulty,
    Span,
    faulty_units,
    frequent_models,
    frequent_shares,
    model_key,
    repeats,
    share,
    spans,
    tallies,
)
from tests.factories import AT

DAY = timedelta(days=1)
THIRTY = timedelta(days=30)


def case(
    pk: int, *, days_ago: float = 0, subtype: int | None = 1, **facts: Any
) -> Case:
    """A case; the model is Sony FX3 unless said otherwise."""
    given = {"model": "Sony FX3", **facts}
    return Case(pk, AT - days_ago * DAY, subtype, **given)


@pytest.mark.clause("OB-10")
@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ([], []),
        ([case(1), case(2)], []),
        ([case(1), case(2), case(3)], [(1, "Sony FX3", (1, 2, 3))]),
        # However the model is written.
        (
            [case(1), case(2, model="SONY fx-3"), case(3, model="ｓｏｎｙ　ＦＸ３")],
            [(1, "Sony FX3", (1, 2, 3))],
        ),
        # Another model, another subtype, none of either.
        ([case(1), case(2), case(3, model="Sony A7")], []),
        ([case(1), case(2), case(3, subtype=2)], []),
        ([case(1), case(2), case(3, subtype=None)], []),
        ([case(n, model=" - ") for n in range(3)], []),
        # The window: thirty days to the microsecond, and nothing of tomorrow.
        ([case(1), case(2), case(3, days_ago=30)], []),
        (
            [case(1), case(2), case(3, days_ago=29.99999)],
            [(1, "Sony FX3", (3, 1, 2))],
        ),
        ([case(1), case(2), case(3, days_ago=-1)], []),
        # Two patterns, the more frequent first.
        (
            [
                *(case(n, subtype=2, model="Pro-2") for n in range(10, 13)),
                *(case(n) for n in range(4)),
            ],
            [(1, "Sony FX3", (0, 1, 2, 3)), (2, "Pro-2", (10, 11, 12))],
        ),
    ],
)
def test_three_of_a_subtype_and_model_in_thirty_days_are_frequent(
    cases: list[Case], expected: list[tuple[int, str, tuple[int, ...]]]
) -> None:
    found = frequent_models(cases, at=AT, days=30, least=3)
    assert [(it.subtype, it.model, it.pks) for it in found] == expected


def test_what_an_action_has_dealt_with_does_not_count_again() -> None:
    old = [case(n, days_ago=9) for n in range(3)]
    ended = {(1, "sonyfx3"): AT - 5 * DAY}
    asked: dict[str, Any] = {"at": AT, "days": 30, "least": 3, "since": ended}
    assert frequent_models(old, **asked) == []
    new = [case(n, days_ago=4) for n in range(3, 6)]
    (found,) = frequent_models([*old, *new], **asked)
    assert found.pks == (3, 4, 5)


@pytest.mark.clause("OB-10")
@pytest.mark.parametrize(
    ("of_one", "others", "fires"),
    [
        (1, 2, False),  # a third of three
        (4, 0, False),  # all of four
        (5, 0, True),
        (5, 20, True),  # exactly a fifth
        (5, 21, False),
        (20, 80, True),
        (199, 801, False),  # 19.9 %
    ],
)
def test_a_fifth_of_the_month_is_frequent_unless_the_month_is_small(
    of_one: int,
    others: int,
    fires: bool,  # noqa: FBT001
) -> None:
    cases = [case(n) for n in range(of_one)]
    # Each of the others is of its own subtype, or of none.
    cases += [case(1000 + n, subtype=n + 2 if n % 2 else None) for n in range(others)]
    found = frequent_shares(cases, percent=20, least=5)
    assert [(it.subtype, it.count, it.total) for it in found] == (
        [(1, of_one, of_one + others)] if fires else []
    )


@pytest.mark.clause("CC-31")
@pytest.mark.parametrize(
    ("second", "repeated"),
    [
        ({"customer": 7}, True),
        ({"order": "ORD-1"}, True),
        ({"customer": 8, "order": "ORD-2"}, False),
        ({"customer": 7, "subtype": 2}, False),
        ({"customer": 7, "subtype": None}, False),
        ({"order": ""}, False),
    ],
)
def test_the_same_customer_or_order_with_the_same_subtype_repeats(
    second: dict[str, Any],
    repeated: bool,  # noqa: FBT001
) -> None:
    first = case(1, days_ago=3, customer=7, order="ORD-1")
    again = case(2, **second)
    assert repeats([again, first], within=THIRTY) == ({2: 1} if repeated else {})


def test_the_last_one_before_is_repeated_and_thirty_days_are_too_late() -> None:
    found = repeats(
        [
            case(1, days_ago=62, customer=7),
            case(2, days_ago=32, customer=7),  # thirty days to the instant
            case(3, days_ago=31, customer=7),
            case(4, days_ago=2, customer=7, order="A"),
            case(5, days_ago=1, customer=9, order="A"),
        ],
        within=THIRTY,
    )
    assert found == {3: 2, 4: 3, 5: 4}


def test_this_month_stands_beside_the_one_before() -> None:
    found = tallies(["a", "b", "b", "c"], ["a", "a", "d"])
    assert [(it.key, it.count, it.previous) for it in found] == [
        ("b", 2, 0),
        ("a", 1, 2),
        ("c", 1, 0),
        ("d", 0, 1),
    ]
    assert share(1, 3) == Decimal("33.3")
    assert share(1, 8) == Decimal("12.5")
    assert share(1, 1600) == Decimal("0.1")
    assert share(0, 0) is None


def test_the_spans_before_and_after_are_equal_and_share_no_instant() -> None:
    before, after = spans(AT, 60)
    assert before == Span(AT - 60 * DAY, AT)
    assert after == Span(AT, AT + 60 * DAY)


@pytest.mark.clause("OB-10")
def test_two_findings_against_a_unit_make_it_a_suspect() -> None:
    def found(
        pk: int, serial: str, who: str = "company", why: str = "human", ago: int = 0
    ) -> Faulty:
        return Faulty(pk, serial, AT - ago * DAY, who, why)

    findings = [
        found(1, "fx3-1", ago=9),
        found(2, " FX3-1", "nobody", "device"),
        found(3, "B", "customer", "customer"),
        found(4, "B"),
        found(5, "C"),
        found(5, "C"),  # one objection, two rounds
        found(6, ""),
        found(7, ""),
    ]
    assert faulty_units(findings, least=2) == {"FX3-1": (1, 2)}
    assert faulty_units(findings, least=2, lifted={"FX3-1": AT - 5 * DAY}) == {}
    assert set(faulty_units(findings, least=1)) == {"FX3-1", "B", "C"}


def test_models_and_serials_are_compared_however_they_are_written() -> None:
    assert model_key("Sony　FX-3 ") == model_key("ＳＯＮＹ fx3") == "sonyfx3"
    assert model_key("摄像机 A") == "摄像机a"
    assert serial_key(" fx3 -0231") == serial_key("ＦＸ３-0231") == "FX3-0231"
