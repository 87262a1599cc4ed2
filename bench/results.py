"""How a measurement is written down: tables in RESULTS.md, each with its command."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from django.db import connection
from django.utils import timezone

RESULTS: Final = Path(__file__).resolve().parent / "RESULTS.md"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown; the first column is words, the others are numbers."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """Its shape, not its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
        cursor.execute("SHOW synchronous_commit")
        (synchronous,) = cursor.fetchone()
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB of memory; PostgreSQL {version},"
        f" synchronous_commit {synchronous}; everything on this one machine"
    )


def commit() -> str:
    """Which state of the product it is."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    return told.stdout.strip() or "unknown"


def show(
    body: str, *, section: str, title: str, shape: str, words: str = "", write: bool
) -> None:
    """Print a result; put it in place of the one before if asked to."""
    print(body)
    if not write:
        return
    command = f"./shoushi bench {section} {' '.join(sys.argv[1:])}".strip()
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Results\n"
    start, end = f"<!-- {section} -->\n", f"<!-- /{section} -->\n"
    said = f"{words}\n\n" if words else ""
    new = (
        f"{start}## {title}\n\n{timezone.now():%Y-%m-%d}, commit {commit()},"
        f" {shape}.\n\n`{command}`\n\n"
        f"{said}{body}\n{end}"
    )
    if start in text:
        before, _, rest = text.partition(start)
        text = before + new + rest.partition(end)[2]
    else:
        text = f"{text.rstrip()}\n\n{new}"
    RESULTS.write_text(text, encoding="utf-8")
