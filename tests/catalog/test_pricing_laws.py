"""Laws of prices, for orders and tariffs drawn at random."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.pricing import (
    Component,
    Item,
    Quote,
    Tariff,
    days_between,
    early_return,
    overdue,
    overdue_days,
    quote,
    rent_of,
)
from tests.catalog.demo import amounts, devices, lengths, orders, tariffs

law = settings(deadline=None, max_examples=150)
ZERO = Decimal(0)
START = datetime(2026, 11, 24, 6, tzinfo=UTC)

flags = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(["fee", "none"]),
        "first_order": st.booleans(),
        "kit": st.booleans(),
        "insurance": st.booleans(),
        "onsite_install": st.booleans(),
        "operator_days": st.integers(0, 9),
        "waiver": st.sampled_from(["", "w", "v"]),
        "credit_score": st.none() | st.integers(0, 900),
    }
)


def tier(days: int) -> int:
    return 0 if days < 5 else 1 if days < 21 else 2


def sum_of(price: Quote, *components: Component) -> Decimal:
    return sum((one.amount for one in price.lines if one.code in components), ZERO)


@law
@given(orders(), lengths, tariffs(), flags)
def test_lines_add_up_and_nothing_is_negative_but_what_is_taken_off(
    items: list[Item], days: int, tariff: Tariff, given: dict[str, object]
) -> None:
    price = quote(items, days=days, tariff=tariff, **given)  # type: ignore[arg-type]
    others = [one for one in Component if one != Component.DEPOSIT]
    assert price.payable == sum_of(price, *others) >= 0
    assert price.deposit == sum_of(price, Component.DEPOSIT) >= 0
    assert price.total == price.payable + price.deposit
    assert price.rent == sum_of(price, Component.RENT)
    assert {line.code for line in price.lines} == set(Component)
    for line in price.lines:
        assert line.amount == line.unit_price * line.quantity
        assert line.amount == line.amount.quantize(Decimal("0.01"))
        assert line.amount >= 0 or (line.subject and line.rule)


@law
@given(orders(), lengths, tariffs(), flags)
def test_discounts_never_exceed_the_rent_and_each_is_told_once(
    items: list[Item], days: int, tariff: Tariff, given: dict[str, object]
) -> None:
    price = quote(items, days=days, tariff=tariff, **given)  # type: ignore[arg-type]
    taken = -sum_of(price, Component.DISCOUNT)
    assert 0 <= taken <= price.rent
    assert taken == sum((one.amount for one in price.applied), ZERO)
    told = [one.code for one in (*price.applied, *price.not_applied)]
    assert sorted(told) == sorted(one.code for one in tariff.discounts)
    plain = {one.code for one in tariff.discounts if not one.stacks}
    assert sum(one.code in plain for one in price.applied) <= 1


@law
@given(orders(), lengths, tariffs(), flags, st.randoms())
def test_the_order_of_the_items_does_not_matter(
    items: list[Item],
    days: int,
    tariff: Tariff,
    given: dict[str, object],
    random: st.DrawFn,
) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = quote(items, days=days, tariff=tariff, **given)  # type: ignore[arg-type]
    two = quote(shuffled, days=days, tariff=tariff, **given)  # type: ignore[arg-type]
    count = len(items)
    assert one.lines[count:] == two.lines[count:]
    assert set(one.lines) == set(two.lines)
    assert one.total == two.total


@law
@given(devices(), lengths, lengths)
def test_a_longer_lease_never_costs_less_rent_at_the_same_tier(
    device: object, days: int, other: int
) -> None:
    short, long = sorted((days, other))
    if tier(short) == tier(long):
        assert rent_of(device, short).amount <= rent_of(device, long).amount  # type: ignore[arg-type]


@law
@given(orders(), lengths, st.integers(0, 30), tariffs(), flags)
def test_a_longer_lease_never_costs_less_in_total_under_the_same_rules(
    items: list[Item], days: int, more: int, tariff: Tariff, given: dict[str, object]
) -> None:
    given["zone"] = "none"  # where a rent reaches free delivery, the total may fall
    longer = min(days + more, 1095)
    short = quote(items, days=days, tariff=tariff, **given)  # type: ignore[arg-type]
    long = quote(items, days=longer, tariff=tariff, **given)  # type: ignore[arg-type]
    same = {one.code for one in short.applied} == {one.code for one in long.applied}
    if tier(days) == tier(longer) and same:
        assert short.payable <= long.payable
        assert short.total <= long.total


@law
@given(orders(), lengths, tariffs(), flags)
def test_one_more_piece_never_costs_less_rent_or_deposit(
    items: list[Item], days: int, tariff: Tariff, given: dict[str, object]
) -> None:
    given["waiver"] = ""
    more = [replace(items[0], quantity=items[0].quantity + 1), *items[1:]]
    one = quote(items, days=days, tariff=tariff, **given)  # type: ignore[arg-type]
    two = quote(more, days=days, tariff=tariff, **given)  # type: ignore[arg-type]
    assert one.rent <= two.rent
    assert one.deposit <= two.deposit


@law
@given(orders(), st.data(), tariffs(), st.none() | amounts, st.booleans())
def test_an_early_return_gives_back_between_nothing_and_all_that_was_paid(
    items: list[Item],
    data: st.DataObject,
    tariff: Tariff,
    paid: Decimal | None,
    discounted: bool,  # noqa: FBT001
) -> None:
    days = data.draw(lengths)
    used = data.draw(st.integers(1, days))
    terms = {
        "days": days,
        "used_days": used,
        "tariff": tariff,
        "paid": paid,
        "discounted": discounted,
    }
    found = early_return(items, **terms)  # type: ignore[arg-type]
    fault = early_return(items, **terms, lessor_at_fault=True)  # type: ignore[arg-type]
    assert 0 <= found.refund <= fault.refund <= found.paid
    assert found.refund == found.unused - found.fee
    assert fault.fee == 0
    assert used < days or fault.refund == 0


@law
@given(orders(), st.integers(0, 1095), tariffs())
def test_a_penalty_never_exceeds_thirty_percent_of_the_rent(
    items: list[Item], days: int, tariff: Tariff
) -> None:
    late = overdue(items, days=days, tariff=tariff)
    assert 0 <= late.penalty <= late.occupation * Decimal("0.30") + Decimal("0.005")
    assert late.total == late.occupation + late.penalty


@law
@given(st.integers(1, 30), st.integers(0, 100_000), st.integers(0, 12))
def test_late_days_are_the_days_beyond_the_lease(
    days: int, minutes: int, grace: int
) -> None:
    due = START + timedelta(days=days)
    returned = due + timedelta(minutes=minutes)
    late = overdue_days(due, returned, grace_hours=grace)
    assert late == days_between(START, returned, grace_hours=grace) - days
