"""A carrier's HTTP server that misbehaves on demand, over real sockets: every fault a network can play."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode(), keep_blank_values=True)


Play = Callable[[socket.socket, threading.Event], None]


def answers(status: int, body: str, content_type: str = "application/json", reason: str = "X") -> Play:
    """A whole, orderly answer."""

    def play(peer: socket.socket, _over: threading.Event) -> None:
        raw = body.encode()
        head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: {content_type}\r\nContent-Length: {len(raw)}\r\n"
        peer.sendall(f"{head}Connection: close\r\n\r\n".encode() + raw)

    return play


def never_answers(_peer: socket.socket, over: threading.Event) -> None:
    """Reads the request and says nothing."""
    over.wait(5)


def closes(_peer: socket.socket, _over: threading.Event) -> None:
    """Reads the request and hangs up."""


def truncates(status: int) -> Play:
    """Announces more than it sends."""

    def play(peer: socket.socket, _over: threading.Event) -> None:
        peer.sendall(f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{{".encode())

    return play


def stalls(status: int) -> Play:
    """Begins the body and goes quiet."""

    def play(peer: socket.socket, over: threading.Event) -> None:
        truncates(status)(peer, over)
        over.wait(5)

    return play


@dataclass
class FaultyServer:
    """Listens on a loopback port, notes every request and plays `play` on it."""

    play: Play
    seen: list[Seen] = field(default_factory=list)
    url: str = ""

    def _serve(self, listener: socket.socket, over: threading.Event) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(peer, over), daemon=True).start()

    def _answer(self, peer: socket.socket, over: threading.Event) -> None:
        with peer:
            request = _read_request(peer)
            if request is not None:
                self.seen.append(request)
                self.play(peer, over)


@contextmanager
def serving(play: Play) -> Iterator[FaultyServer]:
    """A running server; `url` is its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()
    server = FaultyServer(play, url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    threading.Thread(target=server._serve, args=(listener, over), daemon=True).start()
    try:
        yield server
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def closed_port() -> str:
    """The address of a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _read_request(peer: socket.socket) -> Seen | None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        more = peer.recv(65536)
        if not more:
            return None
        raw += more
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += peer.recv(65536)
    method, target, _ = line.split(" ")
    return Seen(method, target, headers, body)
