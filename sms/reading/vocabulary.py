"""Words people type in texts: split, compared with and without diacritics, and the lists of those that mean something.

It must not know what was asked; `sms.reading.replies` puts question and words together.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from survey.answers import Word

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)+"  # 1.200 or 2,3: what it means depends on the question
    r"|\d+[^\W\d_]+"  # 1a, 2h: glued, so a word of its own
    r"|(?<!\w)-\d+"  # a negative number; a dash elsewhere only separates
    r"|\d+|[^\W\d_]+|[?%*+=<>~≈≥≤±]"
)
_GLUED = re.compile(r"(\d+)([^\W\d_]+)")
_RAISED = {ord(c): f"^{n}" for digits in ("⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉") for n, c in enumerate(digits)}
"""10² is not 102."""
_NEGATIONS = dict.fromkeys(("ko", "k", "kg", "kh", "hok", "khg", "kô", "hông", "hổng"), "khong")


LONGEST = 2000
"""Characters of a text that are read; ten parts of a long text have 1530. A forged one may have thirty times as many,
and reading takes more than twice as long for a text twice as long."""


def normal(body: str) -> str:
    """`body` in one Unicode form, lower case, digits of any script as 0-9, without emoji and invisible signs; no more
    of it than a text can have."""
    body = body[:LONGEST]
    if body.isascii():
        return body.casefold()
    text = unicodedata.normalize("NFKC", body.translate(_RAISED)).casefold()
    return unicodedata.normalize("NFC", "".join(map(_kept, text)))


@lru_cache(maxsize=4096)
def _kept(character: str) -> str:
    """A picture parts what stands on its sides; what nobody sees does not."""
    if character.isascii():
        return character
    category = unicodedata.category(character)
    if category in ("Cf", "Cs", "Me", "Co", "Cn") or character == "\ufe0f":
        return ""
    if category in ("So", "Sk"):
        return " "
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def tokens(body: str) -> tuple[str, ...]:
    """The words, numbers and telling signs of `body`; abbreviated negations are spelled out."""
    return split(normal(body))


def split(text: str) -> tuple[str, ...]:
    """`tokens` of a text that is `normal` already."""
    return tuple(_NEGATIONS.get(t, t) for t in _TOKEN.findall(text))


def apart(typed: Sequence[str]) -> tuple[str, ...]:
    """`typed` with the words that are glued to figures parted from them: `2ạ`, `3lần`, `1có`."""
    if not any(token[0].isdecimal() and token[-1].isalpha() for token in typed):
        return tuple(typed)
    return tuple(part for token in typed for part in _parts(token))


def _parts(token: str) -> tuple[str, ...]:
    glued = _GLUED.fullmatch(token)
    return (glued[1], glued[2]) if glued else (token,)


def digest(typed: Sequence[str]) -> str:
    """The same for texts of the same words (`tokens`); to recognise a text sent twice."""
    return hashlib.sha256(" ".join(map(bare, typed)).encode()).hexdigest()[:16]


@lru_cache(maxsize=4096)
def bare(token: str) -> str:
    """`token` without diacritics, đ as d."""
    spread = unicodedata.normalize("NFD", token.replace("đ", "d"))
    return "".join(c for c in spread if not unicodedata.combining(c))


@lru_cache(maxsize=4096)
def toneless(token: str) -> str:
    """`token` without its tone, with the marks of its vowels: đưng for đừng."""
    return unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", token) if c not in _TONES))


@lru_cache(maxsize=4096)
def _accented(token: str) -> str:
    """`token` with its tone at the end, so that hủy and huỷ, hòa and hoà are one word."""
    return toneless(token) + "".join(c for c in unicodedata.normalize("NFD", token) if c in _TONES)


def exactly(typed: str, meant: str) -> bool:
    """Whether `typed` is `meant` with all its marks, wherever the tone stands."""
    return _accented(typed) == _accented(meant)


def same(typed: str, meant: str) -> bool:
    """Whether `typed` writes the word `meant`: with its diacritics, or with none at all."""
    return _accented(typed) == _accented(meant) or (typed == bare(typed) and typed == bare(meant))


def says(typed: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the whole of `typed` is `phrase`, word by word."""
    return len(typed) == len(phrase) and all(map(same, typed, phrase))


def find(typed: Sequence[str], phrase: Sequence[str]) -> int | None:
    """Where `phrase` begins within `typed`, or None."""
    places = range(len(typed) - len(phrase) + 1)
    return next((at for at in places if says(typed[at : at + len(phrase)], phrase)), None)


@lru_cache(maxsize=4096)
def phrase(written: str) -> tuple[str, ...]:
    """The words of something that is written once and compared often: a label of a form, an entry of a list."""
    return tokens(written)


class Lexicon:
    """A list of phrases. They are kept by their bare words, so that asking costs one look-up."""

    def __init__(self, *written: str) -> None:
        self._by_bare: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for words in map(phrase, written):
            self._by_bare.setdefault(tuple(map(bare, words)), []).append(words)

    def says(self, typed: Sequence[str]) -> bool:
        """Whether the whole of `typed` is one of the phrases."""
        alike = self._by_bare.get(tuple(map(bare, typed)), ())
        return any(says(typed, words) for words in alike)

    def __contains__(self, token: str) -> bool:
        """Whether `token` alone is one of the phrases."""
        return self.says((token,))


MAYBE_STOP = Lexicon("dung", "dung lại", "muốn dung", "huy", "huy bỏ")
"""Without their marks these are an opt-out or *đúng* (right), a man's name: they hold every contact and are asked
back. All other words about contacts: `sms.reading.contact_wishes`."""

HOLD = Lexicon(
    *("thôi", "không tham gia", "không muốn tham gia", "không trả lời", "không muốn trả lời", "từ chối trả lời"),
    *("không quan tâm", "không có nhu cầu", "không cần", "not interested"),
)
"""Unwilling, without a word about further contacts: asked back in the same way."""

CONFIRMED = Lexicon("đúng", "phải", "vâng", "ừ", "có", "yes")
DENIED = Lexicon("không", "không phải", "nhầm", "no")
"""What is said to the question whether contacts shall end."""

START = Lexicon("start", "unstop", "đăng ký lại", "đk lại")

_PARTICLES = Lexicon(*phrase("dạ vâng ừ ạ à a nhé nhe nha nhá nghe ơi xin thưa đi"))
_PERSONS = Lexicon(*phrase("em e anh chị chú cô bác cậu ông bà cháu con tôi tui mình gái cho"))

POLITE = Lexicon(
    *phrase("dạ vâng vg ừ ạ à a nhé nhe nha nhá nghe ơi thưa đi đấy rồi thôi"),
    *phrase("em e anh chị chú cô bác cậu ông bà cháu con tôi tui mình gái"),
    *phrase(
        "xin chọn số phím bấm nhấn đáp án pa đa tl phương trả lời là thì ý mục cảm cám ơn ok oke oki okie chào htx mã"
    ),
    *phrase("thấy cho với mức luôn nghen nhen hen ah ạh option number choice answer level"),
)
"""Words around an answer that say nothing about it."""

INTRODUCING = tuple(
    sorted(
        map(
            phrase,
            (
                *("câu trả lời", "câu trả lời của tôi", "câu trả lời của em", "câu trả lời của chúng tôi", "lựa chọn"),
                *("sự lựa chọn của tôi", "mức độ", "ô số", "chọn ô", "kính thưa", "kính gửi", "kính chào", "chúng tôi"),
                *("chúng em", "ý kiến của tôi", "theo tôi", "my answer", "my answer is", "the answer is", "i choose"),
                "choose",
            ),
        ),
        key=len,
        reverse=True,
    )
)
"""Phrases before an option that say nothing about it, the longest first; their words alone may be others (độ: about,
lúa: rice)."""

JOINING = Lexicon("và", "với", "cả", "and", "+")
"""Between several choices."""

DAYS = Lexicon("vào", "từ", "hôm", "ngày", "mồng", "mùng", "tháng", "năm", "thành lập", "thành", "lập")
"""Around a day."""

COUNTED = Lexicon(*phrase("có người thành viên xã lao động hộ"))
"""Words around a whole number."""

SELECTORS = Lexicon("số", "phím", "mức", "mục", "option", "number")
"""Behind these a word can only be a number."""

CORRECTING = Lexicon("sửa", "nhầm", "đổi", "lại")
"""Beside a question's number: the answer given before is to be replaced."""

NO_OPINION = tuple(map(phrase, ("không có ý kiến", "không ý kiến", "no opinion")))

SPOKEN: Mapping[Word, Lexicon] = {
    "call": Lexicon("gọi", "gọi lại", "gọi điện", "gọi điện lại", "call", "call me"),
    "help": Lexicon(
        *("trợ giúp", "giúp", "giúp đỡ", "hướng dẫn", "help", "info", "?", "không hiểu", "chưa hiểu"),
        *(
            f"ai{does}{end}"
            for does in ("", " nhắn", " nhắn tin", " gọi")
            for end in (" đây", " đấy", " đó", " vậy", " thế")
        ),
        *("ai vậy ta", "số này của ai", "lừa đảo", "who", "who is this", "trả lời thế nào"),
        *("bao nhiêu tiền", "có mất tiền không", "mất tiền không"),
    ),
    "repeat": Lexicon(
        *("nhắc lại", "nhắc lại câu hỏi", "gửi lại", "gửi lại câu hỏi", "hỏi lại", "nhắn lại", "nói lại", "lặp lại"),
        *(
            "alo",
            "a lô",
            "alô",
            "hello",
            "câu hỏi gì",
            "hỏi gì",
            "hỏi gì vậy",
            "tiếp",
            "tiếp tục",
            "bắt đầu",
            "repeat",
            "again",
        ),
    ),
    "back": Lexicon(
        *("quay lại", "trở lại", "lùi lại", "quay lại câu trước", "quay lại trước", "câu trước", "trước", "back"),
        *("sửa", "sửa lại", "sửa câu trước", "chọn lại"),
    ),
    "person": Lexicon(
        *("gặp người", "gặp người phụ trách", "gặp cán bộ", "gặp nhân viên", "gặp lãnh đạo", "person"),
        *("muốn gặp người", "muốn gặp cán bộ", "cán bộ gọi", "cán bộ gọi lại"),
        *("nhầm máy", "nhầm người", "nhầm số máy", "không phải số của", "không phải máy của"),
    ),
    "skip": Lexicon("bỏ qua", "bỏ qua câu này", "skip"),
    "later": Lexicon(
        *("để sau", "lúc khác", "hôm khác", "gọi sau", "gọi lại sau", "gọi lúc khác", "để mai", "mai gọi lại"),
        *("bận", "bận quá", "đang bận", "đang bận quá", "đang họp", "đang lái xe", "đang ăn cơm", "đang ở ngoài đồng"),
        "later",
    ),
}
"""Words that always work, as the whole message but for polite words."""

LANGUAGES: Mapping[str, Lexicon] = {
    "vi": Lexicon("tiếng việt", "vietnamese"),
    "en": Lexicon("tiếng anh", "english"),
}
"""The language somebody asks for, by its code."""

NUMBERS: Mapping[str, Mapping[str, int]] = {
    "vi": {
        "một": 1, "hai": 2, "bốn": 4, "tư": 4, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9, "mười": 10,
    },
    "en": {
        "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
        "nine": 9, "ten": 10,
    },
}  # fmt: skip
HOMOGRAPHS = {"khong": 0, "không": 0, "ba": 3, "tu": 4, "nam": 5, "năm": 5, "sau": 6, "tam": 8, "muoi": 10}
"""Numbers that are also no, Mrs, from, year, later, so-so, salt: taken for a number only behind a selector."""


def introduction(typed: Sequence[str]) -> Sequence[int]:
    """The places of those words at the beginning of `typed` that introduce an answer, like dạ, câu trả lời là."""
    found: list[int] = []
    at = 0
    while at < len(typed):
        said = next((each for each in INTRODUCING if says(typed[at : at + len(each)], each)), None)
        if said is None and not polite(typed[at]):
            break
        step = len(said) if said else 1
        found += range(at, at + step) if said else ()
        at += step
    return found


@lru_cache(maxsize=4096)
def polite(token: str) -> bool:
    """Whether `token` is one of the words around an answer; never one that may be a number (ba)."""
    return token not in HOMOGRAPHS and token in POLITE


def wish(typed: Sequence[str]) -> Sequence[str]:
    """`typed` without the words of address and courtesy that stand around a wish about contacts, said once."""
    core = [token for token in typed if token not in _PARTICLES and token not in _PERSONS]
    return core[:1] if len(set(core)) == 1 else core


def alone(typed: Sequence[str]) -> bool:
    """Whether one word stands among nothing but courtesies; beside a form of address it may be a name (anh Huy)."""
    return not any(token in _PERSONS and token not in _PARTICLES for token in typed)


def number(token: str, language: str) -> int | None:
    """The number that `token` spells without doubt, or None."""
    if token in HOMOGRAPHS:
        return None
    return next((n for word, n in NUMBERS.get(language, {}).items() if same(token, word)), None)
