"""How a carrier's settings are described: a frozen dataclass per carrier, whose fields say what they are for.

The variable is the carrier's name, an underscore and the field's name, in capitals: TWILIO_AUTH_TOKEN. It must not know
where values are read from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, repr=False)
class SecretStr:
    """A text that shows itself to nobody who does not ask for it."""

    _value: str = ""

    def get_secret_value(self) -> str:
        """The text itself."""
        return self._value

    def __repr__(self) -> str:
        return "SecretStr(…)" if self._value else "SecretStr()"


NONE = SecretStr()


def setting(
    description: str, *, least: float | None = None, above: float | None = None, most: float | None = None
) -> dict[str, Any]:
    """The metadata of a setting's field, beside its kind and default: its words, and its bounds."""
    return {"description": description, "least": least, "above": above, "most": most}
