"""Every call of a command meets its plausible errors, one run each; what goes wrong is collected."""

import itertools
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field

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
    "unlock": (),
    "rename": ("EIO", "EACCES", "ENOSPC"),
    "link": ("EIO", "EACCES", "ENOSPC"),
    "unlink": ("EIO", "EACCES"),
    "mkdir": ("EIO", "EACCES", "ENOSPC"),
    "change": ("EIO", "EPERM"),
}
"""What each kind of call may meet; SIGKILL comes to each."""
_LASTING = {"EIO", "ENOSPC"}
_NO_ROOM = {"ENOSPC", "EDQUOT"}
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
    """Return all faults for the calls of an undisturbed run, in an order that is the same in each run.

    Any part from the beginning on is a fair sample: by turns one at a call on the log, and one at another call.
    """
    world.restore()
    calls = command.run(world, runner, trace=True).calls
    world.restore()
    printed = f"out/{command.out}"
    of_log, others = [], []
    for function, path, nth in numbered((name, _DRAFT.sub(".rrd*", path)) for name, path in calls):
        # The shell, here the harness, opens the file that is printed to.
        if path == printed and function != "write":
            continue
        is_log = path.startswith(command.log)
        # What is only read cannot lack room.
        errors = [what for what in ERRORS[function] if not (is_log and what in _NO_ROOM)]
        faults = [Fault(function, path, nth, what) for what in (*errors, "KILL")]
        if nth == 1:
            faults += [Fault(function, path, 1, what, lasting=True) for what in errors if what in _LASTING]
        (of_log if is_log else others).append(faults)
    pairs = itertools.zip_longest(_each_call(of_log, command.name), _each_kind(others, command.name))
    return [fault for pair in pairs for fault in pair if fault is not None]


def _each_call(calls, seed):
    """Yield one fault of each call, then another of each, and so on."""
    chance = random.Random(seed)
    turned = [faults[index % len(faults) :] + faults[: index % len(faults)] for index, faults in enumerate(calls)]
    for row in itertools.zip_longest(*turned):
        found = [fault for fault in row if fault is not None]
        chance.shuffle(found)
        yield from found


def _each_kind(calls, seed):
    """Yield one fault of each kind, then the last of each, then the others.

    A kind is a function, a file and an error; RRD files are one kind of file.  A state is read and written hundreds of
    times in much the same way.
    """
    kinds = defaultdict(list)
    for fault in itertools.chain.from_iterable(calls):
        file = "rrd" if fault.path.endswith((".rrd", ".rrd*")) else fault.path
        kinds[fault.function, file, fault.what, fault.lasting].append(fault)
    ordered = [[*faults[:1], *faults[1:][-1:], *faults[1:-1]] for faults in kinds.values()]
    random.Random(seed).shuffle(ordered)
    for row in itertools.zip_longest(*ordered):
        yield from (fault for fault in row if fault is not None)
