"""A <Gather> answered by somebody who holds the phone: the first key stops the prompts, keys count as they come.

The rules of keys are `twiml.gather`'s; what the keys mean nobody here knows.
"""

from __future__ import annotations

from collections.abc import Generator
from xml.etree import ElementTree as ET

from simulator.network.scheduler import slices
from simulator.people.hands import LOOK_S, Hand
from simulator.phone import twiml
from simulator.phone.line import PhoneLine


def gather(
    line: PhoneLine, hand: Hand, verb: ET.Element, rules: twiml.GatherRules
) -> Generator[float, None, twiml.Gathered]:
    """What the holder keyed. Raises CallOverError when the call ends meanwhile."""
    hand.take_keys()  # what was pressed before anything was asked answers nothing
    for nested in verb:
        if nested.tag in twiml.PROMPT_VERBS and not hand.pressed:
            yield from _listen(line, hand, line.hear(nested))
    presses: list[tuple[float, str]] = []
    now = last = 0.0
    while True:
        if keys := hand.take_keys():
            presses += [(now, key) for key in keys]
            last = now
        got = twiml.gather(rules, presses)
        full = rules.num_digits and len(got.digits) == rules.num_digits
        if full or got.finished_on or now - last >= rules.timeout:
            return got
        yield from line.wait(LOOK_S)
        now += LOOK_S


def _listen(line: PhoneLine, hand: Hand, seconds: float) -> Generator[float, None, None]:
    """Let a prompt be said, until a key stops it."""
    for slice_s in slices(seconds, LOOK_S):
        yield from line.wait(slice_s)
        if hand.pressed:
            hand.hush()
            return
