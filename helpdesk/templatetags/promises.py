"""How promises are said: limits, conditions, rungs, pauses, marks."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.templatetags.display import promise
from inquiries.models import Topic
from sla.models import (
    Action,
    Audience,
    Calendar,
    EscalationStep,
    Metric,
    Origin,
    Pattern,
    PauseRule,
    Target,
    Unit,
)
from tickets.models import Kind

register = template.Library()

MICROSECOND: Final = timedelta(microseconds=1)


@register.filter
def limit(target: Target) -> str:
    """What is promised: 30 seconds, 1 hour of opening time, 3 working days."""
    return length(target.unit, target.budget, target.days)


def length(unit: str, amount: timedelta | None, days: int | None) -> str:
    """A length of time in the unit in which it is counted."""
    if unit == Unit.WORKING_DAYS:
        n = days or 0
        return ngettext("%(n)d working day", "%(n)d working days", n) % {"n": n}
    if unit == Unit.CALENDAR_DAYS:
        n = days or 0
        return ngettext("%(n)d day", "%(n)d days", n) % {"n": n}
    words = exactly(amount or timedelta(0))
    if unit == Unit.BUSINESS:
        return _("%(length)s of opening time") % {"length": words}
    return words


def exactly(amount: timedelta) -> str:
    """A length without rounding, also below a second."""
    if amount % timedelta(seconds=1):
        return _("%(n)s seconds") % {"n": amount / timedelta(seconds=1)}
    return promise(amount.total_seconds())


def counted(target: Target) -> str:
    """Which time counts, and on which calendar."""
    calendar = target.calendar.name if target.calendar else ""
    return {
        Unit.WALL: _("It counts day and night."),
        Unit.BUSINESS: _("Only the opening time of “%(calendar)s” counts."),
        Unit.WORKING_DAYS: _(
            "The day of recording does not count; due when the last working day of"
            " “%(calendar)s” closes."
        ),
        Unit.CALENDAR_DAYS: _(
            "Every day counts but that of recording; due when the last day ends"
            " (“%(calendar)s”)."
        ),
    }[Unit(target.unit)] % {"calendar": calendar}


@register.filter
def rung_time(rung: EscalationStep) -> str:
    """When a rung fires: at the deadline, 30 minutes after it, 2 minutes before it."""
    if rung.days:
        return _("%(length)s after the deadline") % {
            "length": length(rung.unit, None, rung.days)
        }
    after = rung.after or timedelta(0)
    if not after:
        return _("at the deadline")
    words = length(rung.unit, abs(after), None)
    if after < timedelta(0):
        return _("%(length)s before the deadline") % {"length": words}
    return _("%(length)s after the deadline") % {"length": words}


@register.filter
def rung_state(rung: EscalationStep) -> str:
    """How a promise stands when a rung fires: 30 minutes late, 2 minutes left."""
    words = length(rung.unit, abs(rung.after or timedelta(0)), rung.days)
    if rung.after is not None and rung.after < timedelta(0):
        return _("%(length)s left") % {"length": words}
    return _("%(length)s late") % {"length": words}


@register.filter
def rung_act(rung: EscalationStep) -> str:
    """Who hears of it and what else happens: Manager (also by mail)."""
    words = str(Audience(rung.audience).label)
    if rung.action != Action.NOTIFY:
        words = _("%(who)s: %(act)s") % {
            "who": words,
            "act": str(Action(rung.action).label),
        }
    return _("%(words)s, also by mail") % {"words": words} if rung.by_mail else words


@register.filter
def pause_limit(rule: PauseRule) -> str:
    """How long a reason may hold a clock in total."""
    if rule.limit is None and rule.days is None:
        return _("without limit")
    words = length(rule.unit, rule.limit, rule.days)
    return _("at most %(length)s in total") % {"length": words}


@register.filter
def metric_names(codes: Iterable[str]) -> str:
    """Metrics in words; an unknown one as it is written."""
    return _(", ").join(metric_name(code) for code in codes)


def metric_name(code: str) -> str:
    return str(Metric(code).label) if code in Metric.values else code


@register.filter
def origin_mark(origin: str) -> SafeString:
    """The mark of a number: a badge with a shape, a short word, and more behind it."""
    known = origin in Origin.values
    title = str(Origin(origin).label) if known else origin
    word = {
        "SEED": _("policy text"),
        "INFERRED": _("our default"),
        "LAW": _("law"),
        "PLATFORM": _("platform rule"),
    }.get(origin, origin)
    return format_html(
        '<span class="origin-mark is-{}" title="{}">{}<span class="visually-hidden">'
        " {}</span></span>",
        origin.lower(),
        title,
        word,
        title,
    )


@register.filter
def warning_percent(fraction: Decimal | None) -> str:
    """When a promise turns amber."""
    if fraction is None:
        return _("no warning")
    return _("at %(percent)s %% of the time") % {"percent": f"{fraction * 100:.0f}"}


@register.filter
def calendar_name(calendar: Calendar | None) -> str:
    return calendar.name if calendar else _("day and night")


def fact_name(name: str) -> str:
    """What a condition asks of a case."""
    return {
        "channel": _("Channel"),
        "kind": _("Kind"),
        "topic": _("Topic"),
        "intent": _("Intent"),
        "delivery_class": _("Delivery class"),
        "urgency": _("Urgency"),
        "type": _("Type of objection"),
        "subtype": _("Subtype"),
        "severity": _("Severity"),
        "department": _("Department"),
        "laboratory": _("Laboratory test"),
        "action": _("Measure"),
        "profile": _("Trade"),
        "source": _("Source"),
    }.get(name, name)


def fact_value(value: str) -> str:
    """One of the answers, where it is not the name of a row."""
    if value in Kind.values:
        return str(Kind(value).label)
    if value in Topic.values:
        return str(Topic(value).label)
    return {
        "urgent": _("urgent"),
        "normal": _("normal"),
        "major": _("major"),
        "standard": _("standard device"),
        "special": _("special device"),
        "clear": _("clear"),
        "quality": _("device quality"),
        "fee": _("fees"),
        "service": _("service"),
        "contract": _("contract terms"),
        "return": _("collection of devices"),
        "yes": _("yes"),
        "no": _("no"),
        "repair": _("repair"),
        "replace_device": _("replace the device"),
        "supplement_parts": _("supply parts"),
        "refund": _("refund"),
        "refund_any": _("refund"),
        "refund_rent": _("refund of rent"),
        "refund_deposit": _("refund of the deposit"),
        "reduce_rent": _("reduction of rent"),
        "waive_fee": _("waived fee"),
        "extend_lease": _("longer lease"),
        "compensation": _("compensation"),
        "correct_invoice": _("corrected invoice"),
        "apology": _("apology"),
        "contract_amendment": _("changed contract"),
        "contract_clarification": _("clarified contract"),
        "smart_home": _("smart home"),
        "wechat_mini_program": _("WeChat mini program"),
    }.get(value, value)


def conditions_words(
    conditions: Mapping[str, Iterable[str]], names: Mapping[str, str]
) -> str:
    """Under which facts a promise holds; `names` are those of rows by their codes."""
    return _("; ").join(
        _("%(fact)s: %(values)s")
        % {
            "fact": fact_name(fact),
            "values": _(" or ").join(
                names.get(value, "") or fact_value(value) for value in values
            ),
        }
        for fact, values in conditions.items()
    )


@register.filter
def as_sentence(text: str) -> str:
    return capfirst(text)


@register.filter
def day_name(place: str) -> str:
    """What a calendar says something about: a kind of day, a date, the whole."""
    if place in Pattern.values:
        return str(Pattern(place).label)
    return {
        "timezone": _("Time zone"),
        "working_weekdays": _("Working weekdays"),
        "follows_holidays": _("Follows holidays"),
    }.get(place, place)
