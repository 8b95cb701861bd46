"""Every setting, read once, from the environment or from credentials; each is described here and in docs/settings.md.

It must not know what anybody does with them.
"""

from __future__ import annotations

import os
from dataclasses import Field, dataclass, field, fields
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_type_hints

from carriers import registry
from carriers.descriptor import Carrier
from carriers.settings import NONE, SecretStr
from carriers.settings import setting as _setting

__all__ = ["BadSettingsError", "Networks", "SecretStr", "Settings", "known_settings"]

S = TypeVar("S")


class BadSettingsError(ValueError):
    """Settings that cannot be read; `names` as they stand in the environment, or lines of a file of credentials."""

    def __init__(self, names: list[str]) -> None:
        """`names` of variables, or "file:line", never their values: some are secrets."""
        super().__init__(", ".join(names))
        self.names = names


class Networks(tuple[IPv4Network | IPv6Network, ...]):
    """Networks by their prefixes."""

    def __new__(cls, text: str) -> Networks:
        """From "10.0.0.0/8,::1". Raises ValueError."""
        return super().__new__(cls, [ip_network(part.strip()) for part in text.split(",") if part.strip()])

    def __str__(self) -> str:
        return ",".join(str(network) for network in self)


INSIDE = Networks("127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,fc00::/7,fe80::/10")
"""This machine and private networks."""


@dataclass(frozen=True, init=False)
class Settings:
    """The environment of one process. A field's name in capitals is the variable's name. Empty means: not set."""

    database_url: SecretStr = field(
        default=NONE, metadata=_setting("PostgreSQL as role alo_machine; empty: the embedded server")
    )
    database_owner_url: SecretStr = field(default=NONE, metadata=_setting("The same as alo_owner, for migrations"))
    alo_console_database_url: SecretStr = field(
        default=NONE, metadata=_setting("The same database as alo_console, for the staff pages")
    )
    alo_eraser_database_url: SecretStr = field(
        default=NONE, metadata=_setting("The same database as alo_eraser, for erasing people and what is past its time")
    )
    broker_url: SecretStr = field(
        default=NONE,
        metadata=_setting("Valkey or Redis for Celery and for counted tries to sign in; empty: the embedded server"),
    )
    alo_data_dir: Path = field(
        default=Path(".alo"), metadata=_setting("Where embedded databases, keys and logs are kept")
    )

    alo_port: int = field(default=8080, metadata=_setting("Port of the gateway on this machine", least=1, most=65_535))
    alo_bind: str = field(default="127.0.0.1", metadata=_setting("Address the gateway listens on"))
    public_base_url: str = field(
        default="", metadata=_setting("Address carriers reach us at; empty: http://127.0.0.1:ALO_PORT")
    )
    alo_webhook_host: str = field(default="", metadata=_setting("Host name that serves only webhooks; empty: any"))
    alo_trusted_proxies: int = field(
        default=0,
        metadata=_setting("Proxies before the gateway whose X-Forwarded-For and -Proto are believed; 0: none", least=0),
    )
    alo_inside: Networks = field(
        default=INSIDE, metadata=_setting("Networks that may ask for `/readyz` and `/metrics`, comma-separated")
    )
    alo_console_host: str = field(default="", metadata=_setting("Host name that serves only staff pages; empty: any"))

    alo_secret_keys: SecretStr = field(
        default=NONE,
        metadata=_setting(
            "id:base64 keys (32 bytes), comma-separated, newest first; empty: made beside embedded servers only"
        ),
    )
    alo_lookup_key: SecretStr = field(
        default=NONE,
        metadata=_setting("version:base64 key of the phone look-up, older ones behind it; goes with ALO_SECRET_KEYS"),
    )
    alo_session_key: SecretStr = field(
        default=NONE, metadata=_setting("Secret of staff sessions and links; goes with ALO_SECRET_KEYS")
    )

    alo_backup_key: str = field(
        default="",
        metadata=_setting("Public key (age1…) that backups are sealed to; `alo backup new-key` makes a pair"),
    )

    alo_clock: str = field(
        default="", metadata=_setting("<business start>@<rate>@<real anchor>[@<from>/<to> left out…]: a fast clock")
    )
    alo_lang: Literal["vi", "en"] = field(default="vi", metadata=_setting("Language of the command line: vi or en"))
    alo_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = field(
        default="INFO", metadata=_setting("DEBUG, INFO, WARNING or ERROR")
    )
    alo_haste: float = field(
        default=1.0, metadata=_setting("How many times sooner leases end and repairs begin; simulators only", above=0)
    )
    alo_web_workers: int = field(default=2, metadata=_setting("Gateway processes", least=1))
    alo_web_threads: int = field(
        default=4, metadata=_setting("Threads in each of them for carriers, and as many for staff pages", least=1)
    )
    alo_contact_workers: int = field(
        default=3, metadata=_setting("Processes that plan and send; one per sender or more", least=1)
    )

    def __init__(self, **given: Any) -> None:
        """Each field from `given`, the environment, the credentials, or its default. Raises BadSettingsError."""
        found = {**_credentials(), **{name: value for name, value in os.environ.items() if value}}
        bad = []
        known, kinds = known_settings(), _kinds()
        for name in known:
            try:
                object.__setattr__(
                    self, name, _convert(known[name], kinds[name], given.get(name, found.get(name.upper())))
                )
            except ValueError:
                bad.append(name.upper())
        if bad:
            raise BadSettingsError(bad)

    @property
    def base_url(self) -> str:
        """The public address of the webhooks, without a slash at its end."""
        return (self.public_base_url or f"http://127.0.0.1:{self.alo_port}").rstrip("/")

    @property
    def console_url(self) -> str:
        """Where the staff pages are: their own host where there is one, else the gateway's public address."""
        return f"https://{self.alo_console_host}" if self.alo_console_host else self.base_url

    @property
    def console_is_assumed(self) -> bool:
        """Whether no setting says where the pages are, so that `console_url` is this very machine's."""
        return not (self.alo_console_host or self.public_base_url)

    def with_values(self, **changes: Any) -> Settings:
        """A copy with other values (`dataclasses.replace` would forget those of the carriers)."""
        return Settings(**{**vars(self), **changes})

    def of(self, carrier: Carrier[S]) -> S:
        """What a carrier is set up with."""
        return carrier.settings(**{known.name: getattr(self, _flat(carrier, known)) for known in _shape(carrier)})


def known_settings() -> dict[str, Field[Any]]:
    """Every setting by its name in small letters: our own, and those of each carrier."""
    own = {known.name: known for known in fields(Settings)}
    carriers = registry.KNOWN.values()
    return own | {_flat(carrier, known): known for carrier in carriers for known in _shape(carrier)}


def _flat(carrier: Carrier[Any], known: Field[Any]) -> str:
    return f"{carrier.name}_{known.name.rstrip('_')}"


def _shape(carrier: Carrier[Any]) -> tuple[Field[Any], ...]:
    return fields(carrier.settings)


def _kinds() -> dict[str, Any]:
    """Every setting's type."""
    found = dict(_own_kinds())
    for carrier in registry.KNOWN.values():
        hints = get_type_hints(carrier.settings)
        found |= {_flat(carrier, known): hints[known.name] for known in _shape(carrier)}
    return found


@cache
def _own_kinds() -> dict[str, Any]:
    return get_type_hints(Settings)


def _credentials() -> dict[str, str]:
    """What the files below `$CREDENTIALS_DIRECTORY` set, as lines NAME=value. Raises BadSettingsError.

    systemd hands a service its secrets there (`LoadCredential=`): unlike its environment, nothing that it starts
    inherits them.
    """
    place = os.environ.get("CREDENTIALS_DIRECTORY")
    if not place:
        return {}
    try:
        files = sorted(Path(place).iterdir())
    except OSError:
        raise BadSettingsError(["CREDENTIALS_DIRECTORY"]) from None
    return {name: value for file in files if file.suffix == ".env" for name, value in _lines(file).items()}


def _lines(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise BadSettingsError([file.name]) from None
    found = {number: line.partition("=") for number, line in enumerate(lines, 1) if line and not line.startswith("#")}
    known = known_settings()
    bad = [n for n, (name, equals, _) in found.items() if not (equals and name.isupper() and name.lower() in known)]
    if bad:
        raise BadSettingsError([f"{file.name}:{number}" for number in bad])
    return {name: value for name, _, value in found.values() if value}


def _convert(setting: Field[Any], kind: Any, raw: Any) -> Any:
    """One setting as its kind. Raises ValueError for what is none of that kind or out of its bounds."""
    if raw is None:
        return setting.default
    if get_args(kind):
        if raw not in get_args(kind):
            raise ValueError(setting.name)
        return raw
    value = raw if isinstance(raw, kind) else kind(raw)
    least, above = setting.metadata["least"], setting.metadata["above"]
    most = setting.metadata["most"]
    fits = (least is None or value >= least) and (above is None or value > above) and (most is None or value <= most)
    if not fits:
        raise ValueError(setting.name)
    return value
