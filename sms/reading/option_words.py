"""The words that a question's options are read by: its labels, its wordings for texts, and what stands for them.

Without its marks a word may find an option, never decide between two. It must not know what else a text says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from characters.matching import Names
from sms import encoding
from sms.reading import vocabulary as words
from survey.form.questionnaire import Choice, Question


@dataclass(frozen=True, slots=True)
class Found:
    """Words of a text and the keys of the options they may stand for; more than one is a doubt."""

    words: tuple[str, ...]
    keys: frozenset[str]


Piece = str | Found
"""A word of a text that belongs to no option, or words that do."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to write the option under `key`. `unsure`: words of which the form does not tell the marks."""

    key: str
    phrase: tuple[str, ...]
    unsure: frozenset[str] = frozenset()

    def fits(self, typed: Sequence[str]) -> bool:
        """Whether `typed`, letter by letter the same, is written with these marks or with none."""
        return all(
            words.same(t, w) or (w in self.unsure and not words.polite(t))
            for t, w in zip(typed, self.phrase, strict=True)
        )

    def is_exactly(self, typed: Sequence[str]) -> bool:
        """Whether `typed` has marks, and has these."""
        return any(t != words.bare(t) for t in typed) and all(map(words.exactly, typed, self.phrase))


class OptionWords:
    """All wordings of one question's options, to be looked up without marks and compared with them."""

    def __init__(self, wordings: Iterator[Wording]) -> None:
        self.wordings = tuple(dict.fromkeys(wordings))
        self._names = Names((" ".join(each.phrase), each) for each in self.wordings)
        self._starts = frozenset(words.bare(each.phrase[0]) for each in self.wordings)
        self._sizes = sorted({len(each.phrase) for each in self.wordings}, reverse=True)

    def phrases(self) -> list[tuple[tuple[str, ...], str]]:
        """Each wording with its key, as misspellings are measured by."""
        return [(each.phrase, each.key) for each in self.wordings]

    def meant(self, typed: Sequence[str]) -> frozenset[str]:
        """The keys of the options that exactly the words `typed` may stand for."""
        if not typed or words.bare(typed[0]) not in self._starts:
            return frozenset()
        found = self._names.like(" ".join(typed))
        exact = [each for each in found if each.is_exactly(typed)]
        return frozenset(each.key for each in exact or [each for each in found if each.fits(typed)])

    def within(self, typed: Sequence[str]) -> list[Piece]:
        """`typed` with the words of options taken together, the longest first."""
        pieces: list[Piece] = list(typed)
        for size in self._sizes:
            at = 0
            while at + size <= len(pieces):
                span = tuple(word for word in pieces[at : at + size] if isinstance(word, str))
                if len(span) == size and (keys := self.meant(span)):
                    pieces[at : at + size] = [Found(span, keys)]
                at += 1
        return pieces


def option_words(question: Question | None) -> OptionWords:
    """The words of `question`'s options; none without a question."""
    choices = question.choices if question else ()
    return _option_words(tuple((c.key, tuple(c.label.items()), tuple(c.text.items()), c.no_opinion) for c in choices))


_Said = tuple[tuple[str, str], ...]
"""Language code and words, in a form that can be looked up."""


@lru_cache(maxsize=1024)
def _option_words(choices: tuple[tuple[str, _Said, _Said, bool], ...]) -> OptionWords:
    rows = [Choice(key, dict(label), key, no_opinion=none, text=dict(text)) for key, label, text, none in choices]
    labels = [row.label.get("vi", "") for row in rows]
    marked = any(word != words.bare(word) for label in labels for word in written(label))
    keys = {row.key for row in rows}
    wordings = (wording for row in rows for wording in _wordings(row, marked))
    return OptionWords(each for each in wordings if not (len(each.phrase) == 1 and each.phrase[0] in keys))


def _wordings(choice: Choice, marked: bool) -> Iterator[Wording]:
    """`marked`: the question's labels are written with marks, so that one without any has none."""
    labels = {language: phrase for language, label in choice.label.items() if (phrase := written(label))}
    marks: dict[str, set[str]] = {}
    for language, phrase in labels.items():
        for word in phrase if marked or language != "vi" else ():
            marks.setdefault(words.bare(word), set()).add(word)
        yield _with_marks(choice.key, phrase, marks)
        if words.says(phrase, ("không",)):
            yield Wording(choice.key, ("không", "có"))
    shown = (*choice.text.values(), *map(encoding.plain, (*choice.text.values(), *choice.label.values())))
    for text in dict.fromkeys(shown):
        if phrase := written(text):
            yield _with_marks(choice.key, phrase, marks)
    if choice.no_opinion:
        yield from (Wording(choice.key, phrase) for phrase in words.NO_OPINION)


def _with_marks(key: str, phrase: Sequence[str], marks: Mapping[str, set[str]]) -> Wording:
    """Texts are printed without marks: their words have those of the label, and any where it has not these words."""
    known = {word: found for word in phrase if len(found := marks.get(words.bare(word), set())) == 1}
    full = tuple(next(iter(known[word])) if word in known and word == words.bare(word) else word for word in phrase)
    return Wording(key, full, frozenset(word for word in phrase if word not in known and word == words.bare(word)))


def written(wording: str) -> tuple[str, ...]:
    """The words of an option as they are compared: figures stand apart."""
    return words.apart(words.phrase(wording))
