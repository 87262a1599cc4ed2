"""Ask the source of orders, whichever it is; a failure is a failure, never a guess."""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.utils.module_loading import import_string

from customers.encryption import blind_index
from orders.facts import LookupFailed, OrderFacts, OrderNotFound
from orders.sources import OrderSource

T = TypeVar("T")
log = logging.getLogger(__name__)


def source() -> OrderSource:
    """The source that the setting ORDER_SOURCE names."""
    made: OrderSource = import_string(settings.ORDER_SOURCE)()
    return made


def find(order_number: str) -> OrderFacts:
    """What is known of an order. Raises OrderNotFound, LookupFailed."""
    if not order_number or not order_number.isprintable():
        raise OrderNotFound(order_number)
    return _asked(lambda: source().find(order_number))


def find_for(
    *, order_number: str = "", contract_number: str = "", serial_number: str = ""
) -> OrderFacts:
    """What is known of the order that somebody names, directly or by what it holds.

    A contract belongs to one order; of a device that was leased often it is the last.

    Raises OrderNotFound, LookupFailed.
    """
    if order_number:
        return find(order_number)
    numbers = _asked(
        lambda: source().numbers(
            contract_number=contract_number, serial_number=serial_number
        )
    )
    return find(numbers[0] if numbers else "")


def is_of_another(order_number: str, *, phone: str) -> bool:
    """Whether an order is not seen to be that of who has this number.

    The answer is the same for an order that nobody placed and for one of somebody
    else, so that whoever asks learns nothing of either. Where no orders are known at
    all, or the source does not answer, nobody is doubted. Takes a parsed number.
    """
    if not order_number.isprintable():
        return True
    index = blind_index(phone)
    try:
        return (
            _asked(lambda: source().belongs(order_number, customer_index=index))
            is False
        )
    except LookupFailed:
        return False


def _asked(question: Callable[[], T]) -> T:
    """The answer of a source; whatever goes wrong there is a look-up that failed."""
    try:
        return question()
    except (OrderNotFound, LookupFailed):
        raise
    except Exception as error:
        log.exception("The source of orders failed.")
        raise LookupFailed(type(error).__name__) from error
