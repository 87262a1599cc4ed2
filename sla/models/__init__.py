"""Calendars, policies with versions, the clocks they start, and who is told of them."""

from sla.metrics import Metric
from sla.models.calendar import (
    WEEKDAYS,
    Calendar,
    CalendarDay,
    CalendarVersion,
    OpeningHours,
    Pattern,
)
from sla.models.clock import (
    ALERTING_KINDS,
    KEPT,
    MISSED,
    UNFINISHED,
    Clock,
    ClockEvent,
    ClockEventKind,
    ClockQuerySet,
    ClockStatus,
    Outcome,
)
from sla.models.goal import Goal, GoalQuerySet
from sla.models.ladder import Action, Audience, EscalationStep
from sla.models.pause import Pause
from sla.models.policy import (
    DAYS,
    Compare,
    Counted,
    Origin,
    PauseRule,
    Policy,
    PolicyVersion,
    Rollout,
    Target,
    Unit,
)
from sla.models.shadow import ShadowEnd, ShadowRecord, ShadowRun
from sla.models.version import Version, VersionQuerySet
from sla.models.watch import (
    Heartbeat,
    Medium,
    Notification,
    NotificationQuerySet,
)

__all__ = [
    "ALERTING_KINDS",
    "DAYS",
    "KEPT",
    "MISSED",
    "UNFINISHED",
    "WEEKDAYS",
    "Action",
    "Audience",
    "Calendar",
    "CalendarDay",
    "CalendarVersion",
    "Clock",
    "ClockEvent",
    "ClockEventKind",
    "ClockQuerySet",
    "ClockStatus",
    "Compare",
    "Counted",
    "EscalationStep",
    "Goal",
    "GoalQuerySet",
    "Heartbeat",
    "Medium",
    "Metric",
    "Notification",
    "NotificationQuerySet",
    "OpeningHours",
    "Origin",
    "Outcome",
    "Pattern",
    "Pause",
    "PauseRule",
    "Policy",
    "PolicyVersion",
    "Rollout",
    "ShadowEnd",
    "ShadowRecord",
    "ShadowRun",
    "Target",
    "Unit",
    "Version",
    "VersionQuerySet",
]
