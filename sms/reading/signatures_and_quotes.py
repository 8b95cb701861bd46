"""What a person wrote of a text: without the signature below it, the telephone's own line, and our words quoted back.

The first line counts when the rest is no answer; whether it is one is asked word by word and never guessed. It must not
know which turn a text belongs to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from sms.reading import vocabulary as words
from survey.form.questionnaire import Question
from survey.words import wording

_SENT = r"(?:sent|get)\s+(?:from|via|using)\s+(?:my\s+)?|get outlook for\s+"
_GUI = (
    r"(?:đã |da )?(?:gửi|gui|được gửi|duoc gui)\s+(?:từ|tu|bằng|bang|qua)\s+"
    r"(?:(?:điện thoại|dien thoai|máy|may|thiết bị|thiet bi)\s+)?"
)
_MADE_BY = (
    "iphone|ipad|ios|android|samsung|galaxy|oppo|xiaomi|redmi|vivo|realme|nokia|huawei|outlook|yahoo|gmail|mail"
    r"|my \w+|mobile|smartphone|điện thoại|dien thoai"
)
_DEVICE = re.compile(rf"(?:^|\n|(?<=\S)\s)\W{{0,12}}(?:{_SENT}|{_GUI})(?:{_MADE_BY})[^\n]{{0,40}}$", re.IGNORECASE)
"""The line that telephones and mail programs add below a text."""
_BELOW_RULE = re.compile(r"(?<=\S)\s*\n\s*-- ?\r?\n.*$", re.DOTALL)
"""The signature of mail programs: two dashes on a line of their own, and all that follows."""
_QUOTE_MARK = re.compile(r"^\s*(?:>|\|)", re.MULTILINE)
_RULER = re.compile(r"\s*(?:-{2,}|_{2,}|={2,}|\*{3,}|~{2,}|—+)\s*")
_TITLES = (
    "giam doc|pho giam doc|p.giam doc|gd|pgd|chu tich|pho chu tich|ct|pct|hdqt|hdtv|ke toan|thu ky|truong ban|htx"
    "|ban giam doc|lhhtx|hop tac xa|lien hiep|to hop tac|dt|sdt|so dt|dien thoai|tel|mobile|phone|hotline|email|dia chi"
    "|dc|tran trong|kinh thu|kinh chao|than ai|than chao|best|kind|regards|thanks|thank you|xin cam on|cam on"
)
_FAMILIES = (
    "nguyen|tran|le|pham|hoang|huynh|phan|vu|vo|dang|bui|do|ho|ngo|duong|ly|dinh|dao|mai|trinh|truong|cao|ha|luong"
    "|ta|to|tong|trieu|vi|lo|giang"
)
_SIGNED = re.compile(rf"\W*(?:{_TITLES}|{_FAMILIES})\b")
_DOUBTFUL = words.Lexicon(
    *("không", "chưa", "nhưng", "hoặc", "hay", "nhầm", "sửa", "đổi", "mà", "chứ", "thôi", "đừng", "dừng", "lại", "hủy"),
    *("tùy", "thuộc", "còn", "nếu", "vì", "do", "not", "no", "but", "or", "sorry"),
)
"""Words that may take back or weaken an answer above them."""
_PHONE = re.compile(r"\+?\d[\d .-]{7,}\d")
_SHORTEST_ADDED = len("1\n--\nA")
_LEAST_QUOTED = 3
_LEAST_LENGTH = 24
"""Words, and letters, below which nothing is taken for our own text quoted back."""


def by_hand(body: str, question: Question | None) -> str:
    """`body` in NFC without what telephones add and without our own words, as far as they are known: what was asked."""
    return without_our_words(without_device(unicodedata.normalize("NFC", body)), question)


def without_device(body: str) -> str:
    """`body` without the line that telephones and mail programs add, and without lines marked as quoted."""
    if len(body) < _SHORTEST_ADDED:
        return body
    kept = "\n".join(line for line in body.split("\n") if not _QUOTE_MARK.match(line)) if ">" in body else body
    return _BELOW_RULE.sub("", _DEVICE.sub("", kept)) if kept.strip() else body


def first_line(text: str) -> tuple[str, str]:
    """The first line of several, and the rest; ("", "") for one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[0], "\n".join(lines[1:])) if len(lines) > 1 else ("", "")


def is_signature(rest: str, question: Question | None) -> bool:
    """Whether the lines below an answer say nothing about it: no figure, no choice, no doubt, no correction."""
    for line in rest.split("\n"):
        if _RULER.fullmatch(line):
            return True
        typed = words.tokens(_PHONE.sub(" ", line))
        signed = _SIGNED.match(words.bare(unicodedata.normalize("NFC", line).casefold())) is not None
        if any(_weighs(token, signed) for token in typed) or _names_a_choice(typed, question):
            return False
    return True


def _weighs(token: str, signed: bool) -> bool:
    """Whether a word may change the answer; in a line that is signed a number's word may be a name (ông Năm)."""
    if any(c.isdecimal() for c in token) or token in ("?", "%", "+", "=", "<", ">"):
        return True
    spelled = token in words.HOMOGRAPHS or words.number(token, "vi") is not None
    return token in _DOUBTFUL or (spelled and not signed)


def _names_a_choice(typed: Sequence[str], question: Question | None) -> bool:
    phrases = (
        words.phrase(written)
        for choice in (question.choices if question else ())
        for written in {*choice.label.values(), *choice.text.values()}
    )
    return any(phrase and words.find(typed, phrase) is not None for phrase in phrases)


# Our own text quoted back


def without_our_words(body: str, question: Question | None) -> str:
    """`body` (NFC) without what we wrote: the question with its options, and how to end contacts."""
    if len(body) < _LEAST_LENGTH:
        return body
    lowered = words.bare(body.casefold())
    if "tc" in lowered or "dk lai" in lowered:
        body = _cut(body, _notices())
    rest = _cut(body, _shapes(question)) if any(sign in body for sign in "?=:") else body
    return rest if rest is body else _cut(rest, _prefaces())


def _cut(body: str, shapes: Sequence[re.Pattern[str]]) -> str:
    for shape in shapes:
        bare = words.bare(body.casefold())
        if len(bare) == len(body):  # else marks stand where we write none
            for start, end in reversed([match.span() for match in shape.finditer(bare)]):
                body = f"{body[:start]}\n{body[end:]}"
    return body


def _shapes(question: Question | None) -> Sequence[re.Pattern[str]]:
    if question is None:
        return ()
    chosen = question.choices
    listed = [
        tuple(choice.text.get(lang) or choice.label.get(lang, "") for choice in chosen) for lang in question.label
    ]
    asked = (*question.text.values(), *question.label.values())
    return _question_shapes(asked, tuple(choice.key for choice in chosen), tuple(listed))


@lru_cache(maxsize=256)
def _question_shapes(
    asked: tuple[str, ...], keys: tuple[str, ...], options: tuple[tuple[str, ...], ...]
) -> tuple[re.Pattern[str], ...]:
    """The question in each of its wordings, with the number and the echo before it and the options behind it."""
    listed = [
        r"\W+".join(rf"{re.escape(key)}\s*=\s*{_spelled(label)}" for key, label in zip(keys, labels, strict=True))
        for labels in options
        if len(labels) > 1 and all(labels)
    ]
    behind = rf"(?:\W*(?:{'|'.join(listed)}))?" if listed else ""
    found = [
        re.compile(
            rf"(?:da ghi: .{{1,80}}?\.\s*)?(?:c\d{{1,2}}\W+)?(?<!\w){_spelled(written)}(?!\w){behind}[?.!:“”\"'»)]*"
        )
        for written in dict.fromkeys(asked)
        if len(words.phrase(written)) >= _LEAST_QUOTED
    ]
    return (*found, *(re.compile(rf"(?<!\w){one}(?!\w)[?.!:“”\"'»)]*") for one in listed))


def _spelled(written: str) -> str:
    """A pattern for the words of ours in plain letters, whatever marks stand between them."""
    return r"\W+".join(re.escape(words.bare(token)) for token in _PLAIN.findall(words.normal(written)))


_PLAIN = re.compile(r"\w+")


@lru_cache(maxsize=1)
def _notices() -> tuple[re.Pattern[str], ...]:
    """The texts in which we say how to end contacts and how to begin again: their words would be a wish."""
    return tuple(re.compile(_template(text)) for text in _written() if "TC" in text or "DK LAI" in text)


@lru_cache(maxsize=1)
def _prefaces() -> tuple[re.Pattern[str], ...]:
    """What stands before a question of ours, without blanks to fill in."""
    return tuple(
        re.compile(_template(text)) for text in _written() if "{" not in text and len(text.split()) >= _LEAST_QUOTED
    )


def _written() -> Sequence[str]:
    return [text for code, texts in wording.WORDS.items() if code.startswith("text.") for text in texts.values()]


def _template(text: str) -> str:
    """A pattern for a text of ours; a telephone number at its end, anything short elsewhere it has blanks."""
    pieces = [_spelled(piece) for piece in re.split(r"\{\w+\}", text)]
    last = r"\W*\d{6,}" if not pieces[-1] else r"\W*"
    return r".{0,60}?".join(rf"\W*{piece}\W*" if piece else "" for piece in pieces[: None if pieces[-1] else -1]) + last
