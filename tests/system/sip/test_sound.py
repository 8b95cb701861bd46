"""Whether a recording holds a sentence is told apart from silence, from other sounds and from half of it."""

from __future__ import annotations

import io
import math
import random
import wave
from array import array

import pytest

from tests.system.sip import sound


def murmur(seed: int, seconds: float = 3.0) -> array[int]:
    """Something like speech: syllables of random length and loudness."""
    draw, made = random.Random(seed), array("h")
    while sound.seconds(made) < seconds:
        loud, lasts = draw.choice((0, 500, 2_000, 6_000, 12_000)), draw.randrange(400, 2_400)
        made.extend(round(loud * math.sin(at * 0.2)) for at in range(lasts))
    return made


def test_a_sentence_is_found_within_a_longer_recording() -> None:
    said = murmur(1)
    heard = murmur(2) + said + murmur(3)
    assert sound.likeness(said, heard) > 0.95


@pytest.mark.parametrize(
    "heard",
    [
        pytest.param(array("h", bytes(2 * sound.RATE * 20)), id="silence"),
        pytest.param(murmur(4, 20), id="other words"),
        pytest.param(murmur(1)[: sound.RATE] + murmur(5, 10), id="a third of it"),
        pytest.param(array("h"), id="nothing"),
    ],
)
def test_what_was_not_heard_is_not_found(heard: array[int]) -> None:
    assert sound.likeness(murmur(1), heard) < 0.9


def test_any_rate_becomes_the_telephones() -> None:
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setparams((1, 2, 22_050, 0, "NONE", ""))
        made.writeframes(array("h", [1_000] * 22_050).tobytes())
    got = sound.samples(out.getvalue())
    assert (len(got), set(got)) == (sound.RATE, {1_000})
