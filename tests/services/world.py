"""A small world for the use cases' tests: an office, organisations with phones, an open round, senders, one form."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from threading import Lock
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from contact import settings, tariff
from contact.calendar import Medium
from contact.delivery import InboundText, State
from contact.sender import SenderRow
from services.ports import Ids
from services.work import Work
from store.messages import outbox as outbox_rows
from store.messages import senders as sender_rows
from store.tables.campaigns import consent, tasks
from store.tables.interviews import inbound, interview_events, interviews
from store.tables.outbox import outbox
from store.tables.registry import offices, organisation_phones, organisations, phones
from store.tables.rounds import questionnaires, rounds
from survey.form.questionnaire import Questionnaire
from tests.doubles import FakeClock
from tests.survey.forms import small_form

OUR_NUMBER = "+842471000001"
ONE_WAY = "+842471000002"
LINE = "+842471000009"
LEADER = "+84901000001"


class SharedIds:
    """The tests' ids for several threads at once."""

    def __init__(self, ids: Ids) -> None:
        self._ids, self._lock = ids, Lock()

    def new(self) -> UUID:
        """See `services.ports.Ids`."""
        with self._lock:
            return self._ids.new()

    def public(self) -> str:
        """See `services.ports.Ids`."""
        with self._lock:
            return self._ids.public()

    def secret(self, size: int) -> bytes:
        """See `services.ports.Ids`."""
        with self._lock:
            return self._ids.secret(size)

    def code(self) -> str:
        """See `services.ports.Ids`."""
        with self._lock:
            return self._ids.code()


@dataclass
class World:
    """What `build` made; ids by meaning."""

    work: Work
    form: Questionnaire
    office_id: UUID
    round_id: UUID
    text: SenderRow
    one_way: SenderRow
    line: SenderRow
    interviews: list[UUID] = field(default_factory=list)
    texts: int = 0

    @property
    def clock(self) -> FakeClock:
        """The clock of its work, to be set. Raises TypeError where the work has another than the tests' own."""
        if not isinstance(self.work.clock, FakeClock):
            raise TypeError(type(self.work.clock).__name__)
        return self.work.clock

    def hash(self, number: str = LEADER) -> bytes:
        """The phone's look-up hash."""
        return self.work.vault.lookup(number)

    def text_from(self, body: str, number: str = LEADER, carrier_id: str | None = None, **more: Any) -> InboundText:
        """A text to our number, with a new carrier id unless one is given."""
        self.texts += 1
        return InboundText(carrier_id or f"SM{self.texts:032x}", number, OUR_NUMBER, body, **more)

    def rows(self, table: sa.Table, **where: Any) -> list[sa.RowMapping]:
        """The rows of a table, by equal columns, in the order of their keys."""
        query = sa.select(table).where(*(table.c[name] == value for name, value in where.items()))
        if isinstance(table, sa.Table):
            query = query.order_by(*table.primary_key.columns)
        with self.work.database.transaction() as conn:
            return list(conn.execute(query).mappings())

    def interview(self, at: int = 0) -> sa.RowMapping:
        """The interview's row."""
        return self.rows(interviews, id=self.interviews[at])[0]

    def events(self, at: int = 0) -> list[sa.RowMapping]:
        """The interview's events in order."""
        return sorted(self.rows(interview_events, interview_id=self.interviews[at]), key=lambda row: row["seq"])

    def answers(self, at: int = 0) -> dict[str, str]:
        """Stored answers by question."""
        from store.interview.interviews import answers_of

        with self.work.database.transaction() as conn:
            return {name: row.value for name, row in answers_of(conn, self.interviews[at]).items()}

    def consent_of(self, number: str = LEADER) -> str:
        """The phone's consent."""
        return str(self.rows(phones, hash=self.hash(number))[0]["consent"])

    def ledger(self, number: str = LEADER) -> list[str]:
        """Kinds of the phone's consent ledger in order."""
        found = self.rows(consent, phone_hash=self.hash(number))
        return [row["kind"] for row in sorted(found, key=lambda row: row["id"])]

    def tasks(self) -> list[str]:
        """Kinds of the staff's tasks."""
        return sorted(row["kind"] for row in self.rows(tasks))

    def received(self) -> list[sa.RowMapping]:
        """Texts that came in."""
        return self.rows(inbound)

    def sent(self, **where: Any) -> list[sa.RowMapping]:
        """Outbox rows."""
        return self.rows(outbox, **where)

    def plan(self, medium: str = "call", at: int = 0, state: State = State.PLANNED, number: str = LEADER) -> str:
        """Put a contact in the outbox; its reference."""
        ref = self.work.ids.public()
        now = self.work.clock.now()
        with self.work.database.transaction() as conn:
            outbox_rows.insert_row(
                conn,
                id=self.work.ids.new(),
                ref=ref,
                medium=medium,
                purpose="call" if medium == "call" else "reminder",
                sender_id=(self.line if medium == "call" else self.text).id,
                phone_hash=self.hash(number),
                interview_id=self.interviews[at],
                office_id=self.office_id,
                state=state,
                due_at=now,
                created_at=now,
            )
        return ref

    def add_organisation(self, code: str, number: str | None = LEADER, name: str = "") -> UUID:
        """An organisation with an interview in the round and, if given, a phone; the interview's id."""
        ids, now = self.work.ids, self.work.clock.now()
        organisation, interview = ids.new(), ids.new()
        with self.work.database.transaction() as conn:
            conn.execute(sa.insert(organisations).values(_organisation(organisation, self.office_id, code, name, now)))
            if number is not None:
                self._add_phone(conn, organisation, number)
            conn.execute(sa.insert(interviews).values(_interview(self, interview, organisation, code)))
        self.interviews.append(interview)
        return interview

    def add_round(self, code: str) -> UUID:
        """A second open round in which the first organisation is asked the same form; its interview's id."""
        interview, round_id = self.work.ids.new(), self.work.ids.new()
        first = self.rows(interviews, id=self.interviews[0])[0]
        row = _interview(self, interview, first["organisation_id"], "")
        with self.work.database.transaction() as conn:
            conn.execute(sa.insert(rounds).values({**_round(self), "id": round_id, "code": code}))
            conn.execute(sa.insert(interviews).values({**row, "round_id": round_id}))
        self.interviews.append(interview)
        return interview

    def _add_phone(self, conn: sa.Connection, organisation: UUID, number: str, rank: int = 0) -> None:
        vault, now = self.work.vault, self.work.clock.now()
        known = conn.scalar(sa.select(phones.c.hash).where(phones.c.hash == self.hash(number)))
        if known is None:
            conn.execute(
                sa.insert(phones).values(
                    hash=self.hash(number),
                    hash_version=1,
                    number=vault.seal(number, "phones.number", self.hash(number)),
                    kind="mobile",
                    flags=[],
                    consent="unasked",
                    created_at=now,
                )
            )
        conn.execute(
            sa.insert(organisation_phones).values(
                organisation_id=organisation, phone_hash=self.hash(number), rank=rank, valid=True, note=""
            )
        )


def build(work: Work, form: Questionnaire | None = None) -> World:
    """One office, one open round with `form`, senders, and one organisation whose leader has the number `LEADER`."""
    form = form or small_form()
    work = replace(work, ids=SharedIds(work.ids))
    world = World(
        work,
        form,
        work.ids.new(),
        work.ids.new(),
        _sender(work, "texts", OUR_NUMBER, "text"),
        _sender(work, "one-way", ONE_WAY, "text", can_receive=False),
        _sender(work, "line", LINE, "call"),
    )
    now = work.clock.now()
    with work.database.transaction() as conn:
        conn.execute(sa.insert(offices).values(_office(world.office_id)))
        conn.execute(
            sa.insert(questionnaires).values(
                sha256=form.sha256,
                code=form.code,
                version=form.version,
                sample=True,
                form=form.to_dict(),
                published_at=now,
                published_by="test",
            )
        )
        conn.execute(sa.insert(rounds).values(_round(world)))
        for sender in (world.text, world.one_way, world.line):
            _insert_sender(conn, sender, work)
    world.add_organisation("DX001", name="Hợp tác xã Đông Xuân")
    return world


def _office(office_id: UUID) -> dict[str, Any]:
    return {
        "id": office_id,
        "code": "QB",
        "name": "Liên minh HTX tỉnh",
        "level": "province",
        "area_scheme": "vn-2025",
        "area_code": "44",
        "contact_number": "02323 822 222",
    }


def _round(world: World) -> dict[str, Any]:
    now = world.work.clock.now()
    return {
        "id": world.round_id,
        "code": "2026",
        "title": "Chỉ số hài lòng 2026",
        "year": "2026",
        "legal_basis": "",
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=60),
        "state": "open",
        "settings": settings.default().to_dict(),
        "rule": {},
        "rule_state": "sample",
        "created_at": now,
        "created_by": "test",
    }


def _organisation(organisation: UUID, office_id: UUID, code: str, name: str, now: Any) -> dict[str, Any]:
    return {
        "id": organisation,
        "office_id": office_id,
        "registry_code": code,
        "name": name or f"Hợp tác xã {code}",
        "name_key": code,
        "short_name": f"HTX {code}",
        "kind": "HTX",
        "sector": "NN",
        "is_member": True,
        "active": True,
        "area_scheme": "vn-2025",
        "area_code": "44",
        "commune": "",
        "address": "",
        "position": "",
        "language": "vi",
        "digest": code.encode(),
        "created_at": now,
        "updated_at": now,
    }


def _interview(world: World, interview: UUID, organisation: UUID, code: str) -> dict[str, Any]:
    return {
        "id": interview,
        "round_id": world.round_id,
        "organisation_id": organisation,
        "office_id": world.office_id,
        "code": f"{700_000 + len(world.interviews)}",
        "kind": "HTX",
        "sector": "NN",
        "is_member": True,
        "area_scheme": "vn-2025",
        "area_code": "44",
        "commune": "",
        "questionnaire_sha256": world.form.sha256,
        "status": "pending",
        "channel": "",
        "seq": 0,
    }


def _sender(work: Work, name: str, address: str, medium: Medium, can_receive: bool = True) -> SenderRow:
    return SenderRow(
        id=work.ids.new(),
        name=name,
        carrier="twilio",
        medium=medium,
        address=address,
        credentials="demo",
        account="AC1",
        api_base_url="http://127.0.0.1:1",
        can_receive=can_receive,
        can_reconcile=True,
        simulated=True,
        rate_per_s=Decimal(10),
        burst=1000,
        lines=4,
        weight=1,
        paused_reason="",
        detects_machines=True,
        clock_offset_s=None,
    )


def _insert_sender(conn: sa.Connection, sender: SenderRow, work: Work) -> None:
    fields = {name: getattr(sender, name) for name in SenderRow.__dataclass_fields__}
    now = work.clock.now()
    sender_rows.add(conn, **fields, tariff=tariff.SAMPLE.to_dict(), slot_at=now - timedelta(hours=1), created_at=now)
