"""Frames one incoming HTTP request: how many bytes have come, whether it is complete, which length it announces.

It frames and never judges: whatever is doubtful counts as whole, and the server's parser refuses it, for there is
nothing more to read then. It must not know sockets, threads or routes.
"""

from __future__ import annotations

from enum import Enum

MAX_HEAD = 32 * 1024
"""Bytes of request line and headers."""
MAX_LINE = 8190
"""Bytes of a line that tells a chunk's size."""
_BREAK, _END = b"\r\n", b"\r\n\r\n"


class ArrivalState(Enum):
    """How far a request has come."""

    PARTIAL = "partial"
    """More must come."""
    WHOLE = "whole"
    """All is there, or nothing more is worth waiting for."""
    LARGE = "large"
    """Its head is there, and more body than is waited for."""
    OVERLONG = "overlong"
    """A head without an end."""


class Arrival:
    """The bytes of one request. `body_limit`: bytes of a body, as it is framed, that are waited for."""

    def __init__(self, body_limit: int) -> None:
        """Nothing has come yet."""
        self.state = ArrivalState.PARTIAL
        self.target = b""
        self.to_continue = False
        """Whether the client waits to be told that it may send its body."""
        self._limit = body_limit
        self._bytes = bytearray()
        self._head_end = 0
        self._body_end: int | None = None
        """Where the body ends; None while it comes in chunks whose end is not known."""
        self._chunk_at = 0

    def __len__(self) -> int:
        """Bytes that have come."""
        return len(self._bytes)

    def feed(self, data: bytes) -> ArrivalState:
        """Take what has come in."""
        searched = max(0, len(self._bytes) - 3)
        self._bytes += data
        if not self._head_end and not self._read_head(searched):
            return self.state
        if self.state is ArrivalState.PARTIAL:
            self.state = self._measured()
        if self.state is not ArrivalState.PARTIAL or len(self._bytes) > self._head_end:
            self.to_continue = False
        return self.state

    def take(self) -> bytes:
        """All that has come, what belongs to a next request included."""
        return bytes(self._bytes)

    def _read_head(self, searched: int) -> bool:
        """Whether the head is there, and read."""
        end = self._bytes.find(_END, searched)
        if end < 0 and len(self._bytes) > MAX_HEAD:
            self.state = ArrivalState.OVERLONG
        if end < 0:
            return False
        self._head_end = self._chunk_at = end + len(_END)
        first, *lines = bytes(self._bytes[:end]).split(_BREAK)
        self.target = [*first.split(b" "), b""][1]
        fields = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
        lengths = [value for name, value in fields if name == b"content-length"]
        codings = [value.lower() for name, value in fields if name == b"transfer-encoding"]
        self._announce(lengths, codings)
        if self.state is ArrivalState.PARTIAL and (b"expect", b"100-continue") in ((n, v.lower()) for n, v in fields):
            self.to_continue = True
            self._forget_expectation(first, lines)
        return True

    def _announce(self, lengths: list[bytes], codings: list[bytes]) -> None:
        """How the body is framed. What contradicts itself is not waited for."""
        if codings == [b"chunked"] and not lengths:
            return
        if codings or len(lengths) > 1 or not all(length.isdigit() and len(length) < 16 for length in lengths):
            self.state = ArrivalState.WHOLE
            return
        size = int(lengths[0]) if lengths else 0
        self._body_end = self._head_end + size
        if size > self._limit:
            self.state = ArrivalState.LARGE

    def _forget_expectation(self, first: bytes, lines: list[bytes]) -> None:
        """Take the expectation out of the head: it is met here, and must not be met twice."""
        kept = [line for line in lines if line.partition(b":")[0].strip().lower() != b"expect"]
        head = _BREAK.join([first, *kept]) + _END
        shift = self._head_end - len(head)
        self._bytes[: self._head_end] = head
        self._head_end = self._chunk_at = len(head)
        if self._body_end is not None:
            self._body_end -= shift

    def _measured(self) -> ArrivalState:
        """How far the body has come."""
        if self._body_end is not None:
            return ArrivalState.WHOLE if len(self._bytes) >= self._body_end else ArrivalState.PARTIAL
        state = self._chunks()
        if state is ArrivalState.PARTIAL and len(self._bytes) - self._head_end > self._limit:
            return ArrivalState.LARGE
        return state

    def _chunks(self) -> ArrivalState:
        """Go through the chunks that have come; each is passed once."""
        while True:
            end = self._bytes.find(_BREAK, self._chunk_at)
            if end < 0:
                return ArrivalState.WHOLE if len(self._bytes) - self._chunk_at > MAX_LINE else ArrivalState.PARTIAL
            try:
                size = int(self._bytes[self._chunk_at : end].partition(b";")[0], 16)
            except ValueError:
                return ArrivalState.WHOLE
            if size == 0:
                return self._trailers(end)
            after = end + len(_BREAK) + size + len(_BREAK)
            if size < 0 or after - self._head_end > self._limit:
                return ArrivalState.WHOLE if size < 0 else ArrivalState.LARGE
            if after > len(self._bytes):
                return ArrivalState.PARTIAL
            self._chunk_at = after

    def _trailers(self, end: int) -> ArrivalState:
        """The last chunk is followed by trailers, usually none, and an empty line."""
        return ArrivalState.WHOLE if self._bytes.find(_END, end) >= 0 else ArrivalState.PARTIAL
