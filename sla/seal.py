"""Seal a set of files so that whoever changes one byte is found out.

A manifest names each file with its SHA-256 and length; an Ed25519 signature covers the
manifest. The same files and the same key always give the same bytes.
"""

import base64
import binascii
import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
LENGTH_OF_KEY: Final = 32
BLOCK: Final = 1 << 20


class BadSeal(Exception):
    """Files that are not what was sealed, or not sealed at all; the words say how."""


@dataclass(frozen=True)
class SealKey:
    """The key with which this installation seals, made once and kept."""

    private: Ed25519PrivateKey

    @classmethod
    def read(cls, text: str) -> "SealKey":
        """A key as the environment has it. Raises ValueError for anything else."""
        raw = base64.urlsafe_b64decode(text)
        if len(raw) != LENGTH_OF_KEY:
            raise ValueError(f"a key has {LENGTH_OF_KEY} bytes, not {len(raw)}")
        return cls(Ed25519PrivateKey.from_private_bytes(raw))

    @property
    def public(self) -> str:
        """What others need to check a seal."""
        return base64.b64encode(self.private.public_key().public_bytes_raw()).decode()

    def sign(self, content: bytes) -> bytes:
        return base64.b64encode(self.private.sign(content)) + b"\n"


def seal(folder: Path, about: Mapping[str, Any], *, key: SealKey) -> dict[str, Any]:
    """Write the manifest and its signature beside the files of a folder."""
    names = sorted(path.name for path in folder.iterdir())
    manifest = {
        **about,
        "public_key": key.public,
        "files": {name: _described(folder / name) for name in names},
    }
    content = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True)
    raw = content.encode() + b"\n"
    (folder / MANIFEST).write_bytes(raw)
    (folder / SIGNATURE).write_bytes(key.sign(raw))
    return manifest


def pack(folder: Path, archive: Path) -> None:
    """The files of a folder as one archive, the same bytes for the same files."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(path.name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as source, packed.open(entry, "w") as target:
                while block := source.read(BLOCK):
                    target.write(block)


class Sealed:
    """A folder or an archive whose seal is to be checked before a word is believed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._archive: zipfile.ZipFile | None = None
        if not path.is_dir():
            try:
                self._archive = zipfile.ZipFile(path)
            except (OSError, zipfile.BadZipFile) as error:
                raise BadSeal(f"{path.name} is not a readable archive") from error

    def names(self) -> set[str]:
        if self._archive is not None:
            return set(self._archive.namelist())
        return {path.name for path in self.path.iterdir()}

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file of it. Raises BadSeal where it is missing or cannot be unpacked."""
        try:
            source = (
                self._archive.open(name)
                if self._archive
                else (self.path / name).open("rb")
            )
            with source:
                yield source
        except (KeyError, OSError, EOFError) as error:
            raise BadSeal(f"{name} is missing or cannot be read") from error
        except (zipfile.BadZipFile, NotImplementedError, zlib.error) as error:
            raise BadSeal(f"{name} is damaged") from error

    def check(self, *, expected_key: str = "") -> dict[str, Any]:
        """The manifest, once everything is found as it was sealed.

        Raises BadSeal naming the first thing that is not. `expected_key` is the public
        key of whom one believes to have sealed it.
        """
        manifest = self._manifest(expected_key)
        files: Mapping[str, Any] = manifest["files"]
        for name in sorted(self.names() - {*files, MANIFEST, SIGNATURE}):
            raise BadSeal(f"{name} was not sealed")
        for name, described in sorted(files.items()):
            digest, length = hashlib.sha256(), 0
            with self.open(name) as source:
                while block := source.read(BLOCK):
                    digest.update(block)
                    length += len(block)
            found = {"bytes": length, "sha256": digest.hexdigest()}
            if found != described:
                raise BadSeal(f"{name} is not what was sealed")
        return manifest

    def _manifest(self, expected_key: str) -> dict[str, Any]:
        with self.open(MANIFEST) as source:
            raw = source.read()
        with self.open(SIGNATURE) as source:
            signature = source.read()
        try:
            manifest: dict[str, Any] = json.loads(raw)
            key = manifest["public_key"]
            public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key))
            public.verify(base64.b64decode(signature, validate=False), raw)
            dict(manifest["files"])
        except InvalidSignature as error:
            raise BadSeal(f"{MANIFEST} does not fit its signature") from error
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise BadSeal(f"{MANIFEST} or its signature is damaged") from error
        if expected_key and key != expected_key:
            raise BadSeal(f"it was sealed by another key: {key}")
        return manifest


def _described(path: Path) -> dict[str, Any]:
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}
