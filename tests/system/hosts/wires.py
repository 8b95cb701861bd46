"""Network namespaces as hosts: one with the switch and the servers, two beside it whose links can be cut."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CLONE_NEWNET = 0x40000000
SERVERS = "10.61.0.1"


class Host:
    """One host beside the switch: its namespace, its name for itself and its address."""

    def __init__(self, prefix: str, name: str, address: str) -> None:
        """Nothing is made yet."""
        self.name, self.namespace, self.address = name, f"{prefix}-{name}", address

    def command(self, argv: Sequence[str | Path]) -> list[str]:
        """The command line that runs `argv` on this host."""
        own_name = ["unshare", "--uts", "sh", "-c", f'hostname {self.name}; exec "$@"', "sh"]
        return ["ip", "netns", "exec", self.namespace, *own_name, *(str(part) for part in argv)]


class Wires:
    """The switch and the links to the hosts."""

    def __init__(self, prefix: str, names: Sequence[str]) -> None:
        """Nothing is made yet."""
        self.switch = f"{prefix}-switch"
        self.hosts = [Host(prefix, name, f"10.61.0.{11 + at}") for at, name in enumerate(names)]

    def lay(self) -> None:
        """Make namespaces, switch and links. Raises CalledProcessError where the machine does not allow it."""
        _ip("netns", "add", self.switch)
        _ip("-n", self.switch, "link", "set", "lo", "up")
        _ip("-n", self.switch, "link", "add", "switch", "type", "bridge")
        _ip("-n", self.switch, "addr", "add", f"{SERVERS}/24", "dev", "switch")
        _ip("-n", self.switch, "link", "set", "switch", "up")
        for host in self.hosts:
            self._join(host)

    def _join(self, host: Host) -> None:
        _ip("netns", "add", host.namespace)
        link, peer = f"to-{host.name}", ("peer", "name", "wire", "netns", host.namespace)
        _ip("-n", self.switch, "link", "add", link, "type", "veth", *peer)
        _ip("-n", self.switch, "link", "set", link, "master", "switch", "up")
        _ip("-n", host.namespace, "link", "set", "lo", "up")
        _ip("-n", host.namespace, "addr", "add", f"{host.address}/24", "dev", "wire")
        _ip("-n", host.namespace, "link", "set", "wire", "up")

    def cut(self, host: Host) -> None:
        """Pull the host's cable: packets are lost, connections stay open and silent."""
        _ip("-n", self.switch, "link", "set", f"to-{host.name}", "down")

    def mend(self, host: Host) -> None:
        """Put it back."""
        _ip("-n", self.switch, "link", "set", f"to-{host.name}", "up")

    def clear(self) -> None:
        """Remove everything; links go with their namespaces."""
        for name in (self.switch, *(host.namespace for host in self.hosts)):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)

    @contextmanager
    def at_the_switch(self) -> Iterator[None]:
        """The thread that asks, and what it starts, stands at the switch while the block runs."""
        own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            _enter(Path("/run/netns") / self.switch)
            try:
                yield
            finally:
                _set(own)
        finally:
            os.close(own)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _enter(namespace: Path) -> None:
    descriptor = os.open(namespace, os.O_RDONLY)
    try:
        _set(descriptor)
    finally:
        os.close(descriptor)


def _set(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
