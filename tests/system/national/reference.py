"""What a turn costs while nothing else runs: people of the control office, by hand, before the country and after it.

The same gateway and database that serve the country; requests are signed as the carrier signs them and come over a
connection each, as the simulated network's do.
"""

from __future__ import annotations

import http.client
import threading
import time
import urllib.parse
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import timedelta
from itertools import islice

from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from carriers.twilio.carrier import TWILIO
from demo.network_process import ACCOUNT, CALL_NUMBER, TEXT_NUMBER
from demo.sample_people import SamplePerson
from runtime.settings import Settings
from services.work import Work
from store.messages import outbox as outbox_rows
from store.messages import senders
from store.tables.interviews import interview_events
from store.tables.outbox import outbox
from tests.system.national.meters import Meters

Request = tuple[str, dict[str, str]]
Signed = tuple[str, bytes, dict[str, str]]
CONNECTIONS = 8
ROUNDS = 8
WARM = 2
"""Rounds before anything is measured: the first contact, the consent, statements prepared."""
READ = timedelta(seconds=30)
"""Business time between two rounds: sooner, the same figure again would be a text sent twice, and no answer."""
NEARLY_ALL = 0.9
RECEIPTS = 300
ALL_AT_ONCE = "all at once"
MANNERS = {ALL_AT_ONCE: 0.0, "one by one": 50.0}
"""How requests come → how many a second at most (0: the next when one is answered)."""


@dataclass(frozen=True)
class Cost:
    """CPU microseconds of gateway and database: a text answered, a key pressed, a receipt taken."""

    text: float
    key: float
    receipt: float
    per_s: float
    """Texts answered in a real second, all connections together."""

    def between(self, other: Cost) -> Cost:
        """The middle of two measurements."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Cost(*((one + another) / 2 for one, another in pairs))

    def of(self, texts: int, keys: int, receipts: int) -> float:
        """CPU seconds that so many would take."""
        return (texts * self.text + keys * self.key + receipts * self.receipt) / 1e6


class Control:
    """The people of the control office and the gateway they speak to."""

    def __init__(
        self, work: Work, settings: Settings, meters: Meters, people: Sequence[SamplePerson], per_s: float
    ) -> None:
        """Half of them write, half of them are called; `per_s`: of MANNERS."""
        self._work, self._settings, self._meters, self._per_s = work, settings, meters, per_s
        half = len(people) // 2
        self._writers, self._callees = people[:half], people[half : 2 * half]
        self._calls: dict[str, str] = {}
        self._busy_s = 0.0

    def measure(self) -> Cost:
        """Everybody answers, then the receipts of it come in."""
        text = self._rounds(self._texts)
        per_s = (WARM + ROUNDS) * len(self._writers) / self._busy_s
        self._ring()
        key = self._rounds(self._keys)
        receipts = list(islice(self._receipts(), RECEIPTS))
        spent = self._spent(receipts) / len(receipts)
        self._post([self._call_ended(ref) for ref in self._calls])
        return Cost(text, key, spent, per_s)

    def _rounds(self, requests: Callable[[int], Iterable[Request]]) -> float:
        for turn in range(WARM):
            self._round(requests(turn))
        before = self._taken()
        found = sorted(self._round(requests(WARM + turn)) for turn in range(ROUNDS))
        wanted, taken = ROUNDS * len(self._writers), self._taken() - before
        if taken < NEARLY_ALL * wanted:
            raise RuntimeError(f"of {wanted} requests by hand only {taken} were answers")
        return found[len(found) // 2]

    def _round(self, requests: Iterable[Request]) -> float:
        """What one of them costs, when everybody has read what they were asked."""
        begin = self._work.clock.now() + READ
        while self._work.clock.now() < begin:
            time.sleep(0.01)
        return self._spent(list(requests)) / len(self._writers)

    def _taken(self) -> int:
        """Inputs of these people that were taken as such."""
        mine = [person.interview_id for person in (*self._writers, *self._callees)]
        query = select(func.count()).where(interview_events.c.interview_id.in_(mine))
        with self._work.database.transaction() as conn:
            return conn.scalar(query) or 0

    def _spent(self, requests: list[Request]) -> float:
        """CPU microseconds of gateway and database for these requests."""
        before, began = self._meters.cpu_s("gateway", "database"), time.monotonic()
        self._post(requests)
        self._busy_s += time.monotonic() - began
        return (self._meters.cpu_s("gateway", "database") - before) * 1e6

    def _texts(self, turn: int) -> Iterable[Request]:
        for person in self._writers:
            number = person.numbers[0]
            sid = f"SM{number[-9:]}{turn:023d}"
            known = {"MessageSid": sid, "SmsSid": sid, "AccountSid": ACCOUNT, "NumMedia": "0", "NumSegments": "1"}
            yield "/twilio/sms", {**known, "From": number, "To": TEXT_NUMBER, "Body": "1" if turn else "alo"}

    def _ring(self) -> None:
        """Calls that the carrier has taken, as rows; no call of the network's."""
        now = self._work.clock.now()
        with self._work.database.transaction() as conn:
            sender = next((one for one in senders.all_rows(conn) if one.address == CALL_NUMBER), None)
            assert sender is not None
            for person in self._callees:
                ref = self._work.ids.public()
                self._calls[ref] = person.numbers[0]
                outbox_rows.insert_row(
                    conn, id=self._work.ids.new(), ref=ref, medium="call", purpose="call", sender_id=sender.id,
                    phone_hash=self._work.vault.lookup(person.numbers[0]), interview_id=person.interview_id,
                    state="sent", due_at=now, created_at=now, sent_at=now, sent_real_at=self._work.clock.real(),
                    carrier_id=_call_sid(ref),
                )  # fmt: skip

    def _keys(self, turn: int) -> Iterable[Request]:
        for ref, number in self._calls.items():
            call = {"CallSid": _call_sid(ref), "AccountSid": ACCOUNT, "CallStatus": "in-progress"}
            form = {**call, "From": CALL_NUMBER, "To": number, "Direction": "outbound-api"}
            yield f"/twilio/voice/{ref}/{turn}", form | ({"Digits": "1"} if turn else {})

    def _receipts(self) -> Iterable[Request]:
        """Sent and delivered, of every reply that the writers were given."""
        mine = [person.interview_id for person in self._writers]
        query = select(outbox.c.ref).where(outbox.c.interview_id.in_(mine), outbox.c.purpose == "reply")
        with self._work.database.transaction() as conn:
            refs = conn.scalars(query).all()
        for ref in refs:
            for state in ("sent", "delivered"):
                sid = f"SM{ref.encode().hex()[:32]:0<32}"
                yield f"/twilio/receipt/text/{ref}", {"MessageSid": sid, "AccountSid": ACCOUNT, "MessageStatus": state}

    def _call_ended(self, ref: str) -> Request:
        form = {"CallSid": _call_sid(ref), "AccountSid": ACCOUNT, "CallStatus": "completed", "CallDuration": "60"}
        return f"/twilio/receipt/call/{ref}", form

    def _post(self, requests: Iterable[Request]) -> None:
        signed = deque(self._sign(*request) for request in requests)
        faults: list[str] = []
        calls = [(self._in_turn(signed, len(signed)), faults) for _ in range(CONNECTIONS)]
        threads = [threading.Thread(target=self._carry, args=each) for each in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise RuntimeError(f"{len(faults)} of the control's requests failed, the first: {faults[0]}")

    def _sign(self, path: str, form: dict[str, str]) -> Signed:
        validator = RequestValidator(self._settings.of(TWILIO).auth_token.get_secret_value())
        signature = validator.compute_signature(self._settings.base_url + path, form)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
        return path, urllib.parse.urlencode(form).encode(), headers

    def _carry(self, requests: Iterator[Signed], faults: list[str]) -> None:
        for path, body, headers in requests:
            connection = http.client.HTTPConnection("127.0.0.1", self._settings.alo_port, timeout=30)
            connection.request("POST", path, body, {**headers, "Connection": "close"})
            response = connection.getresponse()
            response.read()
            if response.status >= 300:
                faults.append(f"{path.rpartition('/')[0]} {response.status}")
            connection.close()

    def _in_turn(self, requests: deque[Signed], many: int) -> Iterator[Signed]:
        """What is left of `requests`, to each of several threads its own, no sooner than they are to come."""
        began = time.monotonic()
        while True:
            try:
                left, request = len(requests), requests.popleft()
            except IndexError:
                return
            if self._per_s:
                time.sleep(max(0.0, began + (many - left) / self._per_s - time.monotonic()))
            yield request


def _call_sid(ref: str) -> str:
    return f"CA{ref.encode().hex()[:32]:0<32}"
