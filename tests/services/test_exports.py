"""What leaves in files: nothing is lost on the way there and back, nobody is recognised, and every export is noted."""

# ruff: noqa: F811  fixtures of another module are asked for by their names

from __future__ import annotations

import csv
import json
import random
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, get_args
from uuid import UUID

import openpyxl
import psycopg
import pytest
import sqlalchemy as sa

from files import online_shape, tables, workbooks
from runtime.catalogue import catalogue, words
from runtime.embedded import ensure_database
from scoring.disclosure import K
from services.interview import recording as interviews
from services.interview.questionnaires import form_of, publish
from services.keys import sealed_columns
from services.refusal import Refusal
from services.registry.imports import import_online, import_registry
from services.results import figures as figure_exports
from services.results.exports import Exported, ExportOrder, export
from services.rounds import rounds
from services.work import Work
from store.results import exports as rows_that_leave
from store.results.exports import ExportTable
from store.tables.interviews import answers, interview_events
from store.tables.interviews import interviews as interview_rows
from store.tables.registry import organisations, phones
from store.tables.rounds import questionnaires
from store.tables.rounds import rounds as round_rows
from store.tables.staff import audit
from store.unit_of_work import Database
from survey.answers import Channel, Entry, Heard
from survey.engine.state import Status
from survey.form.questionnaire import Question, Questionnaire
from tests.doubles import FakeClock
from tests.faults import plant
from tests.services.test_imports import ACTOR, QUESTIONNAIRES, VILLAGE, office, open_round  # noqa: F401
from tests.services.world import build
from tests.survey.forms import choices, consent, form, level, whole
from tests.survey.forms import words as said

say = lambda code, **params: words(code, "vi", **params)  # noqa: E731
ANONYMOUS = ("Mã ẩn danh", "Phiếu", "Loại", "Loại hình", "Thành viên", "Tỉnh", "Kênh", "Ngày")
WHY = "Nộp lên hệ thống trực tuyến"


@pytest.fixture
def second(work: Work, servers: dict[str, str], worker_id: str) -> Iterator[Work]:
    """The same house in a database of its own: where the online survey's files come from, as it were."""
    name = f"alo_test_{worker_id}_second"
    with psycopg.connect(servers["admin"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        ensure_database(connection, name, owner="alo_owner", template="alo_template")
    url = sa.make_url(servers["alo_machine"]).set(database=name).render_as_string(hide_password=False)
    database = Database(url, role_label="test-second")
    yield replace(work, database=database)
    database.close()


def opened(work: Work) -> None:
    """The village in an open round, in another house."""
    from services.registry import offices

    offices.add_office(work, "mau", "Liên minh HTX tỉnh Mẫu", "province", "24", "0204 3 888 999", ACTOR)
    import_registry(work, "mau", VILLAGE, ACTOR)
    for code in ("HTX-NN", "HTX-PNN", "QTD"):
        publish(work, QUESTIONNAIRES / f"{code}.xlsx", ACTOR)
    now, forms = work.clock.now(), rounds.newest_questionnaires(work)
    rounds.open_round(work, "r1", "Đợt mẫu", "2026", "", now, now + timedelta(days=20), forms, ACTOR)


def frame(work: Work) -> list[sa.RowMapping]:
    with work.database.transaction() as conn:
        query = sa.select(interview_rows, organisations.c.registry_code).join(organisations)
        return list(conn.execute(query.order_by(organisations.c.registry_code)).mappings())


def some_answers(form: Questionnaire, rng: random.Random) -> dict[str, str]:
    """An answer to every question, consent given; those that branching leaves out are not stored."""
    given = {}
    for question in form.questions:
        if question.role == "consent":
            given[question.name] = "yes"
        elif question.choices:
            given[question.name] = rng.choice(question.choices).value
        elif question.kind == "integer":
            given[question.name] = str(rng.randint(10, 60))
    return given


def fill(work: Work, count: int, channel: Channel = "voice", start: int = 0, clock: FakeClock | None = None) -> None:
    """Complete forms of the village on a channel, a day apart if there is a clock."""
    rng = random.Random(count)
    for at, row in enumerate(frame(work)[start : start + count]):
        with work.database.transaction() as conn:
            form = form_of(conn, row["questionnaire_sha256"])
        interviews.enter(work, row["id"], Heard(channel, f"t{at}", Entry(some_answers(form, rng), final=True)))
        if clock is not None:
            clock.business += timedelta(days=1)


def stored(work: Work) -> dict[str, dict[str, str]]:
    query = (
        sa.select(organisations.c.registry_code, answers.c.question, answers.c.value)
        .join(interview_rows, interview_rows.c.id == answers.c.interview_id)
        .join(organisations, organisations.c.id == interview_rows.c.organisation_id)
    )
    found: dict[str, dict[str, str]] = {}
    with work.database.transaction() as conn:
        for code, question, value in conn.execute(query):
            found.setdefault(code, {})[question] = value
    return found


def order(tmp_path: Path, kind: Any, format_: str, name: str = "", **more: Any) -> ExportOrder:
    path = tmp_path / (name or f"{kind}.{format_}")
    return ExportOrder("r1", kind, format_, path, ACTOR, more.pop("reason", WHY), **more)


def lines(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text("utf-8-sig").splitlines()))


@pytest.mark.parametrize("logins", [False, True])
@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_forms_go_out_and_come_in_elsewhere_answer_for_answer(
    work: Work, open_round: str, second: Work, tmp_path: Path, format_: str, logins: bool
) -> None:
    fill(work, 25)
    fill(work, 5, "sms", start=25)
    made = export(work, order(tmp_path, "forms", format_, logins=logins), say)
    assert made.rows == 30
    opened(second)
    reports = [import_online(second, "r1", path, ACTOR) for path in made.files if path.suffix in (".xlsx", ".csv")]
    assert [fault for report in reports for fault in report.faults] == []
    assert sum(report.counts["entered"] for report in reports) == 30
    assert stored(second) == stored(work)
    assert len(stored(work)) == 30


def test_what_came_from_online_is_not_sent_back(work: Work, open_round: str, tmp_path: Path) -> None:
    fill(work, 4, "online")
    fill(work, 3, "sms", start=4)
    assert export(work, order(tmp_path, "forms", "xlsx"), say).rows == 3


def test_who_has_answered_goes_both_ways(work: Work, open_round: str, second: Work, tmp_path: Path) -> None:
    fill(work, 6)
    made = export(work, order(tmp_path, "status", "csv"), say)
    assert made.rows == 40
    found = lines(made.files[0])
    assert found[0] == [*online_shape.SHAPE, online_shape.COLUMNS["late"].heading]
    assert Counter(line[2] for line in found[1:]) == {"Đã trả lời": 6, "Chưa trả lời": 34}
    assert {(line[3], line[4]) for line in found[1:]} == {("voice", "18/11/2026"), ("", "")}
    opened(second)
    report = import_online(second, "r1", made.files[0], ACTOR)
    assert (report.counts["stopped"], report.counts["not_answered"], report.faults) == (6, 34, ())
    assert Counter(row["status"] for row in frame(second)) == {"answered": 6, "pending": 34}


def test_no_answer_no_time_and_no_number_stands_in_a_status(work: Work, open_round: str, tmp_path: Path) -> None:
    fill(work, 6)
    (path,) = export(work, order(tmp_path, "status", "xlsx"), say).files
    sheet = workbooks.read(path).sheets[0]
    assert list(sheet.rows[0]) == [*online_shape.SHAPE, online_shape.COLUMNS["late"].heading]
    assert all(":" not in str(cell) for row in sheet.rows for cell in row)


def test_every_status_of_an_interview_has_its_word() -> None:
    assert set(online_shape.STATUS_WORDS) == {*get_args(Status), "answered"}


def with_trial(table: ExportTable) -> ExportTable:
    """The table with a column of its own, "trial", before the answers."""
    own = [column for column in table.columns if isinstance(column, str)]
    cells = list(table.query.selected_columns)
    cells.insert(len(own), sa.literal("thử", sa.Text))
    return ExportTable((*own, "trial", *table.columns[len(own) :]), table.query.with_only_columns(*cells))


def test_a_trial_column_of_the_online_file_is_an_expression_and_a_heading(
    work: Work, open_round: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(work, 6)
    for statement in ("statuses", "phone_forms"):
        original = getattr(rows_that_leave, statement)
        monkeypatch.setattr(rows_that_leave, statement, lambda *given, make=original: with_trial(make(*given)))
    monkeypatch.setitem(online_shape.COLUMNS, "trial", online_shape.OwnColumn("Cột thử", "ignored"))  # type: ignore[arg-type]
    for kind in ("status", "forms"):
        for path in export(work, order(tmp_path, kind, "csv", f"{kind}.csv", logins=kind == "forms"), say).files[:-1]:
            heading, *rest = lines(path)
            assert len(heading) == len(rest[0])
            assert {row[heading.index("Cột thử")] for row in rest} == {"thử"}


def test_a_trial_column_of_the_answers_is_an_expression_and_a_heading(
    work: Work, open_round: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete_alike(work, K)
    original = rows_that_leave.anonymous
    monkeypatch.setattr(rows_that_leave, "anonymous", lambda *given: with_trial(original(*given)))
    monkeypatch.setitem(catalogue().entries, "export.column.trial", {"vi": "Cột thử"})  # type: ignore[arg-type]
    (path, *_) = [f for f in export(work, order(tmp_path, "answers", "csv"), say).files if f.name.endswith("NN.csv")]
    heading, *rest = lines(path)
    assert heading[len(ANONYMOUS)] == "Cột thử"
    assert {row[len(ANONYMOUS)] for row in rest} == {"thử"}
    export(work, order(tmp_path, "answers", "flow-results", "package"), say)
    responses = json.loads((tmp_path / "package" / "HTX-NN" / "responses.json").read_text("utf-8"))
    assert {row[-1]["trial"] for row in responses} == {"thử"}


def complete_alike(work: Work, count: int, start: int = 0) -> None:
    """Completed forms of organisations alike in everything that is told of them."""
    alike = [row["id"] for row in frame(work)][start : start + count]
    with work.database.transaction() as conn:
        htx = conn.scalar(sa.select(questionnaires.c.sha256).where(questionnaires.c.code == "HTX-NN"))
        same = {"questionnaire_sha256": htx, "kind": "HTX", "sector": "NN", "is_member": True}
        conn.execute(sa.update(interview_rows).where(interview_rows.c.id.in_(alike)).values(same))
    rng = random.Random(start)
    for at, interview in enumerate(alike):
        with work.database.transaction() as conn:
            form = form_of(conn, str(htx))
        assert isinstance(work.clock, FakeClock)
        work.clock.business += timedelta(hours=7)
        interviews.enter(work, interview, Heard("voice", f"a{at}", Entry(some_answers(form, rng), final=True)))


def anonymous(work: Work, tmp_path: Path, name: str) -> tuple[list[list[str]], Exported]:
    made = export(work, order(tmp_path, "answers", "csv", f"{name}.csv"), say)
    rows = [line for path in made.files if path.suffix == ".csv" for line in lines(path)[1:]]
    return rows, made


def test_answers_leave_in_whole_blocks_with_names_drawn_anew(work: Work, open_round: str, tmp_path: Path) -> None:
    complete_alike(work, K + 2)
    first, made = anonymous(work, tmp_path, "a")
    assert (len(first), made.rows, made.held_back) == (K, K, 2)
    again, _ = anonymous(work, tmp_path, "b")
    assert sorted(row[1:] for row in first) == sorted(row[1:] for row in again)
    assert not {row[0] for row in first} & {row[0] for row in again}
    complete_alike(work, K - 3, start=K + 2)
    assert len(anonymous(work, tmp_path, "c")[0]) == K
    complete_alike(work, 1, start=2 * K - 1)
    assert len(anonymous(work, tmp_path, "d")[0]) == 2 * K


def test_everything_told_of_a_form_is_told_of_k_at_least(work: Work, open_round: str, tmp_path: Path) -> None:
    complete_alike(work, 2 * K + 3)
    fill(work, 20, "sms", start=2 * K + 3)
    rows, made = anonymous(work, tmp_path, "a")
    told = Counter(tuple(row[1 : len(ANONYMOUS)]) for row in rows)
    assert told
    assert min(told.values()) >= K
    assert made.held_back == 2 * K + 3 + 20 - len(rows)


def test_order_tells_nothing_and_only_opinions_leave(work: Work, open_round: str, tmp_path: Path) -> None:
    complete_alike(work, 2 * K)
    made = export(work, order(tmp_path, "answers", "csv"), say)
    path = next(path for path in made.files if path.name.endswith("HTX-NN.csv"))
    heading, *rows = lines(path)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    with work.database.transaction() as conn:
        form = form_of(conn, next(row["questionnaire_sha256"] for row in frame(work) if row["status"] == "complete"))
    assert heading == [*ANONYMOUS, *(q.name for q in form.questions if q.scored)]
    assert any(not q.scored and q.kind == "integer" for q in form.questions)
    codes = {row["registry_code"] for row in frame(work)}
    assert not any(cell in codes for row in rows for cell in row)


def test_a_flow_results_package_keeps_the_formats_rules(work: Work, open_round: str, tmp_path: Path) -> None:
    complete_alike(work, K)
    made = export(work, order(tmp_path, "answers", "flow-results", "package"), say)
    place = tmp_path / "package" / "HTX-NN"
    described = json.loads((place / "descriptor.json").read_text("utf-8"))
    (resource,) = described["resources"]
    assert resource["path"] == "responses.json"
    assert (described["profile"], described["flow_results_specification_version"]) == ("flow-results-package", "1.1.0")
    assert UUID(described["id"]).version == 4
    assert described["created"] == described["modified"]
    assert described["created"].endswith("+00:00")
    assert len(resource["schema"]["fields"]) == 7
    questions = resource["schema"]["questions"]
    rows = json.loads((place / "responses.json").read_text("utf-8"))
    assert len({row[1] for row in rows}) == len(rows) > 0
    assert len({row[2] for row in rows}) == K == made.rows
    for stamp, _row, contact, session, question, answer, told in rows:
        assert answer in questions[question]["type_options"]["choices"]
        assert questions[question]["type"] == "select_one"
        assert stamp.endswith("T00:00:00+07:00")
        assert contact == session
        assert told["channel"] == "voice"
    assert "MẪU" in described["title"]
    assert [path.name for path in (tmp_path / "package").iterdir()] == ["HTX-NN"]


def test_nothing_a_spreadsheet_would_calculate_leaves(
    work: Work, open_round: str, owner: Database, tmp_path: Path
) -> None:
    fill(work, 1)
    row = next(row for row in frame(work) if row["status"] == "complete")
    evil = '=HYPERLINK("http://evil.example","x")'
    with owner.transaction() as conn:
        change = sa.update(organisations).where(organisations.c.id == row["organisation_id"])
        conn.execute(change.values(registry_code=evil))
    for format_ in ("csv", "xlsx"):
        for kind in ("forms", "status"):
            made = export(work, order(tmp_path, kind, format_, f"{kind}-evil.{format_}"), say)
            cells = [
                str(cell)
                for path in made.files
                if path.suffix in (".csv", ".xlsx")
                for sheet in workbooks.read(path).sheets
                for line in sheet.rows
                for cell in line
            ]
            assert f"'{evil}" in cells
            assert evil not in cells


def test_numbers_stay_numbers_and_formulas_become_words() -> None:
    assert [tables.guard_formula(cell) for cell in ("-5", "-5,5", "5", "-a", "=1", "+1", "@x", "\t1", "x=1")] == [
        "-5", "-5,5", "5", "'-a", "'=1", "'+1", "'@x", "'\t1", "x=1",
    ]  # fmt: skip


ODD_CODES = (
    "00123",
    "0912345678",
    "1234567890123456789",
    "1E5",
    "12-05",
    "1/2",
    "SEP1",
    "0100109106-001",
    "HTX001",
    "7",
)


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", ["forms", "status"])
def test_codes_stay_texts_in_every_program_and_numbers_are_numbers(
    work: Work, second: Work, tmp_path: Path, format_: str, kind: str
) -> None:
    given = {
        "consent": "yes",
        "q1": "5",
        "many": "5 1",
        "price": "2.5",
        "since": "2015-09-02",
        "members": "123456789012",
    }
    house, other = build(work, every_kind()), build(second, every_kind())
    for at, odd in enumerate(ODD_CODES, 1):
        for each in (house, other):
            each.add_organisation(odd, f"+8490100010{at - 1}")
        told = Entry({**given, "words": odd}, final=True)
        interviews.enter(work, house.interviews[at], Heard("voice", "x", told))
    path = tmp_path / f"f.{format_}"
    export(work, ExportOrder("2026", kind, format_, path, ACTOR, WHY, logins=kind == "forms"), say)  # type: ignore[arg-type]
    if format_ == "xlsx":
        _xlsx_keeps(path, kind)
    else:
        assert [[guessed(cell) for cell in line] for line in lines(path)] == lines(path)
    report = import_online(second, "2026", path, ACTOR)
    assert report.faults == ()
    for at in range(1, len(ODD_CODES) + 1):
        assert other.answers(at) == (house.answers(at) if kind == "forms" else {})
        assert other.interview(at)["status"] == ("complete" if kind == "forms" else "answered")


def _xlsx_keeps(path: Path, kind: str) -> None:
    heading, *rows = openpyxl.load_workbook(path).worksheets[0].rows
    for cells in rows:
        found = {str(title.value): cell for title, cell in zip(heading, cells, strict=True)}
        assert (found["Mã"].data_type, found["Mã"].number_format) == ("s", "@")
        if kind == "forms":
            assert found["words"].value == found["Mã"].value
            assert str(found["Tên đăng nhập"].value).startswith("09")
            assert [(found[name].value, found[name].data_type) for name in ("price", "members")] == [
                (2.5, "n"), (123456789012, "n"),
            ]  # fmt: skip
    assert {cells[0].value for cells in rows} >= set(ODD_CODES)


def guessed(cell: str) -> str:
    """The cell as a program shows it that takes what looks like a number for one, and a day for a day."""
    if re.fullmatch(r"[0-9]{1,2}[/-][0-9]{1,2}|[A-Z]{3}[0-9]", cell):
        return "a day"
    try:
        number = float(cell)
    except ValueError:
        return cell
    return str(int(number)) if number.is_integer() else repr(number)


def test_what_began_with_an_apostrophe_keeps_it() -> None:
    for text in ("'=1", "''=1", "'0012", "=1", "0012", "'tốt", "'", "", "12-05", "x", "MAY 2026", "1E5", "HTX001"):
        assert tables.unguard(tables.as_text_cell(text)) == text
        assert tables.unguard(tables.guard_formula(text)) == text or tables.is_lossy(text)


def test_every_export_stands_in_the_audit_trail_with_its_reason(
    work: Work, open_round: str, owner: Database, tmp_path: Path
) -> None:
    export(work, order(tmp_path, "forms", "xlsx", office="mau"), say)
    with owner.transaction() as conn:
        (row,) = conn.execute(sa.select(audit).where(audit.c.action == "export.made")).mappings()
    assert (row["actor"], row["subject"], row["detail"]["reason"]) == (ACTOR, "r1", WHY)
    assert row["office_id"] is not None


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"reason": "  "}, "export.no_reason"),
        ({"format_": "json"}, "export.no_format"),
        ({"office": "nowhere"}, "office.unknown"),
        ({"kind": "answers", "office": "mau"}, "export.not_released"),
        ({"kind": "figures"}, "export.round_open"),
    ],
)
def test_what_may_not_leave_is_refused_and_no_file_is_made(
    work: Work, open_round: str, tmp_path: Path, more: dict[str, Any], code: str
) -> None:
    given = {"kind": "forms", "format_": "xlsx"} | more
    act = figure_exports.export_figures if given["kind"] == "figures" else export
    with pytest.raises(Refusal) as refused:
        act(work, order(tmp_path, given.pop("kind"), given.pop("format_"), "x.xlsx", **given), say)
    assert refused.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_never_written_over_nor_left_half_done(
    work: Work, open_round: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(work, 2)
    ordered = order(tmp_path, "forms", "xlsx")
    (path,) = export(work, ordered, say).files
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(Refusal, match=r"export\.exists"):
        export(work, ordered, say)

    def broken(*_: object) -> Iterator[Any]:
        yield ("a",)
        raise OSError("the disk is full")

    monkeypatch.setattr("store.results.exports.rows", broken)
    with pytest.raises(OSError, match="full"):
        export(work, replace(ordered, out=tmp_path / "other.xlsx"), say)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("format_", ["xlsx", "csv", "json"])
def test_figures_of_a_closed_round_say_what_must_be_said(
    work: Work, open_round: str, owner: Database, tmp_path: Path, format_: Literal["xlsx", "csv", "json"]
) -> None:
    fill(work, 30)
    rounds.close_round(work, "r1", ACTOR)
    made = figure_exports.export_figures(work, order(tmp_path, "figures", format_), say)
    text = "".join(
        "".join(map(str, row)) for sheet in workbooks.read(made.files[0]).sheets for row in sheet.rows
    ) if format_ == "xlsx" else made.files[0].read_text("utf-8")  # fmt: skip
    assert format_ != "csv" or "Phương pháp,Theo,Nhóm,Tổ chức,Phiếu tính điểm,Giá trị,Ghi chú" in text
    assert "vca-index" in text
    assert "top-box" in text
    assert ("score.sample_rule" if format_ == "json" else say("score.sample_rule")) in text
    with pytest.raises(Refusal, match=r"export\.not_released"):
        figure_exports.export_figures(work, order(tmp_path, "figures", format_, "o", office="mau"), say)
    with owner.transaction() as conn:
        conn.execute(sa.update(round_rows).values(rule_state="signed"))
    assert figure_exports.export_figures(work, order(tmp_path, "figures", format_, "o", office="mau"), say).rows > 3


def test_an_office_gets_only_its_own(work: Work, open_round: str, tmp_path: Path) -> None:
    from services.registry import offices

    offices.add_office(work, "khac", "Tỉnh khác", "province", "08", "0207 3 888 999", ACTOR)
    assert export(work, order(tmp_path, "status", "xlsx", office="khac"), say).rows == 0


def test_sealed_numbers_leave_only_when_asked(work: Work, open_round: str, owner: Database, tmp_path: Path) -> None:
    fill(work, 3)
    plain = export(work, order(tmp_path, "forms", "csv", "a.csv"), say)
    full = export(work, order(tmp_path, "forms", "csv", "b.csv", logins=True), say)
    with owner.transaction() as conn:
        held = conn.execute(sa.select(phones)).mappings()
        numbers = {f"0{sealed_columns.opened(work.vault, phones.c.number, row)[3:]}" for row in held}
    text: Callable[[Exported], str] = lambda made: "".join(p.read_text("utf-8") for p in made.files)  # noqa: E731
    assert not any(number in text(plain) for number in numbers)
    assert any(number in text(full) for number in numbers)


def test_the_events_of_a_round_trip_are_told_as_online(
    work: Work, open_round: str, second: Work, tmp_path: Path
) -> None:
    fill(work, 2)
    made = export(work, order(tmp_path, "forms", "xlsx"), say)
    opened(second)
    import_online(second, "r1", made.files[0], ACTOR)
    import_online(second, "r1", made.files[0], ACTOR)
    with second.database.transaction() as conn:
        assert list(conn.scalars(sa.select(interview_events.c.channel))) == ["online"] * 2


def every_kind() -> Questionnaire:
    """A form with each kind of question an online file may hold."""
    return form(
        consent(),
        level("q1"),
        Question("many", "select_multiple", said("Chọn nhiều"), choices=choices(no_opinion=False)),
        Question("price", "decimal", said("Giá")),
        Question("since", "date", said("Từ ngày")),
        Question("words", "text", said("Ý kiến")),
        whole("members"),
        code="EVERY",
    )


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
@pytest.mark.parametrize("text", ["=1+1", "+84 là số", "'tốt", "-", "hai\ndòng", 'có "nháy", phẩy', "bình thường"])
def test_every_kind_of_answer_comes_back_as_it_left(
    work: Work, second: Work, tmp_path: Path, format_: str, text: str
) -> None:
    given = {
        "consent": "yes", "q1": "5", "many": "5 1", "price": "2.5", "since": "2015-09-02", "words": text,
        "members": "12",
    }  # fmt: skip
    house, other = build(work, every_kind()), build(second, every_kind())
    step = interviews.enter(work, house.interviews[0], Heard("voice", "x", Entry(given, final=True)))
    assert step.interview.status == "complete", step.effects
    held = house.answers()
    path = tmp_path / f"f.{format_}"
    export(work, ExportOrder("2026", "forms", format_, path, ACTOR, WHY), say)  # type: ignore[arg-type]  # any format
    report = import_online(second, "2026", path, ACTOR)
    assert report.faults == ()
    assert {name: " ".join(value.split()) for name, value in other.answers().items()} == {
        name: " ".join(value.split()) for name, value in held.items()
    }


def test_the_proofs_of_blocks_fail_without_blocks(work: Work, open_round: str, tmp_path: Path) -> None:
    with plant("no-blocks"), pytest.raises(AssertionError):
        test_answers_leave_in_whole_blocks_with_names_drawn_anew(work, open_round, tmp_path)
