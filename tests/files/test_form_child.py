"""A foreign form is parsed, judged and shown to pyxform in a limited child; our own process takes its words only."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from files import workbooks, xlsform
from files.faults import FileRefusedError
from files.workbooks import ChildLimits
from tests.files.test_xlsform import CHOICES, LEVEL, path_of, question

pytestmark = pytest.mark.usefixtures("real_child")
SAMPLE = Path("questionnaires/HTX-NN.xlsx")
FEW = ChildLimits(memory_mb=768, cpu_s=8, wall_s=120, output_mb=2)


def codes(path: Path, limits: ChildLimits = FEW) -> set[str]:
    with pytest.raises(FileRefusedError) as refused:
        xlsform.read_file(path, limits)
    return {fault.code for fault in refused.value.faults}


def test_a_form_through_the_child_is_the_form_with_its_notices_and_rows() -> None:
    there, here = xlsform.read_file(SAMPLE), xlsform.judge(workbooks.read(SAMPLE))
    assert (there.form.to_dict(), there.notices, there.rows) == (here.form.to_dict(), here.notices, dict(here.rows))


def test_our_own_process_never_loads_what_judges_a_form() -> None:
    code = (
        "import sys; from pathlib import Path; from files import xlsform;"
        f"xlsform.read_form(Path({str(SAMPLE)!r}));"
        "print([m for m in ('pyxform', 'python_calamine') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "limits",
    [ChildLimits(memory_mb=16), ChildLimits(cpu_s=0), ChildLimits(wall_s=0.01), ChildLimits(output_mb=0)],
    ids=["memory", "processor", "time", "words"],
)
def test_a_form_that_takes_too_much_is_refused_in_words(limits: ChildLimits) -> None:
    assert codes(SAMPLE, limits) <= {"file.too_heavy", "file.corrupt"}


def laughing(tmp_path: Path) -> Path:
    """A form whose shared strings are a billion laughs."""
    made, path = path_of(tmp_path), tmp_path / "laughing.xlsx"
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/sharedStrings.xml":
                head, _, rest = data.partition(b"<sst")
                data = head + f"<!DOCTYPE sst [{entities}]>".encode() + b"<sst" + rest.replace(b">type<", b">&a11;<")
            target.writestr(name, data)
    return path


def groups(count: int) -> list[list[object]]:
    opened = [question(type="begin group", name=f"g{n}", section="", scored="") for n in range(count)]
    return [*opened, LEVEL, *([["end group"]] * count)]


def options(count: int) -> list[list[object]]:
    return [*CHOICES, *(["level", f"v{n}", f"Mức {n}", f"Level {n}", "", "", "", ""] for n in range(count))]


HOSTILE: dict[str, Callable[[Path], Path]] = {
    "a billion laughs": laughing,
    "groups in groups": lambda at: path_of(at, *groups(1200)),
    "options by the thousand": lambda at: path_of(at, choices=options(4000)),
    "brackets in brackets": lambda at: path_of(at, question(relevant="(" * 9000 + "1" + ")" * 9000)),
    "not not not": lambda at: path_of(at, question(relevant="not(" * 6000 + "1" + ")" * 6000)),
    "in a circle": lambda at: path_of(
        at, question(name="a", relevant="${b} = 'tot'"), question(name="b", relevant="${a} = 'tot'")
    ),
    "a pattern of patterns": lambda at: path_of(
        at, question(type="text", name="t", scored="", constraint="regex(., '(((a{1,1000}){1,1000}){1,1000})')")
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_form_made_to_hurt_is_refused_in_words(tmp_path: Path, name: str) -> None:
    assert not codes(HOSTILE[name](tmp_path)) & {"file.too_heavy"}


def test_repeated_options_are_found_in_time_of_their_number(tmp_path: Path) -> None:
    """Each option was compared with all before it: fifty thousand took minutes."""
    rows = [*CHOICES, *(["level", f"v{n}", f"Mức {n}", f"Level {n}", "", "", "", ""] for n in range(2000)), CHOICES[3]]
    with pytest.raises(FileRefusedError) as refused:
        xlsform.judge(workbooks.read(path_of(tmp_path, choices=rows)))
    assert [f.row for f in refused.value.faults if f.code == "form.choice_twice"] == [len(rows)]
