"""Policies with versions, the clocks they start, and who is told of them."""

from sla.models.clock import (
    ALERTING_KINDS,
    Clock,
    ClockEvent,
    ClockEventKind,
    ClockQuerySet,
    ClockStatus,
    Outcome,
)
from sla.models.policy import (
    Audience,
    Compare,
    EscalationStep,
    Metric,
    Origin,
    Policy,
    PolicyVersion,
    Target,
    TargetQuerySet,
)
from sla.models.watch import (
    Heartbeat,
    Notification,
    NotificationQuerySet,
)

__all__ = [
    "ALERTING_KINDS",
    "Audience",
    "Clock",
    "ClockEvent",
    "ClockEventKind",
    "ClockQuerySet",
    "ClockStatus",
    "Compare",
    "EscalationStep",
    "Heartbeat",
    "Metric",
    "Notification",
    "NotificationQuerySet",
    "Origin",
    "Outcome",
    "Policy",
    "PolicyVersion",
    "Target",
    "TargetQuerySet",
]
