"""The verdict of a torture is that of its worst part."""

import pytest

from bench import torture
from bench.torture import Part

WELL = Part(("-c", "print('well')"), times=2)
BADLY = Part(("-c", "raise SystemExit(3)"), times=2)


def test_what_holds_each_time_holds(capfd: pytest.CaptureFixture[str]) -> None:
    assert torture.verdict({"a": WELL})
    words = capfd.readouterr().out
    assert "=== a 2 of 2" in words
    assert "verdict: everything held" in words


def test_one_broken_part_breaks_the_verdict_and_the_rest_still_runs(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert not torture.verdict({"a": BADLY, "b": WELL})
    words = capfd.readouterr().out
    assert "a: BROKEN" in words
    assert "b: held" in words
    assert "verdict: NOT everything held" in words
    # What broke once is not tried again.
    assert "=== a 2 of 2" not in words


def test_every_part_has_a_short_form() -> None:
    assert list(torture.QUICK) == list(torture.FULL)
