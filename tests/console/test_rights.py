"""Who may open what: every route of the staff pages for every kind of member, of this office, another and the national.

A route that is not in the table fails the test: whoever adds a page says here who may see it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from flask import Flask

from contact.kinds import OutcomeSoFar
from contact.tasks import TaskKind
from services.campaign import campaigns
from services.refusal import Refusal
from services.work import Work
from store.campaign.audience import FILTERS
from store.registry import organisations as registry
from store.tables.campaigns import campaigns as campaign_rows
from store.tables.campaigns import tasks as task_rows
from store.tables.staff import staff as staff_rows
from store.unit_of_work import Database
from tests.console.visitor import HOST, Visitor, words
from tests.services.world import World

SIGN_IN, GONE, DENIED = "sign in", "404", "403"
OPEN = {"visitor": "200", "officer": "200", "stranger": "200", "clerk": "200", "national": "200"}
"""Doors and health: for everybody."""
MEMBERS = {**OPEN, "visitor": SIGN_IN}
"""Pages of one's own: everybody who is signed in sees their own office's part."""
CAMPAIGNS = {"visitor": SIGN_IN, "officer": "200", "stranger": GONE, "clerk": DENIED, "national": "200"}
"""A campaign of the world's office."""
NOBODYS = "019a0000-0000-7000-8000-000000000001"
NEW_CAMPAIGN = {**CAMPAIGNS, "stranger": "200"}
"""One's own office's draft."""
OF_THE_OFFICE = {"visitor": SIGN_IN, "officer": "200", "stranger": GONE, "clerk": GONE, "national": "200"}
"""Something that belongs to the world's office."""

TABLE: dict[str, dict[str, str]] = {
    **dict.fromkeys(("door.sign_in", "door.take_sign_in", "door.language", "static"), OPEN),
    **dict.fromkeys(("door.invitation", "door.take_invitation", "door.demo_link"), OPEN),
    **dict.fromkeys(("health.healthz", "health.readyz", "health.metrics"), OPEN),
    "door.sign_out": MEMBERS,
    **dict.fromkeys(("step.show", "step.take"), OPEN),
    **dict.fromkeys((f"second.{name}" for name in ("show", "confirm", "renew", "turn_off")), MEMBERS),
    **dict.fromkeys((f"account.{name}" for name in ("show", "end_others", "password", "change_password")), MEMBERS),
    "account.end": {**dict.fromkeys(MEMBERS, GONE), "visitor": SIGN_IN},
    **dict.fromkeys(("rounds.home", "rounds.show", "lists.home", "work.listed", "wishes.show"), MEMBERS),
    **dict.fromkeys(("lists.check", "wishes.stop", "wishes.start", "wishes.usable"), MEMBERS),
    **dict.fromkeys(("province.status", "province.lock", "province.unlock"), MEMBERS),
    "campaigns.draft": NEW_CAMPAIGN,
    **dict.fromkeys(
        (f"campaigns.{name}" for name in ("show", "contacts", "test", "approve", "launch", "ask_pause", "pause",
                                          "resume", "ask_stop", "stop")), CAMPAIGNS
    ),
    **dict.fromkeys(("lists.show", "lists.undo", "lists.checked", "lists.confirm"), OF_THE_OFFICE),
    "lists.choose_reading": OF_THE_OFFICE,
    **dict.fromkeys(("work.claim", "work.done"), OF_THE_OFFICE),
}  # fmt: skip
"""Endpoint → kind of member → what happens at the door: "200" they come in, "404" it is not there for them."""
ELSEWHERE = {
    *(
        "step.show",
        "step.take",
        "door.sign_out",
        "door.take_sign_in",
        "door.demo_link",
        "door.invitation",
        "door.take_invitation",
        "static",
    ),
    *(
        "lists.show",
        "lists.undo",
        "lists.checked",
        "lists.confirm",
        "lists.choose_reading",
        "health.metrics",
        "health.readyz",
    ),
}
"""Tried in tests of their own: they need a token, a password, an import or nothing of ours."""


@dataclass
class Cast:
    """The members of the table, by name."""

    visitor: Visitor
    officer: Visitor
    stranger: Visitor
    clerk: Visitor
    national: Visitor


@pytest.fixture
def members(visitor: Visitor, officer: Visitor, stranger: Visitor, clerk: Visitor, national: Visitor) -> Cast:
    """One of each kind."""
    return Cast(visitor, officer, stranger, clerk, national)


@pytest.fixture
def places(world: World, drafted: Callable[[], str], task: str) -> dict[str, str]:
    """What stands for the parameters of a route."""
    return {"code": "2026", "campaign_id": drafted().rpartition("/")[2], "task_id": task, "session_id": NOBODYS}


@pytest.fixture
def task(world: World) -> str:
    """A task of the world's office."""
    from services import tasks

    with world.work.database.transaction() as conn:
        tasks.open_task(
            world.work, conn, kind=TaskKind.PERSON_WANTED, cause="of the test", office_id=world.office_id,
            interview_id=world.interviews[0],
        )  # fmt: skip
    return str(world.rows(task_rows)[0]["id"])


def test_every_route_stands_in_the_table(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(TABLE)


@pytest.mark.parametrize("endpoint", sorted(set(TABLE) - ELSEWHERE))
def test_the_table_holds(app: Flask, members: Cast, places: dict[str, str], endpoint: str) -> None:
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    method = "POST" if rule.methods and "POST" in rule.methods else "GET"
    with app.test_request_context(base_url=HOST):
        path = app.url_for(endpoint, **{name: places[name] for name in rule.arguments})
    for name, wanted in TABLE[endpoint].items():
        visitor: Visitor = getattr(members, name)
        visitor.get("/?all" if name != "visitor" else "/sign-in")
        headers = {"Referer": f"{HOST}/"}
        form = {"csrf_token": visitor.token}
        answer = visitor.client.open(path, method=method, base_url=HOST, data=form if method == "POST" else None,
                                     headers=headers)  # fmt: skip
        assert _met(answer.status_code, answer.headers.get("Location", "")) == wanted, (endpoint, name)


def _met(status: int, location: str) -> str:
    if location.endswith("/sign-in"):
        return SIGN_IN
    return "200" if status in (200, 204, 302, 303, 422) else str(status)


def test_a_clerk_of_the_national_office_launches_nothing(clerk: Visitor, national: Visitor, world: World) -> None:
    """Else the default role of an invitation would ring the whole country, and read other provinces' names."""
    page = clerk.get("/rounds/2026")
    assert 'action="/rounds/2026/campaigns"' not in page.text
    assert "vai trò toàn quốc" in words(clerk.post("/rounds/2026/campaigns", title="Cả nước"))
    assert world.rows(campaign_rows) == []
    national.get("/rounds/2026")
    path = national.post("/rounds/2026/campaigns", title="Cả nước").request.path
    for read in (path, f"{path}/contacts"):
        assert "Hợp tác xã" not in words(clerk.get(read))
        assert clerk.get(read).status_code == 403


SEEN_IN_PREVIEWS = {
    "officer": {"Hợp tác xã Đông Xuân", "Hợp tác xã số 2", "Hợp tác xã số 3", "Hợp tác xã số 4"},
    "stranger": {"Bắc Ninh một"},
    "clerk": set(),
    "national": {"Hợp tác xã Đông Xuân", "Hợp tác xã số 2", "Hợp tác xã số 3", "Hợp tác xã số 4", "Bắc Ninh một"},
}
"""Kind of member → organisations a preview may name to them, whatever campaign is previewed."""


@pytest.fixture
def both_offices(world: World, members: Cast) -> World:
    """The world with an organisation of the stranger's office."""
    with world.work.database.transaction() as conn:
        office_id = registry.office_ids(conn, ["BN"])["BN"]
    replace(world, office_id=office_id).add_organisation("BN001", "+84901000009", "Bắc Ninh một")
    return world


def sight_of(world: World, console: Database, email: str) -> Work:
    """As the desk gives it to a page."""
    row = world.rows(staff_rows, email=email)[0]
    national = row["role"] == "national"
    scoped = console.scoped(office=None if national else row["office_id"], national=national, member=row["id"])
    return replace(world.work, database=scoped)


EMAILS = {"officer": "lan@qb.example", "stranger": "minh@bn.example", "clerk": "tho@vca.example",
          "national": "ha@vca.example"}  # fmt: skip


OWN_OFFICE = {"officer": "QB", "stranger": "BN", "clerk": None}


def test_a_preview_names_what_its_reader_may_see(both_offices: World, console: Database) -> None:
    """Every kind of member, before a campaign of each office and of the whole country."""
    for office in ("QB", "BN", None):
        made = campaigns.draft(both_offices.work, "2026", office, "test", title="Nhắc lần 1")
        for name in SEEN_IN_PREVIEWS:
            sight = sight_of(both_offices, console, EMAILS[name])
            if OWN_OFFICE.get(name, office) == office:
                _reads_own(both_offices, made, sight, SEEN_IN_PREVIEWS[name])
                continue
            with pytest.raises(Refusal, match="unknown"):
                campaigns.preview(both_offices.work, made, sight)


def _reads_own(world: World, made: UUID, sight: Work, ours: set[str]) -> None:
    shown, everything = campaigns.preview(world.work, made, sight), campaigns.preview(world.work, made)
    named, all_named = (
        {*one.contacted_names, *(name for name, _ in one.excluded_names)} for one in (shown, everything)
    )
    assert named == all_named & ours
    assert shown.contacted + sum(shown.excluded.values()) == len(named), "no count tells of another office"
    assert len(shown.sample_texts) == len(shown.contacted_names)
    if named:
        assert replace(shown, estimate=everything.estimate) == everything, "nothing is lost to who may see it all"


EVERY_FILTER = {
    "office": ["QB"], "area": ["vn-2025/44"], "commune": ["Xã Đông"], "officer": ["lan@qb.example"], "kind": "HTX",
    "sector": "NN", "is_member": True, "outcome": list(OutcomeSoFar), "channel": "text", "code": ["DX001", "BN001"],
}  # fmt: skip


def test_every_filter_is_read_by_the_pages_own_role(both_offices: World, console: Database) -> None:
    """Whose columns are fewer than the machine's: a statement that asks for all of a table's is refused."""
    sight = sight_of(both_offices, console, EMAILS["officer"])
    for name in FILTERS:
        audience = {name: EVERY_FILTER[name]}
        made = campaigns.draft(both_offices.work, "2026", "QB", "test", title="Nhắc lần 1", audience=audience)
        everything = campaigns.preview(both_offices.work, made)
        assert campaigns.preview(both_offices.work, made, sight) == everything, name


def test_the_preview_page_reads_as_its_reader(
    both_offices: World, members: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also were the door of campaigns open to everybody."""
    monkeypatch.setattr("gateway.auth.StaffMember.may_campaign", True)
    made = campaigns.draft(both_offices.work, "2026", None, "test", title="Cả nước")
    for name in SEEN_IN_PREVIEWS:
        visitor: Visitor = getattr(members, name)
        page = words(visitor.get(f"/campaigns/{made}"))
        told = {one for one in SEEN_IN_PREVIEWS["national"] if one in page}
        assert told == ({"Hợp tác xã số 4"} if name == "national" else set()), "those who are left out are named"
    members.clerk.post(f"/campaigns/{made}/test", number="0912 345 678")
    assert both_offices.sent() == [], "nobody's text is a sample for who sees nobody"
