"""Tells texts that no person wrote as an answer: reactions to our own text, automatic replies, notices, what is passed
on. A machine that is answered answers again, so nothing is said to it.

It must not know what was asked; a wish to be left alone is looked for elsewhere, and goes before an automatic reply.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from sms.reading import vocabulary as words

Machine = Literal["tapback", "automatic"]

_OPEN, _CLOSE = "“\"«„'‘", "”\"»'’"
_VERBS = (
    r"liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted (?:with )?\S{1,12} to"
    r"|removed (?:an? )?[^“”\"]{1,30} from"
)
_VERBS_VI = (
    "bay to cam xuc|the hien cam xuc|tha cam xuc|phan ung|yeu thich|thich|khong thich|bo thich|cuoi|nhan manh|hoi"
    "|dat cau hoi|dat dau hoi|tha tim|yeu|xoa|go|go bo|bo|huy"
)
_THINGS = "image|photo|picture|movie|video|audio|message|sticker|link|anh|hinh anh|tin nhan|nhan|tep|attachment"
_LINKING = (
    rf"(?:\s+(?:vi|vao|voi|cho|toi|khoi|tu|ve|mot|mau|doan|noi dung|luot|thich|yeu thich|phan ung|bieu tuong"
    rf"|bieu cam|cam xuc|trai tim"
    rf"|dau|hoi|hoi cham|cham|than|cua|ban|minh|{_THINGS})(?!\w)|\s*[^\w\s“”\"]{{1,8}}(?![^\w\s“”\"])){{0,6}}?"
)
"""What may stand between the verb and the quotation: `đã xóa lượt thích khỏi “…”`, but not `đã bỏ ruộng “hoang”`."""
_VERBS_ABROAD = (
    "a (?:aime|adore|ri a?|souligne|demande)|le (?:gusto|encanto)|me (?:gusta|encanta)|curtiu|amou|adorou|gefallt mir"
    "|ha messo mi piace a|ditandai suka|disukai|suka"
)
_QUOTED = rf"[{_OPEN}][^{_CLOSE}]*(?:[{_CLOSE}]\W*)?$"
_REACTED = re.compile(
    rf"(?:{_VERBS}|(?:da )?tha tim|da (?:{_VERBS_VI}){_LINKING}|{_VERBS_ABROAD})"
    rf"\s*(?:{_QUOTED}|(?:an?|mot|tin|hinh|buc|doan) (?:{_THINGS})\b.{{0,20}}$)"
)
"""What telephones send for a reaction, with the text reacted to in quotation marks at the end."""
_FELT = re.compile(rf"[^\w\s]{{1,8}}\s*(?:to|for|from|cho|toi|voi|doi voi|vao|khoi)\s*[{_OPEN}]")
"""An emoji and what it is for, as phones write it that know no reactions (`👍 to “…”`)."""
_SIGN_AND_QUOTE = re.compile(
    rf"[^a-z0-9{_OPEN}{_CLOSE}]{{0,20}}[^\sa-z0-9{_OPEN}{_CLOSE}.,:;()-][^a-z0-9{_OPEN}{_CLOSE}]{{0,20}}[{_OPEN}「]\S+\s+\S+\s+"
)
"""An emoji, or a word in letters that nobody here writes, before several words of ours in quotation marks."""
_TOLD_OF = re.compile(
    r"reacted (?:to your message )?with [^\w\s]{1,8}\W*$"
    r"|(?:\S+ ){0,4}da (?:thich|yeu thich|tha tim|bay to cam xuc (?:ve|voi)) "
    r"tin nhan cua ban\W*$"
)
"""A reaction without a quotation, as the telephone tells of it."""
_CAM_XUC = re.compile(r"\W*da bay to cam xuc\W*$")

_TU_DONG = r"(?:tin nhan|thu|tin|phan hoi|tra loi)(?: tra loi| phan hoi)? tu dong"
_AUTO = r"auto(?:matic|mated)?[ -]?(?:reply|response|message)\b"
_MARKED = re.compile(
    r"\W*(?:"
    + "|".join(
        (
            rf"(?:day la|this is an?) (?:\w+ ){{0,2}}?(?:{_TU_DONG}|{_AUTO})",
            rf"(?:{_TU_DONG}|tu dong (?:tra loi|phan hoi))\s*(?:$|[:\])-]|tu\b)",
            rf"\[?{_AUTO}|\[auto\]|autoreply|out of (?:the )?office",
            r"delivery (?:report|receipt|notification|status)|message (?:delivered|blocked|not delivered)|undeliver",
            r"bao cao (?:gui|nhan|da gui|phan phoi)\s*(?:$|[:\])-]|tin)|delivered to\b|failed to deliver",
        )
    )
    + ")"
)
"""Where a sentence begins so, a machine wrote it; in the middle it may be what somebody wishes for."""
_CONTAINED = re.compile(
    r"khong lam phien khi lai xe|do not disturb while driving|driving (?:mode|focus)|che do lai xe"
    r"|not receiving notifications|khong nhan (?:duoc )?thong bao.*khan cap"
    r"|(?:do not|don't|vui long khong|xin khong|xin dung|vui long dung) (?:reply|respond|tra loi|phan hoi)"
    r"(?: to| lai)? (?:this|tin nhan nay|tin nay|thu nay|email nay)"
    r"|(?:tin nhan|tin) (?:cua ban|cua quy khach) (?:da duoc gui|da gui|khong gui duoc|chua gui duoc|da duoc chuyen)"
    r"|your message (?:has been|was|could not be) (?:sent|delivered|received)"
    r"|cuoc goi nho (?:tu|luc|:)|\bcuoc goi nho: ?\+?\d"
    r"|(?:tb|thue bao|so may|so thue bao) ?:? ?\+?\d{9,12} (?:da goi|vua|hien)"
    r"|hien (?:da|khong) lien lac duoc\W+quy khach|so may quy khach vua|ban da gui tin nhan thanh cong"
    r"|cam on (?:ban|quy khach|quy vi) da (?:lien he|nhan tin|goi)\b"
    r"|thanks? (?:you )?for (?:contacting|your message|reaching)"
    r"|thue bao quy khach vua goi|da goi (?:nho )?cho quy khach luc|currently (?:away|out of|unavailable|on leave)"
    r"|sent (?:automatically|from my car)|duoc gui tu dong"
)
_HINTS = re.compile(
    r"tu dong|auto|office|deliver|bao cao|reply|respond|tra loi|phan hoi|driv|lai xe|chay xe|notif|thong bao|thue bao"
    r"|quy khach|cua ban|cho ban|currently|sent |goi lai|lien he lai|nhan lai|goi cho|noi chuyen|nghe |tren duong|i'"
    r"|i am|cuoc goi nho|tb |so may|thanks? |cam on|message|i'm|can i call|can't"
    r"|cuoc hop|trong|rap|xem phim|den noi|lai sau|i will|nhan tin cho"
)
"""One of these stands in every automatic reply; without them a text need not be looked at any further."""
_ASKED = re.compile(r"(?:\?|\b(?:phai khong|khong|a|ha|sao))\W*$")

_SENTENCE = re.compile(r"[.!?…,;\n]+")
_CANNED = frozenset(
    words.tokens(sentence)
    for sentence in (
        # what phones offer for a call that cannot be taken, and what they send while somebody drives
        *("tôi đang lái xe", "mình đang lái xe", "hiện tôi đang lái xe", "xin lỗi tôi đang lái xe", "tôi đang chạy xe"),
        *("tôi sẽ trả lời sau", "tôi sẽ trả lời bạn sau", "tôi sẽ gọi lại sau", "tôi sẽ gọi lại cho bạn sau"),
        *("sẽ gọi lại sau", "sẽ trả lời sau", "sẽ liên hệ lại sau", "tôi sẽ liên hệ lại sau", "tôi sẽ gọi lại ngay"),
        *("tôi sẽ gọi lại cho bạn ngay", "tôi sẽ gọi cho bạn sau", "tôi sẽ nhắn lại sau", "tôi sẽ gọi lại"),
        *("tôi sẽ xem tin nhắn của bạn khi đến nơi", "tôi sẽ xem tin nhắn khi đến nơi", "tôi sẽ trả lời khi đến nơi"),
        *("tôi sẽ trả lời bạn khi đến nơi", "tôi không thể nói chuyện bây giờ", "bây giờ tôi không thể nói chuyện"),
        *("tôi không thể nói chuyện ngay lúc này", "bây giờ tôi không thể nói chuyện được", "tôi đang trong lớp"),
        *("hiện tôi không thể nói chuyện", "tôi không thể nghe máy lúc này", "hiện tôi không thể nghe máy"),
        *("hiện tại tôi không thể nghe máy", "tôi không thể nghe máy bây giờ", "tôi đang trên đường đến"),
        *("hiện tại tôi không thể nghe điện thoại", "xin lỗi bây giờ tôi không thể nói chuyện được", "tôi đến ngay"),
        *("xin lỗi tôi không thể nói chuyện bây giờ", "xin lỗi tôi không thể nghe máy lúc này", "có chuyện gì vậy"),
        *("tôi đang trên đường tới", "tôi đang trên đường", "tôi có thể gọi cho bạn sau được không"),
        *("tôi có thể gọi lại cho bạn sau được không", "gọi cho tôi sau nhé", "tôi đang bận sẽ gọi lại sau"),
        *("tôi đang họp sẽ gọi lại sau", "tôi đang trong cuộc họp", "tôi đang ở rạp chiếu phim", "tôi đang xem phim"),
        *("tôi đang trong giờ học", "vui lòng nhắn tin cho tôi", "sorry", "xin lỗi", "can you text me"),
        *("i'm driving", "i am driving", "i'm driving right now", "i am driving right now", "sorry i'm driving"),
        *("i'll call you back", "i'll call you later", "i'll call back later", "i will call you back"),
        *("i'll text you later", "i'll call you right back", "i'll reply later", "i will reply later"),
        *("i will call you later", "i'll get back to you", "sorry i can't talk right now", "i can't talk right now"),
        *("can't talk now", "can't talk right now", "sorry i can't talk now", "i can't talk now", "what's up"),
        *("i'm on my way", "can i call you later", "i'm in a meeting", "i am in a meeting"),
        *("i'm busy", "i'm in class", "i'm at the movies", "i'm at the cinema", "please text me"),
        "i'll see your message when i get where i'm going",
    )
)
_BEGINNING = frozenset(map(words.tokens, ("tôi đang bận", "tôi đang họp", "xin lỗi tôi đang bận", "mình đang bận")))
"""Canned only with another such sentence behind it: alone, a person has said so."""
_COURTEOUS = frozenset(map(words.tokens, ("sorry", "xin lỗi", "có chuyện gì vậy", "tôi đến ngay",
    "what's up", "tôi sẽ gọi lại", "gọi cho tôi sau nhé", "can you text me", "please text me")))  # fmt: skip
"""Canned only beside another such sentence."""

_PASSED_ON = re.compile(
    r"[(\[]\s*qc\s*[)\]]|^\W*qc\W|\bsoan\s+\S{1,12}(?:\s+\S{1,12})?\s+gui\s+\d{3,5}\b|\b(?:ma )?otp\b.{0,80}\d{4}"
    r"|\b(?:so du|sd)\b.{0,80}\d.{0,40}(?:vnd|d)\b|\bgd\b.{0,10}[+-]\s?\d"
    r"|(?:ma xac (?:thuc|nhan|minh)|verification code).{0,80}\d{4}|\d{4}.{0,80}(?:verification code|la ma (?:xac|otp))"
    r"|\btai khoan (?:cua )?(?:ban|quy khach)\b.{0,80}\d"
)
"""An advertisement, a one-time code, a bank's message."""
_CARD = re.compile(r"\s*begin:v(?:card|calendar|event)", re.IGNORECASE)
_LINK = re.compile(r"\W*(?:https?://|www\.)\S+\W*", re.IGNORECASE)
_MEDIA = re.compile(
    r"\W*(?:<|\[|\()?\s*(?:mms|image|photo|picture|video|audio|sticker|attachment|hinh anh|anh|tep dinh kem|no text"
    r"|khong co noi dung|file)\s*(?:>|\]|\))\W*"
)


def machine(body: str) -> Machine | None:
    """Which machine wrote `body`, if one did: a reaction to a text of ours (or the further part of one), or an
    automatic reply or notice. Never raises."""
    text = " ".join(unicodedata.normalize("NFC", body[: words.LONGEST]).translate(_UNSEEN).split())
    bare = words.bare(text.casefold()).replace("’", "'")
    if (
        _REACTED.match(bare)
        or _FELT.match(bare)
        or _CAM_XUC.match(bare)
        or _TOLD_OF.match(bare)
        or _SIGN_AND_QUOTE.match(bare)
        or _is_remainder(text)
    ):
        return "tapback"
    if not _HINTS.search(bare):
        return None
    marked = any(map(_MARKED.match, _SENTENCE.split(bare))) or _CONTAINED.search(bare)
    return "automatic" if _is_canned(text) or (marked and not _ASKED.search(bare)) else None


_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u200a\ufe0f"), " ")


def _is_remainder(text: str) -> bool:
    """The end of a quotation whose beginning came in the text before."""
    return text.endswith("”") and "“" not in text and len(text.split()) + text.count("=") > 3


def _is_canned(text: str) -> bool:
    lowered = text.casefold().replace("’", "'")
    whole = words.tokens(lowered)
    if whole in _CANNED - _COURTEOUS:
        return True
    said = [spoken for sentence in _SENTENCE.split(lowered) if (spoken := words.tokens(sentence))]
    sure = [one for one in said if one in _CANNED and one not in _COURTEOUS]
    return bool(sure) and all(one in _CANNED or one in _BEGINNING for one in said)


def says_nothing(body: str) -> bool:
    """Whether `body` is no person's words although a person may have sent it: a card, a link, a picture, an
    advertisement or a code that was passed on."""
    body = " ".join(body[: words.LONGEST].split())
    bare = words.bare(unicodedata.normalize("NFC", body).casefold())
    if _CARD.match(body) or _LINK.fullmatch(body) or _MEDIA.fullmatch(bare):
        return True
    return len(bare) > _SHORTEST_PASSED_ON and _PASSED_ON.search(bare) is not None


_SHORTEST_PASSED_ON = 20
