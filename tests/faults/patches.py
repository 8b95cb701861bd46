"""What each planted fault changes, as pairs of a place in the product and what stands there instead.

A fault that takes a lock away also lingers between the look and the deed that the lock joins: without it the race is
a matter of milliseconds and of the machine, and a proof must go red on any.
"""

from __future__ import annotations

import copy
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any
from uuid import UUID

from contact.delivery import ErrorKind, Refused, State
from ivr import callflow, menus
from services.calls import dialogue as calls
from services.calls import incoming as ring_in
from services.consent import ledger as consent
from services.delivery import outcomes, sweeps
from services.follow_up import resumptions
from services.interview import events as happenings
from services.interview import recording as interviews
from services.interview.questionnaires import form_of
from services.results import exports, scores
from services.sending import claim, clear, policy
from services.texts import answer as conversation
from services.texts import receive as inbound
from sms import texting
from store import unit_of_work
from store.interview import calls as call_rows
from store.messages import claims, departing_page, outbox, pacing
from store.messages import inbound as inbound_rows
from store.people import consent as ledger
from store.prepared import Prepared
from survey.answers import Key, Said, Silence, Spoken, Unclear
from survey.engine import side_question_forms as asides
from survey.engine.effects import Echo
from survey.engine.state import Interview
from survey.form.questionnaire import Question

LINGER_S = 0.7
"""Real seconds between a look and the deed it allows, where the lock that joins the two is taken away."""
SKIPPED = Spoken("skip")
_LOCK = re.compile(r" FOR (NO KEY )?UPDATE( OF \w+)?( SKIP LOCKED)?\s*$")


@dataclass(frozen=True, slots=True)
class Patch:
    """`instead` of what `place` calls `name`."""

    place: Any
    name: str
    instead: Any


@dataclass(frozen=True, slots=True)
class Fault:
    """What a fault takes away, in words, and how."""

    without: str
    patches: Callable[[], Iterator[Patch]]


def linger() -> None:
    """Wait between look and deed, so that others look meanwhile."""
    time.sleep(LINGER_S)


def everywhere(function: Any, instead: Any) -> Iterator[Patch]:
    """A function of ours wherever a module of ours has a name for it."""
    ours = ("services", "store", "gateway", "workers", "runtime")
    for module in [module for name, module in sys.modules.items() if name.partition(".")[0] in ours]:
        yield from (Patch(module, name, instead) for name, value in list(vars(module).items()) if value is function)


def rewritten(statement: Prepared, change: Callable[[str], str]) -> Prepared:
    """A statement with other words. Raises ValueError when `change` changes nothing: the fault would be none."""
    other = copy.copy(statement)
    other.sql = change(statement.sql)
    if other.sql == statement.sql:
        raise ValueError("the statement has no such part")
    return other


def unlocked(statement: Prepared) -> Prepared:
    """The statement without the lock it ends with."""
    return rewritten(statement, lambda sql: _LOCK.sub("", sql))


def after(function: Callable[..., Any], then: Callable[[], None]) -> Callable[..., Any]:
    """The function, and then something else."""

    @wraps(function)
    def both(*given: Any, **more: Any) -> Any:
        result = function(*given, **more)
        then()
        return result

    return both


def before(function: Callable[..., Any], first: Callable[[], None]) -> Callable[..., Any]:
    """Something else, and then the function."""

    @wraps(function)
    def both(*given: Any, **more: Any) -> Any:
        first()
        return function(*given, **more)

    return both


# Turns


def no_phone_lock() -> Iterator[Patch]:
    yield Patch(inbound_rows, "_TAKE_IN", unlocked(inbound_rows._TAKE_IN))
    yield Patch(call_rows, "_LOCK_PHONE_OF", unlocked(call_rows._LOCK_PHONE_OF))


def ignore_turn() -> Iterator[Patch]:
    at_turn, hear = call_rows.at_turn, calls._hear

    def never_answered(conn: Any, ref: str, turn: int) -> Any:
        row = at_turn(conn, ref, turn)
        return row and replace(row, answered_with=None)

    def whatever_is_asked(line: Any, held: Any, call: Any, turn: int, *pressed: Any) -> Any:
        if asides.parts(call.question or "")[0] == asides.NEXT:
            return hear(line, held, call, turn, *pressed)
        now = interviews.state_of(form_of(line.conn, held.questionnaire_sha256), held)
        moved = replace(call, question=now.asked or "", interview_turn=now.turn)
        return hear(line, held, moved, f"{turn}:{line.work.ids.public()}", *pressed)  # type: ignore[arg-type]  # a new source

    def kept(work: Any, conn: Any, ref: str, turn: int) -> str:
        return calls._answered_with(work, at_turn(conn, ref, turn), turn)  # type: ignore[arg-type]  # it is there

    yield from everywhere(calls.stored, kept)
    yield Patch(call_rows, "at_turn", never_answered)
    yield Patch(calls, "_hear", whatever_is_asked)


def ignore_duplicate() -> Iterator[Patch]:
    row_of = inbound._row

    def another(work: Any, *given: Any) -> dict[str, Any]:
        row = row_of(work, *given)
        return {**row, "carrier_id": f"{row['carrier_id']}~{work.ids.public()}"}

    yield Patch(inbound, "_row", another)


def skip_province_end() -> Iterator[Patch]:
    decide = interviews._decide
    yield from everywhere(interviews.takes_answers, lambda held, now: True)
    yield Patch(interviews, "_decide", lambda conn, held, *more: decide(conn, replace(held, locked=False), *more))


# Consent


def skip_opt_out() -> Iterator[Patch]:
    yield from everywhere(consent.stop, lambda *given: True)


def skip_opt_out_check() -> Iterator[Patch]:
    ban = policy._ban

    def not_stopped(facts: Any) -> Any:
        return ban(replace(facts, consent="given") if facts.consent == "stopped" else facts)

    yield Patch(ledger, "withdraw_queued", lambda *given: None)
    yield Patch(policy, "_ban", not_stopped)


# Sending


def no_skip_locked() -> Iterator[Patch]:
    yield Patch(pacing, "_HOLD", unlocked(pacing._HOLD))
    yield Patch(claims, "NEXT", unlocked(claims.NEXT))
    yield Patch(claims, "claim", after(claims.claim, linger))
    yield Patch(claim, "REFILL_S", float("inf"))  # nobody waits for the slots that others have taken
    yield Patch(clear, "_is_ours", lambda row: row.state != State.WITHDRAWN)


def no_lock_order() -> Iterator[Patch]:
    yield Patch(departing_page, "_PHONES", unlocked(departing_page._PHONES))
    yield Patch(clear, "_shared", lambda phone: {phone.interview_id} - {None})
    yield Patch(clear, "_sign_off", before(clear._sign_off, linger))


def skip_pause_check() -> Iterator[Patch]:
    def heedless(sql: str) -> str:
        return sql.replace(claims._OF_ONE["runs"], "true").replace(claims._URGENT_PARTS["runs"], "true")

    yield Patch(claims, "NEXT", rewritten(claims.NEXT, heedless))
    yield Patch(policy, "_held_back", lambda facts: False)


def no_unknown_state() -> Iterator[Patch]:
    def again(work: Any, conn: Any, row: Any, result: Any) -> None:
        outcomes._refused(work, conn, row, Refused(ErrorKind.THROTTLED, result.code))

    yield Patch(outcomes, "_unknown", again)
    yield Patch(sweeps, "IN_DOUBT", State.PLANNED)


def job_before_commit() -> Iterator[Patch]:
    yield from everywhere(unit_of_work.after_commit, lambda _conn, job, *given: job(*given))


# Calls


def no_call_again() -> Iterator[Patch]:
    yield Patch(resumptions, "_broke_off", lambda *given: False)


def resume_twice() -> Iterator[Patch]:
    row_of = resumptions._row

    def another(work: Any, *given: Any) -> Mapping[str, Any]:
        fresh: UUID = work.ids.new()
        return {**row_of(work, *given), "id": fresh, "campaign_id": None}

    yield Patch(resumptions, "_row", another)
    yield Patch(outbox, "has_call", lambda *given: False)


def no_ring_back() -> Iterator[Patch]:
    yield Patch(ring_in, "_ring_back", lambda *given: None)


def machines_press_keys() -> Iterator[Patch]:
    yield from everywhere(call_rows.was_keyed, lambda *given: False)


# Disclosure


def no_blocks() -> Iterator[Patch]:
    yield Patch(exports, "K", 1)
    yield Patch(scores, "_is_moving", lambda state: False)


# The dialogue without one of its parts: what each is worth is measured (docs/village.md)


def no_echo() -> Iterator[Patch]:
    script_for, compose = callflow.script_for, texting.compose

    def silent(function: Callable[..., Any]) -> Callable[..., Any]:
        def without(form: Any, effects: Any, *more: Any, **named: Any) -> Any:
            return function(form, [effect for effect in effects if not isinstance(effect, Echo)], *more, **named)

        return without

    yield Patch(callflow, "script_for", silent(script_for))
    yield Patch(texting, "compose", silent(compose))


def no_repeat() -> Iterator[Patch]:
    read_key, heard, advance = menus.read_key, conversation._Talk._heard, happenings.advance

    def one_try(digits: Any, question: Any, *more: Any) -> Said:
        return _left_open(read_key(digits, question, *more), question)

    def one_text(talk: Any, bound: Any) -> Any:
        given = heard(talk, bound)
        if talk.several is not None:
            return given
        asked = conversation._form(talk.turn, talk._row(bound.shown)).question(bound.shown.question)
        return replace(given, said=_left_open(given.said, asked))

    def never_back(form: Any, standing: Interview, *more: Any) -> Any:
        return advance(form, standing._replace(given_up=(*standing.given_up, *standing.left_open)), *more)

    yield Patch(menus, "read_key", one_try)
    yield Patch(conversation._Talk, "_heard", one_text)
    yield Patch(happenings, "advance", never_back)


def _left_open(said: Said, question: Question | None) -> Said:
    """A try that is no answer leaves its question open at once."""
    if question is None or asides.is_aside(question.name):
        return said
    wrong = isinstance(said, Key) and question.kind == "select_one" and question.choice_for_key(said.digits) is None
    return SKIPPED if wrong or isinstance(said, Silence | Unclear) or said == Spoken("repeat") else said


def no_resume() -> Iterator[Patch]:
    advance = happenings.advance

    def anew(form: Any, standing: Interview, happening: Any, *more: Any) -> Any:
        if isinstance(happening, happenings.Opening):
            fresh = happenings.fresh(form, standing.language)
            standing = fresh._replace(turn=standing.turn, seq=standing.seq)
        return advance(form, standing, happening, *more)

    yield Patch(happenings, "advance", anew)


FAULTS: Mapping[str, Fault] = {
    "no-phone-lock": Fault("turns of one phone no longer wait for each other", no_phone_lock),
    "ignore-turn": Fault("a key is taken for whatever is asked now, not for the turn it was pressed in", ignore_turn),
    "ignore-duplicate": Fault("a delivery that was taken in before is taken for a new one", ignore_duplicate),
    "skip-opt-out": Fault("words that stop all contact are noted and nothing follows from them", skip_opt_out),
    "skip-opt-out-check": Fault(
        "an opt-out is written down, but what is queued leaves: not withdrawn, and not asked again", skip_opt_out_check
    ),
    "no-skip-locked": Fault(
        "rows are claimed without locks: two dispatchers may take the same one, and both send it", no_skip_locked
    ),
    "no-lock-order": Fault("dispatchers do not lock the phone: two contacts to it are cleared at once", no_lock_order),
    "skip-pause-check": Fault(
        "a pause is written down, but contacts are claimed and cleared as if there were none", skip_pause_check
    ),
    "skip-province-end": Fault("answers of a locked province, or after its deadline, are stored", skip_province_end),
    "no-blocks": Fault("answers without names leave one by one, not in blocks", no_blocks),
    "no-echo": Fault("what was taken is not said back", no_echo),
    "no-repeat": Fault("a try that is no answer leaves the question open at once", no_repeat),
    "no-resume": Fault("each call or text of a campaign begins the interview anew", no_resume),
    "no-call-again": Fault("a call that breaks off is not taken up again by a call of ours", no_call_again),
    "resume-twice": Fault("each receipt of a call that broke off plans a call of its own", resume_twice),
    "no-ring-back": Fault("whoever rings us is refused and nothing follows", no_ring_back),
    "machines-press-keys": Fault(
        "who pressed a key is taken for a machine when the carrier says so", machines_press_keys
    ),
    "job-before-commit": Fault("workers are asked for something before they can see it", job_before_commit),
    "no-unknown-state": Fault("a hand-over in doubt is taken for one that failed, and sent again", no_unknown_state),
}
"""Name → the protection that it takes away."""
