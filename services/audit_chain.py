"""Verifies the hash chain of the audit trail: each line's digest and link are computed again and compared.

A line that an erasure scrubbed counts as scrubbed when a later line says so, and by which digest it is known since.
It must not mend anything, nor trust what the database computes: the bytes are made here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from sqlalchemy import Connection

from services.work import Work
from store import audit_chain
from store.audit_chain import CUT, GENESIS, ChainedLine, End
from store.results import figures

FOUND = "audit.found."
"""How the codes of the words for findings begin."""
LONGEST_NUMBER = 20
"""Digits; no line has a number so long."""
ERASED = "person.erased"
"""The action whose line may say that it scrubbed others."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` says what is wrong ("changed", "broken", …); at which line's number, where it is one line's, and place."""

    code: str
    number: int | None = None
    position: int | None = None

    @property
    def words(self) -> str:
        """The code of the words for it."""
        return FOUND + self.code

    @property
    def params(self) -> dict[str, Any]:
        """What stands in the words."""
        return {"number": "–" if self.number is None else self.number, "position": self.position or 0}


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at: lines, those of them that erasures scrubbed, the two ends, and what is wrong."""

    lines: int
    scrubbed: int
    head: End
    cut: End
    findings: tuple[Finding, ...]
    noted_before_cut: bool = False


def digest_of(line: ChainedLine) -> bytes:
    """SHA-256 over the parts of a line, each with its length in bytes before it."""
    at = line.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    office = str(line.office_id) if line.office_id else ""
    parts = ((line.salt or b"").hex(), str(line.number), at, line.actor, office, line.action, line.subject, line.detail)
    whole = "".join(f"{len(part.encode())}:{part}" for part in parts)
    return hashlib.sha256(whole.encode()).digest()


def link(previous: bytes, position: int, digest: bytes) -> bytes:
    """The chain's value at a position."""
    return hashlib.sha256(previous + f"{position}:".encode() + digest).digest()


def head(work: Work) -> End:
    """Where the chain ends now: to be noted where nobody who can write the database can change it."""
    with work.database.transaction() as conn:
        return audit_chain.end(conn, "head")


def verify(work: Work, noted: End | None = None) -> Verified:
    """Go through the whole trail, as it is at one moment; `noted`: a head that was written down earlier."""
    with work.database.transaction() as conn:
        return looked_at(conn, noted)


def looked_at(conn: Connection, noted: End | None = None) -> Verified:
    """The same, in a transaction that has not begun to look at anything else."""
    figures.freeze(conn)
    ends = audit_chain.end(conn, "head"), audit_chain.end(conn, "cut")
    return judged(audit_chain.lines(conn), *ends, noted)


def judged(lines: Iterable[ChainedLine], head: End, cut: End, noted: End | None) -> Verified:
    """What is wrong with these lines, in the order of the chain, between these ends."""
    look = _Look(cut, noted)
    findings = [finding for line in lines for finding in look.at(line)]
    findings += look.of_contents()
    findings += look.of_ends(head)
    return Verified(
        look.lines, look.scrubbed, head, cut, tuple(findings), bool(noted and noted.position < cut.position)
    )


@dataclass(slots=True)
class _Look:
    """One walk along the chain. `contents`: number → position and digest of each line that is not as it was written."""

    cut: End
    noted: End | None
    lines: int = 0
    scrubbed: int = 0
    before: End = GENESIS
    contents: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    as_written: set[int] = field(default_factory=set)
    told: dict[str, str] = field(default_factory=dict)
    cuts: set[str] = field(default_factory=set)
    met_noted: bool = False

    def __post_init__(self) -> None:
        self.before = self.cut

    def at(self, line: ChainedLine) -> Iterator[Finding]:
        """Whether a line follows the one before it."""
        self.lines += 1
        if line.position is None or line.digest is None or line.chain is None:
            yield Finding("unchained", line.number)
            return
        yield from self._placed(line, line.position)
        if link(self.before.chain, line.position, line.digest) != line.chain:
            yield Finding("broken", line.number, line.position)
        if self.noted and line.position == self.noted.position:
            self.met_noted = line.chain == self.noted.chain
        self.before = End(line.position, line.chain)
        self._read(line, line.position, line.digest)

    def _placed(self, line: ChainedLine, position: int) -> Iterator[Finding]:
        if position > self.before.position + 1:
            yield Finding("missing", line.number, self.before.position + 1)
        elif position <= self.before.position:
            yield Finding("twice", line.number, position)

    def _read(self, line: ChainedLine, position: int, digest: bytes) -> None:
        content = digest_of(line)
        if content == digest:
            self.as_written.add(line.number)
        else:
            self.contents[line.number] = (position, content)
        if line.action == CUT:
            self.cuts.add(line.subject)
        if line.action == ERASED:
            self.told |= {str(number): str(known) for number, known in line.scrubbed.items()}

    def of_contents(self) -> Iterator[Finding]:
        """Lines that are not as they were written, but for those that a later line says were scrubbed."""
        for number, (position, content) in self.contents.items():
            if self.told.get(str(number)) == content.hex():
                self.scrubbed += 1
            else:
                yield Finding("changed", number, position)
        for number in sorted(n for n in map(_number, self.told) if n in self.as_written):
            yield Finding("unscrubbed", number)

    def of_ends(self, head: End) -> Iterator[Finding]:
        """Whether the trail ends where it should, and begins where a line says that it was cut."""
        if self.before != head:
            yield Finding("tail", None, self.before.position)
        if self.cut != GENESIS and str(self.cut.position) not in self.cuts:
            yield Finding("cut_untold", None, self.cut.position)
        if self.noted:
            yield from self._of_noted(self.noted, head)

    def _of_noted(self, noted: End, head: End) -> Iterator[Finding]:
        """Whether the trail still goes through what was noted; among what was cut it can no longer be seen."""
        if noted.position > head.position:
            yield Finding("noted_later", None, noted.position)
            return
        met = noted == self.cut or noted.position < self.cut.position or self.met_noted
        if not met:
            yield Finding("noted_other", None, noted.position)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < LONGEST_NUMBER else -1


def scrubbed(lines: Iterable[ChainedLine]) -> Mapping[str, str]:
    """Number → digest of lines as they stand after scrubbing, for the line that tells of it."""
    return {str(line.number): digest_of(line).hex() for line in lines}
