"""A softphone of Debian's (baresip) in a process of its own: rung, answered, keyed, hung up; it records what it hears.

It knows SIP and nothing of what is at the other end.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
import wave
from array import array
from pathlib import Path
from typing import Any

from tests.system.sip import sound
from tests.system.sip.bridge import HOST

BARESIP = shutil.which("baresip") or ""
MODULES = Path("/usr/lib/baresip/modules")
PATIENCE_S = 60.0
KEY_S = 0.12
"""How long a key is held, and the pause after it."""
_HEADER = 44
_KEY_UP = "\x04"

_CONFIG = """\
sip_listen {host}:{port}
net_interface {host}
audio_source aufile,{home}/quiet.wav
jitter_buffer_delay 5-50
module_path {modules}
module g711.so
module aufile.so
module sndfile.so
module uuid.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {host}:{control}
snd_path {home}/heard
"""


def _free_tcp_port(but: int) -> int:
    """A free port, neither `but` nor the one above it: there baresip listens by TCP and by TLS."""
    while True:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port: int = probe.getsockname()[1]
        if port not in (but, but + 1):
            return port


class Phone:
    """One phone with `number` in a directory of its own."""

    def __init__(self, home: Path, number: str, port: int) -> None:
        self.port = port
        self._home, self._number, self._control = home, number, _free_tcp_port(port)
        self.events: list[dict[str, Any]] = []

    def start(self) -> None:
        """Switch it on."""
        (self._home / "heard").mkdir(parents=True)
        with wave.open(str(self._home / "quiet.wav"), "wb") as quiet:
            quiet.setparams((1, 2, sound.RATE, 0, "NONE", ""))
            quiet.writeframes(bytes(2 * sound.RATE * 600))
        config = _CONFIG.format(host=HOST, port=self.port, home=self._home, control=self._control, modules=MODULES)
        (self._home / "config").write_text(config)
        account = f"<sip:{self._number}@{HOST}:{self.port}>;regint=0;answermode=manual;audio_codecs=PCMU/8000/1"
        (self._home / "accounts").write_text(account + "\n")
        (self._home / "contacts").write_text("")
        with (self._home / "log").open("wb") as log:
            self._program = subprocess.Popen(
                [BARESIP, "-f", str(self._home)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._wire = self._connected()
        threading.Thread(target=self._listen, daemon=True).start()

    def _connected(self) -> socket.socket:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return socket.create_connection((HOST, self._control))
            except OSError:
                log = (self._home / "log").read_text()
                assert self._program.poll() is None, log
                assert time.monotonic() < deadline, log
                time.sleep(0.05)

    def _listen(self) -> None:
        """Keep the phone's events; they come as netstrings of JSON."""
        rest = b""
        while got := self._wire.recv(65_536):
            rest += got
            while (head := rest.partition(b":"))[1] and len(head[2]) > int(head[0]):
                size = int(head[0])
                self.events.append(json.loads(head[2][:size]))
                rest = head[2][size + 1 :]

    def stop(self) -> None:
        """Switch it off."""
        self._program.terminate()
        self._program.wait(10)
        self._wire.close()

    def _do(self, command: str, parameters: str = "") -> None:
        body = json.dumps({"command": command, "params": parameters}).encode()
        self._wire.sendall(b"%d:%b," % (len(body), body))

    def wait_for(self, event: str, nth: int = 1) -> None:
        """Wait until the phone has told of `event` `nth` times."""
        deadline = time.monotonic() + PATIENCE_S
        while [one.get("type") for one in self.events].count(event) < nth:
            assert time.monotonic() < deadline, (event, self.events, (self._home / "log").read_text())
            time.sleep(0.05)

    def answer(self) -> None:
        """Pick up."""
        self._do("accept")

    def dial(self, number: str, at: tuple[str, int]) -> None:
        """Ring `number` by way of `at`."""
        self._do("dial", f"sip:{number}@{at[0]}:{at[1]}")

    def hang_up(self) -> None:
        """End the call."""
        self._do("hangup")

    def press(self, keys: str) -> None:
        """Press keys one after the other, as a slow finger does."""
        for key in keys:
            self._do("sndcode", key)
            time.sleep(KEY_S)
            self._do("sndcode", _KEY_UP)
            time.sleep(KEY_S)

    def heard(self) -> array[int]:
        """All that came out of the ear-piece in calls that are over, call after call."""
        found = array("h")
        for path in sorted((self._home / "heard").glob("dump-*-dec.wav")):
            deadline = time.monotonic() + PATIENCE_S
            while not _is_closed(path):
                assert time.monotonic() < deadline, path
                time.sleep(0.05)
            found.extend(sound.samples(path.read_bytes()))
        return found


def _is_closed(path: Path) -> bool:
    """Whether the recording has got its length, which is written last."""
    try:
        with wave.open(str(path)) as recording:
            return 2 * recording.getnframes() + _HEADER >= path.stat().st_size
    except wave.Error:
        return False
