"""What a rule, a ladder or a whole version must not say, each with place and reason."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, combinations, product
from typing import Any, Final

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _

from sla.business_time import BeyondHorizon
from sla.metrics import FACTS, NEVER_PAUSE, Metric
from sla.models import (
    DAYS,
    EscalationStep,
    PauseRule,
    PolicyVersion,
    Target,
    Unit,
)
from sla.promise import Length, Terms
from sla.services import rules
from sla.services.rules import BookOfCalendars, Content
from staff.models import Department
from tickets.models import Channel, Kind

SHORTEST: Final = timedelta(seconds=1)
MOST_DAYS: Final = 400
LONGEST: Final = timedelta(days=MOST_DAYS)

Wrong = dict[str, str]


def _codes(rows: type[Channel] | type[Department]) -> Iterable[str]:
    return rows.objects.values_list("code", flat=True)


# The facts of which all values are known here.
KNOWN: Final[Mapping[str, Callable[[], Iterable[str]]]] = {
    "channel": partial(_codes, Channel),
    "department": partial(_codes, Department),
    "kind": lambda: Kind.values,
}


@dataclass(frozen=True)
class Problem:
    """What keeps a draft from being published: where, and why."""

    place: str
    reason: str


def check_row(row: Target | EscalationStep | PauseRule, wrong: Wrong) -> None:
    """Raise ValidationError by field for what is wrong, in words before in names."""
    if wrong:
        raise ValidationError(dict(wrong))
    row.full_clean()


def target_problems(target: Target) -> Wrong:
    """What is wrong with one rule, by field."""
    wrong = _length_problems(target, "budget", target.budget)
    if target.metric not in Metric.values:
        return {**wrong, "metric": _("There is no such metric.")}
    if target.warn_at_fraction is not None and not 0 < target.warn_at_fraction < 1:
        wrong["warn_at_fraction"] = _("A warning comes between start and deadline.")
    if reason := _condition_problem(target):
        wrong["conditions"] = reason
    return wrong


def pause_problems(rule: PauseRule) -> Wrong:
    """What is wrong with one reason for pausing, by field."""
    wrong = _length_problems(rule, "limit", rule.limit)
    if not rule.metrics:
        wrong["metrics"] = _("It holds for no metric.")
    elif not set(rule.metrics) <= set(Metric.values):
        wrong["metrics"] = _("There is no such metric.")
    elif hasty := [name for name in rule.metrics if name in NEVER_PAUSE]:
        names = ", ".join(str(Metric(name).label) for name in hasty)
        wrong["metrics"] = _("No reason lets this wait: %(names)s.") % {"names": names}
    return wrong


def ladder_problems(rungs: Sequence[EscalationStep]) -> list[str]:
    """What is wrong with a ladder by itself."""
    lengths = [rules.length(rung, rung.after) for rung in rungs]
    wrong = [
        _("Step %(number)s: %(reason)s") % {"number": number, "reason": reason}
        for number, rung in enumerate(rungs, start=1)
        for reason in _rung_problems(rung)
    ]
    if lengths.count(Length()) != 1:
        wrong.append(_("Exactly one step stands at the deadline itself."))
    elif not _in_order(lengths):
        wrong.append(_("The steps are not in order."))
    return wrong


def problems(version: PolicyVersion, *, at: datetime) -> list[Problem]:
    """All that keeps a draft from being published at this moment."""
    content = rules.read_content(version)
    book = rules.rulebook(at=at)
    others = PolicyVersion.objects.filter(pk__in=book.policy_version_ids).exclude(
        policy=version.policy_id
    )
    beside = [rules.content(other.pk) for other in others]
    return [
        *_problems(version, content, book.calendars, at=at),
        *_ambiguities(content, beside),
        *_gaps([content, *beside]),
    ]


def _problems(
    version: PolicyVersion,
    content: Content,
    calendars: BookOfCalendars,
    *,
    at: datetime,
) -> Iterator[Problem]:
    if not content.targets:
        yield Problem(str(version), _("There is no rule in it."))
    for target in content.targets.values():
        wrong = [*target_problems(target).values()]
        for reason in wrong or _layout_problems(content, target, calendars, at=at):
            yield Problem(target.code, reason)
    for owner, ladder in {None: (), **content.ladders}.items():
        place = content.targets[owner].code if owner else _("Common ladder")
        for reason in ladder_problems(ladder):
            yield Problem(place, reason)
    for rule in content.pause_rules.values():
        for reason in pause_problems(rule).values():
            yield Problem(rule.code, reason)


def _layout_problems(
    content: Content, target: Target, calendars: BookOfCalendars, *, at: datetime
) -> Iterator[str]:
    """What only shows when a promise is laid out: warnings that come out of order."""
    if ladder_problems(content.ladder(target)):
        return
    terms = content.terms[target.pk]
    used = {counted.calendar for counted in (terms.limit, *terms.ladder)} - {""}
    for code in sorted(used - set(calendars)):
        yield _("No version of the calendar %(code)s is in force.") % {"code": code}
    if used <= set(calendars) and not _climbs(terms, calendars, at=at):
        yield _("A step before the deadline comes before the start or the warning.")


def _climbs(terms: Terms, calendars: BookOfCalendars, *, at: datetime) -> bool:
    """Whether the rungs before the deadline come after what precedes them."""
    try:
        start = at
        if terms.limit.calendar:
            start = calendars[terms.limit.calendar].next_opening(at)
        due_at = terms.limit.after(start, calendars)
        earlier = start
        for warning in terms.warnings(start, due_at, calendars):
            earlier = warning
        for rung in terms.ladder[: terms.rungs_before]:
            instant = rung.after(due_at, calendars)
            if instant <= earlier:
                return False
            earlier = instant
    except BeyondHorizon:
        return False
    return True


def _ambiguities(content: Content, beside: Sequence[Content]) -> Iterator[Problem]:
    """Rules of which nobody could say which one holds, those of other policies too."""
    for metric, targets in content.enabled.items():
        strangers = [t for other in beside for t in other.enabled.get(metric, ())]
        for one, other in chain(combinations(targets, 2), product(strangers, targets)):
            if len(one.conditions) != len(other.conditions):
                continue
            shared = one.conditions.keys() & other.conditions.keys()
            if all(
                set(one.conditions[name]) & set(other.conditions[name])
                for name in shared
            ):
                yield Problem(
                    other.code,
                    _("It can hold for the same case as %(code)s.")
                    % {"code": one.code},
                )


def _gaps(contents: Sequence[Content]) -> Iterator[Problem]:
    """Channels on which nothing would be promised (IN-06)."""
    for channel in Channel.objects.all():
        for takes, metric, kind, reason in (
            (
                channel.takes_inquiries,
                Metric.FIRST_REPLY,
                Kind.INQUIRY,
                _("Inquiries on the channel %(name)s would have no first-reply rule."),
            ),
            (
                channel.takes_objections,
                Metric.ACKNOWLEDGEMENT,
                Kind.OBJECTION,
                _("Objections on the channel %(name)s would have no receipt rule."),
            ),
        ):
            facts = {"channel": channel.code, "kind": kind.value}
            found = [t for content in contents for t in content.enabled.get(metric, ())]
            if takes and not any(target.holds_for(facts) for target in found):
                yield Problem(metric.value, reason % {"name": channel.name})


def _condition_problem(target: Target) -> str:
    conditions = target.conditions
    if not isinstance(conditions, Mapping):
        return _("Conditions are facts with the values that they accept.")
    unknown = sorted(set(conditions) - FACTS[Metric(target.metric)])
    if unknown:
        return _("This metric knows no %(names)s.") % {"names": ", ".join(unknown)}
    for name, accepted in conditions.items():
        if not _are_words(accepted):
            return _("%(name)s names no values.") % {"name": name}
        if name in KNOWN and (strangers := set(accepted) - set(KNOWN[name]())):
            return _("There is no %(name)s %(values)s.") % {
                "name": name,
                "values": ", ".join(sorted(strangers)),
            }
    return ""


def _are_words(accepted: Any) -> bool:
    return (
        isinstance(accepted, list)
        and bool(accepted)
        and all(isinstance(word, str) and word for word in accepted)
    )


def _length_problems(
    row: Target | PauseRule, name: str, amount: timedelta | None
) -> Wrong:
    """Days are whole and few, time is longer than nothing and shorter than a year."""
    if row.unit not in Unit.values:
        return {"unit": _("There is no such unit.")}
    wrong: Wrong = {}
    if row.unit in DAYS:
        if row.days is None or not 0 < row.days <= MOST_DAYS:
            wrong["days"] = _("Between 1 and %(most)s days.") % {"most": MOST_DAYS}
    elif amount is None or not SHORTEST <= amount <= LONGEST:
        wrong[name] = _("Between 1 second and %(most)s days.") % {"most": MOST_DAYS}
    return wrong | _calendar_problem(row)


def _calendar_problem(row: Target | PauseRule | EscalationStep) -> Wrong:
    if (row.unit == Unit.WALL) != (row.calendar is None):
        return {"calendar": _("Opening hours and days are counted on a calendar.")}
    return {}


def _rung_problems(rung: EscalationStep) -> Iterator[str]:
    if rung.unit not in Unit.values:
        yield _("There is no such unit.")
        return
    if rung.unit in DAYS:
        if rung.days is None or not 0 < rung.days <= MOST_DAYS:
            yield _("Between 1 and %(most)s days.") % {"most": MOST_DAYS}
    elif rung.after is None or abs(rung.after) > LONGEST:
        yield _("At most %(most)s days.") % {"most": MOST_DAYS}
    yield from _calendar_problem(rung).values()


def _in_order(lengths: Iterable[Length]) -> bool:
    """Before, at, after; and within one way of counting the shorter first."""
    seen: dict[tuple[str, str], tuple[timedelta, int]] = {}
    passed = False
    for length in lengths:
        if length == Length():
            passed = True
            continue
        after = length.amount > timedelta(0) or length.days > 0
        if after != passed:
            return False
        way = (length.unit, length.calendar)
        value = (length.amount, length.days)
        if way in seen and value <= seen[way]:
            return False
        seen[way] = value
    return True


def as_error(found: Sequence[Problem]) -> ValidationError:
    """What keeps a draft back, as one error."""
    return ValidationError(
        {NON_FIELD_ERRORS: [f"{problem.place}: {problem.reason}" for problem in found]}
    )
