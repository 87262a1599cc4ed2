"""Examines an installation, changes nothing, and says what repairs each fault."""
