"""The list of devices, as plain values: it is the same for everybody who asks so."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple, Self, TypeVar

from catalog.models import Category
from catalog.recommendation import Candidate, Reason, Recommendation
from catalog.services import candidates
from helpdesk.portal.kits import KitOffer
from helpdesk.portal.wish import Wish


class Card(NamedTuple):
    """One device of the list, named in the reader's language."""

    code: str
    name: str
    category: str
    daily: Decimal
    pros: str
    cons: str
    reasons: tuple[Reason, ...]
    cheapest_good: bool

    @classmethod
    def of(cls, found: Recommendation) -> Self:
        one = found.candidate
        return cls(
            code=one.code,
            name=one.name,
            category=one.category,
            daily=one.daily,
            pros=one.pros,
            cons=one.cons,
            reasons=found.reasons,
            cheapest_good=found.cheapest_good,
        )


class DeviceList(NamedTuple):
    """What fits a wish; `told` says whether the page is told how many, beside it."""

    wish: Wish
    cards: tuple[Card, ...]
    kits: tuple[KitOffer, ...]
    told: bool

    @classmethod
    def of(cls, wish: Wish, *, told: bool) -> Self:
        found = wish.fitting(candidates.all())
        return cls(
            wish, tuple(Card.of(one) for one in found), KitOffer.fitting(wish), told
        )

    @property
    def groups(self) -> list[tuple[str, list[Card]]]:
        """The cards by kind, when nothing ranks them."""
        return [] if self.wish.ranks else by_category(self.cards)


C = TypeVar("C", Candidate, Card)


def by_category(found: Iterable[C]) -> list[tuple[str, list[C]]]:
    """Devices under the names of their kinds."""
    names = dict(Category.choices)
    order = {code: place for place, code in enumerate(Category.values)}
    ordered = sorted(found, key=lambda one: order.get(one.category, len(order)))
    return [
        (str(names.get(code, code)), list(members))
        for code, members in groupby(ordered, lambda one: one.category)
    ]
