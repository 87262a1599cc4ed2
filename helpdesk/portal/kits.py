"""Kits as the portal offers them: what is in one, what a day costs, its address."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self
from urllib.parse import urlencode

from catalog.models import Kit, KitItem
from helpdesk.portal.wish import Wish


@dataclass(frozen=True)
class KitOffer:
    """A kit with its devices, to be priced by the calculator."""

    kit: Kit
    items: tuple[KitItem, ...]

    @classmethod
    def fitting(cls, wish: Wish) -> list[Self]:
        """Kits of the scene and scale that are looked for; none among single kinds."""
        if wish.category:
            return []
        wanted = {"scene": wish.scene, "scale": wish.scale}
        kits = Kit.objects.for_rent().filter(**{k: v for k, v in wanted.items() if v})
        return [cls(kit, tuple(kit.items.all())) for kit in kits]

    @property
    def daily(self) -> Decimal:
        """A day's rent of all its devices, before discounts."""
        rents = (item.device.daily_rent * item.quantity for item in self.items)
        return sum(rents, Decimal(0))

    @property
    def query(self) -> str:
        """Its devices as the calculator's address names them."""
        pairs = [
            (("device", item.device.code), ("quantity", item.quantity))
            for item in self.items
        ]
        return urlencode([pair for both in pairs for pair in both])
