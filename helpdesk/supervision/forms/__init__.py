"""What managers fill in about policies and calendars; the rules stand in the verbs."""
