"""The network behind bearerbox's `smsc = fake`: one TCP link, a line a text. Every text sent is delivered at once."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass, field, replace
from urllib.parse import quote_from_bytes, unquote_to_bytes


@dataclass(frozen=True)
class Got:
    """A text that reached a handset: from, to, what it says (its part of it), and when (`time.monotonic`)."""

    sender: str
    to: str
    body: str
    at: float
    coding: int = 0
    more: bytes = b""
    """Header of a part, b"" for a whole text."""


@dataclass
class FakeNetwork:
    """Connects to bearerbox and notes what comes; `say` sends what a person writes."""

    port: int
    got: list[Got] = field(default_factory=list)

    def connect(self) -> None:
        """Link up. Raises OSError when bearerbox does not listen."""
        deadline = time.monotonic() + 60
        while True:
            try:
                self._link = socket.create_connection(("127.0.0.1", self.port), timeout=5)
                break
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        self._link.settimeout(None)
        threading.Thread(target=self._listen, args=(self._link,), daemon=True).start()

    def close(self) -> None:
        """Link down."""
        self._link.close()

    def say(self, sender: str, to: str, body: str) -> None:
        """A person writes `body`; letters beyond ASCII travel as UCS-2."""
        if body.isascii():
            line = f"{sender} {to} text {body}"
        else:
            line = f"{sender} {to} ucs2 {quote_from_bytes(body.encode('utf-16-be'), safe='')}"
        self._link.sendall(line.encode() + b"\n")

    def _listen(self, link: socket.socket) -> None:
        with link.makefile("rb") as lines:
            for line in lines:
                self.got.append(_read(line.rstrip(b"\n")))


def whole(got: list[Got], to: str) -> list[Got]:
    """The texts that `to` (digits only) could read: parts joined in the order they came, unfinished ones left out."""
    found: list[Got] = []
    parts: dict[bytes, list[Got]] = {}
    for one in got:
        if one.to.lstrip("+") != to:
            continue
        if not one.more:
            found.append(one)
            continue
        count = one.more[-2]
        together = parts.setdefault(one.more[:-1], [])
        together.append(one)
        if len(together) == count:
            ordered = sorted(together, key=lambda part: part.more[-1])
            found.append(replace(one, body="".join(part.body for part in ordered)))
            together.clear()
    return found


def _read(line: bytes) -> Got:
    sender, to, rest = line.split(b" ", 2)
    header = b""
    if rest.startswith(b"udh "):
        _, escaped, rest = rest.split(b" ", 2)
        header = unquote_to_bytes(escaped)
    kind, _, said = rest.partition(b" ")
    raw = said if kind == b"text" else unquote_to_bytes(said.replace(b"+", b" "))
    coding = 2 if kind == b"ucs-2" or b"\0" in raw else 0  # parts come as "data" whatever they hold
    body = raw.decode("utf-16-be" if coding else "utf-8", "replace")
    return Got(sender.decode(), to.decode(), body, time.monotonic(), coding, header)
