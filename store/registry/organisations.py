"""Offices, organisations and their phones; a list is written in a few statements.

Numbers, leaders and e-mail addresses come in sealed; it must not know what a list looked like.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import TypeEngine

from contact.hints import PhoneKind
from store import rows
from store.tables.interviews import interviews
from store.tables.registry import imports, offices, organisation_phones, organisations, phones
from store.tables.rounds import rounds

_PAGE = 2000
_IMPORTING = 0x416C6F01
"""Advisory lock of the imports: one at a time, so that what was compared is what is written."""


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """An office of the alliance. `level`: national or province; `area_code` "" for the national one."""

    id: UUID
    code: str
    name: str
    level: str
    area_scheme: str
    area_code: str
    contact_number: str
    """Its public number, told to respondents."""


@dataclass(frozen=True, slots=True)
class OrganisationPlace:
    """Where an organisation belongs. `interview_id`: its interview in the newest round, None where it is in none."""

    name: str
    registry_code: str
    office_id: UUID
    interview_id: UUID | None


@dataclass(frozen=True, slots=True)
class PhoneConsent:
    """A number of an organisation, and whether it may be contacted."""

    hash: bytes
    kind: PhoneKind
    consent: str


@dataclass(frozen=True, slots=True)
class PhoneLink:
    """A number of an organisation, sealed. `valid`: nobody said that it is not theirs; `note`: who said what."""

    phone_hash: bytes
    kind: PhoneKind
    number: bytes
    valid: bool
    note: str


@dataclass(frozen=True, slots=True)
class SealedPhone:
    """A number of an organisation as a list gave it, sealed."""

    organisation_id: UUID
    hash: bytes
    number: bytes
    kind: PhoneKind
    flags: Sequence[str]
    """What its reading noted: old_format, on_hold …"""


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation as a list gave it; leader and e-mail sealed."""

    id: UUID
    registry_code: str
    name: str
    short_name: str
    kind: str
    sector: str
    is_member: bool
    active: bool
    commune: str
    address: str
    member_count: int | None
    founded_on: date | None
    position: str
    leader: bytes | None
    email: bytes | None
    digest: bytes
    """Keyed, of the imported row."""


def office_by_code(conn: Connection, code: str) -> OfficeRow | None:
    """The office with this code, or None."""
    return rows.first(conn, select(offices).where(offices.c.code == code), OfficeRow)


def all_offices(conn: Connection) -> Sequence[OfficeRow]:
    """All offices by code."""
    return rows.fetch(conn, select(offices).order_by(offices.c.code), OfficeRow)


def office_ids(conn: Connection, codes: Iterable[str]) -> dict[str, UUID]:
    """Code → id of the offices there are."""
    found = conn.execute(select(offices.c.code, offices.c.id).where(offices.c.code.in_(list(codes))))
    return {row.code: row.id for row in found}


def codes_among(conn: Connection, codes: Iterable[str]) -> list[str]:
    """Those of `codes` that an organisation has, as far as the role may see."""
    held = select(organisations.c.registry_code).distinct()
    return list(conn.scalars(held.where(organisations.c.registry_code.in_(list(codes)))))


def all_codes(conn: Connection) -> list[str]:
    """Every registry code, as far as the role may see."""
    return list(conn.scalars(select(organisations.c.registry_code).distinct().order_by(organisations.c.registry_code)))


def add_office(conn: Connection, values: Mapping[str, Any]) -> bool:
    """Insert an office; False, and nothing is changed, when its code is taken."""
    made = upsert(offices).values(dict(values)).on_conflict_do_nothing().returning(offices.c.id)
    return conn.scalar(made) is not None


def with_codes(conn: Connection, codes: Sequence[str], office_code: str | None) -> list[UUID]:
    """Organisations with one of these registry codes, of one office if named."""
    query = select(organisations.c.id).join(offices).where(organisations.c.registry_code.in_(codes))
    return list(conn.scalars(query if office_code is None else query.where(offices.c.code == office_code)))


def place_of(conn: Connection, organisation_id: UUID) -> OrganisationPlace:
    """Name and code of an organisation, its office, and its interview in the newest round (None: in none)."""
    newest = select(interviews.c.id).where(interviews.c.organisation_id == organisation_id)
    newest = newest.join(rounds).order_by(rounds.c.opens_at.desc()).limit(1)
    columns = organisations.c.name, organisations.c.registry_code, organisations.c.office_id
    query = select(*columns, newest.scalar_subquery().label("interview_id"))
    return rows.one(conn, query.where(organisations.c.id == organisation_id), OrganisationPlace)


def phones_of(conn: Connection, organisation_id: UUID) -> Sequence[PhoneConsent]:
    """An organisation's numbers, the first one first."""
    query = select(phones.c.hash, phones.c.kind, phones.c.consent).join(organisation_phones)
    query = query.where(organisation_phones.c.organisation_id == organisation_id)
    return rows.fetch(conn, query.order_by(organisation_phones.c.rank), PhoneConsent)


def links_of(conn: Connection, organisation_id: UUID) -> Sequence[PhoneLink]:
    """An organisation's numbers, the first one first."""
    links = organisation_phones.c
    query = select(links.phone_hash, phones.c.kind, phones.c.number, links.valid, links.note)
    query = query.join(phones, phones.c.hash == links.phone_hash).where(links.organisation_id == organisation_id)
    return rows.fetch(conn, query.order_by(links.rank, links.phone_hash), PhoneLink)


def hold_imports(conn: Connection) -> None:
    """Wait until no other import is under way, and keep others out until this transaction ends."""
    conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _IMPORTING})


class Known(NamedTuple):
    """An organisation as it is held: what tells it from others, and the digest of the row it came from."""

    id: UUID
    registry_code: str
    name: str
    kind: str
    commune: str
    digest: bytes


def known_organisations(conn: Connection, office_id: UUID) -> list[Known]:
    """The organisations of an office, by code."""
    columns = [organisations.c[name] for name in Known._fields]
    query = select(*columns).where(organisations.c.office_id == office_id).order_by(organisations.c.registry_code)
    return [
        Known(row.id, row.registry_code, row.name, row.kind, row.commune, bytes(row.digest))
        for row in conn.execute(query)
    ]


def phones_known(conn: Connection, office_id: UUID) -> dict[UUID, frozenset[bytes]]:
    """Organisation → hashes of its numbers, of an office's organisations."""
    links = organisation_phones.c
    hashes = func.array_agg(links.phone_hash)
    query = select(links.organisation_id, hashes).join(organisations, organisations.c.id == links.organisation_id)
    query = query.where(organisations.c.office_id == office_id).group_by(links.organisation_id)
    return {row[0]: frozenset(map(bytes, row[1])) for row in conn.execute(query)}


def leader_of(conn: Connection, organisation_id: UUID) -> bytes | None:
    """The sealed name of an organisation's leader, or None."""
    found: bytes | None = conn.scalar(select(organisations.c.leader).where(organisations.c.id == organisation_id))
    return found


def organisations_by_id(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, OrganisationRow]:
    """Id → row of these organisations."""
    columns = [organisations.c[name] for name in rows.field_names(OrganisationRow)]
    found = rows.fetch(conn, select(*columns).where(organisations.c.id.in_(ids)), OrganisationRow)
    return {organisation.id: organisation for organisation in found}


def numbers_of(conn: Connection, ids: Sequence[UUID]) -> Sequence[SealedPhone]:
    """The sealed numbers of these organisations with kind and flags, the first choice first."""
    links = organisation_phones.c
    query = select(links.organisation_id, phones.c.hash, phones.c.number, phones.c.kind, phones.c.flags).join(
        phones, phones.c.hash == links.phone_hash
    )
    return rows.fetch(conn, query.where(links.organisation_id.in_(ids)).order_by(links.rank), SealedPhone)


def of_import(conn: Connection, import_id: UUID) -> dict[str, UUID]:
    """Registry code → id of the organisations that this import was the last to add or change."""
    query = select(organisations.c.registry_code, organisations.c.id).where(organisations.c.import_id == import_id)
    return {row.registry_code: row.id for row in conn.execute(query)}


def put_back(conn: Connection, organisation_id: UUID, values: Mapping[str, Any]) -> None:
    """Give columns of an organisation earlier values."""
    conn.execute(update(organisations).where(organisations.c.id == organisation_id).values(dict(values)))


def mark_undone(conn: Connection, import_id: UUID, counts: Mapping[str, int]) -> None:
    """Keep an import's record with the counts that say it was taken back."""
    conn.execute(update(imports).where(imports.c.id == import_id).values(counts=dict(counts)))


def add_organisations(conn: Connection, values: Sequence[Mapping[str, Any]]) -> None:
    """Insert new organisations."""
    _insert_all(conn, organisations, values)


def change_organisations(conn: Connection, changed: Sequence[Mapping[str, Any]]) -> None:
    """Write all columns of organisations that are there already, but for where they belong and when they came."""
    kept = ("id", "office_id", "created_at", "language")
    columns = [c.name for c in organisations.c if c.name not in kept]
    if changed:
        change = update(organisations).where(organisations.c.id == bindparam("row_id"))
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
        conn.execute(
            change.values(values),
            [{"row_id": row["id"], **{f"new_{name}": row[name] for name in columns}} for row in changed],
        )


class Link(NamedTuple):
    """A number of an organisation: the smaller its `rank`, the sooner it is contacted."""

    organisation_id: UUID
    phone_hash: bytes
    rank: int


def add_phones(conn: Connection, values: Iterable[Mapping[str, Any]]) -> None:
    """Insert numbers by their hash; one that is there already stays as it is, but for a number that was past its time
    and comes again. Who was erased does not come here (`services.registry.erased_persons`)."""
    _insert_all(conn, phones, values, "(hash) DO UPDATE SET number = EXCLUDED.number WHERE phones.number IS NULL")


def set_phones(conn: Connection, of: Sequence[UUID], given: Sequence[Link]) -> list[Link]:
    """Give organisations their numbers, those in `of` no other ones; a number kept keeps what is known of it. The
    numbers that organisations in `of` did not have before."""
    links = organisation_phones.c
    keep = {link[:2] for link in given} if of else set()
    query = select(links.organisation_id, links.phone_hash).where(links.organisation_id.in_(of))
    held = {(row.organisation_id, bytes(row.phone_hash)) for row in conn.execute(query)} if of else set()
    gone = list(held - keep)
    if gone:
        pair = tuple_(links.organisation_id, links.phone_hash)
        conn.execute(organisation_phones.delete().where(pair.in_(gone)))
    values = ({**link._asdict(), "valid": True, "note": ""} for link in given)
    _insert_all(conn, organisation_phones, values, "(organisation_id, phone_hash) DO UPDATE SET rank = EXCLUDED.rank")
    changed = set(of)
    return [link for link in given if link.organisation_id in changed and link[:2] not in held]


def mark_invalid(
    conn: Connection, interview_id: UUID, phone_hash: bytes, note: str, at: datetime | None = None
) -> None:
    """Somebody said, `at` business time, that the number is not the organisation's: it is not contacted on it again."""
    of = select(interviews.c.organisation_id).where(interviews.c.id == interview_id).scalar_subquery()
    links = organisation_phones.c
    change = update(organisation_phones).where(links.organisation_id == of, links.phone_hash == phone_hash)
    conn.execute(change.values(valid=False, note=note, noted_at=at))


def mark_valid(conn: Connection, links: Iterable[tuple[UUID, bytes]]) -> int:
    """These numbers are these organisations' after all (organisation, phone hash). Numbers that were given up."""
    link = organisation_phones.c
    given = tuple_(link.organisation_id, link.phone_hash).in_(list(links))
    change = update(organisation_phones).where(given, ~link.valid)
    return conn.execute(change.values(valid=True, note="", noted_at=None)).rowcount


def shared_phones(conn: Connection) -> dict[bytes, int]:
    """Phone hash → how many organisations have it, for those that more than one has, on any list."""
    links = organisation_phones.c
    query = select(links.phone_hash, func.count()).group_by(links.phone_hash).having(func.count() > 1)
    return {bytes(phone_hash): holders for phone_hash, holders in conn.execute(query)}


@dataclass(frozen=True, slots=True)
class PastImport:
    """An import of a list: `kind` registry or online, and what it did, by name."""

    id: UUID
    kind: str
    counts: Mapping[str, int]
    created_at: datetime


def add_import(conn: Connection, values: Mapping[str, Any]) -> None:
    """Begin the record of an import; organisations refer to it."""
    conn.execute(insert(imports), dict(values))


def finish_import(conn: Connection, import_id: UUID, counts: Mapping[str, int], report: bytes) -> None:
    """Write what an import did, and its sealed report."""
    conn.execute(update(imports).where(imports.c.id == import_id).values(counts=dict(counts), report=report))


def last_imports(conn: Connection, office_id: UUID, limit: int = 20) -> Sequence[PastImport]:
    """An office's imports, newest first."""
    query = select(imports.c.id, imports.c.kind, imports.c.counts, imports.c.created_at)
    query = query.where(imports.c.office_id == office_id)
    query = query.order_by(imports.c.created_at.desc(), imports.c.id.desc()).limit(limit)
    return rows.fetch(conn, query, PastImport)


def _insert_all(
    conn: Connection, table: Table, inserted: Iterable[Mapping[str, Any]], conflict: str = "DO NOTHING"
) -> None:
    """Insert `inserted` (all of one shape) in statements of `_PAGE` rows: one array a column, unnested by the server.

    Quicker than a statement a row, and unlike COPY it passes row-level security and knows ON CONFLICT. The arrays go
    in binary (`%b`): as text, psycopg quotes every element by itself, which takes 25 times as long. What all rows say
    alike (office, import, times) goes once.
    """
    left = iter(inserted)
    while page := list(islice(left, _PAGE)):
        columns = [table.c[name] for name in page[0]]
        given = {column.name: _values(column, page) for column in columns}
        alike = {name for name, values in list(given.items())[1:] if values.count(values[0]) == len(values)}
        statement = _insertion(conn, table, columns, alike, conflict)
        conn.exec_driver_sql(statement, {name: v[0] if name in alike else v for name, v in given.items()})


def _insertion(
    conn: Connection, table: Table, columns: Sequence[Column[Any]], alike: Collection[str], conflict: str
) -> str:
    """The first column is never among those that are `alike`: its array says how many rows there are."""

    def given(column: Column[Any]) -> str:
        return f"CAST(%({column.name})b AS {_flat(column).compile(conn.dialect)}{'' if column.name in alike else '[]'})"

    names = ", ".join(column.name for column in columns)
    differing = [column for column in columns if column.name not in alike]
    arrays, in_arrays = ", ".join(map(given, differing)), ", ".join(column.name for column in differing)
    values = ", ".join(
        _unflattened(column, given(column) if column.name in alike else column.name) for column in columns
    )
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {values} FROM unnest({arrays}) AS given ({in_arrays})"
        f" ON CONFLICT {conflict}"
    )


def _flat(column: Column[Any]) -> TypeEngine[Any]:
    """unnest takes arrays of arrays apart, so a list of words travels as one text."""
    return Text() if isinstance(column.type, ARRAY) else column.type


def _values(column: Column[Any], page: Sequence[Mapping[str, Any]]) -> list[Any]:
    values = [row[column.name] for row in page]
    return [",".join(value) for value in values] if isinstance(column.type, ARRAY) else values


def _unflattened(column: Column[Any], value: str) -> str:
    return f"string_to_array({value}, ',')" if isinstance(column.type, ARRAY) else value
