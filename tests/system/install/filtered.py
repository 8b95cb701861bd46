"""`python filtered.py LIST COMMAND…`: runs a command that may make the system calls named in LIST; any other fails.

It stands alone: whoever it runs as has our packages nowhere.
"""

import ctypes
import errno
import os
import sys
from pathlib import Path

ALLOW, ERRNO = 0x7FFF0000, 0x00050000


def restrict(names: list[str]) -> None:
    """Let this process, and what it becomes, make these calls only. Raises OSError."""
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ERRNO | errno.EPERM))
    for name in names:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            library.seccomp_rule_add(context, ALLOW, number, 0)
    if library.seccomp_load(context) != 0:
        raise OSError("seccomp_load")


if __name__ == "__main__":
    restrict(Path(sys.argv[1]).read_text().split())
    os.execv(sys.argv[2], sys.argv[2:])
