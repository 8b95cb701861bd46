"""The staff pages in a real browser, on a phone's and a desk's screen: from an invitation to a paused reminder.

Needs Debian's Chromium (`apt install chromium fonts-noto-core`). Screenshots: ALO_SCREENSHOTS, or a temporary place.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from werkzeug.serving import make_server

from contact import settings
from contact.staff_roles import StaffRole
from files.cards import Card, html
from files.xlsform import read_form
from gateway.console.app import build
from services import tasks
from services.campaign import campaigns
from services.interview.staff_entry import enter_answers
from services.rounds import rounds
from services.staff import accounts as staff
from services.work import Work
from store.tables.campaigns import campaigns as campaign_table
from store.tables.rounds import round_questionnaires
from store.unit_of_work import Database
from tests.console.visitor import add_office, code
from tests.files.test_lists import HEADER, row
from tests.files.workbooks import write
from tests.services.world import World
from tests.services.world import build as build_world

pytestmark = pytest.mark.system
CHROMIUM = shutil.which("chromium") or ""
LIST = Path(__file__).parents[2] / "questionnaires" / "sample-village.xlsx"
PASSWORD = "bốn mùa gió biển"
expect.set_options(timeout=30_000)  # milliseconds: seen as soon as it is there, however slow the machine
SCREENS = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM:
        pytest.skip("no chromium: apt install chromium fonts-noto-core")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield found
        found.close()


@pytest.fixture
def world(work: Work) -> World:
    """An open round whose questionnaire serves everybody."""
    made = build_world(work)
    pin = {"round_id": made.round_id, "kind": "*", "sector": "*", "questionnaire_sha256": made.form.sha256}
    with work.database.transaction() as conn:
        conn.execute(sa.insert(round_questionnaires).values(pin))
    return made


@pytest.fixture
def address(world: World, console: Database, tmp_path: Path) -> Iterator[str]:
    """The staff pages over HTTP."""
    app = build(
        replace(world.work, database=console), world.work, session_key="a session key of the tests", uploads=tmp_path
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go."""
    place = Path(os.environ.get("ALO_SCREENSHOTS", str(tmp_path / "screenshots")))
    place.mkdir(parents=True, exist_ok=True)
    return place


class Tour:
    """A page that is photographed and examined at every stop, and that complains of anything in its console."""

    def __init__(self, browser: Browser, address: str, screen: str, shots: Path) -> None:
        """A fresh browser context with this screen."""
        context = browser.new_context(viewport=SCREENS[screen], locale="vi-VN")  # type: ignore[arg-type]  # a size
        self.page: Page = context.new_page()
        self.address, self.screen, self.shots = address, screen, shots
        self.complaints: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def stop(self, name: str) -> None:
        """Photograph, then examine: nothing for axe to say, nothing wider than the screen."""
        self.page.screenshot(path=self.shots / f"{self.screen}-{name}.png", full_page=True)
        found = Axe().run(self.page).response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == [], name
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= SCREENS[self.screen]["width"], f"{name} is {wide} wide"
        assert self.complaints == [], name


def enter(tour: Tour, world: World, email: str) -> None:
    """The quick way to the first page, nothing photographed."""
    page = tour.page
    made = staff.invite(world.work, email, "QB", StaffRole.OFFICE, "", "cli:test")
    page.goto(f"{tour.address}/invitation/{made.token}")
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_label("Gõ lại mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đặt mật khẩu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chỉ số hài lòng 2026")


def join_and_sign_in(tour: Tour, world: World) -> None:
    """From the link to the first page."""
    page = tour.page
    made = staff.invite(world.work, "lan@qb.example", "QB", StaffRole.OFFICE, "Nguyễn Thị Lan", "cli:test")
    page.goto(f"{tour.address}/invitation/{made.token}")
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_label("Gõ lại mật khẩu").fill(PASSWORD)
    tour.stop("01-invitation")
    page.get_by_role("button", name="Đặt mật khẩu").click()
    expect(page.get_by_role("status")).to_contain_text("Đã đặt mật khẩu")
    page.get_by_role("button", name="Đăng xuất").click()
    page.get_by_label("Email").fill("lan@qb.example")
    page.get_by_label("Mật khẩu").fill("sai mật khẩu rồi")
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("alert")).to_contain_text("không đúng")
    tour.stop("02-sign-in")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chỉ số hài lòng 2026")


def upload(tour: Tour, tmp_path: Path) -> None:
    """A file that cannot be read, one with faults, then the village."""
    page = tour.page
    page.get_by_role("link", name="Danh sách", exact=True).click()
    broken = tmp_path / "hỏng.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    send(page, broken)
    expect(page.get_by_role("alert")).to_contain_text("bị hỏng")
    tour.stop("03-refused")
    faulty = [row(login=f"09012345{n:02d}", name=f"HTX Thử {n}", kind="Công ty" if n % 2 else "HTX") for n in range(6)]
    send(page, write(tmp_path / "Danh sách có lỗi.xlsx", DS=[HEADER, *faulty]))
    expect(page.locator("ol.faults")).to_contain_text("Công ty")
    tour.stop("04-faults")
    page.get_by_role("link", name="Bỏ qua").click()
    send(page, LIST)
    expect(page.get_by_role("button", name=re.compile("Nhập \\d+ tổ chức"))).to_be_visible()
    tour.stop("05-check")
    page.get_by_role("button", name=re.compile("Nhập \\d+ tổ chức")).click()
    expect(page.get_by_role("status")).to_contain_text("Đã nhập")
    tour.stop("06-imported")


def send(page: Page, path: Path) -> None:
    """Choose a file and have it checked."""
    page.get_by_label("Tệp danh sách").set_input_files(path)
    page.get_by_role("button", name="Kiểm tra danh sách").click()


def launch(tour: Tour) -> int:
    """Preview, a wrong number, then the right one. How many are contacted."""
    page = tour.page
    page.get_by_role("link", name="Đợt khảo sát").click()
    page.get_by_role("link", name="Chỉ số hài lòng 2026").click()
    page.get_by_text("Chỉ nhắc một phần danh sách").click()
    page.get_by_label("chưa liên hệ lần nào").check()
    tour.stop("07-round")
    page.get_by_label("Tên đợt nhắc").fill("Nhắc lần 1")
    page.get_by_role("button", name="Xem trước").click()
    button = page.get_by_role("button", name=re.compile("Gọi và nhắn \\d+ tổ chức"))
    contacted = int(re.findall(r"\d+", button.inner_text())[0])
    assert page.locator("ol.texts li").count() == 10
    tour.stop("08-preview")
    page.get_by_label("Gõ lại số").fill("7")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("Số gõ lại là 7")
    page.get_by_label("Gõ lại số").fill(str(contacted))
    button.click()
    expect(page.get_by_role("status").first).to_contain_text(f"Đã phát động: {contacted}")
    return contacted


def hold(tour: Tour) -> None:
    """The calls of a campaign are held, with a reason, and go on; each contact says why."""
    page = tour.page
    page.get_by_role("link", name="Tạm dừng").click()
    page.get_by_label("Tạm dừng phần nào").select_option("medium:call")
    page.get_by_label("Lý do").fill("mưa lũ, đường dây nghẽn")
    tour.stop("09a-pause")
    page.get_by_role("button", name="Tạm dừng ngay").click()
    expect(page.locator("#live")).to_contain_text("mưa lũ, đường dây nghẽn")
    tour.stop("09b-held")
    page.get_by_role("button", name="Chạy tiếp").click()
    expect(page.get_by_role("status").first).to_contain_text("Chạy tiếp")
    page.get_by_role("link", name="Từng lần liên hệ và vì sao").click()
    expect(page.locator("ol.rows")).to_contain_text("lần liên hệ đầu tiên")
    tour.stop("09c-contacts")
    page.get_by_role("link", name="← Nhắc lần 1").click()


@pytest.mark.parametrize("screen", SCREENS)
def test_from_an_invitation_to_a_paused_reminder(
    browser: Browser, world: World, address: str, screen: str, shots: Path, tmp_path: Path
) -> None:
    tour = Tour(browser, address, screen, shots)
    page = tour.page
    join_and_sign_in(tour, world)
    upload(tour, tmp_path)
    contacted = launch(tour)

    campaign = world.rows(campaign_table)[0]["id"]
    campaigns.plan(world.work, campaign)
    # The page renews itself: planning becomes running without a reload.
    expect(page.locator("#live .state.running")).to_contain_text("đang chạy")
    # Their first contacts are planned already.
    of = page.locator("#live div", has=page.get_by_text("Đang liên hệ", exact=True)).last
    expect(of.locator("dd")).to_have_text(str(contacted))
    tour.stop("09-running")
    hold(tour)
    page.get_by_role("link", name="Tạm dừng").click()
    page.get_by_role("button", name="Tạm dừng ngay").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã tạm dừng")
    assert world.rows(campaign_table)[0]["state"] == "paused"
    tour.stop("10-paused")
    page.get_by_role("link", name="Dừng hẳn").click()
    tour.stop("11-stop")
    page.get_by_role("link", name="Không, quay lại").click()

    fill(world)
    page.get_by_role("link", name="Việc cần làm").click()
    tour.stop("12-tasks")
    page.get_by_role("link", name="Muốn gặp cán bộ (1)").click()
    expect(page.get_by_role("article")).to_have_count(1)
    tour.stop("12a-tasks-of-one-kind")
    page.get_by_role("link", name="Đợt khảo sát").click()
    page.get_by_role("link", name="Chỉ số hài lòng 2026").click()
    tour.stop("13-progress")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Work list", exact=True)).to_be_visible()
    tour.stop("14-english")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


@pytest.mark.parametrize("screen", SCREENS)
def test_above_the_limit_a_colleague_approves(
    browser: Browser, world: World, address: str, screen: str, shots: Path
) -> None:
    for n in range(2, 5):
        world.add_organisation(f"DX{n:03d}", f"+8490100000{n}", f"Hợp tác xã số {n}")
    rounds.change_settings(world.work, "2026", replace(settings.default(), approval_above=2), "test")
    drafter, colleague = (Tour(browser, address, screen, shots) for _ in range(2))
    for tour, email in ((drafter, "lan@qb.example"), (colleague, "hoa@qb.example")):
        enter(tour, world, email)
    drafter.page.get_by_label("Tên đợt nhắc").fill("Nhắc lần 1")
    drafter.page.get_by_role("button", name="Xem trước").click()
    expect(drafter.page.get_by_role("note")).to_contain_text("4")
    assert drafter.page.get_by_role("button", name=re.compile("Gọi và nhắn")).count() == 0
    drafter.stop("08a-needs-a-second-person")
    colleague.page.goto(drafter.page.url)
    colleague.page.get_by_label("Gõ lại số").fill("4")
    colleague.stop("08b-approve")
    colleague.page.get_by_role("button", name="Duyệt cho 4 tổ chức").click()
    expect(colleague.page.get_by_role("status").first).to_contain_text("Đã duyệt cho 4")
    drafter.page.reload()
    drafter.page.get_by_label("Gõ lại số").fill("4")
    drafter.stop("08c-approved")
    drafter.page.get_by_role("button", name="Gọi và nhắn 4 tổ chức").click()
    expect(drafter.page.get_by_role("status").first).to_contain_text("Đã phát động: 4")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_stop_told_to_staff_is_entered_and_taken_back(
    browser: Browser, world: World, address: str, screen: str, shots: Path
) -> None:
    tour = Tour(browser, address, screen, shots)
    enter(tour, world, "lan@qb.example")
    page = tour.page
    page.goto(f"{address}/wishes")
    tour.stop("15-wishes")
    page.get_by_label("Mã đơn vị").fill("DX000")
    page.get_by_role("button", name="Tìm").click()
    expect(page.get_by_role("alert").first).to_contain_text("DX000")
    page.get_by_label("Mã đơn vị").fill("DX001")
    page.get_by_role("button", name="Tìm").click()
    tour.stop("16-where-they-stand")
    page.get_by_label("Người đó nói thế nào?").select_option("in_person")
    page.get_by_label("Ai nói, nói thế nào").fill("Bà Hoa nói với tổ công tác: xin đừng gọi nữa.")
    page.get_by_role("button", name="Thôi mọi liên hệ").click()
    tour.stop("17-stopped")
    assert world.consent_of() == "stopped"


def fill(world: World) -> None:
    """Some answers and some work, for the progress to have something to show."""
    whole = {"consent": "yes", "q1": "5", "q2": "5", "q4": "3", "members": "12"}
    enter_answers(world.work, world.interviews[0], whole, actor="cli:test", source_id="paper-1", final=True)
    with world.work.database.transaction() as conn:
        for kind in ("person_wanted", "wrong_number"):
            detail = "21211" if kind == "wrong_number" else ""
            tasks.open_task(
                world.work, conn, kind=kind, cause=kind, detail=detail, office_id=world.office_id,
                interview_id=world.interviews[0],
            )  # fmt: skip


@pytest.mark.parametrize("form", ["HTX-NN", "HTX-PNN", "QTD", "BC-THANG"])
def test_a_card_is_one_sheet_front_and_back(browser: Browser, form: str, tmp_path: Path) -> None:
    name = "Hợp tác xã Dịch vụ nông nghiệp tổng hợp và Môi trường Đông Xuân"
    title, office = "Chỉ số hài lòng cấp tỉnh của hợp tác xã năm 2026", "Liên minh Hợp tác xã tỉnh Lào Cai"
    read = read_form(LIST.parent / f"{form}.xlsx")
    ours, theirs = "0214 3840 123", "0912 345 678"
    card = Card(name, "73687870", read, title, office, ours, "Nguyễn Thị Lan", theirs, ours)
    (tmp_path / "cards.html").write_text(html([card]), "utf-8")
    page = browser.new_page()
    page.goto(f"file://{tmp_path}/cards.html")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_the_national_role_sets_up_its_second_step_and_comes_back_without_the_phone(
    browser: Browser, world: World, address: str, screen: str, shots: Path
) -> None:
    add_office(world.work, "VCA", "national")
    made = staff.invite(world.work, "ha@vca.example", "VCA", StaffRole.NATIONAL, "Trần Thị Hà", "cli:test")
    tour = Tour(browser, address, screen, shots)
    page = tour.page
    page.goto(f"{address}/invitation/{made.token}")
    page.get_by_label("Mật khẩu", exact=True).fill("hoptacxa2026")
    page.get_by_label("Gõ lại mật khẩu").fill("hoptacxa2026")
    page.get_by_role("button", name="Đặt mật khẩu").click()
    expect(page.get_by_role("alert")).to_contain_text("dễ đoán")
    tour.stop("20-guessable")
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_label("Gõ lại mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cài đặt")
    page.goto(f"{address}/lists")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cài đặt")
    page.get_by_text("Không quét được?").click()
    tour.stop("21-set-up")
    secret = base64.b32decode(page.locator(".secret").inner_text().replace(" ", ""))
    page.get_by_label("Mã 6 số").fill(code(world.work, secret))
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    tour.stop("22-recovery-codes")
    kept = page.locator(".codes li").first.inner_text()
    page.get_by_role("link", name="Tôi đã cất mã").click()
    page.get_by_role("link", name="Tài khoản của tôi").click()
    tour.stop("23-account")
    page.get_by_role("link", name="Bước đăng nhập thứ hai").click()
    tour.stop("24-second-factor")
    page.goto(f"{address}/account/password")
    tour.stop("25-password")
    page.get_by_role("button", name="Đăng xuất").click()
    sign_in(page, "ha@vca.example")
    expect(page.get_by_label("Mã 6 số")).to_be_focused()
    page.keyboard.type("000000\n")
    expect(page.get_by_role("alert")).to_contain_text("không đúng")
    tour.stop("26-second-step")
    page.keyboard.type(f"{kept.lower()}\n")
    expect(page.get_by_role("status")).to_contain_text("còn 9 mã")


def sign_in(page: Page, email: str) -> None:
    """The first step."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
