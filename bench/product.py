"""The product beside the floor, on a made-up year of one size after another.

`./shoushi bench product --tickets 10000 100000 1000000 --write`
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.core.management import call_command

from bench import house, results
from bench.acts import CLIENTS, Act, acts
from bench.finding import Search, searches
from bench.house import say
from bench.pages import Page, pages
from bench.watching import share
from helpdesk.launch import prepare

ACT_GOAL: Final = 0.6
PAGE_GOAL: Final = 2.5
SEARCH_GOAL: Final = 5.0


@dataclass(frozen=True)
class Measured:
    """Everything about one size."""

    tickets: int
    acts: list[Act]
    pages: list[Page]
    searches: list[Search]


def measured(tickets: int, *, seconds: float, turns: int) -> Measured:
    """One database after another, so that each size begins alike."""
    with house.own_database("bench_product"):
        prepare.collect_static()
        say(f"{tickets:,} tickets: writing them")
        call_command("seed_scale", tickets=tickets)
        return Measured(
            tickets,
            list(acts(seconds=seconds)),
            list(pages(turns=turns)),
            list(searches(turns=max(1, turns // 3))),
        )


def acts_table(found: Sequence[Measured]) -> str:
    """Throughput and waiting of each act, with the floor's."""
    head = [
        "act",
        *("tickets", "clients", "a second", "p95 ms"),
        *("floor, a second", "floor, p95 ms", f"share (goal {ACT_GOAL})"),
    ]
    rows = []
    for size in found:
        for act in size.acts:
            for clients in CLIENTS:
                ours, floor = act.played[clients], act.floor[clients]
                rows.append(
                    [
                        f"{act.name}, {act.rows} rows",
                        *(f"{size.tickets:,}", f"{clients}"),
                        *(f"{ours.rate:.0f}", f"{ours.quantile(0.95):.0f}"),
                        *(f"{floor.rate:.0f}", f"{floor.quantile(0.95):.0f}"),
                        f"{act.share(clients):.2f}",
                    ]
                )
    return results.table(head, rows)


def pages_table(found: Sequence[Measured]) -> str:
    """Each page's waiting by size, and how often the bare page would fit in."""
    columns = ["p50 ms", "p95 ms", f"x bare (goal {PAGE_GOAL})", "x the smallest"]
    head = ["page", "tickets", *columns]
    rows = []
    for place, page in enumerate(found[0].pages):
        smallest = page.played.quantile(0.95)
        for size in found:
            bare, it = size.pages[0].played, size.pages[place].played
            p95 = it.quantile(0.95)
            rows.append(
                [
                    *(page.name, f"{size.tickets:,}", f"{it.quantile(0.5):.1f}"),
                    *(f"{p95:.1f}", f"{p95 / bare.quantile(0.95):.1f}"),
                    f"{p95 / smallest:.2f}",
                ]
            )
    return results.table(head, rows)


def searches_table(found: Sequence[Measured]) -> str:
    """Each search by size; what a scan finds and the index does not is missed."""
    columns = ["hits", "missed", "page p50 ms", "page p95 ms", "plain SQL p95 ms"]
    goal = f"page x SQL (goal {SEARCH_GOAL:.0f})"
    own = ["its statements p95 ms", "statements x SQL"]
    head = ["search", "tickets", *columns, goal, *own]
    rows = [
        [
            *(it.name, f"{size.tickets:,}", f"{it.hits:,}", f"{it.missed}"),
            *(f"{it.played.quantile(0.5):.1f}", f"{it.played.quantile(0.95):.1f}"),
            *(f"{share(it.raw_ms, 0.95):.1f}", f"{it.ratio:.1f}"),
            *(f"{share(it.own_ms, 0.95):.1f}", f"{it.own_ratio:.1f}"),
        ]
        for size in found
        for it in size.searches
    ]
    return results.table(head, rows)


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.product", description=__doc__)
    sizes = [10_000, 100_000, 1_000_000]
    parser.add_argument("--tickets", type=int, nargs="+", default=sizes)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each act")
    parser.add_argument("--turns", type=int, default=200, help="of each page")
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = results.machine()
    found = [
        measured(tickets, seconds=options.seconds, turns=options.turns)
        for tickets in sorted(options.tickets)
    ]
    results.show(
        "\n\n".join((acts_table(found), pages_table(found), searches_table(found))),
        section="product",
        title="The product beside the floor",
        shape=shape,
        words="The floor runs in the same minutes on the same database and behind the"
        " same server: a bare Django view that inserts as many rows in one transaction,"
        " a bare view that shows 25 rows of one query, and the plain SQL of a search.",
        write=options.write,
    )


if __name__ == "__main__":
    main()
