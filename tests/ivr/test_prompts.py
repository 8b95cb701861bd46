"""A sentence has one name, whoever asks for it, and another name as soon as a word, language or voice differs."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from ivr.prompts import prompt_id


def test_the_name_is_stable_over_releases() -> None:
    assert prompt_id("Xin chào.", "vi") == "a9e6c6d5b322600640c0bbc03408ef04"


def test_spacing_and_unicode_form_do_not_matter_words_language_and_voice_do() -> None:
    text = "Rất hài lòng, bấm phím 1."
    names = {prompt_id(text, "vi"), prompt_id(text, "en"), prompt_id(text, "vi", "north"), prompt_id(text + "!", "vi")}
    assert len(names) == 4
    assert prompt_id(unicodedata.normalize("NFD", f"  {text} "), "vi") == prompt_id(text, "vi")


@given(st.text(), st.text(), st.text())
def test_names_are_safe_in_urls(text: str, language: str, voice: str) -> None:
    name = prompt_id(text, language, voice)
    assert len(name) == 32
    assert set(name) <= set("0123456789abcdef")
