"""The judge of what a reader hands out of a simulated log: it knows every line.

Each is handed out once; or it was removed unread, or passed over, and a gap was
told after that.  A line that is neither is lost silently; one handed out twice
is doubled.  Where the clock never stepped, and nothing was truncated under the
reader, lines come in the order in which they were written.  What a processor
drops before it was read is nobody's loss.

What nobody can tell, for nothing that is left in the directory shows it:

- A file that came and went between two looks, though one that sorts before it
  stays: no logger removes so, and who doubts that would doubt each rotation.
- A file that came and went between two looks with the smallest name, as the
  clock had been set back, when all that came since has later names and begins
  later than the smallest name that is left.  (With multilog's processor the
  file after a single known one may begin up to an hour before its name.)
- A file that came and went before any line was read, where a processor has
  rewritten the next one: it looks like the first that there was.
- The copy of a file that was empty at the last look, written, copied and
  truncated, when it is removed.

Such lines count as undecidable.  And one thing that may come twice, with a gap
told: what is left of a file that was being read, when a processor dropped its
last line that was read and what is left of it is later than that (the clock was
set back within it), or the directory was copied without the times
that show a processor.  And lines of a file that begins with none that has a
time, when it was copied with a new time, or while it had two names.

A gap is false where nothing was lost.  It fails the history where nothing
could be in doubt; else it is counted.  In doubt are: all after a step of the
clock; the removal of a file whose successor has no line read yet; truncation;
an empty live file replaced by a copy; a plain log's files with new times; what
comes after a reading that met no line at all; what a processor filters.
"""

import json
import os
import re
from contextlib import suppress

from follow.doubts import Doubts, is_missing
from follow.intruder import intruder
from follow.kinds import LOGGERS
from follow.loggers import Follower
from follow.written import IDS
from sqmail_log import tai64n
from sqmail_log.errors import LogError
from sqmail_log.files.cursor import Cursor

LABELLED = re.compile(rb"@[0-9a-f]{24} ")


class Failure(Exception):  # noqa: N818 - of the reader, not of the model
    """The reader broke its promise: `kind` in a word or two."""

    def __init__(self, kind, text):
        super().__init__(f"{kind}: {text}")
        self.kind = kind


class Judge(Doubts):
    """A log and its reader."""

    def __init__(self, folder, logger, **options):
        self.log = LOGGERS[logger](f"{folder}/log", **options)
        self.follower = Follower(self.log.log, tai_offset=self.log.offset)
        self.reading = None
        self.gap_now = False
        self.told = 0
        self.gaps = self.false_gaps = self.undecidable = self.passed_over = 0
        self.doubts = {"filter"} if self.log.processor == "filter" else set()
        self.began = 0
        self.looked = 0
        self.last = None
        self.anonymous = 0
        self.known = {}
        self.taken = 0
        self.newest = 0
        self.stepped = self.truncated = self.new_times = self.copied = False
        self.place = -1
        self.head = ""
        self.told_apart = []
        self.last_before_gaps = []
        self.seen = self.seen_before = frozenset()

    # Operations

    def do(self, name, *arguments):
        self.log.moment += 1
        mine = getattr(self, f"do_{name}", None)
        if mine is not None:
            mine(*arguments)
        else:
            self.change(name, *arguments)

    def change(self, name, *arguments):
        """Have the logger, cron or an administrator do something."""
        log = self.log
        if name == "set_clock":
            self.stepped = True
            self.doubts.add("clock")
        elif name == "copytruncate":
            if not hasattr(log, name):
                return
            self.doubts.add("truncated")
            self.truncated = True
        elif name in {"copy", "copy_all"}:
            live = log.names.get(log.live)
            if live is not None and not live.lines:
                self.doubts.add("empty copied")
            self.new_times |= name == "copy_all" and arguments != ("-a",)
            self.copied |= name == "copy_all"
            if log.live == "mail.log" and arguments != ("-a",):
                self.doubts.add("new times")
        elif name == "stop" and not log.runs:
            return
        getattr(log, name)(*arguments)
        self.note_removals()

    def note_removals(self):
        for file in self.log.events:
            if self.follower.cursor is None:
                # What went before the first reading, nobody was to read.
                for line in file.lines:
                    line.told = True
            read = all(line.handed_out for line in file.lines)
            if not (read and any(line.handed_out for f in self.log.files if f.number > file.number and f.gone is None for line in f.lines)):
                self.doubts.add("removed")
        self.log.events.clear()

    def do_read(self, chunks=0):
        """Read to the end, or for so many chunks."""
        self.close()
        self.begin()
        self.go_on(chunks)
        self.close()

    def do_begin(self, chunks):
        """Read some chunks, and stay in the middle of it."""
        self.close()
        self.begin()
        self.go_on(chunks)

    def do_go_on(self, chunks):
        if self.reading is not None:
            self.log.moment += 1
            self.go_on(chunks)

    def do_intrude(self, after, name, *arguments):
        """At the next read, after so many looks of its at the directory, do something."""
        there = intruder()

        def act():
            self.log.moment += 1
            self.change(name, *arguments)

        there.after, there.folder, there.act = after, self.log.folder, act

    def close(self):
        if self.reading is not None:
            self.reading.close()
            self.reading = None

    def begin(self):
        self.reading = self.follower.chunks()
        self.gap_now = False
        self.began = self.log.moment
        self.last_before = self.last
        self.place_before, self.head_before, self.seen_before = self.place, self.head, self.seen
        if self.follower.cursor is not None and not self.newest:
            self.doubts.add("nothing known")

    def go_on(self, chunks):
        intruder().awake = True
        try:
            for _ in range(chunks or 1_000_000):
                if self.follower.cursor is not None and not self.newest:
                    self.doubts.add("nothing known")
                chunk = next(self.reading, None)
                if chunk is None:
                    self.reading = None
                    self.at_end()
                    break
                self.take(chunk)
                self.note_undecidable()
        except Failure:
            raise
        except Exception as error:
            self.reading = None
            if isinstance(error, LogError) and not os.path.exists(self.log.log):
                return  # between two names there is no such log
            raise Failure(f"error {type(error).__name__}", str(error)) from error
        finally:
            intruder().awake = False

    # Judgement

    def take(self, chunk):
        Cursor(*json.loads(self.follower.cursor))
        self.place = max(self.place, self.file_at(chunk.cursor))
        self.head = chunk.cursor.fingerprint
        self.seen = {tai64n.of_name(key) for key in chunk.cursor.seen.all_keys() if key[:1] == "@"}
        if chunk.gaps:
            self.gaps += 1
            self.gap_now = True
            self.last_before_gaps += [self.last] if self.last is not None else []
            last = self.file_at(chunk.cursor)
            self.tell(lambda line: line.file.gone is not None or self.is_passed_over(line, last, chunk.cursor.stamp))
            if not self.doubts:
                raise Failure("false gap", f"after {self.newest} of {len(self.log.lines)} lines")
        for line in self.follower.lines[self.told :]:
            self.handed_out(line)
        self.told = len(self.follower.lines)

    def file_at(self, cursor):
        """Return the number of the file that a cursor lies in."""
        for name, file in self.log.names.items():
            with suppress(FileNotFoundError):
                if os.stat(self.log.path(name)).st_ino == cursor.inode:
                    return file.number
        return -1

    def tell(self, which):
        for line in self.log.lines:
            if not line.handed_out and not line.told and which(line):
                line.told = True

    def handed_out(self, text):
        ids = tuple(IDS.findall(text))
        if not ids:
            self.anonymous += 1
            return
        for line in self.log.lines[self.taken :]:
            if line.ids:
                self.known[line.ids] = line
        self.taken = len(self.log.lines)
        line = self.known.get(ids)
        if line is None:
            raise Failure("unknown line", shown(text))
        if line.handed_out:
            if self.is_told_apart(line):
                return
            raise Failure("doubled", shown(text))
        raw = line.raw.lstrip(b"\0")
        if LABELLED.match(raw) and text[26:] != raw[26:]:
            raise Failure("another text", f"{shown(text)} for {shown(raw)}")
        number = int(ids[0])
        if number < self.newest and not self.stepped and "new times" not in self.doubts and not self.truncated:
            raise Failure("out of order", shown(text))
        self.newest = max(self.newest, number)
        line.handed_out = True
        self.last = line

    def at_end(self):
        """Look at what a whole read left out."""
        self.note_undecidable()
        if self.gap_now:
            self.tell(lambda line: line.written < self.began)
        live = self.log.names.get(self.log.live)
        if live is not None and any(line.handed_out for line in live.lines):
            self.doubts &= {"clock", "new times", "filter"}
        self.looked = self.began

    def finish(self):
        """End the history: everything is put in order, and read."""
        self.close()
        log = self.log
        for name in ("write", "finish"):
            log.moment += 1
            getattr(log, name)(1 if name == "write" else 0)
        self.note_removals()
        for _ in range(2):
            log.moment += 1
            self.do_read()
        lost = [line for line in log.lines if is_missing(line)]
        self.passed_over = sum(line.file.gone is None for line in lost)
        silent = [line for line in lost if not line.told]
        if silent:
            there = "left out" if silent[0].file.gone is None else "lost silently"
            raise Failure(there, f"{len(silent)} of {len(log.lines)} lines, the first is {silent[0].raw!r}")
        torn = sum(not line.ids for line in log.lines)
        if self.anonymous > torn and not self.copied and "new times" not in self.doubts:
            raise Failure("doubled", f"{self.anonymous} torn lines of {torn}")
        if self.gaps and not lost:
            self.false_gaps = 1


def shown(text):
    """Return bytes as text, not too long."""
    return repr(text) if len(text) < 150 else f"{text[:75]!r}...{text[-75:]!r}"


