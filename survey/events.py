"""The events of one interview as JSON: a contact that opened, or an input that was heard. They are the truth.

It must not know how an event changes an interview (`survey.engine`) or where it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from survey.answers import Channel, Entry, Heard, Key, Said, Silence, Spoken, Unclear


@dataclass(frozen=True, slots=True)
class Opened:
    """A contact began (`engine.begin`) or took the interview up again (`engine.resume`) on `channel`."""

    how: Literal["begin", "resume"]
    channel: Channel


Input = Opened | Heard


@dataclass(frozen=True, slots=True)
class Event:
    """What happened as event `seq` of an interview, at business time `at`."""

    seq: int
    at: datetime
    input: Input


_SAID: Mapping[str, type[Key | Silence | Spoken | Unclear | Entry]] = {
    kind.__name__: kind for kind in (Key, Silence, Spoken, Unclear, Entry)
}


def input_to_dict(source: Input) -> dict[str, Any]:
    """Plain JSON types: {"opened": …} or {"said": class name, …}; `input_from_dict` gives back an equal value."""
    if isinstance(source, Opened):
        return {"opened": source.how, "channel": source.channel}
    data: dict[str, Any] = {
        "said": type(source.said).__name__,
        "with": _plain(source.said),
        "channel": source.channel,
        "source_id": source.source_id,
        "turn": source.turn,
    }
    if source.question is not None:
        data["question"] = source.question
    if source.correction:
        data["correction"] = True
    return data


def _plain(said: Said) -> dict[str, Any]:
    if isinstance(said, Entry):
        return {"answers": dict(said.answers), "final": said.final}
    return asdict(said)


def input_from_dict(data: Mapping[str, Any]) -> Input:
    """The input that `input_to_dict` wrote. Raises KeyError on another shape."""
    if "opened" in data:
        return Opened(data["opened"], data["channel"])
    return Heard(
        channel=data["channel"],
        source_id=data["source_id"],
        said=_SAID[data["said"]](**data["with"]),
        turn=data["turn"],
        question=data.get("question"),
        correction=data.get("correction", False),
    )
