"""What a visitor of the catalogue looks for, as the address says it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

from catalog.models import Category, Need, Scale, Scene
from catalog.recommendation import Candidate, Recommendation, ranking

Choice = tuple[str, str, bool]


@dataclass(frozen=True)
class Wish:
    """Any part may be missing; what the address makes up is left out."""

    scene: str = ""
    scale: str = ""
    needs: tuple[str, ...] = ()
    category: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        return cls(
            scene=_known(query.get("scene", ""), Scene.values),
            scale=_known(query.get("scale", ""), Scale.values),
            needs=tuple(one for one in Need.values if one in query.getlist("need")),
            category=_known(query.get("category", ""), Category.values),
        )

    @property
    def ranks(self) -> bool:
        """Whether it says anything to rank by."""
        return bool(self.scene or self.scale or self.needs)

    @property
    def is_open(self) -> bool:
        """Whether it asks for nothing at all."""
        return not (self.ranks or self.category)

    @property
    def query(self) -> str:
        """As it stands in an address."""
        pairs = [("scene", self.scene), ("scale", self.scale)]
        pairs += [("need", need) for need in self.needs]
        pairs += [("category", self.category)]
        return urlencode([(name, value) for name, value in pairs if value])

    def fitting(self, candidates: Iterable[Candidate]) -> list[Recommendation]:
        """What fits: by score and rent when it ranks, else by kind and code."""
        offered = [
            one
            for one in candidates
            if not self.category or one.category == self.category
        ]
        found = ranking(offered, scene=self.scene, scale=self.scale, needs=self.needs)
        if self.ranks:
            return found
        order = {category: place for place, category in enumerate(Category.values)}
        return sorted(found, key=lambda one: _place(one.candidate, order))

    def scenes(self) -> list[Choice]:
        return [(one.value, str(one.label), one == self.scene) for one in Scene]

    def scales(self) -> list[Choice]:
        return [(one.value, str(one.label), one == self.scale) for one in Scale]

    def wanted(self) -> list[Choice]:
        return [(one.value, str(one.label), one in self.needs) for one in Need]

    def categories(self) -> list[Choice]:
        return [(one.value, str(one.label), one == self.category) for one in Category]

    def words(self) -> list[str]:
        """What was asked for, to say it back."""
        chosen = [*self.scenes(), *self.scales(), *self.wanted(), *self.categories()]
        return [label for _value, label, is_chosen in chosen if is_chosen]


def _known(value: str, values: Iterable[str]) -> str:
    return value if value in values else ""


def _place(candidate: Candidate, order: dict[str, int]) -> tuple[int, str]:
    return order.get(candidate.category, len(order)), candidate.code
