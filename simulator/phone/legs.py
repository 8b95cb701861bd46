"""<Dial> and <Record>: a second phone joined to the call, and the person's own words kept."""

from __future__ import annotations

from collections.abc import Generator
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from simulator.network.records import Call, new_sid
from simulator.phone import parameters, twiml
from simulator.phone.line import CallOverError, PhoneLine, Request, Waits
from simulator.phone.progress import Progress

_TALK_S = 30.0
_BUSY_S = 3.0


def dial(line: PhoneLine, verb: ET.Element, base: str) -> Waits:
    """Ring another phone and connect the two; the action, if any, hears how it went. Without one the call goes on."""
    noun = verb.find("Number")
    leg = _leg(line, verb, noun if noun is not None else verb, base)
    meets, after_s, taken = line.net.population.ring(leg.to)
    line.net.calls.add(leg)
    _keep(line, leg, meets)
    progress = Progress(line.net)
    progress.event(leg, "initiated")
    try:
        yield from _connect(line, leg, progress, "answers" if meets == "machine" else meets, after_s)
    except CallOverError:
        progress.end(leg, "completed" if leg.answered else "canceled")
        raise
    finally:
        if taken:
            line.net.population.give_line(leg.to)
    if not verb.get("action"):
        return None
    extra = {"DialCallStatus": leg.status, "DialCallSid": leg.sid, "DialBridged": str(leg.answered).lower()}
    if leg.answered:
        extra["DialCallDuration"] = str(leg.duration)
    return Request(urljoin(base, verb.get("action", "")), verb.get("method", "POST").upper(), extra)


def _leg(line: PhoneLine, verb: ET.Element, noun: ET.Element, base: str) -> Call:
    """The second call: shown with the caller's own number, the customer's or what callerId says."""
    parent = line.call
    to = "".join(noun.itertext()).strip()
    callback = noun.get("statusCallback", "")
    return Call(
        parent.account,
        to,
        verb.get("callerId") or parent.sender,
        "outbound-dial",
        "queued",
        line.net.clock.now(),
        callback=urljoin(base, callback) if callback else "",
        events=frozenset((noun.get("statusCallbackEvent") or "completed").split()),
        timeout=int(twiml.number_of(verb, "timeout", 30)),
        time_limit=int(twiml.number_of(verb, "timeLimit", 14400)),
        started=line.net.clock.now(),
        parent=parent.sid,
    )


def _keep(line: PhoneLine, leg: Call, meets: str) -> None:
    line.net.journal.write(
        "call.dialled",
        durable=True,
        sid=line.call.sid,
        leg=leg.sid,
        to=leg.to,
        sender=leg.sender,
        callback=leg.callback,
        events=sorted(leg.events),
        meets=meets,
    )


def _connect(
    line: PhoneLine, leg: Call, progress: Progress, meets: str, after_s: float
) -> Generator[float, None, None]:
    progress.move(leg, "ringing")
    if meets in ("busy", "failed"):
        yield from line.wait(_BUSY_S)
        progress.end(leg, meets)
    elif meets == "no-answer" or after_s > leg.timeout:
        yield from line.wait(leg.timeout)
        progress.end(leg, "no-answer")
    else:
        yield from line.wait(after_s)
        leg.answered = True
        progress.move(leg, "in-progress", "answered")
        leg.elapsed = min(_TALK_S, leg.time_limit)
        yield from line.wait(leg.elapsed)
        progress.end(leg, "completed")


def record(line: PhoneLine, verb: ET.Element, base: str) -> Waits:
    """The person talks until a key, silence or the limit; the recording goes to the action, by default the same URL.

    An empty one goes nowhere: the next verb follows. Who hangs up instead of a key is told as Digits=hangup.
    """
    limit_s = twiml.number_of(verb, "maxLength", 3600)
    talk_s, ending = line.net.population.speak(line.person, line.take_heard(), line.call.nth)
    kept_s = limit_s if line.machine else min(talk_s, limit_s)
    key = ending if ending in verb.get("finishOnKey", "1234567890*#") and kept_s < limit_s else ""
    gone = ending == "hangup"
    silent = not (key or gone or kept_s == limit_s)
    try:
        yield from line.wait(kept_s + silent * twiml.number_of(verb, "timeout", 5))
    except CallOverError:
        gone = True
    sid = new_sid("RE")
    _tell(line, verb, base, sid, kept_s)
    if not kept_s:
        if gone:
            raise CallOverError
        return None
    line.net.journal.write("call.recorded", durable=True, sid=line.call.sid, recording=sid, seconds=int(kept_s))
    extra = parameters.recording(line.call, sid, kept_s) | {"Digits": "hangup" if gone else key}
    url = urljoin(base, verb.get("action", "")) or base
    if not url:
        raise CallOverError
    return Request(url, verb.get("method", "POST").upper(), extra, last=gone)


def _tell(line: PhoneLine, verb: ET.Element, base: str, sid: str, kept_s: float) -> None:
    """The recording's own callback: completed, or absent when nothing was said, where that was asked for."""
    callback = verb.get("recordingStatusCallback", "")
    status = "completed" if kept_s else "absent"
    if callback and status in (verb.get("recordingStatusCallbackEvent") or "completed").split():
        params = {
            "AccountSid": line.call.account,
            "CallSid": line.call.sid,
            **parameters.recording(line.call, sid, kept_s),
            "RecordingStatus": status,
            "RecordingChannels": "1",
            "RecordingSource": "RecordVerb",
        }
        about = ("recording", line.call.sender, line.call.to, line.call.nth, status)
        line.net.report(urljoin(base, callback), params, about)
