"""Recordings take the place of words where there are some; the prompt book leaves no sentence of a call out."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.callflow import CallContext, script_for
from ivr.promptbook import sentences, spoken_effects
from ivr.prompts import offer_language, prompt_id
from ivr.script import Gather, Play, Redirect, Say, Script
from ivr.voices import VOICES, other_language, voiced, voices_of, with_placeholders
from survey.engine.effects import Effect
from tests.conversations.player import Player
from tests.conversations.test_conversations import CONVERSATIONS, FORMS


def _say(text: str) -> Say:
    return Say(text, "vi", prompt_id(text, "vi"))


def test_a_recorded_sentence_is_played_and_any_other_is_said() -> None:
    known = {prompt_id("Xin chào.", "vi", "south"): "chao", prompt_id("Câu hai.", "vi"): "hai"}
    script = Script((_say("Xin chào."), Gather((_say("Câu hai."), _say("Câu ba.")), 1, 7, "", 3), Redirect(3)))
    heard = voiced(script, voices_of("79"), known.get)
    assert heard.verbs[0] == Play("chao")
    gather = heard.gather
    assert gather is not None
    assert gather.prompts == (Play("hai"), _say("Câu ba."))
    assert gather.turn == 3
    assert heard.verbs[2] == Redirect(3)


def test_the_voice_of_the_region_comes_before_the_default_one() -> None:
    both = {prompt_id("A", "vi", "north"): "region", prompt_id("A", "vi"): "default"}
    assert voiced(Script((_say("A"),)), voices_of("15"), both.get).verbs == (Play("region"),)
    assert voiced(Script((_say("A"),)), voices_of("79"), both.get).verbs == (Play("default"),)
    assert voiced(Script((_say("A"),)), voices_of(""), both.get).verbs == (Play("default"),)


@pytest.mark.parametrize(
    ("area", "voice"), [("01", "north"), ("37", "north"), ("38", "central"), ("68", "central"), ("75", "south")]
)
def test_a_province_has_the_voice_of_its_part_of_the_country(area: str, voice: str) -> None:
    assert voices_of(area) == (voice, "default")


def test_every_effect_of_the_engine_is_in_the_book() -> None:
    spoken = {type(effect) for form in FORMS.values() for _, effects in spoken_effects(form) for effect in effects}
    assert spoken == set(get_args(Effect))


def test_whatever_a_caller_hears_in_any_conversation_is_in_the_book() -> None:
    context = CallContext(1, "Liên minh Hợp tác xã tỉnh Lào Cai", "0214 3840 123")
    books = {name: {s.text for s in sentences(form, "vi", "default", [context])} for name, form in FORMS.items()}
    heard = 0
    for _, talk in CONVERSATIONS:
        if talk.get("channel", "voice") != "voice":
            continue
        form = talk.get("form", "small")
        player = Player(FORMS[form], "voice", confirms=talk.get("confirms", "channel" not in talk))
        for step in talk["turns"]:
            player.play(step)
            for said in player.script.prompts() if player.script else ():
                heard += 1
                assert isinstance(said, Say)
                assert said.text in books[form], (talk["name"], said.text)
    assert heard > 200


def test_a_sentence_stands_in_the_book_once_with_its_id_and_length() -> None:
    book = sentences(FORMS["small"], "vi", "south", [CallContext(1, "A"), CallContext(1, "B")])
    assert len({s.id for s in book}) == len(book)
    assert all(s.id == prompt_id(s.text, "vi", "south") and s.seconds > 0 for s in book)
    assert sum("A." in s.text for s in book) == sum("B." in s.text for s in book) > 0


RECORDED = [(text, language, voice) for text in ("A", "B") for language in ("hmn", "vi") for voice in VOICES]


@given(st.sets(st.sampled_from(RECORDED)), st.lists(st.sampled_from(("A", "B")), max_size=4), st.booleans())
def test_a_language_by_ear_is_never_left_to_a_platform_and_loses_no_sentence(
    recorded: set[tuple[str, str, str]], said: list[str], simulated: bool
) -> None:
    known = {prompt_id(*one): "/".join(one) for one in recorded}
    voices = with_placeholders(voices_of("79")) if simulated else voices_of("79")
    script = Script(tuple(Say(text, "hmn", prompt_id(text, "hmn")) for text in said))
    heard = voiced(script, voices, known.get).verbs
    assert len(heard) == len(said)
    for text, verb in zip(said, heard, strict=True):
        fit = [("hmn", "south"), ("hmn", "default"), *([("hmn", "placeholder")] if simulated else []),
               ("vi", "south"), ("vi", "default")]  # fmt: skip
        best = next((Play("/".join((text, *one))) for one in fit if (text, *one) in recorded), None)
        assert verb == (best or Say(text, "vi", prompt_id(text, "vi")))


def test_a_language_is_offered_once_its_offer_is_recorded_and_vietnamese_always_from_it() -> None:
    offer = offer_language("hmn")
    known = {prompt_id(offer.text, "hmn", "north"): "offer"}
    assert other_language("vi", voices_of("15"), known.get) == "hmn"
    assert other_language("vi", voices_of("79"), known.get) == ""
    assert other_language("hmn", voices_of("79"), {}.get) == "vi"


def test_all_that_is_heard_in_a_language_by_ear_stands_in_its_book() -> None:
    context = CallContext(1, "A", "0214", other="vi")
    book = {s.text for s in sentences(FORMS["small"], "hmn", "default", [CallContext(1, "A", "0214")])}
    assert offer_language("hmn").text in book
    for _, effects in spoken_effects(FORMS["small"]):
        for said in script_for(FORMS["small"], effects, "hmn", replace(context, given=1)).prompts():
            assert isinstance(said, Say)
            assert said.language == "vi" or said.text in book
