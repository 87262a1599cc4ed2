"""The devices in the form in which they are recommended."""

from catalog.models import Device
from catalog.recommendation import Candidate


def all() -> list[Candidate]:  # noqa: A001 - read as candidates.all()
    """Every device for rent, named in the reader's language; one query."""
    return [candidate_of(device) for device in Device.objects.for_rent()]


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
