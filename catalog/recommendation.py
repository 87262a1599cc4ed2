"""Which devices fit a customer's scene, scale and needs, and why (IN-33 to IN-36)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Candidate:
    """A device as the recommendation sees it: no cost, no margin.

    `scores` are 0 to 5 by code (`indoor_fixed`, `solo`, `portability`, ...); only
    devices that can be leased now are `available`.
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
    """A candidate that fits; `difference` is its daily rent over the cheapest fit."""

    candidate: Candidate
    score: int
    reasons: tuple[Reason, ...]
    difference: Decimal
    best_value: bool = field(default=False)  # the cheapest with 80 % of the best score


def recommend(
    candidates: Iterable[Candidate],
    *,
    scene: str,
    scale: str,
    needs: Sequence[str],
    budget: Decimal | None = None,
) -> list[Recommendation]:
    """Rank what fits: at most four, the cheapest good one always among them."""
    raise NotImplementedError
