"""A5 cards to print: one organisation a card, front and back, in large type for eyes of sixty, plain HTML.

Words that many questions begin with stand once, above them. It must not know the database nor who gets a card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from files.card_words import WORDS
from ivr.menus import key_among
from survey.form.questionnaire import Choice, Question, Questionnaire, Words
from survey.words.kinds import ON_CARDS

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

    @property
    def language(self) -> str:
        """Vietnamese where the form speaks it, else the form's own."""
        return "vi" if "vi" in self.form.languages else self.form.default_language

    def of_form(self, words: Words) -> str:
        """The words in the card's language, else in the form's default one."""
        return words.get(self.language) or words.get(self.form.default_language, "")

    def word(self, about: str, **params: str) -> str:
        """What stands on every card, in the card's language where we have it; the parameters are escaped."""
        return self.of_ours(WORDS[about]).format(**{name: escape(text) for name, text in params.items()})

    def of_ours(self, words: Words) -> str:
        """Our words in the card's language, else in English."""
        return words.get(self.language) or words["en" if self.language != "vi" else "vi"]


def html(cards: Sequence[Card]) -> str:
    """All cards as one document."""
    pages = "\n".join(_card(card) for card in cards)
    language = cards[0].language if cards else "vi"
    head = (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        f"<title>A5</title><style>{_STYLE}</style></head>"
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
    say, word = escape, card.word
    usual = _usual(card.form)
    sample = f" · <b>{word('sample')}</b>" if card.form.sample else ""
    ring, then = ("ring", "free") if card.rings_back else ("call", "paid")
    texts = f"<p>{word('texts', number=card.texts)}</p>"
    keys = f'<thead><tr><th colspan="2" class="keys">{_keys(card, usual)}</th></tr></thead>' if usual else ""
    return f"""<article>
<h1>{say(card.organisation)}</h1>
<div class="about">{say(card.round_title)} · {say(card.office)}{sample}</div>
<div class="ring">{word(ring, number=card.hotline)}<br>{word(then)}<br>
{word("code", code=card.code)}</div>
<table>
{keys}
<tbody>
{_rows(card, usual)}
</tbody>
</table>
<footer><p>{word("keys")}</p>
{texts if card.texts else ""}
<p>{word("ask", officer=card.officer, number=card.officer_phone)}</p></footer>
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
        stem, many = _alike([card.of_form(question.label) for question in asked])
        if stem:
            rows.append(f'<tr><td colspan="2" class="stem">{escape(stem)}…</td></tr>')
        rows += [_question(card, question, usual, stem) for question in asked[:many]]
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


def _question(card: Card, question: Question, usual: tuple[Choice, ...], stem: str) -> str:
    words = card.of_form(question.label).removeprefix(stem).strip()
    own = f'<span class="keys">{_keys(card, question.choices)}</span>' if question.choices not in ((), usual) else ""
    hint = "number" if question.numbered else question.rules.hint
    asides = [card.of_ours(ON_CARDS[hint])] if hint in ON_CARDS else []
    asides += [card.word("if_asked")] if question.relevant else []
    told = f" ({'; '.join(asides)})" if asides else ""
    return f"<tr><th>C{question.number}</th><td>{'… ' if stem else ''}{escape(words)}{told}{own}</td></tr>"


def _keys(card: Card, choices: tuple[Choice, ...]) -> str:
    """Each choice with the key that a call tells for it, and its figure in a text too, where that is another."""
    told = []
    for choice in choices:
        key = key_among(choice, choices)
        other = card.word("text_figure", key=choice.key) if card.texts and key != choice.key else ""
        about = "number" if any(len(each.key) > 1 for each in choices) else "key"
        told.append(f"<span>{card.word(about, label=card.of_form(choice.label), key=key)}{other}</span>")
    return " ".join(told)
