"""What every start tells: a source of orders that cannot be asked."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.utils.module_loading import import_string

from orders.sources import OrderSource


@checks.register()
def the_source_can_be_asked(**options: Any) -> list[checks.CheckMessage]:
    """orders.E001 where ORDER_SOURCE names nothing that knows orders."""
    try:
        made = import_string(settings.ORDER_SOURCE)()
    except Exception as error:  # noqa: BLE001 - whatever a foreign class does
        return [_wrong(f"{type(error).__name__}: {error}")]
    if not isinstance(made, OrderSource):
        return [_wrong("it has not the methods find, numbers and belongs")]
    return []


def _wrong(why: str) -> checks.CheckMessage:
    return checks.Error(
        f"ORDER_SOURCE names {settings.ORDER_SOURCE}, but {why}.",
        hint="Name a class like orders.sources.ImportedOrders; see docs/orders.md.",
        id="orders.E001",
    )
