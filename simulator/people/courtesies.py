"""What people do when a call asks something besides its questions: is this number right, is that all, another form.

Understood from the words alone, as everything here; a number that is read back is compared with what was meant.
"""

from __future__ import annotations

import re

from simulator.people.topics import squeeze

_WORDS = ("khong", "mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin")
_FIGURES = {word: str(figure) for figure, word in enumerate(_WORDS)}
_READ_BACK = re.compile(rf" vua bam ((?:(?:{'|'.join(_WORDS)}) )+)")


def key_for(heard: str, meant: frozenset[str]) -> str:
    """The key that somebody presses who has meant the numbers `meant` in this call or an earlier one; "" for none."""
    words = squeeze(heard)
    if " co dung khong " in words:
        number = _READ_BACK.search(words)
        figures = "".join(_FIGURES[word] for word in number[1].split()) if number else ""
        return _key_of("dung" if not figures or figures in meant else "bam lai", words)
    if " da tra loi xong " in words:
        return _key_of("nop phieu", words)
    return _key_of("tra loi luon", words)


def _key_of(option: str, words: str) -> str:
    """The key that is named right after the words of an option."""
    named = re.search(rf" {option} bam phim (\d) ", words)
    return named[1] if named else ""
