"""Brings a province's list into the registry: in one transaction, row by row what is new or changed and nothing else.

It must not know how a list is read (`files.lists`) nor how rows are written (`store.registry`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping

from files import lists
from files.faults import Fault
from files.lists import Organisation, Phone, Registry
from files.reports import Difference, ImportReport
from services import rounds as frames
from services.differences import by_organisation, difference
from services.faults import Refusal
from services.frame_exits import leave_frames
from services.online import import_online
from services.rehearsal import carry_out
from services.work import Work
from store import audit, registry
from store.registry import Link
from store.sort_key import sort_key

__all__ = ["ImportReport", "import_online", "import_registry"]

_PAGE = 2000
_SAID = tuple(sorted(set(Organisation.__dataclass_fields__) - {"sheet", "row", "phones"}))
"""The fields that make a row another one; where it stands in the list does not."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A row of the list that is new or differs from what is held, with the id it has or gets."""

    id: UUID
    organisation: Organisation
    digest: bytes
    new: bool


def import_registry(
    work: Work, office_code: str, path: Path, actor: str, dry_run: bool = False, convert: str = ""
) -> ImportReport:
    """Read the list at `path` and make it the office's organisations; rows seen before unchanged are left alone.

    Organisations missing from the list stay. New ones get an interview in every open round; inactive ones leave it
    unless somebody contacted them. A dry run does all of it and takes it back. `convert`: the encoding of its texts
    (`characters.legacy.CONVERTIBLE`), "" for Unicode. Raises files.faults.RefusedError
    (unusable file) or Refusal (unknown office).
    """
    with work.database.transaction() as conn:
        office = registry.office_by_code(conn, office_code)
    listed = lists.read_registry(path, office["area_code"] if office else "", convert)
    return carry_out(work, dry_run, lambda conn: _bring_in(work, conn, office_code, listed, actor, dry_run))


def _bring_in(
    work: Work, conn: Connection, office_code: str, listed: Registry, actor: str, dry_run: bool
) -> ImportReport:
    registry.hold_imports(conn)
    office = _office(conn, office_code)
    now = work.clock.now()
    known = registry.known_organisations(conn, office["id"])
    changes = _compare(work, known, listed.organisations)
    differences = _differences(work, conn, changes)
    import_id = work.ids.new()
    registry.add_import(conn, _import_row(import_id, office["id"], listed.sha256, actor, now))
    for start in range(0, len(changes), _PAGE):
        page = changes[start : start + _PAGE]
        rows = [(change.new, _row(work, office, import_id, change, now)) for change in page]
        registry.add_organisations(conn, [row for new, row in rows if new])
        registry.change_organisations(conn, [row for new, row in rows if not new])
    shared = _write_phones(work, conn, changes, now)
    framed = frames.extend_frame(work, conn, office_id=office["id"]) if changes else 0
    exits = leave_frames(conn, office["id"], actor, now)
    absent = len(known.keys() - {organisation.registry_code for organisation in listed.organisations})
    counts = {**_counts(listed, changes), "absent": absent, "framed": framed, "unframed": exits.left}
    faults = (*listed.faults, *shared, *exits.notices)
    whole = (counts, faults, dry_run, differences, str(import_id), listed.columns)
    report = ImportReport("registry", office_code, listed.sha256, *whole)
    registry.finish_import(conn, import_id, counts, work.vault.seal(report.to_json()))
    audit.append(
        conn,
        at=now,
        actor=actor,
        action="registry.import",
        subject=str(import_id),
        office_id=office["id"],
        detail=counts,
    )
    return report


def _office(conn: Connection, code: str) -> RowMapping:
    office = registry.office_by_code(conn, code)
    if office is None:
        raise Refusal("office.unknown", office=code)
    return office


def _differences(work: Work, conn: Connection, changes: Sequence[_Change]) -> tuple[Difference, ...]:
    """What the list changes in organisations that are there, field by field."""
    known = [change for change in changes if not change.new]
    found: list[Difference] = []
    for start in range(0, len(known), _PAGE):
        page = known[start : start + _PAGE]
        ids = [change.id for change in page]
        held, numbers = registry.organisations_by_id(conn, ids), by_organisation(registry.numbers_of(conn, ids))
        found += [difference(work, held[c.id], numbers.get(c.id, ()), c.organisation) for c in page]
    return tuple(found)


def _compare(
    work: Work, known: Mapping[str, tuple[UUID, bytes]], organisations: Sequence[Organisation]
) -> list[_Change]:
    changes = []
    for organisation in organisations:
        held = known.get(organisation.registry_code)
        digest = _digest(work, organisation)
        if held is None:
            changes.append(_Change(work.ids.new(), organisation, digest, new=True))
        elif held[1] != digest:
            changes.append(_Change(held[0], organisation, digest, new=False))
    return changes


def _digest(work: Work, organisation: Organisation) -> bytes:
    """What a row says, wherever it stands. Keyed: a plain digest of a row would let its phone be guessed."""
    said = [getattr(organisation, name) for name in _SAID]
    phones = [(phone.e164, phone.kind, *phone.flags) for phone in organisation.phones]
    return work.vault.lookup(json.dumps([said, phones], ensure_ascii=False, default=str))


def _counts(listed: Registry, changes: Sequence[_Change]) -> dict[str, int]:
    added = sum(change.new for change in changes)
    return {
        "rows": listed.rows,
        "added": added,
        "changed": len(changes) - added,
        "unchanged": len(listed.organisations) - len(changes),
        "refused": listed.rows - len(listed.organisations),
        "without_phone": sum(not organisation.phones for organisation in listed.organisations),
    }


def _import_row(import_id: UUID, office_id: UUID, sha256: str, actor: str, now: datetime) -> dict[str, Any]:
    return {
        "id": import_id,
        "office_id": office_id,
        "kind": "registry",
        "file_sha256": sha256,
        "counts": {},
        "actor": actor,
        "created_at": now,
    }


def _row(work: Work, office: RowMapping, import_id: UUID, change: _Change, now: datetime) -> dict[str, Any]:
    given = change.organisation
    seal: Callable[[str], bytes | None] = lambda text: work.vault.seal(text) if text else None  # noqa: E731
    return {
        "id": change.id,
        "office_id": office["id"],
        "registry_code": given.registry_code,
        "name": given.name,
        "name_key": sort_key(given.name),
        "short_name": given.short_name,
        "kind": given.kind,
        "sector": given.sector,
        "is_member": given.is_member,
        "active": given.active,
        "area_scheme": office["area_scheme"],
        "area_code": office["area_code"],
        "commune": given.commune,
        "address": given.address,
        "member_count": given.member_count,
        "founded_on": given.founded_on,
        "leader": seal(given.leader),
        "position": given.position,
        "email": seal(given.email),
        "language": "vi",
        "digest": change.digest,
        "import_id": import_id,
        "created_at": now,
        "updated_at": now,
    }


def _write_phones(work: Work, conn: Connection, changes: Sequence[_Change], now: datetime) -> list[Fault]:
    """Write the phones of new and changed organisations; a notice for each that others have too."""
    numbers: dict[bytes, Phone] = {}
    links: list[Link] = []
    for change in changes:
        for rank, phone in enumerate(change.organisation.phones):
            phone_hash = work.vault.lookup(phone.e164)
            numbers.setdefault(phone_hash, phone)
            links.append(Link(change.id, phone_hash, rank))
    # By hash, as everywhere: two transactions that insert the same numbers never wait for each other in a ring.
    registry.add_phones(conn, (_phone_row(work, hash_, numbers[hash_], now) for hash_ in sorted(numbers)))
    registry.set_phones(conn, [change.id for change in changes if not change.new], links)
    return _shared(conn, changes, {link.organisation_id: link.phone_hash for link in links})


def _phone_row(work: Work, phone_hash: bytes, phone: Phone, now: datetime) -> dict[str, Any]:
    return {
        "hash": phone_hash,
        "hash_version": work.vault.lookup_version,
        "number": work.vault.seal(phone.e164),
        "kind": phone.kind,
        "flags": list(phone.flags),
        "consent": "unasked",
        "created_at": now,
    }


def _shared(conn: Connection, changes: Sequence[_Change], phone_of: Mapping[UUID, bytes]) -> list[Fault]:
    """Notices for organisations whose phone serves others as well."""
    holders = registry.shared_phones(conn)
    return [
        Fault(
            "list.phone_shared",
            {"others": holders[phone_of[change.id]] - 1},
            change.organisation.sheet,
            change.organisation.row,
            suggestion="list.phone_shared.mend",
            weight="notice",
        )
        for change in changes
        if phone_of.get(change.id) in holders
    ]
