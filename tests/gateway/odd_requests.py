"""Seeded requests as nobody sends them in earnest: every route by every method, with hostile paths, queries, headers,
cookies and bodies; as bytes for a real server, or as an environment for an app."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from werkzeug.routing import Map

TEMPLATES = Path(__file__).parents[2] / "gateway" / "console" / "templates"
TEXTS = [
    "",
    "0",
    "1",
    "-1",
    "2026",
    "QB",
    "DX001",
    "a",
    "Đông Xuân",
    "true",
    "null",
    "None",
    "NaN",
    "1e999",
    "-0",
    "0x10",
    "٣",
    "²",
    "½",
    "9" * 400,
    "99999999999999999999",
    "1.5",
    "1,5",
    "0901000001",
    "+84901000001",
    "sip:a@b",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31T23:59:60Z",
    "24:61",
    "'; DROP TABLE staff; --",
    "' OR '1'='1",
    "{{7*7}}",
    "${7*7}",
    "%s%n%x",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "..\\..\\x",
    "/",
    "//",
    "\0",
    "a\0b",
    "\r\nX: y",
    "\n",
    "\t",
    "\x1b[2J",
    "\x7f",
    "\u200b",
    "\u202e",
    "\u2028",
    "\uffff",
    "\ufdd0",
    "\ud800",
    "\U0001f600",
    "e\u0301" * 50,
    "ﬁ",
    "İ",
    "ß",
    "x" * 3000,
    "a" * 70_000,
    "[]",
    "{}",
    "a=b&c=d",
    "%00",
    "%",
    "%zz",
    "+",
    "*",
    "?",
    "#",
    "@",
    "(",
    "\\",
    "[[[[",
    "|",
    ";",
    "=",
    "019a0000-0000-7000-8000-000000000001",
    "00000000-0000-0000-0000-000000000000",
    "STOP",
    "mailto:a@b.vn",
    "lan@qb.example",
    "x@[::1",
    "@",
]
RAW = [
    "%00",
    "%FF",
    "%ED%A0%80",
    "%C0%AF",
    "%E2%80%AE",
    "%2F",
    "%2e%2e%2f",
    "%5C",
    "%0d%0aX:%20y",
    "%u202e",
    "%F0%9F%98%80",
    "..",
    ".",
    "%",
    "%zz",
    ";a=b",
]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW"]
TYPES = [
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=nonsense",
    "application/json",
    "text/plain; charset=utf-7",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "b" * 300,
    "text/plain; charset=UTF-16",
    "a/b/c",
    "application/octet-stream",
    'text/plain; charset="',
    "",
    ";;;",
    "application/xml",
    "text/plain; charset=undefined",
    "text/plain; charset=idna",
]
HEADERS = {
    "Accept": ["*/*", "application/json", "a/b;q=x", "text/html;q=1e9", ",,,"],
    "Accept-Language": ["vi", "en-US,en;q=0.5", "*;q=-1", "x" * 500, "\xff"],
    "Accept-Encoding": ["gzip", "identity;q=0", "*;q=0", "br;q="],
    "Authorization": ["Basic !!!", "Basic /////w==", "Bearer a.b.c", 'Digest username="', "Negotiate", " "],
    "Authentication-Token": ["x", "W10.a.b", "eyJ2ZXIiOiI1In0.a.b"],
    "X-Forwarded-For": ["127.0.0.1", "::1", "a, b", ",", "203.0.113.1, 127.0.0.1"],
    "X-Forwarded-Proto": ["https", "http,https", "ftp"],
    "X-Forwarded-Host": ["evil.example"],
    "Forwarded": ["for=127.0.0.1", 'for="[::1]"'],
    "Referer": ["https://evil.example/", "http://127.0.0.1/", "//", "\xe4"],
    "Origin": ["null", "https://evil.example"],
    "HX-Request": ["true", ""],
    "Range": ["bytes=0-0", "bytes=5-1", "bytes=-99999", "bytes=0-1,3-4", "lines=1-2", "bytes=99999999999-"],
    "If-Modified-Since": ["Mon, 99 Foo 2026 00:00:00 GMT", "0", "Thu, 01 Jan 1970 00:00:00 GMT"],
    "If-None-Match": ["*", '"x', 'W/"x"'],
    "If-Range": ['"x"', "Mon, 99 Foo"],
    "Content-Encoding": ["gzip", "x"],
    "Expect": ["100-continue", "100-Continue"],
    "User-Agent": ["", "x" * 4000, "\xff\xfe", "Mozilla/5.0 (" * 40],
    "X-Twilio-Signature": ["", "AAAA", "\xff", "x" * 500],
    "X-Kannel-From": ["+84901000001", "\xff", "x" * 200],
    "X-Kannel-To": ["+842471000001"],
    "X-HTTP-Method-Override": ["DELETE"],
    "Upgrade": ["websocket", "h2c"],
    "X-Request-Id": ["\xa0", "1"],
}
COOKIES = [
    "alo_session=",
    "alo_session=x.y.z",
    "alo_session=.eJw.a.b",
    "alo_known=W10.a.b",
    'a="\\000"',
    'a="\\777"',
    "=",
    ";;;",
    "alo_session=" + "x" * 5000,
    "alo_session=\xff",
    "lang=vi; lang=en",
    "__Host-alo_session=x",
]
HOSTS = ["evil.example", "a:b", "[::1]", "\xff", "127.0.0.1:99999", ""]
FOREIGN = [
    "AccountSid",
    "From",
    "To",
    "Body",
    "CallSid",
    "MessageSid",
    "MessageStatus",
    "CallStatus",
    "Digits",
    "AnsweredBy",
    "s",
    "status",
    "id",
    "coding",
]


@dataclass(frozen=True)
class Odd:
    """One request; texts are of latin-1."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def raw(self, *, closes: bool = True) -> bytes:
        """As a client sends it; `closes`: nothing more comes on this connection."""
        lines = [f"{self.method} {self.target} HTTP/1.1", f"Content-Length: {len(self.body)}"]
        lines += ["Connection: close"] if closes else []
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body

    def environ(self) -> dict[str, Any]:
        """As a server hands it to an app."""
        path, _, query = self.target.partition("?")
        return {
            "REQUEST_METHOD": self.method,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": self.target,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(self.body)),
            "CONTENT_TYPE": dict(self.headers).get("Content-Type", ""),
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.input_terminated": True,
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers},
        }


class Odds:
    """A source of requests to the routes of `maps`. `known`: real values by the name of what stands in a path.

    `members`: cookie and form token of each who is signed in; none: requests of strangers.
    """

    def __init__(
        self,
        seed: int,
        maps: Sequence[Map],
        known: Mapping[str, Sequence[str]],
        members: Sequence[tuple[str, str]] = (),
    ) -> None:
        """The same seed, routes and values give the same requests."""
        self._chance, self._known, self._members = random.Random(seed), known, members
        rules = [rule for routes in maps for rule in routes.iter_rules()]
        self._routes = sorted({(rule.rule, tuple(sorted(rule.methods or ()))) for rule in rules})
        pages = "".join(page.read_text("utf-8") for page in sorted(TEMPLATES.glob("*.html")))
        self._fields = sorted({*re.findall(r'name="([a-z_:]+)"', pages), *FOREIGN, "page", "code", "kind", "back"})

    def take(self, number: int) -> Iterator[Odd]:
        """So many requests: each route in turn."""
        for n in range(number):
            rule, methods = self._routes[n % len(self._routes)]
            method = self._chance.choice(methods if self._likely(0.8) else METHODS)
            cookie, token = self._chance.choice(self._members) if self._members else ("", "")
            has_body = method not in ("GET", "HEAD") or self._likely(0.1)
            content_type, body = self._body(token) if has_body else ("", b"")
            headers = self._headers(cookie)
            headers += [("Content-Type", content_type)] if content_type else []
            yield Odd(method, self._target(rule), tuple(headers), body)

    def _likely(self, share: float) -> bool:
        return self._chance.random() < share

    def _target(self, rule: str) -> str:
        path = re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda found: self._part(found.group(1)), rule)
        if self._likely(0.04):
            odd = self._chance.choice(RAW)
            path = self._chance.choice([f"/{path}", f"{path}/", f"{path}{odd}", f"/{odd}", "*", f"http://a{path}"])
        number = self._chance.choice([0, 0, 1, 3])
        query = "&".join(f"{self._quoted(self._name())}={self._quoted(self._text())}" for _ in range(number))
        return f"{path}?{query}"[:7000] if query else path[:7000]

    def _part(self, name: str) -> str:
        real = self._known.get(name, ())
        if real and self._likely(0.7):
            return quote(self._chance.choice(list(real)), safe="")
        return self._chance.choice(RAW) if self._likely(0.3) else self._quoted(self._text()) or "x"

    def _quoted(self, text: str) -> str:
        return quote(text[:1500].encode("utf-8", "surrogatepass"), safe="" if self._likely(0.8) else "/:@!$'()*,;[]|")

    def _name(self) -> str:
        return self._chance.choice(self._fields) if self._likely(0.9) else self._text()

    def _text(self) -> str:
        if self._likely(0.2):
            return self._chance.choice(self._known[self._chance.choice(sorted(self._known))])
        return self._chance.choice(TEXTS)

    def _headers(self, cookie: str) -> list[tuple[str, str]]:
        host = "127.0.0.1" if self._likely(0.9) else self._chance.choice(HOSTS)
        names = self._chance.sample(sorted(HEADERS), self._chance.choice([0, 1, 2, 5]))
        chosen = [("Host", host), *((name, self._chance.choice(HEADERS[name])) for name in names)]
        cookies = [cookie] if cookie else []
        cookies += [self._chance.choice(COOKIES)] if self._likely(0.1) else []
        return [*chosen, ("Cookie", "; ".join(cookies))] if cookies else chosen

    def _body(self, token: str) -> tuple[str, bytes]:
        fields = [(self._name(), self._text()) for _ in range(self._chance.choice([0, 2, 6, 40]))]
        fields += [("csrf_token", token)] if token and self._likely(0.95) else []
        way = self._chance.random()
        if way < 0.65:
            return TYPES[0], "&".join(f"{self._quoted(name)}={self._quoted(text)}" for name, text in fields).encode()
        if way < 0.85:
            return self._parts(fields)
        if way < 0.92:
            nested = "[" * 5000 if self._likely(0.3) else json.dumps(dict(fields))
            return "application/json", nested.encode("utf-8", "surrogatepass")
        return self._chance.choice(TYPES), self._chance.randbytes(self._chance.choice([0, 1, 50, 5000, 70_000]))

    def _parts(self, fields: list[tuple[str, str]]) -> tuple[str, bytes]:
        edge = self._chance.choice(["b", "-", "x" * 70])
        body = b""
        for name, text in fields:
            file = f'; filename="{text[:40]}"' if self._likely(0.1) else ""
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{name[:60]}"{file}\r\n\r\n'
            body += head.encode("utf-8", "surrogatepass") + text.encode("utf-8", "surrogatepass") + b"\r\n"
        body += f"--{edge}--\r\n".encode()
        body = body[: len(body) // 2] if self._likely(0.1) else body
        return f"multipart/form-data; boundary={edge}", body
