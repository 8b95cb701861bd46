"""Answers of Twilio's API with odd values in them: one record never hides the others, and no value reaches us that
cannot be stored or summed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from carriers.callbacks import CallbackUrls
from carriers.errors import CarrierAwayError
from carriers.identifiers import LONGEST_ID, code, identifier
from carriers.times import aware, unix, written
from carriers.twilio.bills import TwilioBills
from carriers.twilio.rest import TwilioClients
from carriers.twilio.texts import TwilioText
from characters.cleaning import storable
from contact.delivery import InboundText, State, Unknown
from tests import cases
from tests.carriers.faulty_server import answers, serving
from tests.carriers.parts import BASE, CREDENTIALS, REF, SHORT, TO, router, sender

SINCE = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
AT = "Wed, 18 Nov 2026 02:05:00 +0000"
GOOD: dict[str, object] = {
    **{"sid": "SM1", "direction": "inbound", "from": TO, "to": "8088", "body": "1"},
    **{"date_sent": AT, "status": "received"},
}
ODD: tuple[object, ...] = (
    *(None, 0, -1, 1.5, True, "", " ", "\x00", "\ud800", "\uffff", "null", "NaN", "Infinity", "-Infinity", "1e400"),
    *([], {}, [None], {"a": 1}, "Thu, 01 Jan 0000 00:00:00 +0000", "Fri, 31 Dec 9999 23:59:59 -2359", "yesterday"),
    *("Mon, 99 Foo 2026 99:99:99 +0000", "0001-01-01T00:00:00Z", "9" * 400, "x" * 5000),
)


def listed(*records: object, **more: object) -> list[InboundText]:
    """What the list of texts holds, as we read it."""
    with serving(answers(200, json.dumps({"messages": list(records), **more}))) as server:
        text = sender("twilio", "text", server.url)
        return list(router().text(text).list_inbound(text, SINCE))


def fit(text: InboundText) -> bool:
    parts = text.carrier_id, text.from_number, text.to_number, text.body
    return all(part == storable(part) for part in parts) and 0 < len(text.carrier_id) <= LONGEST_ID


@cases.table("name", sorted(GOOD))
@cases.table("odd", ODD)
def test_an_odd_record_hides_no_other(name: str, odd: object) -> None:
    others = [{**GOOD, "sid": "SM0"}, {**GOOD, "sid": "SM2"}]
    found = listed(others[0], {**GOOD, name: odd}, others[1])
    assert {"SM0", "SM2"} <= {text.carrier_id for text in found}
    assert all(map(fit, found))
    if name != "direction":
        assert len(found) == 3, "the odd one is not lost"


@pytest.mark.parametrize("odd", [None, 0, "x", [], [{}], True])
def test_what_is_no_record_hides_no_record(odd: object) -> None:
    assert [text.carrier_id for text in listed({**GOOD, "sid": "SM0"}, odd, {**GOOD, "sid": "SM2"})] == ["SM0", "SM2"]


def test_two_texts_without_an_id_are_two_and_the_same_in_the_next_list() -> None:
    bare = [{**GOOD, "sid": None, "body": "1"}, {**GOOD, "sid": "", "body": "2"}]
    first, again = listed(*bare), listed(*bare)
    assert first == again
    assert len({text.carrier_id for text in first}) == 2


@pytest.mark.parametrize("body", ["[]", "null", "1", '"x"', "{}", '{"messages": null}', '{"messages": {}}', "{", ""])
def test_a_list_of_another_shape_is_a_carrier_that_is_away(body: str) -> None:
    with serving(answers(200, body)) as server:
        text = sender("twilio", "text", server.url)
        carrier = router().text(text)
        with pytest.raises(CarrierAwayError):
            carrier.list_inbound(text, SINCE)
        with pytest.raises(CarrierAwayError):
            carrier.find(text, TO, "1", SINCE)


def test_pages_that_lead_in_a_circle_end() -> None:
    """For texts that came in they are all there is; for a text in doubt they prove nothing."""
    circle = {"messages": [GOOD], "next_page_uri": "/2010-04-01/x.json?Page=1"}
    with serving(answers(200, json.dumps(circle))) as server:
        text = sender("twilio", "text", server.url)
        found = list(router().text(text).list_inbound(text, SINCE))
        assert {one.carrier_id for one in found} == {"SM1"}
        assert len(server.seen) == 2
        with pytest.raises(CarrierAwayError):
            router().text(text).find(text, TO, "1", SINCE)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
@pytest.mark.parametrize("name", ["sid", "num_segments", "status", "price", "date_updated", "error_code", "duration"])
def test_an_odd_value_in_an_answer_raises_nothing(name: str, odd: object) -> None:
    made = {"sid": "SM1", "status": "queued", "num_segments": "1", name: odd}
    with serving(answers(201, json.dumps(made))) as server:
        text = sender("twilio", "text", server.url)
        router().text(text).send(text, TO, "x", REF)
    with serving(answers(200, json.dumps(made))) as server:
        text = sender("twilio", "text", server.url)
        receipt = router().text(text).fetch(text, "SM1")
    if receipt is not None:
        assert receipt.price is None or receipt.price.is_finite()
        assert receipt.raw_status == storable(receipt.raw_status)
        assert receipt.carrier_id is None or receipt.carrier_id == storable(receipt.carrier_id)
        assert isinstance(receipt.state, State)


@pytest.mark.parametrize("body", ["[]", "null", "1", '"x"', "[1]"])
def test_an_answer_of_another_shape_leaves_a_text_in_doubt(body: str) -> None:
    with serving(answers(201, body)) as server:
        text = sender("twilio", "text", server.url)
        assert router().text(text).send(text, TO, "x", REF) == Unknown("unreadable")


def test_odd_prices_spoil_no_sum() -> None:
    prices: Sequence[Any] = ("NaN", "-Infinity", "1e400", None, [], "-0.05", -0.05, "free", "0.1")
    sent = [{"sid": f"SM{n}", "price": price, "price_unit": "USD"} for n, price in enumerate(prices)]
    with serving(answers(200, json.dumps({"messages": sent}))) as server:
        text = sender("twilio", "text", server.url)
        bill = TwilioBills(TwilioClients(CREDENTIALS, SHORT)).bill(text, SINCE, SINCE + timedelta(days=30))
    assert (bill.n, bill.priced) == (len(prices), 3)
    assert str(bill.amounts["USD"]) == "0.20"


def test_a_text_is_found_beside_odd_ones() -> None:
    odd = ({"body": "1", "sid": None, "date_created": "never"}, {"body": [], "sid": "SM0"}, 7)
    records = [*odd, {**GOOD, "date_created": AT}]
    with serving(answers(200, json.dumps({"messages": records}))) as server:
        text = sender("twilio", "text", server.url)
        found = TwilioText(TwilioClients(CREDENTIALS, SHORT), CallbackUrls(BASE)).find(text, TO, "1", SINCE)
    assert "SM1" in [receipt.carrier_id for receipt in found]


# The smallest readers


def test_identifiers_are_fit_and_two_stay_two() -> None:
    assert identifier(" SM\x001 ") == "SM1"
    long = [identifier("a" * 500 + end) for end in "xy"]
    assert len(set(long)) == 2
    assert all(len(one) <= LONGEST_ID for one in long)
    assert [identifier(odd) for odd in (None, [], {}, True)] == ["", "", "", ""]
    assert (identifier(30003), code(30003), len(code("x" * 500))) == ("30003", "30003", 64)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_an_odd_time_is_none(odd: object) -> None:
    assert written(odd) is None
    assert aware(odd) is None


def test_times_that_could_be_meant() -> None:
    assert written(AT) == written("2026-11-18T02:05:00Z") == datetime(2026, 11, 18, 2, 5, tzinfo=UTC)
    assert unix("1795000000") == datetime.fromtimestamp(1_795_000_000, UTC)
    for odd in (None, "", "0", "-1", "9999999999", "17950000000", "1e9", "٣"):
        assert unix(odd) is None
    assert aware(datetime.max.replace(tzinfo=UTC)) is aware(datetime.min.replace(tzinfo=UTC)) is None
