"""Serves the few front-end files that we use straight out of node_modules."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, Storage

PACKAGES: Final[Path] = settings.BASE_DIR / "node_modules"

FILES: Final[dict[str, str]] = {
    "vendor/tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    # Named inside the style sheet: hashing the names needs the file to exist.
    "vendor/tabler/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "vendor/echarts/echarts.min.js": "echarts/dist/echarts.min.js",
    "vendor/htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
}


def package_file(name: str) -> Path:
    """The file `name` of an installed package; says what to do when it is missing."""
    path = PACKAGES / name
    if not path.is_file():
        raise ImproperlyConfigured(
            f"The front-end file {name} is not installed."
            " Run ./shoushi up, or npm ci in the project folder."
        )
    return path


class PackageFinder(BaseFinder):
    """Finds exactly the files listed above, under `vendor/`, and nothing else."""

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """The place of `vendor/...` on disk, in the shape that Django asks for."""
        if path not in FILES:
            return []
        found = str(package_file(FILES[path]))
        return [found] if find_all else found

    def list(
        self, ignore_patterns: Iterable[str] | None
    ) -> Iterator[tuple[str, Storage]]:
        """Each file with a storage whose prefix puts it under `vendor/`."""
        for target, source in FILES.items():
            path = package_file(source)
            if not matches_patterns(path.name, list_of(ignore_patterns)):
                storage = FileSystemStorage(location=path.parent)
                storage.prefix = str(Path(target).parent)  # type: ignore[attr-defined]
                yield path.name, storage


def list_of(patterns: Iterable[str] | None) -> list[str]:
    """Django passes None for "no pattern"."""
    return [*(patterns or ())]
