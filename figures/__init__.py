"""How promises and cases stand in numbers: one definition each, kept by the hour."""
