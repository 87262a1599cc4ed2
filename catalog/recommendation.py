"""Which devices fit a customer's scene, scale and needs, and why (IN-33 to IN-36).

Nothing here knows what a device costs us. A rent only ever moves a device up when it
is lower: among equal scores, and where a budget was stated.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

SCENES: Final = ("indoor_fixed", "outdoor_mobile")
SCALES: Final = ("solo", "multi_interview")
NEEDS: Final = ("image_quality", "noise_reduction", "portability")
SCENE_WEIGHT: Final = 2
SCALE_WEIGHT: Final = 1
NEED_WEIGHT: Final = 2
FITS_FROM: Final = 2
SHOWN: Final = 3
GOOD_ENOUGH: Final = Decimal("0.8")  # of the best score


class WishError(ValueError):
    """A scene, scale or need that is not known; `field` names which."""

    def __init__(self, field: str, value: str = "") -> None:
        """Name the field and the value, empty where none was given."""
        super().__init__(f"{field}: {value or 'none'}")
        self.field = field
        self.value = value


@dataclass(frozen=True, slots=True)
class Candidate:
    """A device as the recommendation sees it: no cost, no margin.

    `scores` are 0 to 5 by code (`indoor_fixed`, `solo`, `portability`, ...); only
    what can be leased now is `available`.
    """

    code: str
    name: str
    category: str
    daily: Decimal
    scores: Mapping[str, int]
    pros: str = ""
    cons: str = ""
    available: bool = True


@dataclass(frozen=True, slots=True)
class Reason:
    """What one score adds: `points` = `weight` x `score`."""

    code: str
    score: int
    weight: int

    @property
    def points(self) -> int:
        return self.score * self.weight


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A candidate that fits.

    `difference` is its daily rent above that of the cheapest suitable candidate;
    `cheapest_good` marks the cheapest whose score is 80 % of the best or more.
    """

    candidate: Candidate
    score: int
    reasons: tuple[Reason, ...]
    difference: Decimal
    cheapest_good: bool = False


def recommend(
    candidates: Iterable[Candidate],
    *,
    scene: str,
    scale: str,
    needs: Sequence[str],
    budget: Decimal | None = None,
) -> list[Recommendation]:
    """The best three that fit, by score and then by rent; empty when nothing fits.

    The cheapest good one is always in the list: as a fourth where it is not among the
    three, and first where a `budget` (a daily rent) was stated. A budget hides
    nothing: what costs more is listed after, for the customer to judge (IN-35, IN-36).
    """
    check_wish(scene=scene, scale=scale, needs=needs)
    if budget is not None and budget < 0:
        raise WishError("budget", str(budget))
    ranked = ranking(candidates, scene=scene, scale=scale, needs=needs)
    shown = ranked[:SHOWN]
    shown += [one for one in ranked[SHOWN:] if one.cheapest_good]
    return sorted(shown, key=_not_the_cheapest) if budget is not None else shown


def ranking(
    candidates: Iterable[Candidate],
    *,
    scene: str = "",
    scale: str = "",
    needs: Sequence[str] = (),
) -> list[Recommendation]:
    """All that fit, by score and then by rent, also for half a wish."""
    fitting = [one for one in candidates if fits(one, scene=scene, scale=scale)]
    if not fitting:
        return []
    weights = {scene: SCENE_WEIGHT, scale: SCALE_WEIGHT}
    weights |= {need: NEED_WEIGHT for need in NEEDS if need in needs}
    weights.pop("", None)
    least = min(one.daily for one in fitting)
    ranked = sorted((_judged(one, weights, least) for one in fitting), key=_rank)
    enough = GOOD_ENOUGH * ranked[0].score
    cheapest = min((one for one in ranked if one.score >= enough), key=_rent)
    return [replace(one, cheapest_good=one is cheapest) for one in ranked]


def check_wish(*, scene: str, scale: str, needs: Sequence[str]) -> None:
    """Raise WishError unless scene, scale and one need or more are known."""
    if scene not in SCENES:
        raise WishError("scene", scene)
    if scale not in SCALES:
        raise WishError("scale", scale)
    if not needs:
        raise WishError("needs")
    for need in needs:
        if need not in NEEDS:
            raise WishError("needs", need)


def fits(candidate: Candidate, *, scene: str = "", scale: str = "") -> bool:
    """Whether it can be leased and suits both scene and scale, where they are given."""
    asked = [code for code in (scene, scale) if code]
    return candidate.available and all(
        candidate.scores.get(code, 0) >= FITS_FROM for code in asked
    )


def _judged(
    candidate: Candidate, weights: Mapping[str, int], least: Decimal
) -> Recommendation:
    reasons = tuple(
        Reason(code, candidate.scores.get(code, 0), weight)
        for code, weight in weights.items()
    )
    score = sum(reason.points for reason in reasons)
    return Recommendation(candidate, score, reasons, candidate.daily - least)


def _rank(one: Recommendation) -> tuple[int, Decimal, str]:
    return -one.score, one.candidate.daily, one.candidate.code


def _rent(one: Recommendation) -> tuple[Decimal, int, str]:
    return one.candidate.daily, -one.score, one.candidate.code


def _not_the_cheapest(one: Recommendation) -> bool:
    return not one.cheapest_good
