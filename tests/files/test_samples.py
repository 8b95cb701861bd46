"""The samples are what their script writes, can be asked, fit into one text each, and are marked as samples."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyxform.validators.odk_validate import ODKValidateError
from pyxform.xls2xform import convert

from demo.samples.make_samples import QUESTIONNAIRES, samples
from files.lists import read_registry
from files.readiness import readiness
from files.xlsform import read_form
from sms.encoding import measure, plain
from sms.texting import TextContext, compose
from survey.engine.effects import Ask, Echo, Welcome
from survey.form.kinds import KINDS
from survey.form.questionnaire import Questionnaire
from tests.files.workbooks import write

CODES = ("HTX-NN", "HTX-PNN", "QTD")
REPORT = "BC-THANG"


@pytest.fixture(scope="module", params=CODES)
def form(request: pytest.FixtureRequest) -> Questionnaire:
    return read_form(QUESTIONNAIRES / f"{request.param}.xlsx")


@pytest.mark.parametrize("name", sorted(samples()))
def test_the_script_writes_the_samples_again_byte_for_byte(name: str) -> None:
    assert samples()[name] == (QUESTIONNAIRES / name).read_bytes()


def test_every_sample_is_committed() -> None:
    assert {path.name for path in QUESTIONNAIRES.glob("*.xlsx")} == set(samples())


def test_a_form_has_the_shape_it_should(form: Questionnaire) -> None:
    scored = [q for q in form.questions if q.scored]
    assert 14 <= len(scored) <= 20
    assert form.languages == ("vi", "en")
    assert form.questions[0].role == "consent"
    assert sum(bool(q.relevant) for q in form.questions) == 2
    assert any(q.kind == "integer" for q in form.questions)
    for question in scored:
        assert [c.points for c in question.choices] == [5, 3, 1, None]
        assert question.choices[-1].no_opinion
        assert question.section


@pytest.mark.parametrize("code", [*CODES, REPORT])
def test_pyxform_makes_an_xform_of_each_sample(code: str) -> None:
    made = convert(str(QUESTIONNAIRES / f"{code}.xlsx"), form_name="data")
    root = ElementTree.fromstring(made.xform)
    binds = {bind.get("nodeset", "").rpartition("/")[2] for bind in root.iter("{http://www.w3.org/2002/xforms}bind")}
    assert {q.name for q in read_form(QUESTIONNAIRES / f"{code}.xlsx").questions} <= binds


@pytest.mark.skipif(shutil.which("java") is None, reason="no java: apt install default-jre-headless")
@pytest.mark.parametrize("code", [*CODES, REPORT])
def test_odk_validate_accepts_each_sample(code: str) -> None:
    """JavaRosa, the engine of ODK Collect, loads the form and works out its expressions; it raises what it refuses."""
    assert convert(str(QUESTIONNAIRES / f"{code}.xlsx"), form_name="data", validate=True).xform


@pytest.mark.skipif(shutil.which("java") is None, reason="no java: apt install default-jre-headless")
def test_odk_validate_can_refuse(tmp_path: Path) -> None:
    rows = [["type", "name", "label", "relevant"], ["integer", "n", "N?", ""], ["note", "m", "M", "nowhere(${n}) = 1"]]
    path = write(tmp_path / "bad.xlsx", survey=rows, settings=[["form_title", "form_id"], ["x", "x"]])
    with pytest.raises(ODKValidateError):
        convert(str(path), form_name="data", validate=True)


def test_the_report_has_a_question_of_every_kind() -> None:
    form = read_form(QUESTIONNAIRES / f"{REPORT}.xlsx")
    assert form.sample
    assert {q.kind for q in form.questions} == set(KINDS) - {"note"}
    assert {q.required for q in form.questions} == {True, False}
    assert {q.name: q.weight for q in form.questions if q.scored} == {"ho_tro": 2, "thu_tuc": 1}
    assert form.question("hoat_dong") is not None
    assert any(q.audio for q in form.questions)
    assert "MẪU" in form.title["vi"]
    assert "SAMPLE" in form.title["en"]
    assert {n.code for n in readiness(form).notices} == {"form.not_in_calls"}


def test_a_form_says_it_is_a_sample(form: Questionnaire) -> None:
    assert form.sample
    assert "MẪU" in form.title["vi"]
    assert "SAMPLE" in form.title["en"]
    assert "mau" in form.version
    consent = form.questions[0]
    assert "MẪU" in consent.label["vi"]
    assert "MAU" in consent.text["vi"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_question_fits_one_plain_text_with_number_and_options(form: Questionnaire, language: str) -> None:
    for question in form.questions:
        if question.number is None:
            continue
        options = " ".join(f"{c.key} {c.text[language]}" for c in question.choices)
        body = f"C{question.number}: {question.text[language]} {options}".strip()
        assert re.fullmatch(r"[\x20-\x7e]+", body), body
        size = measure(body)
        assert (size.encoding, size.segments) == ("gsm7", 1), (size, body)


@pytest.mark.parametrize("code", [*CODES, REPORT])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_question_leaves_as_one_text_even_after_an_echo(code: str, language: str) -> None:
    form = read_form(QUESTIONNAIRES / f"{code}.xlsx")
    context = TextContext(office="LMHTX tinh Mau", contact="02043888999")
    asked = [q for q in form.questions if q.asked]
    for before, question in zip([None, *asked], asked, strict=False):
        opening = [Welcome()] if before is None else []
        echo = [Echo(before.name, before.choices[0].value)] if before and before.choices else []
        texts = compose(form, [*opening, *echo, Ask(question.name, 1)], language, context)
        assert [text.segments for text in texts] == [1], texts


@pytest.mark.parametrize(
    "office",
    [
        "Liên minh HTX tỉnh Bắc Ninh",
        "Liên minh Hợp tác xã tỉnh Tuyên Quang",
        "Liên minh Hợp tác xã thành phố Hồ Chí Minh",
        "Liên minh Hợp tác xã Việt Nam",
    ],
)
def test_the_invitation_is_one_segment_whatever_the_office_is_called(form: Questionnaire, office: str) -> None:
    (text,) = compose(form, (Welcome(), Ask("consent", 1)), "vi", TextContext(office, "0204 3 888 999"))
    assert text.segments == 1
    for told in (plain(office), "cau", "0204 3 888 999", "Thoi nhan tin: TC", "1=Co, 2=Khong"):
        assert told in text.body


def test_the_village_has_forty_organisations_and_three_rows_with_known_faults() -> None:
    found = read_registry(QUESTIONNAIRES / "sample-village.xlsx")
    assert (found.rows, len(found.organisations)) == (43, 40)
    refused = [(f.row, f.code) for f in found.faults if f.weight == "refused"]
    assert refused == [
        (14, "list.kind_unknown"),
        (25, "list.member_unknown"),
        (25, "phone.too_short"),
        (46, "list.duplicate"),
    ]
    assert {o.commune for o in found.organisations} == {"Xã Mẫu Thượng", "Xã Mẫu Hạ"}
    kinds = {(o.kind, o.sector) for o in found.organisations}
    assert kinds == {("HTX", "NN"), ("HTX", "PNN"), ("QTD", "")}
    assert {o.is_member for o in found.organisations} == {True, False}


def test_the_village_has_forty_phones_of_its_own_in_every_shape() -> None:
    found = read_registry(QUESTIONNAIRES / "sample-village.xlsx")
    first = [o.phones[0] for o in found.organisations]
    assert len({phone.e164 for phone in first}) == 40
    assert {phone.kind for phone in first} == {"mobile"}
    assert any("old_format" in phone.flags for phone in first)
    assert any("no_leading_zero" in phone.flags for phone in first)
    assert any(len(o.phones) == 2 and o.phones[1].kind == "landline" for o in found.organisations)
    assert all(re.fullmatch(r"\+84(90|70)00000\d\d", phone.e164) for phone in first)


def test_samples_lie_where_the_script_says() -> None:
    assert Path("questionnaires").resolve() == QUESTIONNAIRES.resolve()
