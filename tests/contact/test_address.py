"""Every dress of an address at the carriers' doors, read as one number, short code or name."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contact.address import read_address
from tests.contact.addresses import DRESSES

PERSON = "+84901000005"


@pytest.mark.parametrize("dress", DRESSES)
def test_a_number_is_one_in_every_dress(dress: str) -> None:
    read = read_address(dress.format("901000005"))
    assert (read.text, read.kind, read.sender) == (PERSON, "mobile", PERSON)


@pytest.mark.parametrize("dress", DRESSES)
def test_a_national_number_is_what_the_network_says(dress: str) -> None:
    """0383844123 may have been a landline of Nghệ An in a list; from a network it is a mobile."""
    assert read_address(dress.format("383844123")).text == "+84383844123"


@pytest.mark.parametrize(
    ("written", "text", "kind"),
    [
        ("02438251234", "+842438251234", "landline"),
        ("842438251234", "+842438251234", "landline"),
        ("sip:02438251234@h", "+842438251234", "landline"),
        ("01231234567", "+84831234567", "mobile"),
        ("+841231234567", "+84831234567", "mobile"),
        ("sip:01681234567@h;user=phone", "+84381234567", "mobile"),
        ("841231234567", "+84831234567", "mobile"),
        ("0841234567", "+84841234567", "mobile"),
        ("84841234567", "+84841234567", "mobile"),
        ("841234567", "+84841234567", "mobile"),
        ("+8562055512345", "+8562055512345", "foreign"),
        ("8562055512345", "+8562055512345", "foreign"),
        ("008562055512345", "+8562055512345", "foreign"),
        ("tel:2055512345;phone-context=+856", "+8562055512345", "foreign"),
        ("8088", "8088", "code"),
        ("+8088", "8088", "code"),
        ("sip:8088@smsc", "8088", "code"),
        ("1900123456", "1900123456", "code"),
        ("19001234", "19001234", "code"),
        ("ALO", "ALO", "name"),
        ("sip:ALO@smsc", "ALO", "name"),
        ("Lien Minh", "Lien Minh", "name"),
        ("anonymous", "anonymous", "withheld"),
        ("sip:anonymous@anonymous.invalid", "sip:anonymous@anonymous.invalid", "withheld"),
        ("+266696687", "+266696687", "withheld"),
        ("266696687", "266696687", "withheld"),
        ("", "", "withheld"),
        ("client:0901000005", "client:0901000005", "unreadable"),
        ("sip:10.0.0.1", "sip:10.0.0.1", "unreadable"),
        ("sip:@host", "sip:@host", "unreadable"),
        ("+84", "84", "code"),
        ("0901000005 0901000006", "0901000005 0901000006", "unreadable"),
        ("🙂", "🙂", "unreadable"),
    ],
)
def test_what_else_comes(written: str, text: str, kind: str) -> None:
    read = read_address(written)
    assert (read.text, read.kind) == (text, kind)


@pytest.mark.parametrize(
    "written", ["+842412345678", "842412345678", "02412345678", "sip:02412345678@h", "0084 24 12345678"]
)
def test_a_number_of_ours_is_one_even_where_nobody_could_have_it(written: str) -> None:
    assert read_address(written).text == "+842412345678"


@given(st.text(max_size=80) | st.from_regex(r"(sip:|tel:)?[+0]{0,3}84?[0-9 .-]{3,20}(@h)?", fullmatch=True))
def test_reading_never_fails_and_what_is_read_is_read_the_same_again(written: str) -> None:
    read = read_address(written)
    assert read.raw == written
    if read.kind in ("mobile", "landline", "foreign", "code"):
        assert read_address(read.text).text == read.text


@given(st.sampled_from(DRESSES), st.from_regex(r"(3[2-9]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}", fullmatch=True))
@example("{}", "890000000")  # a range that the library does not know yet
def test_no_dress_makes_another_number(dress: str, significant: str) -> None:
    assert read_address(dress.format(significant)).text == f"+84{significant}"
