"""A round scored from the database: the counts are right, few raters stay hidden, and what must be said is said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, insert, update

from cli.score import command
from cli.session import Session
from contact import caps, ladder
from runtime.catalogue import load
from runtime.settings import Settings
from scoring.index import Index
from scoring.mean import Mean
from scoring.rules import DEFAULT
from scoring.top_box import TopBox
from services.refusal import Refusal
from services.results.scores import CODES, BreakdownLine, ScoreReport, score
from services.work import Work
from store.results import figures
from store.tables.campaigns import tasks
from store.tables.interviews import answers, inbound, interviews
from store.tables.outbox import calls, outbox, senders
from store.tables.registry import offices, organisation_phones, organisations, phones
from store.tables.rounds import questionnaires, rounds
from survey.form.questionnaire import Questionnaire
from tests.doubles import START
from tests.faults import plant
from tests.scoring.builders import form

HTX, QTD = form("HTX-NN", 2, conditional=1), form("QTD", 1)
ROUND, OFFICE, OTHER_OFFICE, SENDER = (UUID(int=n) for n in range(1, 5))
ALL_BEST = {"dongy": "yes", "so": "7", "q1": "rat", "q2": "rat", "c1": "rat"}


class Village:
    """Puts organisations with their forms into the round, one by one."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.count = 100

    def round(self) -> None:
        for office_id, code in ((OFFICE, "31"), (OTHER_OFFICE, "33")):
            self.conn.execute(
                insert(offices).values(
                    id=office_id,
                    code=code,
                    name=code,
                    level="province",
                    area_scheme="vn-2025",
                    area_code=code,
                    contact_number="",
                )
            )
        for published in (HTX, QTD):
            self.conn.execute(
                insert(questionnaires).values(
                    sha256=published.sha256,
                    code=published.code,
                    version="1",
                    sample=True,
                    form=published.to_dict(),
                    published_at=START,
                    published_by="test",
                )
            )
        self.conn.execute(
            insert(rounds).values(
                id=ROUND,
                code="2026",
                title="Vòng 2026",
                year="2026",
                legal_basis="",
                opens_at=START,
                closes_at=START,
                state="closed",
                settings={},
                rule=DEFAULT.to_dict(),
                rule_state="sample",
                online_loaded_at=START,
                created_at=START,
                created_by="test",
            )
        )

    def add(self, status: str = "complete", given: Mapping[str, str] | None = None, **more: Any) -> UUID:
        """One organisation with one form; `more` are strata and columns of the interview."""
        self.count += 1
        interview_id = UUID(int=self.count)
        pinned: Questionnaire = more.pop("questionnaire", HTX)
        frame = {"kind": "HTX", "sector": "NN", "is_member": True, "commune": "Xã A", "office_id": OFFICE} | {
            name: more.pop(name) for name in ("kind", "sector", "is_member", "commune", "office_id") if name in more
        }
        area = {"area_scheme": "vn-2025", "area_code": "31" if frame["office_id"] == OFFICE else "33"}
        self._organisation(interview_id, {**frame, **area})
        values = {"channel": "voice" if given else "", "state": None, **more}
        self.conn.execute(
            insert(interviews).values(
                id=interview_id,
                round_id=ROUND,
                organisation_id=interview_id,
                code=str(self.count),
                questionnaire_sha256=pinned.sha256,
                status=status,
                seq=0,
                **frame,
                **area,
                **values,
            )
        )
        for question, value in (given or {}).items():
            self.conn.execute(
                insert(answers).values(
                    interview_id=interview_id, question=question, value=value, channel="voice", seq=1, at=START
                )
            )
        return interview_id

    def _organisation(self, organisation_id: UUID, values: Mapping[str, Any]) -> None:
        fixed = {"short_name": "", "address": "", "position": "", "language": "vi", "name_key": ""}
        self.conn.execute(
            insert(organisations).values(
                id=organisation_id,
                registry_code=str(self.count),
                name=str(self.count),
                active=True,
                digest=b"",
                created_at=START,
                updated_at=START,
                **fixed,
                **values,
            )
        )

    def phone(self, organisation_id: UUID, consent: str = "unasked") -> bytes:
        key = organisation_id.bytes
        self.conn.execute(
            insert(phones).values(
                hash=key, hash_version=1, number=b"", kind="mobile", flags=[], consent=consent, created_at=START
            )
        )
        self.conn.execute(
            insert(organisation_phones).values(
                organisation_id=organisation_id, phone_hash=key, rank=0, valid=True, note=""
            )
        )
        return key


@pytest.fixture
def village(work: Work) -> Village:
    with work.database.transaction() as conn:
        Village(conn).round()
    return Village(None)  # type: ignore[arg-type]  # each test opens its own transaction


def settle(work: Work, village: Village, fill: Any) -> None:
    with work.database.transaction() as conn:
        village.conn = conn
        fill(village)


def by_key(lines: tuple[BreakdownLine, ...]) -> dict[str, BreakdownLine]:
    return {line.key: line for line in lines}


def fill_mixed(v: Village) -> None:
    """8 members and 2 others complete; one partial, one refused, one silent, one answered online without answers."""
    for n in range(8):
        skips = {k: a for k, a in ALL_BEST.items() if k != "c1"} if n == 0 else ALL_BEST
        v.add(given=skips, channel="online" if n < 6 else "voice")
    for _ in range(2):
        v.add(given={"dongy": "yes", "q1": "khong"}, is_member=False, questionnaire=QTD, kind="QTD", sector="")
    v.add("active", {"dongy": "yes", "q1": "khong"}, state={"o": ["c1"]})
    v.add("refused", {"dongy": "no"})
    v.add("pending")
    v.add("answered")


def test_the_index_of_a_village_by_hand(work: Work, village: Village) -> None:
    """Points: 7·15 + 10 (c1 skipped) + 2·1 = 117. Possible: 7·15 + 10 + 2·5 + 4 silent·15 = 185.

    12 members, 8 complete: K1 = 2/3; K2 = 0.6; 2 others: K3 = 5. 117/185 · 100 · 0.4 + 5 = 30.297… → 30.30.
    """
    settle(work, village, fill_mixed)
    report = score(work, "2026", "vca-index")
    index = report.whole.figure
    assert isinstance(index, Index)
    assert (index.points, index.possible, index.n, index.forms) == (117, 185, 14, 10)
    assert (index.members, index.members_answered, index.outsiders_answered) == (12, 8, 2)
    assert (index.k1, index.k2, index.k3) == (Decimal("0.6667"), Decimal("0.6"), 5)
    assert index.value == Decimal("30.30")
    assert report.classification == "class.weak"


def test_a_partial_form_enters_by_rule_with_what_it_left_open(work: Work, village: Village) -> None:
    """The active form adds 1 point; its b: q1 and q2 apply to everybody, c1 was left open → 15 possible as before."""
    settle(work, village, fill_mixed)
    with work.database.transaction() as conn:
        conn.execute(update(rounds).values(rule={**DEFAULT.to_dict(), "partial": True}))
    index = score(work, "2026", "vca-index").whole.figure
    assert isinstance(index, Index)
    assert (index.points, index.possible, index.forms, index.k1) == (118, 185, 11, Decimal("0.6667"))


def test_breakdowns_hide_what_stands_on_few(work: Work, village: Village) -> None:
    settle(work, village, fill_mixed)
    report = score(work, "2026", "vca-index")
    kinds = by_key(report.breakdowns["kind"])
    assert (kinds["QTD"].withheld, kinds["QTD"].forms, kinds["QTD"].figure) == (True, 2, None)
    assert kinds["HTX NN"].withheld, "2 of 10 could be had by subtraction"
    assert list(by_key(report.breakdowns["channel"])) == ["", "online", "voice"]
    assert all(line.figure is None for line in report.breakdowns["member"])
    assert not report.whole.withheld


def test_a_channel_is_shown_by_the_mean_of_its_answers(work: Work, village: Village) -> None:
    def fill(v: Village) -> None:
        for channel in ("online", "voice"):
            for _ in range(5):
                v.add(given=ALL_BEST, channel=channel)
        v.add("pending")

    settle(work, village, fill)
    channels = by_key(score(work, "2026", "vca-index").breakdowns["channel"])
    voice = channels["voice"].figure
    assert isinstance(voice, Mean)
    assert voice.value == 100
    assert (channels[""].organisations, channels[""].figure) == (1, None)


def test_fewer_than_five_forms_show_nothing(work: Work, village: Village) -> None:
    settle(work, village, lambda v: [v.add(given=ALL_BEST) for _ in range(4)])
    report = score(work, "2026", "top-box")
    assert (report.whole.withheld, report.whole.figure, report.whole.forms) == (True, None, 4)
    assert "score.too_few" in {note.code for note in report.notes}
    assert not any(line.figure for lines in report.breakdowns.values() for line in lines)


def test_top_box_and_mean(work: Work, village: Village) -> None:
    settle(work, village, fill_mixed)
    top, mean = (score(work, "2026", method).whole.figure for method in ("top-box", "mean-percent"))
    assert isinstance(top, TopBox)
    assert top.value == Decimal("92.00")  # 23 of 25 answers
    assert isinstance(mean, Mean)
    assert mean.value == Decimal("93.60")  # 117 of 125


def test_one_office_sees_its_communes(work: Work, village: Village) -> None:
    def fill(v: Village) -> None:
        for commune in ("Xã A", "Xã B"):
            for _ in range(5):
                v.add(given=ALL_BEST, commune=commune)
        v.add(given=ALL_BEST, office_id=OTHER_OFFICE)

    settle(work, village, fill)
    own = score(work, "2026", "mean-percent", "31")
    assert [(line.key, line.forms) for line in own.breakdowns["area"]] == [("Xã A", 5), ("Xã B", 5)]
    everybody = score(work, "2026", "mean-percent")
    assert [(line.key, line.forms) for line in everybody.breakdowns["area"]] == [("31", 10), ("33", 1)]


def test_phone_answers_alone_are_not_the_index(work: Work, village: Village) -> None:
    settle(work, village, fill_mixed)
    with work.database.transaction() as conn:
        conn.execute(update(rounds).values(online_loaded_at=None))
    report = score(work, "2026", "vca-index")
    assert report.classification == ""
    assert {note.code for note in report.notes} == {
        *("score.phone_only", "score.sample_rule", "score.sample_classes"),
        "score.answers_missing",
    }


def test_knowing_only_who_answered_online_is_not_the_index_either(work: Work, village: Village) -> None:
    def fill(v: Village) -> None:
        for _ in range(6):
            v.add(given=ALL_BEST, channel="voice")
        v.add("answered")

    settle(work, village, fill)
    report = score(work, "2026", "vca-index")
    assert report.classification == ""
    assert "score.phone_only" in {note.code for note in report.notes}


def test_a_signed_rule_of_a_closed_round_needs_no_warning(work: Work, village: Village) -> None:
    settle(work, village, lambda v: [v.add(given=ALL_BEST) for _ in range(5)])
    rule = {**DEFAULT.to_dict(), "sample": False, "sample_classes": False}
    with work.database.transaction() as conn:
        conn.execute(update(rounds).values(rule=rule, rule_state="signed", state="closed"))
    assert score(work, "2026", "vca-index").notes == ()


# While the round is open


def reopen(work: Work) -> None:
    with work.database.transaction() as conn:
        conn.execute(update(rounds).values(state="open"))


def figures_move_by_blocks(work: Work, village: Village) -> None:
    """Nothing but counts tells a form more from a form less, until there are five more of its kind."""

    def ended(n: int) -> Any:
        return START + timedelta(minutes=n)

    settle(work, village, lambda v: [v.add(given=ALL_BEST, ended_at=ended(n)) for n in range(10)])
    reopen(work)
    worst = {"dongy": "yes", "q1": "khong", "q2": "khong", "c1": "khong"}
    seen: list[ScoreReport] = []
    for n in range(10, 15):
        settle(work, village, lambda v, n=n: v.add(given=worst, ended_at=ended(n)))
        seen.append(score(work, "2026", "mean-percent"))
    values = [report.whole.figure.value for report in seen if isinstance(report.whole.figure, Mean)]
    assert len(set(values[:4])) == 1
    assert values[4] != values[3]
    assert [report.whole.forms for report in seen] == [10, 10, 10, 10, 15]
    assert [report.outcomes.i for report in seen] == [11, 12, 13, 14, 15], "counts are live"
    notes = [{note.code: note.params for note in report.notes} for report in seen]
    assert notes[2]["score.held_back"] == {"n": 3, "k": 5}
    assert "score.held_back" not in notes[4]


def test_figures_of_an_open_round_move_by_blocks(work: Work, village: Village) -> None:
    figures_move_by_blocks(work, village)


def test_that_proof_fails_without_blocks(work: Work, village: Village) -> None:
    with plant("no-blocks"), pytest.raises(AssertionError):
        figures_move_by_blocks(work, village)


def test_while_the_round_is_open_communes_show_nothing_and_half_a_form_does_not_count(
    work: Work, village: Village
) -> None:
    def fill(v: Village) -> None:
        for n in range(10):
            v.add(given=ALL_BEST, commune=f"Xã {'AB'[n % 2]}")
        v.add("active", {"dongy": "yes", "q1": "khong"}, channel="voice")

    settle(work, village, fill)
    with work.database.transaction() as conn:
        conn.execute(update(rounds).values(rule={**DEFAULT.to_dict(), "partial": True}, state="open"))
    report = score(work, "2026", "mean-percent", "31")
    assert isinstance(report.whole.figure, Mean)
    assert (report.whole.forms, report.whole.figure.value) == (10, 100)
    assert [(line.withheld, line.figure) for line in report.breakdowns["area"]] == [(True, None)] * 2


def test_response_counts_who_was_reached(work: Work, village: Village) -> None:
    def fill(v: Village) -> None:
        fill_mixed(v)
        picked_up, stopped, later, unknown, machine = (v.add("pending") for _ in range(5))
        v.conn.execute(insert(senders).values(_sender()))
        for interview_id, state in ((picked_up, "completed"), (machine, "machine")):
            v.conn.execute(insert(outbox).values(_call(interview_id, v.phone(interview_id), state)))
        v.phone(stopped, "stopped")
        v.conn.execute(update(interviews).where(interviews.c.id == later).values(appointment_at=START))
        v.conn.execute(insert(tasks).values(_task(unknown, "wrong_number")))

    settle(work, village, fill)
    found = score(work, "2026", "vca-index").outcomes
    assert (found.i, found.p, found.r, found.nc, found.o, found.u) == (11, 1, 2, 3, 1, 1), "a pick-up shows nobody"


def test_a_person_who_rang_or_wrote_was_reached(work: Work, village: Village) -> None:
    def fill(v: Village) -> None:
        rang, wrote = v.add("active"), v.add("active")
        v.conn.execute(insert(senders).values(_sender()))
        v.conn.execute(
            insert(calls).values(
                id=rang, ref="r", direction="in", sender_id=SENDER, phone_hash=v.phone(rang), interview_id=rang,
                turn=0, consented=False, began_at=START,
            )
        )  # fmt: skip
        v.conn.execute(
            insert(inbound).values(
                id=wrote, sender_id=SENDER, carrier_id="c", phone_hash=v.phone(wrote), number=b"", body=b"",
                interview_id=wrote, outcome="asked_back", via="webhook", received_at=START,
            )
        )  # fmt: skip

    settle(work, village, fill)
    found = score(work, "2026", "vca-index").outcomes
    assert (found.o, found.r) == (2, 0), "they were there, and refused nothing"


def _sender() -> dict[str, Any]:
    words = {"name": "s", "carrier": "twilio", "medium": "call", "address": "+84", "credentials": "twilio"}
    return {
        **words,
        **{"id": SENDER, "account": "", "api_base_url": "", "can_receive": True, "can_reconcile": True},
        "detects_machines": False,
        **{"simulated": True, "rate_per_s": 1, "burst": 1, "lines": 1, "tariff": {}, "weight": 1, "paused_reason": ""},
        **{"slot_at": START, "served": "", "budget": {}, "base_weight": 1, "created_at": START},
    }


def _call(interview_id: UUID, phone_hash: bytes, state: str) -> dict[str, Any]:
    return {
        **{"id": interview_id, "ref": str(interview_id), "medium": "call", "purpose": "call", "sender_id": SENDER},
        **{"phone_hash": phone_hash, "interview_id": interview_id, "step": 1, "attempt": 1, "state": state},
        **{"reason": {}, "segments": 0, "due_at": START, "tries": 0, "error_code": "", "error_kind": ""},
        **{"answered_by": "", "created_at": START},
    }


def _task(interview_id: UUID, kind: str) -> dict[str, Any]:
    fixed = {"state": "open", "digest": b"1", "claimed_by": "", "created_at": START}
    return {"id": interview_id, "interview_id": interview_id, "kind": kind, **fixed}


def test_the_report_is_plain_json_and_names_no_organisation(work: Work, village: Village) -> None:
    settle(work, village, fill_mixed)
    for method in ("vca-index", "mean-percent", "top-box"):
        document = score(work, "2026", method).to_dict()
        assert json.loads(json.dumps(document)) == document
        assert document["rates"]["rr1"] == "0.7857"
        assert document["staff_entered"] == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("2027", "vca-index", None), "score.no_round"),
        (("2026", "vca-index", "99"), "score.no_office"),
        (("2026", "median", None), "score.no_method"),
    ],
)
def test_what_is_not_there_is_refused(
    work: Work, village: Village, given: tuple[str, str, str | None], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        score(work, *given)
    assert refused.value.code == code


@pytest.mark.parametrize("method", ["vca-index", "mean-percent", "top-box"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_command_speaks_both_languages_and_hides_the_few(
    work: Work, village: Village, method: str, lang: str
) -> None:
    settle(work, village, fill_mixed)
    spoken = run(work, "2026", "--method", method, "--lang", lang)
    assert spoken.exit_code == 0, spoken.output
    warning = {"vi": "Quy tắc chấm điểm MẪU", "en": "Sample rule"}[lang]
    assert warning in spoken.output
    withheld = {"vi": "ẩn", "en": "withheld"}[lang]
    assert any(line.split()[0] == "QTD" and line.endswith(withheld) for line in spoken.output.splitlines() if line)
    assert "score." not in spoken.output, "a code without words"
    assert "class." not in spoken.output, "a class without words"


def test_the_command_gives_json_to_programs(work: Work, village: Village) -> None:
    settle(work, village, fill_mixed)
    document = json.loads(run(work, "2026", "--json").output)
    assert document["whole"]["figure"]["value"] == "30.30"
    assert document["classification"] == "class.weak"


def test_every_code_of_contact_and_scores_has_words_in_both_languages() -> None:
    known = load()
    for code in (*ladder.CODES, *caps.CODES, *CODES, *(name for _, name in DEFAULT.classes)):
        assert set(known[code]) == {"vi", "en"}, code


def run(work: Work, *words: str) -> Result:
    session = Session("vi", Settings())
    session.__dict__["work"] = work
    return CliRunner().invoke(command, list(words), obj=session)


def test_figures_see_one_state_of_the_data(work: Work, village: Village) -> None:
    settle(work, village, fill_mixed)
    with work.database.transaction() as conn:
        figures.freeze(conn)
        before = figures.cube(conn, ROUND, None, {"q1", "q2", "c1"}, {"dongy"})
        with work.database.transaction() as other:
            other.execute(update(interviews).values(status="refused"))
        assert figures.cube(conn, ROUND, None, {"q1", "q2", "c1"}, {"dongy"}) == before
