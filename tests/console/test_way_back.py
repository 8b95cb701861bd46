"""Where pages send a browser: to a page of ours, whatever was asked for."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from gateway.console.return_path import safe_return_path
from tests.console.visitor import HOST, Visitor

FROM_ANYWHERE = Flask("pages of the same shape", static_folder=None)
for _rule in ("/", "/lists", "/rounds/<code>", "/rounds/<code>/offices/<office>"):
    FROM_ANYWHERE.add_url_rule(_rule, _rule.replace("/", "_"), lambda **_values: "")

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    " //evil.example",
    "/%09/evil.example",
    "/%2F/evil.example",
    "/%5Cevil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/lists/..//evil.example",
    "///evil.example",
    "//lists",
    "////lists",
    "/\u2028/evil.example",
    "/\u3000/evil.example",
    "／／evil.example",
    "@evil.example",
    "/@evil.example",
    "//console.example@evil.example/lists",
    "https://console.example/lists",
    "https:/lists",
    "https:lists",
    "javascript:alert(1)",
    "data:text/html,x",
    "lists",
    "?a=b",
    "#lists",
    "",
    "/sign-out",
    "/nowhere",
    "/lists/",
    "/lists\u200b",
    "/li\u00adsts",
    "/lists;//evil.example",
    "/static/../lists",
    "/lists%00",
    "\ud800",
]
"""None is the address of a page of ours as our pages write it."""


def test_the_way_back_leads_to_us(app: Flask, visitor: Visitor) -> None:
    with app.test_request_context("/"):
        assert {back: safe_return_path(back) for back in ELSEWHERE} == dict.fromkeys(ELSEWHERE)
    visitor.get("/sign-in")
    for back in ELSEWHERE:
        form = {"lang": "vi", "back": back.encode("utf-8", "surrogatepass"), "csrf_token": visitor.token}
        answer = visitor.client.post("/language", base_url=HOST, data=form, headers={"Referer": HOST})
        assert (answer.status_code, answer.location) == (303, "/"), back


BUILT = {
    "/lists": "/lists",
    "/lists?page=2&a=%2F%2Fevil#x": "/lists?page=2&a=%2F%2Fevil",
    "/tasks?kind=//evil.example": "/tasks?kind=%2F%2Fevil.example",
    "/rounds/\\evil": "/rounds/%5Cevil",
    "/rounds/Đợt 1": "/rounds/%C4%90%E1%BB%A3t%201",
    "/rounds/%09": "/rounds/%2509",
}


def test_the_way_back_is_built_anew(app: Flask) -> None:
    with app.test_request_context("/"):
        assert {back: safe_return_path(back) for back in BUILT} == BUILT


@given(st.text(alphabet=st.sampled_from("/\\\t\n\r ?#%.:@09aeilstv\u3002\uff0f\u2028"), max_size=14))
def test_no_way_back_leaves_us_however_a_browser_reads_it(way: str) -> None:
    with FROM_ANYWHERE.test_request_context("/"):
        for back in (way, f"/{way}", f"/rounds/{way}", f"/lists{way}"):
            place = safe_return_path(back) or "/"
            assert re.fullmatch(r"/(?![/\\])[!-~]*", place)


@pytest.mark.parametrize("path", ["//evil.example", "//lists", "/lists//", "//evil.example/..", "/\\evil.example"])
def test_no_address_is_sent_on_to_where_the_request_says(app: Flask, path: str) -> None:
    answer = Client(app).get("/", base_url="https://evil.example", environ_overrides={"PATH_INFO": path})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
