"""A name is found with its marks, or without them where only one fits; two that fit are never decided between."""

from __future__ import annotations

from characters.matching import Names

FRUIT = Names([("Dừa", "coconut"), ("Dứa", "pineapple"), ("Dưa", "melon"), ("Xoài", "mango"), ("Quả xoài", "mango")])


def test_marks_decide() -> None:
    assert FRUIT.find("dừa").only == "coconut"
    assert FRUIT.find("DỨA ").only == "pineapple"
    assert FRUIT.find("Dưa").exact


def test_without_marks_only_the_one_that_fits() -> None:
    assert FRUIT.find("xoai").only == "mango"
    assert not FRUIT.find("xoai").exact
    assert FRUIT.find("dua").only is None
    assert FRUIT.find("dua").doubtful
    assert set(FRUIT.find("dua").fits) == {"coconut", "pineapple", "melon"}


def test_nothing_fits() -> None:
    assert FRUIT.find("chuối").fits == ()
    assert not FRUIT.find("chuối").doubtful


def test_names_that_differ_by_marks_only_are_told() -> None:
    assert FRUIT.alike() == [("coconut", "pineapple", "melon")]
