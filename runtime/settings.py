"""Every setting, read from the environment once; each is described here and in docs/settings.md.

It must not know what anybody does with them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

NONE = SecretStr("")


class Settings(BaseSettings):
    """The environment of one process. A field's name in capitals is the variable's name. Empty means: not set."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: SecretStr = Field(
        default=NONE, description="PostgreSQL as role alo_machine; empty: the embedded server"
    )
    database_owner_url: SecretStr = Field(default=NONE, description="The same as alo_owner, for migrations")
    alo_console_database_url: SecretStr = Field(
        default=NONE, description="The same database as alo_console, for the staff pages"
    )
    broker_url: SecretStr = Field(default=NONE, description="Valkey or Redis for Celery; empty: the embedded server")
    alo_data_dir: Path = Field(default=Path(".alo"), description="Where embedded databases, keys and logs are kept")

    alo_port: int = Field(default=8080, description="Port of the gateway on this machine")
    alo_bind: str = Field(default="127.0.0.1", description="Address the gateway listens on")
    public_base_url: str = Field(
        default="", description="Address carriers reach us at; empty: http://127.0.0.1:ALO_PORT"
    )
    alo_webhook_host: str = Field(default="", description="Host name that serves only webhooks; empty: any")
    alo_trusted_proxies: int = Field(
        default=0,
        ge=0,
        description="Proxies before the staff pages whose X-Forwarded-For and -Proto are believed; 0: none",
    )
    alo_console_host: str = Field(default="", description="Host name that serves only staff pages; empty: any")

    twilio_account_sid: str = Field(default="", description="Account whose webhooks are taken and whose API is used")
    twilio_auth_token: SecretStr = Field(
        default=NONE, description="Auth token; two separated by a comma while one is being changed"
    )
    twilio_api_key: str = Field(default="", description="API key for REST calls instead of the auth token")
    twilio_api_secret: SecretStr = Field(default=NONE, description="Secret of that key")
    twilio_api_base_url: str = Field(
        default="https://api.twilio.com", description="Twilio's API, or a simulator that speaks like it"
    )
    twilio_sms_from: str = Field(default="", description="Our number or sender name for texts through Twilio")
    twilio_voice_from: str = Field(default="", description="Our number for calls through Twilio")

    kannel_send_url: str = Field(default="", description="Kannel smsbox's sendsms address")
    kannel_username: str = Field(default="", description="User at that smsbox")
    kannel_password: SecretStr = Field(default=NONE, description="Its password")
    kannel_secret: SecretStr = Field(default=NONE, description="Secret that Kannel's requests to us must carry")
    kannel_from: str = Field(default="", description="Our number or sender name for texts through Kannel")

    alo_secret_keys: SecretStr = Field(
        default=NONE, description="id:base64 keys (32 bytes), comma-separated, newest first; empty: a file is made"
    )
    alo_lookup_key: SecretStr = Field(
        default=NONE, description="version:base64 key of the phone look-up; goes with ALO_SECRET_KEYS"
    )
    alo_session_key: SecretStr = Field(
        default=NONE, description="Secret of staff sessions and links; goes with ALO_SECRET_KEYS"
    )

    alo_clock: str = Field(default="", description="<business start>@<rate>@<real anchor>: a fast clock")
    alo_lang: Literal["vi", "en"] = Field(default="vi", description="Language of the command line: vi or en")
    alo_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    alo_haste: float = Field(
        default=1.0, gt=0, description="How many times sooner leases end and repairs begin; simulators only"
    )
    alo_planted_fault: str = Field(default="", description="Takes one protection away; simulators only")
    alo_web_workers: int = Field(default=2, description="Gateway processes")
    alo_web_threads: int = Field(default=4, description="Threads in each of them")
    alo_contact_workers: int = Field(default=3, description="Processes that plan and send; one per sender or more")

    @property
    def base_url(self) -> str:
        """The public address of the webhooks, without a slash at its end."""
        return (self.public_base_url or f"http://127.0.0.1:{self.alo_port}").rstrip("/")

    @property
    def console_url(self) -> str:
        """Where the staff pages are: their own host where there is one, else the gateway's public address."""
        return f"https://{self.alo_console_host}" if self.alo_console_host else self.base_url

    @property
    def twilio_auth_tokens(self) -> tuple[str, ...]:
        """The auth tokens in use, the current one first."""
        parts = self.twilio_auth_token.get_secret_value().split(",")
        return tuple(part.strip() for part in parts if part.strip())
