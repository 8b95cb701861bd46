"""What a client may ask of the API, read from its form and query: creates, list filters, pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

import phonenumbers
from werkzeug.datastructures import MultiDict

from simulator import segments
from simulator.errors import MAGIC_RECIPIENTS, MAGIC_SENDERS, OK_SENDER, refusal
from simulator.network import Network
from simulator.records import Call, Message, Record, Shelf

Form = MultiDict[str, str]


def new_message(net: Network, account: str, form: Form) -> tuple[Message, datetime | None]:
    """The text that a create asks for, and when it is due if scheduled. Raises ApiError."""
    to, service, body = form.get("To", ""), form.get("MessagingServiceSid"), form.get("Body", "")
    sender = form.get("From") or (net.number_of_service(service) if service else "")
    _require((to, 21604), (sender, 21603), (body or form.get("MediaUrl", ""), 21602))
    _check_numbers(net, "message", sender, to)
    handset = net.village.get(to)
    if (handset and handset.landline) or _is_landline(to):
        raise refusal(21614)
    if (sender, to) in net.opted_out:
        raise refusal(21610)
    if len(body) > 1600:
        raise refusal(21617)
    callback = form.get("StatusCallback", "")
    _check_url(callback, 21609)
    due = _moment(form.get("SendAt", "")) if form.get("ScheduleType") == "fixed" else None
    status = "scheduled" if due else "accepted" if service else "queued"
    now, parts = net.clock.now(), segments.count(body)
    message = Message(account, to, sender, body, "outbound-api", status, now, parts, callback=callback, service=service)
    message.mute = sender == OK_SENDER
    return message, due


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
    call.timeout = min(int(form.get("Timeout", "60")), 600)
    call.time_limit = int(form.get("TimeLimit", "14400"))
    call.detect, call.mute = bool(form.get("MachineDetection")), sender == OK_SENDER
    return call


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
    try:
        valid = phonenumbers.is_possible_number(phonenumbers.parse(to))
    except phonenumbers.NumberParseException:
        valid = False
    if not valid:
        raise refusal(21211)


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


def _in_time(at: datetime | None, query: Form, name: str) -> bool:
    """Whether `at` passes `name` (that day), `name>` (from then on) and `name<` (until then), where given."""
    day, low, high = query.get(name), query.get(f"{name}>"), query.get(f"{name}<")
    if not (day or low or high):
        return True
    if at is None:
        return False
    at = at.replace(microsecond=0)
    return (
        (not day or at.date() == _moment(day).date())
        and (not low or at >= _moment(low))
        and (not high or at <= _moment(high))
    )


def fits_message(query: Form) -> Callable[[Message], bool]:
    """The filters of the Messages list; a text not yet sent has no DateSent and fits no such filter."""
    to, sender = query.get("To"), query.get("From")

    def fits(message: Message) -> bool:
        numbers = (not to or message.to == to) and (not sender or message.sender == sender)
        return numbers and _in_time(message.sent, query, "DateSent")

    return fits


def fits_call(query: Form) -> Callable[[Call], bool]:
    """The filters of the Calls list."""
    to, sender, status = query.get("To"), query.get("From"), query.get("Status")

    def fits(call: Call) -> bool:
        numbers = (not to or call.to == to) and (not sender or call.sender == sender)
        times = _in_time(call.started, query, "StartTime") and _in_time(call.ended, query, "EndTime")
        return numbers and times and (not status or call.status == status)

    return fits


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list as the API writes it."""

    name: str
    path: str
    query: Form

    def json(self, shelf: Shelf[Record], fits: Callable[[Record], bool]) -> dict[str, object]:
        """The fitting records below the query's token, and where the next page is."""
        size = min(max(int(self.query.get("PageSize", "50")), 1), 1000)
        number, token = int(self.query.get("Page", "0")), self.query.get("PageToken", "")
        found, more = shelf.page(fits, size, token.removeprefix("PA"))
        follow = self._uri(size, number + 1, "PA" + found[-1].sid) if more else None
        return {
            self.name: [record.json() for record in found],
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
