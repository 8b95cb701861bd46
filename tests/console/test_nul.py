"""A NUL anywhere in a request is a bad request, or refused in words: never an error of ours."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import Client

from tests.console.visitor import HOST, Visitor
from tests.gateway.parts import small_app


@pytest.mark.parametrize(
    "given",
    [
        {"X-Any": "a\0b"},
        {"User-Agent": "\0"},
        {"Cookie": "a=\0"},
        {"Cookie": 'a="\\000b"'},
        {"Referer": "https://a/\0"},
    ],
)
def test_nul_in_a_header_or_cookie_is_refused_as_a_bad_request(app: Flask, given: dict[str, str]) -> None:
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in given.items()}
    plain = Client(app, use_cookies=False)
    for path in ("/sign-in", "/tasks", "/static/console.css", "/nowhere"):
        assert plain.get(path, base_url=HOST, environ_overrides=headers).status_code == 400


FILES = [
    ("list", "a\0.csv", b"x", 400),
    ("list\0", "a.csv", b"x", 400),
    ("list", "\0", b"", 400),
    ("list", "a.csv", b"\0", 422),
    ("list", "a.csv", b"Ma;Ten\nA\0;B\0\n", 422),
    ("list", "a.xlsx", b"PK\0\0", 422),
]


def test_nul_in_a_file_or_its_name_is_no_error_of_ours(officer: Visitor) -> None:
    officer.get("/lists")
    headers = {"Referer": HOST, "Content-Type": "multipart/form-data; boundary=b"}
    for field, name, content, status in FILES:
        part = f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode() + content
        token = f'\r\n--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{officer.token}\r\n--b--\r\n'
        answer = officer.client.post("/lists", base_url=HOST, data=part + token.encode(), headers=headers)
        assert answer.status_code == status, (field, name, content)


def test_nul_in_an_address_of_the_carriers_is_a_bad_request() -> None:
    client = Client(small_app())
    for path in ("/twilio/%00", "/kannel/receipt/%00abcdefgh", "/prompts/abcdefgh%00.wav", "/%00"):
        assert client.post(path).status_code == 400
