"""Scripts as TwiML: golden documents, Twilio's limits, characters that XML forbids."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.messaging_response import MessagingResponse

from carriers.twilio.twiml import _NOT_XML, SAY_CHARACTERS, TwimlRenderer, message_reply, split_speech
from ivr.script import Dial, Gather, Hangup, Pause, Play, Redirect, Say, Script

REF = "Zm9vYmFyLWJhel8xMjM0NQ"
RENDERER = TwimlRenderer("https://alo.example/", "Google.vi-VN-Wavenet-A")
OVERRIDES = "#rc=2&amp;rp=ct,rt,5xx&amp;ct=2000&amp;rt=5000&amp;tt=15000"
QUESTION = Gather((Say("Rất hài lòng, bấm phím 1", "vi", "p1"), Pause(2), Play("p2")), 1, 6, "", 3)


def test_a_question_in_a_call() -> None:
    script = Script((Say("Đã ghi: hài lòng", "vi", "p0"), QUESTION, Redirect(3)))
    assert RENDERER.render(script, REF) == (
        '<?xml version="1.0" encoding="UTF-8"?><Response>'
        '<Say language="vi-VN" voice="Google.vi-VN-Wavenet-A">Đã ghi: hài lòng</Say>'
        f'<Gather action="https://alo.example/twilio/voice/{REF}/3{OVERRIDES}" actionOnEmptyResult="true" '
        'finishOnKey="" input="dtmf" method="POST" numDigits="1" timeout="6">'
        '<Say language="vi-VN" voice="Google.vi-VN-Wavenet-A">Rất hài lòng, bấm phím 1</Say>'
        '<Pause length="2" /><Play>https://alo.example/prompts/p2.wav</Play></Gather>'
        f'<Redirect method="POST">https://alo.example/twilio/voice/{REF}/3{OVERRIDES}</Redirect></Response>'
    )


def test_a_number_is_open_ended_and_goodbye_hangs_up() -> None:
    script = Script((Gather((), None, 5, "#", 9), Say("Thank you", "en", "p"), Dial("+842412345678", 10), Hangup()))
    document = ET.fromstring(RENDERER.render(script, REF))
    gather, say, dial, hangup = document
    assert "numDigits" not in gather.attrib
    assert gather.attrib["finishOnKey"] == "#"
    assert say.attrib == {"language": "en-US"}, "a Vietnamese voice never reads English"
    assert (dial.text, hangup.tag) == ("+842412345678", "Hangup")
    assert dial.attrib["action"].partition("#")[0].endswith("/10")
    assert (dial.attrib["method"], dial.attrib["timeout"]) == ("POST", "25")


def test_long_speech_is_cut_at_sentences() -> None:
    text = "Kính thưa ông bà. " * 400
    document = ET.fromstring(RENDERER.render(Script((Say(text, "vi", "p"),)), REF))
    parts = [say.text or "" for say in document]
    assert len(parts) == 2
    assert all(len(part) <= SAY_CHARACTERS and part.endswith(".") for part in parts)
    assert " ".join(parts) == text.strip()


@given(st.text(alphabet="ab. ?", max_size=3 * SAY_CHARACTERS))
def test_no_word_is_lost_in_cutting(text: str) -> None:
    parts = list(split_speech(text))
    assert all(0 < len(part) <= SAY_CHARACTERS for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_document_beyond_twilios_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="twiml_too_long"):
        RENDERER.render(Script((Say("ữ" * 30_000, "vi", "p"),)), REF)


@given(st.text(max_size=300))
def test_any_text_makes_a_document_that_can_be_read(text: str) -> None:
    say = ET.fromstring(RENDERER.render(Script((Say(text, "vi", "p"),)), REF))
    reply = ET.fromstring(message_reply(text, "https://alo.example/x"))
    assert say.tag == reply.tag == "Response"


def test_a_reply_carries_its_receipts_address() -> None:
    assert message_reply("C4: <1> & 2", f"https://alo.example/twilio/receipt/text/{REF}#rc=2") == (
        '<?xml version="1.0" encoding="UTF-8"?><Response>'
        f'<Message statusCallback="https://alo.example/twilio/receipt/text/{REF}#rc=2">C4: &lt;1&gt; &amp; 2</Message>'
        "</Response>"
    )


def test_no_reply_is_an_empty_response() -> None:
    assert message_reply(None) == '<?xml version="1.0" encoding="UTF-8"?><Response />'
    assert message_reply("") == message_reply(None)


CALLBACKS = st.sampled_from(["", "https://alo.example/r?x=1&y='2'"])


@given(st.text(min_size=1).filter(lambda text: not _NOT_XML.search(text)), CALLBACKS)
def test_a_reply_is_what_the_library_would_write(text: str, callback: str) -> None:
    theirs = MessagingResponse()
    theirs.message(text, status_callback=callback or None)
    assert ET.canonicalize(message_reply(text, callback)) == ET.canonicalize(str(theirs))
