"""Offices of the alliance: the national one and one a province; lists, staff and campaigns belong to an office.

It must not know who works there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from characters import codes
from characters.cleaning import clean
from contact import phone
from files.areas import PROVINCES, SCHEME
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.registry import organisations as registry
from store.registry.organisations import OfficeRow


def add_office(work: Work, code: str, name: str, level: str, area_code: str, contact_number: str, actor: str) -> None:
    """Add an office. `level`: national (area "") or province; `contact_number`: its public number, told to people.

    Raises Refusal: code unfit or taken, no name, unknown province, unreadable number.
    """
    code, name, contact_number = codes.code(code), clean(name), clean(contact_number)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", code):
        raise Refusal("office.code_unfit", office=code)
    if level not in ("national", "province") or (level == "province") != (area_code in PROVINCES):
        raise Refusal("office.area_unknown", area=area_code, scheme=SCHEME)
    if not name:
        raise Refusal("office.name_missing", office=code)
    numbers = phone.read_cell(contact_number)
    # 1800 and 1900 numbers are fit for an office, though nobody answers a survey on them.
    if len(numbers) != 1 or numbers[0].fault not in (None, "phone.service_number"):
        raise Refusal("office.number_unreadable", number=contact_number)
    values = {
        "id": work.ids.new(),
        "code": code,
        "name": name,
        "level": level,
        "area_scheme": SCHEME,
        "area_code": area_code,
        "contact_number": contact_number,
    }
    with work.database.transaction() as conn:
        if not registry.add_office(conn, values):
            raise Refusal("office.code_taken", office=code)
        audit.append(conn, at=work.clock.now(), actor=actor, action="office.add", subject=code)


def all_offices(work: Work) -> Sequence[OfficeRow]:
    """All offices by code."""
    with work.database.transaction() as conn:
        return registry.all_offices(conn)
