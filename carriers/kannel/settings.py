"""What a Kannel smsbox is set up with, and the secrets its adapter works with."""

from __future__ import annotations

from dataclasses import dataclass, field

from carriers.settings import NONE, SecretStr, setting


@dataclass(frozen=True, slots=True)
class KannelSettings:
    """The variables KANNEL_… of the environment."""

    send_url: str = field(default="", metadata=setting("Kannel smsbox's sendsms address"))
    username: str = field(default="", metadata=setting("User at that smsbox"))
    password: SecretStr = field(default=NONE, metadata=setting("Its password"))
    secret: SecretStr = field(default=NONE, metadata=setting("Secret that Kannel's requests to us must carry"))
    from_: str = field(default="", metadata=setting("Our number or sender name for texts through Kannel"))


@dataclass(frozen=True, slots=True)
class KannelCredentials:
    """One user of a Kannel smsbox, and the secret that its requests to us must carry (Kannel signs nothing)."""

    username: str
    password: str = field(repr=False)
    secret: str = field(repr=False)
