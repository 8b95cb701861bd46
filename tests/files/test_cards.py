"""Cards an old leader can read: numbers as people dial them, keys beside words, common words once, what to do said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape

from demo.samples.make_samples import QUESTIONNAIRES
from files.cards import Card, html
from files.xlsform import read_form
from survey.form.questionnaire import Questionnaire
from tests.survey import forms

CARD = Card(
    organisation="HTX Đông <Xuân>",
    code="73687870",
    form=read_form(QUESTIONNAIRES / "HTX-NN.xlsx"),
    round_title="Chỉ số hài lòng 2026",
    office="Liên minh HTX tỉnh",
    hotline="0214 3840 123",
    officer="Nguyễn Thị Lan",
    officer_phone="0912 345 678",
    texts="0912 000 111",
)


def words(card: Card) -> str:
    """What stands on the card, without tags."""
    body = html([card]).split("</style>")[1]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def test_a_card_says_where_to_ring_and_text_under_which_code_and_whom_to_ask() -> None:
    shown = words(CARD)
    assert "HTX Đông <Xuân>" in shown
    assert "PHIẾU MẪU" in shown
    assert "Nháy máy tới 0214 3840 123 Chúng tôi gọi lại ngay, ông bà không mất tiền." in shown
    assert "Mã số của đơn vị: 73687870" in shown
    assert "C1=2 C2=1 (câu 1 chọn 2, câu 2 chọn 1), gửi 0912 000 111 ." in shown
    assert "Hỏi cán bộ Nguyễn Thị Lan , điện thoại 0912 345 678 ." in shown
    assert "Nhắn tin" not in words(replace(CARD, texts=""))


def test_a_number_that_nobody_rings_back_is_not_said_to_be_free() -> None:
    shown = words(replace(CARD, rings_back=False))
    assert "Gọi tới 0214 3840 123 Chúng tôi nghe máy ngay, ông bà trả cước cuộc gọi." in shown
    assert "không mất tiền" not in shown
    assert "Nhắn tin (mất cước) cũng được" in shown


def test_words_that_questions_share_stand_once_and_every_question_is_there() -> None:
    shown = words(CARD)
    assert "Ông bà hài lòng thế nào về sự quan tâm của… C1 … cấp ủy tỉnh? C2 … chính quyền tỉnh?" in shown
    numbered = [question for question in CARD.form.questions if question.number is not None]
    assert re.findall(r"C(\d+) (?:…|[A-ZÔĐ])", shown) == [str(question.number) for question in numbered]
    for question in numbered:
        assert question.label["vi"].split()[-1] in shown


def test_what_is_no_single_key_says_how_and_own_keys_stand_with_their_question() -> None:
    shown = words(CARD)
    assert "Rất hài lòng: bấm phím 1 Hài lòng: bấm phím 2" in shown
    assert "C18 Năm qua đơn vị có vay vốn ưu đãi không? Có: bấm phím 1 Không: bấm phím 2" in shown
    report = words(replace(CARD, form=read_form(QUESTIONNAIRES / "BC-THANG.xlsx")))
    assert "(bấm số, rồi phím thăng #; nếu được hỏi)" in report
    assert "(bấm ngày, tháng, năm, ví dụ 05032026; nếu được hỏi)" in report
    assert "(được chọn nhiều ý, xong bấm phím thăng #) Thiếu vốn: bấm phím 1" in report
    assert "(chỉ hỏi khi nhắn tin; nếu được hỏi)" in report


def test_no_opinion_has_the_key_that_a_call_tells_and_its_own_figure_in_a_text() -> None:
    assert "Không có ý kiến: bấm phím 9 (nhắn tin: số 4)" in words(CARD)
    assert "Không có ý kiến: bấm phím 9 C" in words(replace(CARD, texts="")).replace("Ông bà hài lòng", "C")


def test_a_form_of_numbers_only_has_no_row_of_keys() -> None:
    assert "<thead>" not in html([replace(CARD, form=forms.form(forms.whole("members")))])


def english() -> Questionnaire:
    """A form that speaks English only, with each kind of answer."""
    made = forms.report_form()
    only = [
        replace(q, label=_en(q.label), choices=tuple(replace(c, label=_en(c.label)) for c in q.choices))
        for q in made.questions
    ]
    return replace(made, questions=tuple(only), languages=("en",), default_language="en", title={"en": "Report"})


def _en(words: Mapping[str, str]) -> dict[str, str]:
    return {"en": words["en"]} if "en" in words else {}


def test_a_form_in_english_alone_has_cards_in_english() -> None:
    shown = words(replace(CARD, form=english()))
    assert '<html lang="en">' in html([replace(CARD, form=english())])
    assert "Let it ring once: 0214 3840 123 We call back at once" in shown
    assert "(key the number, then #" in shown
    assert not re.search("[ăâđêôơưạ]", shown.split("Your organisation's code")[1].replace("Nguyễn Thị Lan", ""))


def test_a_form_in_any_one_language_has_cards() -> None:
    made = english()
    other = [
        replace(
            q, label={"km": q.label["en"]}, choices=tuple(replace(c, label={"km": c.label["en"]}) for c in q.choices)
        )
        for q in made.questions
        if q.kind != "calculate"
    ]
    form = replace(made, questions=tuple(other), languages=("km",), default_language="km", title={"km": "R"})
    assert all(q.label["km"] in words(replace(CARD, form=form)) for q in form.questions if q.number)
