"""The carrier's own opt-out list: the words that enter somebody on it or strike them off, and its replies.

It must not know webhooks; the customer hears of it by OptOutType and by refused creates (21610).
"""

from __future__ import annotations

from simulator.network.network import Network, NetworkNumber
from simulator.people.topics import squeeze

_WORDS = {
    **dict.fromkeys(("stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"), "STOP"),
    **dict.fromkeys(("start", "yes", "unstop"), "START"),
    **dict.fromkeys(("help", "info"), "HELP"),
}
"""The English words that every list goes by."""
_REPLIES = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this number."
    " Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def kind_of(number: NetworkNumber | None, body: str) -> str:
    """STOP, START or HELP when `number` has a list and `body` is one of its words, else ""."""
    if number is None or not number.opt_out:
        return ""
    said = squeeze(body)
    own = (kind for kind, words in number.opt_out_words.items() if said in map(squeeze, words))
    return next(own, _WORDS.get(said.strip(), ""))


def enter(net: Network, number: str, person: str, kind: str) -> bool:
    """Do what the word asks; whether the carrier answers it: not when STOP or START changed nothing."""
    pair = number, person
    changed = kind == "HELP" or (kind == "STOP") != (pair in net.opted_out)
    if kind == "STOP":
        net.opted_out.add(pair)
    elif kind == "START":
        net.opted_out.discard(pair)
    return changed


def reply(number: NetworkNumber, kind: str) -> str:
    """What the carrier answers; "" when nothing."""
    return number.opt_out_replies.get(kind, _REPLIES[kind])
