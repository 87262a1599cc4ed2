"""The price calculator: what its address asks, what comes out, what is wrong.

All of it stands in the address, so that a price can be sent to somebody; nothing is
stored, and nothing is chosen for the customer.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from catalog.pricing import Quote
from catalog.services import prices

MOST_ROWS: Final = 20
MOST_DIGITS: Final = 6


@dataclass
class Row:
    """One device as it was asked for, with what is wrong with it."""

    code: str = ""
    quantity: str = ""
    errors: list[str] = field(default_factory=list)


@dataclass
class Calculation:
    """A question about a price, and its answer once it was asked in full."""

    rows: list[Row]
    days: str = ""
    delivery: str = ""
    first_order: bool = False
    insurance: bool = False
    onsite_install: bool = False
    asked: bool = False
    errors: dict[str, list[str]] = field(default_factory=dict)
    quote: Quote | None = None
    longer: tuple[int, Quote] | None = None

    @classmethod
    def of(cls, query: QueryDict, *, at: datetime) -> Self:
        """Read an address and, if it names days, work out the price."""
        codes = [code[:40] for code in query.getlist("device")[:MOST_ROWS]]
        quantities = query.getlist("quantity")
        numbers = [*quantities, *["1"] * (len(codes) - len(quantities))]
        rows = [
            Row(code, number[:12])
            for code, number in zip(codes, numbers, strict=False)
            if code
        ]
        asked = cls(
            rows=rows,
            days=query.get("days", "").strip()[:12],
            delivery=query.get("delivery", "")[:40],
            first_order="first_order" in query,
            insurance="insurance" in query,
            onsite_install="onsite_install" in query,
            asked="days" in query and "more" not in query,
        )
        if asked.asked:
            asked.work_out(at=at)
        return asked

    @property
    def length(self) -> int:
        """The days of a price."""
        return int(self.days)

    @property
    def messages(self) -> list[str]:
        """All that is wrong, each once."""
        texts = (text for texts in self.errors.values() for text in texts)
        return list(dict.fromkeys(texts))

    def work_out(self, *, at: datetime) -> None:
        """Fill in the price, or what is wrong; both never."""
        days = self._number(self.days, "days")
        items = [
            (row.code, self._number(row.quantity, f"items.{place}.quantity"))
            for place, row in enumerate(self.rows)
        ]
        if not self.delivery:
            self._refuse("delivery", _("Choose how the devices reach you."))
        if not self.rows:
            self._refuse("devices", _("Choose at least one device."))
        if self.errors.keys() - {"delivery"}:
            return  # else say at once what else is wrong
        try:
            basket = prices.basket(
                items,
                delivery=self.delivery,
                first_order=self.first_order,
                insurance=self.insurance,
                onsite_install=self.onsite_install,
                at=at,
            )
            self.quote = basket.price(days)
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                if name not in self.errors:
                    self._refuse(name, texts[0])
        else:
            self.longer = basket.cheaper_longer(days)

    def _number(self, text: str, name: str) -> int:
        """A whole number as people type it; 0 stands for one that was refused."""
        digits = text.strip()
        if digits.removeprefix("-").isdecimal() and len(digits) <= MOST_DIGITS:
            return int(digits)
        self._refuse(name, _("Give a whole number."))
        return 0

    def _refuse(self, name: str, text: str) -> None:
        """Beside the row, or the field, that is meant."""
        what, _dot, rest = name.partition(".")
        place = rest.partition(".")[0]
        if what == "items" and place.isdecimal() and int(place) < len(self.rows):
            self.rows[int(place)].errors.append(text)
            what = "rows"
        self.errors.setdefault(what, []).append(text)
