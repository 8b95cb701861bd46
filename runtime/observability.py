"""Structured logging as JSON lines, redacted: phone numbers, names and texts cannot appear.

Only named fields pass; the rest is withheld. It must not know who logs.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter

PASSING = frozenset(
    {
        *("event", "level", "logger", "timestamp", "exception"),  # the line itself
        *("ref", "call", "campaign", "interview", "round", "office", "sender", "carrier", "staff"),  # ids
        *("code", "outcome", "state", "status", "reason", "error", "sqlstate", "places", "task", "queue"),
        *("door", "route", "method", "medium", "purpose", "server", "fault", "version", "questionnaire"),
        *("source", "subject"),  # keyed hashes of addresses, never these themselves: `gateway.console.sign_in_log`
        *("step", "turn", "seq", "attempt", "tries", "count", "rows", "seconds", "size", "pid", "port"),
    }
)
"""Fields a line may carry. A new one is added here after asking: can a person's number, name or words ever be in it?"""

QUIET = ("celery.beat", "celery.app.trace", "celery.worker.strategy", "alembic.runtime.migration")
"""Libraries that say each second that nothing happened: warnings only, unless DEBUG is asked for."""

WITHHELD = "[withheld]"
LONGEST = 500
LONGEST_TRACE = 8000

OF_CODE = (ImportError, NameError, AttributeError, RecursionError)
"""Exceptions whose messages name code and never what somebody said."""

_PHONE = re.compile(r"(?<![0-9A-Za-z-])(?:\+|00)?[0-9](?:[ .()-]{0,3}[0-9]){8,14}(?![0-9A-Za-z-])")
_QUOTED_ROW = re.compile(r"(?:(?:DETAIL|CONTEXT|STATEMENT|HINT):|LINE \d+:|\[SQL|\[parameters).*")
"""What PostgreSQL and SQLAlchemy add to an error; also inside a repr, where line ends are escaped."""


def scrub(text: str, longest: int = LONGEST) -> str:
    """`text` without anything that looks like a phone number or a row quoted by the database, and not too long."""
    return _PHONE.sub("[number]", _QUOTED_ROW.sub(WITHHELD, text))[:longest]


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keep the fields that may pass; of those, scrub what is text."""
    return {key: _redact_value(key, value) for key, value in event.items()}


def _redact_value(key: str, value: Any) -> Any:
    if key.startswith("_"):
        return value
    if key not in PASSING:
        return WITHHELD
    if isinstance(value, (bool, int, float)) or value is None:
        return value
    if isinstance(value, (list, tuple)):
        return [_redact_value(key, item) for item in value]
    return scrub(str(value), LONGEST_TRACE if key == "exception" else LONGEST)


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every log line of this process, of ours and of libraries, as redacted JSON to `stream` (stderr)."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [
        ProcessorFormatter.remove_processors_meta,
        _exception_without_values,
        redact,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    structlog.configure(
        processors=[*shared, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG if level == "DEBUG" else logging.WARNING)


def _exception_without_values(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where an exception happened and its kind; not its message, which may quote what somebody wrote."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_places(error))
    return event


def _places(error: BaseException) -> list[str]:
    said = f": {scrub(str(error))}" if isinstance(error, OF_CODE) else ""
    lines = [type(error).__qualname__ + said]
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"  {code.co_filename}:{trace.tb_lineno} {code.co_qualname}")
        trace = trace.tb_next
    if error.__cause__ is not None:
        lines += ["because of", *_places(error.__cause__)]
    return lines
