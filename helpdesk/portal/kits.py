"""Kits as the portal offers them: what is in one, what a day costs, its address."""

from decimal import Decimal
from typing import NamedTuple, Self
from urllib.parse import urlencode

from catalog.models import Kit, Scale, Scene
from helpdesk.portal.wish import Wish


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
    def of(cls, kit: Kit) -> Self:
        parts = (
            KitPart(
                item.device.code,
                item.device.name,
                item.device.daily_rent,
                item.quantity,
            )
            for item in kit.items.all()
        )
        return cls(kit.name, kit.scene, kit.scale, tuple(parts))

    @classmethod
    def fitting(cls, wish: Wish) -> tuple[Self, ...]:
        """Kits of the scene and scale that are looked for; none among single kinds."""
        if wish.category:
            return ()
        wanted = {"scene": wish.scene, "scale": wish.scale}
        kits = Kit.objects.for_rent().filter(**{k: v for k, v in wanted.items() if v})
        return tuple(cls.of(kit) for kit in kits)

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
