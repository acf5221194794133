"""File systems of their own that a test may fill or break."""

import os
import subprocess
from contextlib import suppress

import pytest

from processes import Program

PAGE = 4096
BLOCK = 64 * PAGE


class Disk:
    """A small file system that only `through` leads to: it goes with the process that holds it."""

    def __init__(self, folder, *options, system="tmpfs", device="tmpfs"):
        self.folder = folder
        folder.mkdir()
        mount = f"mount -t {system} -o {','.join(options)} {device} {folder} && echo mounted && exec cat"
        self._holder = Program(
            ["unshare", "-m", "sh", "-c", mount],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        if self._holder.stdout.readline() != b"mounted\n":
            self.close()
            pytest.skip("no file system may be mounted here")
        self.through = ["nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt"]
        self.inside = f"/proc/{self._holder.pid}/root{folder}"

    def fill(self, leave=0):
        """Write until there is no room, but for so many bytes."""
        with open(f"{self.inside}/fill", "ab", buffering=0) as file, suppress(OSError):
            while True:
                room = os.statvfs(self.inside)
                file.write(b"x" * min(BLOCK, max(1, room.f_bavail * room.f_frsize - leave)))
                if room.f_bavail * room.f_frsize <= leave:
                    break

    def free(self):
        """Make room again."""
        with suppress(FileNotFoundError):
            os.unlink(f"{self.inside}/fill")

    def remount(self, options):
        """Mount it again with other options."""
        subprocess.run([*self.through, "mount", "-o", f"remount,{options}", str(self.folder)], check=True)

    def files(self):
        """Return the names in the state directory."""
        return sorted(os.listdir(f"{self.inside}/state"))

    def close(self):
        self._holder.stdin.close()
        self._holder.stdout.close()
        self._holder.wait()
