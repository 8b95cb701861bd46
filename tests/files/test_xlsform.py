"""A form outside the subset is refused with sheet and row; what is inside comes out as it was written."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from files import workbooks
from files.faults import FileFault, FileRefusedError
from files.form_pyxform import pyxform_faults
from files.readiness import readiness
from files.xlsform import judge
from ivr.callflow import CallContext, script_for
from survey.engine.effects import Ask
from survey.form.questionnaire import Questionnaire, from_dict
from tests.files.workbooks import write

VI, EN = "Tiếng Việt (vi)", "English (en)"
SURVEY = ["type", "name", f"label::{VI}", f"label::{EN}", f"sms::{VI}", "section", "scored", "relevant", "constraint"]
CONSENT = ["select_one agree", "consent", "Đồng ý không?", "Do you agree?", "Dong y khong?", "", "", "", ""]
LEVEL = ["select_one level", "q1", "Hài lòng không?", "Satisfied?", "Hai long khong?", "a", "yes", "", ""]
CHOICES = [
    ["list_name", "name", f"label::{VI}", f"label::{EN}", "points", "key", "no_opinion", "sms"],
    ["agree", "yes", "Có", "Yes", "", "", "", "Co"],
    ["agree", "no", "Không", "No", "", "", "", "Khong"],
    ["level", "tot", "Tốt", "Good", 5, "", "", "Tot"],
    ["level", "kem", "Kém", "Bad", "1,5", "", "", "Kem"],
    ["level", "khong_biet", "Không ý kiến", "No opinion", "", 9, "yes", ""],
]
SETTINGS = [
    ["form_title", f"heading::{EN}", "form_id", "version", "default_language", "sample"],
    ["MẪU", "SAMPLE", "HTX-NN", "1", VI, "yes"],
]


def path_of(tmp_path: Path, *rows: list[object], **sheets: object) -> Path:
    parts: dict[str, object] = {
        "survey": [SURVEY, CONSENT, *(rows or (LEVEL,))],
        "choices": CHOICES,
        "settings": SETTINGS,
        **sheets,
    }
    return write(tmp_path / "form.xlsx", **parts)  # type: ignore[arg-type]  # rows of any cells


def read(tmp_path: Path, *rows: list[object], **sheets: object) -> Questionnaire:
    return judge(workbooks.read(path_of(tmp_path, *rows, **sheets))).form


def faults(tmp_path: Path, *rows: list[object], **sheets: object) -> list[FileFault]:
    with pytest.raises(FileRefusedError) as refused:
        read(tmp_path, *rows, **sheets)
    return list(refused.value.faults)


def question(**changes: object) -> list[object]:
    fields = ("type", "name", "label", "english", "sms", "section", "scored", "relevant", "constraint")
    return list((dict(zip(fields, LEVEL, strict=True)) | changes).values())


def test_a_form_comes_out_as_it_was_written(tmp_path: Path) -> None:
    form = read(
        tmp_path, LEVEL, question(type="integer", name="n", scored="", relevant="${q1} = 'tot'", constraint=". < 9")
    )
    assert (form.code, form.version, form.sample, form.languages) == ("HTX-NN", "1", True, ("vi", "en"))
    assert dict(form.title) == {"vi": "MẪU", "en": "SAMPLE"}
    consent, rated, number = form.questions
    assert (consent.role, consent.number) == ("consent", None)
    assert (rated.number, rated.section, rated.scored, rated.text["vi"]) == (1, "a", True, "Hai long khong?")
    assert [(c.key, c.points, c.no_opinion) for c in rated.choices] == [
        ("1", Decimal(5), False), ("2", Decimal("1.5"), False), ("9", None, True),
    ]  # fmt: skip
    assert (number.relevant, number.constraint, number.number) == ("${q1} = 'tot'", ". < 9", 2)


def test_groups_give_section_and_condition(tmp_path: Path) -> None:
    outer = question(type="begin group", name="g", section="", scored="", relevant="${consent} = 'yes'")
    inner = question(type="begin_group", name="h", section="", scored="")
    end = ["end group", *[""] * 8]
    inside = question(name="q2", section="", relevant="${q1} = 'tot'")
    form = read(
        tmp_path, LEVEL, outer, inner, inside, end, question(name="q3", section="own"), end, question(name="q4")
    )
    by_name = {q.name: q for q in form.questions}
    assert (by_name["q2"].section, by_name["q3"].section, by_name["q4"].section) == ("h", "own", "a")
    assert by_name["q2"].relevant == "(${consent} = 'yes') and (${q1} = 'tot')"
    assert (by_name["q3"].relevant, by_name["q4"].relevant) == ("${consent} = 'yes'", "")


@pytest.mark.parametrize(
    "kind",
    ["begin repeat", "geopoint", "select_one level or_other", "select_multiple", "text level", "range", "time",
     "select_one", "audio", "select_one_from_file a.csv", "rank level", "dateTime", "image", "hidden", ""],
)  # fmt: skip
def test_other_types_are_refused_with_sheet_and_row(tmp_path: Path, kind: str) -> None:
    found = faults(tmp_path, LEVEL, question(type=kind, name="q2"))
    assert (found[0].code, found[0].sheet, found[0].row) == ("form.type_refused", "survey", 4)
    assert found[0].column == "A (type)"


@pytest.mark.parametrize(
    ("column", "code"),
    [
        ("relevent", "form.column_unknown"), ("choice_filter", "form.choice_filter"),
        ("repeat_count", "form.repeat_count"), ("label::Klingon", "form.language_unknown"),
        ("hint::H'Mông", "form.language_unknown"), ("pionts", "form.column_unknown"),
    ],
)  # fmt: skip
def test_other_columns_are_refused(tmp_path: Path, column: str, code: str) -> None:
    found = faults(tmp_path, survey=[[*SURVEY, column], CONSENT, [*LEVEL, "yes"]])
    assert (code, "survey", 1, "J", column) in [(f.code, f.sheet, f.row, f.column, f.value) for f in found]


ODK_COLUMNS = [
    *("guidance_hint", "appearance", "default", "required_message", f"required_message::{VI}", "parameters"),
    *("read_only", "readonly", "trigger", f"media::image::{VI}", "image", f"image::{EN}", "video", "media::video"),
    *("bind::jr:preload", "body::accuracyThreshold", "instance::odk:x", f"guidance_hint::{EN}", "autoplay"),
]  # fmt: skip


@pytest.mark.parametrize("column", ODK_COLUMNS)
@pytest.mark.parametrize("filled", [True, False])
def test_columns_for_odk_clients_are_accepted_and_said_to_be_unused(tmp_path: Path, column: str, filled: bool) -> None:
    cell = {"default": "tot", "readonly": "no", "read_only": "no", "trigger": "", "parameters": ""}.get(column, "x.png")
    path = path_of(tmp_path, survey=[[*SURVEY, column], CONSENT, [*LEVEL, cell if filled else ""]])
    found = judge(workbooks.read(path))
    assert found.form == read(tmp_path)
    told = [(n.code, n.column, n.value, n.weight) for n in found.notices]
    assert told == ([("form.column_unused", "J", column, "notice")] if filled and cell else [])


def test_metadata_rows_of_odk_clients_are_passed_over(tmp_path: Path) -> None:
    kinds = ("start", "end", "today", "deviceid", "username", "phonenumber", "audit", "email")
    rows = [[kind, kind, *[""] * 7] for kind in kinds]
    found = judge(workbooks.read(path_of(tmp_path, survey=[SURVEY, *rows, CONSENT, LEVEL])))
    assert found.form == read(tmp_path)
    assert [(n.code, n.row, n.value) for n in found.notices] == [
        ("form.metadata", at, kind) for at, kind in enumerate(kinds, 2)
    ]


def test_a_hint_is_kept_apart_from_the_label_and_a_form_without_one_keeps_its_digest(tmp_path: Path) -> None:
    path = path_of(
        tmp_path, survey=[[*SURVEY, "hint::vi", "hint::English"], CONSENT, [*LEVEL, "Một năm qua.", "This year."]]
    )
    found = judge(workbooks.read(path))
    assert found.form.questions[1].hint == {"vi": "Một năm qua.", "en": "This year."}
    assert "hint" not in read(tmp_path).canonical_json()
    assert from_dict(found.form.to_dict()) == found.form
    heard = script_for(found.form, (Ask("q1", 0),), "vi", CallContext(1, "Liên minh")).heard
    assert heard.startswith("Hài lòng không? Một năm qua. Tốt")


@pytest.mark.parametrize(
    "language", ["vi", "Vietnamese", "Tiếng Việt", "Vietnamese (vi)", "TIẾNG VIỆT", "tieng viet", "Vietnam (vi)"]
)
def test_a_language_is_known_by_its_name_or_its_code(tmp_path: Path, language: str) -> None:
    heading = ["type", "name", f"label::{language}"]
    choice = ["list_name", "name", f"label::{language}"]
    settings = [["form_title", "form_id", "version", "default_language"], ["MẪU", "X", "1", language]]
    form = read(
        tmp_path,
        survey=[heading, CONSENT[:3], LEVEL[:3]],
        choices=[choice, *(c[:3] for c in CHOICES[1:])],
        settings=settings,
    )
    assert (form.languages, form.default_language) == (("vi",), "vi")


@pytest.mark.parametrize(
    ("kind", "instead"),
    [
        ("begin repeat", "repeat"), ("begin_repeat", "repeat"), ("end repeat", "repeat"), ("range", "range"),
        ("select_one_from_file a.csv", "file"), ("select_one level or_other", "other"), ("rank level", "rank"),
        ("geopoint", "place"), ("image", "media"), ("barcode", "media"), ("time", "time"), ("dateTime", "time"),
        ("acknowledge", "acknowledge"), ("select_one", "no_list"), ("text level", "argument"), ("hidden", "hidden"),
        ("hocus", "mend"), ("", "mend"),
    ],
)  # fmt: skip
def test_a_refused_type_says_what_to_use_instead(tmp_path: Path, kind: str, instead: str) -> None:
    found = faults(tmp_path, LEVEL, question(type=kind, name="q2"))
    assert found[0].suggestion == f"form.type_refused.{instead}"
    assert len([f for f in found if f.row == 4]) == 1


@pytest.mark.parametrize(("kind", "same"), [("int", "integer"), ("string", "text"), ("select one agree", "select_one")])
def test_other_spellings_of_a_type_are_taken(tmp_path: Path, kind: str, same: str) -> None:
    assert read(tmp_path, question(type=kind, scored="", name="q2")).questions[1].kind == same


def test_all_faults_come_at_once_whoever_finds_them(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        question(type="geopoint", name="where"),  # the reading
        question(name="q2", relevant="${where} != '' and ${q9} = 1"),  # the form's own check
        question(name="q3", relevant="${q2} = 'tot", scored=""),
        question(type="integer", name="n", constraint="regex(., '(?=1)')", scored=""),
        question(name="q4", label=""),
        choices=[*CHOICES, ["level", "vua", "Vừa", "So so", "x", 1, "", ""]],
        survey_extra=[["x"]],
        settings=[[*SETTINGS[0], "hocus"], [*SETTINGS[1], "pocus"]],
    )
    told = {(f.sheet, f.row, f.code) for f in found}
    assert told >= {
        ("settings", 1, "form.column_unknown"),
        ("survey", 3, "form.type_refused"),
        ("survey", 4, "reference_not_earlier"),
        ("survey", 5, "expression_syntax"),
        ("survey", 6, "expression_pattern_looks_around"),
        ("survey", 7, "form.label_missing"),
        ("choices", 7, "form.points_unreadable"),
        ("choices", 7, "form.key_twice"),
    }
    assert [f.params["name"] for f in found if f.code == "reference_not_earlier"] == ["q9"]


def test_pyxform_tells_more_than_its_first_fault(tmp_path: Path) -> None:
    book = workbooks.read(path_of(tmp_path, question(name="a b"), LEVEL, question(name="c d"), question(name="")))
    assert [fault.row for fault in pyxform_faults(book)] == [3, 5, 6]


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"type": "select_one nowhere"}, "form.list_missing", "A (type)"),
        ({"name": "hai long"}, "form.name_unfit", "B (name)"),
        ({"name": "q1"}, "form.name_twice", "B (name)"),
        ({"scored": "maybe"}, "form.yes_no", "G (scored)"),
        ({"type": "select_one agree"}, "form.scored_without_points", "G (scored)"),
        ({"type": "note", "scored": "", "constraint": ". > 1"}, "form.column_unfit", "I (constraint)"),
        ({"label": "Anh nói ${q1}?"}, "form.reference_in_words", f"C (label::{VI})"),
        ({"english": ""}, "form.label_missing", f"C (label::{VI})"),
    ],
)
def test_faults_of_a_row_name_their_cell(tmp_path: Path, changes: dict[str, object], code: str, column: str) -> None:
    found = faults(tmp_path, LEVEL, question(**{"name": "q2", **changes}))
    assert [(f.code, f.sheet, f.row, f.column) for f in found] == [(code, "survey", 4, column)]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["level", "tot", "Tốt", "Good", 5, 4, "", ""], "form.choice_twice"),
        (["level", "vua", "Vừa", "So so", 3, 1, "", ""], "form.key_twice"),
        (["level", "vua", "Vừa", "So so", "ba", 4, "", ""], "form.points_unreadable"),
        (["level", "vua", "Vừa", "So so", "NaN", 4, "", ""], "form.points_unreadable"),
        (["level", "vua", "Vừa", "So so", 3, 0, "", ""], "form.key_unfit"),
        (["level", "vua", "Vừa", "So so", 3, 4, "perhaps", ""], "form.yes_no"),
        (["level", "vua", "Vừa", "", 3, 4, "", ""], "form.label_missing"),
        (["", "vua", "Vừa", "So so", 3, 4, "", ""], "form.choice_incomplete"),
    ],
)
def test_faults_of_a_choice_name_their_row(tmp_path: Path, row: list[object], code: str) -> None:
    found = faults(tmp_path, choices=[*CHOICES, row])
    assert (code, "choices", 7) in [(f.code, f.sheet, f.row) for f in found]


@pytest.mark.parametrize(
    ("relevant", "code"),
    [
        ("${nowhere} = 1", "reference_not_earlier"),
        ("${q1} = 'tot", "expression_syntax"),
        ("${q2} = 'tot'", "reference_not_earlier"),
        ("today() > 1", "relevant_uses_today"),
        ("now() > 1", "expression_function"),
        ("uuid() = 'a'", "expression_function"),
    ],
)
def test_bad_conditions_are_found_before_anybody_is_asked(tmp_path: Path, relevant: str, code: str) -> None:
    found = faults(tmp_path, LEVEL, question(name="q2", relevant=relevant))
    assert found[0].row == 4
    assert found[0].sheet == "survey"
    assert found[0].code in (code, "form.pyxform")


def test_the_forms_own_checks_name_the_row(tmp_path: Path) -> None:
    found = faults(tmp_path, survey=[SURVEY, LEVEL, CONSENT])
    assert [(f.code, f.sheet, f.row) for f in found] == [("consent_not_first", "survey", 3)]


@pytest.mark.parametrize("missing", ["survey", "choices", "settings"])
def test_a_missing_sheet_is_named(tmp_path: Path, missing: str) -> None:
    found = faults(tmp_path, **{missing: []})
    assert ("form.sheet_missing", missing) in [(f.code, f.params.get("sheet")) for f in found]


def test_settings_that_must_be_there(tmp_path: Path) -> None:
    found = faults(tmp_path, settings=[SETTINGS[0], ["MẪU", "", "", "", VI, ""]])
    assert [(f.code, f.params["name"]) for f in found] == [
        ("form.setting_missing", "form_id"), ("form.setting_missing", "version"),
    ]  # fmt: skip


def test_an_open_group_is_refused(tmp_path: Path) -> None:
    found = faults(tmp_path, question(type="begin group", name="g", section="", scored=""), LEVEL)
    assert [(f.code, f.row) for f in found] == [("form.group_open", 3)]


def test_groups_nested_a_thousand_deep_are_a_fault_and_no_failure_of_ours(tmp_path: Path) -> None:
    begins = [["begin_group", f"g{n}", "G"] for n in range(1200)]
    groups = [*begins, ["select_one yn", "q", "Q"], *[["end_group"]] * 1200]
    choices = [["list_name", "name", "label"], ["yn", "1", "Có"], ["yn", "0", "Không"]]
    form = {"survey": [["type", "name", "label"], *groups], "choices": choices}
    path = write(tmp_path / "deep.xlsx", **form, settings=[["form_id", "version"], ["f1", "1"]])
    assert "form.pyxform" in {fault.code for fault in pyxform_faults(workbooks.read(path))}
    with pytest.raises(FileRefusedError):
        judge(workbooks.read(path))


def test_sheets_of_odk_that_alo_does_not_run_are_refused(tmp_path: Path) -> None:
    assert [f.code for f in faults(tmp_path, entities=[["list_name"], ["x"]])] == ["form.sheet_refused"]


def test_several_faults_come_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, question(type="text"), question(name="q 2"), question(name="q3", scored="?"))
    assert [f.row for f in found] == [3, 4, 5]


@pytest.mark.parametrize(
    ("sheet", "rows", "letter"), [("choices", CHOICES, "I"), ("settings", SETTINGS, "G")], ids=["choices", "settings"]
)
def test_refused_columns_of_the_other_sheets_are_named_too(
    tmp_path: Path, sheet: str, rows: list[list[object]], letter: str
) -> None:
    wider = [[*rows[0], "hocus"], *([*row, "x"] for row in rows[1:])]
    with pytest.raises(FileRefusedError) as refused:
        judge(workbooks.read(path_of(tmp_path, **{sheet: wider})))
    fault = refused.value.faults[0]
    assert (fault.code, fault.sheet, fault.row, fault.column, fault.value) == (
        "form.column_unknown", sheet, 1, letter, "hocus",
    )  # fmt: skip


WIDE = [*SURVEY, "required", "calculation", "weight", f"media::audio::{VI}"]


def wide(**changes: object) -> list[object]:
    """A row of a sheet that has every column."""
    return list((dict.fromkeys(WIDE, "") | dict(zip(SURVEY, LEVEL, strict=True)) | changes).values())


def row(kind: str, name: str, **changes: object) -> list[object]:
    """An unscored row of `kind`."""
    return wide(**{"type": kind, "name": name, "scored": "", "section": "", **changes})


def read_wide(tmp_path: Path, *rows: list[object]) -> Questionnaire:
    return read(tmp_path, survey=[WIDE, [*CONSENT, "", "", "", "dong_y.mp3"], *rows])


def test_every_kind_comes_out_as_it_was_written(tmp_path: Path) -> None:
    form = read_wide(
        tmp_path,
        wide(required="yes", weight="1,5"),
        row("select_multiple level", "many", required="yes"),
        row("decimal", "income", constraint=". > 0.5"),
        row("date", "founded", constraint=". <= today()"),
        row("text", "wish", required="no"),
        row("calculate", "double", calculation="${income} * 2"),
    )
    consent, level, many, income, founded, wish, double = form.questions
    assert [q.kind for q in form.questions[2:]] == ["select_multiple", "decimal", "date", "text", "calculate"]
    assert (level.weight, many.weight) == (Decimal("1.5"), 1)
    assert [q.required for q in form.questions] == [True, True, True, False, False, False, True]
    assert (double.calculation, double.number, wish.number) == ("${income} * 2", None, 5)
    assert (consent.audio, level.audio) == ({"vi": "dong_y.mp3"}, {})
    assert (income.constraint, founded.constraint) == (". > 0.5", ". <= today()")


def test_without_the_column_required_every_answer_is_wanted(tmp_path: Path) -> None:
    assert all(q.required for q in read(tmp_path, LEVEL).questions)


def test_weights_of_groups_multiply(tmp_path: Path) -> None:
    group = row("begin group", "g", weight="2")
    form = read_wide(tmp_path, group, wide(name="q2", weight="1.5"), row("integer", "n"), row("end group", ""))
    assert [(q.name, q.weight) for q in form.questions[1:]] == [("q2", Decimal(3)), ("n", Decimal(1))]


@pytest.mark.parametrize(
    ("faulty", "code", "column"),
    [
        (wide(weight="0"), "form.weight_unfit", "L (weight)"),
        (wide(weight="nhiều"), "form.weight_unfit", "L (weight)"),
        (row("integer", "n", weight="2"), "form.weight_unscored", "L (weight)"),
        (row("text", "n", required="maybe"), "form.yes_no", "J (required)"),
        (row("integer", "n", **{f"media::audio::{VI}": "../n.mp3"}), "form.audio_unfit", f"M (media::audio::{VI})"),
        (row("integer", "n", **{f"media::audio::{VI}": "n.exe"}), "form.audio_unfit", f"M (media::audio::{VI})"),
        (row("note", "n", constraint=". > 1"), "form.column_unfit", "I (constraint)"),
        (row("calculate", "n", calculation="1", required="yes"), "form.column_unfit", "J (required)"),
    ],
)
def test_faults_of_the_further_columns_name_their_cell(
    tmp_path: Path, faulty: list[object], code: str, column: str
) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read_wide(tmp_path, faulty)
    assert [(f.code, f.row, f.column) for f in refused.value.faults] == [(code, 3, column)]


@pytest.mark.parametrize(
    ("faulty", "code"),
    [
        (row("integer", "n", calculation="1 + 1"), "calculation_misplaced"),
        (row("calculate", "n", calculation="pulldata('a', 'b', 'c', 'd')"), "expression_function"),
        (row("calculate", "n", calculation="random()"), "expression_function"),
        (row("calculate", "n", calculation=". + 1"), "relevant_uses_itself"),
        (wide(type="select_multiple level"), "scored_unfit"),
        (row("date", "n", constraint="format-date(., '%Y') > 2000"), "expression_function"),
    ],
)
def test_faults_of_expressions_and_kinds_name_sheet_and_row(tmp_path: Path, faulty: list[object], code: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read_wide(tmp_path, row("integer", "first"), faulty)
    assert (refused.value.faults[0].sheet, refused.value.faults[0].row) == ("survey", 4)
    assert refused.value.faults[0].code in (code, "form.pyxform")


@pytest.mark.parametrize(("many", "found"), [(12, set()), (99, set()), (100, {"form.key_unfit"})])
def test_a_list_may_have_as_many_choices_as_two_figures_number(tmp_path: Path, many: int, found: set[str]) -> None:
    villages = [["village", f"v{n}", f"Thôn {n}", f"Village {n}", "", "", "", ""] for n in range(1, many + 1)]
    asked = question(type="select_one village", name="village", scored="")
    path = path_of(tmp_path, LEVEL, asked, choices=[*CHOICES, *villages])
    if found:
        with pytest.raises(FileRefusedError) as refused:
            judge(workbooks.read(path))
        assert {fault.code for fault in refused.value.faults} >= found
    else:
        assert [c.key for c in judge(workbooks.read(path)).form.questions[-1].choices] == [
            str(n) for n in range(1, many + 1)
        ]


def test_notices_of_the_form_get_the_row_of_their_question(tmp_path: Path) -> None:
    alike = [["level", "TOT", "Tuyệt vời", "Excellent", 4, 4, "", "Tuyet voi"]]
    found = judge(workbooks.read(path_of(tmp_path, LEVEL, choices=[*CHOICES, *alike])))
    placed = found.placed(readiness(found.form).notices)
    assert ("form.values_alike", "survey", 3) in [(n.code, n.sheet, n.row) for n in placed]


def test_several_of_more_choices_than_keys_are_refused(tmp_path: Path) -> None:
    villages = [["village", f"v{n}", f"Thôn {n}", f"Village {n}", "", "", "", ""] for n in range(1, 11)]
    asked = question(type="select_multiple village", name="village", scored="")
    found = faults(tmp_path, LEVEL, asked, choices=[*CHOICES, *villages])
    assert ("choices_too_many", 4) in [(f.code, f.row) for f in found]
