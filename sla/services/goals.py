"""The goals of a month, and who may set them (SH-07)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sla.metrics import Metric
from sla.models import Goal
from staff.models import PUBLISHES, User
from tickets.workflow import NotAllowed

MOST: Decimal = Decimal(100)
TENTH: Decimal = Decimal("0.1")


def month_of(at: datetime) -> date:
    """The first day of the month of `at` where the company is."""
    return timezone.localdate(at).replace(day=1)


def goals_of(month: date) -> Mapping[str, Goal]:
    """What holds in a month, by metric; one query."""
    return {goal.metric: goal for goal in Goal.objects.in_month(month)}


@transaction.atomic
def set_goal(
    metric: str, *, month: date, percent: Decimal, by: User, at: datetime
) -> Goal:
    """Say which share of a promise is to be kept from a month on.

    What a month that is over was measured by stays. The goal that holds already is not
    set again.

    Raises NotAllowed, ValidationError (metric, month, percent).
    """
    if by.role not in PUBLISHES:
        raise NotAllowed("set_goal")
    wrong = {}
    if metric not in Metric.values:
        wrong["metric"] = _("There is no such promise.")
    if month.day != 1:
        wrong["month"] = _("A goal begins with a month.")
    elif month < month_of(at):
        wrong["month"] = _("That month is over: its goal stays as it was.")
    if not 0 < percent <= MOST:
        wrong["percent"] = _("A share is more than 0 and at most 100.")
    elif percent != percent.quantize(TENTH):
        wrong["percent"] = _("One decimal is enough.")
    if wrong:
        raise ValidationError(wrong)
    # One at a time; else two clicks would make two rows.
    User.objects.select_for_update().get(pk=by.pk)
    held = goals_of(month).get(metric)
    if held is not None and held.percent == percent:
        return held
    return Goal.objects.create(
        metric=metric, month=month, percent=percent, set_by=by, set_at=at
    )
