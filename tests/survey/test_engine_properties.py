"""What holds for every course of an interview, whatever the phone, the network and the person do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from survey.answers import Channel, Entry, Heard, Key, Silence, Spoken, Unclear
from survey.engine import engine
from survey.engine.effects import (
    Appointed,
    Ask,
    Echo,
    Ended,
    Finished,
    GoneBack,
    Noted,
    OptedOut,
    Wanted,
    WrongPerson,
)
from survey.engine.engine import Event, Opened
from survey.engine.moves import MOST_IDLE
from survey.engine.side_question_forms import REFUSE, behind, is_aside, question_of
from survey.engine.state import Interview
from survey.form.plan import Invalid, calculated, is_relevant, judge_key, judge_value, plan_of
from survey.form.questionnaire import Question, Questionnaire
from tests.survey.conversation import Conversation, unnumbered
from tests.survey.forms import (
    NOW,
    calculate,
    consent,
    form,
    heard,
    level,
    note,
    other,
    report_form,
    several,
    small_form,
    whole,
)  # fmt: skip

FORMS: tuple[Questionnaire, ...] = (
    small_form(),
    report_form(),
    form(
        consent(),
        level("a"),
        level("b", "${a} != '5'"),
        note("n", "${b} = '1'"),
        level("c", "${b} = '1' or ${b} = 'none'"),
        whole("d", ". < 50", "${c} != ''"),
        level("e", "not(selected(${a}, '1')) and ${d} > 3"),
        level("f"),
        note("bye"),
    ),
)
TRIES = 3
TODAY = "2026-03-16"


@dataclass(frozen=True)
class Act:
    """One thing that happens: an opening, or an input whose binding is chosen relative to the state it meets."""

    said: Any
    """A value of `survey.answers`, None for an opening, or {place in the form: value} for an entry."""
    back: int = 0
    """Turns behind the current one; -1: a turn never asked; 99: not bound."""
    question: int | None = 100
    """A place in the form; 100: what the turn asked; None: not named."""
    correction: bool = False
    final: bool = False
    channel: Channel = "sms"

    def meet(self, questionnaire: Questionnaire, state: Interview, asked_in: dict[int, str]) -> Opened | Heard:
        """The happening, bound as a carrier would deliver it to `state`."""
        if self.said is None:
            return Opened(self.channel)
        names = [question.name for question in questionnaire.questions] + ["nowhere"]
        said = self.said
        if isinstance(said, dict):
            said = Entry({names[place % len(names)]: value for place, value in said.items()}, self.final)
        turn = 0 if self.back == 99 else max(state.turn - self.back, 0)
        name = None if self.question is None else names[self.question % len(names)]
        name = asked_in.get(turn) if self.question == 100 else name
        return heard(said, turn=turn, question=name, correction=self.correction, channel=self.channel)


AGREES = Act(Key("1"))
"""Most courses begin with it, else they would end at the first question."""
KEYS = st.sampled_from(
    ["1", "2", "3", "4", "7", "", "48", "007", "x", "13", "39", "12#5", "12,50#", "01022020", "31022020", "Mở đường"]
).map(Key)
VALUES = st.sampled_from(
    ["5", "3", "1", "none", "yes", "7", "900", "", "no", "c a", "12.50", "2020-02-01", "1/2/2020", "Thêm nước"]
)
PLACES = st.integers(0, 9)
WORDS = st.sampled_from(
    ["repeat", "back", "person", "help", "call", "stop", "start", "language", "later", "skip", "not_me"]
).map(Spoken)
CHANNELS: st.SearchStrategy[Channel] = st.sampled_from(["sms", "sms", "voice", "staff"])
USUAL = st.builds(Act, st.sampled_from(["1", "2", "3", "12", "01022020"]).map(Key), channel=CHANNELS)
BOUND_ODDLY = st.builds(
    Act,
    st.one_of(KEYS, KEYS, KEYS, WORDS, st.sampled_from([Silence(), Unclear("words", "?")])),
    st.sampled_from([1, 2, 0, 5, -1, 99]),
    st.just(100) | st.none() | PLACES,
    st.sampled_from([False, False, False, True]),
    channel=CHANNELS,
)
CORRECTION = st.builds(Act, st.sampled_from(["3", "1", "48"]).map(Key), st.just(99), st.integers(1, 6), st.just(True))
ENTRY = st.builds(
    Act,
    st.dictionaries(PLACES, VALUES, max_size=4),
    final=st.sampled_from([False] * 9 + [True]),
    correction=st.booleans(),
)
OPENING = st.builds(Act, st.none(), channel=CHANNELS)


def _row(draw: Any, at: int, earlier: list[str]) -> Question:
    """A row of any kind; every third one looks at an earlier row."""
    name, required = f"r{at}", draw(st.booleans())
    on = draw(st.sampled_from([*earlier, "", ""])) if earlier else ""
    relevant = on and draw(st.sampled_from(["${%s} != '1'", "${%s} != ''", "not(selected(${%s}, 'a'))"])) % on
    kind = draw(st.sampled_from(["level", "several", "whole", "note", "calculate", "decimal", "date", "text"]))
    if kind in ("decimal", "date", "text"):
        limit = draw(st.sampled_from(["", {"decimal": ". < 40", "date": ". < today()", "text": ". != 'x'"}[kind]]))
        return other(name, kind, limit, relevant, required)
    if kind == "calculate":
        about = f"${{{earlier[0]}}}" if earlier else "1"
        text = draw(st.sampled_from(["%s * 2", "coalesce(%s, 0)", "if(selected(%s, 'a'), today(), '')", "string(%s)"]))
        return calculate(name, text % about, relevant)
    made = {"level": level, "several": several, "note": note}
    row = whole(name, ". < 50", relevant) if kind == "whole" else made[kind](name, relevant)
    return row if kind == "note" else replace(row, required=required)


@st.composite
def generated(draw: Any) -> Questionnaire:
    """A sound questionnaire of rows of every kind."""
    rows = [consent()]
    for at in range(draw(st.integers(1, 8))):
        rows.append(_row(draw, at, [row.name for row in rows[1:] if row.kind != "note"]))
    return form(*rows, level("last"))


COURSES = st.tuples(
    st.sampled_from(FORMS) | generated(),
    st.builds(
        lambda first, rest: [*first, *rest],
        st.sampled_from([[AGREES], [AGREES], [AGREES], []]),
        st.lists(
            st.one_of(USUAL, USUAL, BOUND_ODDLY, BOUND_ODDLY, CORRECTION, ENTRY, OPENING), min_size=6, max_size=25
        ),
    ),
)


class Course(Conversation):
    """A conversation that remembers which question each turn asked."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        super().__init__(questionnaire)
        self.asked_in: dict[int, str] = {}

    def take(self, happened: Opened | Heard) -> None:
        """One happening."""
        if isinstance(happened, Opened):
            self.channel = happened.channel
            self.open()
        else:
            self.hear(happened)
        if self.state.asked is not None:
            self.asked_in[self.state.turn] = self.state.asked

    def run(self, acts: list[Act]) -> Course:
        """Open and let everything happen."""
        self.take(Opened("sms"))
        for act in acts:
            self.take(act.meet(self.form, self.state, self.asked_in))
        return self


def check_sound(questionnaire: Questionnaire, state: Interview) -> None:
    """What is true of every state."""
    plan = plan_of(questionnaire)
    worked_out = {item.name: item for item in plan.settled if item.calculation is not None}
    for name, answer in state.answers.items():
        if name in worked_out:
            assert answer.value == calculated(worked_out[name], state.answers, TODAY)
            continue
        item = plan.by_name[name]
        assert is_relevant(item, state.answers)
        assert judge_value(item, answer.value, state.answers, TODAY) == answer.value
        assert 0 < answer.seq <= state.seq
    if state.asked is not None:
        assert state.status in ("active", "complete", "refused")
        assert 0 <= state.tries < TRIES
        if not is_aside(state.asked):
            assert state.asked not in state.answers or state.asked in state.given  # asked again on the person's wish
            assert is_relevant(plan.by_name[state.asked], state.answers)
    assert set(state.given) <= set(state.answers) - {"consent"}
    assert not set(state.answers) & {*state.left_open, *state.given_up}
    said = state.answers.get("consent")
    assert (state.status == "refused") == (said is not None and said.value == "no")
    if state.status == "refused":  # nothing waits but whether that was meant
        assert state.asked is None or behind(state.asked) == REFUSE
    if state.status == "complete" and plan.consent is not None and "consent" in state.answers:
        needed = [item for item in plan.items if item.question.required and is_relevant(item, state.answers)]
        assert all(item.name in state.answers for item in needed)


def check_effects(before: Interview, after: Interview, effects: tuple[Any, ...]) -> None:
    """At most one prompt, and last; else the effects say why the contact is over."""
    prompts = [effect for effect in effects if isinstance(effect, Ask)]
    assert len(prompts) <= 1
    if prompts:
        assert effects[-1] is prompts[0]
        assert (prompts[0].question, prompts[0].turn, prompts[0].tries) == (after.asked, after.turn, after.tries)
        if (after.asked, after.tries) != (before.asked, before.tries):
            assert after.turn == before.turn + 1
    elif after.asked is None and before.asked is not None:
        assert isinstance(effects[-1], Ended | Wanted | Appointed | OptedOut | WrongPerson | Finished)
    told = {e.question for e in effects if isinstance(e, Echo)}
    known = {name for name in told if before.answers.get(name) == after.answers[name]}
    gone_back = {e.question for e in prompts if e.question in after.answers}
    assert known | gone_back <= {*before.given, *after.given}  # nothing of an earlier contact
    assert after.seq == before.seq + 1
    assert before.turn <= after.turn <= before.turn + 1
    if before.over:
        assert effects == (Finished(),)
        assert before._replace(seq=after.seq) == after


@given(COURSES)
def test_nothing_raises_and_every_state_is_sound(course: tuple[Questionnaire, list[Act]]) -> None:
    questionnaire, acts = course
    conversation = Course(questionnaire)
    conversation.take(Opened("sms"))
    for act in acts:
        before = conversation.state
        conversation.take(act.meet(questionnaire, before, conversation.asked_in))
        check_sound(questionnaire, conversation.state)
        check_effects(before, conversation.state, conversation.effects)
        if act.channel == "voice":  # words cannot be keyed
            asked = [question_of(questionnaire, e.question) for e in conversation.effects if isinstance(e, Ask)]
            assert all(question is not None and question.kind != "text" for question in asked)


@given(COURSES, st.sampled_from(["staff", "online"]))
def test_it_may_also_begin_with_an_input(course: tuple[Questionnaire, list[Act]], channel: Any) -> None:
    questionnaire, acts = course
    conversation = Course(questionnaire)
    for act in acts:
        happened = act.meet(questionnaire, conversation.state, conversation.asked_in)
        conversation.take(happened if isinstance(happened, Opened) else replace(happened, channel=channel))
        check_sound(questionnaire, conversation.state)


@given(COURSES)
def test_the_events_rebuild_state_and_answers(course: tuple[Questionnaire, list[Act]]) -> None:
    questionnaire, acts = course
    conversation = Course(questionnaire).run(acts)
    assert engine.rebuild(questionnaire, conversation.events) == conversation.state


@given(COURSES)
def test_events_that_changed_nothing_need_not_be_kept(course: tuple[Questionnaire, list[Act]]) -> None:
    questionnaire, acts = course
    conversation = Course(questionnaire)
    kept: list[Event] = []
    for act in [Act(None), *acts]:
        before = conversation.state
        conversation.take(act.meet(questionnaire, before, conversation.asked_in))
        if unnumbered(before) != unnumbered(conversation.state):
            kept.append(conversation.events[-1])
    assert unnumbered(engine.rebuild(questionnaire, kept)) == unnumbered(conversation.state)


@given(COURSES)
def test_an_answer_lands_on_the_question_it_was_bound_to_or_nowhere(course: tuple[Questionnaire, list[Act]]) -> None:
    """An independent rule for keys: what may change is the bound question alone, once, unless it is a correction."""
    questionnaire, acts = course
    conversation = Course(questionnaire)
    conversation.take(Opened("sms"))
    for act in acts:
        before = conversation.state
        asked_in = dict(conversation.asked_in)
        happened = act.meet(questionnaire, before, asked_in)
        conversation.take(happened)
        if not isinstance(happened, Heard) or isinstance(happened.said, Entry):
            continue
        asked_names = plan_of(questionnaire).by_name
        changed = {n for n, a in conversation.state.answers.items() if before.answers.get(n) != a}
        written = {n for n in changed if n in asked_names}
        meant = happened.question or (before.asked if happened.turn == before.turn else None)
        assert written <= {meant}
        if written:
            assert isinstance(happened.said, Key)
            assert happened.turn <= before.turn
            assert meant == "consent" or "consent" in before.answers
            again = meant == before.asked and meant in before.given and happened.turn == before.turn
            assert meant not in before.answers or happened.correction or again
            given_value = judge_key(asked_names[str(meant)], happened.said.digits, before.answers, TODAY)
            assert conversation.values()[str(meant)] == given_value


SAME_TURN = st.lists(st.sampled_from(["1", "2", "3", "9", "", "silence", "unclear", "again"]), min_size=1, max_size=6)


@given(COURSES, SAME_TURN, st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_duplicates_and_reorderings_within_a_turn_change_nothing_after_the_first_valid_input(
    course: tuple[Questionnaire, list[Act]], said: list[str], chance: Any
) -> None:
    questionnaire, acts = course
    conversation = Course(questionnaire).run(acts)
    asked = conversation.state.asked
    if asked is None or is_aside(asked) or asked in conversation.state.answers:
        return
    kinds: dict[str, Any] = {"silence": Silence(), "unclear": Unclear("words"), "again": Spoken("repeat")}
    inputs = [conversation.bound(kinds.get(one, one)) for one in said] * 2
    chance.shuffle(inputs)
    item = plan_of(questionnaire).by_name[asked]
    first = next(
        (
            judge_key(item, i.said.digits, conversation.state.answers, TODAY)
            for i in inputs
            if _valid(item, i, conversation)
        ),
        None,
    )
    settled: Interview | None = None
    turn = conversation.state.turn
    for one in inputs:
        conversation.hear(one)
        done = conversation.state.over or conversation.state.status == "complete"  # a call asks its last question still
        if settled is None and done and asked not in conversation.state.answers:
            return  # the last question, an optional one, was left out before
        if settled is not None:
            assert unnumbered(conversation.state) == settled
        elif asked in conversation.state.answers:
            settled = unnumbered(conversation.state)
        elif conversation.state.over:
            return  # the last wrong try of the last question: the form was handed in without it
    assert conversation.values().get(asked) == first
    assert conversation.state.turn - turn <= 2  # one wrong try, one answer: however often they are delivered


def _valid(item: Any, one: Heard, conversation: Conversation) -> bool:
    return isinstance(one.said, Key) and not isinstance(
        judge_key(item, one.said.digits, conversation.state.answers, TODAY), Invalid
    )


@given(st.sampled_from(FORMS) | generated(), st.sampled_from(["sms", "voice"]), st.data())
def test_a_stuttering_network_gives_the_same_answers_as_a_clean_one(
    questionnaire: Questionnaire, channel: Channel, data: Any
) -> None:
    """A person who knows the truth by question answers each prompt; everything ever sent may be delivered again."""
    truth = {item.name: data.draw(_truth(item), label=item.name) for item in plan_of(questionnaire).items}
    clean, stuttering = Conversation(questionnaire, channel), Conversation(questionnaire, channel)
    clean.open()
    while clean.state.asked is not None:
        clean.say(truth.get(clean.state.asked, "1"))
    stuttering.open()
    sent: list[Heard] = []
    while stuttering.state.asked is not None:
        sent.append(stuttering.bound(truth.get(stuttering.state.asked, "1")))
        again = data.draw(st.lists(st.sampled_from(sent), max_size=3))
        stuttering.hear(sent[-1])
        for one in again:
            stuttering.hear(one)
    assert unnumbered(stuttering.state) == unnumbered(clean.state)
    assert clean.state.status in ("complete", "refused", "partial" if channel == "voice" else "complete")


def _truth(item: Any) -> st.SearchStrategy[str]:
    keys = {
        "integer": ["1", "7", "49"],
        "decimal": ["1", "7#5#", "39,25"],
        "date": ["01022020", "1/12/1999"],
        "text": ["Mở thêm đường", "12"],
        "select_multiple": ["1", "31", "123", "9"],
    }.get(item.question.kind)
    if keys is not None:
        return st.sampled_from(keys)
    return st.sampled_from([choice.key for choice in item.question.choices])


@given(COURSES, st.lists(st.sampled_from(["silence", "9", "unclear"]), min_size=1, max_size=3))
def test_whoever_only_errs_or_keeps_silent_is_let_go(course: tuple[Questionnaire, list[Act]], said: list[str]) -> None:
    questionnaire, acts = course
    conversation = Course(questionnaire).run(acts)
    kinds: dict[str, Any] = {"silence": Silence(), "unclear": Unclear("words"), "9": "99999999999999"}
    most = 2 * TRIES * len(questionnaire.questions)
    for turn in range(most + 1):
        if conversation.state.asked is None:
            break
        assert turn < most
        conversation.say(kinds[said[turn % len(said)]])
    closed = unnumbered(conversation.state)
    for one in said:
        conversation.say(kinds[one])
        assert unnumbered(conversation.state) == closed


IDLING = st.sampled_from(["repeat", "back", "person", "2", "0", "99"])


@given(COURSES, st.lists(IDLING, min_size=1, max_size=2))
def test_a_call_that_brings_no_answer_ends(course: tuple[Questionnaire, list[Act]], said: list[str]) -> None:
    """Listening again and again, going back, hearing one's answers once more: each prompt is paid for."""
    questionnaire, acts = course
    conversation = Course(questionnaire).run(acts)
    if conversation.channel != "voice":
        return
    idle = 0
    for turn in range(40 * (len(questionnaire.questions) + 2)):
        if conversation.state.asked is None:
            break
        before = conversation.state
        word = said[turn % len(said)]
        conversation.say(Spoken(word) if word.isalpha() else word)  # type: ignore[arg-type]  # words of `Word`
        asked_on = conversation.state.turn > before.turn and conversation.state.answers == before.answers
        idle = idle + 1 if asked_on else 0
        assert idle <= MOST_IDLE
    if all(word in ("repeat", "person", "99") for word in said):
        assert conversation.state.asked is None


@given(st.lists(st.sampled_from(["2", "5", "back"]), min_size=1, max_size=3))
def test_a_number_is_keyed_anew_in_three_rounds_at_most(said: list[str]) -> None:
    """Whoever never says that it is right is let go: three rounds a question, and three more when it comes back."""
    conversation = Conversation(form(consent(), whole("members"), whole("workers")), "voice")
    conversation.open()
    rounds = turns = 0
    while (asked := conversation.state.asked) is not None:
        turns += 1
        assert turns < 60
        if asked.startswith(".right"):
            word = said[turns % len(said)]
            conversation.say(Spoken("back") if word == "back" else word)
            rounds += isinstance(conversation.effects[0], Noted | GoneBack)
        else:
            conversation.say("1" if asked == "consent" else str(10 + turns))
    assert conversation.state.status == "partial"
    assert conversation.state.answers.keys() == {"consent"}
    assert rounds <= 2 * 2 * 3


@given(COURSES, st.data())
def test_the_first_answer_wins_and_a_correction_supersedes(course: tuple[Questionnaire, list[Act]], data: Any) -> None:
    questionnaire, acts = course
    conversation = Course(questionnaire).run(acts)
    before = conversation.state
    if before.status in ("complete", "refused") or "consent" not in before.answers:
        return
    asked = plan_of(questionnaire).by_name.keys()
    name = data.draw(st.sampled_from(sorted(before.answers.keys() & asked)))
    item = plan_of(questionnaire).by_name[name]
    key = data.draw(_truth(item))
    conversation.hear(heard(key, question=name))
    assert unnumbered(conversation.state).answers == unnumbered(before).answers  # calculated ones included
    conversation.hear(heard(key, question=name, correction=True))
    if is_relevant(item, before.answers) and "consent" in before.answers:
        assert conversation.values()[name] == judge_key(item, key, before.answers, TODAY)


@given(COURSES)
def test_a_step_depends_on_nothing_but_state_and_input(course: tuple[Questionnaire, list[Act]]) -> None:
    questionnaire, acts = course
    one, two = Course(questionnaire).run(acts), Course(questionnaire).run(acts)
    assert (one.state, one.events) == (two.state, two.events)
    again = engine.resume(questionnaire, one.state, "staff", NOW)
    assert again == engine.begin(questionnaire, one.state, "sms", NOW)
