"""Older encodings are named, never guessed into a text; what is Vietnamese or another language is left alone."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable

import pytest
from vietnam_provinces import NESTED_DIVISIONS_JSON_PATH

from characters import legacy

COMMUNES = sorted(
    {
        ward["name"]
        for province in json.loads(NESTED_DIVISIONS_JSON_PATH.read_text("utf-8"))
        for ward in province["wards"]
    }
)
_TCVN3 = {letter: code for code, letter in legacy.TCVN3.items()}
_TONES = dict(zip("\u0301\u0300\u0309\u0303\u0323", "ùøûõï", strict=True))
_ROUND = dict(zip("\u0301\u0300\u0309\u0303\u0323", "áàåãä", strict=True))
_SHORT = dict(zip("\u0301\u0300\u0309\u0303\u0323", "éèúüë", strict=True))
_ALONE = {"ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î", "đ": "ñ", "í": "í", "ì": "ì"}


def tcvn3(text: str) -> str:
    """As a font .Vn… would hold it: capital letters with marks are small ones."""
    return "".join(_TCVN3.get(c, _TCVN3.get(c.lower(), c)) for c in text)


def vni(text: str) -> str:
    """Typed after VNI's own description: the mark follows its vowel."""
    return "".join(_vni(c) for c in text)


def _vni(letter: str) -> str:
    low = letter.lower()
    base, *marks = unicodedata.normalize("NFD", low)
    if low in _ALONE:
        written = _ALONE[low]
    elif "\u031b" in marks:
        written = {"o": "ô", "u": "ö"}[base] + "".join(_TONES[m] for m in marks if m != "\u031b")
    elif "\u0302" in marks:
        written = base + "".join(_ROUND[m] for m in marks if m != "\u0302") if len(marks) > 1 else base + "â"
    elif "\u0306" in marks:
        written = base + "".join(_SHORT[m] for m in marks if m != "\u0306") if len(marks) > 1 else base + "ê"
    else:
        written = base + "".join(_TONES.get(m, m) for m in marks)
    return written.upper() if letter.isupper() else written


def read_as_latin(text: str) -> str:
    return legacy.as_latin(text.encode())


def cp1258(text: str) -> str:
    """As a program that knows the code page only by its number stores it, and another shows it as Latin."""
    stored = bytearray()
    for letter in text:
        try:
            stored += letter.encode("cp1258")
        except UnicodeEncodeError:
            spread = unicodedata.normalize("NFD", letter)
            tones = [c for c in spread if c in _TONES]
            bare = unicodedata.normalize("NFC", "".join(c for c in spread if c not in _TONES))
            stored += "".join((bare, *tones)).encode("cp1258")
    return legacy.as_latin(bytes(stored))


@pytest.mark.parametrize(
    ("text", "encoding", "meant"),
    [
        ("Hîp t¸c x·", "tcvn3", "Hợp tác xã"),
        ("HîP T¸C X·", "tcvn3", "HỢP TÁC Xã"),
        ("DÞch vô n«ng nghiÖp Th\xad¬ng M¹i", "tcvn3", "Dịch vụ nông nghiệp Thương Mại"),
        ("Hôïp taùc xaõ", "vni", "Hợp tác xã"),
        ("HÔÏP TAÙC XAÕ ÑOÀNG TAÂM", "vni", "HỢP TÁC XÃ ĐỒNG TÂM"),
        ("Há»£p tÃ¡c xÃ£", "utf8", "Hợp tác xã"),
        ("Ä áº¯k Láº¯k", "utf8", "Đắk Lắk"),
        (read_as_latin(read_as_latin("Hợp tác xã")), "utf8", "Hợp tác xã"),
        (read_as_latin(unicodedata.normalize("NFD", "tác giả")), "utf8", "tác giả"),
        ("Hõòp tác xaÞ", "cp1258", "Hợp tác xã"),
        ("Ho+.p ta'c xa~", "viqr", ""),
        ("D-u+o+`ng Vie^.t Nam", "viqr", ""),
        ("H?p tác xã", "lost", ""),
        ("H?p t?c x?", "lost", ""),
        ("H?P TÁC XÃ", "lost", ""),
        ("Nguy?n V?n ?ng", "lost", ""),
        ("H\ufffdp t\ufffdc x\ufffd", "lost", ""),
    ],
)
def test_an_encoding_is_named_and_converted_where_that_can_be(text: str, encoding: str, meant: str) -> None:
    assert legacy.detect(text) == encoding
    if meant:
        assert legacy.convert(text, encoding) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("Société Générale", "Café de Paris", "Müller GmbH Köln", "goût", "Loïc", "où", "São Paulo", "España", "naïf"),
        *("Krông Ana", "Ea H'leo", "K'Ho", "Ia Ðal", "HTX «Tân Tiến»", "10 m² đất", "Trần Văn A (GĐ)", "Đắk R'Lấp"),
        *("Ông bà có hài lòng không?", "Có hài lòng không?Nếu không, vì sao?", "a?", "Có/Không?", "What? ok", "xã?"),
        *("Hop tac xa", "HTX N.N. Da'n Chu'", "Co^ng ty", "https://a.vn/?x=1", "https://a.vn/f?id=3", "O'Brien's", ""),
        *(
            "Lê Hà",
            "Hà Nội",
            "100 °C",
            "Hợp tác xã ®",
            "© 2025 Liên minh",
            "Nhất · Nhì",
            "don't can't won't",
            "a.b@c.d",
        ),
    ],
)
def test_other_languages_and_plain_texts_are_left_alone(text: str) -> None:
    assert legacy.detect(text) == ""


def test_no_commune_of_the_country_is_taken_for_another_encoding() -> None:
    forms = ("NFC", "NFD")
    assert [n for n in COMMUNES for form in forms if legacy.detect(unicodedata.normalize(form, n))] == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("encoding", "written", "least"),
    [("tcvn3", tcvn3, 0.99), ("vni", vni, 0.96), ("utf8", read_as_latin, 1.0), ("cp1258", cp1258, 0.96)],
)
def test_nearly_every_commune_in_an_old_encoding_is_recognised_and_none_as_another(
    encoding: str, written: Callable[[str], str], least: float
) -> None:
    """The rest are names of the highlands and words that are Vietnamese either way."""
    found = [(name, legacy.detect(written(name))) for name in COMMUNES]
    assert [(name, told) for name, told in found if told not in (encoding, "")] == []
    assert sum(told == encoding for _, told in found) >= least * len(found)
    assert [n for n in COMMUNES if legacy.convert(written(n), encoding).casefold() != n.casefold()] == []


def test_a_row_is_converted_when_one_of_its_cells_is_sure_and_unicode_stays() -> None:
    row = ["HTX N«ng nghiÖp", "X· Lª Lîi", "Lª", 5.0, "Trần Văn Đức", "0912"]
    assert legacy.convert_together(row, "tcvn3") == ["HTX Nông nghiệp", "Xã Lê Lợi", "Lê", 5.0, "Trần Văn Đức", "0912"]
    plain = ["HTX Lê", "Xã Hà"]
    assert legacy.convert_together(plain, "tcvn3") == plain


@pytest.mark.parametrize(
    "text",
    [
        *(f"HTX {'Hợp tác xã Đông'.encode().decode(page, 'replace')}" for page in ("mac-roman", "cp1251")),
        *("HTX H&#7907;p tác", "HTX N&#xf4;ng", "HTX N\\u00f4ng", "HTX N&ocirc;ng Lúa", "HTX N&ocirc;ng"),
    ],
)
def test_letters_of_further_programs_are_never_taken_as_they_stand(text: str) -> None:
    assert legacy.detect(text) == "lost"


@pytest.mark.parametrize(
    "text", ["HTX R&D Nà Lúa", "A & B", "НТХ Nà Lúa", "Сao Bằng", "HTX A\\B", "C&T; D", "HTX №1", "a·b", "Здравствуйте"]
)
def test_signs_and_letters_of_other_scripts_are_no_lost_letters(text: str) -> None:
    assert legacy.detect(text) == ""
