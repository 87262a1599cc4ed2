"""What is counted of cases, and the rates that are made of it (CC-22 to CC-24)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.db import models
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _


class CaseFigure(models.TextChoices):
    """A thing that happens to a case at one instant, and is counted in its hour."""

    ARRIVED = "arrived", _("Arrived")
    REPEATED = "repeated", _("Asked again")
    CLOSED = "closed", _("Closed")
    RESOLVED = "resolved", _("Resolved cases")
    FIRST_CONTACT = "first_contact", _("Resolved on the first contact")
    REOPENED = "reopened", _("Reopened")
    APPEALED = "appealed", _("Review asked for")
    OUTSIDE = "outside", _("Complained outside")
    RATED = "rated", _("Marks for the result")
    SATISFIED = "satisfied", _("Satisfied with the result")
    RATED_HANDLING = "rated_handling", _("Marks for the handling")
    SATISFIED_HANDLING = "satisfied_handling", _("Satisfied with the handling")


class Rate(models.TextChoices):
    """A share of cases among others."""

    RESOLUTION = "resolution", _("Resolution rate")
    FIRST_CONTACT = "first_contact", _("First-contact resolution")
    REPEAT = "repeat", _("Repeat rate")
    REOPEN = "reopen", _("Reopen rate")
    APPEAL = "appeal", _("Appeal rate")
    OUTSIDE = "outside", _("External complaint rate")
    RESPONSE = "response", _("Response rate")
    SATISFIED = "satisfied", _("Satisfied with the result")
    SATISFIED_HANDLING = "satisfied_handling", _("Satisfied with the handling")


@dataclass(frozen=True)
class Formula:
    """How many of what, and whether more is better."""

    part: CaseFigure
    whole: CaseFigure
    more_is_better: bool
    says: str | LazyText


FORMULAS: Final[Mapping[Rate, Formula]] = MappingProxyType(
    {
        Rate.RESOLUTION: Formula(
            CaseFigure.RESOLVED,
            CaseFigure.CLOSED,
            more_is_better=True,
            says=_("resolved ÷ closed"),
        ),
        Rate.FIRST_CONTACT: Formula(
            CaseFigure.FIRST_CONTACT,
            CaseFigure.CLOSED,
            more_is_better=True,
            says=_("resolved on the first contact ÷ closed"),
        ),
        Rate.REPEAT: Formula(
            CaseFigure.REPEATED,
            CaseFigure.ARRIVED,
            more_is_better=False,
            says=_("asked again within 7 days ÷ arrived"),
        ),
        Rate.REOPEN: Formula(
            CaseFigure.REOPENED,
            CaseFigure.CLOSED,
            more_is_better=False,
            says=_("reopened ÷ closed"),
        ),
        Rate.APPEAL: Formula(
            CaseFigure.APPEALED,
            CaseFigure.CLOSED,
            more_is_better=False,
            says=_("reviews asked for ÷ closed"),
        ),
        Rate.OUTSIDE: Formula(
            CaseFigure.OUTSIDE,
            CaseFigure.ARRIVED,
            more_is_better=False,
            says=_("complained outside ÷ arrived"),
        ),
        Rate.RESPONSE: Formula(
            CaseFigure.RATED,
            CaseFigure.CLOSED,
            more_is_better=True,
            says=_("marks given ÷ closed"),
        ),
        Rate.SATISFIED: Formula(
            CaseFigure.SATISFIED,
            CaseFigure.RATED,
            more_is_better=True,
            says=_("four or five stars ÷ marks for the result"),
        ),
        Rate.SATISFIED_HANDLING: Formula(
            CaseFigure.SATISFIED_HANDLING,
            CaseFigure.RATED_HANDLING,
            more_is_better=True,
            says=_("four or five stars ÷ marks for the handling"),
        ),
    }
)
