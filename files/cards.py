"""A5 cards to print: one organisation a card, in large type for eyes of sixty, plain HTML that browsers print well.

It must not know the database nor who gets a card.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from survey.questionnaire import Choice, Question, Questionnaire

_STYLE = """
@page { size: A5 portrait; margin: 9mm; }
* { box-sizing: border-box; }
body { font: 12.5pt/1.3 "Be Vietnam Pro", Arial, "Liberation Sans", sans-serif; color: #000; margin: 0; }
article { width: 130mm; margin: 0 auto; break-after: page; }
article:last-child { break-after: auto; }
h1 { font-size: 15pt; margin: 0 0 1mm; }
.sample { font-weight: bold; }
.ring { border: 0.7mm solid #000; border-radius: 2mm; padding: 2mm 3mm; margin: 2mm 0; }
.ring b { font-size: 21pt; letter-spacing: 0.5mm; white-space: nowrap; }
ol { list-style: none; margin: 2mm 0; padding: 0; }
li { break-inside: avoid; margin: 0 0 1.6mm; padding-left: 11mm; text-indent: -11mm; }
li b { display: inline-block; width: 11mm; text-indent: 0; }
.keys { font-weight: bold; text-indent: 0; }
.keys span { white-space: nowrap; margin-right: 4mm; }
li .keys { display: block; font-weight: normal; }
footer { border-top: 0.4mm solid #000; padding-top: 1.5mm; break-inside: avoid; }
@media screen { article { margin: 8mm auto; padding: 9mm; width: 148mm; border: 1px solid #888; } }
"""


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on one card; numbers as people dial them."""

    organisation: str
    code: str
    form: Questionnaire
    round_title: str
    office: str
    hotline: str
    officer: str
    officer_phone: str


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
    sample = '<p class="sample">PHIẾU MẪU</p>' if card.form.sample else ""
    questions = "\n".join(_question(q, usual) for q in card.form.questions if q.number is not None)
    return f"""<article>
<h1>{say(card.organisation)}</h1>
<div>{say(card.round_title)} · {say(card.office)}</div>{sample}
<div class="ring">Nháy máy tới <b>{say(card.hotline)}</b><br>Chúng tôi gọi lại ngay, ông bà không mất tiền.<br>
Mã số của đơn vị: <b>{say(card.code)}</b></div>
<p class="keys">{_keys(usual)}</p>
<ol>
{questions}
</ol>
<p>Bấm phím sao (*) để nghe lại, phím 0 để gặp cán bộ. Nhắn tin: C1=2 C2=1. Thôi nhận tin: TC.</p>
<footer>Hỏi cán bộ: <b>{say(card.officer)}</b>, điện thoại <b>{say(card.officer_phone)}</b></footer>
</article>"""


def _usual(form: Questionnaire) -> tuple[Choice, ...]:
    """The choices that most questions have; they are told once."""
    lists = [question.choices for question in form.questions if question.number is not None and question.choices]
    return max(lists, key=lists.count, default=())


def _question(question: Question, usual: tuple[Choice, ...]) -> str:
    own = (
        ""
        if question.choices == usual or not question.choices
        else f'<span class="keys">{_keys(question.choices)}</span>'
    )
    return f"<li><b>C{question.number}</b>{escape(question.label['vi'])}{own}</li>"


def _keys(choices: Sequence[Choice]) -> str:
    return " ".join(_told(choices))


def _told(choices: Sequence[Choice]) -> Iterator[str]:
    for choice in choices:
        yield f"<span>{escape(choice.label['vi'])}: bấm phím {escape(choice.key)}</span>"
