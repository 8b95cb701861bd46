"""Hears the wish to be left alone, in whatever words: a verb of stopping or refusing beside a word of contact.

Every word becomes a sign (`sms.reading.contact_words`), every clause a line of signs, and a few rules read those lines.
A wish that leaves a doubt is held and asked back. It must not know what was asked: a wish is never its answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from sms.reading import misspellings as typos
from sms.reading import vocabulary as words
from sms.reading.contact_unease import Wish, annoyed, uneasy
from sms.reading.contact_words import (
    BEFORE_FIRST,
    FIRST_HELD,
    FIRST_PAIRS,
    FIRST_WORDS,
    LAW_WORD,
    LOST_LETTERS,
    NO_BREAK_BEFORE,
    RELATING,
    SPLITTING,
    VOCABULARY,
)

LONGEST = 160
"""Letters: in longer texts only the first word counts; whoever writes so much has other things to say as well."""

_BREAK = re.compile(r"[.,;:!?…()–—\"“”\n]+(?=\s|$)|\s+-\s+|\n+")
_LETTERS = re.compile(r"[^\W\d_]{2}|[^\W\d_]\W[^\W\d_]")
_SPACED_STOP = re.compile(r"(?<!\w)s[\s.\-_]t[\s.\-_]o[\s.\-_]p(?!\w)|(?<!\w)s\.t\.o\.p")
_LABEL = re.compile(r"^\W*(?:c(?:[âa]u)?\s*(?:s[ốo]\s*)?\d{1,2}\s*[:=.)-]*)?\W*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")
_WHOLE_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")
_LONGEST_PHRASE = 5
_SHORTEST_SLIP = 3
_SHORTEST_GLUED = 6

_TAIL = "[MFEerlHCIUJQiDNn]*$"
_WRITTEN: Sequence[tuple[Wish, str]] = (
    # one more and I block you; strike my number off; asks not to be contacted
    ("stop", r"[VPB]F?E.*[JK]|^[MFi]*K[Fr]*$|^[MF]*K[HM][FMr]*$"),
    ("stop", r"(?:^|[^NDd])X[FM]*W[^OL]*H|(?:^|[^NDdO])XF*H[^OL]*[MQ]$"),
    ("stop", r"[iWe][MF]*N[bM]*[VPB][VC]?" + _TAIL),
    (
        "stop",
        r"e[MF]*NW[MF]*[VPB]|NW[MFA]*[VPB][VC]?[MF]*H[MF]*$|[ND][WMF]+E[FM]*C[FM]*$|iX[FM]*M[FM]*[VC][FM]*$|^F*NV[FMi]*iF*$",
    ),
    ("stop", r"(?:^|[^ANDqw])DF*M[FM]*[VP][VC]?[MFHUEu]*$|NWF*H[FM]*Q"),
    (
        "stop",
        r"i[MF]*NF*HM|NW[^wLOA]*HM|DF*M?H[MF]*$|(?:^|[^NDd])S[FM]*ClF*$|R[MF]*t[FM]*[VC]|^[FMi]*T[MF]*NW?F*t|R[FM]*Q|J[MF]*H|^[FM]*M[FM]*S[FM]*N[Fi]*$",
    ),
    ("stop", r"i[MF]*D[FM]*GC|(?:^|[^N])[XS][FM]*WF*$"),
    ("stop", r"^[FMi]*X[MFH]*D?Q$|NWFM[VC]F*$|^dBM+HM+F*$"),
    # don't … contact … any more: whatever follows
    ("stop", r"(?:^|[^AND])[Dd]e?F?[VPB][VCl]?[MHFCl]*[Ee]"),
    ("stop", r"e[MF]*[Dd][VPB]C?" + _TAIL),
    ("stop", r"[iT][MF]*[Dd][VPB]C?" + _TAIL),
    ("stop", r"(?:^|[^ANDq])D[eF]?[VP][VC]?" + _TAIL),
    ("stop", r"dP|~?DP" + _TAIL),
    ("hold", r"DP"),
    ("hold", r"(?:^|[^AND])D[VP]C?M*[MH]O"),
    ("hold", r"(?:^|[^AND])(?:d[VB]|DB)C?" + _TAIL),
    # no … contact any more, or as an order
    ("stop", r"(?:^|[MFTIeEUirH])(?:N[eF]?|NL|TN)[VPB][VCl]?[MHFCl]*E(?!.*A)"),
    ("stop", r"[iT][MF]*N[VPB][VC]?" + _TAIL),
    ("stop", r"eM*N[VPB][VC]?" + _TAIL),
    ("stop", r"(?:^|[MFTI])N[VB]C?M*HM*F*$"),
    ("hold", r"N[VPB]C?[MHl]*E(?!.*A)"),
    ("hold", r"(?:^|[MFT])NP[MHF]*$"),
    # not willing to receive, to be called
    ("stop", r"[ND][Wb]+[WbMFe]*[GgB][FM]*[CV][MFlHICVnU]*(?:[Ee]|$)"),
    ("stop", r"[ND][Wb]+[WbMFf]*(?:P|[VB]C?[MHF]*E)"),
    ("stop", r"[ND][Wb]+[WbMFH]*C" + _TAIL),
    ("stop", r"[ND][Wb]+M+[VB]C?" + _TAIL),
    ("stop", r"[ND]W+b[FM]*[VBP]"),
    ("hold", r"^[FMi]*[ND]W+M+F*$"),
    ("hold", r"[ND][Wb]+[WbMF]*(?:[GgB][FM]*[CV]|[VB]C?" + _TAIL + r"|[GB][MFE]*$)"),
    ("stop", r"NEF*[CVP]"),
    # does not take texts or calls
    ("stop", r"(?:^|[MFTIEeirUH])N[GB][FME]*[CV][MFHICVln]*(?:[Ee]|$)"),
    ("stop", r"N[gGB][FM]*[CV][MFHCl]*E"),
    ("stop", r"^[MFiIr]*N[GB][FM]*E*[FM]*$"),
    ("hold", r"N[GB]E[FM]*$"),
    # stop contacting, refuse to receive, be struck off
    ("stop", r"(?:^|[^NDd])(?:S|R|TN?)[eFMlU]*[GB]?[FM]*[CVPB][VC]*[VCPMFEeHIUJQi]*$"),
    ("stop", r"(?:^|[^NDd])[SR][eFMlU]*[GB]?[FM]*[CVPB][VC]*[MHFl]*E"),
    ("stop", r"^[FMiI]*k[Ss]F*$"),
    ("hold", r"(?:^|[^NDdMO])s[FM]*[GB]?[FM]*[CVPB]" + _TAIL),
    ("stop", r"(?:^|[^NDd])[SsX]k[GBCVHMFIQE]*$"),
    ("stop", r"^[MFiTIUW]*R[GBMF]*$"),
    ("stop", r"[XKSs]F*H[FM]*M+[^O]*(?:$|Q)|i[MF]*XF*CM"),
    ("stop", r"^[^wO]*X[HMFV]*(?:Q|D[CV])[VGCMF]*$"),
    ("stop", r"^[FMi]*M[FMi]*XF*C[MF]*$"),
    # asks too much
    ("hold", r"(?:^|[^AN])[DdS]F?h[MCHFUE]*$|^[FMi]*Nh[MCFU]*E|[VPBh][CMFU]*v"),
    ("hold", r"^[MFU]*[VBh]C?[FM]*U[FMrU]*[VBh][FMCU]*U[FMU]*$"),
    ("stop", r"[XKS]M+H[Fi]*$"),
    ("stop", r"(?:^|[^N])X[FM]*WF*$"),
    ("stop", r"KM+H?$"),
    ("hold", r"N[Wb].{0,4}HM|^[MFr]*K[FMHUr]*$|[VB]E.*K"),
    ("hold", r"^[FMiU]*TD[FMU]*$|^[FM]*iT[FM]*$"),
    # whatever refuses and names contact, and says nothing else
    ("hold", r"^[^OALZVPBU]*(?:[DdN][^OALZVPBU]*[VPB]|[SR][^OALZVPBU]*[VPBC])C?[^OALZVPB]*$|[SR].*P[^O]*M|R.*A.*[VB]"),
    ("hold", r"[Dd]F?E|^[FMi]*XH[FM]*$|^[FM]*NW*f?E+[FMi]*$|^[FM]*i[FM]*XM+F*$"),
    # leave us in peace
    ("stop", r"q[MF]+y|qyM|i[FMW]*y|y[FM]*M?F*i|a|^[FMi]*z[FMi]*$"),
)
"""The first rule that fits a clause says what it means: `D V E` is đừng gọi nữa, `N W G C` không muốn nhận tin."""
_RULES = [(verdict, re.compile(rule)) for verdict, rule in _WRITTEN]
_AMONG_OTHERS = re.compile(r"^[^w]*(?:[DdN][^wALZ]{0,5}[VP][^wALZ]{0,5}E|[RS][^wALZ]{0,2}[VP][^wALZ]*$)")
"""Refusing and contact among words that nobody knows, where nothing tells of others."""
_TRIGGER = re.compile("[DdNSsTRXKPaqJzvuxpyj]|[VB].*U.*[VB].*U")
_ALWAYS = re.compile(r"^[^ODNdA]*!S[FElUIMi]*$")
_ALONE = re.compile(r"^[FiIT]*(?:M?WM*)?S[FElIUMi]*$")
_ALONE_OF_SOMEBODY = re.compile(r"^[FiIM]*S[FElIUMi]*$")
_CANNOT = re.compile("[NDd][GgVB][CM]*(?:L|n(?!.*E))|[ND]L+[SRX]|[VBC][MF]*[Nd]?L|^[^ND]*[NDd]+[SR]")
_UNWILLING = re.compile("[MFiWI]*[NR]W*t[MFEC]*")
_ENOUGH = re.compile(r"^[FiUM]*T[FU]*$")
_LATER = re.compile(r"(?:[DdT]|[iT][MF]*N|S)[eFG]?[VPB]C?[MHFlCEZ]*Z|Z[MFZI]*[Dd][VPB]|^[^O]*Z[^O]*N[VB]C?[MF]*$")
_ORDER = re.compile(r"[DdN][eF]?[VPB]")
_INVITING = re.compile(r"^[MFOZlLiqCgr]*[VB]C?[MFOZlLiTr]*$")
_OF_OTHERS = re.compile(r"^[^NDSRiWeTM]*w[^NDSRiWe]*N[^i]*$|P[FM]*w")
"""They do not call any more, or bother the people: it tells of others."""
_NAMED_BETWEEN = re.compile(r"(?:^|[^AND])D[eF]?[VP][VC]?(?:[MHFCUl]*O){1,2}[MHFCUl]*E")
"""Don't call somebody whom no word list knows any more."""
_CHOSEN = re.compile("(?:c|VH?)[FM]*I")
_ONLY = re.compile(r"[VB]C?T[MF]*[Dd]")


def wish(text: str) -> Wish | None:
    """What the normal `text` (`words.normal`) says about being contacted: end it all, perhaps so (to be held and asked
    back), not now, or nothing of it. Never raises."""
    if not _LETTERS.search(text):
        return None
    text = _LABEL.sub("", _SPACED_STOP.sub("stop", text))
    first = _first(text)
    if first[:1] in FIRST_WORDS or first in FIRST_PAIRS:
        return "hold" if _of_other_things(text) else "stop"
    held: Wish | None = "hold" if first[:1] in FIRST_HELD and not _of_other_things(text) else None
    if len(text.strip()) > LONGEST:
        return held
    if not any(map(_may_decide, _WORD.findall(text))):
        return held
    clauses = [line for line in map(_signs, _clauses(text)) if line]
    return (_said(clauses) or held) if any(map(_TRIGGER.search, clauses)) else held


def _first(text: str) -> tuple[str, ...]:
    """The first two words in plain letters, behind figures, courtesies and "I text"."""
    typed = [_law_word(words.bare(token)) for token in _WHOLE_WORD.findall(text)[:6]]
    while typed and (typed[0].isdecimal() or typed[0] in BEFORE_FIRST):
        typed = typed[1:]
    return tuple(typed[:2])


def _law_word(token: str) -> str:
    """The long word that laws know, also with a letter wrong."""
    return LAW_WORD if len(token) >= len(LAW_WORD) - 1 and typos.one_apart(token, LAW_WORD) else token


def _of_other_things(text: str) -> bool:
    """Whether an English word of stopping goes straight on to things that are no contact: stop losses in pigs."""
    clause = _BREAK.split(text.strip())[0].split()
    if len(clause) < 3 or not clause[0].isascii() or not clause[0].isalpha() or clause[0] in ("tc", "revoke"):
        return False
    rest = clause[1:]
    signs = _signs(" ".join(rest))
    if "w" in signs:
        return not re.search("[VBPCHk]", signs)
    relating = rest[0] in RELATING or rest[1] in RELATING or rest[0].endswith("ing")
    return relating and not re.search("[MVBPCHGkU]", signs)


def _clauses(text: str) -> Iterator[str]:
    """The text in pieces between marks, and before words that begin another thought."""
    lines = text.split("\n")
    longest = max(len(line.split()) for line in lines)
    if longest <= 1 or (longest == 2 and len(lines) > 2):  # a word a line, courtesies beside them
        text = " ".join(lines)
    for piece in _BREAK.split(text):
        rest: list[str] = []
        typed = piece.split()
        for at, token in enumerate(typed):
            the = token == "nhung" and typed[at + 1 : at + 2] and typed[at + 1] in NO_BREAK_BEFORE
            if token in SPLITTING and rest and not the:
                yield " ".join(rest)
                rest = []
            rest.append(token)
        if rest:
            yield " ".join(rest)


def _said(clauses: Sequence[str]) -> Wish | None:
    verdicts = [_clause(line) for line in clauses]
    if "later" in verdicts and not any(map(_for_good, verdicts, clauses)):
        return "later"
    told = [verdict or _alone(clauses, at) for at, verdict in enumerate(verdicts)]
    if "stop" not in told:
        together = annoyed(clauses)
        if together == "stop" or "hold" not in told:
            return together
    at = told.index("stop") if "stop" in told else told.index("hold")
    others = [line for place, line in enumerate(clauses) if place != at]
    ordered = _ORDER.search(clauses[at]) is not None
    if ordered and (any(map(_INVITING.match, others)) or _ONLY.search(clauses[at])):
        return "later" if any("Z" in line for line in clauses) else None
    if ordered and not re.search("[Ee]", clauses[at]) and any("Z" in line for line in others):
        return "later"
    if told[at] == "hold" and re.search("NW+[FM]*V", clauses[at]) and any(map(_CHOSEN.search, others)):
        return None  # no need to call, I take 2
    return told[at]


def _for_good(verdict: Wish | None, line: str) -> bool:
    return verdict == "stop" and re.search("[Ee]", line) is not None


def _clause(line: str) -> Wish | None:
    if re.search("[OwY]~", line):
        return None
    raw = re.sub("[~!]", "", line)
    raw = raw.replace("iL", "i")  # asks to be
    if _OF_OTHERS.search(raw):
        return None
    raw = raw.replace("Y", "w")
    line = raw.replace("u", "U").replace("j", "U").replace("x", "J").replace("p", "O").replace("c", "O")
    if _CANNOT.search(line):
        return None  # cannot, did not get; does not stop
    if "Z" in line:
        if re.search("[Dd]e?P.*E", line):
            return "stop"
        return "later" if _LATER.search(line) else None
    if _UNWILLING.fullmatch(line):
        return "hold"
    if "w" not in line and _NAMED_BETWEEN.search(line):
        return "stop"
    alone = line.replace("w", "O")
    said = next((verdict for verdict, rule in _RULES if rule.search(alone)), None)
    return said or ("hold" if _AMONG_OTHERS.search(line) or uneasy(raw) else None)


def _alone(clauses: Sequence[str], at: int) -> Wish | None:
    """A clause that is nothing but the verb: stop!"""
    if _ALWAYS.match(clauses[at]):
        return "stop"
    line, others = clauses[at].replace("!", ""), [other for place, other in enumerate(clauses) if place != at]
    talks = any(re.search("[VBPCU]", other) for other in others)
    if _ALONE.match(line) and (at == 0 or talks or all(re.fullmatch("[FMiI]*", other) for other in others)):
        return "stop"
    if _ALONE.match(line) or _ALONE_OF_SOMEBODY.match(line):
        return "hold"
    if re.match("^X[FMU]*$", line) and any(re.search("^[^w]*[HVP][^w]*$", other) for other in others):
        return "hold"
    if _ENOUGH.match(line) and any(re.search("[VBP].*U|U.*[VBP]", other) for other in others):
        return "stop"
    return None


# Signs


def _signs(clause: str) -> str:
    typed = _typed(clause)
    line, at = [], 0
    while at < len(typed):
        sign, length = _longest(typed, at)
        line.append(sign)
        at += length
    return "".join(line)


def _typed(clause: str) -> list[str]:
    found: list[str] = []
    for token in _WORD.findall(clause):
        token = token.replace("’", "'")
        token = _law_word(LOST_LETTERS.get(token, token))
        found += [token] if token.isdecimal() or _known(token) else _split(token) or [_single(token)]
    return found


def _longest(typed: Sequence[str], at: int) -> tuple[str, int]:
    if typed[at].isdecimal():
        return "I", 1
    for length in range(min(_LONGEST_PHRASE, len(typed) - at), 0, -1):
        sign = _sign(tuple(typed[at : at + length]))
        if sign:
            return sign, length
    return "O", 1


def _vocabulary() -> dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]]:
    """Phrases by their bare words, each with its sign."""
    found: dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]] = {}
    for sign, listed in VOCABULARY.items():
        for written in listed.split(", "):
            phrase = tuple(written.split())
            found.setdefault(tuple(map(words.bare, phrase)), []).append((phrase, sign))
    return found


_DECIDING = frozenset("DNSTRXVGCE")
_PHRASES = _vocabulary()
_DECIDING_FIRST = frozenset(
    bare[0] for bare, listed in _PHRASES.items() if any(_TRIGGER.search(sign) for _, sign in listed)
)
_SHORT = frozenset(bare[0] for bare in _PHRASES if len(bare) == 1)
_SYLLABLES = frozenset(syllable for bare in _PHRASES for syllable in bare)


@lru_cache(maxsize=8192)
def _sign(typed: tuple[str, ...]) -> str:
    """The sign of a phrase: with its marks, with none, or with its tones forgotten; "" for none."""
    listed = _PHRASES.get(tuple(map(words.bare, typed)), ())
    for alike in (words.exactly, words.same, _toneless):
        found = [sign for phrase, sign in listed if all(map(alike, typed, phrase))]
        if found and (alike is not _toneless or found[0] in _DECIDING):
            return found[0]
    return ""


def _toneless(typed: str, meant: str) -> bool:
    """`đưng` for đừng: its vowels are right and its tone is forgotten."""
    return words.same(typed, meant) or words.exactly(typed, words.toneless(meant))


@lru_cache(maxsize=8192)
def _may_decide(token: str) -> bool:
    """Whether a wish may turn on this word, or on one hidden in it: most texts have none."""
    bare = words.bare(token)
    hidden = len(bare) >= _SHORTEST_GLUED or re.search(r"(.)\1", bare) is not None
    return bare in _DECIDING_FIRST or token in LOST_LETTERS or hidden


def _known(token: str) -> bool:
    return words.bare(token) in _SYLLABLES


def _single(token: str) -> str:
    """`tinn` as tin."""
    once = re.sub(r"(.)\1+", r"\1", token)
    return once if len(once) >= _SHORTEST_SLIP else token


@lru_cache(maxsize=1024)
def _split(token: str) -> list[str]:
    """The words of a token without its spaces (`dunggoinua`); none unless it is made of known ones only."""
    bare = words.bare(token)
    if not _SHORTEST_GLUED <= len(bare) <= 40 or len(bare) != len(token):
        return []
    best: list[list[str] | None] = [[]] + [None] * len(token)
    for end in range(2, len(token) + 1):
        for start in range(max(0, end - 6), end - 1):
            before = best[start]
            if before is not None and bare[start:end] in _SHORT:
                best[end] = [*before, token[start:end]]
    return best[-1] or []
