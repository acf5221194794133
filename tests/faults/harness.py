"""Every call of a command meets its plausible errors, one run each; what goes wrong is collected."""

import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import zip_longest

from faults.shim import Fault, Runner, numbered
from faults.worlds import World

ERRORS = {
    "open": ("EIO", "ESTALE", "EACCES", "EMFILE", "EINTR"),
    "create": ("EIO", "ESTALE", "EACCES", "EMFILE", "ENOSPC", "EDQUOT"),
    "opendir": ("EIO", "ESTALE", "EACCES", "EMFILE"),
    "readdir": ("EIO", "ESTALE"),
    "stat": ("EIO", "ESTALE", "EACCES"),
    "fstat": ("EIO", "ESTALE"),
    "readlink": ("EIO", "ESTALE"),
    "read": ("EIO", "ESTALE", "EINTR", "SHORT"),
    "write": ("EIO", "ENOSPC", "EDQUOT", "EINTR", "SHORT", "TORN"),
    "fsync": ("EIO", "ENOSPC", "EDQUOT"),
    "ftruncate": ("EIO", "ENOSPC"),
    "fallocate": ("ENOSPC", "EIO"),
    "close": ("EIO", "ENOSPC"),
    "mmap": ("ENOMEM", "EACCES"),
    "lock": ("EIO", "ENOLCK", "EAGAIN"),
    "rename": ("EIO", "EACCES", "ENOSPC"),
    "link": ("EIO", "EACCES", "ENOSPC"),
    "unlink": ("EIO", "EACCES"),
    "mkdir": ("EIO", "EACCES", "ENOSPC"),
    "change": ("EIO", "EPERM"),
}
"""What each kind of call may meet; SIGKILL comes to each."""
# librrd makes up the end of a draft's name.
_DRAFT = re.compile(r"\.rrd\w{6}$")


@dataclass
class Outcome:
    """How many faults there are, how many were tried, and what went wrong: fault and words."""

    possible: int = 0
    tried: int = 0
    violations: list = field(default_factory=list)

    def told(self):
        """Return the violations in words, those of one kind together."""
        kinds = defaultdict(list)
        for fault, words in self.violations:
            kinds[words.split(":")[0]].append((fault, words))
        lines = []
        for kind, found in sorted(kinds.items(), key=lambda item: -len(item[1])):
            lines.append(f"{len(found)} x {kind}")
            lines += [f"      {fault}: {words[:700]}" for fault, words in found[:4]]
        return "\n".join(lines)


def explore(command, folder, *, limit=None, seconds=None):
    """Run a command once for each fault it may meet, for `limit` of them, or until `seconds` have passed."""
    world = World(folder)
    runner = Runner(folder, world.root, command.modules)
    outcome = Outcome()
    try:
        command.prepare(world, runner)
        faults = _faults(command, world, runner)
        outcome.possible = len(faults)
        end = None if seconds is None else time.monotonic() + seconds
        for fault in faults if limit is None else faults[:limit]:
            if end is not None and time.monotonic() > end:
                break
            world.restore()
            done = command.run(world, runner, fault=fault)
            if not done.fired:
                # With two processes at work not each run makes the same calls.
                continue
            outcome.tried += 1
            wrong = [*command.wrong(world, done, fault), *command.wrong_later(world, runner, done)]
            outcome.violations += [(str(fault), words) for words in wrong]
    finally:
        runner.close()
    return outcome


def _faults(command, world, runner):
    """Return all faults for the calls of an undisturbed run: the different ones first, then their likes.

    A kind is a function, a file and an error; RRD files are one kind of file.  The first and the last of each kind
    come before the others, in an order that is the same in each run, and those of the log are every other one.
    """
    world.restore()
    calls = command.run(world, runner, trace=True).calls
    world.restore()
    kinds = defaultdict(list)
    printed = f"out/{command.out}"
    for function, path, nth in numbered((name, _DRAFT.sub(".rrd*", path)) for name, path in calls):
        # The shell, here the harness, opens the file that is printed to.
        if path == printed and function != "write":
            continue
        file = "rrd" if path.endswith((".rrd", ".rrd*")) else path
        for what in (*ERRORS[function], "KILL"):
            kinds[function, file, what].append(Fault(function, path, nth, what))
    of_log, others = [], []
    for (function, file, what), (first, *more) in kinds.items():
        lasting = [Fault(function, first.path, 1, what, lasting=True)] if more and what in {"EIO", "ENOSPC"} else []
        ordered = [first, *lasting, *more[-1:], *more[:-1]]
        (of_log if file.startswith(command.log) else others).append(ordered)
    pairs = zip_longest(_in_turn(of_log, command.name), _in_turn(others, command.name))
    return [fault for pair in pairs for fault in pair if fault is not None]


def _in_turn(lists, seed):
    """Yield the first of each list, then the second, and so on; the lists in an order that the seed gives."""
    random.Random(seed).shuffle(lists)
    for row in zip_longest(*lists):
        yield from (fault for fault in row if fault is not None)
