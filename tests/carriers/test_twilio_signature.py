"""Published signature vectors, run through our check, and the two traps of the library."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from carriers.twilio.signature import signed

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
POSTED = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
HASHED = "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
GO = POSTED | {"ReasonConferenceEnded": "test", "Reason": "Participant"}
MANY = MultiDict(
    [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
)
BINDINGS = MultiDict(
    [("MessagingBinding.Address", "+1325xxxxxxx"), ("MessagingBinding.Address", "+1415xxxxxxx")],
)
TOKENS = ("12345",)

VECTORS = [
    (URL, POSTED, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    (URL.replace(".com", ".com:1234"), POSTED, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    (URL.replace("https", "http").replace(".com", ".com:1234"), POSTED, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    (URL, POSTED, "kvajT1Ptam85bY51eRf/AJRuM3w="),
    (URL.replace("https", "http"), POSTED, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    (URL, MANY, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
    (URL, BINDINGS, "83O6e2vORAoJHUNzJjDWN1jz+BA="),
    (URL + HASHED, '{"property": "value", "boolean": true}', "a9nBmqA0ju/hNViExpshrM61xv4="),
    (
        "https://mycompany.com/myapp.php?" + HASHED[1:],
        '{"property": "value", "boolean": true}',
        "y77kIzt2vzLz71DgmJGsen2scGs=",
    ),
    (
        URL + "&bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "{}",
        "Ldidvp12m26NI7eqEvxnEpkd9Hc=",
    ),
    (URL.replace("//", "//user:pass@"), POSTED, "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="),
    (URL.replace("//", "//user:pass@"), POSTED, "CukzLTc1tT5dXEDIHm/tKBanW10="),
    (URL.replace("//", "//user@"), POSTED, "aZfj4hyX1MLZhSS6QIL18Vn2/RA="),
    (URL.replace("//", "//user@"), POSTED, "2YRLlVAflCqxaNicjMpJcSTgzSs="),
    (URL, GO, "vOEb5UThFn24KEfnOFLQY2AE5FY="),
    (URL.replace("https", "http"), GO, "n2xBNyzSW7rfYStDtOFiFMv7qNo="),
    (URL, {"property": "value", "boolean": "true"}, "NBdBDr/T/lgjI+tlgpXjKZQZs/k="),
]


@pytest.mark.parametrize(("url", "params", "signature"), VECTORS)
def test_published_vector(url: str, params: dict[str, str] | str, signature: str) -> None:
    assert signed(url, params, signature, TOKENS)
    assert not signed(url, params, signature, ("54321",))
    assert not signed(url + "x", params, signature, TOKENS)


def test_a_parameter_sorted_wrongly_or_changed_is_refused() -> None:
    assert not signed(URL, GO, "95+Bu0JVPi0r/SsESZCVf0dWAjw=", TOKENS)
    assert not signed(URL, POSTED | {"Digits": "1235"}, VECTORS[0][2], TOKENS)
    assert not signed(URL, POSTED | {"Extra": "1"}, VECTORS[0][2], TOKENS)


def test_two_tokens_are_good_while_one_is_rotated_out() -> None:
    assert signed(URL, POSTED, VECTORS[0][2], ("new-token", "12345"))
    assert not signed(URL, POSTED, VECTORS[0][2], ("new-token", ""))
    assert not signed(URL, POSTED, VECTORS[0][2], ())


@pytest.mark.parametrize("header", [None, "", "đ", "x" * 10_000, "RSOYDt4T1cUTdK1PDd93/VVr8B8=="])
def test_a_missing_or_odd_header_is_refused_without_raising(header: str | None) -> None:
    assert not signed(URL, POSTED, header, TOKENS)


def test_a_body_as_text_without_its_hash_is_refused_without_raising() -> None:
    assert not signed(URL, "{}", VECTORS[0][2], TOKENS)
    assert not signed(URL + HASHED, '{"property": "forged"}', VECTORS[7][2], TOKENS)
