"""What waits for a member of staff: kinds and states of tasks. Pure: it must not know who opens or does one."""

from __future__ import annotations

from enum import StrEnum


class TaskKind(StrEnum):
    """Why a person is needed; the values are those of the database."""

    WRONG_NUMBER = "wrong_number"
    NOT_THEM = "not_them"
    LEFT_OFFICE = "left_office"
    PERSON_WANTED = "person_wanted"
    """Somebody asked to speak with a member of staff."""
    UNKNOWN_NUMBER = "unknown_number"
    """A number on no list called or wrote."""
    LADDER_ENDED = "ladder_ended"
    """No step of a campaign's ladder reached the organisation."""
    DOUBTFUL_TEXT = "doubtful_text"
    SENDER_UNREADABLE = "sender_unreadable"
    STOP_UNREADABLE = "stop_unreadable"
    UNFIT = "unfit"
    """An item of a loop could not be dealt with."""
    PERSON_REQUEST = "person_request"
    """A person asked what is held about them, or to correct it."""
    PERSON_WITHDRAWAL = "person_withdrawal"
    """A person asked to be erased, or took their consent back."""
    KANNEL_LOGS = "kannel_logs"
    """Log files of a carrier of ours still name an erased person."""


class TaskState(StrEnum):
    """Where a task stands; the values are those of the database."""

    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"
