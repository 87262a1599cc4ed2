"""What all rows of the catalogue share: a code, names, and a history."""

from typing import Any

from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from staff.models import Named

CODE = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9_-]*\Z",
    _("A code has letters, digits, - and _ only, and begins with a letter or digit."),
)


class Recorded(models.Model):
    """A row of which every earlier state is kept, with who changed it and when."""

    history = HistoricalRecords(inherit=True)

    class Meta:
        abstract = True


class Coded(Recorded, Named):
    """A named row that files and other systems know by its code."""

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[CODE])

    class Meta:
        abstract = True


def money(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    """An amount in yuan, to the cent; never negative."""
    options["validators"] = [MinValueValidator(0)]
    return models.DecimalField(label, max_digits=12, decimal_places=2, **options)


def share(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    """A part of one: 0.05 is 5 %."""
    options["validators"] = [MinValueValidator(0), MaxValueValidator(1)]
    return models.DecimalField(label, max_digits=7, decimal_places=5, **options)


def never_negative(*fields: str) -> list[models.CheckConstraint]:
    """One named constraint per figure."""
    return [
        models.CheckConstraint(
            condition=Q(**{f"{field}__gte": 0}),
            name=f"%(class)s_{field}_not_negative",
            violation_error_message=_("No amount, share or length is negative."),
        )
        for field in fields
    ]


def at_most_one(*fields: str) -> list[models.CheckConstraint]:
    """Shares of a whole: from nothing to all of it."""
    return [
        models.CheckConstraint(
            condition=Q(**{f"{field}__range": (0, 1)}),
            name=f"%(class)s_{field}_is_a_share",
            violation_error_message=_(
                "A share lies between 0 and 1: write 0.05 for five percent."
            ),
        )
        for field in fields
    ]
