"""Tables that a supervisor may take away: what they hold, and who sees it."""
