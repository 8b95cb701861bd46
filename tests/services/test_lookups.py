"""What people type for offices, communes, codes and addresses finds the one that is meant, or asks."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from contact.staff_roles import StaffRole
from services import lookups
from services.campaign import campaigns
from services.follow_up import staff_requests as told_wishes
from services.refusal import Refusal
from services.registry import offices
from services.results.exports import ExportOrder, permitted
from services.staff import accounts as staff
from services.staff import area_officers as officers
from services.staff import work_list
from services.work import Work
from store.tables.campaigns import campaigns as campaign_rows
from store.tables.interviews import interviews
from store.tables.registry import organisations
from tests.services.world import World, build

ACTOR = "cli:test"


@pytest.fixture
def world(work: Work) -> World:
    """The world with four organisations in communes that look alike."""
    world = build(work)
    for n in (2, 3, 4):
        world.add_organisation(f"DX{n:03d}", f"+8490100000{n}")
    for interview, commune in zip(
        world.interviews, ("Xã Tân Hòa", "Xã Tân Hoà", "Xã Tân Hoa", "Phường Đông"), strict=True
    ):
        with work.database.transaction() as conn:
            mine = interviews.c.id == interview
            organisation = sa.select(interviews.c.organisation_id).where(mine).scalar_subquery()
            conn.execute(sa.update(interviews).where(mine).values(commune=commune))
            conn.execute(sa.update(organisations).where(organisations.c.id == organisation).values(commune=commune))
    return world


@pytest.fixture
def provinces(work: Work, world: World) -> None:
    """Two offices of provinces that former ones went into."""
    offices.add_office(work, "TQ", "Liên minh HTX tỉnh Tuyên Quang", "province", "08", "0204 3 888 999", ACTOR)
    offices.add_office(work, "LC-1", "Liên minh HTX tỉnh Lào Cai", "province", "15", "0204 3 888 999", ACTOR)


def office(work: Work, said: str) -> str:
    with work.database.transaction() as conn:
        return str(lookups.office(conn, said).code)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("TQ", "TQ"), ("tq", "TQ"), ("TQ\u200b", "TQ"), ("ＴＱ", "TQ"), ("TQ\u00a0", "TQ"), ("LC\u20111", "LC-1"),
        ("LC–1", "LC-1"), ("Liên minh HTX tỉnh Tuyên Quang", "TQ"), ("lien minh htx tinh tuyen quang", "TQ"),
        ("Tuyên Quang", "TQ"), ("Hà Giang", "TQ"), ("tỉnh Hà Giang (cũ)", "TQ"), ("Yen Bai", "LC-1"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("provinces")
def test_an_office_by_what_people_type(work: Work, said: str, code: str) -> None:
    assert office(work, said) == code


@pytest.mark.parametrize("said", ["XX", "", "Hải Dương", "Tuyên", "LC"])
@pytest.mark.usefixtures("provinces")
def test_no_office_is_refused(work: Work, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        office(work, said)
    assert refused.value.code == "office.unknown"


@pytest.mark.usefixtures("provinces")
def test_two_offices_that_may_be_meant_are_named(work: Work) -> None:
    offices.add_office(work, "HG", "Văn phòng Hà Giang", "province", "08", "0204 3 888 999", ACTOR)
    with pytest.raises(Refusal) as refused:
        office(work, "Hà Giang")
    assert refused.value.code == "office.which"
    assert refused.value.params["offices"] == "HG (Văn phòng Hà Giang), TQ (Liên minh HTX tỉnh Tuyên Quang)"
    assert office(work, "TQ") == "TQ"


def test_every_door_of_an_office_takes_it_as_typed(work: Work, world: World) -> None:
    assert work_list.list_tasks(work, office_code="qb\u200b") == []
    assert staff.invite(work, "Minh＠qb.example", " qb", StaffRole.OFFICE, "", ACTOR).office_code == "QB"
    campaigns.draft(work, "2026", "ＱＢ", ACTOR, audience={"office": ["qb"]})
    with work.database.transaction() as conn:
        assert conn.scalar(sa.select(campaign_rows.c.audience)) == {"office": ["QB"]}
    with pytest.raises(Refusal) as refused:
        permitted(work, ExportOrder("2026", "answers", "csv", None, ACTOR, "x", "Không có"))  # type: ignore[arg-type]
    assert refused.value.code == "office.unknown"


KNOWN = ("Xã Tân Hòa", "Xã Tân Hoà", "Xã Tân Hoa", "Phường Đông", "Xã Đông", "Xã Bình Minh\u00a0")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Xã Tân Hòa", {"Xã Tân Hòa", "Xã Tân Hoà"}),
        ("xã tân hoà", {"Xã Tân Hòa", "Xã Tân Hoà"}),
        ("Tân Hoà\u200b", {"Xã Tân Hòa", "Xã Tân Hoà"}),
        ("Tân Hoa", {"Xã Tân Hoa"}),
        ("X. Tân Hoa", {"Xã Tân Hoa"}),
        ("xa dong", {"Xã Đông"}),
        ("Xa\u0303 Đông", {"Xã Đông"}),
        ("binh minh", {"Xã Bình Minh\u00a0"}),
    ],
)
def test_a_commune_by_what_people_type(said: str, found: set[str]) -> None:
    assert set(lookups.communes(KNOWN, [said], "campaign.no_commune")) == found


@pytest.mark.parametrize(("said", "among"), [("tan hoa", "Tân Ho"), ("Đông", "Phường Đông, Xã Đông"), ("Dong", "Đông")])
def test_communes_that_may_be_meant_are_named(said: str, among: str) -> None:
    with pytest.raises(Refusal) as refused:
        lookups.communes(KNOWN, [said], "campaign.no_commune")
    assert refused.value.code == "place.which"
    assert among in refused.value.params["places"]


def test_a_commune_nobody_has_is_refused_with_those_there_are(work: Work, world: World) -> None:
    with pytest.raises(Refusal) as refused:
        campaigns.draft(work, "2026", "QB", ACTOR, audience={"commune": ["Xã Tân Hõa"]})
    assert (refused.value.code, refused.value.params["place"]) == ("place.which", "Xã Tân Hõa")
    with pytest.raises(Refusal) as refused:
        campaigns.draft(work, "2026", "QB", ACTOR, audience={"commune": ["Xã Nam"]})
    assert refused.value.code == "campaign.no_commune"
    assert "Phường Đông" in refused.value.params["known"]


def test_a_campaign_and_an_officer_reach_every_spelling_of_a_commune(work: Work, world: World) -> None:
    campaign = campaigns.draft(work, "2026", "QB", ACTOR, audience={"commune": ["tân hoà"]})
    assert campaigns.preview(work, campaign).contacted == 2
    staff.invite(work, "lan@qb.example", "QB", StaffRole.OFFICE, "", ACTOR)
    assert officers.look_after(work, "Lan＠qb.example\u00a0", ["Tân Hòa\u200b"], ACTOR) == 2
    campaign = campaigns.draft(work, "2026", "QB", ACTOR, audience={"officer": ["LAN@qb.example\u200b"]})
    assert campaigns.preview(work, campaign).contacted == 2
    with pytest.raises(Refusal) as refused:
        officers.look_after(work, "lan@qb.example", ["tan hoa"], ACTOR)
    assert refused.value.code == "place.which"
    assert officers.let_go(work, "lan@qb.example", ["xã tân hoà"], ACTOR) == 2


@pytest.mark.parametrize("said", ["DX002", "DX002\u200b", "\ufeffDX002", "ＤＸ００２", "DX002\u00a0"])
def test_a_code_however_it_is_typed_finds_its_organisation(work: Work, world: World, said: str) -> None:
    found = told_wishes.standing(work, told_wishes.find(work, said, "qb"))
    assert found.registry_code == "DX002"
    campaign = campaigns.draft(work, "2026", "QB", ACTOR, audience={"code": [said]})
    assert campaigns.preview(work, campaign).contacted == 1


def test_a_code_stored_with_unseen_characters_is_found(work: Work, world: World) -> None:
    with work.database.transaction() as conn:
        spoiled = sa.update(organisations).where(organisations.c.registry_code == "DX002")
        conn.execute(spoiled.values(registry_code="DX002\u200b"))
    assert told_wishes.find(work, "DX002")
    campaign = campaigns.draft(work, "2026", "QB", ACTOR, audience={"code": ["DX002", "DX003"]})
    assert campaigns.preview(work, campaign).contacted == 2


@pytest.mark.parametrize("said", ["dx002", "DX2", "DX-002", "DXO02"])
def test_a_code_that_is_only_alike_is_named_and_nobody_is_stopped(work: Work, world: World, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        told_wishes.find(work, said)
    assert refused.value.code in ("wish.code_alike", "wish.no_organisation")
    if said != "DX2":  # zeros inside a code are no accident of a spreadsheet
        assert refused.value.params["codes"] == "DX002"
