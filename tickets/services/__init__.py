"""Verbs on what every ticket has: its history, its messages, its files."""
