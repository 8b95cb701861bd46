"""Who is in a campaign: offices, filters, kinds, outcomes so far; who is left out and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.campaign import campaigns
from services.campaign import next_step as advance
from services.refusal import Refusal
from services.sending import dispatcher
from services.work import Work
from store.tables.campaigns import campaigns as campaign_table
from tests.doubles import FakeCarriers, FakeClock
from tests.services.nation import change, change_phone, code_of, nation
from tests.services.world import World, build

MOBILE = "+84901000009"


@pytest.fixture
def world(work: Work) -> World:
    return nation(work)


def preview(world: World, office: str | None = None, **draft: Any) -> campaigns.Preview:
    drafted = campaigns.draft(world.work, "2026", office, "test", **draft)
    return campaigns.preview(world.work, drafted)


def test_the_national_offices_campaign_reaches_every_office(world: World) -> None:
    shown = preview(world)
    assert (shown.office_code, shown.contacted, shown.offices) == ("VCA", 6, {"QB": 3, "HN": 3})
    assert preview(world, "HN").contacted == 3


def test_without_a_national_office_one_must_be_named(work: Work) -> None:
    build(work)
    with pytest.raises(Refusal) as refused:
        campaigns.draft(work, "2026", None, "test")
    assert refused.value.code == "campaign.no_national_office"


@pytest.mark.parametrize(
    ("audience", "contacted"),
    [
        ({"office": "HN"}, 3),
        ({"office": ["HN", "QB"], "code": ["DX001", "HN002"]}, 2),
        ({"commune": "Xã Mẫu"}, 1),
        ({"kind": ["QTD"]}, 1),
        ({"kind": "HTX", "sector": "NN", "is_member": True}, 4),
        ({"is_member": False}, 1),
        ({"channel": "text"}, 5),
        ({"channel": "call"}, 6),
        ({"outcome": "never_contacted"}, 5),
        ({"outcome": ["partial"]}, 1),
        ({"outcome": ["never_contacted", "partial"], "office": "QB"}, 3),
        ({"area": "vn-2025/44"}, 6),
        ({"area": "vn-2004/44"}, 0),
    ],
)
def test_filters_all_hold_and_take_one_value_or_several(world: World, audience: dict[str, Any], contacted: int) -> None:
    change(world, "DX002", commune="Xã Mẫu", kind="QTD", sector="")
    change(world, "HN003", is_member=False)
    change(world, "HN001", status="partial", channel="ivr")
    change_phone(world, "+84901000003", kind="landline")
    assert preview(world, audience=audience).contacted == contacted


def test_unknown_filters_and_outcomes_are_refused(world: World) -> None:
    for audience in ({"colour": "red"}, {"outcome": "asleep"}):
        with pytest.raises(Refusal) as refused:
            preview(world, audience=audience)
        assert refused.value.code == "campaign.unknown_filter"
    with pytest.raises(Refusal) as refused:
        preview(world, kind="singing")
    assert refused.value.code == "campaign.unknown_kind"


def test_codes_that_nobody_has_are_told(world: World) -> None:
    shown = preview(world, "QB", audience={"code": ["DX001", "HN001", "XX999"]})
    assert (shown.contacted, shown.unknown_codes) == (1, ("HN001", "XX999"))


def test_an_invitation_is_for_those_never_contacted(world: World, carriers: FakeCarriers) -> None:
    launched = campaigns.draft(world.work, "2026", "HN", "test", kind="announcement")
    campaigns.launch(world.work, launched, 3, "test")
    campaigns.plan(world.work, launched)
    assert dispatcher.dispatch(world.work, world.text.id, 5) == 3
    assert preview(world, kind="invitation").offices == {"QB": 3}
    assert preview(world, audience={"outcome": "no_contact"}).offices == {"HN": 3}
    assert preview(world, kind="reminder").contacted == 6


def test_thanks_are_for_those_who_answered(world: World, clock: FakeClock, carriers: FakeCarriers) -> None:
    change(world, "DX001", status="complete", channel="sms")
    change(world, "HN001", status="answered", online_at=clock.now())
    change(world, "HN002", status="refused")
    shown = preview(world, kind="thank_you")
    assert (shown.contacted, shown.excluded) == (2, {"refused": 1, "not_completed": 3})
    assert all("cam on ong/ba" in text for text in shown.sample_texts)
    assert shown.steps == (("text", "thank_you"),)
    reminded = preview(world)
    assert (reminded.contacted, reminded.excluded) == (3, {"completed": 1, "answered_online": 1, "refused": 1})
    campaigns.launch(world.work, shown.campaign_id, 2, "test")
    campaigns.plan(world.work, shown.campaign_id)
    dispatcher.dispatch(world.work, world.text.id, 5)
    assert len(carriers.texts.sent) == 2
    assert world.events() == []  # a notice opens no interview


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("invitation", ["invitation", *3 * ["call"], "reminder", *3 * ["call"]]),
        ("reminder", ["reminder", *3 * ["call"], "reminder", *3 * ["call"]]),
        ("call_only", 6 * ["call"]),
        ("text_only", ["invitation", "reminder"]),
        ("announcement", ["announcement"]),
    ],
)
def test_each_kind_climbs_its_part_of_the_rounds_ladder(world: World, kind: str, steps: list[str]) -> None:
    shown = preview(world, kind=kind)
    assert [purpose for _, purpose in shown.steps] == steps
    assert bool(shown.sample_texts) == (kind != "call_only")


def test_texts_go_to_the_mobile_and_calls_to_the_first_number(world: World) -> None:
    landline = "+842323822999"
    interview = world.add_organisation("DX009", landline)
    change_phone(world, landline, kind="landline")
    organisation = world.interview(len(world.interviews) - 1)["organisation_id"]
    with world.work.database.transaction() as conn:
        world._add_phone(conn, organisation, MOBILE, rank=1)
    for kind, number in (("text_only", MOBILE), ("call_only", landline)):
        made = campaigns.draft(world.work, "2026", "QB", "test", kind=kind, audience={"code": ["DX009"]})
        campaigns.launch(world.work, made, 1, "test")
        campaigns.plan(world.work, made)
        advance.advance(world.work, made)
        rows = world.sent(campaign_id=made, interview_id=interview)
        assert [row["phone_hash"] for row in rows] == [world.hash(number)], kind
        campaigns.stop(world.work, made, "test")


def test_release_is_seeded_and_mixes_provinces(world: World) -> None:
    for n in range(4, 40):
        world.add_organisation(f"DX{n:03d}", f"+84903{n:06d}")

    def order(seed: int) -> list[str]:
        made = campaigns.draft(world.work, "2026", None, "test", seed=seed)
        campaigns.launch(world.work, made, 42, "test")
        campaigns.plan(world.work, made)
        rows = sorted(world.sent(campaign_id=made), key=lambda row: row["due_at"])
        campaigns.stop(world.work, made, "test")
        return [code_of(world, row["interview_id"]) for row in rows]

    first = order(7)
    assert order(7) == first
    assert order(8) != first
    assert first != sorted(first)
    assert {row["seed"] for row in world.rows(campaign_table)} == {7, 8}


def test_release_may_be_spread_over_days_inside_the_hours(world: World, clock: FakeClock) -> None:
    for n in range(4, 40):
        world.add_organisation(f"DX{n:03d}", f"+84903{n:06d}")
    made = campaigns.draft(world.work, "2026", None, "test", spread_days=3)
    assert campaigns.preview(world.work, made).estimate.finishes_at > clock.now() + timedelta(days=2)
    campaigns.launch(world.work, made, 42, "test")
    campaigns.plan(world.work, made)
    local = [row["due_at"] + timedelta(hours=7) for row in world.sent(campaign_id=made)]
    assert {moment.date().day for moment in local} == {18, 19, 20}
    assert all(7 <= moment.hour < 21 for moment in local)
    assert dispatcher.dispatch(world.work, world.text.id, 5) == 0
