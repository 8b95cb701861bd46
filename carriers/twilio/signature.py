"""Is a request really Twilio's? The library's check with two tokens, and its two traps guarded.

It must not know Flask: URL, parameters and header are passed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from twilio.request_validator import RequestValidator, compare

HEADER = "X-Twilio-Signature"


@lru_cache(maxsize=64)
def _validator(token: str) -> Any:
    return RequestValidator(token)


def signed(url: str, params: Mapping[str, Any] | str, signature: str | None, tokens: Sequence[str]) -> bool:
    """True when `signature` was made over `url` and `params` with one of `tokens` (two during a rotation).

    `url` is the exact public URL with its raw query, without fragment. `params` is the posted form (every
    parameter, MultiDicts welcome) or the raw JSON body as text.
    """
    if not signature:  # the library would raise TypeError
        return False
    if isinstance(params, str) and "bodySHA256" not in parse_qs(urlsplit(url).query):  # here too
        return False
    return any(_made_by(_validator(token), url, params, signature) for token in tokens if token)


def _made_by(validator: Any, url: str, params: Mapping[str, Any] | str, signature: str) -> bool:
    """The library tries the URL with its port and without, both every time; as it was sent is nearly always right."""
    if not isinstance(params, str) and compare(validator.compute_signature(url, params), signature):
        return True
    return bool(validator.validate(url, params, signature))
