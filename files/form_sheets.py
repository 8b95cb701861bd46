"""The sheets of an XLSForm as rows of named, translated cells; every column that nobody knows is refused.

It must not know what a row means for the interview.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from files.columns import plain
from files.faults import FileFault
from files.form_types import LANGUAGES, SPELLINGS, UNUSED, UNUSED_PREFIXES
from files.unreadable import error_in, letters_in
from files.workbooks import Sheet, Workbook, letter

KNOWN: Mapping[str, Sequence[str]] = {
    "survey": (
        *("type", "name", "relevant", "constraint", "calculation", "required", "disabled"),
        *("section", "scored", "weight"),
    ),
    "choices": ("list_name", "name", "points", "key", "no_opinion"),
    "settings": ("form_title", "form_id", "version", "default_language", "sample"),
}
TRANSLATED: Mapping[str, Sequence[str]] = {
    "survey": ("label", "hint", "constraint_message", "sms", "audio"),
    "choices": ("label", "sms", "audio"),
    "settings": ("heading",),
}
_REFUSED_SHEETS = ("external_choices", "entities", "osm")
_OWN = re.compile(r"sms_(?P<code>[a-z]{2,3})")
"""pyxform breaks on a translated own column of the choices ("sms::…"): there the language follows an underscore."""
_MEDIA = re.compile(r"media\s*::?\s*(?=audio|image|big-image|video)", re.IGNORECASE)
_SPELLED = [(re.compile(rf"(?:{pattern})\s*(?=::?|$)", re.IGNORECASE), name) for pattern, name in SPELLINGS]
_HEADER = re.compile(r"(?P<name>[\w-]+)\s*::?\s*(?P<language>[^:()]*?)\s*(?:\((?P<code>[a-z]{2,3})\))?")


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row below the header: `cells` by column, translated ones by (column, language code)."""

    sheet: str
    number: int
    cells: Mapping[str, str]
    words: Mapping[tuple[str, str], str]
    headers: Mapping[str, str]

    def get(self, column: str) -> str:
        """The cell of `column`, "" when empty or absent."""
        return self.cells.get(column, "")

    def translations(self, column: str) -> dict[str, str]:
        """The non-empty translations of `column` by language code."""
        return {code: text for (name, code), text in self.words.items() if name == column and text}

    def fault(self, code: str, column: str = "", value: str = "", **params: str | int) -> FileFault:
        """A fault of this row; `column` is the column's name, shown with Excel's letter."""
        shown = value or self.get(column)
        return FileFault(
            code, params, self.sheet, self.number, self.headers.get(column, column), shown[:80], f"{code}.mend"
        )


@dataclass(frozen=True, slots=True)
class FormSheet:
    """One sheet's rows, its languages in the order of its columns, and the faults of its header."""

    rows: tuple[FormRow, ...]
    languages: tuple[str, ...]
    faults: tuple[FileFault, ...]
    columns: frozenset[str] = frozenset()
    """Names of the columns that are there, empty ones too."""
    notices: tuple[FileFault, ...] = ()
    """Columns with something in them that a phone cannot use."""


def default_language(book: Workbook) -> str:
    """The code in `default_language` of the settings ("Tiếng Việt (vi)" or "vi"); "vi" when it does not say."""
    sheet = book.sheet("settings")
    if sheet is None or len(sheet.rows) < 2:
        return "vi"
    headers = (_spelled(plain(cell)).lower() for cell in sheet.rows[0])
    named = dict(zip(headers, map(plain, sheet.rows[1]), strict=False))
    said = named.get("default_language", "")
    match = re.search(r"\(([a-z]{2,3})\)$|^([a-z]{2,3})$", said)
    return (match.group(1) or match.group(2)) if match else _code_of(said) or "vi"


def read_sheet(book: Workbook, name: str, default: str) -> FormSheet:
    """Read the sheet `name`; a column without a language counts as the `default` language."""
    sheet = book.sheet(name)
    if sheet is None or not sheet.rows:
        return FormSheet(
            (), (), (FileFault("form.sheet_missing", {"sheet": name}, suggestion="form.sheet_missing.mend"),)
        )
    columns, faults, notices = _columns(sheet, name, default)
    languages = dict.fromkeys(code for _, code in columns.values() if code)
    faults += _unreadable(sheet, name, columns)
    rows = (_row(sheet, name, index, columns) for index in range(1, len(sheet.rows)))
    kept = tuple(row for row in rows if any(row.cells.values()) or any(row.words.values()))
    names = frozenset(column for column, _ in columns.values())
    return FormSheet(kept, tuple(languages), tuple(faults), names, tuple(notices))


def refused_sheets(book: Workbook) -> list[FileFault]:
    """A fault for each sheet whose meaning in ODK is outside what Alo runs."""
    return [
        FileFault("form.sheet_refused", {}, sheet.name, 1, suggestion="form.sheet_refused.mend")
        for sheet in book.sheets
        if sheet.name.strip().lower() in _REFUSED_SHEETS
    ]


_Meaning = tuple[str, str]
"""Column and language code; a code of "" for columns without words."""


def _columns(sheet: Sheet, name: str, default: str) -> tuple[dict[int, _Meaning], list[FileFault], list[FileFault]]:
    """Column index → its meaning; the faults of the header row; the columns that are filled in and not used."""
    columns: dict[int, _Meaning] = {}
    faults: list[FileFault] = []
    notices: list[FileFault] = []
    for index, cell in enumerate(sheet.rows[0]):
        header = plain(cell)
        used = any(len(row) > index and row[index] != "" for row in sheet.rows[1:])
        if not header and not used:
            continue
        column = _meaning(header, name, default)
        at = (sheet.name, 1, letter(index), header)
        if column is None and _is_unused(header, name):
            if used:
                notices.append(FileFault("form.column_unused", {}, *at, "form.column_unused.mend", "notice"))
        elif column is None:
            code = _refusal(header)
            faults.append(FileFault(code, {}, *at, f"{code}.mend"))
        elif column in columns.values():
            faults.append(FileFault("form.column_twice", {}, *at, "form.column_twice.mend"))
        else:
            columns[index] = column
    return columns, faults, notices


def _unreadable(sheet: Sheet, name: str, columns: Mapping[int, tuple[str, str]]) -> Iterator[FileFault]:
    """Errors of the spreadsheet, formulas without result, and words in letters that are no Unicode."""
    for number, row in enumerate(sheet.rows[1:], 2):
        for index, (_, language) in columns.items():
            cell = row[index] if index < len(row) else ""
            letters = letters_in(cell) if language and isinstance(cell, str) else None
            code, params = (error, {}) if (error := error_in(cell)) else letters or ("", {})
            if code:
                column = f"{letter(index)} ({plain(sheet.rows[0][index])})"
                mend = "letters.in_form.mend" if code == "letters.legacy" else f"{code}.mend"
                yield FileFault(code, params, name, number, column, str(cell)[:80], mend)


def _refusal(header: str) -> str:
    bare = _spelled(header).partition(":")[0].strip().lower()
    if bare in ("choice_filter", "repeat_count"):
        return "form.choice_filter" if bare == "choice_filter" else "form.repeat_count"
    known = any(bare in names for names in TRANSLATED.values())
    return "form.language_unknown" if known else "form.column_unknown"


def _is_unused(written: str, sheet: str) -> bool:
    """Whether it is a column of ODK's that a phone has no use for, with or without a language."""
    header = _spelled(written).lower()
    bare = header.partition(":")[0].strip()
    return bare in UNUSED[sheet] or header.startswith(UNUSED_PREFIXES)


def _spelled(written: str) -> str:
    """A heading in the spelling that is used here: pyxform takes `media::audio` for audio, `bind::relevant` for
    relevant, and spaces in a column's name. A language behind it stays as it is."""
    name, colon, rest = _MEDIA.sub("", written).partition(":")
    header = "_".join(name.split()) + colon + rest
    for pattern, usual in _SPELLED:
        if found := pattern.match(header):
            return usual + header[found.end() :]
    return header


def _meaning(written: str, sheet: str, default: str) -> _Meaning | None:
    header = _spelled(written)
    bare = header.lower()
    if bare in KNOWN[sheet]:
        return bare, ""
    if bare in TRANSLATED[sheet]:
        return bare, default
    if "sms" in TRANSLATED[sheet] and (own := _OWN.fullmatch(bare)):
        return "sms", own["code"]
    match = _HEADER.fullmatch(header)
    if match and match["name"].lower() in TRANSLATED[sheet] and (sheet, match["name"].lower()) != ("choices", "sms"):
        code = match["code"] or _code_of(match["language"])
        return (match["name"].lower(), code) if code else None
    return None


def _code_of(language: str) -> str:
    """The code of a language that is named without one: `vi`, `English`, `Tiếng Việt`; "" for others."""
    said = unicodedata.normalize("NFC", language).strip().lower()
    return said if re.fullmatch("[a-z]{2}", said) else LANGUAGES.get(said, "")


def _row(sheet: Sheet, name: str, index: int, columns: Mapping[int, tuple[str, str]]) -> FormRow:
    row = sheet.rows[index]
    texts = {column: plain(row[i]) if i < len(row) else "" for i, column in columns.items()}
    headers = {column[0]: f"{letter(i)} ({plain(sheet.rows[0][i])})" for i, column in reversed(list(columns.items()))}
    return FormRow(
        sheet=name,
        number=index + 1,
        cells={column: text for (column, code), text in texts.items() if not code},
        words={key: text for key, text in texts.items() if key[1]},
        headers=headers,
    )
