"""How many of how many: the one way in which a share is rounded. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """So many of so many; one that is open and late was not kept."""

    met: int = 0
    due: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.met + other.met, self.due + other.due)

    @property
    def missed(self) -> int:
        return self.due - self.met

    @property
    def percent(self) -> float | None:
        """Rounded down to a tenth: 100 means all. None where nothing was due."""
        return self.met * 1000 // self.due / 10 if self.due else None
