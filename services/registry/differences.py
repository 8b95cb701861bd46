"""What a list would change, organisation by organisation and field by field: shown before it is done, undone by it.

It must not know how a list is read or written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from files.lists import Organisation
from files.reports import Difference, ReportValue
from services.work import Work
from store.registry.organisations import OrganisationRow, SealedPhone

CLEAR = (
    "registry_code", "name", "short_name", "kind", "sector", "is_member", "active", "commune", "address",
    "member_count", "founded_on", "position",
)  # fmt: skip
SEALED = ("leader", "email")
FIELDS = (*CLEAR, *SEALED, "phones")


def difference(
    work: Work, held: OrganisationRow, numbers: Sequence[tuple[bytes, bytes]], given: Organisation
) -> Difference:
    """What row `given` of a list changes in the organisation `held`, whose `numbers` (hash, sealed) stand in their
    order."""
    before = said_before(work, held, numbers)
    after = {name: _shown(getattr(given, name)) for name in (*CLEAR, *SEALED)}
    after["phones"] = [phone.e164 for phone in given.phones]
    fields = {name: (before[name], after[name]) for name in FIELDS if before[name] != after[name]}
    digest = bytes(held.digest).hex()
    return Difference(given.sheet, given.row, given.registry_code, held.name, fields, digest)


def said_before(work: Work, held: OrganisationRow, numbers: Sequence[tuple[bytes, bytes]]) -> dict[str, ReportValue]:
    """The fields of an organisation as it is held, opened."""
    said: dict[str, ReportValue] = {name: _shown(getattr(held, name)) for name in CLEAR}
    for name in SEALED:
        sealed: bytes | None = getattr(held, name)
        said[name] = work.vault.open(sealed, f"organisations.{name}", held.id) if sealed else ""
    return {**said, "phones": [work.vault.open(sealed, "phones.number", phone_hash) for phone_hash, sealed in numbers]}


def restored(work: Work, organisation_id: UUID, found: Difference) -> dict[str, Any]:
    """The columns of `organisations` as they were before the difference; phones apart."""
    values: dict[str, Any] = {}
    for name, (before, _) in found.fields.items():
        if name in SEALED:
            values[name] = work.vault.seal(str(before), f"organisations.{name}", organisation_id) if before else None
        elif name == "founded_on":
            values[name] = date.fromisoformat(str(before)) if before else None
        elif name != "phones":
            values[name] = before
    return {**values, "digest": bytes.fromhex(found.digest)}


def phones_before(found: Difference) -> list[str] | None:
    """The numbers before the difference (E.164), None when they were the same."""
    phones = found.fields.get("phones")
    return None if phones is None else list(phones[0] or ())  # type: ignore[arg-type]  # phones are lists of text


def _shown(value: Any) -> ReportValue:
    return value.isoformat() if isinstance(value, date) else value


def by_organisation(rows: Sequence[SealedPhone]) -> Mapping[UUID, list[tuple[bytes, bytes]]]:
    """Organisation id → its numbers (hash, sealed) in their order."""
    found: dict[UUID, list[tuple[bytes, bytes]]] = {}
    for row in rows:
        found.setdefault(row.organisation_id, []).append((bytes(row.hash), bytes(row.number)))
    return found
