"""What members of staff may see by their role. Pure: it must not know how somebody signs in."""

from __future__ import annotations

from enum import StrEnum


class StaffRole(StrEnum):
    """The role of a member of staff; the values are those of the database."""

    OFFICE = "office"
    """Sees their own office."""
    NATIONAL = "national"
    """Sees every office; only for people of a national office."""
