"""What a stolen table of passwords costs whoever guesses: the other tests of the pages hash quickly."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from gateway import auth

STRENGTH = re.compile(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$")


def cost(app: Flask) -> tuple[int, int, int]:
    """Kibibytes, passes and lanes of a new password's hash."""
    with app.app_context():
        found = STRENGTH.match(auth.hash_new_password("bốn mùa gió biển"))
    assert found
    memory, passes, lanes = map(int, found.groups())
    return memory, passes, lanes


@pytest.mark.usefixtures("slow_hashes")
def test_a_hash_takes_what_rfc_9106_recommends_where_memory_is_short(app: Flask) -> None:
    memory, passes, lanes = cost(app)
    assert memory >= 64 << 10
    assert passes >= 3
    assert lanes == 4


def test_a_cheaper_hash_would_be_seen(app: Flask) -> None:
    assert cost(app) < (64 << 10, 3, 4)
