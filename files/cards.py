"""A5 cards to print: one organisation a card, front and back, in large type for eyes of sixty, plain HTML.

Words that many questions begin with stand once, above them. It must not know the database nor who gets a card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from ivr.menus import key_among
from survey.questionnaire import Choice, Kind, Question, Questionnaire

_STYLE = """
@page { size: A5 portrait; margin: 8mm; }
* { box-sizing: border-box; }
body { font: 14pt/1.2 "Be Vietnam Pro", Arial, "Liberation Sans", sans-serif; color: #000; margin: 0; }
article { width: 132mm; margin: 0 auto; break-after: page; }
article:last-child { break-after: auto; }
h1 { font-size: 16pt; line-height: 1.15; margin: 0 0 1mm; }
p { margin: 1.5mm 0; }
.about { font-size: 12pt; }
.ring { border: 0.7mm solid #000; border-radius: 2mm; padding: 1.5mm 3mm; margin: 2mm 0; }
.ring b { font-size: 22pt; white-space: nowrap; }
table { width: 100%; border-collapse: collapse; margin: 2mm 0; }
thead th { border-bottom: 0.5mm solid #000; padding: 1mm 0 1.5mm; text-align: left; font-weight: bold; }
tbody tr { break-inside: avoid; }
tbody th, td { vertical-align: top; text-align: left; padding: 0.5mm 0; border-bottom: 0.2mm solid #999; }
tbody th { width: 12mm; white-space: nowrap; }
.stem { font-weight: bold; padding-top: 1.2mm; }
.keys span { display: inline-block; white-space: nowrap; margin-right: 5mm; }
td .keys { display: block; }
footer { break-inside: avoid; }
footer b { white-space: nowrap; }
@media screen { article { margin: 8mm auto; padding: 8mm; width: 148mm; border: 1px solid #888; } }
"""
FEWEST_ALIKE, SHORTEST_STEM = 3, 4
"""How many questions in a row must begin alike, and with how many words, for these to be written once."""

_HOW: Mapping[Kind, str] = {
    "integer": "bấm số, rồi phím thăng #",
    "decimal": "bấm số, rồi phím thăng #",
    "date": "bấm ngày, tháng, năm, ví dụ 05032026",
    "select_multiple": "được chọn nhiều ý, xong bấm phím thăng #",
    "text": "chỉ hỏi khi nhắn tin",
}
"""How to answer what is no choice of one key."""
_RINGS_BACK = ("Nháy máy tới", "Chúng tôi gọi lại ngay, ông bà không mất tiền.")
_ANSWERS = ("Gọi tới", "Chúng tôi nghe máy ngay, ông bà trả cước cuộc gọi.")
"""What to do with the number, and what comes of it and who pays."""


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on one card; numbers as people dial them. `texts`: where answers may be texted to, "" for nowhere.

    `rings_back`: a ring at `hotline` is refused and rung back, free; else somebody answers and the caller pays.
    """

    organisation: str
    code: str
    form: Questionnaire
    round_title: str
    office: str
    hotline: str
    officer: str
    officer_phone: str
    texts: str = ""
    rings_back: bool = True


def html(cards: Sequence[Card]) -> str:
    """All cards as one document."""
    pages = "\n".join(_card(card) for card in cards)
    head = (
        f'<!doctype html>\n<html lang="vi"><head><meta charset="utf-8"><title>A5</title><style>{_STYLE}</style></head>'
    )
    return f"{head}\n<body>\n{pages}\n</body></html>\n"


def pdf(document: str) -> bytes | None:
    """The document as PDF; None where WeasyPrint (or the Pango it needs) is not installed."""
    try:
        from weasyprint import HTML
    except (ImportError, OSError):
        return None
    made: bytes = HTML(string=document).write_pdf()
    return made


def _card(card: Card) -> str:
    say = escape
    usual = _usual(card.form)
    sample = " · <b>PHIẾU MẪU</b>" if card.form.sample else ""
    ring, then = _RINGS_BACK if card.rings_back else _ANSWERS
    example = "<b>C1=2 C2=1</b> (câu 1 chọn 2, câu 2 chọn 1)"
    texts = f"<p>Nhắn tin (mất cước) cũng được: {example}, gửi <b>{say(card.texts)}</b>.</p>"
    return f"""<article>
<h1>{say(card.organisation)}</h1>
<div class="about">{say(card.round_title)} · {say(card.office)}{sample}</div>
<div class="ring">{ring} <b>{say(card.hotline)}</b><br>{then}<br>
Mã số của đơn vị: <b>{say(card.code)}</b></div>
<table>
{f'<thead><tr><th colspan="2" class="keys">{_keys(usual, card.texts)}</th></tr></thead>' if usual else ""}
<tbody>
{_rows(card, usual)}
</tbody>
</table>
<footer><p>Nghe lại: bấm phím sao *. Bấm nhầm: bấm phím 7. Gặp cán bộ: bấm phím 0.</p>
{texts if card.texts else ""}
<p>Hỏi cán bộ <b>{say(card.officer)}</b>, điện thoại <b>{say(card.officer_phone)}</b>.</p></footer>
</article>"""


def _usual(form: Questionnaire) -> tuple[Choice, ...]:
    """The choices that most questions have; they are told once."""
    lists = [question.choices for question in form.questions if question.number is not None and question.choices]
    return max(lists, key=lists.count, default=())


def _rows(card: Card, usual: tuple[Choice, ...]) -> str:
    """The questions in order; a run of them that begins alike stands under its common words."""
    asked = [question for question in card.form.questions if question.number is not None]
    rows: list[str] = []
    while asked:
        stem, many = _alike([question.label["vi"] for question in asked])
        if stem:
            rows.append(f'<tr><td colspan="2" class="stem">{escape(stem)}…</td></tr>')
        rows += [_question(question, usual, stem, card.texts) for question in asked[:many]]
        asked = asked[many:]
    return "\n".join(rows)


def _alike(labels: Sequence[str]) -> tuple[str, int]:
    """The words that the first labels begin with, and how many labels these are; ("", 1) where too few begin alike."""
    for words in range(len(labels[0].split()) - 1, SHORTEST_STEM - 1, -1):
        stem = " ".join(labels[0].split()[:words])
        many = next((at for at, label in enumerate(labels) if not label.startswith(f"{stem} ")), len(labels))
        if many >= FEWEST_ALIKE:
            return stem, many
    return "", 1


def _question(question: Question, usual: tuple[Choice, ...], stem: str, texts: str) -> str:
    words = question.label["vi"].removeprefix(stem).strip()
    own = f'<span class="keys">{_keys(question.choices, texts)}</span>' if question.choices not in ((), usual) else ""
    asides = [how for how in (_HOW.get(question.kind), "nếu được hỏi" if question.relevant else None) if how]
    told = f" ({escape('; '.join(asides))})" if asides else ""
    return f"<tr><th>C{question.number}</th><td>{'… ' if stem else ''}{escape(words)}{told}{own}</td></tr>"


def _keys(choices: tuple[Choice, ...], texts: str) -> str:
    """Each choice with the key that a call tells for it; `texts`: its figure in a text too, where that is another."""
    keyed = [(choice, key_among(choice, choices)) for choice in choices]
    return " ".join(
        f"<span>{escape(choice.label['vi'])}: bấm phím {escape(key)}"
        f"{f' (nhắn tin: số {escape(choice.key)})' if texts and key != choice.key else ''}</span>"
        for choice, key in keyed
    )
