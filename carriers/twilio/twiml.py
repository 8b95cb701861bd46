"""Scripts and replies as TwiML within Twilio's limits: scripts through the twilio library, a reply by hand.

It must not know the dialogue or who is called, and imports nothing of the REST side, so that webhooks stay small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from xml.sax.saxutils import escape, quoteattr

from twilio.twiml.voice_response import Gather as GatherElement
from twilio.twiml.voice_response import VoiceResponse

from carriers.callbacks import CallbackUrls
from ivr.script import Dial, Gather, Hangup, Pause, Play, Prompt, Redirect, Reject, Say, Script, Verb

DOCUMENT_BYTES = 64 * 1024
"""Twilio's error 11750 above it."""
SAY_CHARACTERS = 4096
"""Most characters of one <Say>."""
VOICE = "Google.vi-VN-Wavenet-A"
LOCALES: Mapping[str, str] = {"vi": "vi-VN", "en": "en-US"}

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
"""Before a reply, which is written by hand: the library's element tree costs as much as a statement to the database."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class ScriptUrls(Protocol):
    """Where the turns and recordings of one call are found."""

    def turn(self, turn: int) -> str:
        """The URL of dialogue turn `turn`."""

    def prompt(self, prompt_id: str) -> str:
        """The URL of a recording."""


@dataclass(frozen=True, slots=True)
class CallScriptUrls:
    """URLs of the call `ref`."""

    urls: CallbackUrls
    ref: str

    def turn(self, turn: int) -> str:
        """The URL of dialogue turn `turn`."""
        return self.urls.voice_turn(self.ref, turn)

    def prompt(self, prompt_id: str) -> str:
        """The URL of a recording."""
        return self.urls.prompt(prompt_id)


def render(script: Script, urls: ScriptUrls, voice: str = VOICE) -> str:
    """The TwiML of `script`. `voice` speaks Vietnamese; other languages get Twilio's own voice for them.

    Raises ValueError when the document would be larger than Twilio takes.
    """
    response = VoiceResponse()
    for verb in script.verbs:
        _append(response, verb, urls, voice)
    document = str(response)
    if len(document.encode()) > DOCUMENT_BYTES:
        raise ValueError("twiml_too_long")
    return document


class TwimlRenderer:
    """Renders scripts for calls by their reference. Satisfies `services.ports.VoiceRenderer`."""

    def __init__(self, public_base_url: str, voice: str = VOICE) -> None:
        """`public_base_url`: the public address of the webhooks; `voice`: Twilio's name of the Vietnamese voice."""
        self._urls = CallbackUrls(public_base_url.rstrip("/"))
        self._voice = voice

    def render(self, script: Script, ref: str) -> str:
        """The TwiML of `script` for the call `ref`; its turns become URLs with both."""
        return render(script, CallScriptUrls(self._urls, ref), self._voice)


def message_reply(body: str | None, status_callback: str = "") -> str:
    """A messaging answer: one <Message> whose receipts go to `status_callback`, or none at all for no body."""
    if not body:
        return f"{_HEAD}<Response />"
    callback = f" statusCallback={quoteattr(status_callback)}" if status_callback else ""
    return f"{_HEAD}<Response><Message{callback}>{escape(_xml_text(body))}</Message></Response>"


def _append(parent: Any, verb: Verb, urls: ScriptUrls, voice: str) -> None:
    match verb:
        case Say() | Play() | Pause():
            _append_prompt(parent, verb, urls, voice)
        case Gather():
            parent.append(_gather(verb, urls, voice))
        case Redirect(turn=turn):
            parent.redirect(urls.turn(turn), method="POST")
        case Dial(number=number, turn=turn, ring_s=ring_s):
            parent.dial(number, action=urls.turn(turn), method="POST", timeout=ring_s)
        case Reject():
            parent.reject(reason="busy")
        case Hangup():
            parent.hangup()


def _append_prompt(parent: Any, prompt: Prompt, urls: ScriptUrls, voice: str) -> None:
    match prompt:
        case Say(text=text, language=language):
            locale = LOCALES.get(language, language)
            spoken_by = voice if locale == "vi-VN" else None
            for part in split_speech(_xml_text(text)):
                parent.say(part, voice=spoken_by, language=locale)
        case Play(prompt_id=prompt_id):
            parent.play(urls.prompt(prompt_id))
        case Pause(seconds=seconds):
            parent.pause(length=seconds)


def _gather(verb: Gather, urls: ScriptUrls, voice: str) -> GatherElement:
    """Silence is posted too (`actionOnEmptyResult`); without an action Twilio would ask the same URL for ever."""
    element = GatherElement(
        input="dtmf",
        action=urls.turn(verb.turn),
        method="POST",
        timeout=verb.timeout_s,
        num_digits=verb.num_digits,
        finish_on_key=verb.finish_on_key,
        action_on_empty_result=True,
    )
    for prompt in verb.prompts:
        _append_prompt(element, prompt, urls, voice)
    return element


def split_speech(text: str) -> Iterator[str]:
    """`text` in parts of at most SAY_CHARACTERS, cut at the end of a sentence, else at a space, else anywhere."""
    while len(text) > SAY_CHARACTERS:
        head = text[:SAY_CHARACTERS]
        cut = max(head.rfind(". ") + 1, head.rfind("? ") + 1) or head.rfind(" ")
        cut = cut if cut > 0 else SAY_CHARACTERS
        yield text[:cut].strip()
        text = text[cut:].strip()
    if text:
        yield text


def _xml_text(text: str) -> str:
    """`text` without the characters that XML forbids: a reply may quote what a person typed."""
    return _NOT_XML.sub("", text)
