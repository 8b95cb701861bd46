"""A phone held in a browser beside the staff's progress page: calls and texts through the real gateway, signed.

Needs Debian's Chromium (`apt install chromium fonts-noto-core`). Pictures: ALO_SCREENSHOTS, or a temporary place.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from carriers.routing import CarrierRouter
from carriers.twilio.settings import TwilioCredentials
from carriers.twilio.twiml import TwimlRenderer
from contact.staff_roles import StaffRole
from demo.data_directory import free_port
from gateway.app import create_webhooks_app
from gateway.console.app import build
from runtime.clock import FastClock
from services.sending import dispatcher
from services.staff import accounts as staff
from services.work import Work
from simulator.clock import SimulatedClock
from store.tables.outbox import call_turns, senders
from store.unit_of_work import Database
from tests.doubles import START
from tests.services.world import LEADER, LINE, OUR_NUMBER, World
from tests.services.world import build as build_world
from tests.simulator import parts
from tests.simulator.parts import ACCOUNT, TOKEN, Sim

pytestmark = pytest.mark.system
CHROMIUM = shutil.which("chromium") or ""
OTHER = "+84901000002"
PASSWORD = "bốn mùa gió biển"
TYPE_MS = 7000
"""Nobody reads and types an answer faster: a text that comes sooner belongs to the question before (`sms.binding`)."""
LISTEN_MS = 1000
"""A key counts once the question is being said: from our answer to the phone it takes a moment."""
KEYS: Mapping[str, str] = {"consent": "1", "q1": "2", "q2": "1", "q4": "3", "members": "250#"}
"""What the person presses when a question is asked; a read-back and the form's hand-in are agreed to with 1."""
SLOW_TWO = """
const quick = window.fetch;
window.fetch = async (...asked) => {
  const late = String(asked[0]).endsWith("/key") && asked[1].body.includes('"2"');
  if (late) await new Promise((go) => setTimeout(go, 900));
  return quick(...asked);
};
"""
"""A network on which the key 2 takes longer than others: keys must still arrive in the order they were pressed."""


@dataclass
class Place:
    """Where everything listens."""

    world: World
    sim: Sim
    console: str


@contextmanager
def served(app: Any, port: int = 0) -> Iterator[str]:
    """An app over HTTP."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def place(work: Work, console: Database, tmp_path: Path) -> Iterator[Place]:
    """Network, gateway and staff pages on one business clock that goes at normal speed, on a Wednesday morning."""
    anchor, port = datetime.now(UTC), free_port()
    base, secrets = f"http://127.0.0.1:{port}", {"demo": TwilioCredentials(ACCOUNT, (TOKEN,))}
    clock = SimulatedClock.parse(f"{START.isoformat()}@1@{anchor.isoformat()}", 0.5)
    with parts.simulator(tmp_path / "journal.jsonl", clock) as sim:
        carriers, ticking = CarrierRouter(secrets, base), FastClock(START, 1, anchor)
        world = build_world(replace(work, clock=ticking, carriers=carriers, voice=TwimlRenderer(base)))
        world.add_organisation("DX002", OTHER, "Hợp tác xã Tây Hồ")
        with world.work.database.transaction() as conn:
            conn.execute(sa.update(senders).values(account=ACCOUNT, api_base_url=sim.base))
        sim.post("/numbers", {"number": OUR_NUMBER, "sms_url": f"{base}/twilio/sms"})
        sim.post("/numbers", {"number": LINE, "voice_url": f"{base}/twilio/voice"})
        sim.handset(LEADER)
        staff_app = build(replace(world.work, database=console), world.work, session_key="s" * 32, uploads=tmp_path)
        webhooks = create_webhooks_app(world.work, secrets, base)
        with served(webhooks, port), served(staff_app) as address:
            yield Place(world, sim, address)


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM:
        pytest.skip("no chromium: apt install chromium fonts-noto-core")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield found
        found.close()


def opened(browser: Browser, url: str, width: int, height: int, before: str = "") -> tuple[Page, list[str]]:
    """A page of its own, in which `before` runs first, and what its console complains of."""
    page = browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN").new_page()
    page.add_init_script(before)
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)
    return page, complaints


def progress(browser: Browser, place: Place) -> Page:
    """A member of the office at the round's page."""
    made = staff.invite(place.world.work, "lan@qb.example", "QB", StaffRole.OFFICE, "Nguyễn Thị Lan", "cli:test")
    page, _ = opened(browser, f"{place.console}/invitation/{made.token}", 820, 900)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_label("Gõ lại mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đặt mật khẩu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chỉ số hài lòng 2026")
    return page


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What somebody with a screen reader or weak eyes would stumble over, and where."""
    found = Axe().run(page).response["violations"]
    return [(v["id"], [node["html"] for node in v["nodes"]]) for v in found]


def take(page: Page, number: str) -> None:
    """Take a phone in hand."""
    page.get_by_label(re.compile("Máy nào")).fill(number)
    page.get_by_role("button", name="Cầm máy này").click()
    expect(page.locator("#holder")).to_contain_text("Bạn đang cầm máy")


def answer_by_keys(page: Page, world: World) -> None:
    """Press the right keys to the end, by mouse and by keyboard in turn; whoever is asked again answers again."""
    deadline, turns = time.monotonic() + 240, 0
    while not re.search("Đã kết thúc", page.locator("#state").inner_text()):
        assert time.monotonic() < deadline, page.locator("#heard").inner_text()
        page.wait_for_timeout(50)
        if (now := len(world.rows(call_turns))) == turns:
            continue
        turns = now
        page.wait_for_timeout(LISTEN_MS)
        press(page, next_keys(page, world.answers()), by_keyboard=bool(turns % 2))


def next_keys(page: Page, stored: Mapping[str, str]) -> str:
    """What to press: for the first question without an answer, unless its number was just read back."""
    wanted = next((name for name in KEYS if name not in stored), None)
    said = page.locator("#heard p").all_inner_texts()
    confirms = wanted == "members" and any("vừa bấm" in words for words in said[-6:])
    return "1" if wanted is None or confirms else KEYS[wanted]


def press(page: Page, keys: str, *, by_keyboard: bool) -> None:
    """Press keys one after the other."""
    for key in keys:
        if by_keyboard:
            page.keyboard.press(key)
        else:
            page.locator(f'[data-key="{key}"]').click()


def beside(browser: Browser, left: Page, right: Page, path: Path) -> None:
    """One picture of two pages."""
    shown = [base64.b64encode(page.screenshot(full_page=True)).decode() for page in (left, right)]
    images = "".join(f'<img src="data:image/png;base64,{one}">' for one in shown)
    style = (
        "body{margin:0;display:flex;gap:16px;align-items:flex-start;background:#8a949c;padding:16px;width:max-content}"
    )
    page = browser.new_context(viewport={"width": 1260, "height": 800}).new_page()
    page.set_content(f"<style>{style}</style>{images}")
    page.wait_for_function("[...document.images].every(image => image.complete)")
    page.screenshot(path=path, full_page=True)


def test_a_held_phone_answers_by_keys_and_by_text_and_the_progress_moves(
    browser: Browser, place: Place, tmp_path: Path
) -> None:
    world, staff_page = place.world, progress(browser, place)
    page, complaints = opened(browser, f"{place.sim.base}/handset", 390, 844, SLOW_TWO)
    expect(staff_page.locator("#live")).to_contain_text("0 / 2")
    take(page, "0901 000 001")

    world.plan("call")
    assert dispatcher.dispatch(world.work, world.line.id) == 1
    expect(page.locator("#state")).to_have_text("Có cuộc gọi đến", timeout=60_000)
    assert "rings" in (page.locator("#phone").get_attribute("class") or "")
    page.get_by_role("button", name="Gọi hoặc nghe máy").click()
    expect(page.locator("#heard p").first).to_be_visible(timeout=60_000)
    answer_by_keys(page, world)
    assert world.interview()["status"] == "complete"
    assert world.answers()["members"] == "250"
    expect(staff_page.locator("#live")).to_contain_text("1 / 2", timeout=60_000)

    take(page, OTHER)
    for nth, body in enumerate(("alo", "1", "2")):
        page.wait_for_timeout(TYPE_MS)
        page.get_by_label("Nội dung").fill(body)
        page.get_by_role("button", name="Gửi").click()
        expect(page.locator("#bubbles li:not(.mine)")).to_have_count(nth + 1, timeout=60_000)
    assert world.answers(1) == {"consent": "yes", "q1": "3"}
    channels = staff_page.get_by_role("table", name="Theo kênh trả lời")
    expect(channels).to_contain_text("Tin nhắn", timeout=60_000)

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert complaints == []
    assert page.locator("#voice").inner_text() != "", "this browser has no voice, and the page says so"
    shots = Path(os.environ.get("ALO_SCREENSHOTS", str(tmp_path)))
    shots.mkdir(parents=True, exist_ok=True)
    beside(browser, page, staff_page, shots / "handset.png")


def test_a_new_number_rings_us_declines_us_and_the_page_speaks_english(browser: Browser, place: Place) -> None:
    page, complaints = opened(browser, f"{place.sim.base}/handset", 1100, 800)
    take(page, "0977 000 123")
    page.get_by_role("button", name="Gọi hoặc nghe máy").click()
    expect(page.locator("#state")).to_have_text("Không gọi được", timeout=60_000)
    assert place.world.tasks() == ["unknown_number"]
    take(page, LEADER)
    page.get_by_role("button", name="Gọi hoặc nghe máy").click()
    expect(page.locator("#state")).to_have_text("Không gọi được", timeout=60_000)
    dispatcher.dispatch(place.world.work, place.world.line.id)
    expect(page.locator("#state")).to_have_text("Có cuộc gọi đến", timeout=60_000)
    page.keyboard.press("Escape")
    expect(page.locator("#state")).to_have_text("Cuộc gọi nhỡ", timeout=60_000)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A handset to hold")
    assert violations(page) == []
    page.get_by_role("button", name="Give it back").click()
    expect(page.locator("#state")).to_have_text("—")
    assert [one["held"] for one in place.sim.get("/handsets") if one["number"] == LEADER] == [False]
    assert complaints == []
