"""How far an objection came, and how old it is: the steps and ages that are counted."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext_lazy

from tickets.models import Verb

# How far an objection came: the line of its history that says so.
STAGES: Final[Mapping[str, tuple[Any, Verb]]] = {
    "filed": (gettext_lazy("All that were filed"), Verb.OBJECTION_FILED),
    "acknowledged": (gettext_lazy("Acknowledged"), Verb.OBJECTION_ACKNOWLEDGED),
    "handed_off": (gettext_lazy("Handed off"), Verb.OBJECTION_HANDED_OFF),
    "concluded": (gettext_lazy("Concluded"), Verb.INVESTIGATION_CONCLUDED),
    "proposed": (gettext_lazy("Proposed"), Verb.PROPOSAL_SENT),
    "agreed": (gettext_lazy("Agreed"), Verb.PROPOSAL_ACCEPTED),
    "told": (gettext_lazy("Result told"), Verb.RESULT_TOLD),
    "closed": (gettext_lazy("Closed"), Verb.OBJECTION_CLOSED),
}
# Days since it was filed; the law calls more than 15 a deliberate delay (PEN8).
AGES: Final = (1, 3, 7, 15)
DAY: Final = timedelta(days=1)


def age_spans(at: datetime) -> list[tuple[int, Q]]:
    """Ages by their places, as conditions."""
    edges = [at - days * DAY for days in AGES]
    spans = [(0, Q(created_at__gt=edges[0]))]
    for place, (younger, older) in enumerate(pairwise(edges), start=1):
        spans.append((place, Q(created_at__lte=younger, created_at__gt=older)))
    return [*spans, (len(edges), Q(created_at__lte=edges[-1]))]


def age_name(place: int) -> str:
    if place == 0:
        return f"< {AGES[0]}"
    if place == len(AGES):
        return f"≥ {AGES[-1]}"
    return f"{AGES[place - 1]}–{AGES[place]}"
