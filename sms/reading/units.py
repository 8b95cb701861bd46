"""What a question counts, in its own words: which words may stand beside a number, and what `triệu` or `%` makes of it.

It must not know how a number is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sms.reading import vocabulary as words
from survey.form.questionnaire import Question

_COUNTED = re.compile(r"(?:m[ấa]y|bao\s+nhi[êe]u|how\s+many|how\s+much)\s+([^.,;:?!()]+)")
"""What follows is what is counted, up to the end of the clause …"""
_BEYOND = words.Lexicon(
    *words.phrase("trong ở tại vào mỗi hàng hằng trên một và thì để từ đến tính bấm do là của"),
    *words.phrase("did do does have has had are is was were in at per"),
)
"""… or up to one of these."""
_TIMES = words.Lexicon(*words.phrase("giờ ngày tuần tháng quý năm đợt kỳ khóa hour day week month quarter year"))
_ORDERED = words.Lexicon(
    *words.phrase("thứ lần tổ nhóm thôn ấp xóm xã đội hạng loại cấp lớp điều khoản bảng vụ trang tầng"),
    *words.phrase("no nr"),
)
"""Before a number these name the one that bears it: `lần 3` is the third time, `3 lần` are three."""
TURNING = words.Lexicon(
    *words.phrase("không chưa chẳng chả chăng hổng hông đâu đừng thiếu trừ ngoài khác không phải"),
    *words.phrase("dưới trên hơn kém ít nhiều nhất tối đa thiểu gần sát khoảng độ chừng tầm cỡ ngót đến tới từ cho"),
    *words.phrase("vài mấy mỗi nửa rưỡi thể lẽ chắc đoán hoặc hay cộng nhân chia phần bớt thêm giảm tăng"),
    *words.phrase("not no never less fewer least most below under over above more about around almost nearly"),
    *words.phrase("up to between half or and except maybe perhaps"),
)
"""Words that make another number of it, or none: never passed over, even where the question has them too."""
_PEOPLE = words.Lexicon(
    *("người", "thành viên", "xã viên", "lao động", "hộ", "hộ dân", "hộ gia đình", "members", "member", "people"),
    *("persons", "workers", "employees", "households"),
)
"""Who may stand behind a number wherever people are counted, as whole words: `5 dong` are no workers."""
_LONGEST_PEOPLE = 3
_NO_UNIT = words.Lexicon("tá", "trăm")
"""Alone behind a number never what is counted, though the question has a word of theirs: héc-ta, phần trăm."""
_ASIDE = words.Lexicon(
    *words.phrase("có hiện nay tại giờ đang đã được tổng cộng tất cả gồm thảy chúng bên đơn vị hợp tác total"),
    *words.phrase("we have i are there"),
)
"""Words before a number that say nothing about it."""

_SCALES: Mapping[str, int] = {
    "nghin": 1000, "ngan": 1000, "k": 1000, "trieu": 10**6, "tr": 10**6, "ty": 10**9, "ti": 10**9,
    "thousand": 1000, "million": 10**6, "billion": 10**9,
}  # fmt: skip
_DOZENS: Mapping[str, int] = {"chuc": 10, "tram": 100, "nghin": 1000, "ngan": 1000, "hundred": 100, "thousand": 1000}
"""Behind figures they multiply, where the question has no scale of its own: `3 chục`."""
_MONEY = words.Lexicon("đồng", "đ", "vnd", "vnđ", "dong")
_NO_MONEY = frozenset({"hop", "noi", "hoi", "cong", "canh", "lao", "ngoai"})
"""Before `đồng` they make another word of it: a contract, fields, a council."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The words of one question as they bear on a number.

    `units`: what is counted, by bare word; `own`: all its words; `scale`: what one counts in money (10⁶ for triệu), 0
    where no money is asked; `percent`: a share of a hundred is.
    """

    units: Mapping[str, tuple[str, ...]]
    own: Mapping[str, tuple[str, ...]]
    people: bool
    scale: int
    percent: bool

    def before(self, typed: Sequence[str]) -> bool:
        """Whether the words `typed` say nothing else about the number that follows them."""
        named = [token for token in typed if token != "="]
        if named and self._names(named) and not _counts(named):
            return False
        if "chung" in named or named[-1:] == ["toi"] or named[-2:] == ["toi", "da"]:  # chừng, tới, tối đa
            return False
        return all(words.polite(t) or t in _ASIDE or self._asks(t) for t in named)

    def after(self, typed: Sequence[str]) -> bool:
        """Whether the words `typed` are nothing but what is counted, and courtesies."""
        counted = [token for token in typed if not words.polite(token)]
        if counted and self.people and _are_people(counted):
            return True
        if self.percent and counted in (["%"], ["phần", "trăm"], ["phan", "tram"], ["percent"]):
            return True
        if counted and counted[0] in _NO_UNIT:
            return False
        return all(_among(token, self.units) and token not in TURNING for token in counted)

    def _asks(self, token: str) -> bool:
        return token.isalpha() and token not in TURNING and _among(token, self.own)

    def times(self, token: str) -> int | None:
        """What one `token` behind a figure counts, in what the question counts; None where that is not certain."""
        bare = words.bare(token)
        if not self.scale and bare in self.units and token not in _NO_UNIT:
            return 1
        if self.scale:
            scale = _SCALES.get(bare, 0)
            fits = scale == self.scale or (self.scale == 1 and scale)
            return scale // self.scale if fits else None
        return _DOZENS.get(bare)

    def is_scale(self, token: str) -> bool:
        """Whether `token` says thousands, millions … rather than what is counted."""
        return words.bare(token) in (_SCALES if self.scale else _DOZENS)

    def has_scale(self, token: str) -> bool:
        """Whether `token`, the end of a spelled number, may be the question's own scale, or stand beside another."""
        bare = words.bare(token)
        return bare in _SCALES and (self.scale > 1 or bare in self.units)

    def _names(self, before: Sequence[str]) -> bool:
        """Whether a number behind the words `before` names which one is meant, not how many: lần 3, tháng 3."""
        token = before[-1]
        own = len(before) > 1 and self._asks(before[-2]) and self.own.get(token) == (token,)
        return (token in _ORDERED and not (own and token not in self.units)) or token in _TIMES  # doanh thu, not thứ

    def is_money(self, token: str) -> bool:
        """Whether `token` is the currency of a question about money."""
        return bool(self.scale) and token in _MONEY

    def is_past(self, typed: Sequence[str]) -> bool:
        """Whether `typed` is the time that the question itself asks about: (trong) năm qua."""
        when = [token for token in typed if token not in ("trong", "in")]
        return (
            len(when) == 2
            and when[0] in _TIMES
            and words.bare(when[1]) == "qua"
            and all(_among(t, self.own) for t in when)
        )


def _counts(typed: Sequence[str]) -> bool:
    """`số lần 3`: the number of times, not the third one."""
    return len(typed) > 1 and typed[-2] in ("số", "so", "tổng", "tong")


def _among(token: str, table: Mapping[str, tuple[str, ...]]) -> bool:
    forms = table.get(words.bare(token), ())
    return any(words.same(token, form) or form == words.bare(token) for form in forms)


def counted_by(question: Question) -> Counted:
    """What `question` counts, by all its wordings."""
    return _counted_by(tuple(dict.fromkeys((*question.label.values(), *question.text.values()))))


@lru_cache(maxsize=512)
def _counted_by(wordings: tuple[str, ...]) -> Counted:
    asked = [words.normal(wording) for wording in wordings]
    own = [token for wording in asked for token in words.tokens(wording)]
    units = [token for wording in asked for token in _units(wording)]
    scale = max(map(_scale, asked), default=0)
    plain = [token for token in own if token.isalpha() and token not in _TIMES and token not in TURNING]
    marked = {words.bare(token) for token in own if token != words.bare(token)}
    spoken = [token for token in own if token != words.bare(token) or token not in marked]
    return Counted(
        _table(units or plain),
        _table(own),
        people=not units or any(_are_people(spoken[at:end]) for at in range(len(spoken)) for end in _ends(at)),
        scale=scale,
        percent="%" in own or any(words.find(own, pair) is not None for pair in (("phần", "trăm"), ("percent",))),
    )


def _ends(at: int) -> range:
    return range(at + 1, at + 1 + _LONGEST_PEOPLE)


def _are_people(typed: Sequence[str]) -> bool:
    """Whether all of `typed` says who is counted, word by word: người lao động."""
    if not typed:
        return True
    return any(_PEOPLE.says(typed[:end]) and _are_people(typed[end:]) for end in range(1, _LONGEST_PEOPLE + 1))


def _units(wording: str) -> Iterable[str]:
    for found in _COUNTED.finditer(wording):
        for token in words.tokens(found[1]):
            if token in _BEYOND:
                break
            yield token


def _scale(wording: str) -> int:
    """What one counts in money: 10⁶ for "triệu đồng", 1 for "đồng", 0 where no money is asked."""
    typed = words.tokens(wording)
    for at, token in enumerate(typed):
        before = words.bare(typed[at - 1]) if at else ""
        if token in _MONEY and before not in _NO_MONEY:
            return _SCALES.get(before, 1)
    return 0


def _table(tokens: Iterable[str]) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for token in tokens:
        table[words.bare(token)] = tuple(dict.fromkeys((*table.get(words.bare(token), ()), token)))
    return table
