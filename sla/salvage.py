"""Do for all what can be done, though some are bad: halve until the bad stand alone."""

import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from django.db import DatabaseError

Item = TypeVar("Item")

# Classes of SQLSTATE by which the database says that a row is bad. Everything else (a
# lost connection, a full disk, a server that only reads) is nobody's fault.
FAULTS_OF_A_ROW: Final = ("22", "23", "P0", "XX")
SHUN_SECONDS: Final = 60.0


class Shunned(dict[int, float]):
    """Rows that this process leaves alone, and until when on the monotonic clock."""

    def shun(self, pk: int) -> None:
        """Leave a row alone for a while."""
        self[pk] = time.monotonic() + SHUN_SECONDS

    def present(self) -> list[int]:
        """Those whose time is not over; two claimers may ask at once."""
        if self:
            now = time.monotonic()
            for pk in [pk for pk, until in list(self.items()) if until <= now]:
                self.pop(pk, None)
        return list(self)


def is_fault_of_a_row(error: Exception) -> bool:
    """Whether trying again without a certain row can help."""
    if not isinstance(error, DatabaseError):
        return isinstance(error, (ArithmeticError, LookupError, TypeError, ValueError))
    code = getattr(error.__cause__, "pgcode", None) or ""
    return code.startswith(FAULTS_OF_A_ROW)


def do_for_each(
    items: Sequence[Item],
    act: Callable[[Sequence[Item]], object],
    *,
    on_bad: Callable[[Item, Exception], object],
) -> None:
    """Act on all items at once, or on ever smaller parts of them where that fails.

    `act` does everything or nothing. Raises what is no fault of an item.
    """
    if not items:
        return
    try:
        act(items)
    except Exception as error:
        if not is_fault_of_a_row(error):
            raise
        if len(items) == 1:
            on_bad(items[0], error)
            return
    else:
        return
    middle = len(items) // 2
    do_for_each(items[:middle], act, on_bad=on_bad)
    do_for_each(items[middle:], act, on_bad=on_bad)
