"""A stand-in for systemd where none runs: reads unit files with their drop-ins and starts what they say, as they say.

Applied are user, groups, environment, credentials, directories, rights, read-only mounts, a private /tmp, system calls,
memory that is never both written and run, and the socket that is handed over. Not applied: bounds of memory and tasks,
namespaces.
"""

from __future__ import annotations

import ctypes
import grp
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections import defaultdict
from pathlib import Path

PLACES = (Path("/etc/systemd/system"), Path("/lib/systemd/system"))
STATE = Path("/run/stand-in")
CREDENTIALS = Path("/run/credentials")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PR_SET_MDWE, REFUSE_EXEC_GAIN = 65, 1
SEALED = """
set -e
mount --make-rprivate /
for place in $WRITABLE; do mount --bind "$place" "$place"; done
mount -t tmpfs -o mode=1777 private /tmp
while read -r _ place _; do
  case " $WRITABLE /tmp /proc /sys /dev " in *" $place "*) continue ;; esac
  case "$place" in /proc/*|/sys/*|/dev/*) continue ;; esac
  mount -o remount,bind,ro "$place" 2>/dev/null || : # hidden below another
done < /proc/self/mounts
unset WRITABLE
export LISTEN_PID=$$
exec "$@"
"""


class Unit:
    """One unit file, a template's instance put in, with the drop-ins of its name's beginnings."""

    def __init__(self, name: str) -> None:
        """Raises FileNotFoundError."""
        self.name = name
        self.values: defaultdict[str, list[str]] = defaultdict(list)
        stem, _, kind = name.rpartition(".")
        base, at, instance = stem.partition("@")
        for file in self._files(f"{base}{at}.{kind}", base, kind):
            self._read(file, instance, base)

    @staticmethod
    def _files(file_name: str, base: str, kind: str) -> list[Path]:
        own = next(place / file_name for place in PLACES if (place / file_name).exists())
        pieces = base.split("-")
        dropped = [f"{'-'.join(pieces[:n])}-.{kind}.d" for n in range(1, len(pieces))]
        return [own, *(file for name in dropped for place in PLACES for file in sorted((place / name).glob("*.conf")))]

    def _read(self, file: Path, instance: str, base: str) -> None:
        for line in file.read_text().replace("\\\n", " ").splitlines():
            key, equals, value = line.partition("=")
            if equals and not line.startswith(("#", ";")):
                put_in = {"%i": instance, "%I": instance, "%h": socket.gethostname(), "%%": "%", "%p": base}
                for mark in ("%i", "%I", "%p"):
                    value = value.replace(mark, put_in[mark])
                self.values[key.strip()].append(value.replace("%%", "%").strip())

    def last(self, key: str, default: str = "") -> str:
        """The last value of a key."""
        return (self.values.get(key) or [default])[-1]

    def words(self, key: str) -> list[str]:
        """Every word of all values of a key."""
        return [word for value in self.values.get(key, ()) for word in value.split()]

    def needed(self) -> list[str]:
        """The units of ours that must run for this one."""
        return [unit for key in ("Requires", "Wants") for unit in self.words(key) if unit.startswith("alo")]


def start(name: str) -> None:
    """Start a unit and what it needs. Raises CalledProcessError when one of kind oneshot fails."""
    unit = Unit(name)
    for needed in unit.needed():
        start(needed)
    if not name.endswith(".service") or alive(name):
        return
    STATE.mkdir(exist_ok=True)
    done = STATE / f"{name}.done"
    if not done.exists():
        _start(unit)
        if unit.last("Type") == "oneshot":
            done.touch()


def stop(name: str) -> None:
    """End a unit as systemd would: the main process is asked, after the unit's patience the rest is killed."""
    (STATE / f"{name}.done").unlink(missing_ok=True)
    pid = alive(name)
    if pid is None:
        return
    os.kill(pid, signal.SIGTERM)
    patience = float(Unit(name).last("TimeoutStopSec", "90"))
    until = time.monotonic() + patience
    while alive(name) and time.monotonic() < until:
        time.sleep(0.1)
    if alive(name):
        os.killpg(pid, signal.SIGKILL)
        raise TimeoutError(f"{name} did not end in {patience} s")


def alive(name: str) -> int | None:
    """The main process of a unit while it runs."""
    try:
        pid = int((STATE / f"{name}.pid").read_text())
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, ValueError):
        return None
    return None if state == "Z" else pid


def _start(unit: Unit) -> None:
    listening = _listening(unit)
    with (STATE / f"{unit.name}.log").open("ab") as log:
        child = subprocess.Popen(
            _command(unit),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_environment(unit) | ({"LISTEN_FDS": "1"} if listening else {}),
            cwd=unit.last("WorkingDirectory", "/"),
            umask=int(unit.last("UMask", "0022"), 8),
            start_new_session=True,
            pass_fds=(3,) if listening else (),
            preexec_fn=_no_memory_both_written_and_run if unit.last("MemoryDenyWriteExecute") == "yes" else None,
        )
    if unit.last("Type") == "oneshot":
        code = child.wait()
        if code:
            raise subprocess.CalledProcessError(code, unit.name, (STATE / f"{unit.name}.log").read_bytes())
    (STATE / f"{unit.name}.pid").write_text(str(child.pid))


def _command(unit: Unit) -> list[str]:
    user = pwd.getpwnam(unit.last("User", "root"))
    group = grp.getgrnam(unit.last("Group")).gr_gid if unit.last("Group") else user.pw_gid
    groups = [group, *(grp.getgrnam(name).gr_gid for name in unit.words("SupplementaryGroups"))]
    drop = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={group}", f"--groups={','.join(map(str, groups))}"]
    drop += ["--no-new-privs"] if unit.last("NoNewPrivileges") in ("yes", "true") else []
    drop += ["--bounding-set=-all"] if unit.values.get("CapabilityBoundingSet") == [""] else []
    command = [*drop, "--", *_filter(unit), *shlex.split(unit.last("ExecStart"))]
    return ["unshare", "--mount", "sh", "-c", SEALED, "sh", *command] if _strict(unit) else command


def _filter(unit: Unit) -> list[str]:
    """What runs the command under the unit's filter of system calls: what is named, but for what follows a tilde."""
    allowed: set[str] = set()
    for value in unit.values.get("SystemCallFilter", ()):
        calls = {call for word in value.removeprefix("~").split() for call in _calls(word)}
        allowed = allowed - calls if value.startswith("~") else allowed | calls
    if not (allowed and unit.name.startswith("alo")):
        return []
    told = STATE / f"{unit.name}.calls"
    told.write_text("\n".join(sorted(allowed)))
    lone = shutil.copy(Path(__file__).with_name("filtered.py"), STATE)
    return ["/usr/bin/python3", "-I", lone, str(told)]


def _calls(word: str) -> set[str]:
    """The system calls of a name or of a group, whose groups count too."""
    if not word.startswith("@"):
        return {word}
    shown = subprocess.run(["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True)
    members = [line.strip() for line in shown.stdout.splitlines()[1:] if line.strip() and "#" not in line]
    return {call for member in members for call in _calls(member)}


def _strict(unit: Unit) -> bool:
    return unit.last("ProtectSystem") == "strict" and unit.name.startswith("alo")


def _environment(unit: Unit) -> dict[str, str]:
    found = {"PATH": PATH, "LANG": "C.UTF-8"}
    lines = list(unit.values.get("Environment", ()))
    for file in unit.values.get("EnvironmentFile", ()):
        lines += [line for line in Path(file).read_text().splitlines() if line and not line.startswith("#")]
    found |= dict(line.split("=", 1) for line in lines) | _credentials(unit)
    writable = _directories(unit)
    return found | ({"WRITABLE": " ".join(writable)} if _strict(unit) else {})


def _credentials(unit: Unit) -> dict[str, str]:
    """Lay the credentials of the unit where only its user reads them, and say where."""
    given = [value.split(":", 1) for value in unit.values.get("LoadCredential", ())]
    if not given:
        return {}
    place = CREDENTIALS / unit.name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name, file in given:
        shutil.copyfile(file, place / name)
        (place / name).chmod(0o400)
        shutil.chown(place / name, unit.last("User", "root"), unit.last("Group") or None)
    shutil.chown(place, unit.last("User", "root"), unit.last("Group") or None)
    place.chmod(0o500)
    return {"CREDENTIALS_DIRECTORY": str(place)}


def _directories(unit: Unit) -> list[str]:
    """Make the unit's own directories."""
    made = []
    for key, root in (("RuntimeDirectory", "/run"), ("StateDirectory", "/var/lib")):
        for name in unit.words(key):
            place = Path(root) / name
            if key == "RuntimeDirectory":
                shutil.rmtree(place, ignore_errors=True)
            place.mkdir(exist_ok=True, parents=True)
            place.chmod(int(unit.last(f"{key}Mode", "0755"), 8))
            shutil.chown(place, unit.last("User", "root"), unit.last("Group") or None)
            made.append(str(place))
    return made


def _listening(unit: Unit) -> bool:
    """Put the socket of the unit at descriptor 3, where one belongs to it."""
    name = unit.name.replace(".service", ".socket")
    if name not in unit.words("Requires"):
        return False
    host, _, port = Unit(name).last("ListenStream").rpartition(":")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, int(port)))
    listener.listen(int(Unit(name).last("Backlog", "128")))
    if listener.fileno() == 3:
        listener.detach()
    else:
        os.dup2(listener.fileno(), 3)
    os.set_inheritable(3, True)
    return True


def _no_memory_both_written_and_run() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_MDWE")
