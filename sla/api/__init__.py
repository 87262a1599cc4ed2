"""Promises for other systems: clocks, policies in force, business time."""

from sla.api.business_time import DueTime
from sla.api.clocks import ClockList, ClockOfTicket, ClockSummary
from sla.api.policies import Policies

__all__ = ["ClockList", "ClockOfTicket", "ClockSummary", "DueTime", "Policies"]
