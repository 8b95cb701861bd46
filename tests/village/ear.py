"""What somebody understands of what is spoken or written: the question by its words, options with their keys, echoes.

It goes by words alone, as people do, so a question under another's turn is noticed. It must not know turns or states.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ivr.prompts import spoken_seconds
from sms.encoding import plain
from survey.engine import side_question_forms as asides
from survey.form.questionnaire import Question, Questionnaire
from survey.form.values import shown
from survey.words import wording
from survey.words.side_questions import ASIDE
from survey.words.spoken import SPOKEN

FIGURES = {ASIDE[f"keyed.{n}"]["vi"]: str(n) for n in range(10)}
READ_BACK = ASIDE["keyed"]["vi"]
STAR, BACK, LATER, TALKS_OF_PAUSE = SPOKEN["key.repeat"]["vi"], "bấm phím 7", "bấm phím 8", ASIDE["may_pause"]["vi"]
BACK_IN_NUMBER = ASIDE["key.back.number"]["vi"]


def _pattern(template: str, **named: str) -> re.Pattern[str]:
    """A template of our words as an expression that finds its parameters."""
    parts = re.split(r"\{(\w+)\}", template)
    found = (named[part] if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.compile("".join(found))


OPTION = _pattern(SPOKEN["option"]["vi"], label=r"(?P<label>.+?)", key=r"(?P<key>\d)")
ECHO = _pattern(SPOKEN["echo"]["vi"], answer=r"(?P<answer>.+?)")
WRITTEN_ECHO = _pattern(plain(wording.WORDS["text.echo"]["vi"]), answer=r"(?P<answer>[^.]+?)")
WRITTEN_OPTION = re.compile(r"(?P<key>\d)=(?P<label>[^,.]+)")
MAY_CALL = plain(wording.WORDS["text.may_call"]["vi"])


@dataclass
class Understood:
    """What was understood of one script or text: the question `asked` ("" for none), keys by the options' words, the
    words said back, and which keys were told of."""

    asked: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    echo: str = ""
    told: set[str] = field(default_factory=set)
    until: dict[str, float] = field(default_factory=dict)
    """Seconds of the prompt after which an option has been heard; "" the question itself."""
    seconds: float = 0.0
    longest: float = 0.0


@dataclass(frozen=True)
class Ear:
    """Knows the questions of one form as people do: by their words."""

    form: Questionnaire

    def question(self, name: str) -> Question:
        """A question of the form or of the house."""
        found = asides.question_of(self.form, name)
        assert found is not None, name
        return found

    def hear(self, sentences: Sequence[str]) -> Understood:
        """What a call's sentences say, one after the other."""
        heard = Understood()
        figures = ""
        for sentence in sentences:
            seconds = spoken_seconds(sentence)
            heard.seconds += seconds
            heard.longest = max(heard.longest, seconds)
            if sentence in FIGURES:
                figures += FIGURES[sentence]
            self._hear(heard, sentence)
        heard.echo = figures or heard.echo
        if not heard.asked or asides.is_aside(heard.asked):
            heard.asked = self._aside(heard.keys) or heard.asked
        return heard

    def _hear(self, heard: Understood, sentence: str) -> None:
        heard.told |= {mark for mark in (STAR, BACK, LATER, BACK_IN_NUMBER) if mark in sentence}
        if sentence in self._labels:
            heard.asked, heard.keys = self._labels[sentence], {}
            heard.until = {"": heard.seconds}
        elif sentence == ASIDE["aside.which"]["vi"]:
            heard.asked, heard.keys = asides.WHICH, {}
        elif option := OPTION.fullmatch(sentence):
            heard.keys[option["label"]] = option["key"]
            heard.until[option["label"]] = heard.seconds
        elif echo := ECHO.fullmatch(sentence):
            heard.echo = echo["answer"]

    @property
    def _labels(self) -> dict[str, str]:
        return _labels(self.form)

    def _aside(self, keys: dict[str, str]) -> str:
        """The question of the house that has the options heard."""
        for name, question in asides.ASIDES.items():
            if question.choices and {choice.label["vi"] for choice in question.choices} <= keys.keys():
                return name
        return ""

    def read(self, body: str) -> Understood:
        """What a text says."""
        seen = Understood()
        labels = [(label, name) for label, name in _written(self.form) if label in body]
        if labels:
            label, seen.asked = max(labels, key=lambda pair: len(pair[0]))
            tail = body[body.rfind(label) + len(label) :]
            seen.keys = {option["label"].strip(): option["key"] for option in WRITTEN_OPTION.finditer(tail)}
        if echo := WRITTEN_ECHO.search(body):
            seen.echo = echo["answer"]
        if MAY_CALL in body:
            seen.told.add(MAY_CALL)
        return seen

    def says_back(self, question: Question, value: str, *, written: bool = False) -> str:
        """The words in which an answer is said back."""
        words = shown(question, value, "vi", "vi", written=written)
        return plain(words) if written else words


_KNOWN: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {}


def _labels(form: Questionnaire) -> dict[str, str]:
    return _known(form)[0]


def _written(form: Questionnaire) -> list[tuple[str, str]]:
    return _known(form)[1]


def _known(form: Questionnaire) -> tuple[dict[str, str], list[tuple[str, str]]]:
    if form.sha256 not in _KNOWN:
        asked = [question for question in form.questions if question.asked]
        written = [(plain(q.text.get("vi") or q.label["vi"]), q.name) for q in asked]
        _KNOWN[form.sha256] = {q.label["vi"]: q.name for q in asked}, written
    return _KNOWN[form.sha256]
