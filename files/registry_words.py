"""The words provinces use in registry lists: header names, kinds, yes and no. Data, folded (`columns.fold`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

NAMES: Mapping[str, Sequence[str]] = {
    "registry_code": ("ma", "ma so", "ma to chuc", "ma htx", "ma dang ky", "ma don vi", "registry code", "code"),
    "login": ("ten dang nhap", "tai khoan", "username", "login"),
    "password": ("mat khau", "password"),
    "phone": (
        "so dien thoai",
        "dien thoai",
        "sdt",
        "so dt",
        "dt",
        "so may",
        "so dien thoai lien he",
        "dien thoai lien he",
        "dtdd",
        "so dtdd",
        "tel",
        "di dong",
        "dien thoai di dong",
        *("dien thoai ban", "dt ban", "so dien thoai ban", "may ban", "so may ban"),
        *("dien thoai co dinh", "dt co dinh", "so dien thoai co dinh", "co dinh", "dien thoai co quan"),
        "phone",
        "mobile",
    ),
    "name": (
        "ten to chuc",
        "ten htx",
        "ten hop tac xa",
        "ten don vi",
        "ten htx qtd",
        "ten htx quy",
        "ten co so",
        "organisation",
        "name",
    ),
    "short_name": ("ten viet tat", "ten ngan", "ten goi tat", "short name"),
    "kind": ("loai", "loai to chuc", "kind"),
    "sector": ("loai hinh", "linh vuc", "loai hinh hoat dong", "sector"),
    "leader": (
        "nguoi quan ly",
        "giam doc",
        "nguoi dai dien",
        "nguoi dung dau",
        "ten nguoi quan ly",
        "giam doc chu tich",
        "ho va ten",
        "ho ten",
        "ten giam doc",
        "leader",
    ),
    "position": ("chuc vu", "position"),
    "email": ("email", "e mail", "thu dien tu"),
    "commune": (
        "phuong xa",
        "xa phuong",
        "xa p",
        "dia ban",
        "xa",
        "phuong",
        "xa phuong thi tran",
        "xa thi tran",
        "commune",
    ),
    "district": (
        *("huyen", "quan", "quan huyen", "huyen quan", "huyen thi xa", "huyen thi xa thanh pho", "huyen tx tp"),
        *("huyen thanh pho", "huyen tp", "district"),
    ),
    "province": ("tinh", "tinh thanh", "tinh thanh pho", "tinh tp", "ma tinh", "thanh pho", "province"),
    "address": ("dia chi", "address"),
    "member_count": ("so thanh vien", "so luong thanh vien", "so tv", "tong so thanh vien", "sl thanh vien", "members"),
    "founded_on": ("ngay thanh lap", "ngay cap", "ngay tl", "ngay dang ky", "founded"),
    "member": ("la thanh vien", "thanh vien lien minh", "la thanh vien lien minh", "thanh vien lmhtx", "is member"),
    "active": ("trang thai", "tinh trang", "tinh trang hoat dong", "status"),
}
NEEDED: Mapping[str, str] = {"member": "Là thành viên"}
"""Columns without which no row can be used; the kind may also be told from the name."""

KINDS = {
    **dict.fromkeys(("htx", "hop tac xa"), "HTX"),
    **dict.fromkeys(("htx nn", "htx pnn", "htx nong nghiep", "htx phi nong nghiep"), "HTX"),
    **dict.fromkeys(("qtd", "qtdnd", "quy tin dung", "quy tin dung nhan dan", "quy tdnd"), "QTD"),
    **dict.fromkeys(("lhhtx", "lien hiep htx", "lien hiep hop tac xa", "lien hiep"), "LHHTX"),
    **dict.fromkeys(("tht", "to hop tac"), "THT"),
}
_FARMING = (
    *("trong trot", "chan nuoi", "thuy san", "lam nghiep", "nong lam nghiep", "nong lam thuy san", "diem nghiep"),
    *("nuoi trong thuy san", "dich vu nong nghiep", "san xuat nong nghiep", "trong trot chan nuoi", "cay an qua"),
    *("nong nghiep tong hop", "linh vuc nong nghiep", "rau mau", "thuy loi", "nong lam ngu diem nghiep"),
)
_OTHER_TRADES = (
    *("cong nghiep", "tieu thu cong nghiep", "cn ttcn", "ttcn", "cong nghiep ttcn", "xay dung", "thuong mai"),
    *(
        "thuong mai dich vu",
        "van tai",
        "giao thong van tai",
        "giao thong",
        "moi truong",
        "ve sinh moi truong",
        "du lich",
    ),
    *(
        "dich vu phi nong nghiep",
        "dien nuoc",
        "quan ly cho",
        "thu cong my nghe",
        "linh vuc phi nong nghiep",
        "phi nong",
    ),
)
SECTORS = {
    **dict.fromkeys(_FARMING, "NN"),
    **dict.fromkeys(_OTHER_TRADES, "PNN"),
    **dict.fromkeys(("nn", "nong nghiep", "htx nn", "htx nong nghiep", "nong lam ngu nghiep"), "NN"),
    **dict.fromkeys(("pnn", "phi nong nghiep", "htx pnn", "htx phi nong nghiep", "phi nn"), "PNN"),
}
YES_NO = {
    **dict.fromkeys(
        ("co", "yes", "x", "v", "1", "la thanh vien", "thanh vien", "true", "phai", "da tham gia", "da gia nhap"), True
    ),
    **dict.fromkeys(
        ("khong", "no", "0", "khong phai", "chua", "false", "khong la thanh vien", "chua tham gia", "chua gia nhap"),
        False,
    ),
}
KIND_IN_NAME = (
    ("LHHTX", r"(lien hiep|lh ?htx)\b"),
    ("QTD", r"(quy tin dung|quy tdnd|qtd|qtdnd)\b"),
    ("THT", r"(to hop tac|tht)\b"),
    ("HTX", r"(hop tac xa|htx)\b"),
)
"""How a folded name begins → the kind it tells."""
SHORTER = (
    ("Liên hiệp hợp tác xã", "LHHTX"),
    ("Hợp tác xã", "HTX"),
    ("Quỹ tín dụng nhân dân", "QTDND"),
    ("Tổ hợp tác", "THT"),
)
