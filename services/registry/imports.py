"""Brings a province's list into the registry: in one transaction, row by row what is new or changed and nothing else.

It must not know how a list is read (`files.lists`) nor how rows are written (`store.registry.organisations`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from files import lists
from files.faults import FileFault
from files.lists import Organisation, Phone, Registry
from files.reports import Difference, ImportReport, report_to_json
from services import lookups
from services.dry_run import carry_out
from services.garbage_collection import pause_search
from services.refusal import Refusal
from services.registry import held_numbers
from services.registry.deactivated import leave_frames
from services.registry.differences import by_organisation, difference
from services.registry.erased_persons import ErasedPersons
from services.registry.identity import NOTHING_SAID, Answers, Holdings, Recognition, recognise
from services.registry.kept_numbers import with_kept_numbers
from services.registry.online_answers import import_online
from services.registry.readings import chosen_in
from services.rounds import rounds as frames
from services.unfit import isolation
from services.work import Work
from store import audit
from store.registry import organisations as registry
from store.registry.organisations import Link, OfficeRow
from store.registry.sort_key import sort_key

__all__ = ["ImportReport", "import_online", "import_registry"]

_PAGE = 2000
_BESIDES = {"sheet", "row", "derived", "phones", "phones_unread", "phones_in_doubt"}
_SAID = tuple(sorted(set(Organisation.__dataclass_fields__) - _BESIDES))
"""The fields that make a row another one; where it stands in the list does not."""
_said_of = attrgetter(*_SAID)
_as_json = json.JSONEncoder(ensure_ascii=False, default=str).encode


@dataclass(frozen=True, slots=True)
class _Change:
    """A row of the list that is new or differs from what is held, with the id it has or gets."""

    id: UUID
    organisation: Organisation
    digest: bytes
    new: bool


def import_registry(
    work: Work,
    office_code: str,
    path: Path,
    actor: str,
    dry_run: bool = False,
    numbers_checked: bool = False,
    said: Answers = NOTHING_SAID,
    convert: str = "",
) -> ImportReport:
    """Read the list at `path` and make it the office's organisations; rows seen before unchanged are left alone.

    A row that may be an organisation held already waits until staff say which (`said`); the others go in.

    Organisations missing from the list stay. New ones get an interview in every open round; inactive ones leave it
    unless somebody contacted them. A dry run does all of it and takes it back. With `numbers_checked` numbers of the
    list that were held back are used again. `convert`: the encoding of its texts (`characters.legacy.CONVERTIBLE`), ""
    for Unicode. Raises files.faults.FileRefusedError (unusable file) or Refusal (unknown
    office, an answer about nobody).
    """
    try:
        with work.database.transaction() as conn:
            office = lookups.office(conn, office_code)
            chosen = chosen_in(work, conn, office.id)
    except Refusal:
        lists.read_registry(path, convert=convert)  # what is wrong with the file is said first
        raise
    told = _Told(actor, dry_run, numbers_checked, said)
    with pause_search():
        listed = lists.read_registry(path, office.area_code, chosen, convert)
        return carry_out(work, dry_run, lambda conn: _bring_in(work, conn, office, listed, told))


@dataclass(frozen=True, slots=True)
class _Told:
    """What came with the list: who brings it, and what they said of it."""

    actor: str
    dry_run: bool
    numbers_checked: bool
    said: Answers


def _bring_in(work: Work, conn: Connection, office: OfficeRow, listed: Registry, told: _Told) -> ImportReport:
    registry.hold_imports(conn)
    now = work.clock.now()
    holdings = _holdings(work, conn, office.id)
    erased = ErasedPersons(work, conn)
    listed = replace(listed, organisations=erased.without_numbers(listed.organisations))
    recognition = erased.without_names(recognise(listed.organisations, holdings, told.said))
    recognition, kept = with_kept_numbers(work, conn, recognition)
    changes = _compare(work, recognition)
    differences = _differences(work, conn, changes)
    import_id = work.ids.new()
    registry.add_import(conn, _import_row(import_id, office.id, listed.sha256, told.actor, now))
    unfit = _write(work, conn, office, import_id, changes, now)
    if unfit:
        lost = {change.organisation.registry_code for change in unfit}
        changes = [change for change in changes if change not in unfit]
        recognition = replace(recognition, rows=[row for row in recognition.rows if row[0].registry_code not in lost])
    shared, fresh = _write_phones(work, conn, changes, now)
    given, checked = [organisation for organisation, _ in recognition.rows], told.numbers_checked
    held = held_numbers.of_list(work, conn, office.id, given, fresh, told.actor, checked=checked)
    framed = frames.extend_frame(work, conn, office_id=office.id) if changes else 0
    exits = leave_frames(conn, office.id, told.actor, now)
    absent = len(holdings.known) - sum(held is not None for _, held in recognition.rows)
    asked = {"asked": recognition.asked} if recognition.asked else {}
    counts = _counts(listed, recognition, changes)
    counts |= {"absent": absent, "framed": framed, "unframed": exits.left, **asked}
    others = (*map(_unfit, unfit), *shared, *held, *exits.notices)
    report = ImportReport(
        "registry",
        office.code,
        listed.sha256,
        counts,
        (*recognition.faults, *listed.faults, *kept, *erased.notices, *others),
        told.dry_run,
        differences,
        str(import_id),
        tuple(recognition.resemblances),
        columns=listed.columns,
    )
    told_of = report_to_json(erased.taken_out(report.to_dict()))
    registry.finish_import(conn, import_id, counts, work.vault.seal(told_of, "imports.report", import_id))
    where: dict[str, Any] = {"subject": str(import_id), "office_id": office.id}
    audit.append(conn, at=now, actor=told.actor, action="registry.import", detail=counts, **where)
    if told.said:
        audit.append(conn, at=now, actor=told.actor, action="registry.answered", detail=told.said.to_dict(), **where)
    return report


def _holdings(work: Work, conn: Connection, office_id: UUID) -> Holdings:
    def leader_of(organisation_id: UUID) -> str:
        sealed = registry.leader_of(conn, organisation_id)
        return work.vault.open(sealed, "organisations.leader", organisation_id) if sealed else ""

    known = registry.known_organisations(conn, office_id)
    return Holdings(known, lambda: registry.phones_known(conn, office_id), work.vault.lookup, leader_of)


def _write(
    work: Work, conn: Connection, office: OfficeRow, import_id: UUID, changes: Sequence[_Change], now: datetime
) -> list[_Change]:
    """Write the organisations, page by page. Those that cannot be written: the list is not lost for one of its rows."""

    def write(page: Sequence[_Change]) -> None:
        rows = [(change.new, _row(work, office, import_id, change, now)) for change in page]
        registry.add_organisations(conn, [row for new, row in rows if new])
        registry.change_organisations(conn, [row for new, row in rows if not new])

    pages = (changes[start : start + _PAGE] for start in range(0, len(changes), _PAGE))
    return [unfit for page in pages for unfit in isolation.within(conn, page, write)]


def _unfit(change: _Change) -> FileFault:
    where = change.organisation.sheet, change.organisation.row
    return FileFault("list.row_unfit", {}, *where, suggestion="list.row_unfit.mend")


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


def _compare(work: Work, recognition: Recognition) -> list[_Change]:
    changes = []
    for organisation, held in recognition.rows:
        digest = _digest(work, organisation)
        if held is None:
            changes.append(_Change(work.ids.new(), organisation, digest, new=True))
        elif held.digest != digest:
            changes.append(_Change(held.id, organisation, digest, new=False))
    return changes


def _digest(work: Work, organisation: Organisation) -> bytes:
    """Keyed digest of a row's content: a plain one would let its phone number be guessed."""
    phones = [(phone.e164, phone.kind, *phone.flags) for phone in organisation.phones]
    return work.vault.lookup(_as_json([_said_of(organisation), phones]))


def _counts(listed: Registry, recognition: Recognition, changes: Sequence[_Change]) -> dict[str, int]:
    added, taken = sum(change.new for change in changes), len(recognition.rows)
    return {
        "rows": listed.rows,
        "added": added,
        "changed": len(changes) - added,
        "unchanged": taken - len(changes),
        "refused": listed.rows - taken,
        "without_phone": sum(not organisation.phones for organisation, _ in recognition.rows),
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


def _row(work: Work, office: OfficeRow, import_id: UUID, change: _Change, now: datetime) -> dict[str, Any]:
    given = change.organisation

    def seal(text: str, column: str) -> bytes | None:
        return work.vault.seal(text, f"organisations.{column}", change.id) if text else None

    return {
        "id": change.id,
        "office_id": office.id,
        "registry_code": given.registry_code,
        "name": given.name,
        "name_key": sort_key(given.name),
        "short_name": given.short_name,
        "kind": given.kind,
        "sector": given.sector,
        "is_member": given.is_member,
        "active": given.active,
        "area_scheme": office.area_scheme,
        "area_code": office.area_code,
        "commune": given.commune,
        "address": given.address,
        "member_count": given.member_count,
        "founded_on": given.founded_on,
        "leader": seal(given.leader, "leader"),
        "position": given.position,
        "email": seal(given.email, "email"),
        "language": "vi",
        "digest": change.digest,
        "import_id": import_id,
        "created_at": now,
        "updated_at": now,
    }


def _write_phones(
    work: Work, conn: Connection, changes: Sequence[_Change], now: datetime
) -> tuple[list[FileFault], list[Link]]:
    """Write the phones of new and changed organisations; a notice for each that others have too, and the numbers that
    changed organisations did not have before."""
    numbers: dict[bytes, Phone] = {}
    links: list[Link] = []
    for change in changes:
        for rank, phone in enumerate(change.organisation.phones):
            phone_hash = work.vault.lookup(phone.e164)
            numbers.setdefault(phone_hash, phone)
            links.append(Link(change.id, phone_hash, rank))
    # By hash, as everywhere: two transactions that insert the same numbers never wait for each other in a ring.
    registry.add_phones(conn, (_phone_row(work, hash_, numbers[hash_], now) for hash_ in sorted(numbers)))
    fresh = registry.set_phones(conn, [change.id for change in changes if not change.new], links)
    return _shared(conn, changes, {link.organisation_id: link.phone_hash for link in links}), fresh


def _phone_row(work: Work, phone_hash: bytes, phone: Phone, now: datetime) -> dict[str, Any]:
    return {
        "hash": phone_hash,
        "hash_version": work.vault.lookup_version,
        "number": work.vault.seal(phone.e164, "phones.number", phone_hash),
        "kind": phone.kind,
        "flags": list(phone.flags),
        "consent": "unasked",
        "created_at": now,
    }


def _shared(conn: Connection, changes: Sequence[_Change], phone_of: Mapping[UUID, bytes]) -> list[FileFault]:
    """Notices for organisations whose phone serves others as well."""
    holders = registry.shared_phones(conn)
    return [
        FileFault(
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
