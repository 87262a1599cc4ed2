"""The devices in the form in which they are recommended."""

from typing import Final

from catalog.models import SCORES, Device
from catalog.recommendation import Candidate
from rows.questions import Question

READ: Final = (
    *("code", "name_zh", "name_en", "category", "daily_rent", "active"),
    *("pros_zh", "pros_en", "cons_zh", "cons_en"),
    *SCORES,
)
_FOR_RENT: Final = Question(lambda: Device.objects.for_rent().only(*READ))


def all() -> list[Candidate]:  # noqa: A001 - read as candidates.all()
    """Every device for rent, named in the reader's language; one query."""
    return [candidate_of(device) for device in _FOR_RENT.ask()]


def candidate_of(device: Device) -> Candidate:
    return Candidate(
        code=device.code,
        name=device.name,
        category=device.category,
        daily=device.daily_rent,
        scores=device.scores,
        pros=device.pros,
        cons=device.cons,
        available=device.active,
    )
