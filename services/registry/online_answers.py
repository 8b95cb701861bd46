"""Brings in what the online survey knows: contact stops for whoever has answered, answers enter the same interviews.

One transaction a file. It must not know how an export is read (`files.online`) nor how an answer is judged (engine).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from characters import codes
from characters.matching import Names
from contact import settings as round_settings
from contact.calendar import ZONE
from contact.settings import RoundSettings
from files import online
from files.columns import fold
from files.faults import FileFault
from files.online import OnlineFile, OnlineRow
from files.online_forms import FormAnswers, FormReader
from files.reports import ImportReport
from services import lookups
from services.dry_run import carry_out
from services.interview.questionnaires import form_of
from services.interview.recording import enter
from services.refusal import Refusal
from services.registry.readings import chosen_in
from services.unfit import isolation
from services.work import Work
from store import audit
from store.messages import outbox
from store.registry import organisations as registry
from store.registry import rounds
from store.registry.rounds import FramedInterview, RoundRow
from survey.answers import Entry, Heard
from survey.engine.effects import AlreadyAnswered, Doubtful, Finished
from survey.form.questionnaire import Questionnaire

Found = list[tuple[OnlineRow, FramedInterview]]
Ready = list[tuple[OnlineRow, FormAnswers, UUID]]
"""Rows whose cells were read, with the interview they belong to."""


def import_online(
    work: Work, round_code: str, path: Path, actor: str, dry_run: bool = False, convert: str = ""
) -> ImportReport:
    """Read an export of the online survey into round `round_code`; the same file again changes nothing.

    Answers given by phone before stay, or give way in a form that is not final: a rule of the round (`conflicts`).
    `convert`: the encoding of its texts, "" for Unicode. Raises RefusedError (unusable file) or Refusal (no round).
    """
    forms = _forms(work, round_code)
    with work.database.transaction() as conn:
        chosen = chosen_in(work, conn, None)
    exported = online.read_online(path, forms, chosen, convert)
    return carry_out(work, dry_run, lambda conn: _bring_in(work, conn, round_code, forms, exported, actor, dry_run))


def _bring_in(
    work: Work,
    conn: Connection,
    round_code: str,
    forms: Sequence[Questionnaire],
    exported: OnlineFile,
    actor: str,
    dry_run: bool,
) -> ImportReport:
    """Everything is read and matched before the round's row and the phones are locked: others wait for these."""
    held = _round(conn, round_code)
    settings = round_settings.from_dict(held.settings)
    incoming = _Incoming(work, conn, held.id, actor, work.clock.now(), settings, forms)
    found = incoming.match(exported)
    ready = incoming.read(found)
    _round(conn, round_code, lock=True)
    rounds.lock_phones_of(conn, {interview.organisation_id for _, interview in found})
    now_held = rounds.framed_by_id(conn, [interview for _, _, interview in ready])
    for each in sorted(ready, key=lambda each: each[2]):
        if isolation.within(conn, [each], lambda some: incoming.take_all(some, now_held)):
            incoming.refuse(each[0])
    if ready or exported.not_answered:  # a file of which no row was taken in says nothing about this round
        rounds.set_online_loaded(conn, held.id, incoming.now)
    counts = {
        "rows": exported.looked_at,
        "entered": incoming.entered,
        "stopped": incoming.stopped,
        "unchanged": incoming.unchanged,
        "not_answered": exported.not_answered,
        "refused": exported.looked_at - exported.not_answered - len(ready) + incoming.shut,
    }
    faults = (*exported.faults, *incoming.faults)
    audit.append(
        conn, at=incoming.now, actor=actor, action="online.import", subject=round_code,
        detail={**counts, "file": exported.sha256},
    )  # fmt: skip
    return ImportReport("online", round_code, exported.sha256, counts, faults, dry_run, online_columns=exported.told)


def _codes_of(forms: Sequence[Questionnaire], said: str) -> tuple[str, ...]:
    """Codes of the forms that a name may mean: with its marks, else without, else by letters and figures alone."""
    named = [(name, form.code) for form in forms for name in (form.code, *form.title.values())]
    return Names(named).find(said).fits or tuple({code: None for name, code in named if fold(name) == fold(said)})


def _round(conn: Connection, code: str, *, lock: bool = False) -> RoundRow:
    held = rounds.by_code(conn, code, lock=lock)
    if held is None:
        raise Refusal("round.unknown", round=code)
    return held


def _forms(work: Work, round_code: str) -> list[Questionnaire]:
    """The forms that the round's interviews are asked."""
    with work.database.transaction() as conn:
        held = _round(conn, round_code)
        return [form_of(conn, sha256) for sha256 in rounds.forms_asked(conn, held.id)]


@dataclass
class _Incoming:
    """One file on its way into a round, with what became of its rows."""

    work: Work
    conn: Connection
    round_id: UUID
    actor: str
    now: datetime
    settings: RoundSettings
    forms: Sequence[Questionnaire]
    faults: list[FileFault] = field(default_factory=list)
    entered: int = 0
    stopped: int = 0
    unchanged: int = 0
    shut: int = 0
    """Rows that came too late, or of a locked province."""
    _named: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _readers: dict[str, FormReader] = field(default_factory=dict)
    _unknown: set[str] = field(default_factory=set)

    def match(self, exported: OnlineFile) -> Found:
        """Each row with its interview; rows that belong to none, to several, or to one already met are reported."""
        named = lookups.registry_codes(self.conn, (row.registry_code for row in exported.rows))
        hashes = {self.work.vault.lookup(number) for row in exported.rows for number in row.phones}
        by_code: dict[str, list[FramedInterview]] = {}
        for stored, held in rounds.framed_by_code(self.conn, self.round_id, named).items():
            by_code.setdefault(codes.code(stored), []).extend(held)
        by_phone = rounds.framed_by_phone(self.conn, self.round_id, hashes)
        found: Found = []
        met: dict[UUID, OnlineRow] = {}
        for row in exported.rows:
            candidates = self._candidates(row, by_code, by_phone)
            interview = self._only(row, candidates)
            if interview is None:
                continue
            earlier = met.setdefault(interview.id, row)
            if earlier is not row:
                self.faults.append(row.fault("online.duplicate", sheet=earlier.sheet, row=earlier.row))
                continue
            found.append((row, interview))
        return found

    @cached_property
    def _codes(self) -> list[str]:
        return registry.all_codes(self.conn)

    def _candidates(
        self,
        row: OnlineRow,
        by_code: Mapping[str, list[FramedInterview]],
        by_phone: Mapping[bytes, list[FramedInterview]],
    ) -> list[FramedInterview]:
        """By registry code, else by phone; of several, those whose questionnaire the row names."""
        held = by_code.get(row.registry_code, [])
        if not held or len(held) > 1:
            hashes = [self.work.vault.lookup(number) for number in row.phones]
            phoned = {i.id: i for phone_hash in hashes for i in by_phone.get(phone_hash, ())}
            both = [i for i in held if i.id in phoned]
            held = both or held or list(phoned.values())
        if len(held) > 1 and row.questionnaire:
            return [i for i in held if self._is_of(i, row.questionnaire)]
        return held

    def _is_of(self, interview: FramedInterview, questionnaire: str) -> bool:
        """Whether the row names the interview's form, by its code or its title, and no other one."""
        if questionnaire not in self._named:
            self._named[questionnaire] = _codes_of(self.forms, questionnaire)
        return self._named[questionnaire] == (form_of(self.conn, interview.questionnaire_sha256).code,)

    def _only(self, row: OnlineRow, candidates: list[FramedInterview]) -> FramedInterview | None:
        if not candidates:
            alike = lookups.alike_codes(self._codes, row.registry_code) if row.registry_code else []
            fault = row.fault("online.code_alike", codes=", ".join(alike)) if alike else row.fault("online.not_on_list")
            self.faults.append(fault)
        elif len(candidates) > 1:
            self.faults.append(row.fault("online.ambiguous", others=len(candidates)))
        elif row.questionnaire and not self._is_of(candidates[0], row.questionnaire):
            expected = form_of(self.conn, candidates[0].questionnaire_sha256).code
            self.faults.append(row.fault("online.other_questionnaire", value=row.questionnaire, expected=expected))
        else:
            return candidates[0]
        return None

    def take_all(
        self, rows: Sequence[tuple[OnlineRow, FormAnswers, UUID]], held: Mapping[UUID, FramedInterview]
    ) -> None:
        """As `take`, for each."""
        for row, understood, interview in rows:
            self.take(row, understood, held[interview])

    def refuse(self, row: OnlineRow) -> None:
        """Report a row that cannot be written; nothing of it is, and the others are."""
        self.shut += 1
        self.faults.append(row.fault("online.row_unfit"))

    def read(self, found: Found) -> Ready:
        """The rows with what they answer; one that says nothing of its form, nor that it was answered, stays out."""
        ready: Ready = []
        for row, interview in found:
            understood = self._reader(interview.questionnaire_sha256).understand(row)
            self.faults += understood.faults
            for cell in understood.strange:
                self._report_unknown(row, cell.column)
            if understood.answers or row.said:
                ready.append((row, understood, interview.id))
            else:
                self.faults.append(row.fault("online.nothing_fits"))
        return ready

    def _reader(self, sha256: str) -> FormReader:
        if sha256 not in self._readers:
            self._readers[sha256] = FormReader(form_of(self.conn, sha256))
        return self._readers[sha256]

    def take(self, row: OnlineRow, understood: FormAnswers, interview: FramedInterview) -> None:
        """Stop the contact and enter the answers of one row."""
        if not self._in_time(row, interview):
            return
        answers = understood.answers
        stopped = interview.online_at is None
        rounds.mark_online(self.conn, interview.id, min(row.at or self.now, self.now), answered=not answers)
        entered = bool(answers) and self._enter(row, interview, answers)
        if stopped:
            outbox.withdraw(self.conn, {"code": "answered_online"}, self.now, interview_id=interview.id)
        self.stopped += stopped
        self.entered += entered
        self.unchanged += not stopped and not entered

    def _in_time(self, row: OnlineRow, interview: FramedInterview) -> bool:
        """Whether the row may come in: its province is not locked, and it was answered in time or late ones are kept.

        A row that does not say when it was answered is given the benefit of the doubt.
        """
        deadline = interview.deadline_at.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")
        if interview.locked:
            self.faults.append(row.fault("online.locked"))
        elif row.at is None or row.at < interview.deadline_at:
            return True
        elif self.settings.late_answers == "keep":
            self.faults.append(row.fault("online.late_kept", at=deadline, weight="notice"))
            return True
        else:
            self.faults.append(row.fault("online.late", at=deadline))
        self.shut += 1
        return False

    def _report_unknown(self, row: OnlineRow, heading: str) -> None:
        """Once for each column, not for each row."""
        if heading not in self._unknown:
            self._unknown.add(heading)
            self.faults.append(row.fault("online.column_unknown", heading, weight="notice"))

    def _enter(self, row: OnlineRow, interview: FramedInterview, answers: dict[str, str]) -> bool:
        """Enter the answers through the interviews' one door. Whether an event was written."""
        digest = hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()
        wins = self.settings.conflicts == "online"
        heard = Heard("online", f"online:{digest[:32]}", Entry(answers, final=True), correction=wins)
        step = enter(self.work, interview.id, heard, conn=self.conn)
        if step.interview.seq == interview.seq:
            return False
        for effect in step.effects:
            self._report(row, effect)
        return not any(isinstance(effect, Finished) for effect in step.effects)

    def _report(self, row: OnlineRow, effect: Any) -> None:
        if isinstance(effect, Finished):
            self.faults.append(row.fault("online.complete_before", weight="notice"))
        elif isinstance(effect, AlreadyAnswered):
            self.faults.append(row.fault("online.answered_before", effect.question, weight="notice"))
        elif isinstance(effect, Doubtful):
            code = f"online.{effect.code}"
            self.faults.append(row.fault(code, effect.question or "", effect.understood, "emptied"))
