"""What may be a wish to be left alone although no rule of `sms.reading.contact_wishes` knows it: annoyance, insults,
threats, a refusal among unknown words. Nearly all of it is asked back. Lines of signs, as there. It must not know any
words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Wish = Literal["stop", "hold", "later"]
"""End it all, perhaps so (to be held and asked back), not now."""

_UNEASY: Sequence[str] = (
    # refuses and names contact, a number, a list or whoever talks
    r"(?:^|[^AN])D[^OV]*[VPBk][^V]*$|D[MF]*E[^O]*$",
    r"[SR].*[VPBCQ]|X.*[HQ]|K.*H",
    r"N[MF]*W.*[VBPCth]|N[MFUf]*[VBP].*E|N[GB].*C.*E|Nk[FMO]*[MC]",
    r"D[MF]*(?:t|[GB]C)|i[FMr]*r[FM]*[VPB]|^[FMi]*M[FMi]*TF+N?F*$|^[FM]*SF*N[Fi]*$|^[MF]*iXF*$",
    r"T[MF]*N[FM]*t|[iWe].*(?:[DN].*[VPBh]|y)",
)
"""What is asked back although no rule knows it: nothing in it tells of business, and unknown words count for little."""
_ANNOYED = re.compile(
    r"^[MFUTOruif]*u[MFUruiE]*$|[VPBCG].*u|u.*[VPBCG]|[xpj]|D.*J|D[FMU]*u|P.*U|U.*P|^[MFUi]*J[MFUi]*$|^[MF]*VUE|^[FMi]*M[FM]*XF*$"
)
_UNEASY_RULES = [re.compile(rule) for rule in _UNEASY]
_AWAY = re.compile("^[FMUOui]*x[FMUuEri]*$")
_BLOCKED = re.compile("K[Fr]+.*[VP]")
_MORE_THAN_ANNOYED = re.compile("p.*X|X.*p|p.*[ND][VP]|u.*p|p.*u|j.*[JVP]|[JVP].*j")
"""Asks who gave the number and wants it gone, or insults whoever calls."""


def uneasy(line: str) -> bool:
    """Whether the line of signs may be a wish, where nothing tells of business, of others, or of what cannot be."""
    if re.search("[wAL]|D[FU]*$", line):
        return False
    return any(rule.search(line) for rule in _UNEASY_RULES)


def annoyed(clauses: Sequence[str]) -> Wish | None:
    """What the lines of signs `clauses` say together, where none of them says it alone: whoever is tired of us, sends
    us away or would go to the police wants to be left alone."""
    told = "".join(clauses).replace("Y", "w")
    if "w" not in told and (_sent_away(clauses, told) or any(map(_withdrawn, clauses, _others(clauses)))):
        return "stop"
    if "w" not in told and (re.search("J.*[VBP]|[VBP].*J", told) or _BLOCKED.search(told)):
        return "hold"
    if re.search("[wL]|D[FU]*$|N[^W]*A", told):
        return None
    return "hold" if any(map(_ANNOYED.search, clauses)) or re.search("[VPB].*u", told) else None


def _others(clauses: Sequence[str]) -> list[str]:
    """For each clause what all others say."""
    return [" ".join(line for place, line in enumerate(clauses) if place != at) for at in range(len(clauses))]


def _sent_away(clauses: Sequence[str], told: str) -> bool:
    if any(map(_AWAY.match, clauses)) or (re.search("M!S", told) and not re.search("[ND].*!S", told)):
        return True
    if re.search("[LNAO]", told):
        return _MORE_THAN_ANNOYED.search(told) is not None and "L" not in told
    if _MORE_THAN_ANNOYED.search(told) or re.search("P.*u|u.*P", told):
        return True
    return re.search("[VPC]", told) is not None and re.search("u.*[uU]|U.*u", told) is not None


def _withdrawn(line: str, others: str) -> bool:
    """Whether one clause asks to be taken off, or has enough, and another says of what."""
    if re.match("^X[FMU]*$", line):
        return re.search("(?:^| )[MF]*NW[FM]*(?:$| )", others) is not None
    if re.match("^[FMi]*iXF*$", line):
        return re.search("[NR][MFW]*[tk]|[VP]", others) is not None
    if re.match("^XM+F*$", line):
        return re.search("[VP].*[Uu]", others) is not None
    return (
        re.match("^[FMi]*T[FM]*$", line) is not None and re.search("(?:^| )[MF]*NW?t[FME]*(?:$| )", others) is not None
    )
