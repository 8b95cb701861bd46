"""The carriers' routes, derived from their descriptors: each begins with the carrier's prefix, behind its guard.

A carrier cannot have a route without its guard. It must not know any carrier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from carriers.credentials import Credentials
from carriers.descriptor import CallEndpoints, Carrier, ReceiptEndpoint, TextEndpoint
from gateway.errors import answer, note_failure
from gateway.webhooks import calls, receipts, texts
from gateway.webhooks.requests import Authenticated, authenticate

View = Callable[..., Response]
Failed = Callable[[], Response]


def add_routes(app: Flask, carriers: Iterable[Carrier[Any]], credentials: Credentials) -> None:
    """Give `app` the webhooks of these carriers."""
    for carrier in carriers:
        _Routes(app, carrier, credentials).add()


class _Routes:
    """The routes of one carrier."""

    def __init__(self, app: Flask, carrier: Carrier[Any], credentials: Credentials) -> None:
        self._app = app
        self._carrier = carrier
        self._guard = carrier.guard(credentials)

    def add(self) -> None:
        if self._carrier.text is not None:
            self._add_texts(self._carrier.text)
        for endpoint in self._carrier.receipts:
            self._add_receipts(endpoint)
        if self._carrier.calls is not None:
            self._add_calls(self._carrier.calls)

    def _add_texts(self, endpoint: TextEndpoint) -> None:
        failed = _coded(endpoint.failed)
        self._route(endpoint.path, endpoint.name, lambda asked: texts.receive(asked, endpoint), failed)
        if (nothing := endpoint.nothing) is not None:
            path, name = f"{endpoint.path}/fallback", f"{endpoint.name.rpartition('.')[0]}.fallback"
            self._route(path, name, lambda _asked: texts.leave_to_sweep(nothing))

    def _add_receipts(self, endpoint: ReceiptEndpoint) -> None:
        def take(asked: Authenticated, ref: str) -> Response:
            return receipts.take_receipt(asked, endpoint, ref)

        self._route(endpoint.path, endpoint.name, take, _coded(endpoint.failed), tuple(endpoint.methods))

    def _add_calls(self, endpoints: CallEndpoints) -> None:
        def turn(asked: Authenticated, ref: str, turn: int) -> Response:
            return calls.next_turn(asked, endpoints, ref, turn)

        def detect(asked: Authenticated, ref: str) -> Response:
            return calls.detect(asked, endpoints, ref)

        path, name, sorry = endpoints.path, endpoints.name, calls.apologise
        self._route(path, f"{name}.rang_in", lambda asked: calls.ring_in(asked, endpoints), sorry)
        self._route(f"{path}/<ref:ref>/<int(max={calls.LAST_TURN}):turn>", f"{name}.turn", turn, sorry)
        self._route(f"{path}/fallback", f"{name}.fallback", lambda _asked: calls.fall_back(), sorry)
        self._route(endpoints.detection_path, endpoints.detection_name, detect)

    def _route(
        self, path: str, name: str, view: View, failed: Failed | None = None, methods: tuple[str, ...] = ("POST",)
    ) -> None:
        """One route behind the carrier's guard. `failed`: the answer to a failure of ours; None: a bare 500."""

        def run(**values: Any) -> Response:
            try:
                return view(authenticate(self._carrier, self._guard), **values)
            except HTTPException:
                raise
            except Exception as error:
                if failed is None:
                    raise
                note_failure(error, request.endpoint or "none")
                return failed()

        self._app.add_url_rule(self._carrier.prefix + path, endpoint=name, view_func=run, methods=list(methods))


def _coded(failed: tuple[int, str] | None) -> Failed | None:
    return None if failed is None else lambda: answer(*failed)
