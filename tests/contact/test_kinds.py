"""Kinds of campaigns: what each takes of a ladder."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contact import ladder
from contact.kinds import FINISHED, KINDS, NOTICES, CampaignKind, derive
from contact.ladder import Ladder, LadderStep


def purposes(kind: str, of: Ladder = ladder.DEFAULT) -> list[tuple[str, str]]:
    return [(step.medium, step.purpose) for step in derive(KINDS[CampaignKind(kind)], of).steps]


def test_a_kind_keeps_the_rest_of_the_ladder() -> None:
    own = replace(ladder.DEFAULT, misses=9, retry_s=60)
    for kind in KINDS.values():
        derived = derive(kind, own)
        assert (derived.misses, derived.retry_s) == (9, 60)


def test_single_media_take_only_their_steps_with_gaps_and_attempts() -> None:
    steps = (
        LadderStep("text", "invitation", 0),
        LadderStep("call", "call", 7200, attempts=3),
        LadderStep("text", "last", 60),
    )
    assert derive(KINDS[CampaignKind.CALL_ONLY], Ladder(steps)).steps == steps[1:2]
    assert derive(KINDS[CampaignKind.TEXT_ONLY], Ladder(steps)).steps == (steps[0], steps[2])
    assert derive(KINDS[CampaignKind.CALL_ONLY], Ladder(steps[:1])).steps == ()


@pytest.mark.parametrize("kind", ["announcement", "thank_you"])
def test_notices_are_one_text_that_wants_no_reply(kind: str) -> None:
    (step,) = derive(KINDS[CampaignKind(kind)], ladder.DEFAULT).steps
    assert (step.medium, step.purpose, step.wants_reply) == ("text", kind, False)
    assert kind in NOTICES


def test_a_reminder_calls_its_texts_reminders_and_an_invitation_keeps_its_names() -> None:
    assert purposes("reminder")[0] == ("text", "reminder")
    assert purposes("invitation") == [(step.medium, step.purpose) for step in ladder.DEFAULT.steps]
    assert FINISHED == ("thank_you",)
