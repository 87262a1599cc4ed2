"""Server-sent events: one stream per page, all fed by one connection to Redis.

`door.py` opens a stream and keeps its line; a `line.py` is what waits for one page;
`hub.py` hears Redis for all lines of a process; `rounds.py` looks after them by turns.
"""
