"""Starts child processes that end with their parent, each with a log file and a pid file.

As root it can start one as an unprivileged user (PostgreSQL refuses root). It must not know what it starts.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

PR_SET_PDEATHSIG = 1
UNPRIVILEGED = "nobody"
"""Who servers run as when we are root; it exists on every Linux system."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group by number."""

    uid: int
    gid: int


def unprivileged() -> Account | None:
    """The account to drop to; None when we are no root and stay who we are."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Account(entry.pw_uid, entry.pw_gid)


def start(
    argv: Sequence[str | Path],
    *,
    log: Path,
    pid_file: Path,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    needs: Iterable[Path] = (),
    death_signal: int = signal.SIGTERM,
    cwd: Path | None = None,
    fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `argv`; its output is appended to `log`. Call from the main thread: the child ends when that thread does.

    `fds`: descriptors of ours that it gets, by the same numbers.
    `account`: drop to it; `needs` are paths it must reach, see `as_account`. The child leads its own session, so that
    Ctrl-C reaches us alone and we end things in order.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        child = subprocess.Popen(
            as_account(argv, account, needs, death_signal),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd=cwd,
            start_new_session=True,
            pass_fds=fds,
            preexec_fn=dies_with_parent(death_signal),
        )
    pid_file.write_text(f"{child.pid} {psutil.Process(child.pid).create_time()}")
    return child


def as_account(
    argv: Sequence[str | Path], account: Account | None, needs: Iterable[Path], death_signal: int = signal.SIGTERM
) -> list[str]:
    """The command line that runs `argv` as `account`, by setpriv (util-linux). Raises FileNotFoundError without it.

    Where a directory above `needs` bars others (a checkout below /root), the child keeps the one capability to pass
    closed directories: better than opening them for everybody.
    """
    command = [str(part) for part in argv]
    if account is None:
        return command
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise FileNotFoundError("setpriv (util-linux) is needed to start PostgreSQL as root")
    drop = [setpriv, f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
    drop.append(f"--pdeathsig={signal.Signals(death_signal).name.removeprefix('SIG')}")
    if not all(_open_to_others(path) for path in needs):
        drop += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        drop.append("--securebits=+no_setuid_fixup")  # without it access(2), which initdb asks, ignores capabilities
    return [*drop, "--", *command]


def dies_with_parent(death_signal: int) -> Callable[[], None] | None:
    """What a child runs before it becomes the command: ask Linux for `death_signal` when the parent dies."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def alive(pid_file: Path) -> psutil.Process | None:
    """The process a pid file names, if it still runs; a number given to another process since is not it."""
    try:
        pid, created = pid_file.read_text().split()
        process = psutil.Process(int(pid))
        same = abs(process.create_time() - float(created)) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None
    return process if same else None


def stop(
    process: psutil.Process | subprocess.Popen[bytes], *, first: int = signal.SIGTERM, patience_s: float = 15
) -> None:
    """Ask the process to end with `first`; after `patience_s` real seconds kill it."""
    try:
        process.send_signal(first)
        process.wait(patience_s)
    except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
        process.kill()
        process.wait(5)
    except (psutil.NoSuchProcess, ProcessLookupError):
        return


def _open_to_others(path: Path) -> bool:
    """Whether every directory down to `path` lets other users pass."""
    whole = path.resolve()
    return all(step.stat().st_mode & 0o001 for step in (whole, *whole.parents) if step.is_dir())
