"""The engine's rules, one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from survey.answers import Entry, Silence, Spoken, Unclear, Word
from survey.engine import engine
from survey.engine.effects import (
    AlreadyAnswered,
    Ask,
    Consent,
    Doubtful,
    Echo,
    Effect,
    Ended,
    Finished,
    LeftOpen,
    NotAChoice,
    OutOfRange,
    Resumed,
    Tell,
    Unheard,
    Wanted,
    Welcome,
)
from tests.survey.conversation import Conversation, asked, consented, unnumbered
from tests.survey.forms import NOW, consent, form, heard, level, note, other, small_form, whole

# Opening


def test_a_first_contact_explains_then_asks_for_consent_as_turn_1() -> None:
    conversation = Conversation(small_form())
    assert conversation.open() == (Welcome(), Ask("consent", 1))
    assert conversation.state.status == "active"


def test_an_interview_is_pinned_to_its_form_and_language() -> None:
    questionnaire = small_form()
    state = engine.new_interview(questionnaire)
    assert (state.questionnaire, state.language, state.status) == (questionnaire.sha256, "vi", "pending")
    assert engine.new_interview(questionnaire, "en").language == "en"


def test_consent_is_followed_by_the_notes_on_the_way() -> None:
    conversation = Conversation(small_form())
    conversation.open()
    assert conversation.say("1") == (Consent(True), Tell("intro"), Ask("q1", 2))


def test_refused_consent_ends_and_stores_nothing_more() -> None:
    conversation = Conversation(small_form())
    conversation.open()
    assert conversation.say("2") == (Consent(False), Ended("refused"))
    assert conversation.state.status == "refused"
    before = unnumbered(conversation.state)
    assert conversation.hear(heard("1", turn=1, question="consent")) == (Finished(),)
    assert conversation.open() == (Finished(),)
    assert conversation.enter(final=True, q1="5") == (Finished(),)
    assert unnumbered(conversation.state) == before


def test_unheard_consent_is_neither_consent_nor_refusal() -> None:
    conversation = Conversation(small_form(), "voice")
    conversation.open()
    assert conversation.say(Silence()) == (Unheard(1), Ask("consent", 2, 1))
    assert conversation.say("7") == (NotAChoice("consent", 2), Ask("consent", 3, 2))
    late = conversation.bound("1")
    assert conversation.say(Silence()) == (Wanted("later"),)
    assert (conversation.state.status, conversation.state.answers) == ("active", {})
    assert conversation.hear(late) == (Consent(True), Tell("intro"), Ask("q1", 4))


def test_no_answer_is_stored_before_consent() -> None:
    conversation = Conversation(small_form())
    conversation.open()
    assert conversation.hear(heard("1", question="q1")) == (Ask("consent", 1),)
    assert conversation.values() == {}


def test_a_closed_contact_stays_closed_while_nobody_answers() -> None:
    conversation = Conversation(small_form(), "voice")
    conversation.open()
    for _ in range(3):
        conversation.say(Silence())
    before = unnumbered(conversation.state)
    assert conversation.say(Silence()) == (Wanted("later"),)
    assert conversation.hear(heard("8", turn=3, question="consent")) == (Wanted("later"),)
    assert unnumbered(conversation.state) == before


# Answers and branching


def test_a_whole_interview_with_its_branch() -> None:
    conversation = consented(small_form())
    assert conversation.say("1") == (Echo("q1", "5"), Ask("q2", 3))
    assert conversation.say("3") == (Echo("q2", "1"), Ask("q3", 4))
    assert conversation.say("2") == (Echo("q3", "3"), Ask("q4", 5))
    assert conversation.say("4") == (Echo("q4", "none"), Ask("members", 6))
    assert conversation.say("0120") == (Echo("members", "120"), Ended("complete"))
    assert conversation.values() == {
        "consent": "yes",
        "q1": "5",
        "q2": "1",
        "q3": "3",
        "q4": "none",
        "members": "120",
    }
    assert conversation.say("1") == (Finished(),)


def test_a_branch_that_does_not_apply_is_never_asked() -> None:
    conversation = consented(small_form())
    conversation.say("1")
    assert conversation.say("1") == (Echo("q2", "5"), Ask("q4", 4))


def test_a_correction_takes_answers_that_no_longer_apply_out_of_the_projection() -> None:
    conversation = consented(small_form())
    for key in ("1", "3", "2"):
        conversation.say(key)
    effects = conversation.hear(heard("1", turn=3, question="q2", correction=True))
    assert effects == (Echo("q2", "5"), Ask("q4", 5))
    assert conversation.values() == {"consent": "yes", "q1": "5", "q2": "5"}
    assert engine.rebuild(conversation.form, conversation.events) == conversation.state


def test_a_correction_moves_on_when_the_current_question_no_longer_applies() -> None:
    conversation = consented(small_form())
    conversation.say("1")
    assert conversation.say("3") == (Echo("q2", "1"), Ask("q3", 4))
    stale = conversation.bound("1")
    assert conversation.hear(heard("1", turn=3, question="q2", correction=True)) == (Echo("q2", "5"), Ask("q4", 5))
    assert conversation.hear(stale) == (Ask("q4", 5),)
    assert "q3" not in conversation.values()


def test_branches_that_hang_on_branches_fall_with_them() -> None:
    chain = form(consent(), level("a"), level("b", "${a} = '1'"), level("c", "${b} = '1'"), level("d"))
    conversation = consented(chain)
    for _ in range(3):
        conversation.say("3")
    assert set(conversation.values()) == {"consent", "a", "b", "c"}
    conversation.hear(heard("1", question="a", correction=True))
    assert conversation.values() == {"consent": "yes", "a": "5"}


def test_notes_are_told_on_the_way_and_at_the_end_where_they_apply() -> None:
    told = form(consent(), note("n1"), level("a"), note("low", "${a} = '1'"), note("n2"), level("b"), note("bye"))
    conversation = Conversation(told)
    conversation.open()
    assert conversation.say("1") == (Consent(True), Tell("n1"), Ask("a", 2))
    assert conversation.say("1") == (Echo("a", "5"), Tell("n2"), Ask("b", 3))
    assert conversation.open() == (Resumed(), Tell("n2"), Ask("b", 4))
    assert conversation.say("1") == (Echo("b", "5"), Tell("bye"), Ended("complete"))


# Wrong keys, silence, unclear words


def test_three_tries_then_the_question_is_left_open_and_comes_back_once_at_the_end() -> None:
    conversation = consented(form(consent(), level("a"), level("b")), "voice")
    assert conversation.say("9") == (NotAChoice("a", 1), Ask("a", 3, 1))
    assert conversation.say(Silence()) == (Unheard(2), Ask("a", 4, 2))
    assert conversation.say("") == (LeftOpen("a"), Ask("b", 5))
    assert conversation.say("1") == (Echo("b", "5"), Ask("a", 6))
    conversation.say(Silence())
    conversation.say(Silence())
    assert conversation.say(Silence()) == (LeftOpen("a", comes_back=False), Ended("partial"))
    assert (conversation.state.status, conversation.state.asked) == ("partial", None)


def test_answering_a_question_left_open_completes_the_form() -> None:
    conversation = consented(form(consent(), level("a"), level("b")))
    for said in ("9", "9", "9", "2"):
        conversation.say(said)
    assert conversation.say("3") == (Echo("a", "1"), Ended("complete"))


def test_a_number_is_judged_by_its_constraint() -> None:
    conversation = consented(form(consent(), whole("members", ". >= 1 and . <= 500")))
    assert conversation.say("501") == (OutOfRange("members", 1), Ask("members", 3, 1))
    assert conversation.say("1.5") == (NotAChoice("members", 2), Ask("members", 4, 2))
    assert conversation.say("500") == (Echo("members", "500"), Ended("complete"))


@pytest.mark.parametrize("digits", ["", "-1", "1.5", "1e3", "½", "٣", "x", " 3", "3 "])
def test_what_is_no_whole_number_is_no_number(digits: str) -> None:
    conversation = consented(form(consent(), whole("n")))
    assert conversation.say(digits)[0] == NotAChoice("n", 1)


def test_a_number_of_endless_digits_is_out_of_range() -> None:
    conversation = consented(form(consent(), whole("n")))
    assert conversation.say("9" * 5000)[0] == OutOfRange("n", 1)


def test_unclear_words_are_asked_back_and_counted() -> None:
    conversation = consented(form(consent(), level("a"), level("b")))
    assert conversation.say(Unclear("two_answers", "1, 2")) == (Doubtful("two_answers", "1, 2"), Ask("a", 3, 1))
    assert conversation.hear(heard(Unclear("words"))) == (Doubtful("words"), Ask("a", 3, 1))
    conversation.say(Unclear("words"))
    assert conversation.say(Unclear("words")) == (LeftOpen("a"), Ask("b", 5))


def test_consent_in_a_list_with_something_unreadable_is_not_asked_again() -> None:
    conversation = Conversation(small_form())
    conversation.open()
    effects = conversation.hear(heard(Entry({"consent": "yes", "nowhere": "5"}), turn=1))
    assert Doubtful("unknown_question", question="nowhere") in effects
    assert effects[-1] == Ask("q1", 2)


# Binding


def test_the_same_key_twice_answers_one_question() -> None:
    conversation = consented(small_form())
    first = conversation.bound("1")
    conversation.hear(first)
    before = unnumbered(conversation.state)
    assert conversation.hear(first) == (AlreadyAnswered("q1"), Ask("q2", 3))
    assert unnumbered(conversation.state) == before


def test_a_repeated_wrong_key_counts_once() -> None:
    conversation = consented(small_form())
    wrong = conversation.bound("9")
    conversation.hear(wrong)
    before = unnumbered(conversation.state)
    assert conversation.hear(wrong) == (Ask("q1", 3, 1),)
    assert unnumbered(conversation.state) == before


def test_an_answer_overtaken_by_a_wrong_key_is_still_stored() -> None:
    conversation = consented(small_form())
    right, wrong = conversation.bound("1"), conversation.bound("9")
    conversation.hear(wrong)
    assert conversation.hear(right) == (Echo("q1", "5"), Ask("q2", 4))


def test_a_late_answer_to_a_question_left_open_is_stored_and_the_current_prompt_stays() -> None:
    conversation = consented(small_form())
    late = conversation.bound("2")
    for _ in range(3):
        conversation.say("9")
    assert conversation.state.asked == "q2"
    assert conversation.hear(late) == (Echo("q1", "3"), Ask("q2", 5))
    assert conversation.state.left_open == ()


@pytest.mark.parametrize("said", [Silence(), Unclear("words"), "9", ""])
def test_late_silence_unclear_words_and_wrong_keys_change_nothing(said: Any) -> None:
    conversation = consented(small_form())
    late = conversation.bound(said)
    conversation.say("1")
    before = unnumbered(conversation.state)
    assert conversation.hear(late) == (AlreadyAnswered("q1"), Ask("q2", 3))
    assert unnumbered(conversation.state) == before


def test_a_key_of_an_old_turn_without_its_question_belongs_nowhere() -> None:
    conversation = consented(small_form())
    conversation.say("9")
    assert conversation.hear(heard("1", turn=2)) == (Ask("q1", 3, 1),)
    assert conversation.hear(heard("1", turn=3))[0] == Echo("q1", "5")


def test_a_key_bound_to_a_turn_that_was_never_asked_belongs_nowhere() -> None:
    conversation = consented(small_form())
    assert conversation.hear(heard("1", turn=9, question="q1")) == (Ask("q1", 2),)
    assert conversation.hear(heard("1", turn=2, question="nowhere")) == (Ask("q1", 2),)


def test_a_key_that_names_another_question_answers_that_one() -> None:
    conversation = consented(small_form())
    assert conversation.hear(heard("1", turn=2, question="q4")) == (Echo("q4", "5"), Ask("q1", 2))


def test_the_first_answer_wins_and_a_correction_supersedes() -> None:
    conversation = consented(small_form())
    conversation.say("1")
    conversation.hear(heard("3", turn=2, question="q1", channel="voice"))
    assert conversation.values()["q1"] == "5"
    assert conversation.hear(heard("3", question="q1", correction=True)) == (Echo("q1", "1"), Ask("q2", 3))
    assert conversation.values()["q1"] == "1"


def test_a_wrong_correction_changes_nothing() -> None:
    conversation = consented(small_form())
    conversation.say("1")
    assert conversation.hear(heard("8", question="q1", correction=True)) == (Ask("q2", 3),)
    assert conversation.values()["q1"] == "5"


def test_a_correction_of_consent_ends_the_interview() -> None:
    conversation = consented(small_form())
    conversation.say("1")
    effects = conversation.hear(heard("2", question="consent", correction=True))
    assert effects == (Consent(False), Ended("refused"))


# Words that always work


def test_repeat_is_the_same_question_as_a_new_turn_without_a_try() -> None:
    conversation = consented(small_form())
    conversation.say("9")
    assert conversation.say(Spoken("repeat")) == (Ask("q1", 4, 1),)


@pytest.mark.parametrize("word", ["person", "call", "help"])
def test_a_wish_is_passed_on_and_the_question_stays(word: Any) -> None:
    conversation = consented(small_form())
    assert conversation.say(Spoken(word)) == (Wanted(word), Ask("q1", 3))
    assert conversation.hear(heard(Spoken(word), turn=2)) == (Wanted(word), Ask("q1", 3))


def test_later_ends_the_contact_and_keeps_the_interview() -> None:
    conversation = consented(small_form())
    late = conversation.bound("1")
    assert conversation.say(Spoken("later")) == (Wanted("later"),)
    assert conversation.state.status == "active"
    assert conversation.hear(late) == (Echo("q1", "5"), Ask("q2", 3))


def test_a_late_later_does_not_end_the_next_contact() -> None:
    conversation = consented(small_form())
    word = conversation.bound(Spoken("later"))
    conversation.hear(word)
    conversation.open()
    assert conversation.hear(word) == (Ask("q1", 3),)


@pytest.mark.parametrize("word", ["stop", "start", "language"])
def test_words_that_are_settled_before_the_engine_only_repeat(word: Word) -> None:
    conversation = consented(small_form())
    assert conversation.say(Spoken(word)) == (Ask("q1", 3),)


def test_repeat_opens_a_closed_contact_again() -> None:
    conversation = consented(small_form())
    conversation.say("1")
    conversation.say(Spoken("later"))
    assert conversation.hear(heard(Spoken("repeat"))) == (Resumed(), Ask("q2", 4))


# Resuming


def test_the_next_contact_goes_on_at_the_next_open_question_as_a_new_turn() -> None:
    conversation = consented(small_form(), "voice")
    conversation.say("1")
    conversation.say("9")
    conversation.channel = "sms"
    assert conversation.open() == (Resumed(), Ask("q2", 5))
    assert conversation.state.tries == 0


def test_a_contact_before_consent_explains_itself_again() -> None:
    conversation = Conversation(small_form())
    conversation.open()
    assert conversation.open() == (Welcome(), Ask("consent", 2))


def test_a_partial_interview_may_be_resumed_and_completed() -> None:
    conversation = consented(form(consent(), level("a")))
    late = conversation.bound("1")
    for _ in range(6):
        conversation.say(Silence())
    assert conversation.state.status == "partial"
    assert not conversation.state.over
    assert conversation.say("9") == (Ended("partial"),)
    assert conversation.open() == (Resumed(), Ask("a", 8))
    assert conversation.state.status == "active"
    assert conversation.hear(late) == (Echo("a", "5"), Ended("complete"))


def test_a_late_answer_completes_a_partial_interview() -> None:
    conversation = consented(form(consent(), level("a")))
    late = conversation.bound("1")
    for _ in range(6):
        conversation.say(Silence())
    assert conversation.hear(late) == (Echo("a", "5"), Ended("complete"))


# Entries


def test_an_entry_stores_what_is_valid_and_applies_and_reports_the_rest() -> None:
    conversation = consented(small_form())
    conversation.say("1")
    effects = conversation.enter(q1="3", q2="5", q3="1", q4="8", members="700", nowhere="1", intro="x")
    assert effects == (
        Doubtful("unknown_question", question="intro"),
        Doubtful("unknown_question", question="nowhere"),
        AlreadyAnswered("q1"),
        Echo("q2", "5"),
        Doubtful("not_applicable", "1", "q3"),
        Doubtful("not_a_choice", "8", "q4"),
        Doubtful("out_of_range", "700", "members"),
        Ask("q4", 4),
    )
    assert conversation.values() == {"consent": "yes", "q1": "5", "q2": "5"}
    assert conversation.state.answers["q2"].channel == "online"


def test_an_entry_leaves_a_prompt_alone_whose_question_is_still_open() -> None:
    conversation = consented(small_form())
    assert conversation.enter(q2="5") == (Echo("q2", "5"),)
    assert conversation.say("1") == (Echo("q1", "5"), Ask("q4", 3))


def test_a_submitted_entry_ends_the_interview_and_needs_no_spoken_consent() -> None:
    conversation = Conversation(small_form())
    effects = conversation.enter(final=True, q1="5", q2="1", q3="3", q4="none", members="7")
    assert effects[-1] == Ended("complete")
    assert conversation.state.asked is None


def test_a_submitted_entry_with_gaps_is_partial() -> None:
    conversation = Conversation(small_form())
    assert conversation.enter(final=True, q1="5", q2="", q4="none")[-1] == Ended("partial")


def test_answers_of_an_entry_reach_a_branch_in_form_order() -> None:
    conversation = Conversation(small_form())
    conversation.enter(q3="3", q2="1", consent="yes")
    assert conversation.values() == {"consent": "yes", "q2": "1", "q3": "3"}


def test_an_entry_that_refuses_stores_nothing_else() -> None:
    conversation = Conversation(small_form())
    assert conversation.enter(final=True, q1="5", consent="no") == (Consent(False), Ended("refused"))
    assert conversation.values() == {"consent": "no"}


def test_an_entry_may_correct() -> None:
    conversation = consented(small_form())
    conversation.say("1")
    correcting = heard(Entry({"q1": "1"}), channel="staff", correction=True)
    assert conversation.hear(correcting)[0] == Echo("q1", "1")


def test_an_entry_on_a_fresh_interview_asks_nobody_anything() -> None:
    conversation = Conversation(small_form())
    assert conversation.enter(q1="5") == (Echo("q1", "5"),)
    assert (conversation.state.status, conversation.state.turn) == ("active", 0)
    assert conversation.open() == (Welcome(), Ask("consent", 1))
    assert asked(conversation.say("1")) == Ask("q2", 2)


# Odd forms


def test_a_form_whose_branching_does_not_compile_asks_the_question() -> None:
    conversation = consented(form(consent(), level("a", "${nowhere"), whole("n", "today()")))
    assert conversation.say("1") == (Echo("a", "5"), Ask("n", 3))
    assert conversation.say("7") == (Echo("n", "7"), Ended("complete"))


def test_a_form_with_nothing_to_ask_is_complete_at_once() -> None:
    conversation = Conversation(form(note("hello")))
    assert conversation.open() == (Welcome(), Tell("hello"), Ended("complete"))


def test_a_form_without_consent_begins_with_its_first_question() -> None:
    conversation = Conversation(form(level("a")))
    assert conversation.open() == (Welcome(), Ask("a", 1))


def test_every_event_counts_even_when_nothing_changes() -> None:
    conversation = consented(small_form())
    seq = conversation.state.seq
    for _ in range(3):
        conversation.hear(heard("9", turn=1, question="consent"))
    assert conversation.state.seq == seq + 3


def test_the_same_step_twice_is_the_same_step() -> None:
    conversation = consented(small_form())
    said = conversation.bound("1")
    one, two = (engine.hear(conversation.form, conversation.state, said, NOW) for _ in range(2))
    assert one == two
    assert conversation.state.answers.keys() == {"consent"}


def test_today_is_the_day_in_vietnam() -> None:
    """At 18:00 UTC on the 15th it is one o'clock on the 16th there."""
    questionnaire = form(consent(), other("day", "date", constraint=". <= today()"), level("q1"))
    late = datetime(2026, 3, 15, 18, 0, tzinfo=UTC)
    step = engine.begin(questionnaire, engine.new_interview(questionnaire), "sms", late)
    for digits in ("1", "16032026"):
        step = engine.hear(
            questionnaire, step.interview, heard(digits, turn=step.interview.turn, question=step.interview.asked), late
        )
    assert step.interview.answers["day"].value == "2026-03-16"


# Several answers in one text, and the language


def listed(conversation: Conversation, **answers: str) -> tuple[Effect, ...]:
    """Several answers in one text, bound to the prompt that waits."""
    return conversation.hear(heard(Entry(answers), turn=conversation.state.turn, channel="sms"))


def test_several_answers_in_a_text_are_stored_and_the_next_question_follows() -> None:
    conversation = consented(small_form())
    assert listed(conversation, q1="5", q2="3") == (Echo("q1", "5"), Echo("q2", "3"), Ask("q4", 3))
    assert conversation.values() == {"consent": "yes", "q1": "5", "q2": "3"}


def test_the_prompt_that_waits_is_asked_again_when_the_list_did_not_answer_it() -> None:
    conversation = consented(small_form())
    assert listed(conversation, q4="3", q3="1") == (
        Doubtful("not_applicable", "1", "q3"),
        Echo("q4", "3"),
        Ask("q1", 2),
    )
    assert listed(conversation, q4="1") == (AlreadyAnswered("q4"), Ask("q1", 2))


def test_nothing_in_a_list_counts_before_consent() -> None:
    conversation = Conversation(small_form())
    conversation.open()
    assert listed(conversation, q1="5", q2="3")[-1] == Ask("consent", 1)
    assert conversation.values() == {}


def test_a_list_that_answers_everything_ends_the_interview() -> None:
    conversation = consented(small_form())
    assert listed(conversation, q1="5", q2="3", q4="1", members="7")[-1] == Ended("complete")


def test_the_language_asked_for_holds_from_now_on_and_an_unknown_one_changes_nothing() -> None:
    conversation = consented(small_form())
    conversation.say(Spoken("language", "en"))
    assert (conversation.state.language, asked(conversation.effects).question) == ("en", "q1")
    conversation.say(Spoken("language", "fr"))
    assert conversation.state.language == "en"
    assert engine.rebuild(conversation.form, conversation.events).language == "en"
