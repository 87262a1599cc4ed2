"""The views of supervision: the board, policies, calendars."""
