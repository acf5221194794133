"""What every command that meets faults is asked: how it is run, and what may be wrong with its answers.

A command says how it is run, how the world gets to where it meets the fault (`prepare`), what may be wrong with its
answer (`wrong`), and what may be wrong once it has run again without a fault (`wrong_later`).
"""

import errno
import os
import re

from faults.worlds import BEFORE, NOW, SENT_BEFORE, SENT_NOW, figures
from support import perfdata

ALL = (SENT_BEFORE, SENT_NOW)
_UNTHOUGHT = re.compile(r"Traceback.{,900}|(this should not happen|unexpected |Unhandled )[^\n]{,150}", re.DOTALL)
# So much later a minute is known to be complete; seconds.
GRACE = 10
WINDOW = ("--window", "2h", "-w", "", "-c", "", "-t", "5")
_OWN_WORDS = {
    "EACCES": ("may not", "cannot keep the state", "unable to open database"),
    "EMFILE": ("unable to open database",),
    "EAGAIN": ("locked", "another process", "another sqmail-archive"),
}
# What SQLite says of any error of the system.
_STATE_WORDS = ("disk I/O error", "unable to open database", "is full", "locked", "readonly", "another process", "cannot keep")
# librrd does not always say why.
_LIBRRD_WORDS = ("Cannot create temporary file", "cannot seek", "short read", "could not lock", "no such file")


class Command:
    """A command of the project that is given a fault.

    `when` is "cold" (nothing remembered), "warm" (it has run at `BEFORE`) or "idle" (it has run at `NOW`).
    """

    promise = ""
    module = ""
    modules = ()
    out = None
    calm = 0
    """The exit status of a run in which nothing is wrong."""
    lines = 1
    """How many lines a complaint may have."""
    cost = 1
    """About what a run costs, in those of a check."""

    def __init__(self, name, log="send", when="cold"):
        self.name = f"{name}, {when}" if when else name
        self.log = log
        self.when = when

    def arguments(self, world):
        raise NotImplementedError

    def run(self, world, runner, *, clock=NOW, fault=None, trace=False):
        out = world.out / self.out if self.out else None
        clock += GRACE
        return runner.run(self.module, self.arguments(world), fault=fault, clock=clock, out=out, trace=trace)

    def prepare(self, world, runner):
        """Bring the world to where the command meets a fault."""
        world.out.mkdir()
        if self.when in {"warm", "idle"}:
            self.calmly(world, runner, BEFORE)
        world.go_on()
        if self.when == "idle":
            self.calmly(world, runner, NOW)
            world.keep_again()
        self.know(world, runner)

    def know(self, world, runner):
        """Learn from an undisturbed run what cannot be counted from the lines; restore the world behind it."""

    def calmly(self, world, runner, clock=NOW):
        done = self.run(world, runner, clock=clock)
        assert (done.code, done.err) == (self.calm, ""), str(done)
        return done

    def wrong(self, world, done, fault):
        """Yield what is wrong with the answer under a fault."""
        said = done.out + done.err
        if unthought := _UNTHOUGHT.search(said):
            before = said[: unthought.start()].rpartition("\n")[2][-150:]
            yield f"an error that nobody thought of: {before + unthought[0]!r}"
        elif done.code is None:
            yield "it hangs"
        elif fault.kills:
            if done.code != -9:
                # A process of its own was killed.
                yield from self.wrong_answer(world, done, fault)
        else:
            yield from self.wrong_answer(world, done, fault)

    def wrong_answer(self, world, done, fault):
        if done.code == self.calm:
            yield from self.untrue(world, done)
            if done.err:
                yield f"says that all is well and complains: {done.err[:300]!r}"
        elif done.code != 1:
            yield f"exit status {done.code}"
        else:
            yield from badly_told(world, done.err, fault, lines=self.lines)

    def wrong_later(self, world, runner, before):
        """Yield what is wrong with a run without faults after the disturbed one, `before`."""
        done = self.run(world, runner)
        if done.code != self.calm or done.err:
            yield f"the next run fails: {done}"
        else:
            for what in self.untrue(world, done):
                yield f"the next run: {what}"

    def untrue(self, world, done):
        """Yield what is not the truth in an answer that calls itself right."""
        raise NotImplementedError


_OUT_OF_TIME = "UNKNOWN - not done after"


def badly_told(world, text, fault, lines=1):
    """Yield what a complaint lacks: one line that names the file and the error."""
    if fault.function == "lock" and _OUT_OF_TIME in text:
        return  # SQLite asks for a lock that fails for ten seconds
    told = text.strip("\n").split("\n")
    if not 1 <= len([line for line in told if line]) <= lines:
        yield f"complains in {len(told)} lines: {text[:300]!r}"
    place = "standard output" if fault.path.startswith("out/") else str(world.root)
    if not fault.kills and place not in text:
        yield f"does not name a file: {text[:300]!r}"
    if fault.what.startswith("E"):
        words = [os.strerror(getattr(errno, fault.what)), *_OWN_WORDS.get(fault.what, ())]
        if fault.path == "" or fault.path.startswith("state"):
            words += _STATE_WORDS
        if fault.path.startswith("rrd"):
            words += _LIBRRD_WORDS
        if not any(word.lower() in text.lower() for word in words):
            yield f"does not name the error: {text[:300]!r}"
    if "damaged" in text:
        yield f"calls an error of the system damage: {text[:300]!r}"


def miscounted(log, world, runner):
    """Yield what a state does not hold exactly once."""
    done = runner.run("sqmail_checks.log", ["--log", world.root / log, "--state-dir", world.state, *WINDOW], clock=NOW)
    found = perfdata(done.out)
    wanted = {"lines": str(figures(log, *ALL)["lines"]), "unrecognised": "0", "gaps": "0"}
    if done.code != 0 or any(found.get(label) != figure for label, figure in wanted.items()):
        yield f"the state holds other lines than {wanted}: {done.out[:300]!r}"
