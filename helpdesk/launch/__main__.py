"""`python -m helpdesk.launch COMMAND`; people call it through ./shoushi."""

import sys
from importlib import import_module

from helpdesk.launch.failure import CannotGoOn, StopAsked, of_os

# Only the module of the command that runs is imported: the others may need tools that
# only developers have.
COMMANDS = {
    "up": ("helpdesk.launch.up", "up"),
    "manage": ("helpdesk.launch.manage", "manage"),
    "doctor": ("helpdesk.launch.doctor", "doctor"),
    "test": ("helpdesk.launch.testing", "test"),
    "check": ("helpdesk.launch.check", "check"),
    "fix": ("helpdesk.launch.check", "fix"),
    "clauses": ("helpdesk.launch.clauses", "clauses"),
    "bench": ("helpdesk.launch.bench", "bench"),
    "torture": ("helpdesk.launch.torture", "torture"),
}


def main(args: list[str]) -> int:
    """Run one command; every failure that was foreseen is a sentence, not a trace."""
    try:
        module, name = COMMANDS[args[0]]
        code: int = getattr(import_module(module), name)(args[1:])
    except CannotGoOn as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\n{of_os(error)}", file=sys.stderr)
        return 1
    except (StopAsked, KeyboardInterrupt):
        print("\nStopped. The data is kept.", file=sys.stderr)
        return 130
    return code


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
