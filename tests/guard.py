"""Waits for a process to end, however it ends, and then kills what it has started: `guard.py PID MARK`."""

import os
import select
import sys
from contextlib import suppress

from processes import end_marked


def main():
    with suppress(ProcessLookupError):
        select.select([os.pidfd_open(int(sys.argv[1]))], [], [])
    end_marked(sys.argv[2])


if __name__ == "__main__":
    main()
