"""Sound as the telephone carries it: 8,000 samples a second, and whether a recording holds what was said.

It must not know calls; it compares how loudness goes up and down, which carrying over a network does not change.
"""

from __future__ import annotations

import io
import math
import wave
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import mul

RATE = 8_000
STEP = 160
"""Samples (20 ms) of which one loudness is taken."""


def samples(wav: bytes) -> array[int]:
    """A WAV of 16 bits and one channel at the telephone's rate: each sample is the mean of those it stands for."""
    with wave.open(io.BytesIO(wav)) as sound:
        shape = sound.getnchannels(), sound.getsampwidth()
        # who writes to a pipe cannot know the length and names a huge one; the bytes that are there count
        rate, frames = sound.getframerate(), sound.readframes(len(wav))
    assert shape == (1, 2), shape
    given = array("h", frames[: len(frames) // 2 * 2])
    if rate == RATE:
        return given
    bounds = [at * rate // RATE for at in range(len(given) * RATE // rate + 1)]
    means = (given[a : max(b, a + 1)] for a, b in pairwise(bounds))
    return array("h", (sum(part) // len(part) for part in means))


def seconds(pcm: Sequence[int]) -> float:
    """How long it lasts."""
    return len(pcm) / RATE


def loudness(pcm: Sequence[int]) -> list[float]:
    """Root mean square of each 20 ms."""
    parts = (pcm[at : at + STEP] for at in range(0, len(pcm) - STEP + 1, STEP))
    return [math.sqrt(sum(one * one for one in part) / STEP) for part in parts]


def likeness(said: Sequence[int], heard: Sequence[int]) -> float:
    """How well `said` is found somewhere in `heard`: the best correlation of loudness, 1 for the same, 0 for chance."""
    sought, where = loudness(said), loudness(heard)
    if not sought or len(sought) > len(where):
        return 0.0
    mean = sum(sought) / len(sought)
    pattern = [one - mean for one in sought]
    places = range(len(where) - len(sought) + 1)
    return max(_correlation(pattern, where[at : at + len(pattern)]) for at in places)


def _correlation(pattern: Sequence[float], window: Sequence[float]) -> float:
    """Of two rows of the same length, the first of which has the mean 0."""
    varies = sum(map(mul, window, window)) - sum(window) ** 2 / len(window)
    spread = math.sqrt(max(0.0, varies) * sum(map(mul, pattern, pattern)))
    return sum(map(mul, pattern, window)) / spread if spread > 1e-6 else 0.0


def frames(pcm: array[int], each: int) -> Iterator[bytes]:
    """`pcm` in frames of `each` samples, the last one filled up with silence."""
    data = pcm.tobytes()
    for at in range(0, len(data), 2 * each):
        yield data[at : at + 2 * each].ljust(2 * each, b"\0")
