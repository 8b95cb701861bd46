"""TwiML read strictly: documents, their limits, the rules of <Gather>, the texts of a messaging document.

It decides what a document means; time, handsets and HTTP are elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from simulator.wire import WireAnswer

LIMIT = 64 * 1024
_XML = frozenset({"text/xml", "application/xml", "text/html"})
PROMPT_VERBS = frozenset({"Say", "Play", "Pause"})
_LETTERS_A_SECOND = 14.0
"""Unhurried Vietnamese speech."""
PLAY_S = 6.0
"""How long a recording of unknown words takes."""


class DocumentError(Exception):
    """A document that cannot be carried out; `code` as in the debugger."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def read(answer: WireAnswer) -> ET.Element:
    """The <Response> of an answer. Raises DocumentError: 11750 too long, 12300 wrong type, 12100 no XML."""
    if len(answer.body) > LIMIT:
        raise DocumentError(11750)
    if answer.content_type.partition(";")[0].strip().lower() not in _XML:
        raise DocumentError(12300)
    return parse(answer.body)


def parse(text: bytes | str) -> ET.Element:
    """The <Response> of a document given as such. Raises DocumentError 12100."""
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise DocumentError(12100) from error
    if root.tag != "Response":
        raise DocumentError(12100)
    return root


def words(verb: ET.Element) -> str:
    """What a <Say> speaks, SSML taken off."""
    return " ".join("".join(verb.itertext()).split())


def spoken_seconds(text: str) -> float:
    """How long it takes to say `text`."""
    return len(text) / _LETTERS_A_SECOND


def number_of(verb: ET.Element, attribute: str, default: float) -> float:
    """A number attribute; what cannot be read counts as not given, as the platform does with a warning."""
    try:
        return float(verb.get(attribute, default))
    except ValueError:
        return default


@dataclass(frozen=True, slots=True)
class GatherRules:
    """The attributes of <Gather> that decide which keys count."""

    timeout: float = 5.0
    num_digits: int = 0
    finish_on_key: str = "#"
    on_empty: bool = False

    @classmethod
    def of(cls, verb: ET.Element) -> GatherRules:
        """Read from the verb; `numDigits` 0 means no limit, `timeout` defaults to 5 s, `finishOnKey` to #."""
        return cls(
            number_of(verb, "timeout", 5.0),
            int(number_of(verb, "numDigits", 0)),
            verb.get("finishOnKey", "#"),
            verb.get("actionOnEmptyResult", "false").lower() == "true",
        )


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a <Gather> got: digits without the finishing key, that key, and the seconds from its prompts' end."""

    digits: str
    finished_on: str
    seconds: float


def gather(rules: GatherRules, presses: Iterable[tuple[float, str]]) -> Gathered:
    """Apply the rules to keys with their times (seconds after the prompts ended; below 0 during them).

    The time-out runs from the end of the prompts and anew from each key. The finishing key finishes only after a
    digit; before one it is nothing.
    """
    digits, last = "", 0.0
    for at, key in presses:
        if at - last > rules.timeout:
            break
        last = max(at, 0.0)
        if key == rules.finish_on_key:
            if digits:
                return Gathered(digits, key, last)
            continue
        digits += key
        if len(digits) == rules.num_digits:
            return Gathered(digits, "", last)
    return Gathered(digits, "", last + rules.timeout)


@dataclass(frozen=True, slots=True)
class SmsVerb:
    """A text that a messaging document sends; `to` and `sender` are "" for the two of the conversation."""

    body: str
    to: str = ""
    sender: str = ""
    callback: str = ""


def replies(answer: WireAnswer, base: str) -> list[SmsVerb]:
    """The texts of a messaging answer in order. An empty answer sends nothing; plain text is one text.

    Raises DocumentError like `read`.
    """
    if not answer.body.strip():
        return []
    if answer.content_type.startswith("text/plain"):
        return [SmsVerb(answer.body.decode("utf-8", "replace"))]
    return [_reply(verb, base) for verb in read(answer) if verb.tag in ("Message", "Sms")]


def _reply(verb: ET.Element, base: str) -> SmsVerb:
    bodies = verb.findall("Body")
    text = "".join("".join(body.itertext()) for body in bodies) if bodies else "".join(verb.itertext())
    callback = verb.get("statusCallback") or verb.get("action") or ""
    return SmsVerb(text.strip(), verb.get("to", ""), verb.get("from", ""), urljoin(base, callback) if callback else "")
