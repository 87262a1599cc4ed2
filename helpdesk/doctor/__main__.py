"""`python -m helpdesk.doctor`: as `manage.py doctor`, but also where settings fail."""

import os
import sys
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from helpdesk.doctor import report
from helpdesk.doctor.finding import fail
from helpdesk.launch.place import ROOT


def main(args: list[str]) -> None:
    """Examine, or say which setting keeps the program from starting."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    try:
        django.setup()
    except (ImproperlyConfigured, ValueError, OSError) as error:
        sys.exit(cannot_start(error, as_json="--json" in args))
    call_command("doctor", *args)


def cannot_start(error: Exception, *, as_json: bool) -> int:
    """The one finding that can be made without settings."""
    data = Path(os.environ.get("DATA_DIR") or ROOT / "var")
    first = not (data / "secrets.env").exists() and not os.environ.get("SECRET_KEY")
    finding = (
        fail("house", f"{data} was never started", repair="./shoushi up")
        if first
        else fail(
            "settings",
            str(error),
            repair=f"correct it in the environment or in {data / 'secrets.env'}",
        )
    )
    return report.write([finding], out=sys.stdout, as_json=as_json)


if __name__ == "__main__":
    main(sys.argv[1:])
