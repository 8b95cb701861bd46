"""`questionnaire check` refuses options that are read otherwise when they are sent back, and warns of those alike."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from demo.samples.make_samples import QUESTIONNAIRES
from files.printed_options import PROMISED, look_alike, misread
from files.readiness import readiness
from files.xlsform import read_form
from sms.encoding import plain
from survey.words.wording import WORDS
from tests.files.test_xlsform import CHOICES, faults
from tests.sms.test_printed_options import options
from tests.survey.forms import consent, form, level


@pytest.mark.parametrize(
    ("labels", "texts", "codes"),
    [
        (("Dừa", "Dứa"), (), ["form.options_alike"] * 2),
        (("Dừa", "Dứa"), ("Trai dua", "Khom"), []),
        (("Đúng", "Sai"), (), ["form.option_stops"]),
        (("Đồng ý", "Từ chối"), (), ["form.option_stops"]),
        (("Stop", "Go on"), (), ["form.option_stops"]),
        (("End", "Cancel"), (), ["form.option_stops"] * 2),
        (("Thôi", "Làm nữa"), (), ["form.option_stops"]),
        (("Có nhận", "Không nhận tin nhắn"), (), ["form.option_stops"]),
        (("Không nhận thông tin", "Không nhận thông báo"), (), ["form.option_stops"] * 2),
        (("Không được gọi", "Không liên lạc"), (), ["form.option_stops"] * 2),
        (("Ngừng", "Chấm dứt", "Kết thúc"), (), ["form.option_stops"] * 3),
        (("Gọi", "Nhắn"), (), ["form.option_promised"]),
        (("Bỏ qua", "Làm"), (), ["form.option_promised"]),
        (("Trước", "Sau"), (), []),
        (("Tiếng Việt", "Tiếng Anh"), (), []),
        (("2", "3"), (), ["form.option_number"]),
        (("Hai", "Ba"), (), ["form.option_number"]),
        (("Năm", "Tháng", "Ngày", "Giờ", "Tuần"), (), ["form.option_number"]),
        (("0", "10", "20"), (), []),
        (("Dưới 10", "10-20", "Trên 20"), (), []),
        (("Câu 1", "Câu 2"), (), ["form.option_unread"] * 2),
        (("✓", "✗"), (), ["form.option_unread"] * 2),
        (("Có", "Không", "Không biết"), (), []),
        (("Hài lòng", "Hài lòng"), (), ["form.options_alike"] * 2),
    ],
)
def test_options_that_would_be_read_otherwise_are_refused(
    labels: tuple[str, ...], texts: tuple[str, ...], codes: list[str]
) -> None:
    faults = list(misread(form(consent(), options(*labels, texts=texts))))
    assert [fault.code for fault in faults] == codes
    assert all(fault.weight == "refused" and fault.params["option"] for fault in faults)


def test_a_refused_form_names_the_row_and_the_option(tmp_path: Path) -> None:
    level = [["level", "dua", "Dừa", "Coconut", 5, "", "", ""], ["level", "dua_", "Dứa", "Pineapple", 1, "", "", ""]]
    found = faults(tmp_path, choices=[*CHOICES[:3], *level])
    assert [(f.code, f.sheet, f.row, f.value, f.params["option"]) for f in found] == [
        ("form.options_alike", "survey", 3, "q1", "Dua")
    ] * 2


def test_names_and_labels_that_look_alike_are_told() -> None:
    fruit = replace(options("Dừa", "Dứa", texts=("Trai dua", "Khom")), name="Fruit")
    asked = form(consent(), fruit, replace(level("a"), name="fruit"))
    assert [(n.code, n.value) for n in look_alike(asked)] == [
        ("form.names_alike", "fruit"),
    ]
    assert {"form.names_alike", "form.labels_alike"} <= {notice.code for notice in readiness(asked).notices}


def test_words_that_carriers_answer_themselves_are_told() -> None:
    asked = form(consent(), options("Có", "Không", texts=("Yes", "No")))
    assert [n.params["option"] for n in look_alike(asked) if n.code == "form.option_carriers"] == ["Yes", "Yes"]


def test_every_word_that_a_text_offers_is_kept_for_that() -> None:
    offered = {
        word
        for code, words in WORDS.items()
        if code.startswith("text.")
        for text in words.values()
        for word in re.findall(r"\b[A-Z]{2,}(?: [A-Z]+)*\b", plain(text))
    }
    known = {word.lower() for word in offered} - {"tc", "dk lai", "text goi", "htx"}
    assert known <= set(PROMISED)


@pytest.mark.parametrize("code", ["HTX-NN", "HTX-PNN", "QTD", "BC-THANG"])
def test_the_samples_are_read_as_they_are_printed(code: str) -> None:
    sample = read_form(QUESTIONNAIRES / f"{code}.xlsx")
    assert list(misread(sample)) == []
    assert list(look_alike(sample)) == []
