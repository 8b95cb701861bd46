"""Who may sign in: invitations by hash, once, for a week; offices and roles; the work list under two hands."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from cli import staff as staff_command
from cli import tasks as tasks_command
from cli.session import Session
from contact.staff_roles import StaffRole
from contact.tasks import TaskKind
from runtime.settings import Settings
from services import tasks
from services.refusal import Refusal
from services.staff import accounts as staff
from services.staff import sessions, work_list
from services.work import Work
from store.tables.registry import offices
from store.tables.staff import audit, invitations
from store.tables.staff import staff as table
from store.unit_of_work import Database
from tests.doubles import FakeClock
from tests.services.world import World, build


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def invite(world: World, email: str = "lan@qb.example", role: StaffRole = StaffRole.OFFICE) -> staff.Invitation:
    return staff.invite(world.work, email, "QB", role, "Lan", "cli:test")


def add_office(work: Work, code: str, level: str) -> None:
    row = {
        "id": work.ids.new(), "code": code, "name": code, "level": level, "area_scheme": "vn-2025", "area_code": "",
        "contact_number": "1900",
    }  # fmt: skip
    with work.database.transaction() as conn:
        conn.execute(sa.insert(offices).values(row))


def refused(code: str) -> pytest.RaisesExc[Refusal]:
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def test_the_token_is_kept_as_a_hash_only(world: World) -> None:
    made = invite(world)
    rows = [str(dict(row)) for row in (*world.rows(invitations), *world.rows(table), *world.rows(audit))]
    assert len(rows) == 3
    assert not any(made.token in row for row in rows)
    assert made.expires_at == world.work.clock.now() + timedelta(days=7)


def test_joining_is_for_once_and_ends_earlier_sessions(world: World) -> None:
    made = invite(world)
    mark = sessions.begin(world.work, world.rows(table)[0]["id"], "")
    staff_id = staff.join(world.work, made.token, "hash", "")
    row = world.rows(table)[0]
    assert (row["id"], row["password"], row["active"], row["name"]) == (staff_id, "hash", True, "Lan")
    assert sessions.holder(world.work, mark) is None
    with refused("staff.invitation_over"):
        staff.join(world.work, made.token, "other hash", "")
    assert world.rows(table)[0]["password"] == "hash"


def test_an_invitation_ends_with_its_week(world: World, clock: FakeClock) -> None:
    made = invite(world)
    clock.advance(timedelta(days=7))
    with refused("staff.invitation_over"):
        staff.join(world.work, made.token, "hash", "")
    assert staff.list_staff(world.work)[0].state == "inactive"


def test_a_new_invitation_replaces_the_old_but_not_the_password(world: World) -> None:
    first = invite(world)
    staff.join(world.work, first.token, "hash", "")
    second, third = invite(world), invite(world)
    assert world.rows(table)[0]["password"] == "hash"
    with refused("staff.invitation_over"):
        staff.join(world.work, second.token, "newer", "")
    staff.join(world.work, third.token, "newer", "")
    assert world.rows(table)[0]["password"] == "newer"
    assert len(world.rows(table)) == 1


def test_unfit_invitations_are_refused(world: World) -> None:
    add_office(world.work, "BN", "province")
    with refused("staff.role_unfit"):
        invite(world, role=StaffRole.NATIONAL)
    for email in ("lan", "lan@", "a b@c.vn", "@c.vn", "lan@localhost", f"{'x' * 60}@{'y' * 200}.vn"):
        with refused("staff.email_unreadable"):
            invite(world, email)
    with refused("office.unknown"):
        staff.invite(world.work, "a@b.vn", "XX", StaffRole.OFFICE, "", "cli:test")
    invite(world)
    with refused("staff.elsewhere"):
        staff.invite(world.work, "LAN@qb.example", "BN", StaffRole.OFFICE, "", "cli:test")
    assert len(world.rows(table)) == len(world.rows(invitations)) == 1


def test_deactivating_takes_everything_away(world: World) -> None:
    staff.join(world.work, invite(world).token, "hash", "")
    again = invite(world)
    mark = sessions.begin(world.work, world.rows(table)[0]["id"], "")
    staff.deactivate(world.work, " Lan@QB.example", "cli:test")
    row = world.rows(table)[0]
    assert (row["active"], row["password"]) == (False, None)
    assert sessions.holder(world.work, mark) is None
    with refused("staff.invitation_over"):
        staff.join(world.work, again.token, "hash", "")
    with refused("staff.unknown"):
        staff.deactivate(world.work, "nobody@qb.example", "cli:test")


def test_an_office_sees_its_own_staff_only(world: World, console: Database) -> None:
    invite(world)
    for seen, database in ((1, console.scoped(office=world.office_id)), (0, console.scoped(office=UUID(int=1)))):
        with database.transaction() as conn:
            assert conn.scalar(sa.select(sa.func.count()).select_from(table)) == seen


def open_task(world: World, cause: str = "one") -> UUID:
    with world.work.database.transaction() as conn:
        tasks.open_task(
            world.work, conn, kind=TaskKind.PERSON_WANTED, cause=cause, office_id=world.office_id,
            interview_id=world.interviews[0],
        )  # fmt: skip
    return work_list.list_tasks(world.work)[-1].id


def test_a_task_is_taken_once_and_done_once(world: World) -> None:
    task = open_task(world)
    work_list.claim(world.work, task, "staff:1")
    with refused("task.taken"):
        work_list.claim(world.work, task, "staff:2")
    assert work_list.list_tasks(world.work)[0].claimed_by == "staff:1"
    work_list.complete(world.work, task, "staff:2")
    for again in (work_list.claim, work_list.complete):
        with refused("task.done_already"):
            again(world.work, task, "staff:1")
    assert work_list.list_tasks(world.work) == []
    assert [t.state for t in work_list.list_tasks(world.work, done=True)] == ["done"]
    assert [row["action"] for row in world.rows(audit)] == ["task.claimed", "task.done"]
    with refused("task.unknown"):
        work_list.claim(world.work, UUID(int=9), "staff:1")


class OwnSession(Session):
    """A session whose work is the test's."""

    def __init__(self, work: Work, **settings: str) -> None:
        super().__init__("vi", Settings(**settings))  # type: ignore[arg-type]  # settings are validated
        self.__dict__["work"] = work


def test_the_command_invites_lists_and_deactivates(world: World) -> None:
    session = OwnSession(world.work, alo_console_host="alo.example")
    run = CliRunner()
    told = run.invoke(staff_command.command, ["invite", "lan@qb.example", "--office", "QB"], obj=session).output
    link = told.splitlines()[-1]
    assert link.startswith("https://alo.example/invitation/")
    assert staff.invitee(world.work, link.rpartition("/")[2]).email == "lan@qb.example"
    assert "đã mời" in run.invoke(staff_command.command, ["list"], obj=session).output
    rows = json.loads(run.invoke(staff_command.command, ["list", "--json"], obj=session).output)
    assert [(row["email"], row["state"]) for row in rows] == [("lan@qb.example", "invited")]
    assert "password" not in rows[0]
    assert run.invoke(staff_command.command, ["deactivate", "lan@qb.example"], obj=session).exit_code == 0


def test_the_list_tells_second_factors_and_last_sign_ins(world: World) -> None:
    from tests.console.visitor import add_office, set_up

    add_office(world.work, "VCA", "national")
    ids = [staff.join(world.work, invite(world).token, "hash", "")]
    for email in ("ha@vca.example", "tu@vca.example"):
        made = staff.invite(world.work, email, "VCA", StaffRole.NATIONAL, "", "cli:test")
        ids.append(staff.join(world.work, made.token, "hash", ""))
    set_up(world.work, ids[1])
    at = world.work.clock.real()
    sessions.begin(world.work, ids[0], "")
    session, run = OwnSession(world.work), CliRunner()
    rows = json.loads(run.invoke(staff_command.command, ["list", "--json"], obj=session).output)
    assert [(row["second_factor"], row["signed_in_at"]) for row in rows] == [
        ("none", str(at)), ("set_up", None), ("missing", None),
    ]  # fmt: skip
    told = run.invoke(staff_command.command, ["list"], obj=session).output.splitlines()
    assert "chưa có bước đăng nhập thứ hai; đăng nhập gần nhất" in told[1]
    assert "có bước đăng nhập thứ hai; chưa đăng nhập lần nào" in told[3]
    assert "THIẾU bước đăng nhập thứ hai" in told[5]


@pytest.mark.parametrize(
    ("settings", "link", "said"),
    [
        ({}, "http://127.0.0.1:8080/invitation/", True),
        ({"alo_port": 9000}, "http://127.0.0.1:9000/invitation/", True),
        ({"public_base_url": "https://alo.example/"}, "https://alo.example/invitation/", False),
        ({"alo_console_host": "pages.example"}, "https://pages.example/invitation/", False),
    ],
)
def test_a_link_that_is_assumed_says_so(
    world: World, settings: dict[str, str], link: str, said: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ALO_PORT", "PUBLIC_BASE_URL", "ALO_CONSOLE_HOST"):
        monkeypatch.delenv(name, raising=False)
    session, run = OwnSession(world.work, **settings), CliRunner()
    told = run.invoke(staff_command.command, ["invite", "lan@qb.example", "--office", "QB"], obj=session).output
    assert told.splitlines()[-1].startswith(link)
    assert ("chỉ mở được trên chính máy này" in told) is said
    made = run.invoke(staff_command.command, ["invite", "lan@qb.example", "--office", "QB", "--json"], obj=session)
    assert json.loads(made.output)["link_assumed"] is said


def test_the_command_shows_and_closes_tasks(world: World) -> None:
    session, run = OwnSession(world.work), CliRunner()
    assert "Không có việc nào" in run.invoke(tasks_command.command, ["list"], obj=session).output
    task = str(open_task(world))
    assert "Hợp tác xã Đông Xuân" in run.invoke(tasks_command.command, ["list"], obj=session).output
    assert json.loads(run.invoke(tasks_command.command, ["list", "--json"], obj=session).output)[0]["id"] == task
    assert "Đã nhận việc" in run.invoke(tasks_command.command, ["claim", task], obj=session).output
    closed = run.invoke(tasks_command.command, ["done", task, "--json"], obj=session).output
    assert json.loads(closed) == {"task": task, "state": "done"}
    assert isinstance(run.invoke(tasks_command.command, ["done", "x"], obj=session).exception, Refusal)


def test_the_command_tells_and_ends_sessions(world: World) -> None:
    session, run = OwnSession(world.work), CliRunner()
    staff_id = staff.join(world.work, invite(world).token, "hash", "")
    mark = sessions.begin(world.work, staff_id, "Firefox · Windows")
    assert "Firefox · Windows" in run.invoke(staff_command.command, ["sessions", "lan@qb.example"], obj=session).output
    told = run.invoke(staff_command.command, ["sessions", "lan@qb.example", "--json"], obj=session).output
    assert [one["browser"] for one in json.loads(told)] == ["Firefox · Windows"]
    assert mark not in told
    ended = run.invoke(staff_command.command, ["end-sessions", "LAN@qb.example"], obj=session).output
    assert "Đã kết thúc 1 phiên" in ended
    assert sessions.holder(world.work, mark) is None
    assert "không đăng nhập" in run.invoke(staff_command.command, ["sessions", "lan@qb.example"], obj=session).output
    assert [row["action"] for row in world.rows(audit)][-1] == "staff.sessions_ended"
    refused = run.invoke(staff_command.command, ["end-sessions", "nobody@qb.example"], obj=session)
    assert isinstance(refused.exception, Refusal)
