"""What stands beside a sealed dump, in clear: when it was taken, of which schema, with which keys' fingerprints.

It is written last: a dump without one is not whole. It must not hold a key or anything of the data.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from services.refusal import Refusal
from store.keys import KnownKey

FORMAT = 1
DUMP, MANIFEST = ".dump.age", ".json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`at`: business time at which the dump began; `bytes` and `sha256` of the sealed file; `marks`: sender → mark."""

    at: datetime
    database: str
    schema: str
    build: str
    server: int
    keys: Sequence[Mapping[str, str]]
    marks: Mapping[str, int]
    recipient: str
    file: str
    bytes: int
    sha256: str
    format: int = FORMAT

    @property
    def known_keys(self) -> list[KnownKey]:
        """The keys that the database was written with, but for those retired."""
        prints = ((key["use"], key["name"], bytes.fromhex(key["fingerprint"])) for key in self.keys)
        return [KnownKey(use, name, fingerprint, self.at, None) for use, name, fingerprint in prints]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self) | {"at": self.at.isoformat()}


def write(place: Path, manifest: Manifest) -> None:
    """Keep a manifest, whole or not at all."""
    draft = place.with_name(f".{place.name}.part")
    with draft.open("w") as out:
        json.dump(manifest.to_dict(), out, indent=2)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(place)
    settle(place.parent)


def settle(directory: Path) -> None:
    """See that new names in a directory outlast a loss of power."""
    held = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def read(file: Path) -> tuple[Manifest, Path]:
    """The manifest of a backup and its sealed dump, by the name of either. Raises Refusal where one is missing."""
    stem = file.name.removesuffix(DUMP).removesuffix(MANIFEST)
    place = file.with_name(stem + MANIFEST)
    try:
        document = json.loads(place.read_text())
        found = Manifest(**{**document, "at": datetime.fromisoformat(document["at"])})
        _ = found.known_keys
        dump = file.with_name(Path(found.file).name)
    except (OSError, ValueError, KeyError, TypeError):
        raise Refusal("backup.no_manifest", file=place.name) from None
    if found.format != FORMAT or not dump.exists():
        raise Refusal("backup.no_dump", file=dump.name)
    return found, dump
