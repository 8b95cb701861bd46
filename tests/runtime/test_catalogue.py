"""The catalogue: a code and its parameters become a sentence in either language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from runtime.catalogue import Catalogue, MissingWordsError, load, words

ENTRIES = {"a.b": {"vi": "Có {n} lỗi lúc {at}", "en": "{n} faults at {at}"}}


def test_words_in_two_languages_with_local_times() -> None:
    at = datetime(2026, 11, 18, 18, 30, tzinfo=UTC)
    catalogue = Catalogue(ENTRIES, strict=True)
    assert catalogue.words("a.b", n=3, at=at) == "Có 3 lỗi lúc 01:30 19/11/2026"
    assert catalogue.words("a.b", "en", n=3, at=date(2026, 11, 18)) == "3 faults at 18/11/2026"


def test_what_is_missing_raises_when_strict_and_shows_its_code_otherwise() -> None:
    for arguments in (("no.such",), ("a.b", "fr"), ("a.b",)):
        with pytest.raises(MissingWordsError):
            Catalogue(ENTRIES, strict=True).words(*arguments)
        assert Catalogue(ENTRIES).words(*arguments) == arguments[0]


def test_parameters_may_have_any_name() -> None:
    assert Catalogue({"x": {"vi": "{code} {lang}"}}, strict=True).words("x", code=1, lang=2) == "1 2"


def test_a_code_that_stands_twice_is_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("x.y: {vi: a, en: b}\n")
    with pytest.raises(ValueError, match=r"x\.y"):
        load(tmp_path)


def test_the_process_has_one_catalogue() -> None:
    assert "Ctrl-C" in words("up.ready", "en", url="u", logs="l")
