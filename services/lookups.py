"""Looks up offices, communes and organisations by what people type: exactly, else the only one it can mean.

Looking loosely may find, it never decides: where several fit, all of them are named and nothing is chosen. It must not
know what is done with whom it finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from characters import codes
from characters.cleaning import clean
from characters.matching import Match, Names
from files import areas
from files.cells import bare_place, expand, seen_as
from services.refusal import Refusal
from store.registry import organisations as registry
from store.registry.organisations import OfficeRow

_MOST_NAMED = 20
"""Communes named in a refusal."""
_MOST_ALIKE = 5
"""Codes named where none is as it was said."""


def office(conn: Connection, said: str, unknown: str = "office.unknown") -> OfficeRow:
    """The office that a code, a name or a province of today or before means.

    Raises Refusal: none (`unknown`), or several ("office.which").
    """
    exact = registry.office_by_code(conn, said)
    if exact is not None:
        return exact
    rows = {row.code: row for row in registry.all_offices(conn)}
    match = _office(said, rows)
    if match.doubtful:
        raise Refusal(
            "office.which", office=said, offices=", ".join(f"{code} ({rows[code].name})" for code in match.fits)
        )
    if match.only is None:
        raise Refusal(unknown, office=said)
    return rows[match.only]


def _office(said: str, rows: Mapping[str, OfficeRow]) -> Match[str]:
    by_code = Names((code, code) for code in rows).find(codes.code(said))
    by_name = Names((row.name, code) for code, row in rows.items()).find(said)
    area = areas.find(said)
    there = [code for code, row in rows.items() if area and area.certain and row.area_code == area.code]
    by_area: Match[str] = Match(tuple(there))
    return next((match for match in (by_code, by_name, by_area) if match.fits), by_area)


def communes(known: Iterable[str], said: Iterable[str], unknown: str) -> list[str]:
    """The spellings among `known` of each commune that is said, with or without the word for its level.

    "Tân Hòa" and "Tân Hoà" are one commune, "Tân Hoa" is another one. Raises Refusal: none (`unknown`, with `communes`
    and those that are `known`), or several ("place.which").
    """
    spellings: dict[str, list[str]] = {}
    for name in sorted(known):
        spellings.setdefault(seen_as(name), []).append(name)
    whole = Names((name, key) for key, names in spellings.items() for name in names)
    bare = Names((bare_place(name), key) for key, names in spellings.items() for name in names)
    found: list[str] = []
    missing: list[str] = []
    for place in said:
        match = _place(expand(clean(place)), whole, bare)
        if match.doubtful:
            among = ", ".join(name for key in match.fits for name in spellings[key][:1])
            raise Refusal("place.which", place=clean(place), places=among)
        if match.only is None:
            missing.append(clean(place))
        else:
            found += spellings[match.only]
    if missing:
        shown = ", ".join(sorted(name for names in spellings.values() for name in names)[:_MOST_NAMED])
        raise Refusal(unknown, communes=", ".join(missing), known=shown)
    return list(dict.fromkeys(found))


def _place(said: str, whole: Names[str], bare: Names[str]) -> Match[str]:
    """Exactly by the whole name, then exactly without the level, then without marks."""
    tries = (whole.find(said), bare.find(said))
    exact = next((match for match in tries if match.exact), None)
    return exact or next((match for match in tries if match.fits), tries[0])


def registry_codes(conn: Connection, said: Iterable[str]) -> list[str]:
    """Codes as they are stored of those that are said, as far as the role may see; one nobody has as it is said."""
    wanted = {codes.code(code): code for code in said if codes.code(code)}
    there = set(registry.codes_among(conn, wanted))
    if len(there) < len(wanted):
        stored: dict[str, list[str]] = {}
        for code in registry.all_codes(conn):
            stored.setdefault(codes.code(code), []).append(code)
        return [code for form in wanted for code in ([form] if form in there else stored.get(form, [form]))]
    return list(wanted)


def alike_codes(stored: Iterable[str], said: str) -> list[str]:
    """The first stored codes that may be meant by one that nobody has: `001` where `1` was typed."""
    return [code for code in stored if codes.alike(code) == codes.alike(said)][:_MOST_ALIKE]
