"""The Twilio-compatible API: messages, calls and our numbers under /2010-04-01, Basic auth, Twilio's own JSON.

HTTP only; what a text or a call then does is the business of `texts` and `calls`.
"""

from __future__ import annotations

import hmac
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from simulator.api import forms
from simulator.api.subscriptions import Subscriptions
from simulator.errors import ApiError, not_found, refusal
from simulator.network.network import Network
from simulator.network.records import VERSION, Call, Message
from simulator.network.shelf import Shelf
from simulator.phone.calls import Calls
from simulator.phone.texts import Texts

PREFIX = f"/{VERSION}/Accounts/<account>"
_CONCURRENT = "Twilio-Concurrent-Requests"


class Api:
    """The routes, bound to one network."""

    def __init__(self, net: Network, texts: Texts, calls: Calls) -> None:
        self._net, self._texts, self._calls = net, texts, calls

    def blueprint(self) -> Blueprint:
        """All routes of the API."""
        routes = Blueprint("rest", __name__)
        table: list[tuple[str, list[str], Callable[..., Response]]] = [
            (f"{PREFIX}.json", ["GET"], self.account),
            (f"{PREFIX}/Messages.json", ["POST"], self.create_message),
            (f"{PREFIX}/Messages.json", ["GET"], self.list_messages),
            (f"{PREFIX}/Messages/<sid>.json", ["GET"], self.fetch_message),
            (f"{PREFIX}/Messages/<sid>.json", ["POST"], self.update_message),
            (f"{PREFIX}/Messages/<sid>.json", ["DELETE"], self.delete_message),
            (f"{PREFIX}/Calls.json", ["POST"], self.create_call),
            (f"{PREFIX}/Calls.json", ["GET"], self.list_calls),
            (f"{PREFIX}/Calls/<sid>.json", ["GET"], self.fetch_call),
            (f"{PREFIX}/Calls/<sid>.json", ["POST"], self.update_call),
            (f"{PREFIX}/Calls/<sid>.json", ["DELETE"], self.delete_call),
        ]
        for path, methods, view in table:
            routes.add_url_rule(path, view.__name__, view, methods=methods)
        Subscriptions(self._net).add_to(routes, PREFIX)
        routes.before_request(self._enter)
        routes.before_request(self._authenticate)
        routes.after_request(_show_concurrency)
        routes.teardown_request(self._leave)
        return routes

    def _enter(self) -> None:
        """Count the request in; 429 when there are more at a time than the account may have."""
        g.concurrent = self._net.gate.enter()
        if 0 < self._net.limits.concurrent_requests < g.concurrent:
            raise refusal(20429, 429)

    def _leave(self, _: BaseException | None) -> None:
        if "concurrent" in g:
            self._net.gate.leave()

    def _authenticate(self) -> None:
        """Basic auth with the account's id and token, for that account's resources only."""
        given = request.authorization
        known = given is not None and hmac.compare_digest(
            f"{given.username}:{given.password}", f"{self._net.account}:{self._net.token}"
        )
        if not known or (request.view_args or {}).get("account") != self._net.account:
            raise refusal(20003, 401)

    def account(self, account: str) -> Response:
        """The account itself; clients use it to try their credentials."""
        return jsonify(sid=account, status="active", type="Full", friendly_name="simulator")

    def create_message(self, account: str) -> Response:
        """Accept a text: 201 and its resource, after the journal has it on disk."""
        message = forms.new_message(self._net, account, request.form)
        self._throttle("message", message.sender, message.to)
        if not message.service and self._texts.crowded(message.sender):
            raise refusal(21611)
        self._texts.accept(message)
        return self._accepted(message, "message")

    def create_call(self, account: str) -> Response:
        """Accept a call: 201 and its resource, after the journal has it on disk."""
        call = forms.new_call(self._net, account, request.form)
        self._throttle("call", call.sender, call.to)
        self._calls.place(call)
        return self._accepted(call, "call")

    def fetch_message(self, account: str, sid: str) -> Response:
        """One text."""
        return jsonify(self._net.billed(self._message(sid)))

    def fetch_call(self, account: str, sid: str) -> Response:
        """One call."""
        return jsonify(self._net.billed(self._call(sid)))

    def list_messages(self, account: str) -> Response:
        """Texts in both directions by To, From, DateSent, DateSent>, DateSent<; newest first."""
        page = forms.Page("messages", request.path, request.args)
        return jsonify(page.json(self._net.messages, forms.wheres(request.args, "DateSent"), self._net.billed))

    def list_calls(self, account: str) -> Response:
        """Calls in both directions by To, From, Status, StartTime and EndTime with > and <; newest first."""
        page = forms.Page("calls", request.path, request.args)
        return jsonify(
            page.json(
                self._net.calls, forms.wheres(request.args, "StartTime", ended="EndTime", status=True), self._net.billed
            )
        )

    def update_message(self, account: str, sid: str) -> Response:
        """Cancel a scheduled text (Status=canceled), or take its words away (Body="")."""
        message = self._message(sid)
        if request.form.get("Status") == "canceled" and not self._texts.cancel(message):
            raise refusal(30409)
        if request.form.get("Body") == "":
            message.body = ""
            self._net.messages.save(message)
            self._net.journal.write("message.redacted", durable=True, sid=message.sid)
        return jsonify(message.json())

    def update_call(self, account: str, sid: str) -> Response:
        """End a call (Status=canceled before it is answered, completed at any time) or give it a new document."""
        call, status = self._call(sid), request.form.get("Status", "")
        if status == "canceled" and call.status not in ("queued", "ringing"):
            raise refusal(21220)
        if status in ("canceled", "completed"):
            ended = "completed" if call.answered else "canceled"
            if not self._calls.end(call, ended):
                raise refusal(21220)
        elif request.form.get("Url") or request.form.get("Twiml"):
            forms.redirect(call, request.form)
        return jsonify(call.json())

    def delete_message(self, account: str, sid: str) -> Response:
        """Delete a text that is over: nobody is shown it any more."""
        return self._delete(self._message(sid), self._net.messages, "message.deleted")

    def delete_call(self, account: str, sid: str) -> Response:
        """Delete a call that is over."""
        return self._delete(self._call(sid), self._net.calls, "call.deleted")

    def _delete(self, record: Message | Call, shelf: Shelf[Any], told: str) -> Response:
        if not record.over:
            raise refusal(20009, 409)
        self._net.journal.write(told, durable=True, sid=record.sid)
        shelf.remove(record.sid)
        return Response(status=204)

    def _message(self, sid: str) -> Message:
        message = self._net.messages.get(sid)
        if message is None:
            raise not_found(request.path)
        return message

    def _call(self, sid: str) -> Call:
        call = self._net.calls.get(sid)
        if call is None:
            raise not_found(request.path)
        return call

    def _throttle(self, kind: str, sender: str, to: str) -> None:
        """429 before anything happened, where the fault strikes; each try draws anew."""
        if self._net.faults.strikes_try("throttle", kind, sender, to):
            raise refusal(20429, 429)

    def _accepted(self, record: Message | Call, kind: str) -> Response:
        """The 201, or what a fault makes of it after the journal has the record."""
        about, faults = (kind, record.sender, record.to, record.nth), self._net.faults
        if faults.strikes("error_after_accept", *about):
            raise refusal(20500, 500)
        if faults.strikes("slow", *about):
            time.sleep(faults.slow_s)
        response = jsonify(record.json())
        response.status_code = 201
        if faults.strikes("drop", *about):
            _hang_up()
        if faults.strikes("truncate", *about):
            return _cut_off(response.get_data())
        return response


def _cut_off(body: bytes) -> Response:
    """A 201 that promises more than comes before the connection closes."""

    def half() -> Iterator[bytes]:
        yield body[: len(body) // 2]
        _hang_up(environ)

    environ = request.environ
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return Response(half(), 201, headers, direct_passthrough=True)


def _hang_up(environ: dict[str, Any] | None = None) -> None:
    """Close the client's connection under the server."""
    connection = (environ or request.environ).get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)


def _show_concurrency(response: Response) -> Response:
    response.headers[_CONCURRENT] = str(g.get("concurrent", 1))
    return response


def show(error: ApiError) -> tuple[Response, int, dict[str, str]]:
    """A refusal as the API's error JSON."""
    headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if error.status == 401 else {}
    return jsonify(error.body()), error.status, headers
