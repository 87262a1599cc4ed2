"""Find a Chromium for the tests in the browser, or install one where we may."""

import os
import shutil
import subprocess
from pathlib import Path

from helpdesk.launch.console import Console
from helpdesk.launch.failure import CannotGoOn

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk", "libatomic1")
APT = ("apt-get", "-qq", "-o", "Dpkg::Use-Pty=0")


def provide(console: Console) -> str:
    """The path of a Chromium that runs; empty if there is none and none may come.

    A missing browser is a failure in continuous integration, never a skip.
    """
    named = os.environ.get("CHROMIUM", "")
    if named and not works(named):
        raise CannotGoOn(f"CHROMIUM={named} does not run.")
    path = named or find() or installed(console)
    if path:
        return path
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        raise CannotGoOn(
            "No Chromium here and none could be installed; in CI the tests in the"
            " browser must run. Set CHROMIUM to its path."
        )
    line = "!" * 78
    console.warn(
        f"{line}\n! NO CHROMIUM: the tests in the browser are SKIPPED. To run them:\n"
        f"!   sudo apt-get install -y {' '.join(PACKAGES)}\n"
        f"! or set CHROMIUM=/path/to/chromium\n{line}"
    )
    return ""


def find() -> str:
    """The first known browser that runs."""
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path and works(path)), "")


def works(path: str) -> bool:
    """Whether it starts at all: on some systems the name is an empty shell."""
    try:
        said = subprocess.run(
            [path, "--version"], capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.returncode == 0


def installed(console: Console) -> str:
    """Install it as root on Debian and its kin."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return ""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with console.step("Chromium and a Chinese font installed"):
        for words in (["update"], ["install", "-y", *PACKAGES]):
            subprocess.run(
                [*APT, *words], env=env, stdout=subprocess.DEVNULL, check=False
            )
    return find()


def fonts_note(console: Console) -> None:
    """Say so if Chinese text would show as boxes on screenshots."""
    if not any(Path("/usr/share/fonts").rglob("*CJK*")):
        console.warn("! no Chinese font here: screenshots will show boxes")
