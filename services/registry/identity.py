"""Matches rows of a list to organisations on record: a known one, a new one, or one that staff must decide.

The rule stands in docs/lists.md: a code in its one form decides; a code that is only alike decides together with the
name or a phone; nothing else decides, but whatever may be held already is asked about before the frame grows. It must
not know how a list is read, nor how organisations are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, TypeVar
from uuid import UUID

from characters import codes
from files.cells import loosely, place_loosely, seen_as
from files.faults import FileFault, Param
from files.lists import Organisation
from files.reports import Resemblance
from services.refusal import Refusal
from store.registry.organisations import Known

Rest = Literal["", "new", "same"]
Key = TypeVar("Key")
_MOST_NAMED = 3
"""Held organisations that one row is said to resemble."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Decisions of staff on rows that may be a known organisation, by the rows' codes.

    `new`: organisations of their own; `same`: code of the row → code of the held one ("": the one it resembles);
    `rest`: for every other row asked about, where one held organisation is in question.
    """

    new: frozenset[str] = frozenset()
    same: Mapping[str, str] = field(default_factory=dict)
    rest: Rest = ""

    def to_dict(self) -> dict[str, object]:
        """Plain JSON, for the audit trail."""
        return {"new": sorted(self.new), "same": dict(self.same), "rest": self.rest}

    def __bool__(self) -> bool:
        """Whether anything was answered."""
        return bool(self.new or self.same or self.rest)


def answers(new: Iterable[str] = (), same: Mapping[str, str] | None = None, rest: Rest = "") -> Answers:
    """The answers with every code in its one form."""
    held = {codes.code(row): codes.code(known) for row, known in (same or {}).items()}
    return Answers(frozenset(map(codes.code, new)), held, rest)


NOTHING_SAID = Answers()


@dataclass(frozen=True, slots=True)
class Holdings:
    """The organisations of an office, and ways to look further into one where its row leaves a doubt."""

    known: Sequence[Known]
    phones_of: Callable[[], Mapping[UUID, frozenset[bytes]]]
    """Organisation → look-up hashes of its numbers."""
    hash_of: Callable[[str], bytes]
    leader_of: Callable[[UUID], str]


@dataclass(slots=True)
class Recognition:
    """The result of matching a list: each accepted row with its known organisation (None: new), and the faults."""

    rows: list[tuple[Organisation, Known | None]] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)
    resemblances: list[Resemblance] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """Rows that wait for an answer."""
        return len({(found.sheet, found.row) for found in self.resemblances})


def recognise(rows: Sequence[Organisation], holdings: Holdings, said: Answers) -> Recognition:
    """Every row of a list with the held organisation that it is. Raises Refusal: an answer fits no row or none held."""
    return _Matcher(rows, holdings, said).carry_out()


@dataclass(frozen=True, slots=True)
class _Question:
    """A row, whom it may be (held), and why that is asked; `why` is a code below "list."."""

    row: Organisation
    held: Sequence[Known]
    why: str
    earlier: Organisation | None = None
    """The row of the same list that it may repeat, where nobody held is in question."""


class _Matcher:
    """One list against one office: first what is certain, then what is alike, then who may be held already."""

    def __init__(self, rows: Sequence[Organisation], holdings: Holdings, said: Answers) -> None:
        self._rows = rows
        self._holdings = holdings
        self._said = said
        self._exact = {known.registry_code: known for known in holdings.known}
        self._taken: dict[UUID, Organisation] = {}
        self._new_codes: dict[str, list[Organisation]] = {}
        self._asked: list[_Question] = []
        self._found = Recognition()

    def carry_out(self) -> Recognition:
        self._check_answers()
        doubtful = [row for row in self._rows if not self._certain(row)]
        unknown = [row for row in doubtful if not self._alike(row)]
        for row in unknown:
            self._maybe_held(row)
        self._settle_asked()
        return self._found

    def _check_answers(self) -> None:
        """Raises Refusal for an answer about no row of the list, about nobody held, or with a code of somebody else."""
        listed = {row.registry_code for row in self._rows}
        for code in sorted({*self._said.new, *self._said.same} - listed):
            raise Refusal("import.answer_no_row", code=code)
        for code, held in self._said.same.items():
            meant = self._of_form(held) if held else ()
            has_it = self._exact.get(code)
            if held and has_it is None and len(meant) != 1:
                raise Refusal("import.answer_not_held", code=code, held=held)
            if has_it is not None and meant and has_it not in meant:  # else it was carried out by an earlier import
                raise Refusal("import.answer_code_held", code=code, held=held, held_name=has_it.name)

    # What is certain

    def _certain(self, row: Organisation) -> bool:
        """Take the row where staff said, its code or all that it says of itself tells which organisation it is."""
        said = self._said.same.get(row.registry_code)
        if said and row.registry_code not in self._exact:
            return self._take_as(row, self._of_form(said)[0])
        held = self._exact.get(row.registry_code)
        of_form = [held] if held else self._of_form(row.registry_code)
        if len(of_form) == 1:
            return self._take_of_code(row, of_form[0])
        alike = self._of_looks.get(_looks(row), []) if row.derived and self._of_looks else []
        if len(alike) == 1:
            return self._take(replace(row, registry_code=alike[0].registry_code), alike[0])
        return False

    def _take_of_code(self, row: Organisation, held: Known) -> bool:
        """The row has the code of `held`: a change of name is told, and asked about where nothing else agrees."""
        if row.name == held.name or loosely(row.name) == loosely(held.name):
            return self._take(row, held)
        namesake = [known for known in self._of_name.get(loosely(row.name), ()) if _one_place(row, known)]
        agrees = self._share_phone(row, held) or self._same_leader(row, held)
        if row.registry_code in self._said.same or (agrees and not namesake):
            names = {"registry_code": row.registry_code, "name": row.name, "held_name": held.name}
            self._say(row, FileFault("list.renamed", names, suggestion="list.renamed.mend", weight="notice"))
            return self._take(row, held)
        self._asked.append(_Question(row, [held], "code_reused"))
        return True

    def _take(self, row: Organisation, held: Known | None) -> bool:
        """Take the row, unless an earlier one is the same organisation."""
        earlier = self._taken.get(held.id) if held else None
        if earlier is not None:
            place: dict[str, Param] = {"sheet": earlier.sheet, "row": earlier.row}
            self._say(row, FileFault("list.duplicate", place, suggestion="list.duplicate.mend"))
            return True
        if held is not None:
            self._taken[held.id] = row
        else:
            self._new_codes.setdefault(codes.alike(row.registry_code), []).append(row)
        self._found.rows.append((row, held))
        return True

    def _take_as(self, row: Organisation, held: Known) -> bool:
        """Take the row as staff say. The held code stays where the row has none or only writes it in another way."""
        kept = row.derived or codes.alike(row.registry_code) == codes.alike(held.registry_code)
        return self._take(replace(row, registry_code=held.registry_code) if kept else row, held)

    # What is alike

    def _alike(self, row: Organisation) -> bool:
        """Take or ask about a row whose code is like one that is held, or like one of an earlier row."""
        if row.derived or row.registry_code in self._said.new:
            return False
        alike = self._of_likeness.get(codes.alike(row.registry_code), ())
        agreeing = [known for known in alike if self._agrees(row, known)]
        if len(agreeing) == 1:
            return self._take_alike(row, agreeing[0])
        doubtful = agreeing or [k for k in alike if codes.same_runs(row.registry_code, k.registry_code)]
        if doubtful:
            self._asked.append(_Question(row, doubtful, "code_alike"))
        return bool(doubtful)

    def _take_alike(self, row: Organisation, held: Known) -> bool:
        params = {"registry_code": row.registry_code, "held": held.registry_code, "held_name": held.name}
        if held.id in self._taken and seen_as(row.name) != seen_as(self._taken[held.id].name):
            self._asked.append(_Question(row, [held], "code_alike"))
            return True
        if held.id not in self._taken:
            self._say(
                row, FileFault("list.code_taken_for", params, suggestion="list.code_taken_for.mend", weight="notice")
            )
        return self._take(replace(row, registry_code=held.registry_code), held)

    def _agrees(self, row: Organisation, known: Known) -> bool:
        return seen_as(row.name) == seen_as(known.name) or self._share_phone(row, known)

    # Who may be held already

    def _maybe_held(self, row: Organisation) -> None:
        """A new row: asked about when somebody held, whom the list leaves out, has its name and commune or a phone."""
        if row.registry_code in self._said.new:
            self._take(row, None)
            return
        earlier = self._alike_row(row)
        if earlier is not None:
            self._asked.append(_Question(row, (), "code_like_row", earlier))
            return
        namesakes = self._of_name.get(loosely(row.name), ()) if self._of_name else ()  # nobody held: nothing to look up
        named = [known for known in namesakes if _one_place(row, known)]
        absent = [known for known in named if known.id not in self._taken]
        phoned = [known for known in self._of_phone(row) if known.id not in self._taken]
        if absent:
            self._asked.append(_Question(row, absent, "known_by_name"))
        elif phoned:
            self._asked.append(_Question(row, phoned, "known_by_phone"))
        else:
            self._take(row, None)

    def _alike_row(self, row: Organisation) -> Organisation | None:
        """An earlier new row of this list whose code is written otherwise and may mean the same."""
        if row.derived:
            return None
        same = self._new_codes.get(codes.alike(row.registry_code), ())
        return next((o for o in same if codes.same_runs(row.registry_code, o.registry_code)), None)

    def _settle_asked(self) -> None:
        """Carry out the answers about rows in question; the others wait."""
        for question in self._asked:
            row, why = question.row, question.why
            answer = "same" if row.registry_code in self._said.same else self._said.rest
            free = [known for known in question.held if known.id not in self._taken]
            if self._said.rest:
                free = [known for known in free if sum(known in other.held for other in self._asked) == 1]
            if answer == "same" and len(free) == 1:
                self._take_as(row, free[0])
            elif answer == "new" and why != "code_reused":
                self._take(row, None)
            else:
                self._ask(question)

    def _ask(self, question: _Question) -> None:
        row, code = question.row, f"list.{question.why}"
        names = {"registry_code": row.registry_code, "name": row.name}
        place = (row.sheet, row.row, row.registry_code, row.name)
        if (earlier := question.earlier) is not None:
            beside: dict[str, Param] = {"sheet": earlier.sheet, "row": earlier.row, "other": earlier.registry_code}
            self._say(row, FileFault(code, {**names, **beside}, suggestion=f"{code}.mend", weight="asked"))
            self._found.resemblances.append(Resemblance(*place, "", earlier.name, question.why))
        for known in question.held[:_MOST_NAMED]:
            params = {**names, "held": known.registry_code, "held_name": known.name}
            self._say(row, FileFault(code, params, suggestion=f"{code}.mend", weight="asked"))
            self._found.resemblances.append(Resemblance(*place, known.registry_code, known.name, question.why))

    def _say(self, row: Organisation, fault: FileFault) -> None:
        self._found.faults.append(replace(fault, sheet=row.sheet, row=row.row))

    # Looking held organisations up

    def _of_form(self, code: str) -> list[Known]:
        exact = self._exact.get(code)
        return [exact] if exact else self._forms.get(code, [])

    @cached_property
    def _forms(self) -> Mapping[str, list[Known]]:
        return _by(self._holdings.known, lambda known: codes.code(known.registry_code))

    @cached_property
    def _of_likeness(self) -> Mapping[str, list[Known]]:
        return _by(self._holdings.known, lambda known: codes.alike(known.registry_code))

    @cached_property
    def _of_looks(self) -> Mapping[tuple[str, str, str], list[Known]]:
        return _by(self._holdings.known, _looks)

    @cached_property
    def _of_name(self) -> Mapping[str, list[Known]]:
        return _by(self._holdings.known, lambda known: loosely(known.name))

    @cached_property
    def _phones(self) -> Mapping[UUID, frozenset[bytes]]:
        return self._holdings.phones_of()

    @cached_property
    def _holders(self) -> Mapping[bytes, list[Known]]:
        found: dict[bytes, list[Known]] = {}
        for known in self._holdings.known:
            for phone in self._phones.get(known.id, ()):
                found.setdefault(phone, []).append(known)
        return found

    def _hashes(self, row: Organisation) -> frozenset[bytes]:
        return frozenset(self._holdings.hash_of(phone.e164) for phone in row.phones)

    def _share_phone(self, row: Organisation, known: Known) -> bool:
        return not self._phones.get(known.id, frozenset()).isdisjoint(self._hashes(row))

    def _of_phone(self, row: Organisation) -> list[Known]:
        if not self._holdings.known:
            return []
        found = (known for phone in self._hashes(row) for known in self._holders.get(phone, ()))
        return list({known.id: known for known in found}.values())

    def _same_leader(self, row: Organisation, known: Known) -> bool:
        return bool(row.leader) and seen_as(row.leader) == seen_as(self._holdings.leader_of(known.id))


def _by(known: Iterable[Known], key: Callable[[Known], Key]) -> dict[Key, list[Known]]:
    found: dict[Key, list[Known]] = {}
    for one in known:
        found.setdefault(key(one), []).append(one)
    return found


def _looks(one: Organisation | Known) -> tuple[str, str, str]:
    """All that an organisation without a code says of itself."""
    return seen_as(one.name), one.kind, seen_as(one.commune)


def _one_place(row: Organisation, known: Known) -> bool:
    """Whether both may lie in one commune; one that is not told may be any."""
    here, there = place_loosely(row.commune), place_loosely(known.commune)
    return not here or not there or here == there
