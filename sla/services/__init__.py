"""Verbs on promises: load a policy, start and stop clocks, tell people."""
