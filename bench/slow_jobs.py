"""Jobs that nobody wants beside a deadline; a worker learns them by `--include`."""

import time

from celery import shared_task
from django.db import connection

SECONDS = 2.0


@shared_task(name="bench.slow")
def slow(kind: str) -> None:
    """Wait as for a mail server, compute, or let the database sort, for a while."""
    if kind == "waiting":
        time.sleep(SECONDS)
    elif kind == "computing":
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            sum(range(10_000))
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM (SELECT md5(n::text) AS word"
                " FROM generate_series(1, 1000000) AS n ORDER BY word) AS sorted"
            )
