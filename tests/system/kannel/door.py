"""A TCP door between two parts, which can be shut and can lose answers: the network between Kannel and us."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Door:
    """Passes bytes on to `target`; while shut, nobody gets in. `lose` answers to requests that begin with `mark`."""

    def __init__(self, target: int, mark: bytes) -> None:
        """Open at once, on a port of its own."""
        self._target, self._mark = target, mark
        self._lock = threading.Lock()
        self._to_lose = 0
        self.lost = 0
        self._links: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._shut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, answers: int = 1) -> None:
        """The next so many answers are taken from the target and never handed over."""
        with self._lock:
            self._to_lose += answers

    def shut(self) -> None:
        """Break what is open; whoever comes is turned away."""
        with self._lock:
            self._shut, open_now = True, list(self._links)
        for link in open_now:
            _break(link)

    def open(self) -> None:
        """Let everybody in again."""
        self._shut = False

    def close(self) -> None:
        """For good."""
        self.shut()
        _break(self._listener)

    def _accept(self) -> None:
        while True:
            try:
                inner, _ = self._listener.accept()
            except OSError:
                return
            if self._shut:
                inner.close()
                continue
            threading.Thread(target=self._join, args=(inner,), daemon=True).start()

    def _join(self, inner: socket.socket) -> None:
        try:
            outer = socket.create_connection(("127.0.0.1", self._target), timeout=5)
        except OSError:
            inner.close()
            return
        outer.settimeout(None)
        with self._lock:
            self._links |= {inner, outer}
        asked: list[bytes] = []
        threading.Thread(target=self._pump, args=(inner, outer, asked), daemon=True).start()
        self._pump(outer, inner, None, asked)

    def _pump(
        self, source: socket.socket, sink: socket.socket, heard: list[bytes] | None, asked: list[bytes] | None = None
    ) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if heard is not None:
                    heard[:] = [data] if data.startswith((b"POST ", b"GET ")) else heard
                elif asked and self._loses(asked[0]):
                    break
                sink.sendall(data)
        for link in (source, sink):
            _break(link)
        with self._lock:
            self._links -= {source, sink}

    def _loses(self, request: bytes) -> bool:
        with self._lock:
            if not self._to_lose or not request.startswith(self._mark):
                return False
            self._to_lose -= 1
            self.lost += 1
            return True


def _break(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
    link.close()
