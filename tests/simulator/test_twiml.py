"""TwiML as the network carries it out: Gather's rules in a table, verbs in calls, texts in answers."""

from __future__ import annotations

import pytest

from simulator.phone import talk
from simulator.phone.twiml import DocumentError, GatherRules, SmsVerb, gather, parse, read, replies
from simulator.wire import WireAnswer
from tests.simulator.parts import OUR_NUMBER, Arrival, Customer, Sim

PERSON = "+84901000001"


def _typed(keys: str, first: float = 1.0, step: float = 0.5) -> list[tuple[float, str]]:
    return [(first + place * step, key) for place, key in enumerate(keys)]


@pytest.mark.parametrize(
    ("rules", "presses", "digits", "finished_on", "seconds"),
    [
        (GatherRules(6, 1), _typed("2"), "2", "", 1.0),
        (GatherRules(6, 1), _typed("23"), "2", "", 1.0),
        (GatherRules(6, 1), [], "", "", 6.0),
        (GatherRules(6, 1), _typed("2", first=6.1), "", "", 6.0),
        (GatherRules(6, 1), _typed("2", first=6.0), "2", "", 6.0),
        (GatherRules(6, 1), _typed("2", first=-3.0), "2", "", 0.0),
        (GatherRules(5), _typed("45#"), "45", "#", 2.0),
        (GatherRules(5), _typed("45"), "45", "", 6.5),
        (GatherRules(5), _typed("#45#"), "45", "#", 2.5),
        (GatherRules(5), _typed("#"), "", "", 6.0),
        (GatherRules(5, finish_on_key="*"), _typed("4#5*"), "4#5", "*", 2.5),
        (GatherRules(5, finish_on_key=""), _typed("4#"), "4#", "", 6.5),
        (GatherRules(5, 3), _typed("45#"), "45", "#", 2.0),
        (GatherRules(5, 2), _typed("45#"), "45", "", 1.5),
        (GatherRules(2), [(1, "4"), (3.5, "5")], "4", "", 3.0),
    ],
)
def test_which_keys_a_gather_takes(
    rules: GatherRules, presses: list[tuple[float, str]], digits: str, finished_on: str, seconds: float
) -> None:
    got = gather(rules, presses)
    assert (got.digits, got.finished_on, got.seconds) == (digits, finished_on, seconds)


def test_gather_rules_have_the_platforms_defaults() -> None:
    verb, given = parse(
        "<Response><Gather/><Gather numDigits='2' timeout='x' finishOnKey='' actionOnEmptyResult='true'/></Response>"
    )
    assert GatherRules.of(verb) == GatherRules(5.0, 0, "#", False)
    assert GatherRules.of(given) == GatherRules(5.0, 2, "", True)


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"<Response/>", "text/plain", 12300),
        (b"<Response/>", "", 12300),
        (b"<Response>", "text/xml", 12100),
        (b"<Message/>", "text/xml", 12100),
        (b"", "text/xml", 12100),
        (b"<Response>" + b" " * 65_536 + b"</Response>", "application/xml", 11750),
    ],
)
def test_documents_that_cannot_be_carried_out(body: bytes, kind: str, code: int) -> None:
    with pytest.raises(DocumentError) as bad:
        read(WireAnswer(200, kind, body))
    assert bad.value.code == code


def test_the_texts_of_a_messaging_answer() -> None:
    xml = (
        "<Response><Message statusCallback='/r/1?a=%2F'>C1: một &amp; hai</Message>"
        "<Message action='r/2' to='+84902' from='+84903'><Body> hai </Body></Message><Unknown/></Response>"
    )
    got = replies(WireAnswer(200, "text/xml; charset=utf-8", xml.encode()), "https://alo.example/sms/in")
    assert got == [
        SmsVerb("C1: một & hai", callback="https://alo.example/r/1?a=%2F"),
        SmsVerb("hai", "+84902", "+84903", "https://alo.example/sms/r/2"),
    ]
    assert replies(WireAnswer(204, "", b""), "x") == []
    assert replies(WireAnswer(200, "text/plain", "chào".encode()), "x") == [SmsVerb("chào")]


def _calls(sim: Sim, we: Customer, documents: dict[str, str], persona: str = "quick", **more: str) -> list[Arrival]:
    """Let our documents run in one call to a person; the voice requests that came."""
    sim.handset(PERSON, persona)
    we.answer = lambda arrival: documents.get(arrival.path, "<Response><Hangup/></Response>")
    sim.client.calls.create(to=PERSON, from_=OUR_NUMBER, url=we.base + "/v/0", **more)
    sim.settle()
    return we.at("/v")


TOPIC = {
    "topic": "q",
    "spoken": ["Đồng chí hài lòng không"],
    "options": [{"value": "5", "spoken": ["Có"]}],
}
ASK = "<Say>Đồng chí hài lòng không?</Say><Say>Có, bấm phím 4.</Say>"


def test_keys_go_to_the_action_relative_to_the_document(sim: Sim, we: Customer) -> None:
    sim.post("/topics", TOPIC)
    first, second = _calls(
        sim, we, {"/v/0": f"<Response><Gather numDigits='1' action='1?x=%2F'>{ASK}</Gather></Response>"}
    )
    assert (second.target, second.form["Digits"], second.form["FinishedOnKey"]) == ("/v/1?x=%2F", "4", "")
    assert second.genuine
    assert "Digits" not in first.form
    assert (first.form["CallStatus"], first.form["Direction"]) == ("in-progress", "outbound-api")


def test_without_an_action_the_same_url_is_asked_again(sim: Sim, we: Customer) -> None:
    sim.post("/topics", TOPIC)
    documents = iter([f"<Response>{ASK}<Gather numDigits='1'/></Response>", "<Response/>"])
    sim.handset(PERSON)
    we.answer = lambda arrival: next(documents)
    sim.client.calls.create(to=PERSON, from_=OUR_NUMBER, url=we.base + "/v/0?a=b")
    sim.settle()
    assert [(a.target, a.form.get("Digits")) for a in we.arrivals] == [("/v/0?a=b", None), ("/v/0?a=b", "4")]


def test_silence_falls_through_to_the_next_verb(sim: Sim, we: Customer) -> None:
    onward = "<Redirect method='GET'>/v/next</Redirect><Say>x</Say>"
    document = f"<Response><Gather numDigits='1' action='/v/keys'/>{onward}</Response>"
    arrivals = _calls(sim, we, {"/v/0": document})
    assert [arrival.path for arrival in arrivals] == ["/v/0", "/v/next"]
    assert arrivals[1].genuine


def test_silence_at_the_end_ends_the_call(sim: Sim, we: Customer) -> None:
    assert len(_calls(sim, we, {"/v/0": "<Response><Gather action='/v/keys'/></Response>"})) == 1


def test_silence_is_told_where_it_is_wanted(sim: Sim, we: Customer) -> None:
    document = "<Response><Gather action='/v/keys' actionOnEmptyResult='true'/><Redirect>/v/next</Redirect></Response>"
    assert [(a.path, a.form.get("Digits")) for a in _calls(sim, we, {"/v/0": document})][1:] == [("/v/keys", "")]


def test_verbs_that_are_unknown_or_nested_wrongly_are_passed_over(sim: Sim, we: Customer) -> None:
    document = "<Response><Sing/><Gather><Hangup/></Gather><Redirect>/v/next</Redirect></Response>"
    assert [arrival.path for arrival in _calls(sim, we, {"/v/0": document})] == ["/v/0", "/v/next"]
    assert [line["error"] for line in sim.journal("call.error")] == [12200, 12200]


def test_a_redirect_loop_is_cut(sim: Sim, we: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "_DOCUMENTS", 40)
    assert len(_calls(sim, we, {"/v/0": "<Response><Redirect>/v/0</Redirect></Response>"})) == 40


def test_a_recording_and_a_staff_call_report_to_their_actions(sim: Sim, we: Customer) -> None:
    sim.handset("+842438250000")
    dial = "<Response><Dial action='/v/2'><Number>+842438250000</Number></Dial></Response>"
    documents = {"/v/0": "<Response><Record action='/v/1'/></Response>", "/v/1": dial}
    _, recorded, dialled = _calls(sim, we, documents)
    assert 2 <= int(recorded.form["RecordingDuration"]) <= 8
    assert dialled.form["DialCallStatus"] == "completed"
    assert sim.journal("call.dialled")[0]["to"] == "+842438250000"


def test_a_machine_is_noticed_when_asked_for(sim: Sim, we: Customer) -> None:
    (arrival,) = _calls(
        sim,
        we,
        {"/v/0": f"<Response><Gather action='/v/1'>{ASK}</Gather></Response>"},
        "machine",
        machine_detection="Enable",
    )
    assert arrival.form["AnsweredBy"] == "machine_start"


@pytest.mark.parametrize(
    ("document", "status", "answered"),
    [
        ("<Response><Reject/></Response>", "no-answer", False),
        ("<Response><Reject reason='busy'/></Response>", "busy", False),
        ("<Response><Say>Chào</Say><Reject/></Response>", "completed", True),
        ("<Response><Hangup/></Response>", "completed", True),
    ],
)
def test_a_call_that_comes_in(sim: Sim, we: Customer, document: str, status: str, answered: bool) -> None:
    sim.handset(PERSON)
    we.answer = lambda arrival: document
    sid = sim.post(f"/handsets/{PERSON}/call", {"to": OUR_NUMBER})["sid"]
    sim.settle()
    call = sim.client.calls(sid).fetch()
    assert (call.status, call.direction) == (status, "inbound")
    assert (sim.journal("call.status")[0]["event"] == "answered") is answered
    (arrival,) = we.arrivals
    assert (arrival.form["CallStatus"], arrival.form["From"]) == ("ringing", PERSON)


def test_a_live_call_goes_where_an_update_sends_it(sim: Sim, we: Customer) -> None:
    sim.handset(PERSON)
    long = "<Response><Pause length='400'/><Redirect>/v/never</Redirect></Response>"
    made = sim.client.calls.create(to=PERSON, from_=OUR_NUMBER, twiml=long)
    while made.fetch().status != "in-progress":
        pass
    made.update(twiml=f"<Response><Redirect>{we.base}/v/moved</Redirect></Response>")
    sim.settle()
    assert [arrival.path for arrival in we.arrivals] == ["/v/moved"]
