"""Kits as the portal offers them: what is in one, what a day costs, its address."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple, Self
from urllib.parse import urlencode

from catalog.models import Kit, KitItem, Scale, Scene
from helpdesk.portal.wish import Wish
from rows.questions import Question

_ITEMS: Final = Question(
    lambda: (
        KitItem.objects.filter(kit__in=Kit.objects.for_rent())
        .select_related("kit", "device")
        .defer("device__spec")
        .order_by("kit__code", "pk")
    )
)


class KitPart(NamedTuple):
    """So many of one device in a kit."""

    code: str
    name: str
    daily: Decimal
    quantity: int


class KitOffer(NamedTuple):
    """A kit with its devices, to be priced by the calculator."""

    name: str
    scene: str
    scale: str
    parts: tuple[KitPart, ...]

    @classmethod
    def of(cls, kit: Kit, items: Iterable[KitItem]) -> Self:
        parts = (
            KitPart(
                item.device.code,
                item.device.name,
                item.device.daily_rent,
                item.quantity,
            )
            for item in items
        )
        return cls(kit.name, kit.scene, kit.scale, tuple(parts))

    @classmethod
    def fitting(cls, wish: Wish) -> tuple[Self, ...]:
        """Kits of the scene and scale that are looked for; none among single kinds."""
        if wish.category:
            return ()
        return tuple(
            cls.of(kit, items)
            for kit, items in groupby(_ITEMS.ask(), lambda item: item.kit)
            if wish.scene in ("", kit.scene) and wish.scale in ("", kit.scale)
        )

    @property
    def scene_word(self) -> str:
        return str(Scene(self.scene).label)

    @property
    def scale_word(self) -> str:
        return str(Scale(self.scale).label)

    @property
    def daily(self) -> Decimal:
        """A day's rent of all its devices, before discounts."""
        return sum((part.daily * part.quantity for part in self.parts), Decimal(0))

    @property
    def query(self) -> str:
        """Its devices as the calculator's address names them."""
        pairs = [
            (("device", part.code), ("quantity", part.quantity)) for part in self.parts
        ]
        return urlencode([pair for both in pairs for pair in both])
