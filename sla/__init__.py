"""Promises and the clocks that keep them: policy, clock, detector, escalation."""
