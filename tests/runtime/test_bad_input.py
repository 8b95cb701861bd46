"""Bad input as a user meets it: `alo` as a process of its own says what, where and how to mend, and changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from cli.main import alo
from demo.samples.make_samples import QUESTIONNAIRES
from services.work import Work
from store.tables import metadata
from store.unit_of_work import Database
from tests.doubles import KEYS
from tests.files.workbooks import write
from tests.house.source import ROOT
from tests.services.world import build

VILLAGE = str(QUESTIONNAIRES / "sample-village.xlsx")
NOBODY = "00000000-0000-0000-0000-000000000001"
HEADS = "Tên đăng nhập,Tên tổ chức,Loại,Loại hình,Phường/Xã,Là thành viên"
SENDER = ("sender", "add", "n", "--carrier", "twilio", "--medium", "text")


@dataclass(frozen=True)
class Bad:
    """A command line ("@name" is a file of `files`), the exit code, and what must be said in each language."""

    line: str
    vi: str
    en: str
    code: int = 1
    env: Mapping[str, str] = field(default_factory=dict)
    more: Sequence[str] = ()


NO_SERVER = {"DATABASE_URL": "postgresql://alo_machine:x@127.0.0.1:1/alo"}
TABLE = [
    # lists
    Bad("import @missing.xlsx --office QB", "Không mở được tệp “missing.xlsx”", "cannot be opened. Check the path"),
    Bad("import @picture.png --office QB", "“picture.png” không phải bảng tính. Chỉ nhận", "is no spreadsheet. Only"),
    Bad("import @corrupt.xlsx --office QB", "bị hỏng, không đọc được. Hãy mở bằng Excel", "is damaged"),
    Bad("import @empty.csv --office QB", "không có dòng nào. Hãy kiểm tra", "has no rows. Check"),
    Bad("import @heads.csv --office QB", "chỉ có dòng tiêu đề, không có tổ chức nào. Hãy", "no row under them. Write"),
    Bad("import @words.txt --office QB", "Không tìm thấy dòng tiêu đề", "No header row"),
    Bad("import @village --office nowhere", "Không có cơ quan “nowhere”. Hãy xem `alo office list`", "See `alo office"),
    Bad("import @village", "Dùng: alo import DANH-SÁCH --office MÃ", "Usage: alo import LIST --office CODE"),
    Bad("import --undo abc", "--undo không dùng được; cần: mã đầy đủ", "wanted: a whole id", code=2),
    Bad(f"import --undo {NOBODY}", "Không có lần nhập danh sách nào mã", "There is no import"),
    # online answers
    Bad("import --online @missing.xlsx --round 2026", "Không mở được tệp", "cannot be opened"),
    Bad("import --online @village --round none", "Không có đợt “none”", "There is no round “none”"),
    Bad("import --online @online.csv --round 2026", "[CSV, dòng 2] Tổ chức này trả lời phiếu TEST", "[CSV, row 2]"),
    Bad("import --online @headsonline.csv --round 2026", "chỉ có dòng tiêu đề", "no row under them"),
    # questionnaires
    Bad("questionnaire check @missing.xlsx", "Không mở được tệp", "cannot be opened"),
    Bad("questionnaire publish @faulty.xlsx", "[survey, dòng 2", "[survey, row 2"),
    Bad("questionnaire publish @village", "Thiếu trang “survey”", "“survey”"),
    Bad("questionnaire show XX", "Không có bảng hỏi “XX”", "There is no questionnaire “XX”"),
    # rounds, campaigns, scores
    Bad("round show none", "Không có đợt “none”. Hãy xem `alo round list`", "See `alo round list`"),
    Bad("round settings 2026 --file @words.txt", "“words.txt” không phải JSON (dòng 1)", "is no JSON (line 1)"),
    Bad("round settings 2026 --file @none.json", "cần: một tệp có thật và đọc được", "a file that is there", code=2),
    Bad(f"campaign launch {NOBODY} --confirm 3", f"Không có đợt nhắc “{NOBODY}”", "alo campaign list"),
    Bad("campaign launch x --confirm ba", "--confirm không dùng được; cần: một số", "wanted: a number", code=2),
    Bad("campaign preview none", "Không có đợt khảo sát “none”", "There is no round “none”"),
    Bad("campaign preview 2026 --office zz", "Không có cơ quan “zz”", "There is no office “zz”"),
    Bad("campaign preview 2026 --office QB --only-office zz", "Không có cơ quan “zz”", "There is no office “zz”"),
    Bad("campaign preview 2026 --office QB --kind zz", "cần: HTX, QTD, LHHTX, THT", "wanted: HTX, QTD", code=2),
    Bad("campaign preview 2026 --spread-days 99", "cần: một số từ 0 đến 60", "a number from 0 to 60", code=2),
    Bad("campaign preview 2026 --office QB --codes-file @picture.png", "không phải văn bản UTF-8", "is no UTF-8 text"),
    Bad(f"campaign contacts {NOBODY}", "Không có đợt nhắc", "alo campaign list"),
    Bad("campaign list none", "Không có đợt “none”", "There is no round “none”"),
    Bad("score none", "Không có đợt khảo sát “none”", "There is no round “none”"),
    Bad("score 2026 --office zz", "Không có cơ quan “zz”", "There is no office “zz”"),
    # offices, senders, staff
    Bad("office add qb --area 24 --contact-number 02043888999 --name", "chưa có tên", "has no name", more=(" ",)),
    Bad("sender pace texts --rate abc", "--rate không dùng được; cần: một số", "wanted: a number", code=2),
    Bad("sender pace texts --rate nan", "cần: một số", "wanted: a number", code=2),
    Bad(
        " ".join((*SENDER, "--address abc# --credentials twilio --api-base-url https://x.vn")),
        "“abc#” không dùng làm đầu số được",
        "“abc#” cannot be a sender",
    ),
    Bad(
        " ".join((*SENDER, "--address +842471000099 --credentials none --api-base-url https://x.vn")),
        "Không có nhóm thiết lập “none”. Dùng một trong: twilio, kannel",
        "Use one of: twilio",
    ),
    Bad(
        " ".join((*SENDER, "--address +842471000099 --credentials twilio --api-base-url x")),
        "“x” không phải địa chỉ API",
        "“x” is no address",
    ),
    Bad("staff invite nobody --office QB", "không phải địa chỉ email. Ví dụ", "“nobody”"),
    # the line itself, and what is around it
    Bad("nothing", "Không có lệnh “nothing”. Xem `alo --help`", "There is no command “nothing”", code=2),
    Bad("round list --bad", "Không có tuỳ chọn --bad", "There is no option --bad", code=2),
    Bad("score 2026 again", "Thừa trên dòng lệnh: again", "Too much on the line: again", code=2),
    Bad("round list", "Không kết nối được cơ sở dữ liệu", "The database cannot be reached", env=NO_SERVER),
    Bad("round list", "Alo chưa chạy. Hãy chạy `make up`", "Alo is not running", env={"DATABASE_URL": ""}),
    Bad("round list", "Hãy chạy `make migrate`", "Run `make migrate`", env={"DATABASE_URL": "@unmigrated"}),
]


def held(owner: Database) -> dict[str, Any]:
    """What the database holds, but for the record that a file was tried (report, audit) and with which keys."""
    with owner.transaction() as conn:
        return {
            name: conn.execute(sa.select(table).order_by(*table.primary_key.columns)).all()
            for name, table in metadata.tables.items()
            if name not in ("audit", "audit_chain", "imports", "key_fingerprints")
        }


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Files that cannot be used, each in its own way."""
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(200)))
    (tmp_path / "corrupt.xlsx").write_bytes(Path(VILLAGE).read_bytes()[:2000])
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "heads.csv").write_text(f"{HEADS}\n")
    (tmp_path / "words.txt").write_text("xin chào\n")
    (tmp_path / "online.csv").write_text("Mã tổ chức,Trạng thái,Phiếu\nDX001,Đã trả lời,XYZ-9\n")
    (tmp_path / "headsonline.csv").write_text("Mã tổ chức,Trạng thái,Phiếu\n")
    survey = [["type", "name", "label::Tiếng Việt (vi)"], ["geopoint", "where", "Ở đâu?"]]
    settings = [["form_title", "form_id", "version"], ["Thử", "THU", "1"]]
    write(tmp_path / "faulty.xlsx", survey=survey, choices=[["list_name", "name", "label"]], settings=settings)
    return tmp_path


@pytest.fixture
def run(work: Work, database_url: str, servers: Mapping[str, str], files: Path) -> Callable[[Bad, str], str]:
    """Runs one line in one language, in a process of its own; what is wrong with how it ended, "" if nothing."""
    build(work)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ALO_", "DATABASE_", "BROKER_", "TWILIO_"))}
    ours = {name.upper(): value for name, value in KEYS.items()}
    home = {"DATABASE_URL": database_url, "ALO_DATA_DIR": str(files / "data")}
    empty = sa.make_url(servers["alo_machine"]).set(database="postgres").render_as_string(hide_password=False)

    def call(bad: Bad, lang: str) -> str:
        env = {**ours, **home, **{name: empty if value == "@unmigrated" else value for name, value in bad.env.items()}}
        words = [VILLAGE if w == "@village" else str(files / w[1:]) if w[0] == "@" else w for w in bad.line.split()]
        argv = [*words, *bad.more, "--lang", lang]
        code, said = _process(argv, {**kept, **env}) if lang == "vi" else _here(argv, env)
        good = code == bad.code and (bad.vi if lang == "vi" else bad.en) in said
        return "" if good and "Traceback" not in said else f"{lang} {bad.line}: {code}\n{said}"

    return call


def _process(argv: list[str], env: Mapping[str, str]) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, "-m", "cli.main", *argv],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr


def _here(argv: list[str], env: Mapping[str, str]) -> tuple[int, str]:
    ended = CliRunner().invoke(alo, argv, env=env)
    return ended.exit_code, ended.output + ("" if isinstance(ended.exception, SystemExit | None) else "Traceback")


@pytest.mark.system  # a process for each line
@pytest.mark.timeout(600)
def test_every_line_of_the_table_is_refused_in_words_and_changes_nothing(
    run: Callable[[Bad, str], str], owner: Database
) -> None:
    before = held(owner)
    with ThreadPoolExecutor(2) as pool:
        wrong = [*pool.map(lambda bad: run(bad, "vi"), TABLE)]
    assert not any(wrong), "\n".join(wrong)
    assert held(owner) == before


def test_the_same_in_english(run: Callable[[Bad, str], str], owner: Database) -> None:
    before = held(owner)
    wrong = [run(bad, "en") for bad in TABLE]
    assert not any(wrong), "\n".join(wrong)
    assert held(owner) == before
