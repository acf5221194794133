"""Random histories of a log, and whether a reader kept its promise in them.

A history is a list of operations on a simulated logger, played with real files;
`play` plays one, `history` makes one from a seed, `shrunk` looks for a shorter
one that fails alike, `script` prints it to be pasted into a test.  `judge` says
what is promised, and lists what nobody can tell.
"""

import os
import random
import shutil
import tempfile
import time
from contextlib import contextmanager

from follow.intruder import intruder
from follow.judge import Failure, Judge
from sqmail_log.files import follow

FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
BLOCKS = (30, 200, 1 << 18)
DAY = 86400
SHOWN = 3


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
PROCESSORS = {
    "multilog": ("", "", "", "cat", "gzip", "tai64nlocal", "filter"),
    "svlogd": ("", "cat", "gzip", "tai64nlocal", "filter"),
    "s6_log": ("", "cat", "gzip", "filter"),
    "plain": ("",),
}


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
