"""How much memory the product's own processes take while nothing happens.

`./shoushi bench memory --write`
"""

import argparse
import time
from collections.abc import Iterator
from typing import Final

import psutil  # type: ignore[import-untyped]

from bench import house, results
from bench.house import say
from bench.web import free_port, web
from helpdesk.launch import parts

SETTLE: Final = 20.0
MIB: Final = 1024**2
GOAL_MIB: Final = 700


def taken(child: psutil.Process) -> tuple[int, int]:
    """Processes of a part and their proportional memory, in bytes."""
    every = [child, *child.children(recursive=True)]
    return len(every), sum(each.memory_full_info().pss for each in every)


def measured(seconds: float) -> Iterator[tuple[str, int, int]]:
    """Each part when it has been idle for so long: its processes and its memory."""
    port = free_port()
    with (
        house.own_database("bench_memory"),
        house.chain(more={"default": parts.worker_default()}),
        web(port) as pages,
    ):
        say(f"idle for {seconds:.0f} s")
        time.sleep(seconds)
        yield "web", *taken(pages)
        me = psutil.Process()
        for child in me.children():
            words = " ".join(child.cmdline())
            for name, mark in MARKS.items():
                if mark in words:
                    yield name, *taken(child)


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
    total = sum(size for _, _, size in found) / MIB
    rows = [[name, f"{count}", f"{size / MIB:.0f}"] for name, count, size in found]
    kept = "kept" if total <= GOAL_MIB else "missed"
    rows.append([f"all (goal {GOAL_MIB}: {kept})", "", f"{total:.0f}"])
    results.show(
        results.table(["part", "processes", "MiB"], rows),
        section="memory",
        title="Memory of an idle house",
        shape=shape,
        words="Proportional set size: what processes share counts once. Without the"
        " database and Valkey.",
        write=options.write,
    )


if __name__ == "__main__":
    main()
