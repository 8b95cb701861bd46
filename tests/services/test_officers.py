"""Officers and their communes: given, taken, asked for by campaigns and by the work list."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from cli.main import alo
from cli.session import Session
from contact.staff_roles import StaffRole
from contact.tasks import TaskKind
from services import tasks
from services.campaign import campaigns
from services.campaign.preview import preview
from services.keys.sealed_columns import opened
from services.refusal import Refusal
from services.results.cards import export_cards
from services.results.exports import ExportOrder
from services.staff import accounts as staff
from services.staff import area_officers as officers
from services.staff import work_list
from services.work import Work
from store.tables.interviews import interviews
from store.tables.registry import organisations
from store.tables.staff import audit
from store.tables.staff import staff as staff_table
from tests.services.test_ring_in import set_ring_in
from tests.services.world import World, build

ACTOR, LAN, MINH = "cli:test", "lan@qb.example", "minh@qb.example"


@pytest.fixture
def world(work: Work) -> World:
    """Three organisations in two communes, two officers."""
    world = build(work)
    for n in (2, 3):
        world.add_organisation(f"DX{n:03d}", f"+8490100000{n}")
    with work.database.transaction() as conn:
        for table in (interviews, organisations):
            conn.execute(sa.update(table).values(commune="Xã Đông"))
        third = sa.select(organisations.c.id).where(organisations.c.registry_code == "DX003")
        conn.execute(sa.update(organisations).where(organisations.c.id.in_(third)).values(commune="Xã Tây"))
        conn.execute(sa.update(interviews).where(interviews.c.organisation_id.in_(third)).values(commune="Xã Tây"))
    for email in (LAN, MINH):
        staff.invite(work, email, "QB", StaffRole.OFFICE, "", ACTOR)
    return world


def contacted(world: World, officer: str) -> int:
    draft = campaigns.draft(world.work, "2026", "QB", ACTOR, audience={"officer": [officer]})
    return preview(world.work, draft).contacted


def test_a_campaign_may_be_for_one_officers_communes(world: World) -> None:
    assert contacted(world, LAN) == 0
    assert officers.look_after(world.work, LAN, ["Xã Đông"], ACTOR) == 1
    officers.look_after(world.work, MINH, ["Xã Tây"], ACTOR)
    assert (contacted(world, LAN), contacted(world, MINH)) == (2, 1)


def test_a_commune_has_one_officer(world: World) -> None:
    officers.look_after(world.work, LAN, ["Xã Đông", "Xã Tây"], ACTOR)
    officers.look_after(world.work, MINH, ["Xã Tây"], ACTOR)
    assert officers.communes_of(world.work) == {LAN: ["Xã Đông"], MINH: ["Xã Tây"]}
    assert officers.let_go(world.work, LAN, [], ACTOR) == 1
    assert officers.communes_of(world.work) == {MINH: ["Xã Tây"]}


def test_the_work_list_of_one_officer(world: World) -> None:
    officers.look_after(world.work, MINH, ["Xã Tây"], ACTOR)
    with world.work.database.transaction() as conn:
        for n, interview in enumerate(world.interviews):
            tasks.open_task(
                world.work,
                conn,
                kind=TaskKind.PERSON_WANTED,
                cause=f"cause {n}",
                office_id=world.office_id,
                interview_id=interview,
            )
    assert [task.registry_code for task in work_list.list_tasks(world.work, officer=MINH)] == ["DX003"]
    assert len(work_list.list_tasks(world.work)) == 3


def test_what_cannot_be_is_refused_and_changes_nothing(world: World) -> None:
    with pytest.raises(Refusal, match=r"officer\.commune_unknown"):
        officers.look_after(world.work, LAN, ["Xã Đông", "Xã Bắc"], ACTOR)
    assert officers.communes_of(world.work) == {}
    for ask in (
        lambda: officers.look_after(world.work, "x@y.example", [], ACTOR),
        lambda: contacted(world, "x@y.example"),
        lambda: work_list.list_tasks(world.work, officer="x@y.example"),
    ):
        with pytest.raises(Refusal, match=r"staff\.unknown"):
            ask()


def test_a_card_names_who_looks_after_the_commune_and_their_number(world: World, tmp_path: Path) -> None:
    officers.look_after(world.work, LAN, ["Xã Đông"], ACTOR)
    with world.work.database.transaction() as conn:
        lan = sa.update(staff_table).where(staff_table.c.email == LAN)
        lan_id = conn.scalar(sa.select(staff_table.c.id).where(staff_table.c.email == LAN))
        assert lan_id
        number = world.work.vault.seal("+84912345678", "staff.phone", lan_id)
        conn.execute(lan.values(name="Nguyễn Thị Lan", phone=number))

    def printed(name: str, *whom: str) -> list[str]:
        order = ExportOrder("2026", "cards", "html", tmp_path / f"{name}.html", ACTOR, "để phát", "QB")
        export_cards(world.work, order, *whom)
        return re.findall(r"Hỏi cán bộ <b>([^<]+)</b>, điện thoại <b>([^<]+)</b>", order.out.read_text("utf-8"))

    office = ("Liên minh HTX tỉnh", "02323 822 222")
    assert printed("own", "", "") == [("Nguyễn Thị Lan", "0912 345 678")] * 2 + [office]
    assert printed("given", "Ông Tư", "") == [("Ông Tư", office[1])] * 3, "nobody else's number beside a name"


def test_a_card_promises_a_free_ring_back_only_where_the_round_gives_one(world: World, tmp_path: Path) -> None:
    def card(name: str) -> str:
        order = ExportOrder("2026", "cards", "html", tmp_path / f"{name}.html", ACTOR, "để phát", "QB")
        export_cards(world.work, order, "", "")
        return order.out.read_text("utf-8")

    assert "không mất tiền" in card("back")
    set_ring_in(world, "answer")
    assert "không mất tiền" not in card("answered")
    assert "ông bà trả cước cuộc gọi" in card("answered-again")


# Their numbers


def test_an_officers_number_is_kept_sealed_shown_to_colleagues_and_dropped(world: World) -> None:
    officers.look_after(world.work, LAN, ["Xã Đông", officers.PROVINCE], ACTOR)
    officers.set_phone(world.work, LAN, "0901 000 055", ACTOR)
    (row,) = world.rows(staff_table, email=LAN)
    assert (b"901000055" in row["phone"], opened(world.work.vault, staff_table.c.phone, row)) == (False, "+84901000055")
    assert {o.commune: o.phone for o in officers.list_officers(world.work)} == dict.fromkeys(
        ("", "Xã Đông"), "+84901000055"
    )
    assert "901000055" not in str([dict(line) for line in world.rows(audit)])
    officers.set_phone(world.work, LAN, "", ACTOR)
    assert {o.phone for o in officers.list_officers(world.work)} == {""}
    officers.set_phone(world.work, LAN, "0901 000 055", ACTOR)
    staff.deactivate(world.work, LAN, ACTOR)
    assert world.rows(staff_table, email=LAN)[0]["phone"] is None


@pytest.mark.parametrize("number", ["1900", "xin chào", "+15005550006"])
def test_what_cannot_be_rung_is_refused(world: World, number: str) -> None:
    with pytest.raises(Refusal, match=r"officer\.number_unfit"):
        officers.set_phone(world.work, LAN, number, ACTOR)


def test_numbers_and_hours_on_the_command_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "work", world.work)

    def run(*argv: str, code: int = 0) -> str:
        result = CliRunner().invoke(alo, list(argv))
        assert result.exit_code == code, result.output
        return result.output

    assert "901000055" not in run("staff", "phone", LAN, "0901 000 055")
    assert "cả tỉnh" in run("staff", "area", LAN, "--province")
    assert "không nghe máy" in run("staff", "phone", LAN, "--remove")
    run("staff", "phone", LAN, code=1)
    run("round", "settings", "2026", "--transfer", "07:30-11:30", "--transfer", "13:30-17:00", "--ring-in", "answer")
    run("round", "settings", "2026", "--resume-after", "0")
    kept = json.loads(run("round", "settings", "2026"))
    assert (kept["transfer"], kept["ring_in"]) == (["07:30-11:30", "13:30-17:00"], "answer")
    assert kept["resume_after_s"] == 0
    assert "07:30" in run("round", "settings", "2026", "--transfer", "7h30", code=1)
    run("round", "settings", "2026", "--transfer", "off")
    assert json.loads(run("round", "settings", "2026"))["transfer"] == []
