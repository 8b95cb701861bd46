"""What the heading of a column means: a small grammar of the words provinces use, and which column is taken for what.

A heading is a field ("phone"), its facet (new, old, another measure or person) and words that only explain. "Xã (cũ)"
and "Xã (mới)" are two columns, never one. It must not know what is done with the cells below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from files.columns import Header, fold, plain
from files.heading_words import EXPLAINED, FACETS, FIELDS, KIND_TOLD, MANY, PLACES, SECOND, SECTOR_TOLD, UNUSED
from files.registry_words import KINDS, NAMES, SECTORS
from files.reports import ColumnUse, Use
from files.workbooks import Row, Sheet, letter

Facet = Literal["", "new", "old", "second", "other"]
_HEADER_WITHIN = 30
"""Title rows above the header: no list seen has more than a page of them."""
_LOOKED_AT = 200
"""Rows by whose cells two columns are told apart."""
_BRACKETS = re.compile(r"[(\[{](.*?)[)\]}]|[(\[{](.*)$", re.DOTALL)
_SPELLINGS = {spelling: field for field, all_of in NAMES.items() for spelling in all_of}
_FIELDS = {field: re.compile("|".join(patterns)) for field, patterns in FIELDS.items()}
_FACETS: Mapping[Facet, re.Pattern[str]] = {
    facet: re.compile(rf"\b(?:{'|'.join(patterns)})\b") for facet, patterns in FACETS.items()
}
_SECOND = re.compile(rf"\b(?:{'|'.join(SECOND)})\b")
_EXPLAINED = re.compile(rf"\b(?:{'|'.join(EXPLAINED)})\b")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a title means: `field` ("" when nobody knows) and `facet`."""

    field: str
    facet: Facet = ""


@dataclass(frozen=True, slots=True)
class ListColumns:
    """The columns of one sheet: the header that rows are read by, what each column is used for, and doubles.

    `twice`: indexes (from 0) of columns that say what another one says already.
    """

    header: Header
    uses: tuple[ColumnUse, ...]
    twice: tuple[tuple[str, int], ...]


@lru_cache(maxsize=1024)
def understand(title: str) -> Heading:
    """The field and facet that a title names."""
    asides = [fold(one or two) for one, two in _BRACKETS.findall(title)]
    bare = fold(_BRACKETS.sub(" ", title))
    bracket_facet: Facet = next((found for aside in asides if (found := _facet_of(aside))), "")
    whole = fold(title)
    if known := _field_of_words(bare, asides) or _field_of_words(whole, asides):
        return Heading(known, _for_field(known, bracket_facet))
    # Words that change the meaning before those that explain: "theo GCN cũ" is old.
    facets: Sequence[tuple[Facet, re.Pattern[str]]] = (*_FACETS.items(), ("second", _SECOND))
    for facet, words in facets:
        for place in words.finditer(bare):
            for rest in _without(bare, facet, words, place):
                if field := _field(rest, asides):
                    return Heading(field, _for_field(field, bracket_facet or facet))
    known = _field(bare, asides) or _field(whole, asides)
    return Heading(known, _for_field(known, bracket_facet)) if known else Heading("")


def _without(bare: str, facet: Facet, words: re.Pattern[str], place: re.Match[str]) -> Iterator[str]:
    """What is left of `bare` without its facet: these words, the first of them ("cũ: Xã"), all of them ("mới/new")."""
    ends = [place.end()]
    if facet in ("old", "new"):  # "Phó giám đốc" is no director, whatever else is taken out of it
        ends.append(place.start() + len(place[0].split()[0]))
    for end in ends:
        yield " ".join((bare[: place.start()] + bare[end:]).split())
    if facet in ("old", "new"):
        yield " ".join(words.sub(" ", bare).split())


def _facet_of(aside: str) -> Facet:
    """What a bracket makes of its column; "" when it only explains."""
    if aside and not _EXPLAINED.fullmatch(aside):
        for facet, words in _FACETS.items():
            if words.search(aside):
                return facet
        if _SECOND.fullmatch(aside) and not aside.isdigit():
            return "second"
    return ""


def _for_field(field: str, facet: Facet) -> Facet:
    """A second phone is one more phone, a second e-mail another thing; members old or new are not all of them."""
    if field == "member_count" and facet:
        return "other"
    if facet == "second" and field not in MANY:
        return "other"
    return facet


def _field(words: str, asides: Sequence[str]) -> str:
    """The field of folded words, with or without those that explain."""
    if told := _field_of_words(words, asides):
        return told
    each = (words[: word.start()] + words[word.end() :] for word in _EXPLAINED.finditer(words))
    for rest in (*each, _EXPLAINED.sub(" ", words)):
        # "Số hộ" without "hộ" is a number of something, not the row's.
        if (told := _field_of_words(" ".join(rest.split()), asides)) not in ("", "ordinal"):
            return told
    return ""


def _field_of_words(text: str, asides: Sequence[str]) -> str:
    """The field of folded words; brackets tell which of two it is."""
    found = _field_by_spelling(re.sub(r"^(?:cot )?\d{1,2} (?=\D)", "", text))  # numbered headings: "3. Tên HTX"
    if found in ("kind", "sector"):
        words = {word for aside in asides for word in aside.split()}
        if words & KIND_TOLD:
            return "kind"
        return "sector" if words & SECTOR_TOLD else found
    if found == "member_or_count":
        yes_no = any(aside in ("co khong", "x", "co hay khong", "co chua") for aside in asides)
        if yes_no:
            return "member"
        return "member_count" if "nguoi" in asides else ""
    return found


@lru_cache(maxsize=1024)
def _field_by_spelling(text: str) -> str:
    return _SPELLINGS.get(text) or next((field for field, words in _FIELDS.items() if words.fullmatch(text)), "")


def find(sheet: Sheet, needed: Sequence[str]) -> ListColumns | None:
    """The columns below the row of `sheet` that names most fields, all `needed` among them; None: there is none."""
    best: ListColumns | None = None
    for index in range(min(_HEADER_WITHIN, len(sheet.rows))):
        found = _columns(sheet, index)
        if all(f in found.header.at for f in needed) and (
            best is None or _count_understood(found) > _count_understood(best)
        ):
            best = found
    return best


def _count_understood(columns: ListColumns) -> int:
    return len({use.field for use in columns.uses if use.use != "unknown"})


def _columns(sheet: Sheet, index: int) -> ListColumns:
    titles, headings, last = _titles(sheet, index)
    named = {heading.field for heading in headings if not heading.facet}
    headings = [_settle_by_others(heading, named) for heading in headings]
    if "kind" not in named:
        headings = _kind_among(headings, sheet.rows[last + 1 : last + 1 + _LOOKED_AT])
    at: dict[str, tuple[int, ...]] = {}
    twice: list[tuple[str, int]] = []
    for field in dict.fromkeys(heading.field for heading in headings if heading.field):
        taken = _columns_read(field, headings, titles)
        if taken:
            at[field] = taken
        if field not in MANY:
            twice += [(field, column) for column in taken[1:]]
        old = [c for c, heading in enumerate(headings) if heading == Heading(field, "old") and c not in taken]
        if old and field in PLACES:
            at[f"former_{field}"] = tuple(old)
    at = {field: columns for field, columns in at.items() if field not in UNUSED}
    header = Header(sheet, last, titles, at)
    return ListColumns(header, tuple(_uses(header, headings, at)), tuple(twice))


def _kind_among(headings: list[Heading], rows: Sequence[Row]) -> list[Heading]:
    """Of several columns for the sector ("Loại hình", "Lĩnh vực") the one whose cells are kinds is that of the kind."""
    sectors = [column for column, heading in enumerate(headings) if heading == Heading("sector")]
    for column in sectors if len(sectors) > 1 else ():
        said = [fold(plain(row[column])) for row in rows if column < len(row) and row[column] != ""]
        if said and sum(word in KINDS and word not in SECTORS for word in said) * 2 > len(said):
            return [*headings[:column], Heading("kind"), *headings[column + 1 :]]
    return headings


def _settle_by_others(heading: Heading, named_fields: set[str]) -> Heading:
    """What depends on the other columns: a trade tells the sector where nothing else does, "Tên" the organisation."""
    if heading.field == "activity" and "sector" not in named_fields:
        return Heading("sector", heading.facet)
    if heading.field == "bare_name":
        another = not heading.facet and ("name" in named_fields or "surname" in named_fields)
        return Heading("" if another else "name", heading.facet)
    return heading


def _columns_read(field: str, headings: Sequence[Heading], titles: Sequence[str]) -> tuple[int, ...]:
    """The columns that a field is read from: the new one before the plain one, an old one only for places."""
    of: dict[Facet, tuple[int, ...]] = {}
    for column, heading in enumerate(headings):
        if heading.field == field:
            of[heading.facet] = (*of.get(heading.facet, ()), column)
    new, usual, second = of.get("new", ()), of.get("", ()), of.get("second", ())
    if field in MANY:
        return (*new, *usual, *second)
    if field == "name":  # "Tên HTX" says it more clearly than "Đơn vị"
        usual = tuple(sorted(usual, key=lambda column: not fold(titles[column]).startswith("ten")))
    return new or usual or (of.get("old", ()) if field in PLACES else ())


def _titles(sheet: Sheet, index: int) -> tuple[list[str], list[Heading], int]:
    """The titles of a header row and what they mean, together with a second row below it, and the last row's index."""
    titles = [plain(cell) for cell in sheet.rows[index]]
    headings = [understand(title) for title in titles]
    below = [plain(cell) for cell in sheet.rows[index + 1]] if index + 1 < len(sheet.rows) else []
    below += [""] * (len(titles) - len(below))
    parted = [c for c, title in enumerate(titles) if not title and below[c] and any(titles[:c])]
    names = [c for c, heading in enumerate(headings) if heading.field == "name"]
    if not parted or not names or any(below[c] not in ("", titles[c]) for c in names) or any(map(_number, below)):
        return titles, headings, index
    group = ""
    for column, part in enumerate(below[: len(titles)]):
        group = titles[column] or group
        if part and part != titles[column]:
            titles[column] = f"{group} ({part})" if group else part
            headings[column] = _part_of(group, part)
    return titles, headings, index + 1


def _part_of(group: str, part: str) -> Heading:
    """What a title below another one means: "SĐT" below "Kế toán", "Giám đốc" below "SĐT", "Xã" below "Địa chỉ"."""
    together, alone = understand(f"{part} {group}"), understand(part)
    if together.field:
        return together
    if alone.field and (alone.field != "leader" or not understand(group).field):
        return alone
    return understand(f"{group} ({part})")


def _number(text: str) -> bool:
    return any(c.isdigit() for c in text) and not any(c.isalpha() for c in text) and len(text) > 2


def _uses(header: Header, headings: Sequence[Heading], at: Mapping[str, tuple[int, ...]]) -> Iterator[ColumnUse]:
    """What each column with a title or content is used for; running numbers are nobody's business."""
    fields = {column: field for field, columns in at.items() for column in columns}
    rows = header.sheet.rows[header.row + 1 :]
    for column in range(max((len(row) for row in (header.names, *rows[:200])), default=0)):
        title = header.names[column] if column < len(header.names) else ""
        heading = headings[column] if column < len(headings) else Heading("")
        field = fields.get(column, heading.field)
        if field == "ordinal" or (not title and not _filled(rows, column)):
            continue
        use: Use = "unknown" if not heading.field else "unused"
        if column in fields:
            use = "kept" if field.startswith("former_") else "taken"
        yield ColumnUse(header.sheet.name, letter(column), title, field.removeprefix("former_"), use)


def _filled(rows: Sequence[Row], column: int) -> bool:
    return any(column < len(row) and row[column] != "" for row in rows)
