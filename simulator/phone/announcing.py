"""An inbound text told to the customer, and the texts of the customer's answer sent.

A repetition under the same token is a retry: the answers that were sent already are not sent again. One under another
token is a true duplicate: both answers are carried out.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator import segments
from simulator.network.callbacks import Trouble
from simulator.network.network import About, Network
from simulator.network.records import Message, new_sid
from simulator.people.handsets import Act
from simulator.phone import opt_out, parameters
from simulator.phone.twiml import DocumentError, SmsVerb, replies
from simulator.wire import WireAnswer

_SOON_S, _AGAIN_S = 0.5, 15.0


class Announcer:
    """Tells of inbound texts; `send` takes over each text that an answer asks for."""

    def __init__(self, network: Network, send: Callable[[Message], None]) -> None:
        self._net, self._send = network, send

    def announce(self, message: Message, act: Act, sent: int = 0) -> None:
        """Tell the customer of `message` soon; faults may lose, delay, repeat it or forge another.

        `sent` texts of the answer to it were sent before a breakdown of the network.
        """
        net, about = self._net, ("inbound", message.sender, message.nth)
        number = net.numbers.get(message.to)
        if number is None or not number.sms_url or net.faults.strikes("lose_inbound", *about):
            net.journal.write("message.unannounced", sid=message.sid)
            return
        wait = _SOON_S + (net.faults.delay_s if net.faults.strikes("delay_inbound", *about) else 0.0)
        if net.faults.strikes("forge_inbound", *about):
            net.scheduler.after(wait, lambda: self._forge(message, number.sms_url))
        net.scheduler.after(wait, lambda: self._tell(message, act, about, message.sid, sent))
        if net.faults.strikes("duplicate", *about):
            net.scheduler.after(wait + _AGAIN_S, lambda: self._tell(message, Act(), (*about, "again")))

    def _tell(self, message: Message, act: Act, about: About, answers_to: str = "", sent: int = 0) -> None:
        net, number = self._net, self._net.numbers[message.to]
        params = parameters.inbound_text(message, opt_out.kind_of(number, message.body))
        url, outcome = net.ask(number.sms_url, number.sms_fallback_url, params, about)
        answers = _understand(url, outcome)
        if isinstance(answers, int) and url == number.sms_url and number.sms_fallback_url:
            url, outcome = net.courier.ask_fallback(url, number.sms_fallback_url, params, answers)
            answers = _understand(url, outcome)
        if isinstance(answers, int):
            net.journal.write("message.unanswered", sid=message.sid, error=answers)
            return
        net.population.note_delivered(message.sender, act)
        for answer in answers[sent:]:
            self._send(reply(net, message, answer, answers_to))
        net.journal.write("message.answered", sid=message.sid, answers=len(answers))

    def _forge(self, message: Message, url: str) -> None:
        """A text that nobody wrote, with a new id and a false signature."""
        sid = new_sid("SM")
        false = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "Body": "1"}
        about = ("inbound", message.sender, message.nth)
        self._net.ask_in_vain(url, parameters.inbound_text(message) | false, about, forged=True)


def _understand(url: str, outcome: WireAnswer | Trouble) -> list[SmsVerb] | int:
    """The texts of an answer, or the debugger code that says why there are none."""
    if isinstance(outcome, Trouble):
        return outcome.code
    try:
        return replies(outcome, url)
    except DocumentError as fault:
        return fault.code


def reply(net: Network, message: Message, given: SmsVerb, answers_to: str = "") -> Message:
    """The text that answers an inbound one, to and from as `given` says or else as in the conversation."""
    return Message(
        net.account,
        given.to or message.sender,
        given.sender or message.to,
        given.body,
        "outbound-reply",
        "queued",
        net.clock.now(),
        segments.count(given.body),
        callback=given.callback,
        answers=answers_to,
    )
