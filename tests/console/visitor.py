"""A member of staff at a browser without scripts: keeps cookies, finds the form's token, follows to the next page."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.staff import second_factor, sessions
from services.work import Work
from store.tables.registry import offices
from store.tables.staff import staff

HOST = "https://console.example"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Visitor:
    """One browser."""

    client: FlaskClient
    token: str = ""
    pages: list[str] = field(default_factory=list)

    def get(self, path: str) -> TestResponse:
        """The page at `path`, redirects followed."""
        return self._keep(self.client.get(path, base_url=HOST, follow_redirects=True))

    def post(self, path: str, /, *, token: str | None = None, **form: Any) -> TestResponse:
        """Send a form with the last page's token (or `token`), redirects followed."""
        data = {**form, "csrf_token": self.token if token is None else token}
        headers = {"Referer": f"{HOST}/"}
        answer = self.client.post(path, base_url=HOST, data=data, headers=headers, follow_redirects=True)
        return self._keep(answer)

    def _keep(self, answer: TestResponse) -> TestResponse:
        found = TOKEN.search(answer.text)
        self.token = html.unescape(found.group(1)) if found else self.token
        self.pages.append(answer.text)
        return answer


def words(answer: TestResponse) -> str:
    """What stands on the page, tags and runs of blanks taken out."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def signed_in(client: FlaskClient, work: Work, email: str, office_id: UUID, role: str = "office") -> Visitor:
    """A visitor with a session of a new member, without the slow hashing of a password."""
    staff_id, now = work.ids.new(), work.clock.now()
    row = {
        "id": staff_id, "office_id": office_id, "email": email, "name": email.partition("@")[0].title(), "role": role,
        "password": None, "active": True, "language": "vi", "invited_at": now, "joined_at": now,
        "sign_in_count": 0,
    }  # fmt: skip
    with work.database.transaction() as conn:
        conn.execute(sa.insert(staff).values(row))
    if role == "national":
        set_up(work, staff_id)
    return enter(Visitor(client), work, email)


def set_up(work: Work, staff_id: UUID) -> tuple[bytes, list[str]]:
    """Set a member's second factor up, the secret of the authenticator and the recovery codes."""
    made = second_factor.begin(work, staff_id)
    secret = base64.b32decode(made.secret.replace(" ", ""))
    return secret, second_factor.confirm(work, staff_id, code(work, secret), None)


def code(work: Work, secret: bytes, steps: int = 0) -> str:
    """What the authenticator shows so many half minutes from now."""
    at = int(work.clock.real().timestamp()) + 30 * steps
    return TOTP(secret, 6, SHA1(), 30).generate(at).decode()


def enter(visitor: Visitor, work: Work, email: str, browser: str = "") -> Visitor:
    """The visitor with a new session of this member."""
    with work.database.transaction() as conn:
        staff_id = conn.scalar(sa.select(staff.c.id).where(staff.c.email == email))
    assert staff_id is not None
    mark = sessions.begin(work, staff_id, browser)
    with visitor.client.session_transaction(base_url=HOST) as session:
        session.update({"_user_id": mark, "_fresh": True})
    return visitor


def add_office(work: Work, code: str, level: str = "province") -> UUID:
    """Another office."""
    office_id = work.ids.new()
    row = {
        "id": office_id, "code": code, "name": f"Liên minh {code}", "level": level, "area_scheme": "vn-2025",
        "area_code": "" if level == "national" else "24", "contact_number": "0204 3 822 222",
    }  # fmt: skip
    with work.database.transaction() as conn:
        conn.execute(sa.insert(offices).values(row))
    return office_id
