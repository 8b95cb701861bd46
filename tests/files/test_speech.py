"""Recordings are checked before anybody hears them; the prompt book is a workbook or a CSV."""

from __future__ import annotations

import csv
import struct
import wave
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from files import speech
from files.faults import FileRefusedError


def record(path: Path, seconds: float = 1.0, loud: int = 8000, rate: int = 8000, channels: int = 1) -> Path:
    """A tone as a WAV file."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        frames = [loud if n // 20 % 2 else -loud for n in range(int(seconds * rate) * channels)]
        out.writeframes(struct.pack(f"<{len(frames)}h", *frames))
    return path


def test_a_good_file_is_taken_as_it_is(tmp_path: Path) -> None:
    path = record(tmp_path / "a.wav", 1.5)
    assert speech.read_recording(path) == speech.Recording(path.read_bytes(), 1500)


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("recording.silent", {"loud": 0}),
        ("recording.length", {"seconds": 0.1}),
        ("recording.length", {"seconds": 61}),
        ("recording.shape", {"channels": 2}),
        ("recording.shape", {"rate": 4000}),
    ],
)
def test_a_file_that_would_silence_a_call_is_refused_by_name(tmp_path: Path, code: str, made: dict[str, float]) -> None:
    path = record(tmp_path / "b.wav", **made)  # type: ignore[arg-type]  # whole numbers where they are due
    with pytest.raises(FileRefusedError) as refused:
        speech.read_recording(path)
    assert [(f.code, f.sheet) for f in refused.value.faults] == [(code, "b.wav")]


@pytest.mark.parametrize("content", [b"", b"RIFF", b"ID3 an mp3", b"\0" * 5000])
def test_what_is_no_wav_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.wav"
    path.write_bytes(content)
    with pytest.raises(FileRefusedError, match=r"recording\.no_wav"):
        speech.read_recording(path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "d.wav"
    with path.open("wb") as out:
        out.truncate(speech.MOST_BYTES + 1)
    with pytest.raises(FileRefusedError, match=r"recording\.too_large"):
        speech.read_recording(path)


def test_the_book_opens_in_excel_and_as_csv(tmp_path: Path) -> None:
    rows = [("id1", "Xin chào ông bà.", 1.3), ("id2", "=1+1", 0.3)]
    speech.write_book(tmp_path / "book.xlsx", ["Mã", "Lời", "Giây"], rows)
    sheet = CalamineWorkbook.from_path(str(tmp_path / "book.xlsx")).get_sheet_by_index(0).to_python()
    assert sheet == [["Mã", "Lời", "Giây"], *map(list, rows)]
    speech.write_book(tmp_path / "book.csv", ["Mã", "Lời", "Giây"], rows)
    with (tmp_path / "book.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert list(csv.reader(lines))[1] == ["id1", "Xin chào ông bà.", "1.3"]
    with pytest.raises(FileRefusedError):
        speech.write_book(tmp_path / "book.pdf", [], [])
    for place in (tmp_path / "nowhere" / "book.csv", tmp_path):
        with pytest.raises(FileRefusedError, match="no_folder"):
            speech.write_book(place, [], [])


def test_no_words_are_made_up_for_a_language_nobody_can_synthesise() -> None:
    with pytest.raises(FileRefusedError, match=r"recording\.no_synthesis"):
        speech.render("Nyob zoo", "hmn")


@pytest.mark.skipif(not speech.can_render("vi"), reason="no espeak-ng: apt install espeak-ng")
def test_words_are_spoken_offline(tmp_path: Path) -> None:
    path = tmp_path / "e.wav"
    path.write_bytes(speech.render("Xin chào ông bà", "vi"))
    assert speech.read_recording(path).milliseconds > 500
