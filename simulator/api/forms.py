"""What a client may ask of the API, read from its form and query: creates, list filters, pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import phonenumbers
from werkzeug.datastructures import MultiDict

from simulator import segments
from simulator.errors import MAGIC_RECIPIENTS, MAGIC_SENDERS, OK_SENDER, refusal
from simulator.network.network import Network
from simulator.network.records import Call, Message, Record
from simulator.network.shelf import Shelf, Where, seconds

Form = MultiDict[str, str]
_SOONEST, _LATEST = timedelta(seconds=300), timedelta(days=35)
_TONES = re.compile(r"[0-9#*wW]{0,32}")


def new_message(net: Network, account: str, form: Form) -> Message:
    """The text that a create asks for. Raises ApiError."""
    to, service, body = form.get("To", ""), form.get("MessagingServiceSid"), form.get("Body", "")
    sender = form.get("From") or (net.number_of_service(service) if service else "")
    _require((to, 21604), (sender, 21603), (body or form.get("MediaUrl", ""), 21602))
    _check_numbers(net, "message", sender, to)
    handset = net.population.get(to)
    if (handset and handset.landline) or _is_landline(to):
        raise refusal(21614)
    if (sender, to) in net.opted_out:
        raise refusal(21610)
    if len(body) > 1600:
        raise refusal(21617)
    callback = form.get("StatusCallback", "")
    _check_url(callback, 21609)
    due = _scheduled_at(net, form)
    status = "accepted" if service else "queued"
    if due:
        status = "scheduled"
    now, parts = net.clock.now(), segments.count(body)
    message = Message(account, to, sender, body, "outbound-api", status, now, parts, callback=callback, service=service)
    message.mute, message.due = sender == OK_SENDER, due
    message.validity_s = min(max(_whole(form, "ValidityPeriod", 36_000), 1), 36_000)
    return message


def _scheduled_at(net: Network, form: Form) -> datetime | None:
    """When a scheduled text is to leave: 300 seconds to 35 days from now, by a messaging service only."""
    if form.get("ScheduleType") != "fixed":
        return None
    if not form.get("MessagingServiceSid"):
        raise refusal(35118)
    if not form.get("SendAt"):
        raise refusal(35111)
    due = _moment(form.get("SendAt", ""))
    if not _SOONEST <= due - net.clock.now() <= _LATEST:
        raise refusal(35114)
    return due


def new_call(net: Network, account: str, form: Form) -> Call:
    """The call that a create asks for. Raises ApiError."""
    to, sender, url, twiml = (form.get(key, "") for key in ("To", "From", "Url", "Twiml"))
    _require((to, 21201), (sender, 21213), (url or twiml, 21205))
    _check_numbers(net, "call", sender, to)
    _check_url(url, 21205)
    _check_url(form.get("StatusCallback", ""), 21609)
    if len(twiml) > 4000:
        raise refusal(21218)
    events = {event for value in form.getlist("StatusCallbackEvent") for event in value.split()}
    call = Call(account, to, sender, "outbound-api", "queued", net.clock.now(), url=url, twiml=twiml)
    call.method = form.get("Method", "POST").upper()
    call.fallback, call.callback = form.get("FallbackUrl", ""), form.get("StatusCallback", "")
    call.events = frozenset(events or {"completed"})
    call.timeout = min(_whole(form, "Timeout", 60), 600)
    call.time_limit = _whole(form, "TimeLimit", 14400)
    call.mute, call.record = sender == OK_SENDER, form.get("Record", "").lower() == "true"
    call.send_digits = form.get("SendDigits", "")
    if not _TONES.fullmatch(call.send_digits):
        raise refusal(21219)
    if not call.send_digits:
        _ask_detection(call, form)
    return call


def _ask_detection(call: Call, form: Form) -> None:
    """Answering-machine detection as asked for; with SendDigits it is ignored."""
    callback = form.get("AsyncAmdStatusCallback", "")
    _check_url(callback, 21609)
    call.detect = {"Enable": "Enable", "DetectMessageEnd": "DetectMessageEnd"}.get(form.get("MachineDetection", ""), "")
    call.detect_s = min(max(_whole(form, "MachineDetectionTimeout", 30), 3), 59)
    call.detect_aside, call.detect_callback = form.get("AsyncAmd", "").lower() == "true", callback


def _whole(form: Form, name: str, default: int) -> int:
    """A whole number. Raises ApiError 20001."""
    try:
        return int(form.get(name) or default)
    except ValueError:
        raise refusal(20001) from None


def redirect(call: Call, form: Form) -> None:
    """Set a running call's next document from an update. Raises ApiError 21220 unless it is in progress."""
    if call.status != "in-progress":
        raise refusal(21220)
    _check_url(form.get("Url", ""), 21205)
    call.url, call.twiml = form.get("Url", ""), form.get("Twiml", "")
    call.method, call.redirected = form.get("Method", "POST").upper(), True


def _require(*given: tuple[str, int]) -> None:
    for value, code in given:
        if not value:
            raise refusal(code)


def _check_numbers(net: Network, kind: str, sender: str, to: str) -> None:
    """Magic numbers first, then whose number the sender is, then whether the recipient can exist."""
    code = MAGIC_SENDERS[kind].get(sender) or MAGIC_RECIPIENTS[kind].get(to)
    if code:
        raise refusal(code)
    if sender != OK_SENDER and sender not in net.numbers:
        raise refusal(21606 if kind == "message" else 21210)
    if not _is_possible(to):
        raise refusal(21211)


@lru_cache(maxsize=50_000)
def _is_possible(number: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=50_000)
def _is_landline(number: str) -> bool:
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return bool(kind == phonenumbers.PhoneNumberType.FIXED_LINE)


def _check_url(url: str, code: int) -> None:
    """Absolute, ASCII, at most 4000 characters, a host without an underscore."""
    parts = urlsplit(url)
    good = parts.scheme in ("http", "https") and parts.hostname and "_" not in parts.hostname
    if url and (not good or not url.isascii() or len(url) > 4000 or " " in url):
        raise refusal(code)


def _moment(text: str) -> datetime:
    """An ISO date or time, UTC where no zone is given. Raises ApiError 20001."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise refusal(20001) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def wheres(query: Form, began: str, *, ended: str = "", status: bool = False) -> list[Where]:
    """The filters of a list: To, From and, where the list has them, Status and times named `began` and `ended`."""
    given = [
        Where("recipient", "=", query.get("To", "")),
        Where("sender", "=", query.get("From", "")),
        Where("status", "=", query.get("Status", "") if status else ""),
    ]
    found = [where for where in given if where.value]
    found += _in_time(query, "began", began)
    return found + (_in_time(query, "ended", ended) if ended else [])


def _in_time(query: Form, column: Literal["began", "ended"], name: str) -> list[Where]:
    """`name` (that day), `name>` (from then on) and `name<` (until then), where given; what has no time fits none."""
    found = []
    if day := query.get(name):
        midnight = _moment(day).replace(hour=0, minute=0, second=0, microsecond=0)
        found += [Where(column, ">=", seconds(midnight)), Where(column, "<", seconds(midnight + timedelta(days=1)))]
    if low := query.get(f"{name}>"):
        found.append(Where(column, ">=", seconds(_moment(low))))
    if high := query.get(f"{name}<"):
        found.append(Where(column, "<=", seconds(_moment(high))))
    return found


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list as the API writes it."""

    name: str
    path: str
    query: Form

    def json(
        self, shelf: Shelf[Record], fitting: list[Where], show: Callable[[Record], dict[str, Any]]
    ) -> dict[str, object]:
        """The fitting records below the query's token as `show` shows them, and where the next page is."""
        size = min(max(int(self.query.get("PageSize", "50")), 1), 1000)
        number, token = int(self.query.get("Page", "0")), self.query.get("PageToken", "")
        found, more = shelf.page(fitting, size, token.removeprefix("PA"))
        follow = self._uri(size, number + 1, "PA" + found[-1].sid) if more else None
        return {
            self.name: [show(record) for record in found],
            "first_page_uri": self._uri(size, 0, ""),
            "next_page_uri": follow,
            "previous_page_uri": None,
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + max(len(found) - 1, 0),
            "uri": self._uri(size, number, token),
        }

    def _uri(self, size: int, number: int, token: str) -> str:
        paging = ("PageSize", "Page", "PageToken")
        kept = [(key, value) for key, value in self.query.items(multi=True) if key not in paging]
        asked: Iterable[tuple[str, object]] = [*kept, ("PageSize", size), ("Page", number)]
        return f"{self.path}?{urlencode([*asked, *([('PageToken', token)] if token else [])])}"
