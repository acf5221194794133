"""Whatever happens to a log's files, each line is handed out once and in order, or its loss is told."""

import bz2
import gzip
import json
import lzma
import os
import shutil

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from follow.loggers import Follower
from sqmail_log.files import follow
from sqmail_log.files.cursor import Cursor
from support import stamp

NOW = 1795332000
BOUNDED = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
PACKED = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


class File:
    """A file of a log, and its lines that were not handed out yet."""

    def __init__(self, path):
        self.path = path
        self.waiting = []
        self.empty = True

    @property
    def inode(self):
        return self.path.stat().st_ino


class Log:
    """A log, written as a logger writes it, and what its follower has to say.

    `files` are in order, the last is the live one; `half` is the line that was
    begun last.  `lost` says that lines were deleted unread, `in_doubt` that the
    file was that was being read: nobody can tell whether it had more.
    """

    live = ""
    by_inode = False

    def __init__(self, folder):
        self.folder = folder
        self.folder.mkdir()
        self.number = 0
        self.half = b""
        self.files = []
        self.lost = self.in_doubt = False
        self.follower = Follower(self.named())
        self.told = 0
        self.being_read = None
        self.create()

    def named(self):
        return self.folder

    # What the logger does

    def create(self):
        self.files.append(File(self.folder / self.live))
        self.files[-1].path.touch()

    def append(self, count):
        """Write whole lines."""
        for _ in range(count):
            line = self.next_line()
            self.write(line[len(self.half) :] + b"\n")
            self.half = b""
            self.number += 1
            self.files[-1].waiting.append(line[26:])

    def begin_line(self, length):
        """Write a part of a line, or more of it."""
        more = self.next_line()[len(self.half) : length]
        self.write(more)
        self.half += more

    def next_line(self):
        return stamp(NOW + self.number) + b" end msg %d of a size that matters" % self.number

    def write(self, content):
        file = self.files[-1]
        with file.path.open("ab") as stream:
            stream.write(content)
        file.empty = file.empty and not content
        os.utime(file.path, (NOW + self.number, NOW + self.number + 0.5))

    def rename(self, file, path):
        file.path.rename(path)
        file.path = path

    def pack(self, which, ending):
        """Compress an archive as cron does: a new file with the old one's time, then the old one goes."""
        archives = self.files[:-1]
        if archives:
            self.replace(archives[which % len(archives)], ending)

    def replace(self, file, ending):
        if file.path.suffix in PACKED:
            return
        before = file.path.stat()
        packed = file.path.with_name(file.path.name + ending)
        packed.write_bytes(PACKED[ending](file.path.read_bytes()))
        os.utime(packed, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.unlink(file)
        file.path = packed
        # A file that had no line when it was looked at is known by its inode alone.
        self.in_doubt |= file is self.being_read and not self.cursor().fingerprint

    def remove(self):
        """Delete the oldest archive, as loggers do."""
        if len(self.files) > 1:
            file = self.files.pop(0)
            if self.follower.cursor is not None:
                self.lost |= bool(file.waiting)
                self.in_doubt |= file is self.being_read
            self.unlink(file)

    def unlink(self, file):
        """Remove a file; where its inode is what tells it from others, that is not used again."""
        if file is self.being_read and (self.by_inode or not self.cursor().fingerprint):
            file.path.rename(self.folder.parent / f"{self.number} {file.path.name} {file.inode}")
        else:
            file.path.unlink()

    # What a reader does

    def read(self, chunks):
        """Read for so many chunks, 0: to the end; compare what was handed out with what there was."""
        gaps, before = self.follower.gaps, self.follower.cursor
        at_end = self.follower.read_chunks(chunks or -1)
        new = self.follower.payloads[self.told :]
        self.told += len(new)
        for payload in new:
            first = next(file.waiting for file in self.files if file.waiting)
            assert payload == first.pop(0)
        if self.follower.gaps > gaps:
            assert self.lost or self.in_doubt
            self.lost = self.in_doubt = False
        if at_end:
            assert not any(file.waiting for file in self.files)
            assert not self.lost
            self.in_doubt = False
        if self.follower.cursor != before:
            inode = self.cursor().inode
            self.being_read = next((file for file in self.files if file.inode == inode), None)

    def cursor(self):
        return Cursor(*json.loads(self.follower.cursor))


class Directory(Log):
    """A directory as multilog has it."""

    live = "current"
    closed = 0

    def rotate(self, slowly):
        """Close `current` after a whole line; `slowly`: its lasting name comes later."""
        if self.half:
            self.append(1)
        self.finish()
        file = self.files[-1]
        if not file.empty:
            self.rename(file, self.folder / "previous")
            self.create()
            if slowly:
                # A processor is at work, and has written its state.
                (self.folder / "state").touch()
            if not slowly:
                self.finish()

    def finish(self):
        """Give `previous` its lasting name."""
        if len(self.files) > 1 and self.files[-2].path.name == "previous":
            self.rename(self.files[-2], self.folder / self.label("s"))

    def kill(self):
        """End in the middle of a line and start anew: what is there of the line is a line."""
        self.finish()
        file = self.files[-1]
        if file.empty:
            return
        if self.half:
            file.waiting.append(self.half[26:] if len(self.half) >= 25 else b"unstamped: " + self.half)
            self.half = b""
            self.number += 1
        self.rename(file, self.folder / self.label("u"))
        self.create()

    def label(self, ending):
        """Return the name of a file that is closed now: no two are closed in the same instant."""
        self.closed += 1
        return f"{stamp(NOW + self.number - 0.9 + self.closed / 1e6).decode()}.{ending}"

    def replace(self, file, ending):
        if file.path.name != "previous":
            super().replace(file, ending)

    def remove(self):
        if self.files[0].path.name != "previous":
            super().remove()


class Plain(Log):
    """A plain file that logrotate renames."""

    live = "mail.log"
    by_inode = True  # copied and truncated, or renamed

    def named(self):
        return self.folder / self.live

    def rotate(self, slowly):
        del slowly
        if self.half:
            self.append(1)
        if self.files[-1].empty:
            return
        for file in self.files[:-1]:
            name, number, *ending = file.path.name.removeprefix("mail.log").split(".")
            self.rename(file, self.folder / ".".join([f"mail.log{name}", str(int(number) + 1), *ending]))
        self.rename(self.files[-1], self.folder / "mail.log.1")
        self.create()


OPERATIONS = {
    "append": st.integers(1, 6),
    "begin_line": st.integers(1, 50),
    "rotate": st.booleans(),
    "pack": st.tuples(st.integers(0, 9), st.sampled_from(sorted(PACKED))),
    "remove": st.none(),
    "read": st.sampled_from([0, 0, 1, 1, 2, 5]),
}
OF_DIRECTORIES = {"kill": st.none(), "finish": st.none()}


def steps(operations):
    """Lists of (name, argument)."""
    one = st.one_of(*(st.tuples(st.just(name), argument) for name, argument in operations.items()))
    return st.lists(one, max_size=40)


def follow_through(folder, kind, operations, block):
    log = kind(folder / "log")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(follow, "BLOCK", block)
        for name, argument in [*operations, ("read", 0), ("read", 0)]:
            arguments = () if argument is None else argument if isinstance(argument, tuple) else (argument,)
            getattr(log, name)(*arguments)
    shutil.rmtree(folder)


@BOUNDED
@example([("append", 1), ("rotate", False), ("begin_line", 1), ("kill", None), ("read", 1)], 30)
@given(steps({**OPERATIONS, **OF_DIRECTORIES}), st.sampled_from([30, 200, 1 << 18]))
def test_directories(tmp_path_factory, operations, block):
    follow_through(tmp_path_factory.mktemp("directory"), Directory, operations, block)


@BOUNDED
@given(steps(OPERATIONS), st.sampled_from([30, 200, 1 << 18]))
def test_plain_files(tmp_path_factory, operations, block):
    follow_through(tmp_path_factory.mktemp("plain"), Plain, operations, block)
