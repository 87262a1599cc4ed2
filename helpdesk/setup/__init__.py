"""First start: the data that every company begins with, and the demo."""
