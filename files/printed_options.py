"""Whether the words that a text prints for an option are read as that option when somebody sends them back.

A form in which they are not is refused; what only may confuse is a notice. It must not know how a reply is read: it
asks the reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from characters.matching import Names
from files.faults import FileFault
from sms.encoding import plain
from sms.reading import numerals, option_words, replies
from sms.reading import vocabulary as words
from sms.reading.replies import Reading
from survey.answers import Key, Spoken
from survey.form.questionnaire import Choice, Question, Questionnaire

PROMISED = ("goi", "de sau", "bo qua", "skip", "tro giup", "help")
"""Words that our texts tell people to use: an option with one of them would take it away."""


CARRIERS = frozenset(
    ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "opt out", "revoke")
)  # fmt: skip
"""Words that carriers take for an opt-out before we see them (Twilio's defaults)."""
CARRIERS_OWN = frozenset(("start", "yes", "unstop", "help", "info"))
"""Words that they answer themselves where they keep the list of opt-outs."""


def misread(form: Questionnaire) -> Iterator[FileFault]:
    """A fault for each option of `form` whose printed words would be read otherwise, once a list of options."""
    known: set[object] = set()
    for question in form.questions:
        same = tuple((c.key, tuple(c.label.items()), tuple(c.text.items()), c.no_opinion) for c in question.choices)
        if same and (question.kind, question.role, same) not in known:
            known.add((question.kind, question.role, same))
            yield from _misread(question, form)


def look_alike(form: Questionnaire) -> Iterator[FileFault]:
    """A notice for names that differ by case or look-alike letters only, and for words carriers answer themselves."""
    for group in Names((question.name, question.name) for question in form.questions).alike():
        yield _notice("form.names_alike", group[-1], names=", ".join(group))
    for question in form.questions:
        for group in Names((choice.value, choice.value) for choice in question.choices).alike():
            yield _notice("form.values_alike", question.name, names=", ".join(group))
        for language in form.languages:
            for choice in question.choices:
                if _always(printed := _printed(choice, language, form.default_language)) in CARRIERS_OWN:
                    yield _notice("form.option_carriers", question.name, option=printed)


def _misread(question: Question, form: Questionnaire) -> Iterator[FileFault]:
    for choice in question.choices:
        found: set[str] = set()
        for language in form.languages:
            printed = _printed(choice, language, form.default_language)
            for fault in _faults(choice, printed, question, language) if printed else ():
                if fault.code not in found:
                    found.add(fault.code)
                    yield fault


def _printed(choice: Choice, language: str, default: str) -> str:
    """The words of `choice` in a text, with their marks."""
    in_texts = choice.text.get(language) or choice.text.get(default, "")
    return in_texts or choice.label.get(language) or choice.label.get(default, "")


def _faults(choice: Choice, printed: str, question: Question, language: str) -> Iterator[FileFault]:
    """What is wrong with one printed wording: one fault is enough to mend."""
    readings = [replies.read(body, question, language) for body in _sent_back(choice.key, printed)]
    wrong = [reading for reading in readings if reading.said != Key(choice.key) or reading.opt]
    params = {"option": plain(printed), "key": choice.key}
    if any(reading.opt for reading in readings) or _always(printed) in CARRIERS:
        yield _fault("form.option_stops", question, params)
    elif _always(printed) in PROMISED:
        yield _fault("form.option_promised", question, params)
    elif number := _other_key(printed, choice, question, language):
        yield _fault("form.option_number", question, {**params, "other": number})
    elif wrong:
        others = _others(wrong, choice, question)
        code = "form.options_alike" if others else "form.option_unread"
        yield _fault(code, question, {**params, "others": others} if others else params)


def _sent_back(key: str, printed: str) -> Sequence[str]:
    """Ways to send an option back: its words, with and without marks, and the whole option as it is printed."""
    bare = plain(printed)
    return tuple(dict.fromkeys((printed, bare, bare.upper(), f"{key}={bare}", f"dạ {printed} ạ")))


def _always(printed: str) -> str:
    return " ".join(map(words.bare, words.tokens(printed)))


def _other_key(printed: str, choice: Choice, question: Question, language: str) -> str:
    """The key of another option that `printed` may be as a number, "" for none."""
    typed = option_words.written(plain(printed))
    spelled = numerals.value(typed, language) if typed else None
    number = "" if spelled is None else str(spelled)
    if len(typed) == 1 and typed[0].isdecimal():
        number = typed[0]
    other = question.choice_for_key(number)
    return number if other is not None and other.key != choice.key else ""


def _others(wrong: Sequence[Reading], choice: Choice, question: Question) -> str:
    """The keys of the other options that these readings took, or took into account."""
    keys: set[str] = set()
    for reading in wrong:
        said = reading.said
        if isinstance(said, Spoken):
            continue
        keys |= {said.digits} if isinstance(said, Key) else set(getattr(said, "understood", "").split(", "))
    return ", ".join(c.key for c in question.choices if c.key in keys - {choice.key})


def _fault(code: str, question: Question, params: dict[str, str]) -> FileFault:
    return FileFault(code, params, "survey", value=question.name, suggestion=f"{code}.mend")


def _notice(code: str, question: str, **params: str) -> FileFault:
    return FileFault(code, params, "survey", value=question, suggestion=f"{code}.mend", weight="notice")
