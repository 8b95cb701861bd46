"""Segments are counted as networks count them, parts lose nothing, and plain letters are one septet each."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms import encoding
from sms.encoding import TextMeasure

VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", TextMeasure("gsm7", 0, 0)),
        ("C3: 2", TextMeasure("gsm7", 5, 1)),
        ("a" * 160, TextMeasure("gsm7", 160, 1)),
        ("a" * 161, TextMeasure("gsm7", 161, 2)),
        ("a" * 306, TextMeasure("gsm7", 306, 2)),
        ("a" * 307, TextMeasure("gsm7", 307, 3)),
        ("€" * 80, TextMeasure("gsm7", 160, 1)),
        ("€" * 81, TextMeasure("gsm7", 162, 2)),
        ("a" * 152 + "€" + "a" * 152, TextMeasure("gsm7", 306, 3)),  # the escape does not fit the first part
        ("à", TextMeasure("gsm7", 1, 1)),
        ("á", TextMeasure("ucs2", 1, 1)),
        ("ạ" * 70, TextMeasure("ucs2", 70, 1)),
        ("ạ" * 71, TextMeasure("ucs2", 71, 2)),
        ("😀" * 35, TextMeasure("ucs2", 70, 1)),
        ("😀" * 36, TextMeasure("ucs2", 72, 2)),  # 33 whole ones in a part of 67
        ("😀" * 67, TextMeasure("ucs2", 134, 3)),
    ],
)
def test_measure(text: str, expected: TextMeasure) -> None:
    assert encoding.measure(text) == expected


def test_decomposed_vietnamese_is_measured_as_it_is_sent() -> None:
    text = "Ông/bà có hài lòng không?"
    assert encoding.measure(unicodedata.normalize("NFD", text)) == encoding.measure(text)


TEXTS = st.text() | st.text(st.sampled_from("ab€^[ạđ😀\ud83d\u0301 \n"), max_size=400)


@given(TEXTS)
def test_parts_are_the_text_and_each_fits(text: str) -> None:
    found, measure = encoding.parts(text), encoding.measure(text)
    assert "".join(found) == unicodedata.normalize("NFC", text)
    assert len(found) == measure.segments
    room = {"gsm7": (160, 153), "ucs2": (70, 67)}[measure.encoding][len(found) > 1]
    assert all(_units(part, measure.encoding) <= room for part in found)


def _units(part: str, kind: str) -> int:
    if kind == "ucs2":
        return len(part.encode("utf-16-le", "surrogatepass")) // 2
    return sum(2 if c in "\f^{}\\[~]|€" else 1 for c in part)


@given(st.text(st.sampled_from(VIETNAMESE + VIETNAMESE.upper() + " 0123456789.,:;!?-–—“”‘’…₫&#\u00a0")))
def test_plain_vietnamese_is_ascii_without_the_signs_that_routes_refuse(text: str) -> None:
    bare = encoding.plain(text)
    assert bare.isascii()
    assert not set("&#") & set(bare)
    assert encoding.plain(bare) == bare
    assert encoding.plain(unicodedata.normalize("NFD", text)) == bare


@given(TEXTS)
def test_plain_never_raises_and_plain_again_changes_nothing(text: str) -> None:
    assert encoding.plain(encoding.plain(text)) == encoding.plain(text)


def test_plain_keeps_the_words() -> None:
    assert encoding.plain("“Đồng ý” – 20.000 ₫… Trưởng thôn Huỳnh Thị Bưởi") == (
        '"Dong y" - 20.000 d... Truong thon Huynh Thi Buoi'
    )
