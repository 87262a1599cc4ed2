"""All figures of the SLA engine, one measurement after another.

`./shoushi bench sla --quick` takes some minutes; in full it takes about an hour.
"""

import sys
from typing import Final

from bench import series

FULL: Final = {
    "due_times": ["--clocks", "1000000"],
    "what_if": ["--clocks", "1000000"],
    "reply": ["--clocks", "100000"],
    "detector": ["--clocks", "10000", "100000", "1000000"],
    "snapshot": ["--clocks", "100000"],
    "neighbour": ["--clocks", "100000"],
    "reading": ["--clocks", "1000000"],
    "verify": ["--clocks", "1000000"],
}
QUICK: Final = {
    "due_times": ["--clocks", "1000000"],
    "what_if": ["--clocks", "20000"],
    "reply": ["--clocks", "2000", "--count", "40"],
    "detector": ["--clocks", "10000", "--seconds", "5", "--bursts", "10000"],
    "snapshot": ["--clocks", "10000", "--seconds", "5", "--churn", "1"],
    "neighbour": ["--clocks", "10000", "--seconds", "5"],
    "reading": ["--clocks", "20000"],
    "verify": ["--clocks", "20000"],
}


def main() -> int:
    """Run them; the exit code counts those that failed."""
    return series.run("bench.sla", __doc__, full=FULL, quick=QUICK)


if __name__ == "__main__":
    sys.exit(main())
