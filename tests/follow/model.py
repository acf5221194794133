"""Random histories of a log, and the judge of what a reader hands out.

A history is a list of operations on a simulated logger, played with real files;
`play` plays one, `history` makes one from a seed, `shrunk` looks for a shorter
one that fails alike, `script` prints it to be pasted into a test.

The judge knows every line.  Each is handed out once; or it was removed unread,
or passed over, and a gap was told after that.  A line that is neither is lost
silently; one handed out twice is doubled.  Where the clock never stepped, lines
come in the order in which they were written.

Three kinds of loss nobody can tell.  All lines of a file were written, the file was
closed, and removed before the next read though older ones stayed (its name was
the smallest: the clock had been set back), and what is left reads as if the
clock had never been set: the last line read, the name of its file, the stamps
and names of the later ones rise.  And where no line had been read yet, and
multilog's n is 2, or a processor rewrites: of two files that came and were
processed, one is left, and it looks like the first.  And the copy of a file that was empty, was written,
copied and truncated, when it is removed unread.  Such lines count as undecidable.

A gap is false where nothing was lost.  It fails the history where nothing
could be in doubt; else it is counted.  In doubt are: all after a step of the
clock; the removal of a file whose successor has no line read yet; truncation;
an empty live file replaced by a copy; a plain log's files with new times; what
comes after a reading that met no line at all.
"""

import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager

from follow.loggers import Follower
from follow.simulated import IDS, LOGGERS
from sqmail_log import follow
from sqmail_log.errors import LogError
from sqmail_log.position import Position

FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
BLOCKS = (30, 200, 1 << 18)
DAY = 86400
PROCESSING = 3600 * 10**9
SHOWN = 3
LABELLED = re.compile(rb"@[0-9a-f]{24} ")


class Failure(Exception):  # noqa: N818 - of the reader, not of the model
    """The reader broke its promise: `kind` in a word or two."""

    def __init__(self, kind, text):
        super().__init__(f"{kind}: {text}")
        self.kind = kind


class Intruder:
    """Does something between two looks of the reader at the directory."""

    def __init__(self):
        self.act, self.after, self.folder, self.awake = None, 0, "", False
        sys.addaudithook(self.look)

    def look(self, event, arguments):
        if not self.awake or self.act is None or event not in {"open", "os.scandir", "os.listdir"}:
            return
        if not isinstance(arguments[0], str) or not arguments[0].startswith(self.folder):
            return
        self.after -= 1
        if self.after < 0:
            act, self.act = self.act, None
            self.awake = False
            act()


_intruders = []


def intruder():
    """Return the one of this process: an audit hook stays for good."""
    if not _intruders:
        _intruders.append(Intruder())
    return _intruders[0]


class Judge:
    """A log and its reader."""

    def __init__(self, folder, logger, **options):
        self.log = LOGGERS[logger](f"{folder}/log", **options)
        self.follower = Follower(self.log.log, tai_offset=self.log.offset)
        self.reading = None
        self.gap_now = False
        self.told = 0
        self.gaps = self.false_gaps = self.undecidable = self.passed_over = 0
        self.doubts = set()
        self.began = 0
        self.looked = 0
        self.last = None
        self.anonymous = 0
        self.nuls = 0
        self.known = {}
        self.taken = 0
        self.newest = 0
        self.stepped = False
        self.first_told = None

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
        elif name == "nuls":
            self.nuls += 1
        elif name == "copytruncate":
            if not hasattr(log, name):
                return
            self.doubts.add("truncated")
        elif name in {"copy", "copy_all"}:
            live = log.names.get(log.live)
            if live is not None and not live.lines:
                self.doubts.add("empty copied")
            if log.live == "mail.log" and arguments != ("-a",):
                self.doubts.add("new times")
        elif name == "stop" and not log.runs:
            return
        getattr(log, name)(*arguments)
        self.note_removals()

    def note_removals(self):
        for file in self.log.events:
            if self.follower.position is None:
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
        if self.follower.position is not None and not self.newest:
            self.doubts.add("nothing known")

    def go_on(self, chunks):
        intruder().awake = True
        try:
            for _ in range(chunks or 1_000_000):
                if self.follower.position is not None and not self.newest:
                    self.doubts.add("nothing known")
                chunk = next(self.reading, None)
                if chunk is None:
                    self.reading = None
                    self.at_end()
                    break
                self.take(chunk)
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
        if self.follower.position is not None:
            Position(*json.loads(self.follower.position))
        if chunk.gaps:
            self.gaps += 1
            self.gap_now = True
            self.tell(lambda line: line.file.gone is not None)
            if not self.doubts:
                raise Failure("false gap", f"after {self.newest} of {len(self.log.lines)} lines")
        for line in self.follower.lines[self.told :]:
            self.handed_out(line)
        self.told = len(self.follower.lines)

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
            raise Failure("doubled", shown(text))
        raw = line.raw.lstrip(b"\0")
        if LABELLED.match(raw) and text[26:] != raw[26:]:
            raise Failure("another text", f"{shown(text)} for {shown(raw)}")
        number = int(ids[0])
        if number < self.newest and not self.stepped and "new times" not in self.doubts:
            raise Failure("out of order", shown(text))
        self.newest = max(self.newest, number)
        line.handed_out = True
        self.last = line
        if self.first_told is None:
            self.first_told = self.log.moment

    def at_end(self):
        """Look at what a whole read left out."""
        left = [line for line in self.log.lines if line.ids and not line.handed_out and not line.told and line.written < self.began]
        if left and not self.gap_now:
            files = {line.file.number: line.file for line in left}
            for file in files.values():
                if file.gone is not None and self.is_undecidable(file):
                    for line in file.lines:
                        if not line.handed_out and not line.told:
                            line.told = True
                            self.undecidable += 1
        elif self.gap_now:
            for line in left:
                line.told = True
                self.passed_over += line.file.gone is None
        live = self.log.names.get(self.log.live)
        if live is not None and any(line.handed_out for line in live.lines):
            self.doubts &= {"clock", "new times"}
        self.looked = self.log.moment

    def is_undecidable(self, file):
        """Tell whether what is left looks as if nothing had been removed and the clock never been set."""
        if any(line.written <= self.looked for line in file.lines):
            return False
        nothing_known = self.first_told is None or file.gone <= self.first_told
        if file.truncated or (nothing_known and (self.log.keep == 2 or self.log.processor)):
            return True
        stamps = []
        last = self.last_before
        if last is not None:
            if last.file.gone is not None:
                return False
            stamps += last.file.stamps[-1:]
        after = -1 if last is None else last.file.number
        for other in self.log.files:
            if other.gone is None and other.number >= after:
                if other.number > after and other.stamps:
                    stamps += [other.stamps[0], other.stamps[-1]]
                if other.label:
                    late = PROCESSING if self.log.processor else 0
                    stamps.append(max([other.label - late, *stamps[-1:]] if late else [other.label]))
        older_left = any(other.gone is None and other.number < file.number for other in self.log.files)
        return older_left and stamps == sorted(stamps)

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
        lost = [line for line in log.lines if line.ids and not line.handed_out]
        silent = [line for line in lost if not line.told]
        if silent:
            there = "left out" if silent[0].file.gone is None else "lost silently"
            raise Failure(there, f"{len(silent)} of {len(log.lines)} lines, the first is {silent[0].raw!r}")
        torn = sum(not line.ids for line in log.lines)
        if self.anonymous > torn + self.nuls:
            raise Failure("doubled", f"{self.anonymous} torn lines of {torn}")
        if self.gaps and not lost:
            self.false_gaps = 1


def shown(text):
    """Return bytes as text, not too long."""
    return repr(text) if len(text) < 150 else f"{text[:75]!r}...{text[-75:]!r}"


class Clocked:
    """`time.time_ns` of the model's clock."""

    def __init__(self):
        self.clock = None

    def __call__(self):
        return self.clock.now()


@contextmanager
def model_time(block):
    """Have the product see the model's clock and read by small blocks; give the holder of that clock."""
    before = time.time_ns, follow.BLOCK, os.environ.get("TZ")
    holder = Clocked()
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        time.time_ns, follow.BLOCK = holder, block
        yield holder
    finally:
        time.time_ns, follow.BLOCK = before[:2]
        if before[2] is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before[2]
        time.tzset()


def play(logger, operations, *, block=1 << 18, keep=1000, processor=""):
    """Play a history to its end and return its judge.  Raises Failure."""
    intruder().act = None
    folder = tempfile.mkdtemp(prefix="sqmail-history-", dir=FOLDER)
    try:
        with model_time(block) as holder:
            judge = Judge(folder, logger, keep=keep, processor=processor)
            holder.clock = judge.log.clock
            try:
                for name, *arguments in operations:
                    judge.do(name, *arguments)
                judge.finish()
            finally:
                judge.close()
                intruder().act = None
            return judge
    finally:
        shutil.rmtree(folder)


# Making histories

STEPS = (5, 20, 600, 3600, 7200, DAY, 365 * DAY)
COMMON = {"write": 10, "half": 2, "rotate": 8, "finish": 2, "read": 10, "begin": 2, "go_on": 2, "intrude": 2, "wait": 2}
RARE = {"kill": 3, "stop": 2, "start": 1, "pack": 2, "remove": 1, "copy": 1, "copy_all": 1, "nuls": 1}
LOGGER_WEIGHTS = {"multilog": 12, "svlogd": 3, "s6_log": 2, "plain": 4}
PROCESSORS = {"multilog": ("", "", "cat", "gzip", "tai64nlocal"), "svlogd": ("", "cat", "gzip", "tai64nlocal"), "s6_log": ("", "cat", "gzip"), "plain": ("",)}


def history(seed):
    """Return the arguments of `play` for a seed: logger, operations and options."""
    chance = random.Random(seed)
    logger = chance.choices(list(LOGGER_WEIGHTS), list(LOGGER_WEIGHTS.values()))[0]
    options = {
        "block": chance.choice(BLOCKS),
        "keep": chance.choice((2, 3, 3, 4, 5, 8, 1000)),
        "processor": chance.choice(PROCESSORS[logger]),
    }
    weights = COMMON | {name: weight for name, weight in RARE.items() if chance.random() < 0.4}
    if logger == "plain" and chance.random() < 0.4:
        weights["copytruncate"] = 3
    steps = chance.random() < 0.6
    if steps:
        weights["set_clock"] = 4
    names, numbers = list(weights), list(weights.values())
    operations = []
    back = None
    for _ in range(chance.randint(5, 40)):
        if back is not None and chance.random() < 0.3:
            operations.append(("set_clock", back))
            back = None
            continue
        name = chance.choices(names, numbers)[0]
        operation = (name, *arguments_of(name, chance))
        if name == "set_clock":
            back = -operation[1] if back is None and chance.random() < 0.6 else None
        operations.append(operation)
    return logger, operations, options


def arguments_of(name, chance):
    """Return what an operation needs, at random."""
    if name == "write":
        return (chance.randint(1, 5),)
    if name == "half":
        return (chance.choice((20, 30, 45, 60)),)
    if name in {"rotate", "start"}:
        return (chance.choice((0, 0, 0, 1, 2, 3, 4, 5, 7)),)
    if name == "finish":
        return (chance.choice((0, 1, 2, 3)),)
    if name == "read":
        return (chance.choice((0, 0, 0, 1, 2, 5)),)
    if name in {"begin", "go_on"}:
        return (chance.choice((1, 1, 2, 3)),)
    if name == "wait":
        return (chance.choice((1, 60, 3600, DAY)),)
    if name == "pack":
        return (chance.randint(0, 5), chance.choice((0, 0, 1, 2)))
    if name == "remove":
        return (chance.choice(("name", "age")),)
    if name in {"copy", "copy_all"}:
        return (chance.choice(("-a", "")),)
    if name == "nuls":
        return (chance.choice((1, 40, 300)),)
    if name == "set_clock":
        return (chance.choice(STEPS) * chance.choice((-1, 1)),)
    if name == "intrude":
        inner = chance.choice(("write", "rotate", "rotate", "finish", "kill", "start", "pack", "remove"))
        return (chance.randint(0, 4), inner, *arguments_of(inner, chance))
    return ()


# Failures

def failure(logger, operations, options):
    """Play a history; return its Failure, None where all went well."""
    try:
        play(logger, operations, **options)
    except Failure as error:
        return error
    return None


def play_many(seeds):
    """Play the histories of some seeds; return what came of them, the failures as lines to paste."""
    numbers = {"histories": 0, "lines": 0, "gaps": 0, "false gaps": 0, "undecidable": 0, "passed over": 0}
    kinds = {}
    for seed in seeds:
        logger, operations, options = history(seed)
        numbers["histories"] += 1
        try:
            judge = play(logger, operations, **options)
        except Failure as error:
            kinds.setdefault(error.kind, []).append(seed)
            continue
        numbers["lines"] += len(judge.log.lines)
        numbers["gaps"] += judge.gaps > 0
        numbers["false gaps"] += judge.false_gaps
        numbers["undecidable"] += judge.undecidable > 0
        numbers["passed over"] += judge.passed_over > 0
    failures = []
    for kind, found in kinds.items():
        failures.append(f"{kind}: {len(found)} histories, seeds {found[:10]}")
        for seed in found[:SHOWN]:
            logger, operations, options = history(seed)
            shorter = shrunk(logger, operations, options, kind)
            failures.append(f"    {script(logger, *shorter)}  # {failure(logger, *shorter)}")
    return {**numbers, "failures": failures, "kinds": kinds}


def shrunk(logger, operations, options, kind):
    """Return a shorter history that fails alike."""

    def fails(candidate, others=options):
        found = failure(logger, candidate, others)
        return found is not None and found.kind == kind

    size = max(1, len(operations) // 2)
    while size:
        start = 0
        while start < len(operations):
            candidate = operations[:start] + operations[start + size :]
            if fails(candidate):
                operations = candidate
            else:
                start += size
        size //= 2
    for plainer in ({"processor": ""}, {"block": 1 << 18}, {"keep": 1000}):
        if fails(operations, {**options, **plainer}):
            options = {**options, **plainer}
    for index, (name, *arguments) in enumerate(operations):
        if name in {"write", "rotate", "read"} and arguments[0] not in {0, 1}:
            for value in (0, 1) if name in {"rotate", "read"} else (1,):
                candidate = [*operations[:index], (name, value), *operations[index + 1 :]]
                if fails(candidate, options):
                    operations = candidate
                    break
    return operations, options


def script(logger, operations, options):
    """Return a history as a call of `play`."""
    plain = {"block": 1 << 18, "keep": 1000, "processor": ""}
    given = "".join(f", {name}={value!r}" for name, value in options.items() if value != plain[name])
    return f"play({logger!r}, [" + ", ".join(map(repr, operations)) + f"]{given})"
