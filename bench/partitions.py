"""Messages and events in partitions: what the change takes, gains and costs.

`./shoushi bench partitions --tickets 1000000 --write`

Tried by month and by ranges of tickets, each from the plain table, while somebody
writes to it. The product itself keeps plain tables; see docs/scaling.md.
"""

import argparse
import random
import re
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final

from django.core.management import call_command
from django.db import connection

from bench import house, results
from bench.house import say
from bench.one_writer import WRITE, Writer, ask, run
from bench.partitioning import Part, Split, Table

PIECES: Final = 12
SAMPLE: Final = 400
TIMES: Final = {"tickets_message": "sent_at", "tickets_event": "at"}
THREAD: Final = "SELECT * FROM {table} WHERE ticket_id = %(ticket)s ORDER BY {time}, id"
THREAD_SINCE: Final = (
    "SELECT * FROM {table} WHERE ticket_id = %(ticket)s"
    " AND {time} >= %(created)s ORDER BY {time}, id"
)
BY_KEY: Final = "SELECT * FROM {table} WHERE id = %(row)s"
LAST_HOUR: Final = (
    "SELECT count(*) FROM {table} WHERE {time} > now() - interval '1 hour'"
)


def by_month(table: str) -> list[Part]:
    """From the first row's month to the one after this."""
    column = TIMES[table]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_char(month, 'YYYYMM'), month::text,"
            " (month + interval '1 month')::text"
            f" FROM (SELECT min({column}) AS first FROM {table}) AS span,"
            " generate_series(date_trunc('month', first),"
            " date_trunc('month', now() + interval '1 month'),"
            " interval '1 month') AS month"
        )
        return [
            Part(f"{table}_m{name}", f"'{lower}'", f"'{upper}'")
            for name, lower, upper in cursor.fetchall()
        ]


def by_ticket(table: str) -> list[Part]:
    """Ranges of tickets, of one size, and an empty one for those to come."""
    (last,) = ask("SELECT max(id) FROM tickets_ticket")
    size = last // PIECES + 1
    return [
        Part(f"{table}_t{n:02d}", str(n * size), str((n + 1) * size))
        for n in range(PIECES + 1)
    ]


def median_ms(sql: str, values: Sequence[dict[str, Any]]) -> str:
    """Of one statement at a time, planned each time as Django has it."""
    return f"{1000 * statistics.median(run(sql, each) for each in values):.2f}"


def look(table: str, tickets: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What is asked of the table all day."""
    asked = {"table": table, "time": TIMES[table]}
    # What nobody has asked for yet comes from the disk.
    for question in (THREAD, BY_KEY):
        median_ms(question.format(**asked), tickets)
    run("BEGIN")
    written = median_ms(WRITE[table], tickets)
    run("ROLLBACK")
    return {
        "one row written, ms": written,
        "one ticket's rows, ms": median_ms(THREAD.format(**asked), tickets),
        "the same, with the time since it began, ms": median_ms(
            THREAD_SINCE.format(**asked), tickets
        ),
        "one row by its key, ms": median_ms(BY_KEY.format(**asked), tickets),
        "rows of the last hour, ms": median_ms(LAST_HOUR.format(**asked), tickets[:9]),
        "size with indexes, MiB": f"{size_of(table) / 1024**2:,.0f}",
    }


def size_of(table: str) -> int:
    (size,) = ask(
        "SELECT sum(pg_total_relation_size(relid))"
        " FROM (SELECT relid FROM pg_partition_tree(%(table)s)"
        " UNION SELECT %(table)s::regclass) AS tree",
        {"table": table},
    )
    return int(size)


def copy_all(times: int) -> None:
    """Every ticket so many times, with its messages and events, in the same months."""
    (tickets,) = ask("SELECT max(id) FROM tickets_ticket")
    say(f"{times} of each")
    run("SET session_replication_role = replica")
    for table in ("tickets_ticket", *TIMES):
        (last,) = ask(f"SELECT max(id) FROM {table}")
        (columns,) = ask(
            "SELECT string_agg(column_name, ', ') FROM information_schema.columns"
            " WHERE table_name = %s",
            [table],
        )
        values = columns.replace("ticket_id", f"ticket_id + n * {tickets}")
        values = re.sub(r"\bid\b", f"id + n * {last}", values)
        values = re.sub(r"\bnumber\b", "number || n", values)
        values = re.sub(r"\bclient_token\b", "NULL", values)
        run(
            f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"
            f" SELECT {values} FROM {table}, generate_series(1, {times - 1}) AS n"
        )
        run(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id))"
            f" FROM {table}"
        )
        run(f"VACUUM (ANALYZE) {table}")
    run("SET session_replication_role = DEFAULT")


def sample() -> list[dict[str, Any]]:
    """Tickets and rows to ask for, the same for every shape."""
    generator = random.Random(7)  # noqa: S311 nothing is secret here
    (last,) = ask("SELECT max(id) FROM tickets_ticket")
    (row,) = ask("SELECT max(id) FROM tickets_message")
    found = []
    while len(found) < SAMPLE:
        key = generator.randint(1, last)
        known = ask("SELECT max(created_at) FROM tickets_ticket WHERE id = %s", [key])
        if known[0]:
            found.append(
                {
                    "ticket": key,
                    "created": known[0],
                    "row": generator.randint(1, row),
                    "number": 90_000 + len(found),
                }
            )
    return found


def plain(table: str, tickets: Sequence[dict[str, Any]]) -> dict[str, str]:
    """As the product has it; the oldest twelfth is deleted, and that is taken back."""
    run(f"VACUUM (ANALYZE) {table}")
    found = look(table, tickets)
    oldest = by_month(table)[1]
    run("SET session_replication_role = replica")
    run("BEGIN")
    gone = run(f"DELETE FROM {table} WHERE {oldest.holds(TIMES[table])}")
    run("ROLLBACK")
    run("SET session_replication_role = DEFAULT")
    vacuum = run(f"VACUUM (DISABLE_PAGE_SKIPPING) {table}")
    return found | end(gone, vacuum)


def end(gone: float, vacuum: float) -> dict[str, str]:
    return {
        "an old part gone, s": f"{gone:.2f}",
        "VACUUM of all pages (of the newest part), s": f"{vacuum:.2f}",
    }


def parted(
    table: str, key: str, parts: Sequence[Part], tickets: Sequence[dict[str, Any]]
) -> dict[str, str]:
    """Change the table under a writer, look, and change it back."""
    writer = Writer(table)
    with writer.writing():
        split = Table(table, key, parts).split()
    assert not writer.failures, writer.failures[0]
    assert writer.rows() == writer.before + len(writer.waits), "Rows were lost."
    run(f"VACUUM (ANALYZE) {table}")
    found = change(split, writer) | look(table, tickets)
    vacuum = run(f"VACUUM (DISABLE_PAGE_SKIPPING) {parts[-2].name}")
    gone = run(f"ALTER TABLE {table} DETACH PARTITION {parts[1].name}")
    gone += run(f"DROP TABLE {parts[1].name}")
    run(f"DROP TABLE {table}")
    run(f"ALTER TABLE {table}_old RENAME TO {table}")
    return found | end(gone, vacuum)


def change(split: Split, writer: Writer) -> dict[str, str]:
    for name in (*split.lost_unique, *split.lost_references):
        say(f"  no longer kept by the database: {name}")
    return {
        "the change, s": f"{split.seconds:.1f}",
        "of it locked, ms": f"{1000 * split.locked_seconds:.0f}",
        "rows copied under the lock": f"{split.rows_under_lock:,}",
        "rows written meanwhile": f"{len(writer.waits):,}",
        "longest wait of a writer, ms": f"{1000 * max(writer.waits):.0f}",
        "unique rules lost": str(len(split.lost_unique)),
        "foreign keys lost": str(len(split.lost_references)),
    }


@contextmanager
def filled(tickets: int) -> Iterator[None]:
    """A database of its own with so many tickets."""
    with house.own_database("bench_partitions"):
        call_command("seed_scale", tickets=tickets)
        yield


def measured() -> dict[str, dict[str, str]]:
    """Both tables in each shape."""
    tickets = sample()
    ways: dict[str, Callable[[str], dict[str, str]]] = {
        "plain": lambda table: plain(table, tickets),
        "by month": lambda table: parted(table, TIMES[table], by_month(table), tickets),
        "by ticket": lambda table: parted(
            table, "ticket_id", by_ticket(table), tickets
        ),
    }
    columns = {}
    for table in TIMES:
        for name, way in ways.items():
            say(f"{table}, {name}")
            columns[f"{table.removeprefix('tickets_')}s, {name}"] = way(table)
    return columns


def main() -> None:
    """Fill a house, then measure both tables in three shapes."""
    parser = argparse.ArgumentParser(prog="bench.partitions", description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument(
        "--copies", type=int, default=1, help="each ticket so many times, to save time"
    )
    parser.add_argument(
        "--here",
        action="store_true",
        help="in the database of DATABASE_URL, which is full and may be spoiled",
    )
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = results.machine()
    tickets = options.tickets // options.copies
    with nullcontext() if options.here else filled(tickets):
        if options.copies > 1:
            copy_all(options.copies)
        columns = measured()
    names = list(columns["messages, by month"])
    rows = [
        [name, *(column.get(name, "–") for column in columns.values())]
        for name in names
    ]
    results.show(
        results.table(["", *columns], rows),
        section="partitions",
        title="Messages and events in partitions",
        shape=shape,
        words=f"{options.tickets:,} tickets of a year; medians of {SAMPLE} statements."
        " A writer adds a row every 5 ms while the table is changed. Gone is a month,"
        " or a twelfth of the tickets: DELETE without any check of references, but"
        " without the VACUUM after it; DETACH and DROP of a partition. The tables have"
        " lost the references to them before the change by ticket.",
        write=options.write,
    )


if __name__ == "__main__":
    main()
