"""A gunicorn worker that gives complete requests to threads, with threads of their own for carriers.

Gunicorn's threaded worker gives a thread to each connection and lets it wait there for slow headers, slow bodies and
slow farewells. Here the worker's loop reads, under a deadline, and only hands over what is there. Larger bodies (lists
of members) are read by few threads at a time, at a least rate. It must not know what a route does.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

from gateway.app_routing import HEALTH_PATHS, webhook_paths
from gateway.arrival import Arrival, ArrivalState

ARRIVAL_S = 15.0
"""A request is whole so many seconds after its connection or its first byte."""
SMALL_BODY = 72 * 1024
"""A body up to here is waited for without a thread: every form and webhook fits, however it is framed."""
GRACE_S, LEAST_RATE = 20.0, 8 * 1024
"""A larger body comes at so many bytes a second after its first seconds."""
STALL_S = 10.0
"""Longest silence within a larger body, and longest wait for a client to take more of an answer."""
FAREWELL_S, FAREWELL_BYTES = 2.0, 256 * 1024
"""How long a connection that is being closed may still send, and how much."""
SEND_BUFFER = 256 * 1024
"""Bytes of an answer that the kernel takes at once: no thread waits for somebody who does not read."""
READ_BYTES = 64 * 1024
APART = tuple(path.encode() for path in (*webhook_paths(), *HEALTH_PATHS))


class ArrivedUnreader(SocketUnreader):  # type: ignore[misc]  # gunicorn brings no types
    """What has arrived of a request, and the rest of a large one from its socket."""

    def __init__(self, sock: socket.socket) -> None:
        """Nothing has arrived."""
        super().__init__(sock)
        self._reads, self._began, self._taken = False, 0.0, 0

    def begin(self, data: bytes, reads: bool) -> None:
        """A request begins with `data`; more is read only where it `reads`."""
        self.unread(data)
        self._reads, self._began, self._taken = reads, time.monotonic(), 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes. Raises TimeoutError where they come too slowly, ConnectionResetError where they end."""
        data = self._read(size_hint) if self._reads else b""
        if not data:  # no error of ours, and never a shorter body that looks whole
            raise ConnectionResetError(errno.ECONNRESET, "body cut off")
        self._taken += len(data)
        return data

    def _read(self, size_hint: int | None) -> bytes:
        left = self._began + GRACE_S + self._taken / LEAST_RATE - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(min(left, STALL_S))
        try:
            return bytes(super().chunk(size_hint))
        finally:
            self.sock.settimeout(STALL_S)


class Connection(TConn):  # type: ignore[misc]  # gunicorn brings no types
    """A client's connection, with the request that is arriving on it."""

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        """`client` and `server` are addresses."""
        super().__init__(cfg, sock, client, server)
        self.arrival = Arrival(SMALL_BODY)
        self.due = 0.0
        """When what the loop waits for must have happened (monotonic seconds)."""
        self.large = False
        self.farewell_bytes = 0
        self.data_ready = True  # nobody waits for the first byte in a thread
        self.unreader = ArrivedUnreader(sock)
        self.parser = RequestParser(cfg, sock, client)
        self.parser.unreader = self.unreader
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def init(self) -> None:
        """In its thread: nothing there waits for ever."""
        self.initialized = True
        self.sock.settimeout(STALL_S)


class ReceivingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn brings no types
    """Reads requests in its loop; `tpool` serves carriers and health, `pages` everybody else."""

    def __init__(self, *args: Any, **more: Any) -> None:
        """As gunicorn makes it."""
        super().__init__(*args, **more)
        self.arriving: dict[Connection, None] = {}
        """Connections whose request is not whole, the first due first."""
        self.leaving: dict[Connection, None] = {}
        self.waiting: deque[Connection] = deque()
        """Large requests that wait until fewer are being read."""
        self.large = 0

    def init_process(self) -> None:
        """In the worker's own process."""
        self.pages = ThreadPoolExecutor(self.cfg.threads, "pages")
        super().init_process()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """The threads for carriers."""
        return ThreadPoolExecutor(self.cfg.threads, "carriers")

    def run(self) -> None:
        """Until told to stop; then until all is answered, or gunicorn's patience ends."""
        super().run()
        self.pages.shutdown(wait=False)

    def accept(self, listener: socket.socket) -> None:
        """Take a connection; where there are too many, the one that has waited longest goes."""
        try:
            sock, address = listener.accept()
        except OSError as fault:
            if fault.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        self._await(Connection(self.cfg, sock, address, listener.getsockname()))
        if self.nr_conns > max(self.worker_connections - 4 * self.cfg.threads, self.worker_connections // 2):
            self._evict()

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """A kept connection speaks again, unless it was dropped a moment ago."""
        if conn in self.keepalived_conns:
            super().on_client_socket_readable(conn, client)

    def enqueue_req(self, conn: Connection) -> None:
        """A kept connection speaks again, or what it sent behind its last request is there already."""
        self._await(conn, conn.unreader.take_buffered())

    def finish_request(self, conn: Connection, fs: Future[Any]) -> None:
        """In the loop: a thread has answered."""
        if conn.large:
            self.large -= 1
            if self.waiting:
                self._hand_over(self.waiting.popleft())
        if fs.cancelled() or fs.exception() is not None or not fs.result():
            self._say_farewell(conn)
        else:
            super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """In the loop, once a second or oftener: who is late goes."""
        now = time.monotonic()
        for conn in _overdue(self.arriving, now if self.alive else now + ARRIVAL_S - STOP_KEEPALIVE_LINGER):
            self._refuse(conn, b"408 Request Timeout") if len(conn.arrival) else self._drop(conn, self.arriving)
        for conn in _overdue(self.leaving, now):
            self._drop(conn, self.leaving)

    def handle_request(self, req: Any, conn: Connection) -> bool:
        """In a thread. A client that stops reading its answer is let go without a word."""
        try:
            return bool(super().handle_request(req, conn))
        except TimeoutError:
            return False

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """A large body is never read to its end for the sake of the connection."""
        return not conn.large and bool(super()._keepalive_after(conn, keepalive))

    def _await(self, conn: Connection, sent_before: bytes = b"") -> None:
        """A request begins to arrive."""
        conn.arrival, conn.large, conn.due = Arrival(SMALL_BODY), False, time.monotonic() + ARRIVAL_S
        conn.sock.setblocking(False)
        self.arriving[conn] = None
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_bytes, conn))
        if sent_before:
            self._advance(conn, sent_before)

    def _on_bytes(self, conn: Connection, _sock: object) -> None:
        data = _received(conn.sock) if conn in self.arriving else None  # it may have been dropped a moment ago
        if data == b"":
            self._drop(conn, self.arriving)
        elif data is not None:
            self._advance(conn, data)

    def _advance(self, conn: Connection, data: bytes) -> None:
        """Take what has come; hand a request over when nothing more of it is waited for."""
        match conn.arrival.feed(data):
            case ArrivalState.OVERLONG:
                self._refuse(conn, b"431 Request Header Fields Too Large")
            case ArrivalState.PARTIAL if conn.arrival.to_continue:
                conn.arrival.to_continue = False
                with contextlib.suppress(OSError):
                    conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            case ArrivalState.WHOLE | ArrivalState.LARGE:
                self._leave(conn, self.arriving)
                self._queue(conn)

    def _queue(self, conn: Connection) -> None:
        """Few large bodies are read at a time. A carrier's is refused by its guard without being read."""
        conn.large = conn.arrival.state is ArrivalState.LARGE and not conn.arrival.target.startswith(APART)
        if conn.large and self.large >= max(1, self.cfg.threads // 2):
            self.waiting.append(conn)
        else:
            self._hand_over(conn)

    def _hand_over(self, conn: Connection) -> None:
        """To a thread of its kind."""
        self.large += conn.large
        conn.unreader.begin(conn.arrival.take(), reads=conn.large)
        pool = self.tpool if conn.arrival.target.startswith(APART) else self.pages
        future = pool.submit(self.handle, conn)
        future.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _refuse(self, conn: Connection, status: bytes) -> None:
        """Answer in the loop: too late, or too long."""
        self._leave(conn, self.arriving)
        with contextlib.suppress(OSError):
            conn.sock.send(b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % status)
        self._say_farewell(conn)

    def _say_farewell(self, conn: Connection) -> None:
        """Close for writing, and hear a moment longer: the client shall read our last words before it is cut off."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_farewell, conn))
        except (OSError, ValueError, KeyError):
            self._close(conn)
            return
        conn.due, conn.farewell_bytes = time.monotonic() + FAREWELL_S, 0
        self.leaving[conn] = None

    def _on_farewell(self, conn: Connection, _sock: object) -> None:
        data = _received(conn.sock) if conn in self.leaving else None
        if data is None:
            return
        conn.farewell_bytes += len(data)
        if not data or conn.farewell_bytes > FAREWELL_BYTES:
            self._drop(conn, self.leaving)

    def _evict(self) -> None:
        """Let the one go that has waited longest: farewells, then the idle, then the slow."""
        if self.leaving:
            self._drop(next(iter(self.leaving)), self.leaving)
        elif self.keepalived_conns:
            conn = self.keepalived_conns.popleft()
            self.poller.unregister(conn.sock)
            self._close(conn)
        elif self.arriving:
            self._drop(next(iter(self.arriving)), self.arriving)

    def _drop(self, conn: Connection, group: dict[Connection, None]) -> None:
        self._leave(conn, group)
        self._close(conn)

    def _leave(self, conn: Connection, group: dict[Connection, None]) -> None:
        del group[conn]
        self.poller.unregister(conn.sock)

    def _close(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()


def _overdue(group: dict[Connection, None], now: float) -> list[Connection]:
    """Those whose time is over; they stand in the order of their times."""
    found = []
    for conn in group:
        if conn.due > now:
            break
        found.append(conn)
    return found


def _received(sock: socket.socket) -> bytes | None:
    """What has come, b"" when the other side has gone, None when nothing has come."""
    try:
        return sock.recv(READ_BYTES)
    except (BlockingIOError, InterruptedError):
        return None
    except OSError:
        return b""
