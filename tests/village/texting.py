"""What a person of the village does with a text: reads it after a while, and perhaps types something back.

She shares thoughts and ledger with the one who takes calls (`tests.village.person`). It must not know how texts travel.
"""

from __future__ import annotations

from tests.village import typed
from tests.village.ear import MAY_CALL, Understood
from tests.village.model import MODEL
from tests.village.person import Person

SITTING = 5
BACK, CALL, LATER = "quay lai", "GOI", "de sau"


def reads(person: Person, body: str, *, asked_for: bool, sitting: int) -> str | None:
    """What she writes after reading `body`, None for nothing. `asked_for`: it answers a text of hers, the `sitting`-th
    in a row."""
    seen = person.ear.read(body)
    person.has_read = True
    wrong = _notices(person, seen)
    if not person.willing:
        return "TC" if person.writes and person.chance.of("how she refuses") < 1 / 4 else None
    if not person.writes or not seen.asked:
        return None
    person.asked[f"text:{seen.asked}"] += 1
    about = ("text", seen.asked, person.asked[f"text:{seen.asked}"])
    goes_on = "answers_text" if not asked_for else "answers_next" if sitting <= SITTING else "answers_later"
    if not person.chance.happens(goes_on, *about):
        return None
    if wrong:
        return BACK
    if MAY_CALL in seen.told and person.chance.of("asks_for_call") < MODEL["asks_for_call"].value:
        return CALL
    if person.chance.happens("writes_later", *about):
        return LATER
    return _answers(person, seen.asked, about)


def _notices(person: Person, seen: Understood) -> bool:
    """Whether what she wrote last is said back otherwise than she meant it, and she notices."""
    name, person.wrote = person.wrote, ""
    if not name or not seen.echo:
        return False
    if seen.echo == person.ear.says_back(person.ear.question(name), person.meant[name], written=True):
        person.confirmed[name] = person.meant[name]
        person.answered += 1
        return False
    person.confirmed.pop(name, None)
    return person.chance.happens("notices_written", name, person.asked[f"text:{name}"])


def _answers(person: Person, name: str, about: tuple[str, str, int]) -> str:
    question = person.ear.question(name)
    unclear = MODEL["types_unclear"].value * person.clumsy * MODEL["fails_again"].value ** (about[2] - 1)
    if person.chance.of("types_unclear", *about) < unclear:
        return _one_of(typed.unclear(), person.chance.of("which words", *about))
    value = person.opinion(question)
    person.meant[name] = value
    person.wrote = name
    if question.choices and person.chance.of("types_wrong", *about) < MODEL["types_wrong"].value * person.clumsy:
        others = [choice.value for choice in question.choices if choice.value != value]
        value = _one_of(tuple(others), person.chance.of("which option", *about))
        choice = question.choice(value)
        return choice.key if choice else value
    return _one_of(typed.bodies(question, value), person.chance.of("how it is typed", *about))


def _one_of(options: tuple[str, ...], drawn: float) -> str:
    return options[int(drawn * len(options))]
