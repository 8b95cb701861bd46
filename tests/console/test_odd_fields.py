"""Fields and addresses with characters that cannot be stored are no error of ours on any page."""

from __future__ import annotations

import re

import pytest

from store.tables.staff import audit
from tests.console.test_wishes import TOLD, code
from tests.console.visitor import Visitor, words
from tests.services.world import World

ODD = ("\x00", "a\x00b", "\x1b", "\uffff", "\ufdd0", "\u202e", "x" * 400)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:12])
def test_a_stop_is_entered_whatever_was_pasted_with_it(officer: Visitor, world: World, odd: str) -> None:
    officer.get(f"/wishes?code={code(world)}")
    written = code(world) + ("" if len(odd) > 9 else odd)
    answer = officer.post("/wishes/stop", code=written, **TOLD | {"words": odd + "x"})
    if "\0" in odd:
        assert answer.status_code == 400
        return
    assert answer.status_code < 500
    if "\u202e" not in odd:
        assert world.consent_of() == "stopped", words(answer)
        assert world.rows(audit)[-1]["action"] == "consent.stopped"


@pytest.mark.parametrize("odd", ["%00", "a%00b", "%EF%BF%BF", "%FF", "%ED%A0%80"])
def test_an_odd_address_is_not_there(officer: Visitor, odd: str) -> None:
    pages = {rule.rule for rule in officer.client.application.url_map.iter_rules() if "GET" in (rule.methods or ())}
    for page in sorted(pages):
        filled = re.sub(r"<[^>]*>", odd, page)
        assert officer.get(f"{filled}?code={odd}&round={odd}&kind={odd}&page={odd}").status_code < 500, page
