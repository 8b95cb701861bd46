"""Opening a round makes the frame: one interview for each eligible organisation, with its strata and its form."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from contact import settings as round_settings
from demo.samples.make_samples import QUESTIONNAIRES
from scoring import rules
from services.interview import questionnaires
from services.refusal import Refusal
from services.registry import offices
from services.registry.imports import import_registry
from services.rounds import rounds
from services.work import Work
from store.registry import organisations as registry
from store.registry.sort_key import sort_key
from store.tables.interviews import interviews
from store.tables.registry import organisations
from store.tables.rounds import questionnaires as shelf
from store.tables.rounds import rounds as round_rows
from store.tables.staff import audit
from store.unit_of_work import Database
from tests.files.test_lists import HEADER, row
from tests.files.workbooks import write

ACTOR = "cli:test"


@pytest.fixture
def village(work: Work, owner: Database) -> dict[tuple[str, str], str]:
    """The village and the three forms; gives which form goes to whom."""
    offices.add_office(work, "mau", "Liên minh HTX tỉnh Mẫu", "province", "24", "0204 3 888 999", ACTOR)
    import_registry(work, "mau", QUESTIONNAIRES / "sample-village.xlsx", ACTOR)
    for code in ("HTX-NN", "HTX-PNN", "QTD"):
        questionnaires.publish(work, QUESTIONNAIRES / f"{code}.xlsx", ACTOR)
    return rounds.newest_questionnaires(work)


def open_one(work: Work, forms: dict[tuple[str, str], str], code: str = "r1") -> rounds.OpenedRound:
    now = work.clock.now()
    return rounds.open_round(work, code, "Đợt mẫu", "2026", "Căn cứ", now, now + timedelta(days=20), forms, ACTOR)


def test_everybody_eligible_is_in_the_frame_with_their_form(
    work: Work, village: dict[tuple[str, str], str], owner: Database
) -> None:
    with owner.transaction() as conn:
        first = conn.scalar(sa.select(organisations.c.id).where(organisations.c.sector == "NN").limit(1))
        conn.execute(sa.update(organisations).where(organisations.c.id == first).values(active=False))
    assert open_one(work, village).organisations == 39
    query = (
        sa.select(interviews, organisations.c.name, shelf.c.code.label("form"))
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .join(shelf, shelf.c.sha256 == interviews.c.questionnaire_sha256)
    )
    with owner.transaction() as conn:
        frame = conn.execute(query).mappings().all()
    assert Counter(r["form"] for r in frame) == {"HTX-NN": 19, "HTX-PNN": 12, "QTD": 8}
    assert {(r["kind"], r["sector"], r["form"]) for r in frame} == {
        ("HTX", "NN", "HTX-NN"), ("HTX", "PNN", "HTX-PNN"), ("QTD", "", "QTD"),
    }  # fmt: skip
    assert {(r["status"], r["seq"], r["state"], r["online_at"]) for r in frame} == {("pending", 0, None, None)}
    assert {(r["area_scheme"], r["area_code"]) for r in frame} == {("vn-2025", "24")}
    assert len({r["code"] for r in frame}) == 39


def test_a_round_holds_its_settings_and_a_sample_rule(
    work: Work, village: dict[tuple[str, str], str], owner: Database
) -> None:
    open_one(work, village)
    with owner.transaction() as conn:
        held = conn.execute(sa.select(round_rows)).mappings().one()
        line = conn.execute(sa.select(audit).where(audit.c.action == "round.open")).mappings().one()
    assert round_settings.from_dict(held["settings"]) == round_settings.default()
    assert rules.from_dict(held["rule"]) == rules.DEFAULT
    assert (held["rule_state"], held["state"], held["online_loaded_at"]) == ("sample", "open", None)
    assert (line["subject"], line["detail"]) == ("r1", {"organisations": 40})


def test_a_code_is_used_once(work: Work, village: dict[tuple[str, str], str]) -> None:
    open_one(work, village)
    with pytest.raises(Refusal) as refused:
        open_one(work, village)
    assert refused.value.code == "round.code_taken"


def test_two_rounds_have_frames_of_their_own(work: Work, village: dict[tuple[str, str], str], owner: Database) -> None:
    assert [open_one(work, village, code).organisations for code in ("r1", "r2")] == [40, 40]


def test_codes_are_unique_in_a_round_even_when_chance_repeats_itself(
    work: Work, village: dict[tuple[str, str], str], owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(range(10_000))
    monkeypatch.setattr(type(work.ids), "code", lambda self: f"{next(drawn) // 3:08d}")
    open_one(work, village)
    with owner.transaction() as conn:
        assert len(set(conn.execute(sa.select(interviews.c.code)).scalars())) == 40


def test_nobody_is_left_without_a_form(work: Work, village: dict[tuple[str, str], str], owner: Database) -> None:
    without = {key: sha256 for key, sha256 in village.items() if key[0] != "QTD"}
    with pytest.raises(Refusal) as refused:
        open_one(work, without)
    assert refused.value.code == "round.kind_without_questionnaire"
    assert refused.value.params["kinds"] == "QTD (8)"
    with owner.transaction() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(round_rows)) == 0


def test_the_most_exact_rule_gives_the_form(work: Work, village: dict[tuple[str, str], str], owner: Database) -> None:
    fund, farm = village["QTD", "*"], village["*", "NN"]
    open_one(work, {("*", "*"): fund, ("HTX", "NN"): farm})
    with owner.transaction() as conn:
        forms = Counter(conn.execute(sa.select(interviews.c.questionnaire_sha256)).scalars())
    assert forms == {farm: 20, fund: 20}


def test_a_round_closes_after_it_opens(work: Work, village: dict[tuple[str, str], str]) -> None:
    now = work.clock.now()
    with pytest.raises(Refusal) as refused:
        rounds.open_round(work, "r1", "t", "2026", "", now, now, village, ACTOR)
    assert refused.value.code == "round.times"


def test_unpublished_forms_are_named(work: Work, owner: Database) -> None:
    with pytest.raises(Refusal) as refused:
        rounds.newest_questionnaires(work)
    assert refused.value.params["forms"] == "HTX-NN, HTX-PNN, QTD"


def test_closing(work: Work, village: dict[tuple[str, str], str], owner: Database) -> None:
    open_one(work, village)
    rounds.close_round(work, "r1", ACTOR)
    assert rounds.show(work, "r1").round.state == "closed"
    for code, expected in (("r1", "round.closed"), ("r9", "round.unknown")):
        with pytest.raises(Refusal) as refused:
            rounds.close_round(work, code, ACTOR)
        assert refused.value.code == expected


def test_rounds_are_shown_with_their_forms_and_counts(work: Work, village: dict[tuple[str, str], str]) -> None:
    open_one(work, village)
    assert rounds.show(work, "r1").questionnaires["QTD/*"] == "QTD mau-1"
    line = rounds.all_rounds(work)[0]
    assert (line.code, line.interviews, line.answered) == ("r1", 40, 0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "có dấu"}, "office.code_unfit"),
        ({"area_code": "99"}, "office.area_unknown"),
        ({"level": "national"}, "office.area_unknown"),
        ({"level": "district"}, "office.area_unknown"),
        ({"contact_number": "gọi sau"}, "office.number_unreadable"),
        ({"contact_number": ""}, "office.number_unreadable"),
    ],
)
def test_offices_are_checked(work: Work, owner: Database, changes: dict[str, str], code: str) -> None:
    fields = {"code": "mau", "name": "N", "level": "province", "area_code": "24", "contact_number": "0204 3 888 999"}
    with pytest.raises(Refusal) as refused:
        offices.add_office(work, **(fields | changes), actor=ACTOR)
    assert refused.value.code == code


def test_an_offices_code_is_used_once(work: Work, owner: Database) -> None:
    offices.add_office(work, "mau", "N", "province", "24", "1900 1234", ACTOR)
    with pytest.raises(Refusal) as refused:
        offices.add_office(work, "mau", "N", "national", "", "1900 1234", ACTOR)
    assert refused.value.code == "office.code_taken"


def test_a_number_found_wrong_is_not_used_any_more(
    work: Work, village: dict[tuple[str, str], str], owner: Database
) -> None:
    open_one(work, village)
    phone_hash = work.vault.lookup("+84900000001")
    links = sa.text("SELECT valid, note FROM organisation_phones WHERE phone_hash = :hash")
    with work.database.transaction() as conn:
        interview = conn.scalar(
            sa.text(
                "SELECT i.id FROM interviews i JOIN organisation_phones p USING (organisation_id)"
                " WHERE p.phone_hash = :hash"
            ),
            {"hash": phone_hash},
        )
        registry.mark_invalid(conn, interview, phone_hash, "30005")
        assert tuple(conn.execute(links, {"hash": phone_hash}).one()) == (False, "30005")


def test_two_interviews_of_one_organisation_in_a_round_are_impossible(
    work: Work, village: dict[tuple[str, str], str], owner: Database
) -> None:
    open_one(work, village)
    with owner.transaction() as conn:
        found = dict(conn.execute(sa.select(interviews).limit(1)).mappings().one())
    again = found | {"id": work.ids.new(), "code": "x", "state": None}
    with owner.engine.connect() as conn, pytest.raises(IntegrityError):
        conn.execute(sa.insert(interviews), again)


def test_names_sort_as_in_a_vietnamese_dictionary() -> None:
    names = ["Đà", "Dũng", "Ăn", "An", "Ấn", "Ân", "ản", "Cà", "Uy", "Ưu", "ô", "ơ", "o", "x", "xe", "A 10", "A 2"]
    assert sorted(names, key=sort_key) == [
        "A 10", "A 2", "An", "ản", "Ăn", "Ân", "Ấn", "Cà", "Dũng", "Đà", "o", "ô", "ơ", "Uy", "Ưu", "x", "xe",
    ]  # fmt: skip


def test_a_list_with_a_kind_the_open_round_cannot_ask_is_refused_whole(
    work: Work, village: dict[tuple[str, str], str], owner: Database, tmp_path: Path
) -> None:
    open_one(work, {("HTX", "*"): village["*", "NN"], ("QTD", "*"): village["QTD", "*"]})
    path = write(tmp_path / "a.xlsx", DS=[HEADER, row(kind="THT", name="Tổ hợp tác Mới", login="0900000077")])
    with pytest.raises(Refusal) as refused:
        import_registry(work, "mau", path, ACTOR)
    assert refused.value.code == "round.kind_without_questionnaire"
    with owner.transaction() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(organisations)) == 40
