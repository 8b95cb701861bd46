"""What provinces write about whether an organisation is active. Data, and the one question asked of it.

It must not know rows or faults.
"""

from __future__ import annotations

import re
from functools import lru_cache

from files.columns import fold

_WORK = r"(?:hoat dong|hd|kinh doanh|kd|san xuat(?: kinh doanh)?|sxkd)"
_UNDER_WAY = (
    r"(?:(?:da|dang|cho|tam|se|de nghi|xin|du kien|bi|thuoc dien|co qd|co quyet dinh|hoan thanh|lam thu tuc|thu tuc) )*"
)
_SINCE = r"(?: (?:tu|tu nam|tu ngay|tu thang|nam|ngay|thang|theo|theo qd|theo quyet dinh|vao)(?: .*)?)?"
_ACTIVE = re.compile(
    rf"(?:(?:van |con |dang |dang con |co |hien dang )?{_WORK}(?: (?:binh thuong|tot|kha|trung binh|yeu|kem|on dinh"
    r"|hieu qua|co hieu qua|khong hieu qua|chua hieu qua|kem hieu qua|cam chung|tro lai|lai|thuong xuyen))*"
    r"|binh thuong|(?:con |dang )?ton tai|moi thanh lap|chua giai the|khong giai the|co|yes|true|active|operating"
    rf"){_SINCE}"
)
_INACTIVE_WORDS = (
    rf"(?:{_UNDER_WAY}(?:giai the|pha san|sap nhap|sat nhap|hop nhat|chia tach|dong cua|xoa ten|xoa so|thanh ly"
    rf"|thu hoi(?: (?:gcn|giay|giay phep|giay chung nhan).*)?|rut giay phep"
    rf"|dong (?:ma so thue|mst)|dinh chi|tan ra|bo tron)(?: {_WORK})?"
    r"(?: (?:tu nguyen|bat buoc|vao .*|voi .*|thanh .*))?"
    rf"|{_UNDER_WAY}(?:ngung|dung|nghi|het|tam ngung|tam dung|dinh chi|cham dut)(?: {_WORK})*"
    r"(?: tam thoi| co thoi han)?(?: (?:nhung|va) chua (?:hoan thanh |lam )?thu tuc .*)?"
    rf"|(?:khong|khong con|chua|chua di vao|k|ko) (?:{_WORK}|ton tai|con)(?: nua)?(?: tai (?:dia chi|tru so).*)?"
    rf"|{_UNDER_WAY}chuyen doi(?: (?:loai hinh|mo hinh|sang .*|thanh .*))?"
    rf"|khong|no|false|inactive|closed|dissolved|nhd|khd|khong tim thay){_SINCE}"
)
_SHORT = re.compile(r"\bh\s?[/.]\s?(?:động|đ\b)", re.IGNORECASE)
_WHO = re.compile(r"^(?:htx|qtdnd|qtd|lhhtx|don vi|to chuc) (?=\w)")
_INACTIVE = re.compile(rf"{_INACTIVE_WORDS}(?: {_INACTIVE_WORDS})*")


@lru_cache(maxsize=1024)
def is_active(text: str) -> bool | None:
    """Whether an organisation in this state is active; nothing said: yes. None when the words are not known."""
    if not text.strip():
        return True
    whole = _SHORT.sub("hoạt động", text)
    parts = [_WHO.sub("", fold(part)) for part in re.split(r"[,;/()+\n–-]|\bvà\b", whole)]
    states = {_state(part) for part in parts if part and not re.fullmatch(r"(?:qd|so|quyet dinh|[\d ]).*", part)}
    return states.pop() if len(states) == 1 else None


def _state(words: str) -> bool | None:
    if _ACTIVE.fullmatch(words):
        return True
    return False if _INACTIVE.fullmatch(words) and "luat" not in words.split() else None
