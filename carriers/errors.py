"""What a carrier's error code means for us, as data. Codes that are not listed mean "later", and say so.

Sources: Twilio's error dictionary, Kannel's smsbox answers and receipts. It must not know what is done about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contact.delivery import ErrorKind

UNLISTED = "unlisted"
"""Detail of a result whose code stands in no table: kept, tried later, shown to an operator."""


class CarrierAwayError(Exception):
    """A carrier could not be asked, so its silence says nothing. Carries a code, never an address or a text."""


@dataclass(frozen=True, slots=True)
class Classed:
    """The meaning of one code; `known` is False for a code that stands in no table."""

    kind: ErrorKind
    known: bool


def _spread(kind: ErrorKind, codes: str) -> dict[str, ErrorKind]:
    return dict.fromkeys(codes.split(), kind)


TWILIO: dict[str, ErrorKind] = {
    # "Invalid 'To' Phone Number", the one that says of both texts and calls that there is no such number.
    **_spread(ErrorKind.NUMBER, "21211"),
    # Not reachable by SMS, no mobile, a landline; an unknown handset (30005: it "may" no longer exist, a call will
    # tell), a landline or a carrier that a short code cannot reach (30006).
    **_spread(ErrorKind.NO_TEXTS, "21612 21614 21635 30005 30006"),
    # Raised for calls alone: not to be reached, blocked by Twilio, not valid to call; the 132xx by <Dial>.
    **_spread(ErrorKind.NO_CALLS, "13223 13224 13225 21214 21216 21217"),
    **_spread(ErrorKind.OPTED_OUT, "21610"),
    # The account, the sender or our own request is wrong: nobody can be reached until a person mends it.
    **_spread(
        ErrorKind.CONFIGURATION,
        # 21401, 21407 and 21421 are about our own number: not ours, no SMS, no such number to buy or look up
        "401 403 404 10001 10002 10003 13227 20003 20005 20006 20008 20404 21201 21202 21203 21205 21208 21210"
        " 21212 21213 21215 21218 21219 21226 21262 21401 21407 21408 21421 21601 21603 21606 21608 21609 21701"
        " 21702 21703"
        " 21704 21705 30002 30018 30024 30032 30034 30038 32005 35111 35114 35115 35117 35118 35125",
    ),
    **_spread(ErrorKind.LATER, "10004 21611 30001 30003 30008 30009 30010 30017 30022 30023 30027 30410"),
    **_spread(ErrorKind.THROTTLED, "429 20429"),
    # The same text must not go again: too long, empty, blocked or filtered on the way.
    **_spread(ErrorKind.CONTENT, "21602 21605 21617 21619 21620 30004 30007 30019"),
    **_spread(ErrorKind.AMBIGUOUS, "408 500 502 503 504 20500 20503"),
    # Final SIP answers of a call that failed without an error code of Twilio's own (`SipResponseCode`).
    # They speak of calls alone: a text may well arrive where a call finds nobody.
    **_spread(ErrorKind.NO_CALLS, "sip404 sip410 sip484 sip604"),
    **_spread(ErrorKind.CONFIGURATION, "sip401 sip403 sip407"),
    **_spread(ErrorKind.LATER, "sip408 sip480 sip486 sip487 sip500 sip502 sip503 sip504 sip600 sip603"),
}

KANNEL: dict[str, ErrorKind] = {
    **_spread(ErrorKind.CONFIGURATION, "not_authorised not_found not_understood"),
    # No route for texts, a receiver that smsbox does not take or its lists deny: nothing is said of calls.
    **_spread(ErrorKind.NO_TEXTS, "bad_receiver not_routable denied"),
    **_spread(ErrorKind.CONTENT, "no_text bad_text"),
    **_spread(ErrorKind.THROTTLED, "try_again"),
    # Receipts name no cause (the SMSC's own words quote the text and are not asked for).
    **_spread(ErrorKind.LATER, "undeliverable rejected"),
}

_DENIED = ("black-list", "white-list", "blacklist", "whitelist")

KANNEL_ANSWERS: tuple[tuple[int, str, str], ...] = (
    (403, "authorization failed", "not_authorised"),
    (401, "", "not_authorised"),
    (403, "not routable", "not_routable"),
    *((status, word, "denied") for status in (400, 403) for word in _DENIED),
    (403, "", "not_authorised"),
    (400, "missing receiver", "bad_receiver"),
    (400, "'to' field", "bad_receiver"),
    (400, "insufficient headers", "bad_receiver"),
    (400, "number", "bad_receiver"),
    (400, "text", "no_text"),
    (400, "charset or body", "bad_text"),
    (400, "", "not_understood"),
    (404, "", "not_found"),
    (415, "", "not_understood"),
    (503, "temporal failure", "try_again"),
)
"""HTTP status, words in the body (lower case), our code. The first line that fits holds."""


def classify(codes: Mapping[str, ErrorKind], code: str) -> Classed:
    """What `code` means by a carrier's table of codes."""
    kind = codes.get(code)
    return Classed(ErrorKind.LATER, False) if kind is None else Classed(kind, True)


def kannel_code(status: int, body: str) -> str | None:
    """Our code for an answer of Kannel's smsbox that is not an acceptance; None when no line fits."""
    words = body.lower()
    return next((code for at, part, code in KANNEL_ANSWERS if at == status and part in words), None)
