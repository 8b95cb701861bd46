"""Pages for lists of organisations: upload, faults, confirmation, and reports of past imports.

A list is checked by importing it and taking it back; what was checked is kept sealed until it is confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from characters.legacy import CONVERTIBLE
from files.faults import FileRefusedError
from files.reports import (
    ImportReport,
    Resemblance,
    column_lines,
    difference_lines,
    fault_lines,
    report_from_json,
)
from files.workbooks import MAX_BYTES
from gateway.console.context import (
    console_context,
    machine_work,
    member,
    refusal_words,
    render_page,
    run_command,
    say,
    scoped_work,
)
from gateway.console.rounds import chosen_office, offices_to_choose
from gateway.console.uploads import Checked, file_name
from services.refusal import Refusal
from services.registry import readings
from services.registry.identity import NOTHING_SAID, Answers, Rest, answers
from services.registry.imports import import_registry
from services.registry.undo import undo_import
from store.registry import imports

routes = Blueprint("lists", __name__, url_prefix="/lists")
MAX_UPLOAD = MAX_BYTES + 64 * 1024
"""The largest list and the form around it."""
FAULTS_A_PAGE = 200
QUESTIONS = 200
"""Rows in question that the form asks about one by one; an answer for all the rest is asked beside them."""
ROW, SAME = "row:", "same:"
REPORT_COUNTS = (
    "rows", "added", "changed", "unchanged", "refused", "asked", "without_phone", "absent", "framed",
    "unframed", "entered", "stopped", "not_answered",
)  # fmt: skip
"""Counts of reports in the order they are read; kept reports have lost it."""


@dataclass(frozen=True, slots=True)
class RowInQuestion:
    """A row that waits for an answer, and each organisation it may be."""

    row: Resemblance
    candidates: list[Resemblance]


@routes.get("")
def home() -> ResponseReturnValue:
    """The form, and past imports."""
    return _form(200, [])


@routes.post("")
def check() -> ResponseReturnValue:
    """Check a list without changing anything; its report is the next page."""
    office = chosen_office()
    given = request.files.get("list")
    if given is None or not given.filename:
        return _form(422, [say("console.lists.no_file")])
    name, content = file_name(given.filename), given.read()
    convert = request.form.get("convert", "")
    if convert not in ("", *CONVERTIBLE):
        abort(400)
    try:
        report = _import(office, name, content, convert, dry_run=True)
    except FileRefusedError as refused:
        return _form(422, list(fault_lines(refused.faults, say)))
    except Refusal as refusal:
        return _form(422, [refusal_words(refusal)])
    found, token = console_context(), machine_work().ids.public()
    found.uploads.clear(found.machine.clock.real())
    found.uploads.keep(token, content, Checked(member().actor, office, name, report.to_json(), convert))
    return redirect(url_for("lists.checked", token=token), 303)


@routes.get("/checks/<token:token>")
def checked(token: str) -> ResponseReturnValue:
    """What the check found, and the button that makes it so."""
    found = _checked_list(token)
    return _report(report_from_json(found.report), name=found.name, token=token)


@routes.post("/checks/<token:token>")
def confirm(token: str) -> ResponseReturnValue:
    """Import what was checked."""
    found = _checked_list(token)
    try:
        content = console_context().uploads.content(token)
        report = _import(found.office, found.name, content, found.convert, dry_run=False, said=_answers())
    except Refusal as refusal:
        flash(refusal_words(refusal), "refused")
        return redirect(url_for("lists.checked", token=token), 303)
    console_context().uploads.forget(token)
    flash(say("console.lists.imported", count=report.changes), "done")
    with scoped_work().database.transaction() as conn:
        import_id = imports.newest_of_file(conn, found.office, report.file_sha256)
    return redirect(url_for("lists.show", import_id=import_id) if import_id else url_for("lists.home"), 303)


@routes.post("/readings")
def choose_reading() -> ResponseReturnValue:
    """Keep how a number is read that can be read in two ways; a list that is being checked is read anew."""
    office, token = chosen_office(), request.form.get("check", "")
    number, kind = request.form.get("number", ""), request.form.get("kind", "")
    run_command(
        lambda: readings.choose(machine_work(), office, number, kind, member().actor),
        say("console.reading.chosen"),
    )
    if not token:
        return redirect(url_for("lists.home"), 303)
    found, content = _checked_list(token), console_context().uploads.content(token)
    report = _import(found.office, found.name, content, found.convert, dry_run=True)
    console_context().uploads.keep(token, content, replace(found, report=report.to_json()))
    return redirect(url_for("lists.checked", token=token), 303)


@routes.get("/<uuid:import_id>")
def show(import_id: UUID) -> ResponseReturnValue:
    """The report of a past import."""
    work = scoped_work()
    with work.database.transaction() as conn:
        row = imports.by_id(conn, import_id)
    if row is None or row.report is None:
        abort(404)
    undone = bool(row.counts.get("undone"))
    may_undo = row.kind == "registry" and not undone and row.counts["added"] + row.counts["changed"] > 0
    report = report_from_json(work.vault.open(row.report, "imports.report", import_id))
    return _report(report, at=row.created_at, import_id=import_id, undone=undone, may_undo=may_undo)


@routes.post("/<uuid:import_id>/undo")
def undo(import_id: UUID) -> ResponseReturnValue:
    """Take back an import that the member may see, while nobody of it has been contacted."""
    with scoped_work().database.transaction() as conn:
        if imports.by_id(conn, import_id) is None:
            abort(404)
    try:
        undone = undo_import(machine_work(), import_id, member().actor)
    except Refusal as refusal:
        flash(refusal_words(refusal), "refused")
    else:
        flash(say("import.undone", removed=undone.removed, restored=undone.restored), "done")
    return redirect(url_for("lists.show", import_id=import_id), 303)


def _form(status: int, faults: list[str]) -> ResponseReturnValue:
    with scoped_work().database.transaction() as conn:
        past = imports.recent(conn)
    chosen = request.form.get("office", "")
    encodings = {"encodings": CONVERTIBLE, "convert": request.form.get("convert", "")}
    return render_page(
        "lists.html", status, offices=offices_to_choose(), chosen=chosen, faults=faults, past=past, **encodings
    )


def _import(
    office: str, name: str, content: bytes, convert: str, dry_run: bool, said: Answers = NOTHING_SAID
) -> ImportReport:
    with console_context().uploads.readable(name, content) as path:
        return import_registry(machine_work(), office, path, member().actor, dry_run, said=said, convert=convert)


def _answers() -> Answers:
    """What the form says of rows in question: "new", "same:<held code>", or "" for not yet."""
    given = {name.removeprefix(ROW): said for name, said in request.form.items() if name.startswith(ROW)}
    same = {code: said.removeprefix(SAME) for code, said in given.items() if said.startswith(SAME)}
    new = [code for code, said in given.items() if said == "new"]
    rests: dict[str, Rest] = {"new": "new", "same": "same"}
    return answers(new, same, rests.get(request.form.get("rest", ""), ""))


def _questions(report: ImportReport) -> list[RowInQuestion]:
    """The first rows in question, with those they may be."""
    found: dict[tuple[str, int], RowInQuestion] = {}
    for each in report.resemblances:
        of_row = found.setdefault((each.sheet, each.row), RowInQuestion(each, []))
        if each.held_code:
            of_row.candidates.append(each)
    return list(found.values())[:QUESTIONS]


def _checked_list(token: str) -> Checked:
    """The member's own checked list, for an office they still act for; or 404."""
    found = console_context().uploads.checked(token, member().actor)
    if found is None or found.office not in dict(offices_to_choose()):
        abort(404)
    return found


def _report(report: ImportReport, **shown: Any) -> ResponseReturnValue:
    pages = max(1, -(-len(report.faults) // FAULTS_A_PAGE))
    at_page = min(max(1, request.args.get("page", 1, int)), pages)
    start = (at_page - 1) * FAULTS_A_PAGE
    faults = report.faults[start : start + FAULTS_A_PAGE]
    shown["columns"] = list(column_lines(report.columns, say))
    shown["changes"] = list(difference_lines(report.differences[:FAULTS_A_PAGE], say))
    shown["questions"] = _questions(report) if "token" in shown else []
    paging = {"first": start + 1, "at_page": at_page, "pages": pages}
    return render_page("report.html", report=report, faults=faults, counted=REPORT_COUNTS, **paging, **shown)
