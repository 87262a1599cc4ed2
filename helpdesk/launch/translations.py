"""Compile the translations without GNU gettext, which bare machines lack."""

import os
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent.parent


def compile_translations() -> None:
    """Write the .mo beside each .po that is newer; several may do so at once."""
    for source in ROOT.glob("locale/*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        half = target.with_name(f"{target.name}.{os.getpid()}")
        polib.pofile(str(source), check_for_duplicates=True).save_as_mofile(str(half))
        half.replace(target)
