"""What the pages of policies show: versions, their rules in groups, what differs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from django.db import models
from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.templatetags.promises import conditions_words, metric_name
from sla.metrics import Metric
from sla.models import (
    EscalationStep,
    PauseRule,
    Policy,
    PolicyVersion,
    Target,
    Version,
)
from staff.models import Department
from tickets.models import Channel


class State(models.TextChoices):
    """Where a version stands in time."""

    DRAFT = "draft", gettext_lazy("Draft")
    SCHEDULED = "scheduled", gettext_lazy("Scheduled")
    IN_FORCE = "in_force", gettext_lazy("In force")
    PAST = "past", gettext_lazy("Past")


@dataclass(frozen=True)
class Line:
    """A version in a list."""

    version: Version
    state: State


@dataclass(frozen=True)
class Shelf:
    """All versions of one policy, the newest first."""

    policy: Policy
    lines: Sequence[Line]

    @property
    def draft(self) -> PolicyVersion | None:
        return self._first(State.DRAFT)

    @property
    def in_force(self) -> PolicyVersion | None:
        return self._first(State.IN_FORCE)

    def _first(self, state: State) -> PolicyVersion | None:
        found = (line.version for line in self.lines if line.state == state)
        version = next(found, None)
        return version if isinstance(version, PolicyVersion) else None


@dataclass(frozen=True)
class Rule:
    """A promise as a row of the page. `ladder` is its own; empty: the common one."""

    target: Target
    conditions: str
    ladder: Sequence[EscalationStep]


@dataclass(frozen=True)
class Group:
    """Rules of one kind of work."""

    code: str
    name: str
    rules: Sequence[Rule]


GROUPS: Final[Mapping[str, frozenset[Metric]]] = {
    "inquiry": frozenset(
        {
            Metric.RING,
            Metric.FIRST_REPLY,
            Metric.COMPLEX_NOTICE,
            Metric.CALLBACK,
            Metric.CONTRACT_FORWARD,
            Metric.CONTRACT_RESULT,
            Metric.FOLLOW_UP,
        }
    ),
    "delivery": frozenset(
        {Metric.DELIVERY, Metric.REPAIR_CONTACT, Metric.REPAIR_ON_SITE}
    ),
    "objection": frozenset(
        {
            Metric.ACKNOWLEDGEMENT,
            Metric.HANDOFF,
            Metric.DEPARTMENT_ACCEPTANCE,
            Metric.INVESTIGATION,
            Metric.PROPOSAL,
            Metric.CUSTOMER_CONFIRMATION,
            Metric.EXECUTION,
            Metric.FEEDBACK,
            Metric.RETURN_VISIT,
            Metric.ARCHIVE,
            Metric.APPEAL,
            Metric.TOTAL,
            Metric.LEGAL_OUTER_LIMIT,
        }
    ),
    "other": frozenset({Metric.PRIVACY_REQUEST, Metric.EXTERNAL_COMPLAINT}),
}


def group_name(code: str) -> str:
    return {
        "inquiry": _("Inquiries"),
        "delivery": _("Delivery and repair"),
        "objection": _("Objections"),
        "other": _("Other"),
    }[code]


@dataclass(frozen=True)
class Sheet:
    """One version with everything it says; `words` narrow the rules."""

    version: PolicyVersion
    state: State
    words: str = ""

    @cached_property
    def targets(self) -> list[Target]:
        return list(
            self.version.targets.select_related("calendar").order_by("position", "pk")
        )

    @cached_property
    def groups(self) -> list[Group]:
        """The rules that are looked for, by kind of work."""
        names = names_of_rows()
        wanted = [target for target in self.targets if self._fits(target)]
        return [
            Group(code, group_name(code), rules)
            for code, metrics in GROUPS.items()
            if (
                rules := [
                    Rule(
                        target,
                        conditions_words(target.conditions, names),
                        self._ladders.get(target.pk, ()),
                    )
                    for target in wanted
                    if target.metric in metrics
                ]
            )
        ]

    @property
    def found(self) -> int:
        return sum(len(group.rules) for group in self.groups)

    @property
    def ladder(self) -> Sequence[EscalationStep]:
        """The common one."""
        return self._ladders.get(None, ())

    @cached_property
    def pause_rules(self) -> list[PauseRule]:
        return list(self.version.pause_rules.select_related("calendar"))

    @cached_property
    def _ladders(self) -> Mapping[int | None, Sequence[EscalationStep]]:
        found: dict[int | None, list[EscalationStep]] = {}
        for rung in self.version.ladder.select_related("calendar"):
            found.setdefault(rung.target_id, []).append(rung)
        return found

    def _fits(self, target: Target) -> bool:
        if not self.words:
            return True
        said = (
            target.code,
            *target.clauses,
            target.name_zh,
            target.name_en,
            target.metric,
            metric_name(target.metric),
        )
        return any(self.words.casefold() in text.casefold() for text in said)


def names_of_rows() -> dict[str, str]:
    """What conditions may name that are rows: channels and departments."""
    channels = {row.code: row.name for row in Channel.objects.all()}
    return channels | {row.code: row.name for row in Department.objects.all()}


def shelves(*, at: datetime) -> list[Shelf]:
    """Every policy with its versions."""
    policies = Policy.objects.order_by("code").prefetch_related(
        models.Prefetch(
            "versions",
            PolicyVersion.objects.select_related("author").annotate(
                rules=Count("targets", filter=Q(targets__enabled=True))
            ),
        )
    )
    return [
        Shelf(policy, lines_of(policy.versions.all(), at=at)) for policy in policies
    ]


def lines_of(versions: Iterable[Version], *, at: datetime) -> list[Line]:
    """Versions with where they stand; the newest first."""
    known = sorted(versions, key=lambda version: version.number, reverse=True)
    effective = [v for v in known if v.effective_from and v.effective_from <= at]
    now = max(effective, key=lambda v: (v.effective_from or at, v.number), default=None)
    return [Line(version, _state(version, now, at)) for version in known]


def _state(version: Version, now: Version | None, at: datetime) -> State:
    if version.effective_from is None:
        return State.DRAFT
    if version.effective_from > at:
        return State.SCHEDULED
    return State.IN_FORCE if version == now else State.PAST


def sheet(policy: str, number: int, *, at: datetime, words: str = "") -> Sheet:
    """One version; Http404 for one that there is not."""
    version = found(policy, number)
    siblings = PolicyVersion.objects.filter(policy=version.policy_id)
    lines = {line.version.pk: line.state for line in lines_of(siblings, at=at)}
    return Sheet(version, lines[version.pk], words)


def found(policy: str, number: int) -> PolicyVersion:
    """One version; Http404 for one that there is not."""
    versions: QuerySet[PolicyVersion] = PolicyVersion.objects.select_related(
        "policy", "author"
    )
    return get_object_or_404(versions, policy__code=policy, number=number)


def in_force(policy: Policy, *, at: datetime) -> PolicyVersion | None:
    """The version of a policy that holds now."""
    version: PolicyVersion | None = policy.versions.effective(at=at).first()
    return version
