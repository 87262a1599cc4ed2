"""Public numbers can be read over the phone and not be guessed."""

from datetime import date

from tickets.numbers import ALPHABET, new_number


def test_a_number_says_what_it_is_and_of_which_day() -> None:
    number = new_number("IN", day=date(2026, 11, 23))
    assert number.startswith("IN20261123")
    assert len(number) == 16


def test_no_character_is_mistaken_for_another() -> None:
    assert not set(ALPHABET) & set("01OIL")
    tails = {new_number("IN", day=date(2026, 11, 23))[10:] for _ in range(500)}
    assert len(tails) == 500
    assert set("".join(tails)) <= set(ALPHABET)
