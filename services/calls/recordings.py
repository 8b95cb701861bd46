"""Recordings of what calls say: listed for the narrator, taken in from a folder, withdrawn.

It must not know how a sentence came about (`ivr`) nor how a call finds its recording (`known_recordings`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from files.faults import FileFault, FileRefusedError
from ivr.callflow import CallContext
from ivr.promptbook import Sentence, sentences
from ivr.voices import PLACEHOLDER, VOICES, voices_of, with_placeholders
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.interview import recordings
from store.registry import organisations as registry
from survey.form.questionnaire import Questionnaire
from survey.words.languages import BY_EAR, written

if TYPE_CHECKING:
    from files.speech import Recording


def book(work: Work, form: Questionnaire, language: str, voice: str, offices: Iterable[str] = ()) -> list[Sentence]:
    """What a narrator has to record of `form` in `language` as `voice`.

    `offices`: codes whose opening words are wanted; none: every office whose calls speak with this voice. Raises
    Refusal for a language the form has not, a voice or an office that is not known.
    """
    if written(language) not in form.languages:
        by_ear = (code for code, words in BY_EAR.items() if words in form.languages)
        raise Refusal("recording.language", language=language, languages=", ".join((*form.languages, *by_ear)))
    if voice == PLACEHOLDER and language not in BY_EAR:
        raise Refusal("recording.placeholder", language=language, languages=", ".join(BY_EAR))
    if voice not in VOICES:
        raise Refusal("recording.voice", voice=voice, voices=", ".join(VOICES))
    return sentences(form, language, voice, _contexts(work, voice, tuple(offices)))


def _contexts(work: Work, voice: str, codes: Sequence[str]) -> list[CallContext]:
    with work.database.transaction() as conn:
        known = {row.code: row for row in registry.all_offices(conn)}
    for code in codes:
        if code not in known:
            raise Refusal("office.unknown", office=code)
    wanted = codes or [code for code, row in known.items() if voice in with_placeholders(voices_of(row.area_code))]
    rows = [known[code] for code in wanted]
    return [CallContext(1, row.name, row.contact_number) for row in rows] or [CallContext(1, "")]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a folder: files taken in, files that were there already, files refused, sentences still missing."""

    added: int
    unchanged: int
    faults: tuple[FileFault, ...]
    missing: tuple[Sentence, ...]


def take_in(work: Work, folder: Path, wanted: Sequence[Sentence], actor: str, *, dry_run: bool = False) -> Taken:
    """Take in each `<id>.wav` of `folder` that belongs to a sentence of `wanted`, by its id or under the name that the
    form gives it (`media::audio`); a bad file keeps none else out.

    Raises RefusedError when `folder` is no folder.
    """
    from files import speech  # imported late: calls play recordings and never read one

    if not folder.is_dir():
        raise FileRefusedError(FileFault("recording.no_folder", {}, folder.name, suggestion="recording.no_folder.mend"))
    by_id = {sentence.id: sentence for sentence in wanted}
    names = {Path(sentence.audio).stem: sentence.id for sentence in wanted if sentence.audio}
    good: dict[str, speech.Recording] = {}
    faults: list[FileFault] = []
    for path in sorted(folder.glob("*.[wW][aA][vV]")):
        name = names.get(path.stem, path.stem)
        if name not in by_id:
            faults.append(FileFault("recording.unknown", {}, path.name, suggestion="recording.unknown.mend"))
            continue
        try:
            good[name] = speech.read_recording(path)
        except FileRefusedError as refused:
            faults.extend(refused.faults)
    with work.database.transaction() as conn:
        added = 0 if dry_run else sum(_add(work, conn, by_id[name], found, actor) for name, found in good.items())
        known = recordings.current(conn)
        if added:
            detail = {"added": added}
            at = work.clock.now()
            audit.append(conn, at=at, actor=actor, action="recording.add", subject=folder.name, detail=detail)
    missing = tuple(sentence for sentence in wanted if sentence.id not in known and sentence.id not in good)
    return Taken(len(good) if dry_run else added, 0 if dry_run else len(good) - added, tuple(faults), missing)


def _add(work: Work, conn: Connection, sentence: Sentence, found: Recording, actor: str) -> bool:
    values = {
        "prompt_id": sentence.id,
        "sha256": hashlib.sha256(found.audio).hexdigest(),
        "language": sentence.language,
        "voice": sentence.voice,
        "milliseconds": found.milliseconds,
        "audio": found.audio,
        "added_at": work.clock.now(),
        "added_by": actor,
    }
    return recordings.add(conn, values)


def write_placeholders(folder: Path, wanted: Iterable[Sentence]) -> int:
    """Write a synthetic `<id>.wav` for each sentence, to be taken in as the voice "placeholder"; how many.

    They say nothing in any language: they show on simulated lines that the right recording is played at the right time.
    """
    from files import speech

    folder.mkdir(parents=True, exist_ok=True)
    written_files = [(folder / f"{s.id}.wav").write_bytes(speech.placeholder(s.id, s.seconds)) for s in wanted]
    return len(written_files)


def withdraw(work: Work, prompt_id: str, actor: str) -> int:
    """Stop using the recordings of a sentence: from then on it is synthesised. How many were in use."""
    with work.database.transaction() as conn:
        now = work.clock.now()
        gone = recordings.withdraw(conn, prompt_id, now)
        if not gone:
            raise Refusal("recording.none_of", id=prompt_id)
        audit.append(conn, at=now, actor=actor, action="recording.withdraw", subject=prompt_id)
    return gone
