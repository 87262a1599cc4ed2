"""How soon open pages hear, what idle ones cost, one that never reads, and a rush.

`./shoushi bench live --listeners 1 200 1000 --idle 10000 --write`
"""

import argparse
from collections.abc import Iterator
from typing import Final

from bench import house, idle, people, results, rush, told, unread
from bench.house import say
from bench.web import free_port, web
from helpdesk.launch import parts, prepare
from staff.models import Role

COLLEAGUES: Final = 60
IN_A_RUSH: Final = 200


def measure(options: argparse.Namespace) -> Iterator[str]:
    """The tables; each part begins with a web part of its own."""
    port = free_port()
    with house.own_database("bench_live"):
        prepare.collect_static()
        agents = people.hired(Role.AGENT, count=COLLEAGUES)
        with web(port) as program:
            found = []
            for count in options.listeners:
                say(f"{count} listen to {options.replies} replies")
                found.append(
                    told.measured(
                        program, port, agents, count=count, replies=options.replies
                    )
                )
            yield told.table(found)
        if options.idle:
            say(f"{options.idle} hear nothing for {options.seconds} s")
            with web(port) as program:
                yield idle.table(
                    idle.measured(
                        program,
                        port,
                        agents,
                        count=options.idle,
                        seconds=options.seconds,
                    )
                )
        say("one never reads")
        with web(port) as program:
            yield unread.table(
                unread.measured(program, port, agents, changes=options.changes)
            )
        say(f"{options.clocks:,} deadlines at one instant, {IN_A_RUSH} listen")
        with web(port) as program:
            yield rush.table(
                rush.measured(
                    program, port, agents, clocks=options.clocks, count=IN_A_RUSH
                )
            )


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.live", description=__doc__)
    parser.add_argument("--listeners", type=int, nargs="+", default=[1, 200, 1000])
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--replies", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--changes", type=int, default=100_000, help="never read")
    parser.add_argument("--clocks", type=int, default=95_000, help="due at once")
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    parts.allow_many_files()
    shape = results.machine()
    tables = []
    for table in measure(options):
        say(table)
        tables.append(table)
    results.show(
        "\n\n".join(tables),
        section="live",
        title="Live pages",
        shape=shape,
        words=f"Real replies, {told.PACE:.0f} a second, to pages of {COLLEAGUES}"
        " colleagues; one web process, the pages in a program on the same processors.",
        write=options.write,
    )


if __name__ == "__main__":
    main()
