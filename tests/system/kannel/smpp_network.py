"""An SMSC that speaks SMPP 3.4, with handsets whose last digit says what becomes of a text to them.

Written on smpplib's reading and writing of PDUs, so that Kannel meets somebody else's idea of the protocol.
"""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import Any

from smpplib import consts, smpp

from tests.system.kannel.fake_network import Got

DELIVERED, UNDELIVERED, REJECTED, THROTTLED, BUFFERED, SILENT = range(1, 7)
"""Last digits. A throttled one is taken at the third try; a silent one never gets a receipt."""
REFUSALS = {REJECTED: consts.SMPP_ESME_RINVDSTADR}
THROTTLES = 2
UDHI = 0x40
RECEIPT = 0x04
UCS2 = 8
EXTENSION = {"\x14": "^", "(": "{", ")": "}", "/": "\\", "<": "[", "=": "~", ">": "]", "@": "|"}
"""Behind an escape, by the code's place in Latin-1 (3GPP TS 23.038)."""


class SmppNetwork:
    """Listens for Kannel; `down` closes link and port, `up` opens them again."""

    def __init__(self, port: int) -> None:
        """Nobody listens yet."""
        self.port, self.binds, self.tries = port, 0, Counter[str]()
        self.got: list[Got] = []
        self.valid_until: dict[str, str] = {}
        self._ids, self._numbers = itertools.count(1), itertools.count(1)
        self._listener: socket.socket | None = None
        self._link: socket.socket | None = None
        self._writing = threading.Lock()

    def up(self) -> None:
        """Listen and serve."""
        listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def down(self) -> None:
        """Nobody listens any more, and who was there is thrown out."""
        for sock in (self._listener, self._link):
            if sock is not None:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
                sock.close()
        self._listener = self._link = None

    def wait_bound(self, seconds: float = 60.0) -> None:
        """Wait for Kannel's bind. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while self._link is None:
            if time.monotonic() > deadline:
                raise TimeoutError("Kannel does not bind")
            time.sleep(0.1)

    def say(self, sender: str, to: str, body: str, coding: int | None = None, data: bytes | None = None) -> None:
        """A person writes `body`; longer ones travel in parts. `data` with `coding` sends bytes as they are."""
        if data is not None:
            self._deliver(sender, to, data, coding or 0)
            return
        wide = not body.isascii()
        raw = body.encode("utf-16-be" if wide else "ascii")
        whole, room = (140, 134) if wide else (160, 153)
        if len(raw) <= whole:
            self._deliver(sender, to, raw, UCS2 if wide else 0)
            return
        pieces = [raw[at : at + room] for at in range(0, len(raw), room)]
        mark = next(self._numbers) % 256
        for place, piece in enumerate(pieces, 1):
            header = bytes((5, 0, 3, mark, len(pieces), place))
            self._deliver(sender, to, header + piece, UCS2 if wide else 0, UDHI)

    def _deliver(self, sender: str, to: str, data: bytes, coding: int, esm_class: int = 0) -> None:
        self._write(
            "deliver_sm", None, source_addr=sender, source_addr_ton=1, source_addr_npi=1,
            destination_addr=to, data_coding=coding, esm_class=esm_class, short_message=data,
        )  # fmt: skip

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        with link:
            while True:
                try:
                    pdu = _next(link)
                except OSError:
                    return
                if pdu is None:
                    return
                self._answer(link, pdu)

    def _answer(self, link: socket.socket, pdu: Any) -> None:
        if pdu.command.startswith("bind_"):
            self.binds += 1
            self._write(f"{pdu.command}_resp", link, pdu.sequence, system_id="alo-smsc")
            self._link = link
        elif pdu.command == "submit_sm":
            self._take(link, pdu)
        elif pdu.command in ("enquire_link", "unbind"):
            self._write(f"{pdu.command}_resp", link, pdu.sequence)

    def _take(self, link: socket.socket, pdu: Any) -> None:
        to = pdu.destination_addr.decode()
        fate = int(to[-1])
        self.valid_until[to] = pdu.validity_period.decode()
        self.tries[to] += 1
        if fate == THROTTLED and self.tries[to] <= THROTTLES:
            self._write("submit_sm_resp", link, pdu.sequence, status=consts.SMPP_ESME_RTHROTTLED)
            return
        if fate in REFUSALS:
            self._write("submit_sm_resp", link, pdu.sequence, status=REFUSALS[fate])
            return
        given = f"{next(self._ids):08x}"
        self._write("submit_sm_resp", link, pdu.sequence, message_id=given)
        self.got.append(_read(pdu))
        threading.Thread(target=self._report, args=(pdu, given, fate), daemon=True).start()

    def _report(self, pdu: Any, given: str, fate: int) -> None:
        endings = {UNDELIVERED: ("UNDELIV", "001"), SILENT: None}
        states = [endings.get(fate, ("DELIVRD", "000"))]
        if fate == BUFFERED:
            states.insert(0, ("ENROUTE", "000"))
        for state in states:
            time.sleep(0.3)
            if state is not None and pdu.registered_delivery & 1:
                self._receipt(pdu, given, *state)

    def _receipt(self, pdu: Any, given: str, state: str, error: str) -> None:
        stamp = time.strftime("%y%m%d%H%M")
        words = f"id:{given} sub:001 dlvrd:001 submit date:{stamp} done date:{stamp} stat:{state} err:{error} text:..."
        self._deliver(pdu.destination_addr.decode(), pdu.source_addr.decode(), words.encode(), 0, RECEIPT)

    def _write(self, name: str, link: socket.socket | None, sequence: int = 0, status: int = 0, **fields: Any) -> None:
        pdu = smpp.make_pdu(name, client=_UNNUMBERED, **fields)
        pdu.sequence, pdu.status = sequence or next(self._numbers), status
        to = link or self._link
        assert to is not None, "no link"
        with self._writing:
            to.sendall(pdu.generate())


class _Unnumbered:
    """smpplib asks its client for numbers; ours are written on the PDUs."""

    sequence = 0

    def next_sequence(self) -> int:
        return 0


_UNNUMBERED = _Unnumbered()


def _next(link: socket.socket) -> Any:
    head = _exactly(link, 4)
    if not head:
        return None
    rest = _exactly(link, int.from_bytes(head, "big") - len(head))
    return smpp.parse_pdu(head + rest, client=_UNNUMBERED, allow_unknown_opt_params=True)


def _exactly(link: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = link.recv(size - len(found))
        if not more:
            return b""
        found += more
    return found


def _read(pdu: Any) -> Got:
    data = pdu.short_message or b""
    header = b""
    if pdu.esm_class & UDHI:
        header, data = data[: data[0] + 1], data[data[0] + 1 :]
    body = data.decode("utf-16-be") if pdu.data_coding == UCS2 else _gsm(data)
    return Got(pdu.source_addr.decode(), pdu.destination_addr.decode(), body, time.monotonic(), pdu.data_coding, header)


def _gsm(data: bytes) -> str:
    """The letters of the GSM alphabet that ASCII has too."""
    plain = data.decode("latin-1")
    for code, letter in EXTENSION.items():
        plain = plain.replace(f"\x1b{code}", letter)
    return plain
