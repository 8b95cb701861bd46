"""What a list of Twilio's REST API holds, record by record: an odd one does not keep the others from us.

The SDK's own lists end at the first odd record, and follow a link that leads in a circle for ever. It must not know
what a record is asked for.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twilio.base.exceptions import TwilioException

from carriers.identifiers import code, identifier
from carriers.times import written
from characters.cleaning import storable

MOST_PAGES = 500
"""Pages of one list; of a thousand records each, more than any account of ours sends in a month."""
_OLD_ENOUGH = 200
"""Records in a row that are older than asked for: a list goes by when a text was sent, nearly as it was made."""
_log = logging.getLogger("alo.carriers")


@dataclass(frozen=True, slots=True)
class Record:
    """A message or a call as the API lists it; "" or None where it says nothing that can be read."""

    sid: str
    status: str
    direction: str
    from_: str
    to: str
    body: str
    date_created: datetime | None
    date_sent: datetime | None
    date_updated: datetime | None
    error_code: str
    answered_by: str
    duration: str
    num_segments: str
    price: str
    price_unit: str
    digest: str
    """Of the whole record: stands for an id that is missing."""


def records(page: Any, most: int | None = None, *, whole: bool = True) -> Iterator[Record]:
    """The records from `page` (of the SDK) on, at most `most`.

    Pages that lead in a circle raise TwilioException; where the list need not be `whole`, they end it.
    """
    seen: set[str] = set()
    left = most
    while page is not None:
        for payload in _payloads(page):
            if left == 0:
                return
            if isinstance(payload, Mapping):
                yield _record(payload)
                left = None if left is None else left - 1
            else:
                _log.warning("a list of the carrier holds something that is no record")
        following = page.next_page_url
        if following in seen or len(seen) >= MOST_PAGES:
            if whole:
                raise TwilioException("pages lead in a circle")
            return
        seen.add(following)
        page = page.next_page() if left != 0 else None


def recent(page: Any, since: datetime) -> list[Record]:
    """The records made since `since`, of a list that shows the newest first: read until a whole page is older.

    Raises TwilioException for pages that lead in a circle.
    """
    found: list[Record] = []
    older = 0
    for record in records(page):
        if record.date_created is not None and record.date_created < since:
            older += 1
            if older >= _OLD_ENOUGH:
                break
        else:
            older = 0
            found.append(record)
    return found


def _payloads(page: Any) -> list[Any]:
    """Its raw records. Raises TwilioException for a page of another shape."""
    found = page.load_page(page._payload)
    if not isinstance(found, list):
        raise TwilioException("a page without a list")
    return found


def _record(payload: Mapping[str, Any]) -> Record:
    return Record(
        sid=identifier(payload.get("sid")),
        status=code(payload.get("status")),
        direction=code(payload.get("direction")),
        from_=_words(payload.get("from")),
        to=_words(payload.get("to")),
        body=_words(payload.get("body")),
        date_created=written(payload.get("date_created")),
        date_sent=written(payload.get("date_sent")),
        date_updated=written(payload.get("date_updated")),
        error_code=code(payload.get("error_code")),
        answered_by=code(payload.get("answered_by")),
        duration=code(payload.get("duration")),
        num_segments=code(payload.get("num_segments")),
        price=code(payload.get("price")),
        price_unit=code(payload.get("price_unit"))[:8],
        digest=hashlib.sha256(json.dumps(payload, sort_keys=True, default=repr).encode()).hexdigest(),
    )


def _words(given: object) -> str:
    return storable(given) if isinstance(given, str) else ""
