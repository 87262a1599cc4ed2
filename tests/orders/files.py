"""Files of orders for tests, as other systems write them."""

import csv
import io
from pathlib import Path
from typing import Any

from orders.services import importing
from orders.services.importing import File, Report
from tests.factories import AT

EXAMPLE = Path(importing.__file__).resolve().parent.parent / "data" / "example"
ORDER = {
    "number": "ORD-1",
    "customer_phone": "13800138000",
    "status": "delivered",
    "delivery": "home_delivery",
    "placed_at": "2026-11-18 10:00",
    "starts_at": "2026-11-20 09:00",
    "ends_at": "2026-11-27 09:00",
}


def example() -> list[File]:
    """The files that the product brings along."""
    return [File(it.name, it.read_bytes()) for it in sorted(EXAMPLE.glob("*.csv"))]


def file(name: str, *rows: dict[str, Any], coding: str = "utf-8") -> File:
    """A file of rows; the first says which columns there are."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return File(f"{name}.csv", out.getvalue().encode(coding))


def order(**changes: Any) -> File:
    return file("orders", {**ORDER, **changes})


def brought(*files: File, at: Any = AT) -> Report:
    """What an import of these says; it succeeds."""
    report = importing.bring_in(files, at=at)
    assert report.problems == []
    return report
