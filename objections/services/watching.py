"""What the jobs of prevention do: look for what is frequent, report, count (OB-10).

Each may run as often as it likes, and two at once: they lock the rows of the rules.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from objections.frequency import Pattern, frequent_models, frequent_shares, model_key
from objections.models import (
    FrequencyRule,
    MonthlyReport,
    Objection,
    PreventiveAction,
    RuleKind,
    Subtype,
)
from objections.months import Month
from objections.services import opening, prevention
from objections.services.analysis import Analysis
from objections.services.month_facts import cases
from objections.services.opening import Subject

logger = logging.getLogger(__name__)


@transaction.atomic
def look(*, at: datetime) -> list[PreventiveAction]:
    """Open an action for each device model with many objections of one subtype."""
    made = []
    with translation.override(settings.LANGUAGE_CODE):
        for rule in _rules(RuleKind.MODEL):
            days = rule.days or 0
            lately = Objection.objects.filter(
                created_at__gt=at - timedelta(days=days), created_at__lte=at
            ).exclude(device_model="")
            found = frequent_models(
                cases(lately),
                at=at,
                days=days,
                least=rule.least,
                since=_dealt_with(),
            )
            for pattern in found:
                reason = _(
                    "%(count)d objections about one subtype of one model in %(days)d"
                    " days; the rule is %(least)d."
                ) % {"count": pattern.count, "days": days, "least": rule.least}
                made += _open(rule, pattern, reason=reason, at=at)
    return made


@transaction.atomic
def report(month: Month, *, at: datetime) -> MonthlyReport | None:
    """Keep the figures of a month that is over, and open what is to be improved.

    Again, it keeps the figures as they are then and opens nothing twice; None for a
    month that is not over.
    """
    if at < month.ends:
        return None
    rules = _rules(RuleKind.SHARE)  # their lock lets one report at a time be made
    content = Analysis.of(month, at=at).as_json()
    kept, made = MonthlyReport.objects.select_for_update().get_or_create(
        month=month.first, defaults={"made_at": at, "content": content}
    )
    if not made and kept.content != content:
        kept.content, kept.made_at = content, at
        kept.save(update_fields=["content", "made_at"])
    with translation.override(settings.LANGUAGE_CODE):
        for rule in rules:
            _improve(rule, month, at=at)
    return kept


def report_last_month(*, at: datetime) -> MonthlyReport | None:
    """The report of the month before, unless it is there; for a job that runs daily."""
    month = Month.of(at).previous
    if MonthlyReport.objects.filter(month=month.first).exists():
        return None
    return report(month, at=at)


def count_effects(*, at: datetime) -> int:
    """Count before and after for what was done long enough ago; how many."""
    counted = 0
    for pk in PreventiveAction.objects.to_count(at=at).values_list("pk", flat=True):
        try:
            counted += _count_effect(pk, at=at)
        except Exception as error:  # noqa: BLE001 - one never stops the others
            name = type(error).__name__
            logger.warning("effect of action %d not counted (%s)", pk, name)
    return counted


@transaction.atomic
def _count_effect(pk: int, *, at: datetime) -> bool:
    free = PreventiveAction.objects.to_count(at=at).select_for_update(
        of=("self",), skip_locked=True
    )
    action = free.select_related("subtype").filter(pk=pk).first()
    return action is not None and prevention.keep_count(action, at=at)


def _rules(kind: RuleKind) -> list[FrequencyRule]:
    """The rules in use of a kind, locked, so that two jobs come one after the other."""
    rows = FrequencyRule.objects.filter(kind=kind, active=True).order_by("pk")
    return list(rows.select_related("owner").select_for_update(of=("self",)))


def _improve(rule: FrequencyRule, month: Month, *, at: datetime) -> None:
    """An action for each subtype that made up too much of a month.

    What was ended after the month was over has been decided.
    """
    within = Objection.objects.filter(
        created_at__gte=month.starts, created_at__lt=month.ends
    )
    percent = rule.percent or 0
    for pattern in frequent_shares(cases(within), percent=percent, least=rule.least):
        subject = Subject(Subtype.objects.get(pk=pattern.subtype))
        decided = PreventiveAction.objects.filter(
            pattern=subject.pattern, ended_at__gte=month.ends
        )
        if decided.exists():
            continue
        reason = _(
            "%(count)d of %(total)d objections in %(month)s; the rule is %(percent)d %%"
            " and at least %(least)d."
        ) % {
            "count": pattern.count,
            "total": pattern.total,
            "month": month,
            "percent": percent,
            "least": rule.least,
        }
        _open(rule, pattern, reason=reason, at=at, month=month)


def _open(
    rule: FrequencyRule,
    pattern: Pattern,
    *,
    reason: str,
    at: datetime,
    month: Month | None = None,
) -> list[PreventiveAction]:
    """Open an action unless one about the same stands."""
    subject = Subject(Subtype.objects.get(pk=pattern.subtype), pattern.model)
    standing = PreventiveAction.objects.standing()
    if standing.filter(pattern=subject.pattern).exists():
        return []
    found = Objection.objects.filter(pk__in=pattern.pks).order_by("created_at", "pk")
    try:
        with transaction.atomic():
            action = opening.begin(
                subject,
                objections=list(found.select_related("subtype", "named_colleague")),
                reason=reason,
                rule=rule,
                at=at,
                month=month.first if month else None,
            )
    except IntegrityError:  # somebody has just opened one by hand
        return []
    except Exception as error:  # noqa: BLE001 - one pattern never stops the others
        name = type(error).__name__
        logger.warning("no action opened about %s (%s)", subject.pattern, name)
        return []
    return [action]


def _dealt_with() -> dict[tuple[int, str], datetime]:
    """When the last action about each pattern ended."""
    ended = PreventiveAction.objects.filter(ended_at__isnull=False)
    rows = ended.exclude(device_model="").values_list("subtype", "device_model")
    found: dict[tuple[int, str], datetime] = {}
    for subtype, model, when in rows.annotate(last=Max("ended_at")).order_by("last"):
        found[subtype, model_key(model)] = when
    return found
