"""What no person wrote is told from what one did, and what stands around an answer does not hide it."""

from __future__ import annotations

import base64
import quopri
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.reading import machine_texts, replies
from sms.reading.transport_encodings import unwrapped
from survey.answers import Key
from tests import cases
from tests.sms.test_contact_wishes import INNOCENT, WISHES
from tests.sms.test_replies import LEVELS, QUESTIONS, ROWS, _written

TABLE: dict[str, list[Any]] = cases.load(Path(__file__).with_name("no_answers.yaml").read_text())


@pytest.mark.parametrize("kind", ["tapback", "automatic"])
def test_machines_are_told_by_what_they_write(kind: str) -> None:
    assert [body for body in TABLE[kind] if machine_texts.machine(body) != kind] == []


def test_nobody_is_taken_for_a_machine() -> None:
    written = [*TABLE["by a person"], *INNOCENT, *WISHES, *(str(row.values[1]["body"]) for row in ROWS)]
    assert [body for body in written if machine_texts.machine(body)] == []


def test_what_is_passed_on_says_nothing() -> None:
    assert [body for body in TABLE["says nothing"] if not machine_texts.says_nothing(body)] == []
    written = [*TABLE["by a person"], *INNOCENT, *WISHES, *(str(row.values[1]["body"]) for row in ROWS)]
    assert [body for body in written if machine_texts.says_nothing(body)] == []


@cases.table(("asked", "body", "reads"), TABLE["around"])
def test_around_an_answer(asked: str, body: str, reads: str) -> None:
    reading = replies.read(body, QUESTIONS[asked])
    assert _written(reading.said, reading.opt) == reads


@given(st.sampled_from(sorted(LEVELS)), st.sampled_from(sorted(LEVELS)), st.booleans())
def test_a_second_line_with_another_answer_is_never_a_signature(key: str, other: str, in_words: bool) -> None:
    said = replies.read(f"{key}\n{LEVELS[other] if in_words else other}", QUESTIONS["level"]).said
    assert said == Key(key) if key == other else not isinstance(said, Key)


# Wrapped by a gateway

WRAPPINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le")


@pytest.mark.parametrize("encoding", WRAPPINGS)
@pytest.mark.parametrize("body", ["2", "C1: 2", "Hài lòng", "đừng gọi nữa", "1\nGiam doc", "rất hài lòng 👍"])
def test_a_wrapped_text_is_taken_out(body: str, encoding: str) -> None:
    assert unwrapped(base64.b64encode(body.encode(encoding)).decode()) == body


@pytest.mark.parametrize("body", ["C1: 2", "đừng gọi nữa"])
def test_utf_16_in_hexadecimal_figures_is_taken_out(body: str) -> None:
    assert unwrapped(body.encode("utf-16-be").hex().upper()) == body


@pytest.mark.parametrize(
    "body",
    [
        *("2", "2026", "0000", "0032", "00310032", "12345678", "0912345678", "0084912345678", "dung", "TUCHOI12"),
        *("hai long", "HuyHoang", "HTXDongTam12", "NguyenVanDung", "RatHaiLong12", "HTXNongNghiepTanTien", "abcd="),
        *("====", "AAAA", "DADADADA", "BEEFCAFE", "+84901000001"),
    ],
)
def test_what_somebody_may_have_typed_stays_as_it_is(body: str) -> None:
    assert unwrapped(body) == body


@given(st.text() | st.binary().map(lambda raw: base64.b64encode(raw).decode()) | st.binary().map(bytes.hex))
def test_nothing_that_comes_in_raises(body: str) -> None:
    assert isinstance(unwrapped(body), str)
    assert machine_texts.machine(body) in ("tapback", "automatic", None)
    assert machine_texts.says_nothing(body) in (True, False)


def test_no_word_that_people_write_here_is_taken_for_wrapped() -> None:
    written = [*INNOCENT, *WISHES, *(str(row.values[1]["body"]) for row in ROWS)]
    assert [body for body in written if unwrapped(body) != body] == []


@pytest.mark.parametrize("body", ["Hài lòng", "Đừng nhắn nữa", "1 - Có ạ"])
def test_a_text_in_quoted_printable_is_taken_out(body: str) -> None:
    assert unwrapped(quopri.encodestring(body.encode()).decode()) == body


@pytest.mark.parametrize("body", ["C1=2 C2=3", "=2", "C1=C3", "a=b=c", "1=Co, 2=Khong", "=C3 =A0", "=C3=28"])
def test_what_is_no_quoted_printable_stays_as_it_is(body: str) -> None:
    assert unwrapped(body) == body
