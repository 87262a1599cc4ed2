"""One command that runs the whole product on one machine, and watches over it.

Read in this order: `up` (what happens, step by step), `parts` (the programs that make
up the product), `supervisor` (starts, watches, restarts and stops them), `servers`
(PostgreSQL and Valkey out of Python wheels), `place` (where their data lies).
"""
