"""How many streams may be open: in all, and from one address."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# An office shares an address, and each browser has a stream or two.
MOST: Final = 12_000
MOST_OF_ONE: Final = 2_000


class Places:
    """Those that are taken in this process."""

    def __init__(self, *, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self.most = most
        self.most_of_one = most_of_one
        self.taken: Counter[str] = Counter()

    @contextmanager
    def place(self, whose: str) -> Iterator[bool]:
        """Whether there was one; it is free again after the block."""
        free = self.taken.total() < self.most and self.taken[whose] < self.most_of_one
        self.taken[whose] += free
        try:
            yield free
        finally:
            self.taken[whose] -= free
            if not self.taken[whose]:
                del self.taken[whose]
