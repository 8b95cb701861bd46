"""Refuses to serve with keys other than those the database was written with: checked at start or first request.

It must not know the keys: `services.keys.fingerprints` compares.
"""

from __future__ import annotations

from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError

from gateway.errors import answer
from services.keys import fingerprints as key_fingerprints
from services.refusal import Refusal
from services.work import Work


class Admission:
    """Whether this process's keys were found to be the right ones."""

    def __init__(self, work: Work, *, records: bool) -> None:
        """`records`: whether new keys are written down; the console's role may not."""
        self._work = work
        self._records = records
        self._given = False

    def ask(self) -> bool:
        """Ask the database; False when it is away or not migrated yet. Raises Refusal for another set of keys."""
        try:
            key_fingerprints.admit(self._work, records=self._records)
        except SQLAlchemyError:
            return False
        self._given = True
        return True

    def before_request(self) -> Response | None:
        """Where the database was away at the start, the first request that finds it there asks; 503 for wrong keys."""
        if self._given:
            return None
        try:
            self.ask()
        except Refusal:
            return answer(503, "other_keys")
        return None


def with_key_check(app: Flask, work: Work, *, records: bool = True) -> Flask:
    """`app`, once the keys are found to be right or nobody can be asked yet. Raises Refusal for another set."""
    admission = Admission(work, records=records)
    admission.ask()
    app.before_request_funcs.setdefault(None, []).insert(0, admission.before_request)
    return app
