"""How much memory the product's own processes take: idle, and after pages were read.

`./shoushi bench memory --write`
"""

import argparse
import time
from collections.abc import Iterator
from typing import Final

import psutil  # type: ignore[import-untyped]

from bench import house, people, results
from bench.acts import expect
from bench.clients import play, request
from bench.house import say
from bench.web import free_port, web
from helpdesk.launch import parts, prepare
from staff.models import Role

SETTLE: Final = 20.0
TURNS: Final = 40
CLIENTS: Final = 4
MIB: Final = 1024**2
GOAL_MIB: Final = 700


def taken(child: psutil.Process) -> tuple[int, int]:
    """Processes of a part and their proportional memory, in bytes."""
    every = [child, *child.children(recursive=True)]
    return len(every), sum(each.memory_full_info().pss for each in every)


def read_pages(port: int) -> None:
    """What is open all day, often enough that nothing of it is new any more."""
    [agent] = people.hired(Role.AGENT)
    inquiry = people.ask()
    signed_in = {"Cookie": people.cookie(agent)}
    pages: dict[str, dict[str, str]] = {
        "/desk/": signed_in,
        f"/desk/inquiries/{inquiry.number}/": signed_in,
        "/ask/": {},
        "/devices/": {},
    }
    for path, headers in pages.items():
        many = [request("GET", path, **headers)] * TURNS
        expect(play(port, many, clients=CLIENTS, seconds=60), path)


def measured(seconds: float) -> Iterator[tuple[str, int, int]]:
    """Each part when it has been idle for so long: its processes and its memory.

    The last one is the web part again, after pages were read.
    """
    port = free_port()
    with (
        house.own_database("bench_memory"),
        house.chain(more={"default": parts.worker_default()}),
        web(port) as pages,
    ):
        prepare.collect_static()
        say(f"idle for {seconds:.0f} s")
        time.sleep(seconds)
        yield "web", *taken(pages)
        me = psutil.Process()
        for child in me.children():
            words = " ".join(child.cmdline())
            for name, mark in MARKS.items():
                if mark in words:
                    yield name, *taken(child)
        read_pages(port)
        time.sleep(1)
        yield "web after pages were read", *taken(pages)


MARKS: Final = {
    "worker of deadlines": "-Q sla",
    "worker of everything else": "-Q default",
    "beat": " beat ",
}


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.memory", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SETTLE)
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = results.machine()
    found = list(measured(options.seconds))
    *idle, after = [
        [name, f"{count}", f"{size / MIB:.0f}"] for name, count, size in found
    ]
    sizes = [size / MIB for _, _, size in found]
    total = sum(sizes[:-1])
    kept = "kept" if total <= GOAL_MIB else "missed"
    rows = [
        *idle,
        [f"all (goal {GOAL_MIB}: {kept})", "", f"{total:.0f}"],
        after,
        ["all after that", "", f"{total - sizes[0] + sizes[-1]:.0f}"],
    ]
    results.show(
        results.table(["part", "processes", "MiB"], rows),
        section="memory",
        title="Memory of an idle house",
        shape=shape,
        words="Proportional set size: what processes share counts once. Without the"
        " database and Valkey. The pages: inbox, conversation, form for a question and"
        f" catalogue, {TURNS} times each by {CLIENTS} at once.",
        write=options.write,
    )


if __name__ == "__main__":
    main()
