"""Become another program, which dies with the process that started this one.

Run as ``python -I -S die_with_parent.py PARENT_PID COMMAND...``: asks Linux to kill this process when its parent dies,
then replaces itself by the command. So a supervisor that gets SIGKILL leaves no orphan, and no code runs
between fork and exec in a process that has threads. Elsewhere than on Linux it only becomes the command.

It imports nothing of ours: it must start in milliseconds.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2); survives execve


def main(parent: int, command: list[str]) -> None:
    """Tie this process to `parent`, then become `command`. Exits with 127 when that cannot be run."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:  # it died before we asked
        sys.exit("the process that started this one is gone")
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is what we want
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
