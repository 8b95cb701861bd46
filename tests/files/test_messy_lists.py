"""Lists as untidy as real ones: what becomes of every row is what was written down for it beforehand."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from typing import Any

import pytest

from demo.samples.make_messy_lists import PLACE, books
from demo.samples.messes import MESSES, ONCE
from files.faults import FileFault
from files.lists import Registry, read_registry
from tests import cases

EXPECTED: list[dict[str, Any]] = json.loads((PLACE / "expected.json").read_text("utf-8"))
AREAS = {book.file: book.area for book in books()}


@cache
def read(file: str) -> Registry:
    return read_registry(PLACE / file, AREAS[file])


def outcome(file: str) -> dict[tuple[str, int], dict[str, Any]]:
    """What became of each row of a list, in the words of the table of expectations."""
    registry = read(file)
    faults: dict[tuple[str, int], list[FileFault]] = defaultdict(list)
    for fault in registry.faults:
        faults[fault.sheet, fault.row].append(fault)
    taken = {(o.sheet, o.row): o for o in registry.organisations}
    found = {}
    for line in EXPECTED:
        if line["file"] != file:
            continue
        place = (line["sheet"], line["row"])
        said = [fault for fault in faults[place] if fault.code not in ONCE]
        codes = sorted(fault.code for fault in said)
        became = "taken" if place in taken else "joined" if "list.joined" in codes else ""
        became = became or ("refused" if any(fault.weight == "refused" for fault in said) else "nothing")
        found[place] = {**line, "outcome": became, "codes": codes}
        if became == "taken":
            found[place]["organisation"] = seen(taken[place], line.get("organisation", {}))
    return found


def seen(organisation: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    values = {name: getattr(organisation, name) for name in wanted}
    if "phones" in values:
        values["phones"] = [phone.e164 for phone in organisation.phones]
    if values.get("founded_on"):
        values["founded_on"] = values["founded_on"].isoformat()
    return values


@pytest.mark.parametrize("file", sorted(AREAS))
def test_every_row_becomes_what_was_expected_of_it(file: str) -> None:
    found = outcome(file)
    wrong = [(line, found[line["sheet"], line["row"]]) for line in EXPECTED
             if line["file"] == file and line != found[line["sheet"], line["row"]]]  # fmt: skip
    assert wrong == []


def test_nothing_else_comes_in_and_no_fault_stands_elsewhere() -> None:
    for file in AREAS:
        places = {(line["sheet"], line["row"]): line for line in EXPECTED if line["file"] == file}
        assert {(o.sheet, o.row) for o in read(file).organisations} <= set(places)
        elsewhere = [f for f in read(file).faults if f.row and (f.sheet, f.row) not in places]
        assert elsewhere == []


def test_what_holds_for_many_rows_is_said_once_a_sheet() -> None:
    for file in AREAS:
        said = [(f.code, f.sheet) for f in read(file).faults if f.code in ONCE]
        assert len(said) == len(set(said)) > 0


def test_the_hidden_sheet_is_named_and_not_read() -> None:
    faults = [f for f in read("danh-sach-24.xlsx").faults if f.code == "list.sheet_hidden"]
    assert [f.sheet for f in faults] == ["Bản cũ"]


def test_the_lists_are_what_the_generator_writes() -> None:
    assert [line for book in books() for line in book.expected] == EXPECTED


def test_the_lists_are_large_and_untidy_enough() -> None:
    assert sum(line["outcome"] == "taken" for line in EXPECTED) >= 400
    assert len(set(AREAS.values())) == 2
    assert len(MESSES) >= 30


@cases.table("mess", [*MESSES, "twice across sheets", "former province"])
def test_every_kind_of_mess_stands_in_the_table(mess: str) -> None:
    files = {line["file"] for line in EXPECTED if line["mess"] == mess}
    assert files >= ({"danh-sach-24.xlsx"} if mess not in MESSES else set(AREAS))


def test_the_table_can_fail() -> None:
    line = next(line for line in EXPECTED if line["outcome"] == "taken")
    assert outcome(line["file"])[line["sheet"], line["row"]] == line
    assert outcome(line["file"])[line["sheet"], line["row"]] != {**line, "outcome": "refused"}
