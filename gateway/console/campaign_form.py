"""Parses the form of a new campaign, and describes an audience in words.

It must not know how an audience becomes SQL, nor who is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from characters.cleaning import clean, plain
from contact.kinds import KINDS, OutcomeSoFar
from files import areas
from gateway.console.context import masked_field, say

ORGANISATION_KINDS = ("HTX", "QTD", "LHHTX", "THT")
SECTORS = ("NN", "PNN")
CHANNELS = ("text", "call")
LONGEST_TITLE, MOST_DAYS = 120, 60

CHOICES: Mapping[str, tuple[str, ...]] = {
    "campaign_kinds": tuple(KINDS), "organisation_kinds": ORGANISATION_KINDS, "sectors": SECTORS,
    "outcomes": tuple(OutcomeSoFar), "channels": CHANNELS,
}  # fmt: skip
"""What the form offers, by the names its template uses."""


def filled_in(form: MultiDict[str, str]) -> dict[str, Any]:
    """title, kind, audience and spread_days of `services.campaign.campaigns.draft`, as the form gives them."""
    days = plain(form.get("spread_days", ""))
    return {
        "title": masked_field("title", LONGEST_TITLE),
        "kind": form.get("campaign_kind") or "reminder",
        "audience": dict(_audience(form)),
        "spread_days": min(MOST_DAYS, int(days)) if days.isascii() and days.isdigit() else 0,
    }


def _audience(form: MultiDict[str, str]) -> Iterator[tuple[str, Any]]:
    for name in ("kind", "sector", "area", "commune", "officer", "channel"):
        if said := clean(form.get(name, "")):
            yield name, said
    if form.get("member") in ("yes", "no"):
        yield "is_member", form["member"] == "yes"
    if outcomes := form.getlist("outcome"):
        yield "outcome", outcomes
    if codes := clean(form.get("codes", "")).replace(",", " ").split():
        yield "code", codes


def describe_audience(audience: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each filter of an audience and its values, in words."""
    return [(say(f"console.audience.{name}"), _values(name, wanted)) for name, wanted in audience.items()]


def area_name(area: str) -> str:
    """The province of an area (`scheme/code`); the area itself where it is none we know."""
    scheme, _, code = area.partition("/")
    former = areas.FORMER.get(code, (area, ""))[0]
    return {areas.SCHEME: areas.PROVINCES.get(code, area), areas.FORMER_SCHEME: former}.get(scheme, area)


def _values(name: str, value: Any) -> str:
    if name == "is_member":
        return say("console.draft.members" if value else "console.draft.non_members")
    values = value if isinstance(value, list) else [value]
    if name == "area":
        return ", ".join(map(area_name, values))
    spoken = {"outcome": "campaign.outcome.", "channel": "console.by."}
    return ", ".join(say(spoken[name] + value) if name in spoken else str(value) for value in values)
