"""What a call does next, as plain verbs: say, play, gather keys, go on, dial, hang up.

It must not know TwiML, URLs or voices: a carrier adapter renders a script, a test may simply read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Say:
    """Speak `text` in `language`. `prompt_id` names a recording of these very words, should there be one; `audio` is
    the file name that the form gives it (`media::audio`), under which it may come in."""

    text: str
    language: str
    prompt_id: str
    audio: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """Play the recording `prompt_id`, which is known to exist."""

    prompt_id: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Say nothing for `seconds` (whole seconds, at least one)."""

    seconds: int = 1


Prompt = Say | Play | Pause


@dataclass(frozen=True, slots=True)
class Gather:
    """Speak `prompts` and take keys meanwhile; the keys, or the silence, belong to dialogue turn `turn`.

    `num_digits` keys end it at once (None: as many as come); `timeout_s` of quiet after the prompts or after
    a key ends it; `finish_on_key` ends it and is no part of the keys ("" for none: `#` is then a key like the
    others). An empty result is always handed over (`actionOnEmptyResult`): silence is an input of its own.
    """

    prompts: tuple[Prompt, ...]
    num_digits: int | None
    timeout_s: int
    finish_on_key: str
    turn: int


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with dialogue turn `turn`, nothing pressed: the way on when a Gather falls through."""

    turn: int


@dataclass(frozen=True, slots=True)
class Dial:
    """Connect the caller with `number` (E.164), who may let it ring for `ring_s` seconds. When that call is over, or
    nobody took it, the dialogue goes on with `turn`; nothing stands behind it."""

    number: str
    turn: int
    ring_s: int = 25


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse a call that comes in, unanswered: it costs the caller nothing. Only as the first verb."""


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


Verb = Say | Play | Pause | Gather | Redirect | Dial | Reject | Hangup


@dataclass(frozen=True, slots=True)
class Script:
    """The verbs of one step of a call, in order."""

    verbs: tuple[Verb, ...]

    def prompts(self) -> Iterator[Prompt]:
        """Everything that is heard, in order, inside and outside of gathers."""
        for verb in self.verbs:
            if isinstance(verb, Gather):
                yield from verb.prompts
            elif isinstance(verb, Say | Play | Pause):
                yield verb

    @property
    def gather(self) -> Gather | None:
        """The one place of the script that takes keys, or None."""
        return next((verb for verb in self.verbs if isinstance(verb, Gather)), None)

    @property
    def goes_on(self) -> bool:
        """Whether the call comes back to us: for keys, or from somebody it was connected with."""
        return any(isinstance(verb, Gather | Dial) for verb in self.verbs)

    @property
    def heard(self) -> str:
        """All spoken words in one line, for transcripts and tests."""
        return " ".join(prompt.text for prompt in self.prompts() if isinstance(prompt, Say))
