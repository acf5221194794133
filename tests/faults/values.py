"""Commands that hand values on: the collectd plugin, and RRD files without the daemon."""

import json
import re

from faults.command import ALL, Command, badly_told, miscounted
from faults.worlds import BEFORE, figures
from plugin.held import Held

# collectd's severity
_WARNING = 4


class Plugin(Command):
    """Reads of the collectd plugin: all values, each once and in order, or an error in the log."""

    promise = "every minute's values; then every line once"
    module = "faults.reads"
    modules = ("faults.reads", "sqmail_log.ingest", "gzip", "sqmail_checks.log")
    cost = 2

    def __init__(self, when):
        super().__init__("the plugin's reads", "send", when)

    def arguments(self, world):
        return [world.root / self.log, world.state]

    def know(self, world, runner):
        done = self.calmly(world, runner)
        # The minute that was on its way when an earlier run ended comes again.
        first = BEFORE if self.when == "warm" else 0
        found = _series(json.loads(done.out)["values"])
        self.right = {name: [point for point in points if point[0] > first] for name, points in found.items()}
        world.restore()
        assert self.right["total_events-messages"][-1][1] == figures(self.log, *ALL)["queued"]

    def wrong_answer(self, world, done, fault):
        if done.code != 0:
            yield f"the daemon ends: {done}"
            return
        answer = json.loads(done.out)
        if not answer["well"]:
            yield "an exception reaches the daemon"
        errors = [text for severity, text in answer["logged"] if severity <= _WARNING]
        if errors:
            yield from badly_told(world, "\n".join(errors), fault)
        if not fault.lasting:
            yield from self._unlike(answer)

    def _unlike(self, *answers):
        """Yield what is not in some answers together as it is without a fault."""
        found = {}
        for answer in answers:
            for name, points in _series(answer["values"]).items():
                found.setdefault(name, []).extend(points)
        for name, points in self.right.items():
            lacking = [point for point in points if point not in found.get(name, [])]
            other = [point for point in found.get(name, []) if point not in points and point[0] > BEFORE]
            if lacking or other:
                yield f"{name} lacks {lacking[:3]} and has {other[:3]}; logged {[answer['logged'] for answer in answers]}"
                return

    def wrong_later(self, world, runner, before):
        done = self.run(world, runner)
        if done.code != 0 or done.err or json.loads(done.out)["logged"]:
            yield f"the next run fails: {done}"
            return
        answers = [json.loads(done.out)]
        if before.out:
            answers.insert(0, json.loads(before.out))
            yield from self._unlike(*answers)
        yield from miscounted(self.log, world, runner)


def _series(values):
    found = {}
    for name, *point in values:
        found.setdefault(name, []).append(point)
    return found


_DRAFT = re.compile(r"\.rrd\w{6}$")


class Rrd(Command):
    """`sqmail-rrd`: in the end the files hold what they hold without a fault."""

    promise = "the files as without a fault; then every line once"
    module = "sqmail_rrd.cli"
    modules = ("sqmail_rrd.cli", "sqmail_log.ingest", "gzip", "sqmail_checks.log", "rrdtool")
    # What librrd says, and what comes of it.
    lines = 2
    cost = 4

    def __init__(self, command, when, *options):
        super().__init__(" ".join(["sqmail-rrd", command, *options]), "send", when)
        self.command = [command, *options]

    def arguments(self, world):
        options = ["--log", world.root / self.log, "--state-dir", world.state, "--rrd", world.rrd]
        return [*self.command, *options, "--hostname", "mx1"]

    def know(self, world, runner):
        self.calmly(world, runner)
        self.right = _trees(world.rrd)
        self.sound = world.folder / "sound"
        world.rrd.rename(self.sound)
        world.restore()
        assert len(self.right) > 10

    def untrue(self, world, done):
        found = _trees(world.rrd)
        names = sorted({*found, *self.right})
        # What is equal to the byte needs no unpacking.
        other = [name for name in names if found.get(name) != self.right.get(name)]
        other = [name for name in other if self._differs(world.rrd / name, name)]
        if other:
            yield f"{len(other)} RRD files differ, or are too many or missing: {other[:3]}"

    def _differs(self, path, name):
        if not path.exists() or not (self.sound / name).exists():
            return True
        try:
            return Held(path.read_bytes()) != Held((self.sound / name).read_bytes())
        except ValueError:
            return True

    def wrong_later(self, world, runner, before):
        yield from super().wrong_later(world, runner, before)
        yield from miscounted(self.log, world, runner)


def _trees(folder):
    """Return the files of a tree, without drafts: a kill leaves the one that librrd was making."""
    files = [path for path in folder.rglob("*") if path.is_file() and not _DRAFT.search(path.name)]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
