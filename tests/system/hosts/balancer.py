"""`python -m tests.system.hosts.balancer HOST:PORT BACKEND:PORT…`: connections by turns to whichever backend answers.

It passes bytes on and knows nothing of HTTP, as a proxy must that leaves signed requests unchanged.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from contextlib import suppress

CONNECT_S = 1.0
DOWN_S = 3.0
"""A backend that did not answer is left alone for so long."""

Address = tuple[str, int]


class Balancer:
    """Relays connections; a backend that cannot be reached is passed over."""

    def __init__(self, backends: list[Address]) -> None:
        """`backends` are taken by turns."""
        self._turns = itertools.cycle(backends)
        self._count = len(backends)
        self._down: dict[Address, float] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from its first byte to its last."""
        try:
            their_reader, their_writer = await self._connect()
        except OSError:
            writer.close()
            return
        await asyncio.gather(_relay(reader, their_writer), _relay(their_reader, writer))

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for backend in itertools.islice(self._turns, self._count + 1):
            if self._down.get(backend, 0) > time.monotonic():
                continue
            try:
                return await asyncio.wait_for(asyncio.open_connection(*backend), CONNECT_S)
            except (OSError, TimeoutError):
                self._down[backend] = time.monotonic() + DOWN_S
        raise ConnectionError("no backend answers")


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.close()


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return host, int(port)


async def _main(listen: Address, backends: list[Address]) -> None:
    server = await asyncio.start_server(Balancer(backends).serve, *listen)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(_address(sys.argv[1]), [_address(text) for text in sys.argv[2:]]))
