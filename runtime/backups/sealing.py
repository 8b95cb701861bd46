"""Sealing a stream to a public key and opening it again, in age's format: chunks whose order and end are authenticated.

What was cut off or changed is refused. It must not know what is sealed; any tool that knows age opens it as well.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Protocol

import pyrage  # type: ignore[import-untyped]  # it brings no types

from services.refusal import Refusal


class Readable(Protocol):
    """What can be read in pieces."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes."""


class Writable(Protocol):
    """What can be written to in pieces."""

    def write(self, data: bytes, /) -> int:
        """Take `data`."""

    def flush(self) -> None:
        """Pass on what was taken."""


def new_key(file: Path) -> str:
    """Make a key pair: the private key into a new `file` (mode 0600); the public one. Raises FileExistsError."""
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    held = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(held, "w") as out:
        out.write(f"# public key: {public}\n{identity}\n")
        out.flush()
        os.fsync(out.fileno())
    return public


def seal(source: Readable, target: Writable, public: str) -> None:
    """Seal all of `source` to the public key `public` (age1…). Raises Refusal for what is no public key."""
    try:
        recipient = pyrage.x25519.Recipient.from_str(public)
    except pyrage.RecipientError:
        raise Refusal("backup.bad_public_key", key=public[:12]) from None
    pyrage.encrypt_io(source, target, [recipient])


def public_of(public: str) -> str:
    """The public key, if it is one. Raises Refusal."""
    try:
        return str(pyrage.x25519.Recipient.from_str(public.strip()))
    except pyrage.RecipientError:
        raise Refusal("backup.bad_public_key", key=public[:12]) from None


class Opener:
    """Opens what was sealed to the key pair whose private half stands in a file."""

    def __init__(self, file: Path) -> None:
        """Reads the private key; other lines of the file are notes. Raises Refusal without one."""
        try:
            lines = file.read_text().splitlines()
            found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
            self._identity = pyrage.x25519.Identity.from_str(found[0] if found else "")
        except (OSError, UnicodeDecodeError, pyrage.IdentityError):
            raise Refusal("backup.bad_private_key", file=file.name) from None

    def open(self, source: IO[bytes], target: Writable) -> None:
        """Open all of `source` into `target`. Raises Refusal where the key is another's, or the file is not whole."""
        pipe = _Target(target)
        try:
            pyrage.decrypt_io(source, pipe, [self._identity])
        except (pyrage.DecryptError, OSError):
            if pipe.fault is not None:
                raise pipe.fault from None
            raise Refusal("backup.cannot_be_opened") from None


class _Target:
    """Remembers that writing failed, which the library tells like any other fault."""

    def __init__(self, target: Writable) -> None:
        self._target = target
        self.fault: OSError | None = None

    def write(self, data: bytes) -> int:
        """Pass it on."""
        try:
            self._target.write(data)
        except OSError as fault:
            self.fault = fault
            raise
        return len(data)

    def flush(self) -> None:
        """Pass it on."""
        self._target.flush()
