"""How late steps are taken: a histogram that grows without growing."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

# Upper bounds in milliseconds; one more bucket takes whatever is later still.
LAG_BUCKETS_MS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000)


@dataclass
class Lags:
    """Lags of steps, each from its instant to the end of the commit."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(LAG_BUCKETS_MS) + 1))
    total_ms: float = 0.0
    worst_ms: float = 0.0

    def note(self, lags_ms: Iterable[float]) -> None:
        """Count some lags; a bound belongs to its bucket."""
        for lag_ms in lags_ms:
            self.counts[bisect_left(LAG_BUCKETS_MS, lag_ms)] += 1
            self.total_ms += lag_ms
            self.worst_ms = max(self.worst_ms, lag_ms)

    def add(self, other: "Lags") -> None:
        """Take in what another one counted."""
        pairs = zip(self.counts, other.counts, strict=True)
        self.counts = [mine + theirs for mine, theirs in pairs]
        self.total_ms += other.total_ms
        self.worst_ms = max(self.worst_ms, other.worst_ms)
