"""Stores uploaded lists between check and confirmation: sealed, in the data directory, for one member, for a day.

It must not know what stands in a list.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from store.vault import Vault

KEPT_FOR = timedelta(days=1)
"""Real time."""
_LONGEST_NAME = 120
_LIST, _CHECK = "uploads.list", "uploads.check"
"""What a sealed file is, bound to it with its token, as a column is."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A list that was checked: by whom, for which office, its name, its report (JSON), the encoding to convert."""

    staff: str
    office: str
    name: str
    report: str
    convert: str = ""


class Uploads:
    """Sealed files in one private directory; tokens are public references of ours."""

    def __init__(self, place: Path, vault: Vault) -> None:
        """`place` is made when the first list comes."""
        self._place = place
        self._vault = vault

    def keep(self, token: str, content: bytes, checked: Checked) -> None:
        """Keep a list and what its check said."""
        self._write(f"{token}.list", self._vault.seal(content, _LIST, token))
        self._write(f"{token}.check", self._vault.seal(json.dumps(asdict(checked), ensure_ascii=False), _CHECK, token))

    def checked(self, token: str, staff: str) -> Checked | None:
        """What the check of this member's list said, or None."""
        path = self._place / f"{token}.check"
        if not path.is_file():
            return None
        found = Checked(**json.loads(self._vault.open(path.read_bytes(), _CHECK, token)))
        return found if found.staff == staff else None

    def content(self, token: str) -> bytes:
        """The list itself. Raises OSError when it is gone."""
        return self._vault.open_bytes((self._place / f"{token}.list").read_bytes(), _LIST, token)

    def forget(self, token: str) -> None:
        """Remove a list."""
        for ending in ("list", "check"):
            (self._place / f"{token}.{ending}").unlink(missing_ok=True)

    @contextmanager
    def readable(self, name: str, content: bytes) -> Iterator[Path]:
        """The list as a plain file under its own name, for as long as it is being read."""
        self._open()
        with tempfile.TemporaryDirectory(dir=self._place) as private:
            path = Path(private) / file_name(name)
            path.write_bytes(content)
            yield path

    @contextmanager
    def room(self) -> Iterator[Path]:
        """A private directory for a file on its way out."""
        self._open()
        with tempfile.TemporaryDirectory(dir=self._place) as private:
            yield Path(private)

    def clear(self, real: datetime) -> None:
        """Remove what nobody confirmed, and what a killed process left."""
        for path in self._place.iterdir() if self._place.is_dir() else ():
            if real.timestamp() - path.stat().st_mtime > KEPT_FOR.total_seconds():
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _write(self, name: str, sealed: bytes) -> None:
        self._open()
        path = self._place / name
        path.touch(mode=0o600)
        path.write_bytes(sealed)

    def _open(self) -> None:
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)


def file_name(name: str) -> str:
    """A name that is safe as a file's and still the one staff know: no path, nothing unprintable."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if letter.isprintable()).lstrip(".")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:_LONGEST_NAME]}{dot}{ending[:8]}" or "list"
