"""Commands that print figures: checks, numbers for MRTG, reports."""

from faults.command import ALL, WINDOW, Command, badly_told, miscounted
from faults.worlds import LATER, SENT_LATER, SENT_NOW, figures
from support import perfdata


class Check(Command):
    """A check: UNKNOWN in one line that names the file and the error, or the truth."""

    promise = "never OK with an untrue figure; then every line once"

    def __init__(self, check, log, when):
        super().__init__(f"check_qmail_{check}", log, when)
        self.check = check
        self.module = f"sqmail_checks.{check}"
        self.modules = (self.module, "sqmail_log.ingest", "gzip")

    def arguments(self, world):
        return ["--log", world.root / self.log, "--state-dir", world.state, *WINDOW]

    def wrong_answer(self, world, done, fault):
        if done.err:
            yield f"writes to standard error: {done.err[:300]!r}"
        if done.code == self.calm:
            yield from self.untrue(world, done)
        elif done.code != 3 or " UNKNOWN - " not in done.out:
            yield f"exit status {done.code}: {done.out[:300]!r}"
        else:
            yield from badly_told(world, done.out, fault)

    def untrue(self, world, done):
        found, truth = perfdata(done.out), figures(self.log, *ALL)
        wanted = {
            "queue": {"messages": truth.get("messages")},
            "delivery": {kind: truth.get(kind) for kind in ("success", "failure", "deferral")},
            "smtpd": {"accept": truth.get("accept"), "reject": truth.get("reject")},
            "auth": {"reject": truth.get("logins")},
            "concurrency": {"local": 0, "remote": 19},
            "log": {"lines": truth["lines"], "unrecognised": 0, "gaps": 0},
        }[self.check]
        if any(found.get(label) != str(figure) for label, figure in wanted.items()):
            yield f"not {wanted}: {done.out[:300]!r}"

    def wrong_later(self, world, runner, before):
        yield from super().wrong_later(world, runner, before)
        yield from miscounted(self.log, world, runner)


class Mrtg(Command):
    """`sqmail-mrtg` with a state: each line counts in the numbers of one call, and of one that ended well."""

    promise = "each line in one number, and in one only"
    module = "sqmail_report.mrtg.command"
    modules = ("sqmail_report.mrtg.command", "sqmail_log.ingest", "gzip", "sqmail_checks.log")
    out = "numbers"

    def __init__(self, when):
        super().__init__("sqmail-mrtg --state-dir", "send", when)

    def arguments(self, world):
        return ["-1", "5", "--log", world.root / self.log, "--state-dir", world.state]

    def untrue(self, world, done, *parts):
        wanted = figures(self.log, *(parts or (SENT_NOW,)))["success"]
        if done.out != f"{wanted}\n0\n":
            yield f"{done.out!r} and not {wanted}"

    def wrong_later(self, world, runner, before):
        world.grow()
        # What was printed whole before a kill, whoever called may have taken.
        printed = not any(self.untrue(world, before))
        done = self.run(world, runner, clock=LATER)
        allowed = [(SENT_LATER,)] if printed else []
        if before.code != 0:
            allowed.append((SENT_NOW, SENT_LATER))
        if self.when == "cold" and before.code != 0:
            # The first call that ends well counts the last minutes.
            allowed.append((SENT_LATER,))
        if done.code != 0 or done.err or not any(not [*self.untrue(world, done, *parts)] for parts in allowed):
            yield f"the next call: {done}"


class Printing(Command):
    """A command that prints what a log's files hold, without a state: all of it, or an error."""

    promise = "all that the files hold, or an error"
    out = "printed"

    def __init__(self, name, module, log, *words, truth):
        super().__init__(name, log, "")
        self.module = module
        self.modules = (module, "gzip")
        self.words = words
        self.truth = truth
        self.right = ""

    def arguments(self, world):
        return [*self.words, "--log", world.root / self.log]

    def know(self, world, runner):
        self.right = self.calmly(world, runner).out
        assert self.truth(self.right, figures(self.log, *ALL)), self.right

    def untrue(self, world, done):
        if done.out != self.right:
            yield f"prints something else: {done.out[:300]!r}"
