"""A small disk for the records, which is filled and freed; where none can be made, a limit of file sizes.

A disk is a tmpfs, for which the right to mount is needed. Without it the processes may make no file longer than it is
(``RLIMIT_FSIZE``): their writes fail too, with another error.
"""

import errno
import os
import resource
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

_BLOCK = bytes(65_536)


class Disk:
    """The disk that a folder is on. ``small``: whether it is one of its own, which it never is without ``mounts``."""

    def __init__(self, folder: Path, megabytes: int, *, mounts: bool = True) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._ballast = folder / "ballast"
        self._limited: list[psutil.Process] = []
        command = ("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "ahg-chaos", str(folder))
        self.small = mounts and subprocess.run(command, capture_output=True, check=False).returncode == 0

    @property
    def said(self) -> str:
        """What was chosen."""
        return "a tmpfs" if self.small else "RLIMIT_FSIZE (no right to mount)"

    def fill(self, processes: Iterable[psutil.Process]) -> None:
        """Let nothing more be written; ``processes``: those that are limited where the disk is not small."""
        if not self.small:
            for process in processes:
                with suppress(psutil.Error, OSError):
                    process.rlimit(psutil.RLIMIT_FSIZE, (4096, process.rlimit(psutil.RLIMIT_FSIZE)[1]))
                    self._limited.append(process)
            return
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while True:
                    if not file.write(_BLOCK):
                        return
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)
        for process in self._limited:
            with suppress(psutil.Error, OSError):
                process.rlimit(psutil.RLIMIT_FSIZE, (resource.RLIM_INFINITY, process.rlimit(psutil.RLIMIT_FSIZE)[1]))
        self._limited.clear()

    @property
    def used(self) -> int:
        """Bytes that the folder's files take."""
        return sum(
            (Path(at) / name).stat().st_blocks * 512
            for at, _, names in os.walk(self._folder)
            for name in names
            if (Path(at) / name).exists()
        )

    def close(self) -> None:
        """Give the disk back; what was on it is gone."""
        if self.small:
            subprocess.run(("umount", "--lazy", str(self._folder)), check=False)
