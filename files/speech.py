"""Recorded sentences as files: WAV read and checked, the prompt book written, words rendered offline by espeak-ng.

It must not know which sentences there are nor where recordings are kept.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import shutil
import subprocess
import wave
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import xlsxwriter

from files.faults import FileFault, FileRefusedError

MOST_BYTES = 8 * 1024 * 1024
RATES = range(8_000, 48_001)
"""Samples a second; telephone lines carry 8,000, platforms convert the rest."""
SHORTEST_MS, LONGEST_MS = 200, 60_000
QUIET = 300
"""A sample louder than this (of 32,767) is speech; a file without any is silent [assumed]."""
_NOTE_S = 0.2
ESPEAK: Final[Mapping[str, str]] = {"vi": "vi", "en": "en"}
"""Languages that espeak-ng can say."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One checked file: its bytes and its length."""

    audio: bytes
    milliseconds: int


def read_recording(path: Path) -> Recording:
    """The recording at `path`, fit to be played. Raises RefusedError naming the file and what is wrong with it."""
    if path.stat().st_size > MOST_BYTES:
        raise _refused(path, "recording.too_large", megabytes=MOST_BYTES // 1024 // 1024)
    audio = path.read_bytes()
    try:
        with wave.open(io.BytesIO(audio)) as sound:
            channels, width, rate = sound.getnchannels(), sound.getsampwidth(), sound.getframerate()
            frames = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError, ValueError) as error:
        raise _refused(path, "recording.no_wav") from error
    if (channels, width) != (1, 2) or rate not in RATES:
        raise _refused(path, "recording.shape", channels=channels, bits=8 * width, rate=rate)
    samples = array("h", frames[: len(frames) // 2 * 2])
    milliseconds = round(1000 * len(samples) / rate)
    if not SHORTEST_MS <= milliseconds <= LONGEST_MS:
        raise _refused(path, "recording.length", seconds=milliseconds / 1000)
    if max(map(abs, samples)) <= QUIET:
        raise _refused(path, "recording.silent")
    return Recording(audio, milliseconds)


def _refused(path: Path, code: str, **params: str | int | float) -> FileRefusedError:
    return FileRefusedError(FileFault(code, params, path.name, suggestion=f"{code}.mend"))


def write_book(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str | float]]) -> None:
    """The prompt book: XLSX, or CSV (with a byte order mark, so that Excel reads the letters) by the file's ending.

    Raises RefusedError for another ending, and for a place that is no folder.
    """
    if not path.parent.is_dir() or path.is_dir():
        raise FileRefusedError(FileFault("recording.no_folder", {}, str(path), suggestion="recording.no_folder.mend"))
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows([headings, *rows])
    elif path.suffix.lower() == ".xlsx":
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as workbook:
            sheet = workbook.add_worksheet()
            sheet.set_column(0, len(headings) - 1, 24)
            for at, row in enumerate([headings, *rows]):
                sheet.write_row(at, 0, row)
    else:
        raise FileRefusedError(
            FileFault("recording.book_ending", {}, path.name, suggestion="recording.book_ending.mend")
        )


def placeholder(name: str, seconds: float) -> bytes:
    """A synthetic sound in the place of a narrator's: a tune of its own for each `name`, about `seconds` long, as WAV.

    It is no language and is called a placeholder wherever it is shown; real lines never play it.
    """
    notes = hashlib.sha256(name.encode()).digest()
    count = max(3, round(seconds / _NOTE_S))
    samples = array("h")
    for at in range(count):
        pitch = 220 * 2 ** (notes[at % len(notes)] % 13 / 12)
        loud = 4_000 + 500 * (notes[(at + 7) % len(notes)] % 13)
        wave_of = (round(loud * math.sin(2 * math.pi * pitch * t / 8_000)) for t in range(round(_NOTE_S * 8_000)))
        samples.extend(wave_of)
    with io.BytesIO() as out:
        with wave.open(out, "wb") as sound:
            sound.setparams((1, 2, 8_000, 0, "NONE", ""))
            sound.writeframes(samples.tobytes())
        return out.getvalue()


def can_render(language: str) -> bool:
    """Whether words of `language` can be spoken offline on this machine."""
    return language in ESPEAK and shutil.which("espeak-ng") is not None


def render(text: str, language: str) -> bytes:
    """`text` as WAV by espeak-ng: for simulated phones and for measuring, never for respondents.

    Raises RefusedError for a language it cannot say, or when it is not installed.
    """
    if not can_render(language):
        raise FileRefusedError(FileFault("recording.no_synthesis", {"language": language}))
    command = ["espeak-ng", "-v", ESPEAK[language], "-s", "130", "--stdout", "--stdin"]
    return subprocess.run(command, input=text.encode(), capture_output=True, check=True, timeout=30).stdout
