"""The product and the floor in one run: what is written, opened, found, told and kept.

`./shoushi bench` takes about an hour and a million tickets; `--quick` three minutes.
"""

import sys
from typing import Final

from bench import series

FULL: Final = {
    "product": ["--tickets", "10000", "100000", "1000000"],
    "live": ["--listeners", "1", "200", "1000", "--idle", "10000"],
    "storm": [],
    "memory": [],
}
QUICK: Final = {
    "product": ["--tickets", "1000", "--seconds", "0.3", "--turns", "9"],
    "live": [
        *("--listeners", "1", "20", "--replies", "10", "--idle", "100"),
        *("--seconds", "2", "--changes", "5000", "--clocks", "2000"),
    ],
    "storm": ["--seconds", "3"],
    "memory": ["--seconds", "3"],
}


def main() -> int:
    """Run them; the exit code counts those that failed."""
    return series.run("bench.whole", __doc__, full=FULL, quick=QUICK)


if __name__ == "__main__":
    sys.exit(main())
