"""What the words beside a number say of it: that it must not be used, or that it numbers something else than a phone.

`0912345678 (số cũ)`, `không gọi 0912…`, `MST 0101…`. Words decide only where they can mean nothing else: names share
their letters ("Huy", "Khoa", "cụ"), so most are looked for with their marks. It must not know numbers.
"""

from __future__ import annotations

import re

from characters.cleaning import clean, folded, one_tone_place

_NO = r"(?:khong|ko|kg|k)"
_APPS = r"(?! (?:zalo|viber|facebook|fb|messenger|mang|internet|may tinh|smartphone)\b)"
"""Who does not use one of these has a phone all the same."""
_NO_CONTACT = re.compile(
    rf"\b(?:(?:{_NO}|dung|cam|mien|xin dung|chua|tu choi|khong cho|khong muon) (?:duoc )?"
    r"(?:goi|lien he|lien lac|ll|lh|nhan tin|nt|nhan|lam phien|dong y|cung cap)(?! (?:lai )?duoc\b)"
    rf"{_APPS}|(?:do not|don'?t) (?:call|contact|text)|opt(?:ed)?[ -]?out|tu choi)\b"
)
_NO_LONGER = re.compile(
    r"\b(?:so cu|cu roi|(?:so )?truoc (?:day|kia)|mat (?:so|sim|may)|(?:doi|bo|huy|khoa|sai) so"
    r"|da (?:mat|doi|huy|bo|khoa|cat|thay|chet|qua doi|nghi|chuyen so)|so (?:sai|nham|ao|chet|hong|huy)|(?:sdt|dt) sai"
    r"|nham (?:so|may)|bi (?:sai|khoa|cat|thu hoi|nham)|thue bao khong"
    rf"|(?:{_NO}|chua|het|ngung|dung|thoi) (?:con )?"
    r"(?:dung|su dung|hoat dong|ton tai|lien lac|lien he|ll|lh|goi|co that)"
    rf"{_APPS}|{_NO} (?:phai|dung so)"
    r"|wrong|invalid|disconnected|old number|not in use|former)\b"
)
_MARKED = re.compile(r"(?<!\w)(?:cũ|hủy|nhầm|sai|bỏ|khóa|cắt|thu hồi|không đúng|không còn)(?!\w)")
"""Words that are names or other words without their marks; tones as in older spelling."""
_NO_PHONE = re.compile(
    r"\b(?:mst|ma so(?: thue)?|ma so dn|msdn|cmnd|cmt|cccd|can cuoc|chung minh(?: thu| nhan dan)?|so tk|stk|tai khoan"
    r"|gcn|dkkd|so dang ky|so hop dong|passport|ho chieu|tax|iban|account|bhxh)\b"
)
_FAX = re.compile(r"\bfax\b")
_PHONE = re.compile(r"\b(?:tel|phone|telephone|sdt|so dt|dt|dtcd|dien thoai|may ban|ban)\b")


def sets_aside(text: str) -> bool:
    """Whether the words of `text` (one number with what stands beside it) say not to use the number as a phone."""
    said = folded(text)
    if not any(c.isalpha() for c in said):
        return False
    if any(words.search(said) for words in (_NO_CONTACT, _NO_LONGER, _NO_PHONE)):
        return True
    if _FAX.search(said) and not _PHONE.search(said):
        return True
    return bool(_MARKED.search(one_tone_place(clean(text).casefold())))


def forbids(words: str) -> bool:
    """Whether words before several numbers forbid all of them ("không gọi: 0912…, 0987…")."""
    return bool(_NO_CONTACT.search(folded(words)))
