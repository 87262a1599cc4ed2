"""`./shoushi bench [NAME]`: measurements on servers of their own."""

import sys
from textwrap import fill

from helpdesk.launch import foreground
from helpdesk.launch.failure import CannotGoOn
from helpdesk.launch.place import ROOT
from helpdesk.launch.signals import Signals
from helpdesk.launch.throwaway import empty_servers

# Which one it is when none is named.
WHOLE = "whole"
HELP = """\
./shoushi bench [--quick] [--only NAME ...]  the product beside the floor
./shoushi bench NAME [ARGS]                  one measurement; --help tells its ARGS

Each runs on servers of its own; --write puts the result into bench/RESULTS.md.
bench/README.md says what each of these measures:

{names}"""


def bench(args: list[str]) -> int:
    """Migrate an empty database and run `bench/NAME.py` with the other arguments."""
    files = sorted((ROOT / "bench").glob("*.py"))
    known = [path.stem for path in files if "\ndef main(" in path.read_text()]
    if args in (["-h"], ["--help"]):
        names = fill(", ".join(known), 76, initial_indent="  ", subsequent_indent="  ")
        print(HELP.format(names=names))
        return 0
    if not args or args[0].startswith("-"):
        args = [WHOLE, *args]
    if args[0] not in known:
        raise CannotGoOn(f"Name one measurement: {', '.join(known) or 'there is none'}")
    ready = [sys.executable, "-m", "helpdesk.launch.prepare", "--only-migrate"]
    measure = [sys.executable, "-m", f"bench.{args[0]}", *args[1:]]
    with (
        Signals() as signals,
        empty_servers("bench", signals=signals, careless=False) as env,
    ):
        code = foreground.run(ready, env=env, signals=signals)
        return code or foreground.run(measure, env=env, signals=signals)
