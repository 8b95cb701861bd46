"""Transfers of a call to the area's officer: who that is, and whether they take calls now.

It must not know how a call is connected. An officer's number leaves here for the call's document only, which is sealed.
"""

from __future__ import annotations

from contact import settings as round_settings
from services.work import Work
from store.interview.interviews import HeldInterview
from survey.answers import Said, Spoken


def officer_now(work: Work, held: HeldInterview) -> str:
    """The number (E.164) of the officer whom the caller of the locked interview `held` is put through to now.

    "" where the round does not do so, outside office hours, or where nobody of the commune or province has a number.
    """
    if held.officer is None or held.transfer_settings is None:
        return ""
    settings = round_settings.from_dict(held.transfer_settings)
    if not settings.transfers_at(held.office_code, work.clock.now()):
        return ""
    officer_id, sealed = held.officer
    return work.vault.open(sealed, "staff.phone", officer_id)


def heard(work: Work, held: HeldInterview, said: Said, connected: bool | None) -> tuple[Said, str]:
    """What was `said` as the interview hears it, and the number to put the caller through to, if any.

    `connected`: the caller comes back from a person, who was reached or not; None: they were with nobody.
    """
    if connected is not None:
        return Spoken("connected" if connected else "unconnected"), ""
    officer = officer_now(work, held) if said == Spoken("person") else ""
    return (Spoken("transfer") if officer else said), officer
