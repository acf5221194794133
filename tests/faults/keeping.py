"""The command that keeps finished log files."""

from archive.places import contents
from faults.command import Command, badly_told, miscounted
from faults.worlds import LOGS


class Archive(Command):
    """`sqmail-archive`: at any moment each finished file is there whole, here or there."""

    promise = "each file whole at any moment, here or there"
    module = "sqmail_report.archive.command"
    modules = ("sqmail_report.archive.command", "sqmail_checks.log", "sqmail_log.ingest", "gzip")
    # One for each file that fails.
    lines = 3
    cost = 2

    def __init__(self, *options):
        super().__init__(" ".join(["sqmail-archive", *options]), "send", "")
        self.options = options

    @property
    def removes(self):
        return "--remove" in self.options

    def arguments(self, world):
        state = ["--state-dir", world.state] if self.removes else []
        return ["--log", f"send={world.root / self.log}", *self.options, *state, world.archive]

    def prepare(self, world, runner):
        super().prepare(world, runner)
        if self.removes:
            for log in LOGS:
                assert not [*miscounted(log, world, runner)]
            world.keep_again()

    def wrong(self, world, done, fault):
        yield from super().wrong(world, done, fault)
        yield from self._lost(world)

    def _lost(self, world):
        """Yield the files that are whole nowhere."""
        copies = self._copies(world)
        originals = {path.name for path in (world.root / self.log).glob("@*")}
        for name, data in world.files(self.log).items():
            if name in copies and copies[name] != data:
                yield f"the copy of {name} is not whole"
            elif name not in copies and name not in originals:
                yield f"{name} is lost"

    def _copies(self, world):
        try:
            return {name.rpartition("/")[2]: data for name, data in contents(world.archive).items()}
        except (OSError, EOFError) as error:
            return {"": str(error)}

    def wrong_answer(self, world, done, fault):
        if done.code == 0:
            yield from self.untrue(world, done)
        elif done.code != 1:
            yield f"exit status {done.code}"
        else:
            yield from badly_told(world, done.err, fault, lines=self.lines)

    def untrue(self, world, done):
        if self._copies(world) != world.files(self.log):
            yield f"says that all is archived: {sorted(self._copies(world))}"
        left = [path.name for path in (world.root / self.log).glob("@*")]
        if self.removes and left:
            yield f"says that all is removed, but not {left}"

    def wrong_later(self, world, runner, before):
        yield from super().wrong_later(world, runner, before)
        yield from self._lost(world)
        drafts = [path.name for path in world.archive.rglob(".*") if path.name != ".lock"]
        if drafts:
            yield f"left behind: {drafts}"
