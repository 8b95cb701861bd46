"""`python -m tests.system.install.journey REPORT`: follows docs/install.md as root and writes down what came of it.

It is the first process of namespaces of its own (mounts, processes, network, host name): what it changes below /etc,
/opt, /run, /usr/local and /var is gone when it ends, and so is everything it started. The network holds nothing but
this machine. What the machine has that an empty one has not is put away first; Debian's packages are there already
(`.ci/run` installs them), and Python's are those of the checkout's environment, which were installed by hash.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from demo.network_process import CALL_NUMBER, TEXT_NUMBER, NetworkProcess
from runtime.demo_data import ACCOUNT
from tests.house.source import ROOT
from tests.system.install import units
from tests.system.install.document import steps
from tests.system.install.visitor import Visitor

HOST = "alo.example.vn"
ABOVE = Path("/mnt")
LAID_OVER = ("/etc", "/opt", "/usr/local", "/var", "/root")
PACKAGES = Path("/srv")
"""Where the checkout's environment can be read by every user, whoever may read the checkout."""
SIMULATOR = "http://127.0.0.1:9099"
TOKEN = "a-token-that-is-nowhere-written-down"
PATIENCE_S = 180
KERNELS = ("/proc", "/sys", "/dev")
OURS = ("alo-gateway", "alo-worker-contact", "alo-worker-housekeeping", "alo-beat")
SECRETS = (
    "DATABASE_OWNER_URL",
    "ALO_CONSOLE_DATABASE_URL",
    "ALO_ERASER_DATABASE_URL",
    "TWILIO_AUTH_TOKEN",
    "ALO_SECRET_KEYS",
)


class Journey:
    """One installation from nothing, used, renewed and taken away."""

    def __init__(self, report: Path) -> None:
        """`report`: where the findings go."""
        self._report = report
        self.found: dict[str, Any] = {"steps": {}}

    def run(self) -> None:
        """All of it; whatever goes wrong ends it and is in the report."""
        try:
            self._empty_machine()
            self._follow()
        except subprocess.CalledProcessError as failed:
            self.found["failed"] = [str(failed), _text(failed.stdout), _text(failed.stderr), self._logs()]
        finally:
            self._report.write_text(json.dumps(self.found, ensure_ascii=False, indent=1))

    def _follow(self) -> None:
        before = {"6. TLS": self._certificate, "7. Start": self._carrier, "Away with it": self._look_around}
        after = {"2. The program": self._released, "8. Is it well?": self._use}
        for step in steps():
            before.get(step.title, _nothing)()
            began = time.monotonic()
            if "alo doctor" in step.commands:
                self._until_well(step.title, step.commands)
            else:
                self._paste(step.commands)
            self.found["steps"][step.title] = round(time.monotonic() - began, 1)
            after.get(step.title, _nothing)()
        self._gone()

    def _empty_machine(self) -> None:
        _bash("mount --make-rprivate / && ip link set lo up && hostname alo-server")
        _bash(f"mount -t tmpfs tmpfs {ABOVE} && mount --bind {sysconfig.get_path('purelib')} {PACKAGES}")
        for place in LAID_OVER:
            above = ABOVE / place.strip("/").replace("/", "-")
            for part in ("new", "work"):
                (above / part).mkdir(parents=True)
            _bash(f"mount -t overlay overlay -o lowerdir={place},upperdir={above}/new,workdir={above}/work {place}")
        # What others have mounted below /run (namespaces of hosts) would stay writable in the table under what follows.
        _bash("sed -n 's|^[^ ]* \\(/run/[^ ]*\\) .*|\\1|p' /proc/self/mounts | tac | xargs -r -n 1 umount --lazy")
        _bash("mount -t tmpfs -o mode=755 tmpfs /run && mkdir -p /run/lock && install -d -o postgres /run/postgresql")
        for place in (*Path("/etc/postgresql").iterdir(), *Path("/var/lib/postgresql").glob("[0-9]*")):
            shutil.rmtree(place)
        for place in ("/etc/alo", "/opt/alo", "/var/lib/alo", "/var/lib/redis/alo"):
            shutil.rmtree(place, ignore_errors=True)
        version = max((p.name for p in Path("/usr/lib/postgresql").iterdir()), key=int)
        _bash(f"pg_createcluster {version} main -- --no-sync && pg_ctlcluster {version} main start")
        with Path("/etc/hosts").open("a") as hosts:
            hosts.write(f"127.0.0.1 {HOST}\n")
        # fmt: off
        _program("apt-get", "import subprocess, sys\nnames = [w for w in sys.argv[2:] if not w.startswith('-')]\n"
                 "sys.exit(subprocess.run(['dpkg-query', '-W', *names]).returncode if names else 0)")
        _program("systemctl", f"import os, sys\nos.environ['PYTHONPATH'] = '{ROOT}'\n"
                 "os.execv(sys.executable, [sys.executable, '-m', 'tests.system.install.systemctl', *sys.argv[1:]])")
        # fmt: on

    def _paste(self, commands: str) -> str:
        environment = {"PATH": units.PATH, "HOME": "/root", "LANG": "C.UTF-8"}
        environment["PYTHONPATH"] = str(PACKAGES)  # what pip finds here it need not fetch
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout + done.stderr

    def _until_well(self, title: str, commands: str) -> None:
        """The doctor has no patience; the page says that a start may take half a minute."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.found[title] = self._paste(commands)
                return
            except subprocess.CalledProcessError:
                if time.monotonic() > until:
                    raise
                commands = commands if "deploy/release" not in commands else "alo doctor"
                time.sleep(1)

    def _released(self) -> None:
        """What a release holds; then the packages that pip found beside it, which its own Python must find too."""
        place = Path("/opt/alo/current")
        self.found["release"] = sorted(p.name for p in place.iterdir())
        self.found["strange"] = [str(p) for p in place.rglob("*") if p.owner() != "root" or p.stat().st_mode & 0o022]
        packages = next((place / ".venv" / "lib").glob("python*")) / "site-packages"
        (packages / "lent.pth").write_text(f"{PACKAGES}\n")

    def _certificate(self) -> None:
        """An authority of our own, which this machine believes."""
        tls, ca = Path("/etc/alo/tls"), ABOVE / "ca"
        tls.mkdir(parents=True)
        ca.mkdir()
        make = "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -batch"
        _bash(
            f"{make} -x509 -days 2 -subj '/CN=Test CA' -keyout {ca}/key.pem -out {ca}/ca.crt\n"
            f"{make} -subj '/CN={HOST}' -keyout {tls}/privkey.pem -out {ca}/asked.pem\n"
            f"openssl x509 -req -days 2 -in {ca}/asked.pem -CA {ca}/ca.crt -CAkey {ca}/key.pem -CAcreateserial"
            f" -extfile <(echo subjectAltName=DNS:{HOST}) -out {tls}/fullchain.pem\n"
            f"cp {ca}/ca.crt /usr/local/share/ca-certificates/test-ca.crt && update-ca-certificates"
        )
        with Path("/etc/alo/alo.env").open("a") as settings:
            settings.write("REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt\n")

    def _carrier(self) -> None:
        """A carrier on this machine whose account stands in the settings, its numbers' webhooks pointing at us."""
        account = {
            "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_API_BASE_URL": SIMULATOR,
            "TWILIO_SMS_FROM": TEXT_NUMBER, "TWILIO_VOICE_FROM": CALL_NUMBER,
        }  # fmt: skip
        Path("/etc/alo/carriers.env").write_text("".join(f"{name}={value}\n" for name, value in account.items()))
        argv = ["-m", "simulator", "--port", SIMULATOR.rpartition(":")[2], "--account", ACCOUNT]
        subprocess.Popen(
            [sys.executable, *argv, "--journal", str(ABOVE / "journal.jsonl")],
            cwd=ROOT, env={**os.environ, "SIMULATOR_TOKEN": TOKEN}, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        network = NetworkProcess(SIMULATOR)
        network.wait_ready()
        network.connect_numbers(f"https://{HOST}")

    def _use(self) -> None:
        """What the installation does for carriers, staff and strangers."""
        self.found["verified"] = _tried("systemd-analyze", "verify", *_unit_files())
        self.found["exposure"] = {name: _exposure(name) for name in OURS}
        self.found["logrotate"] = _tried("logrotate", "--debug", "/etc/logrotate.d/alo")
        self.found["visits"] = Visitor(HOST, TOKEN).visits()

    def _look_around(self) -> None:
        self.found["parts"] = {name: _part(name) for name in OURS}
        logs = [*Path("/var/log/alo").glob("*"), *Path("/var/log/nginx").glob("*"), *units.STATE.glob("*.log")]
        logs += Path("/var/log/postgresql").glob("*")
        self.found["logs"] = {str(log): log.read_text(errors="replace") for log in logs if log.is_file()}
        modes = {str(file): oct(file.stat().st_mode & 0o777) for file in Path("/etc/alo").glob("*.env")}
        self.found["modes"] = modes

    def _gone(self) -> None:
        self.found["left"] = {
            "parts": [name for name in OURS if units.alive(f"{name}.service")],
            "places": [str(place) for place in map(Path, ("/opt/alo", "/var/lib/alo")) if place.exists()],
            "units": sorted(place.name for place in Path("/etc/systemd/system").glob("alo*")),
        }

    @staticmethod
    def _logs() -> str:
        return "\n".join(f"{log}: {log.read_text()[-1500:]}" for log in sorted(units.STATE.glob("*.log")))


def _nothing() -> None:
    return


def _unit_files() -> list[str]:
    return sorted(str(file) for file in Path("/etc/systemd/system").glob("alo*.*") if file.is_file())


def _tried(*argv: str) -> list[Any]:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return [done.returncode, done.stdout + done.stderr]


def _exposure(name: str) -> float:
    """systemd's own mark: 0 is closed, 10 open."""
    _, told = _tried("systemd-analyze", "security", "--offline=true", "--no-pager", f"{name}.service")
    return float(told.rpartition(": ")[2].split()[0])


def _part(name: str) -> dict[str, Any]:
    """A running part as the kernel shows it."""
    pid = units.alive(f"{name}.service")
    place = Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
    environment = [pair.split("=", 1)[0] for pair in (place / "environ").read_text().split("\0")]
    given = units.CREDENTIALS / f"{name}.service"
    mounts = [line.split() for line in (place / "mounts").read_text().splitlines()]
    return {
        "user": place.stat().st_uid,
        "no_new_privileges": status["NoNewPrivs"].strip(),
        "capabilities": status["CapBnd"].strip(),
        "filter": status["Seccomp"].strip(),
        "command": (place / "cmdline").read_text().replace("\0", " "),
        "inherited": sorted(set(environment) & set(SECRETS)),
        "credentials": {file.name: oct(file.stat().st_mode & 0o777) for file in given.iterdir()},
        "writable": sorted({m[1] for m in mounts if "rw" in m[3].split(",") and not m[1].startswith(KERNELS)}),
    }


def _program(name: str, code: str) -> None:
    place = Path("/usr/local/bin") / name
    place.write_text(f"#!{sys.executable}\n{code}\n")
    place.chmod(0o755)


def _bash(commands: str) -> None:
    subprocess.run(["bash", "-euo", "pipefail", "-c", commands], check=True, capture_output=True, text=True)


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value or "")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        Journey(Path(sys.argv[1])).run()
