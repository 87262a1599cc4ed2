"""Every clock of a ticket as it stands beside the conversation, drawn by fragments.

What a clock says is worked out afresh each time; what its promise says is not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Self

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override

from helpdesk.desk.clock_stories import ClockStory
from helpdesk.desk.told import told
from helpdesk.fragments import fragment, joined
from helpdesk.templatetags.display import clock_chip, clock_time, time_tag
from helpdesk.templatetags.promises import counted, limit, origin_mark
from sla.models import Target


@dataclass(frozen=True)
class Promise:
    """What was promised, in the reader's words; `ledger`: where it can be looked up."""

    name: str
    code: str
    clauses: tuple[str, ...]
    mark: SafeString
    limit: str
    compare: str
    counted: str
    origin: str
    note: str
    policy: str
    version: int
    ledger: str
    counts_people_only: bool

    @classmethod
    @lru_cache(maxsize=1024)
    def of(cls, target: Target, language: str | None, *, may_look_up: bool) -> Self:
        """What a published version says; that never changes."""
        with override(language):
            policy, number = target.version.policy, target.version.number
            ledger = ""
            if may_look_up:
                ledger = reverse(
                    "supervision:policy_version", args=[policy.code, number]
                )
            return cls(
                name=target.name,
                code=target.code,
                clauses=tuple(target.clauses),
                mark=origin_mark(target.origin),
                limit=limit(target),
                compare=target.get_compare_display(),
                counted=counted(target),
                origin=target.get_origin_display(),
                note=target.note,
                policy=policy.name,
                version=number,
                ledger=ledger,
                counts_people_only=target.metric == "first_reply"
                and not target.auto_counts,
            )


@dataclass(frozen=True)
class Card:
    """What of a clock there is to be said."""

    promise: Promise
    cycle: int
    subject: bool
    aside: bool
    years: bool
    missed: bool
    held: bool
    held_until: bool
    stopped: bool
    outcome: str
    revoked: bool
    acknowledged: bool


def clock_cards(
    stories: Iterable[ClockStory], *, now: datetime, may_look_up: bool
) -> SafeString:
    """The cards in the order of the stories, or that there is none."""
    cards = [_card(story, now=now, may_look_up=may_look_up) for story in stories]
    return joined(cards) if cards else fragment("desk/_no_clock.html")


def _card(story: ClockStory, *, now: datetime, may_look_up: bool) -> SafeString:
    clock, hold, missed = story.clock, story.hold, story.missed
    years = story.years_missing
    card = Card(
        promise=Promise.of(clock.target, get_language(), may_look_up=may_look_up),
        cycle=clock.cycle,
        subject=bool(story.subject),
        aside=clock.set_aside_at is not None,
        years=bool(years),
        missed=missed is not None,
        held=hold is not None,
        held_until=hold is not None and hold.resumes_at is not None,
        stopped=clock.stopped_at is not None,
        outcome=str(clock.get_outcome_display()),
        revoked=clock.revoked_at is not None,
        acknowledged=clock.acknowledged_at is not None,
    )
    seen_by = clock.acknowledged_by

    def time(at: datetime | None) -> SafeString:
        return time_tag(at, now) if at is not None else SafeString()

    return fragment(
        "desk/_clock.html",
        card,
        pk=clock.pk,
        chip=clock_chip(clock, now, hold=hold),
        subject=story.subject,
        years=years,
        cause=missed.cause if missed else "",
        sentence=missed.sentence if missed else "",
        started=time(clock.started_at),
        due=time(clock.due_at),
        held=hold.rule.name if hold else "",
        held_since=time(hold.since if hold else None),
        held_until=clock_time(hold.resumes_at, now) if hold else "",
        spent=story.spent,
        stopped=time(clock.stopped_at),
        seen_by=seen_by.display_name if seen_by else "",
        seen_at=time(clock.acknowledged_at),
        lines=told(story.lines, now=now),
    )
