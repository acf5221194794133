"""Copy a log directory with its time stamps moved, so that its newest line is minutes old.

    python3 examples/replay.py examples/logs/send demo/log/send

Only the labels change, and the archives' names with them.
"""

import argparse
import time
from pathlib import Path

from sqmail_log import tai64n


def newest(directory: Path) -> int:
    """Return the greatest time stamp in a directory's files, in Unix nanoseconds."""
    return max(
        tai64n.nanoseconds(line)
        for file in directory.iterdir()
        for line in file.read_bytes().splitlines()[-1:]
        if line.startswith(b"@")
    )


def moved(line: bytes, by: int) -> bytes:
    """Return a line, or a file's name, with its label moved by nanoseconds."""
    if not line.startswith(b"@"):
        return line
    return tai64n.encode(tai64n.nanoseconds(line[:25]) + by) + line[25:]


def replay(source: Path, target: Path, by: int) -> None:
    """Write a copy of the directory `source` to the new directory `target`."""
    target.mkdir(parents=True)
    for file in sorted(source.iterdir()):
        lines = file.read_bytes().split(b"\n")
        name = moved(file.name[:25].encode(), by).decode() + file.name[25:]
        (target / name).write_bytes(b"\n".join(moved(line, by) for line in lines))


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--ago", type=int, default=3, metavar="MINUTES", help="age of the newest line (default: 3)")
    options = parser.parse_args()
    replay(options.source, options.target, time.time_ns() - options.ago * 60 * tai64n.SECOND - newest(options.source))


if __name__ == "__main__":
    main()
