"""The demonstration's link: one sign-in of one made-up member, only while nobody real can be reached."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contact.staff_roles import StaffRole
from services.refusal import Refusal
from services.staff import accounts, demo_member
from store.tables.outbox import senders
from store.tables.staff import audit
from store.tables.staff import staff as table
from tests.console.visitor import HOST, Visitor, words
from tests.services.world import World


@pytest.fixture(autouse=True)
def simulated(world: World) -> None:
    """All senders of the world are simulated."""
    with world.work.database.transaction() as conn:
        conn.execute(senders.update().values(simulated=True))


def token(world: World) -> str:
    return demo_member.sign_in_token(world.work, "QB", "cli:up")


def test_the_link_signs_in_at_once_and_once_only(visitor: Visitor, world: World) -> None:
    made = token(world)
    page = visitor.get(f"/demo/{made}")
    assert page.request.path == "/rounds/2026"
    assert demo_member.NAME in words(page)
    row = world.rows(table, email=demo_member.ADDRESS)[0]
    assert row["password"] is None
    actions = [line["action"] for line in world.rows(audit, subject=str(row["id"]))]
    assert sorted(actions) == ["staff.demo_link_used", "staff.invited", "staff.signed_in"]
    visitor.post("/sign-out")
    assert visitor.get(f"/demo/{made}").status_code == 410


def test_an_older_link_ends_with_a_newer_one_and_with_time(visitor: Visitor, world: World) -> None:
    older, newer = token(world), token(world)
    assert visitor.get(f"/demo/{older}").status_code == 410
    world.clock.advance(demo_member.LINK_LASTS + timedelta(seconds=1))
    assert visitor.get(f"/demo/{newer}").status_code == 410


def test_no_link_while_a_sender_is_real(visitor: Visitor, world: World) -> None:
    made = token(world)
    with world.work.database.transaction() as conn:
        conn.execute(senders.update().where(senders.c.name == "texts").values(simulated=False))
    assert "mô phỏng" in words(visitor.get(f"/demo/{made}"))
    with pytest.raises(Refusal, match="real_sender"):
        token(world)


def test_the_link_is_no_invitation_to_choose_a_password(visitor: Visitor, world: World) -> None:
    """Else it would open the pages for good, and also once senders are real."""
    made = token(world)
    assert visitor.get(f"/invitation/{made}").status_code == 410
    assert visitor.get(f"/demo/{made}").request.path == "/rounds/2026"


def test_a_look_at_the_link_uses_nothing_up(visitor: Visitor, world: World) -> None:
    made = token(world)
    assert visitor.client.head(f"/demo/{made}", base_url=HOST).status_code == 204
    assert visitor.get(f"/demo/{made}").request.path == "/rounds/2026"


def test_nobody_gets_a_greater_role_by_it(national: Visitor, world: World) -> None:
    accounts.invite(world.work, demo_member.ADDRESS, "VCA", StaffRole.NATIONAL, "", "cli:test")
    with pytest.raises(Refusal, match="elsewhere"):
        token(world)


def test_an_invitation_of_another_member_opens_nothing_by_this_door(visitor: Visitor, world: World) -> None:
    invited = accounts.invite(world.work, "lan@qb.example", "QB", StaffRole.OFFICE, "Lan", "cli:test")
    assert visitor.get(f"/demo/{invited.token}").status_code == 410
    assert visitor.get(f"/invitation/{invited.token}").status_code == 200, "and is not used up by it"
