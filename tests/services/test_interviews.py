"""The one door: a turn is written whole or not at all, a repeat changes nothing, events give the projections back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.interview import recording as interviews
from services.work import Work
from store.people import phones as phone_rows
from store.tables.interviews import interviews as interview_table
from survey.answers import Channel, Entry, Heard, Key, Silence, Spoken, Unclear
from survey.engine.effects import AlreadyAnswered, Ask, Consent, Echo, Finished, Resumed, Welcome
from tests.services.world import World, build


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def opened(world: World, channel: Channel = "sms", source: str = "open") -> Ask:
    """Open a contact; the question it asks."""
    step = interviews.open_contact(world.work, world.interviews[0], channel, source, phone_hash=world.hash())
    ask = step.effects[-1]
    assert isinstance(ask, Ask)
    return ask


def say(world: World, digits: str, ask: Ask, source: str, channel: Channel = "sms") -> Any:
    """Answer what was asked."""
    heard = Heard(channel, source, Key(digits), ask.turn, ask.question)
    return interviews.enter(world.work, world.interviews[0], heard, phone_hash=world.hash())


def consistent(world: World) -> bool:
    """Whether the projections are the fold of the events."""
    with world.work.database.transaction() as conn:
        return all(interviews.differences(conn, id_) == [] for id_ in world.interviews)


def test_a_turn_writes_event_answer_state_and_consent_together(world: World) -> None:
    step = say(world, "1", opened(world), "SM1")
    assert Consent(True) in step.effects
    row = world.interview()
    assert (row["status"], row["channel"], row["seq"]) == ("active", "sms", 2)
    assert row["state"]["e"] == 2
    assert world.answers() == {"consent": "yes"}
    assert world.ledger() == ["given"]
    assert world.consent_of() == "given"
    assert [event["source_id"] for event in world.events()] == ["open", "SM1"]
    assert consistent(world)


def test_points_of_the_choice_stand_with_the_answer(world: World) -> None:
    ask = say(world, "1", opened(world), "SM1").effects[-1]
    say(world, "2", ask, "SM2")
    with world.work.database.transaction() as conn:
        row = interviews.rows.answers_of(conn, world.interviews[0])["q1"]
    assert (row.value, row.points) == ("3", 3)


def test_a_repeated_source_gives_the_same_effects_and_changes_nothing(world: World) -> None:
    ask = say(world, "1", opened(world), "SM1").effects[-1]
    first = say(world, "2", ask, "SM2")
    before = world.interview()
    again = say(world, "3", ask, "SM2")
    assert again.effects == first.effects
    assert world.interview() == before
    assert len(world.events()) == 3
    assert world.answers()["q1"] == "3"


def test_answers_that_branching_takes_away_leave_the_projection(world: World) -> None:
    entry = Heard("online", "row-1", Entry({"consent": "yes", "q1": "5", "q2": "1", "q3": "3"}))
    interviews.enter(world.work, world.interviews[0], entry)
    assert "q3" in world.answers()
    changed = Heard("online", "row-2", Entry({"q2": "5"}), correction=True)
    interviews.enter(world.work, world.interviews[0], changed)
    assert world.answers() == {"consent": "yes", "q1": "5", "q2": "5"}
    assert consistent(world)


def test_a_final_entry_ends_it_and_later_input_is_kept_as_an_event_only(world: World) -> None:
    answers = {"consent": "yes", "q1": "5", "q2": "5", "q4": "3", "members": "12"}
    interviews.enter(world.work, world.interviews[0], Heard("online", "row-1", Entry(answers, final=True)))
    row = world.interview()
    assert (row["status"], row["ended_at"]) == ("complete", world.work.clock.now())
    step = interviews.enter(world.work, world.interviews[0], Heard("sms", "SM9", Key("1"), 1, "q1"))
    assert step.effects == (Finished(),)
    assert world.answers() == answers
    assert len(world.events()) == 2
    assert consistent(world)


def test_answered_elsewhere_without_answers_stores_nothing_by_phone_but_takes_the_online_form(world: World) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(interview_table).values(status="answered", online_at=world.work.clock.now()))
    step = interviews.open_contact(world.work, world.interviews[0], "voice", "call-1")
    assert step.effects == (Finished(),)
    step = interviews.enter(world.work, world.interviews[0], Heard("voice", "k", Key("1"), 1, "consent"))
    assert step.effects == (Finished(),)
    assert (world.interview()["status"], world.answers()) == ("answered", {})
    assert consistent(world)
    entry = Heard("online", "row-1", Entry({"consent": "yes", "q1": "5"}, final=True))
    interviews.enter(world.work, world.interviews[0], entry)
    assert world.interview()["status"] == "partial"
    assert consistent(world)


def test_a_partial_interview_is_taken_up_again(world: World) -> None:
    entry = Heard("online", "row-1", Entry({"consent": "yes", "q1": "5"}, final=True))
    interviews.enter(world.work, world.interviews[0], entry)
    assert world.interview()["ended_at"] is not None
    step = interviews.open_contact(world.work, world.interviews[0], "voice", "call-1")
    assert isinstance(step.effects[0], Resumed)
    assert (world.interview()["status"], world.interview()["ended_at"]) == ("active", None)


def test_an_unknown_interview_is_refused(world: World) -> None:
    with pytest.raises(interviews.UnknownInterviewError):
        interviews.enter(world.work, world.work.ids.new(), Heard("sms", "SM1", Key("1")))


def test_what_could_not_be_read_is_not_kept_in_clear(world: World) -> None:
    opened(world)
    said = Unclear("words", "ông Nguyễn Văn A")
    interviews.enter(world.work, world.interviews[0], Heard("sms", "SM1", said, 1, "consent"))
    assert "Nguyễn" not in str([dict(event) for event in world.events()])
    assert consistent(world)


def test_a_process_that_dies_before_commit_leaves_everything_as_it_was(world: World) -> None:
    ask = opened(world)
    before = (world.interview(), world.answers(), world.ledger(), len(world.events()))

    class KilledError(BaseException):
        """The process ends here."""

    def die_in_the_middle() -> None:
        with world.work.database.transaction() as conn:
            heard = Heard("sms", "SM1", Key("1"), ask.turn, ask.question)
            interviews.enter(world.work, world.interviews[0], heard, conn=conn, phone_hash=world.hash())
            raise KilledError

    with pytest.raises(KilledError):
        die_in_the_middle()
    assert (world.interview(), world.answers(), world.ledger(), len(world.events())) == before
    assert Consent(True) in say(world, "1", ask, "SM1").effects


def in_threads(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same time; their results in order."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=20) for future in [pool.submit(call) for call in calls]]


def test_two_channels_answering_at_once_commit_one_answer(world: World) -> None:
    ask = say(world, "1", opened(world), "SM1").effects[-1]
    steps = in_threads(lambda: say(world, "1", ask, "SM2"), lambda: say(world, "3", ask, "CA1:2", "voice"))
    stored = [step for step in steps if any(isinstance(effect, Echo) for effect in step.effects)]
    refused = [step for step in steps if AlreadyAnswered("q1") in step.effects]
    assert (len(stored), len(refused)) == (1, 1)
    assert set(world.answers()) == {"consent", "q1"}
    assert consistent(world)


def test_one_source_heard_twice_at_once_is_one_event(world: World) -> None:
    entry = Heard("online", "row-1", Entry({"consent": "yes", "q1": "5"}))
    steps = in_threads(*[lambda: interviews.enter(world.work, world.interviews[0], entry)] * 4)
    assert {step.effects for step in steps} == {steps[0].effects}
    assert len(world.events()) == 1


def test_the_phone_is_locked_before_the_interview(world: World) -> None:
    ask, started = opened(world), Event()

    def answer() -> Any:
        started.set()
        return say(world, "1", ask, "SM1")

    with ThreadPoolExecutor(1) as pool:
        with world.work.database.transaction() as conn:
            phone_rows.lock(conn, world.hash())
            waiting = pool.submit(answer)
            started.wait(5)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
            free = sa.select(interview_table.c.id).with_for_update(nowait=True)
            assert conn.execute(free).scalar() == world.interviews[0]
        assert Consent(True) in waiting.result(timeout=10).effects


_SAID = st.one_of(
    st.sampled_from(["1", "2", "3", "4", "7", "250", "900"]).map(Key),
    st.just(Silence()),
    st.sampled_from(["repeat", "later", "person", "help", "back"]).map(Spoken),
    st.just(Unclear("words")),
    st.dictionaries(st.sampled_from(["consent", "q1", "q2", "q3", "members"]), st.sampled_from(["yes", "5", "1", "12"]))
    .flatmap(lambda a: st.booleans().map(lambda final: Entry(a, final))),
)  # fmt: skip
_MOVES = st.lists(
    st.tuples(
        st.sampled_from(["sms", "voice"]),
        st.sampled_from(["open", "hear", "late", "again", "correct"]),
        _SAID,
    ),
    max_size=20,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=_MOVES)
def test_events_give_the_projections_back_after_any_session_on_two_channels(world: World, moves: list[Any]) -> None:
    """Each example goes on with an interview of its own in the same world."""
    id_ = world.add_organisation(f"R{len(world.interviews)}", number=None)
    ask: Ask | None = None
    asks: list[Ask] = []
    for n, (channel, move, said) in enumerate(moves):
        source = f"{channel}-{n - 1 if move == 'again' else n}"
        world.clock.advance(timedelta(seconds=30))
        if move == "open" or ask is None:
            step = interviews.open_contact(world.work, id_, channel, source)
        else:
            bound = asks[0] if move == "late" else ask
            heard = Heard(channel, source, said, bound.turn, bound.question, correction=move == "correct")
            step = interviews.enter(world.work, id_, heard)
        asks += [effect for effect in step.effects if isinstance(effect, Ask)]
        ask = asks[-1] if asks else None
    with world.work.database.transaction() as conn:
        assert interviews.differences(conn, id_) == []


def test_a_changed_projection_is_found(world: World) -> None:
    say(world, "1", opened(world), "SM1")
    with world.work.database.transaction() as conn:
        conn.execute(sa.text("UPDATE answers SET value = 'no'"))
        conn.execute(sa.text("UPDATE interviews SET seq = 9"))
        assert len(interviews.differences(conn, world.interviews[0])) == 2


def test_the_first_contact_greets(world: World) -> None:
    step = interviews.open_contact(world.work, world.interviews[0], "sms", "SM0")
    assert isinstance(step.effects[0], Welcome)
    assert world.interview()["begun_at"] == world.work.clock.now()
