"""What an account of Twilio (or an API compatible with it) is set up with, and the secrets its adapters work with."""

from __future__ import annotations

from dataclasses import dataclass, field

from carriers.settings import NONE, SecretStr, setting


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """The variables TWILIO_… of the environment."""

    account_sid: str = field(default="", metadata=setting("Account whose webhooks are taken and whose API is used"))
    auth_token: SecretStr = field(
        default=NONE, metadata=setting("Auth token; two separated by a comma while one is being changed")
    )
    api_key: str = field(default="", metadata=setting("API key for REST calls instead of the auth token"))
    api_secret: SecretStr = field(default=NONE, metadata=setting("Secret of that key"))
    api_base_url: str = field(
        default="https://api.twilio.com", metadata=setting("Twilio's API, or a simulator that speaks like it")
    )
    sms_from: str = field(default="", metadata=setting("Our number or sender name for texts through Twilio"))
    voice_from: str = field(default="", metadata=setting("Our number for calls through Twilio"))

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """The auth tokens in use, the current one first."""
        parts = self.auth_token.get_secret_value().split(",")
        return tuple(part.strip() for part in parts if part.strip())


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
