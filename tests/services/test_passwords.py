"""Which passwords are taken: the ones people use everywhere, in Viet Nam, here, and as themselves are not."""

from __future__ import annotations

import pytest

from services.refusal import Refusal
from services.staff import passwords
from tests import cases

OWN = ("lan@qb.example", "Nguyễn Thị Lan", "Liên minh hợp tác xã tỉnh Quảng Bình")


def said(password: str) -> str:
    """The code it is refused with; "" when it is taken."""
    try:
        passwords.check(password, OWN)
    except Refusal as refusal:
        return refusal.code
    return ""


@cases.table(
    "password",
    [
        "123456789012", "1234567890123456", "000000000000", "111111111111", "121212121212",
        "aaaaaaaaaaaa", "abcabcabcabc",
        "qwertyuiop12", "qwertyuiopas", "asdfghjkl;12", "1qaz2wsx3edc", "qazwsxedcrfv", "zxcvbnm12345", "abcdefghijkl",
        "password1234", "Password123!", "P@ssw0rd2026", "iloveyou1234", "administrator", "letmein12345",
        "matkhau123456", "MatKhau123456", "matkhau@2026", "mật khẩu 123456", "mat khau 123456", "Mậtkhẩu2026!",
        "anhyeuem123456", "emyeuanh1234", "khongbiet1234", "dangnhap1234", "taikhoan1234", "vietnam123456",
        "hoptacxa2026", "hợp tác xã 2026", "lienminhhtx2026", "alokhaosat2026", "alo alo alo alo", "khaosat123456",
        "lan@qb.example", "lan@qb.example1", "nguyenthilan1", "Nguyễn Thị Lan", "Nguyen Thi Lan 1990",
        "quangbinh2026", "Quảng Bình 2026", "lienminhhoptacxa", "01/01/1990 01/01", "0" * 200, "ab" * 100,
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert said(password).startswith("password."), password
    assert said(password) not in ("password.length", "password.unseen")


@pytest.mark.parametrize(
    "password",
    [
        "bốn mùa gió biển", "bon mua gio bien", "tôi đi chợ mỗi sáng sớm", "cái ấm nhôm bị móp quai",
        "correct horse battery staple",
        "trâu nghe tiếng sáo diều", "Rổ tép khô treo gác bếp 7", "k7#Vp2!wQz9m", "ăn cơm với mắm tôm chua",
        "x" * 3 + " gió lùa khe liếp",
        "một rổ khoai lang luộc " * 8,
    ],
)  # fmt: skip
def test_a_sentence_of_ones_own_is_taken(password: str) -> None:
    assert said(password) == "", password


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password.length"),
        ("x" * 201, "password.length"),
        ("bốn mùa gió biển\u200b", "password.unseen"),
        ("aaaaaaaaaaaa", "password.repeats"),
        ("asdfghjkl;12", "password.keyboard"),
        ("abcdefghijkl", "password.sequence"),
        ("matkhau123456", "password.common"),
        ("nguyenthilan1", "password.own"),
    ],
)
def test_the_refusal_says_why(password: str, code: str) -> None:
    assert said(password) == code
