"""Secrets of the carriers by reference name; senders only hold the name. Secrets never show in a repr or a log.

It must not know where the secrets are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TwilioCredentials:
    """One Twilio (or compatible) account. `auth_tokens`: the current one first, then the one being rotated out.

    Webhooks are signed with an auth token, never with an API key's secret; REST uses the key when there is one.
    """

    account: str
    auth_tokens: tuple[str, ...] = field(repr=False)
    api_key: str = ""
    api_secret: str = field(default="", repr=False)

    @property
    def login(self) -> tuple[str, str]:
        """User and password of the REST API."""
        return (self.api_key, self.api_secret) if self.api_key else (self.account, self.auth_tokens[0])


@dataclass(frozen=True, slots=True)
class KannelCredentials:
    """One user of a Kannel smsbox, and the secret that its requests to us must carry (Kannel signs nothing)."""

    username: str
    password: str = field(repr=False)
    secret: str = field(repr=False)


class NoCredentialsError(Exception):
    """A sender's credentials are not configured, or belong to another kind of carrier. Carries the reference name."""


Credentials = Mapping[str, TwilioCredentials | KannelCredentials]
"""Reference name (as in `senders.credentials`) → secrets."""


def tokens_by_account(credentials: Credentials) -> dict[str, tuple[str, ...]]:
    """The allow-list of Twilio accounts with every auth token a webhook of theirs may be signed with."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in credentials.values():
        if isinstance(entry, TwilioCredentials):
            known = found.get(entry.account, ())
            found[entry.account] = known + tuple(t for t in entry.auth_tokens if t and t not in known)
    return found


def kannel_secrets(credentials: Credentials) -> tuple[str, ...]:
    """Every secret a Kannel request may carry."""
    return tuple(e.secret for e in credentials.values() if isinstance(e, KannelCredentials) and e.secret)
