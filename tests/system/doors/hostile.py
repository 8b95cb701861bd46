"""Where the hostile requests come from: strangers, with and without a forged signature; members of each role, with and
without the token of their forms; carriers whose signature is right and whose fields are not; lists that are none.
"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from random import Random
from urllib.parse import quote, urlencode

from twilio.request_validator import RequestValidator
from werkzeug.routing import Map

from tests.gateway.odd_requests import TEXTS, Odd, Odds
from tests.services.world import LEADER, LINE, OUR_NUMBER

ACCOUNT, TOKEN, SECRET = "AC1", "token-of-the-proof", "s3cret-of-the-proof"
BASE = "https://alo.example"
FORM = "application/x-www-form-urlencoded"
UTF8_TEXTS = [text for text in TEXTS if not any("\ud800" <= letter <= "\udfff" for letter in text)]
DOORS = (
    "/twilio/sms", "/twilio/voice", "/twilio/voice/{ref}/{turn}", "/twilio/voice/fallback",
    "/twilio/receipt/text/{ref}", "/twilio/receipt/call/{ref}", "/twilio/detection/{ref}",
    "/kannel/sms", "/kannel/receipt/{ref}",
)  # fmt: skip
PLAUSIBLE = {
    "From": [LEADER, "+84901000002", "anonymous", OUR_NUMBER],
    "To": [OUR_NUMBER, LINE],
    "Body": ["2", "STOP", "có", "DX001 2", ""],
    "MessageSid": ["SM1", "SM2", "SM3"],
    "CallSid": ["CA1", "CA2"],
    "Digits": ["1", "0", "#", "9999"],
    "CallStatus": ["in-progress", "completed", "busy"],
    "MessageStatus": ["delivered", "failed", "sent"],
    "AnsweredBy": ["human", "machine_start"],
    "NumMedia": ["0", "1"],
}


def strangers(seed: int, number: int, maps: Sequence[Map], known: Mapping[str, Sequence[str]]) -> Iterable[Odd]:
    """Of whom nothing may be believed; every tenth is a carrier's request with a signature that is not right."""
    forged, plain = number // 10, number - number // 10
    return mixed(seed, Odds(seed, maps, known).take(plain), (_forged(odd) for odd in _signed(seed + 1, forged, known)))


def insiders(
    seed: int,
    number: int,
    maps: Sequence[Map],
    known: Mapping[str, Sequence[str]],
    members: Sequence[tuple[str, str]],
) -> Iterable[Odd]:
    """Whoever may come in: members, each a cookie and the token of their forms or "", and carriers; and odd lists."""
    carriers, lists = number // 4, number // 80
    odds = Odds(seed, maps, known, members).take(number - carriers - lists)
    return mixed(seed, odds, _signed(seed + 1, carriers, known), odd_lists(seed + 2, lists, members))


def mixed(seed: int, *sources: Iterable[Odd]) -> Iterator[Odd]:
    """The requests of all sources shuffled, each from an address of its own network."""
    chance, odds = Random(seed), list(chain(*sources))
    chance.shuffle(odds)
    for odd in odds:
        asker = ("X-Forwarded-For", f"198.51.{chance.randint(0, 255)}.{chance.randint(1, 254)}")
        yield odd if chance.random() < 0.1 else replace(odd, headers=(*odd.headers, asker))


def _signed(seed: int, number: int, known: Mapping[str, Sequence[str]]) -> Iterator[Odd]:
    """Carriers' requests with the right signature or secret: what stands in them is odd."""
    chance = Random(seed)
    for n in range(number):
        ref, turn = chance.choice([*known["ref"], "x" * 22]), chance.choice([0, 1, 2, 99, 10**12])
        target = DOORS[n % len(DOORS)].format(ref=ref, turn=turn)
        yield _of_kannel(chance, target) if target.startswith("/kannel") else _of_twilio(chance, target)


def _of_twilio(chance: Random, target: str) -> Odd:
    form = {"AccountSid": ACCOUNT, **{name: chance.choice(values) for name, values in PLAUSIBLE.items()}}
    for name in chance.sample(sorted(PLAUSIBLE), chance.choice([0, 1, 3])):
        form[name] = chance.choice(UTF8_TEXTS)
    for name in chance.sample(sorted(PLAUSIBLE), chance.choice([0, 0, 1])):
        del form[name]
    target += chance.choice(["", "", "?a=%C4%90%00", "?x=1&x=2"])
    signature = RequestValidator(TOKEN).compute_signature(BASE + target, form)
    headers = (("Host", "127.0.0.1"), ("Content-Type", FORM), ("X-Twilio-Signature", signature))
    return Odd("POST", target, headers, urlencode(form).encode())


def _of_kannel(chance: Random, target: str) -> Odd:
    fields = {
        "s": SECRET,
        "id": chance.choice(UTF8_TEXTS)[:500],
        "t": chance.choice(["0", "1764500000", "x", "9" * 30]),
    }
    fields |= {"type": chance.choice(["1", "2", "16", "99", "x"]), "at": chance.choice(["0", "1764500000", "-1"])}
    sent_from, sent_to = chance.choice(["84901000001", "\xff", "8088"]), chance.choice([OUR_NUMBER, "", "8088"])
    kind = chance.choice(["text/plain; charset=UTF-8", "text/plain; charset=UTF-16", "application/octet-stream"])
    headers = (("Host", "127.0.0.1"), ("Content-Type", kind), ("X-Kannel-From", sent_from), ("X-Kannel-To", sent_to))
    body = chance.choice([chance.choice(UTF8_TEXTS).encode(), chance.randbytes(chance.choice([0, 1, 140, 1000]))])
    return Odd("POST", f"{target}?{urlencode(fields, quote_via=quote)}", headers, body)


def _forged(odd: Odd) -> Odd:
    """The same as somebody makes it who does not know the token."""
    theirs = base64.b64encode(bytes(20)).decode()
    headers = tuple((name, theirs if name == "X-Twilio-Signature" else value) for name, value in odd.headers)
    return replace(odd, headers=headers, target=odd.target.replace(SECRET, "s3cret"))


def odd_lists(seed: int, number: int, members: Sequence[tuple[str, str]]) -> Iterator[Odd]:
    """Files that are no lists, sent in by members to be checked."""
    chance = Random(seed)
    with_token = [(cookie, token) for cookie, token in members if token]
    for n in range(number):
        name, content = _file(chance, n)
        cookie, token = chance.choice(with_token)
        head = f'--e\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--e\r\n'
        head += f'Content-Disposition: form-data; name="list"; filename="{name}"\r\n\r\n'
        headers = (("Host", "127.0.0.1"), ("Content-Type", "multipart/form-data; boundary=e"), ("Cookie", cookie))
        yield Odd("POST", "/lists", headers, head.encode() + content + b"\r\n--e--\r\n")


def _file(chance: Random, n: int) -> tuple[str, bytes]:
    table = "Mã,Tên HTX,Điện thoại\n" + "\n".join(f"DX{row},{chance.choice(TEXTS[:40])},09{row}" for row in range(50))
    kinds = (
        ("a.csv", table.encode("utf-8", "replace")),
        ("b.csv", table.encode("utf-16", "replace")),
        ("c.csv", chance.randbytes(5000)),
        ("d.xlsx", _archive({"xl/workbook.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><workbook>&b;</workbook>"})),
        ("e.xlsx", _archive({"xl/worksheets/sheet1.xml": b"\0" * 20_000_000})),
        ("f.xlsx", _archive({"../../x": b"x", "[Content_Types].xml": b"<Types/>"})[:-10]),
        ("g.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + chance.randbytes(3000)),
        ("../../h.csv", b""),
        ("k.csv", b'"' * 60_000),
        ("l.pdf", b"%PDF-1.7"),
    )
    return kinds[n % len(kinds)]


def _archive(parts: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()
