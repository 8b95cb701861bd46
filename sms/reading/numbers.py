"""Reads the one number of an answer that is counted, in figures or words; whatever may be another one is asked back.

A bound, a negation, a date, a telephone number, a part, a sum in another unit: never the figure that stands in it. It
must not know options nor which turn a text belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sms.reading import misspellings as typos
from sms.reading import numbers_and_dates as typed
from sms.reading import numerals
from sms.reading import vocabulary as words
from sms.reading.units import Counted, counted_by
from survey.answers import Key, Said, Unclear
from survey.form.kinds import MAX_DIGITS
from survey.form.questionnaire import Question

_NO_WHOLE = re.compile(r"(?<!\d)[.,]\d")  # ,5 and .5
_SIGNED = re.compile(r"(?<![^\W_])[-−–—]\d|[$€£¥×÷√^‰‱≠≮≯≦≧∓°|]")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:,\d{3}){2,})")  # 1,200 may be one and a fifth
_PHONE = re.compile(r"0\d{8,}|84\d{9}|[35789]\d{8}")
"""Somebody's number, with or without its zero, sent so that we may call it. What is counted has its unit beside it."""
_RUN_OF_A_DAY = re.compile(r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d")
_LEADING_ZERO = re.compile(r"0\d{2,}")
_TITLES = words.Lexicon("ông", "bà", "anh", "chị", "cô", "chú", "bác", "dì", "cậu", "mợ", "thím", "dượng")
"""Before a number that is spelled out they make a name of it: chị Hai, ông Tư."""
_SOME_OF_THEM = words.Lexicon("ông", "bà", "anh em", "chị em")
"""Right behind a number these are counted, and are not whom we speak to."""
_NO_NUMBER_BEFORE = frozenset({"mã", "ma"})
_NEGATIVE = words.Lexicon("không", "chưa", "chẳng", "chả")
_THERE_IS_ONE = frozenset({"có", "co", "một", "mot"})
_NOBODY = words.Lexicon("ai", "một ai")
_ANY = words.Lexicon("nào", "nào cả", "nào hết", "nào đâu", "cả", "hết")


@dataclass(frozen=True, slots=True)
class _Number:
    """A number in a text, from token `start` up to `end`; `doubt`: the code of why it may be another one."""

    digits: str
    start: int
    end: int
    spelled: bool = False
    doubt: str = ""


def counted(text: str, question: Question, language: str) -> Said:
    """The number that the normal `text` gives in reply to `question`, as plain digits with a point for decimals.

    Codes of `Unclear`: grouping (1,200, 2.5 or ,5) · homograph (a number or another word) · two_answers · words ·
    no_answer.
    """
    tokens: Sequence[str] = words.apart(words.split(text))
    spoken = words.introduction(tokens)
    tokens = [token for at, token in enumerate(tokens) if at not in spoken] or tokens
    asks = counted_by(question)
    if words.find(tokens, ("đồng", "ý")) is not None:  # no "no dong"
        return Unclear("words")
    if _none(tokens, asks):
        return Key("0")
    if any(token in _NO_NUMBER_BEFORE for token in tokens):  # somebody's code
        return Unclear("words")
    if _SIGNED.search(text):
        return Unclear("words")
    if part := _NO_WHOLE.search(text):
        return Unclear("grouping", part[0])
    tokens = _timeless(tokens, asks)
    numbers = _numbers(tokens, question, language)
    if not numbers:
        return _without(tokens)
    if unclear := next((number for number in numbers if number.doubt), None):
        return Unclear(unclear.doubt, unclear.digits if unclear.doubt == "grouping" else "")
    if not _one(numbers, tokens, text):
        words_too = any(number.spelled and tokens[number.start] in words.HOMOGRAPHS for number in numbers)
        figures = ", ".join(dict.fromkeys(number.digits for number in numbers))
        return Unclear("words") if words_too else Unclear("two_answers", figures)
    return _judged(tokens, numbers[0], numbers[-1].end, asks)


def _without(tokens: Sequence[str]) -> Unclear:
    """What a text without a number says."""
    core = [token for token in tokens if not words.polite(token)]
    if len(core) == 1 and core[0] in typos.LOOK_LIKE_ONE:
        return Unclear("homograph", "1")
    return Unclear("words" if core else "no_answer")


def _judged(tokens: Sequence[str], number: _Number, end: int, asks: Counted) -> Said:
    """The one `number`, which ends before `end`, if all that stands around it leaves it as it is."""
    before, after = tokens[: number.start], tokens[end:]
    named: Sequence[str] = [token for token in after if not words.polite(token)]
    named = named[1:] if number.digits == "0" and named[:1] == ["có"] else named
    times, unit = _scaled(named, asks)
    if _is_named(tokens, number, end) or any(map(_SOME_OF_THEM.says, (after[:1], after[:2]))):
        return Unclear("words")
    if before and asks.is_scale(before[-1]):  # a million and two, or 1.2 million
        return Unclear("words")
    if times is None or not asks.before(before) or not asks.after(unit) or _some(number, after):
        return Unclear("words")
    if number.spelled and asks.has_scale(tokens[number.end - 1]):  # thousands, of millions?
        return Unclear("words")
    if not number.spelled and (_LEADING_ZERO.match(number.digits) or (not named and _is_no_amount(number.digits))):
        return Unclear("words")
    return _homograph(tokens, number, named) or _times(number.digits, times)


def _is_named(tokens: Sequence[str], number: _Number, end: int) -> bool:
    """Whether a spelled number is somebody's name: chị Hai."""
    counted = [token for token in tokens[end:] if not words.polite(token)]
    single = number.spelled and number.end - number.start == 1 and number.start > 0 and not counted
    return single and tokens[number.start - 1] in _TITLES


def _times(digits: str, times: int) -> Said:
    if times == 1:
        return Key(digits)
    product = Decimal(digits) * times
    whole = product == product.to_integral_value() and product < 10**MAX_DIGITS
    return Key(str(int(product))) if whole else Unclear("words")


def _scaled(unit: Sequence[str], asks: Counted) -> tuple[int | None, Sequence[str]]:
    """By what a scale word behind the number multiplies it, and the words left; None where that is not certain."""
    if unit and asks.is_scale(unit[0]):
        rest = unit[1:]
        return asks.times(unit[0]), rest[1:] if rest and asks.is_money(rest[0]) else rest
    if unit and asks.is_money(unit[0]):
        return (1 if asks.scale == 1 else None), unit[1:]
    return 1, unit


def _is_no_amount(digits: str) -> bool:
    """Whether bare figures are likelier a telephone number or a day."""
    return any(shape.fullmatch(digits) for shape in (_PHONE, _RUN_OF_A_DAY, _LEADING_ZERO))


def _some(number: _Number, after: Sequence[str]) -> bool:
    """`một số người`: some, not one."""
    return number.digits == "1" and bool(after) and after[0] in ("số", "so", "vài", "ít")


def _homograph(tokens: Sequence[str], number: _Number, unit: Sequence[str]) -> Unclear | None:
    """The doubt about a spelled word that may be another word; none behind `số`, or with what is counted behind it."""
    if not number.spelled or number.end - number.start > 1 or tokens[number.start] not in words.HOMOGRAPHS:
        return None
    token = tokens[number.start]
    if number.start and tokens[number.start - 1] in words.SELECTORS:
        return None
    if unit and token not in ("muoi", "tu") and (token, unit[0]) != ("ba", "lan"):  # about ten, from, Mrs Lan
        return None
    return Unclear("homograph", number.digits)


def _one(numbers: Sequence[_Number], tokens: Sequence[str], text: str) -> bool:
    """Whether it is one number, or one in figures that is spelled out right behind: `25 (hai mươi lăm)`. `5 năm` are
    five years as well; `5 (năm)` is five."""
    if len(numbers) == 1:
        return True
    first, second = numbers[0], numbers[-1]
    homograph = second.end - second.start == 1 and tokens[second.start] in words.HOMOGRAPHS
    if homograph and not re.search(rf"[(\[]\s*{re.escape(tokens[second.start])}\s*[)\]]", text):
        return False
    twice = len(numbers) == 2 and first.end == second.start and first.spelled != second.spelled
    return twice and first.digits == second.digits and first.digits != "0"


def _numbers(tokens: Sequence[str], question: Question, language: str) -> list[_Number]:
    found: list[_Number] = []
    at = 0
    while at < len(tokens):
        token, end = tokens[at], at + 1
        if token[0].isdecimal():
            found.append(_figures(token, at, question))
        elif numerals.begins(token, language):
            while end < len(tokens) and numerals.is_numeral(tokens[end], language):
                end += 1
            found += _spelled(tokens, at, end, language)
        at = end
    return found


def _spelled(tokens: Sequence[str], start: int, end: int, language: str) -> list[_Number]:
    """The number that the numerals from `start` to `end` spell; each for itself where they spell no single one."""
    value = numerals.value(tokens[start:end], language)
    if value is not None:
        return [_Number(str(value), start, end, True)]
    each = [(at, numerals.value((tokens[at],), language)) for at in range(start, end)]
    if any(value is None for _, value in each):
        return [_Number("", start, end, True, "words")]
    return [_Number(str(value), at, at + 1, True) for at, value in each]


def _figures(token: str, at: int, question: Question) -> _Number:
    """The number that a token of figures writes, without its points and commas."""
    if token.isdecimal():
        short = token if _is_no_amount(token) else token.lstrip("0") or "0"
        return _Number(short, at, at + 1, doubt="" if len(token) <= MAX_DIGITS else "words")
    if question.kind == "decimal":
        digits = typed.decimal(token)
    else:
        digits = re.sub("[.,]", "", token) if _GROUPED.fullmatch(token) else None
    sure = digits is not None and len(digits.partition(".")[0]) <= MAX_DIGITS
    return _Number(digits or token, at, at + 1, doubt="" if sure else "grouping")


def _none(tokens: Sequence[str], asks: Counted) -> bool:
    """Whether it says that there was none: không lần nào, không có ai, chưa người nào, none."""
    said = [token for token in tokens if not words.polite(token) or token in _ANY]
    if said == ["none"]:
        return True
    if len(said) < 2 or said[0] not in _NEGATIVE:
        return False
    rest = said[2:] if said[1] in _THERE_IS_ONE else said[1:]
    rest = rest[1:] if len(rest) > 1 and rest[0] in _THERE_IS_ONE else rest
    if rest and rest[0] in _NOBODY:
        return not rest[1:] or _ANY.says(rest[1:])
    ends = next((at for at, token in enumerate(rest) if token in _ANY), len(rest))
    unit, end = rest[:ends], rest[ends:]
    sure = _ANY.says(end) if end else said[0] in ("không", "khong") and len(said) == 1 + len(unit)
    return bool(unit) and sure and asks.after(unit)


def _timeless(tokens: Sequence[str], asks: Counted) -> Sequence[str]:
    """`tokens` without the time that the question asks about: năm qua 3 lần, 3 lần trong năm qua."""
    for size in (3, 2):
        if asks.is_past(tokens[:size]):
            return tokens[size:]
        if asks.is_past(tokens[-size:]):
            return tokens[:-size]
    return tokens
