"""Random histories: each line is handed out once, or its loss is told.

A failing history is printed as a call of `play`, to be added to HISTORIES.
"""

import pytest

from follow import judge, loggers, model
from follow.judge import Failure
from follow.kinds import LOGGERS
from follow.loggers import until
from follow.model import play

BATCHES = 8
HISTORIES_IN_BATCH = 400
MOST_FALSE_GAPS = 0.23
"""The share of histories that tell a gap in doubt, although nothing was lost."""

HISTORIES = {
    "a file closed behind the name of the one that was read": (
        "multilog", [("write", 1), ("rotate", 0), ("read", 0), ("write", 1), ("set_clock", -3600), ("rotate", 0)], {}),
    "the clock is set right when the live file is empty": (
        "multilog", [("write", 1), ("rotate", 0), ("set_clock", -20), ("read", 0), ("write", 1), ("rotate", 0)], {}),
    "the clock is set back between two closings": (
        "multilog", [("write", 1), ("read", 0), ("rotate", 0), ("write", 1), ("set_clock", -5), ("rotate", 0)], {}),
    "what was closed in a time that was set back is removed first": (
        "multilog", [("write", 1), ("rotate", 0), ("read", 1), ("set_clock", -31536000), ("write", 1), ("rotate", 0),
                     ("write", 1), ("rotate", 0), ("begin", 2)], {"keep": 3}),
    "removed as the smallest name, and the clock still behind": (
        "multilog", [("write", 1), ("read", 0), ("rotate", 0), ("write", 1), ("set_clock", -20), ("rotate", 0)], {"keep": 2}),
    "s6-log killed before its first line, and the clock behind": (
        "s6_log", [("kill",), ("write", 1), ("read", 0), ("set_clock", -20), ("rotate", 0), ("half", 45), ("rotate", 1)], {}),
    "svlogd's newest name is the smallest while there is no current": (
        "svlogd", [("write", 1), ("rotate", 0), ("read", 0), ("half", 45), ("set_clock", -5), ("rotate", 1), ("read", 0)],
        {"keep": 2}),
    "an archive that was being processed goes while svlogd's next one is new": (
        "svlogd", [("write", 3), ("rotate", 5), ("write", 1), ("read", 1), ("kill",), ("intrude", 3, "remove", "name")],
        {"block": 30, "processor": "cat"}),
    "a plain file written while the clock is behind": (
        "plain", [("write", 1), ("set_clock", -7200), ("read", 0), ("rotate", 0), ("write", 1), ("rotate", 0)], {}),
    "plain files whose times do not rise": (
        "plain", [("write", 1), ("rotate", 0), ("set_clock", -600), ("write", 1), ("read", 0), ("rotate", 0)], {}),
    "the live file copied": ("multilog", [("write", 1), ("read", 0), ("copy", "-a")], {}),
    "the live file of svlogd copied with its directory": ("svlogd", [("write", 1), ("read", 0), ("copy_all", "-a")], {}),
    "a directory copied after the clock was set back": (
        "multilog", [("set_clock", -20), ("write", 1), ("read", 0), ("copy_all", "-a")], {}),
    "a plain file copied with a new time": ("plain", [("read", 0), ("write", 1), ("read", 1), ("copy", "")], {}),
    "the half line of a closed file is read before a processor rewrites it": (
        "multilog", [("write", 1), ("half", 45), ("rotate", 1), ("read", 0)], {"processor": "tai64nlocal"}),
    "a closed file has nothing but a half line when it is read": (
        "multilog", [("half", 45), ("rotate", 1), ("read", 0)], {"processor": "gzip"}),
    "rotated within the first line while it is read": (
        "multilog", [("read", 0), ("intrude", 4, "rotate", 3), ("begin", 3), ("half", 60), ("read", 0), ("read", 0)], {}),
    "a line behind NULs": ("plain", [("write", 1), ("read", 0), ("nuls", 40)], {}),
    "a processor, and the clock back behind what was read": (
        "multilog", [("write", 1), ("rotate", 0), ("set_clock", -7200), ("read", 0), ("write", 1), ("rotate", 0), ("write", 1),
                     ("rotate", 0)], {"keep": 3, "processor": "cat"}),
    "the second file, not the first, is the only one left of a processor": (
        "multilog", [("write", 1), ("rotate", 0), ("read", 1), ("intrude", 0, "remove", "name"), ("begin", 1), ("write", 1),
                     ("rotate", 0), ("write", 1), ("rotate", 0)], {"keep": 2, "processor": "cat"}),
    "svlogd's names are not late though it has a processor": (
        "svlogd", [("write", 4), ("wait", 86400), ("write", 1), ("rotate", 0), ("begin", 1), ("write", 1), ("set_clock", -5), ("kill",),
                   ("intrude", 3, "remove", "name")], {"block": 200, "processor": "tai64nlocal"}),
    "a processor's name is late for the next file only": (
        "multilog", [("write", 1), ("rotate", 4), ("set_clock", 3600), ("kill",), ("read", 0), ("half", 45), ("rotate", 0), ("write", 1),
                     ("half", 45), ("set_clock", -3600), ("nuls", 40)], {"keep": 4, "processor": "cat"}),
    "the time of a file that begins with the end of a line": (
        "multilog", [("write", 1), ("rotate", 0), ("read", 0), ("set_clock", -31536000), ("half", 45), ("rotate", 0), ("write", 1)],
        {"keep": 2}),
    "a file under two names is copied, and gets a third": (
        "s6_log", [("half", 20), ("stop",), ("intrude", 3, "kill"), ("rotate", 4), ("read", 1), ("copy_all", "-a")], {}),
    "two files begin with the same end of a line": (
        "multilog", [("half", 45), ("rotate", 0), ("write", 1), ("write", 3), ("half", 45), ("rotate", 0), ("write", 1), ("read", 0),
                     ("set_clock", -5), ("rotate", 1), ("read", 1)], {}),
    "the live file looks like the one before, as far as that was read": (
        "multilog", [("write", 7), ("half", 60), ("rotate", 0), ("write", 1), ("half", 60), ("read", 0), ("rotate", 0)], {}),
    "a plain file is truncated and written within a reading": (
        "plain", [("write", 1), ("begin", 2), ("copytruncate",), ("write", 1), ("go_on", 3)], {"block": 30}),
    "svlogd is killed while its processor writes, and the file removed": (
        "svlogd", [("write", 1), ("rotate", 4), ("read", 0), ("kill",), ("intrude", 1, "remove", "name")], {"processor": "cat"}),
    "two files begin with lines cut within their labels": (
        "multilog", [("half", 20), ("intrude", 3, "rotate", 3), ("read", 1), ("half", 45), ("rotate", 0), ("write", 1)], {"keep": 2}),
    "a later file begins with the same end of a line": (
        "multilog", [("half", 45), ("rotate", 0), ("write", 2), ("kill",), ("read", 0), ("write", 2), ("rotate", 1), ("half", 45),
                     ("rotate", 1), ("write", 4), ("rotate", 0)], {"keep": 4, "processor": "gzip"}),
    "two files begin with NULs, and of the first nothing was read": (
        "plain", [("intrude", 3, "write", 2), ("nuls", 300), ("read", 0), ("read", 1), ("rotate", 0), ("nuls", 300), ("write", 1)], {}),
    "a line cut by a power failure, and NULs behind it": ("plain", [("half", 20), ("kill",), ("nuls", 40)], {}),
    "a processor drops a file's first line": (
        "multilog", [("write", 2), ("read", 0), ("write", 3), ("rotate", 0)], {"processor": "filter"}),
    "a processor drops the first and the last line that were read": (
        "multilog", [("write", 4), ("read", 0), ("write", 3), ("rotate", 0)], {"processor": "filter"}),
    "a processor drops lines of a file with a name, and of the next": (
        "svlogd", [("write", 4), ("rotate", 1), ("read", 1), ("write", 5), ("rotate", 0), ("read", 1)],
        {"block": 30, "processor": "filter"}),
    "a processor drops lines of a file that was read before it had its name": (
        "multilog", [("write", 2), ("intrude", 3, "rotate", 5), ("read", 0), ("write", 1), ("set_clock", -3600), ("rotate", 0),
                     ("set_clock", 3600)], {"processor": "filter"}),
    "a file that has its old name, too, is packed and removed, and gets a third": (
        "multilog", [("write", 2), ("rotate", 4), ("kill",), ("read", 0), ("pack", 0, 0), ("read", 0), ("remove", "name")], {}),
    "a file that has its old name, too, loses the lasting one, and gets a third": (
        "multilog", [("write", 2), ("rotate", 4), ("kill",), ("read", 0), ("remove", "name")], {}),
    "a file that has its old name, too, is copied, loses the lasting one, and gets a third": (
        "multilog", [("half", 60), ("rotate", 4), ("read", 0), ("kill",), ("copy_all", "")], {"keep": 3}),
    "a file came and went behind the clock, and the live one is empty": (
        "multilog", [("write", 1), ("rotate", 0), ("write", 1), ("rotate", 1), ("read", 0), ("write", 1), ("set_clock", -20),
                     ("intrude", 2, "rotate", 0), ("rotate", 0), ("write", 1), ("set_clock", 3600)],
        {"keep": 4, "processor": "tai64nlocal"}),
    "a file of torn lines that has its old name, too, is packed": (
        "multilog", [("half", 45), ("rotate", 0), ("write", 1), ("rotate", 4), ("intrude", 0, "pack", 3, 0), ("read", 0)], {"keep": 2}),
    "a line cut by a power failure, NULs, and the next line behind them": (
        "plain", [("half", 45), ("kill",), ("nuls", 40), ("half", 60)], {}),
    "a live file has nothing but the end of a line, as the one before that a processor rewrote": (
        "multilog", [("write", 5), ("half", 30), ("half", 45), ("rotate", 0), ("write", 3), ("read", 0), ("half", 60), ("rotate", 0),
                     ("write", 1), ("read", 0)], {"processor": "filter"}),
    "a file with its lasting name is removed while it is read, and another begins with the end of a line, too": (
        "multilog", [("half", 60), ("rotate", 0), ("write", 2), ("rotate", 1), ("write", 1), ("half", 60), ("rotate", 0), ("write", 2),
                     ("begin", 1), ("rotate", 0), ("write", 1), ("rotate", 0)], {"keep": 4, "processor": "cat"}),
    "nothing but NULs": ("plain", [("nuls", 1)], {}),
}  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
def test_history(name):
    logger, operations, options = HISTORIES[name]
    play(logger, operations, **options)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_histories(batch):
    numbers = model.play_many(range(batch * HISTORIES_IN_BATCH, (batch + 1) * HISTORIES_IN_BATCH))
    assert not numbers["failures"], "\n".join(numbers["failures"])
    assert numbers["false gaps"] <= MOST_FALSE_GAPS * HISTORIES_IN_BATCH


# The judge itself

PEACEFUL = [("write", 3), ("read", 0), ("write", 3), ("rotate", 0), ("write", 3), ("read", 0), ("rotate", 0), ("write", 2)]


class Unreliable(loggers.Follower):
    """A reader that does something wrong with the fifth line."""

    wrong = None

    def chunks(self):
        for chunk in super().chunks():
            if len(self.lines) >= 5 and self.wrong is not None:
                type(self).wrong(self, chunk)
                self.wrong = None
            yield chunk


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (lambda self, _: self.lines.pop(), "left out"),
        (lambda self, _: self.lines.append(self.lines[-1]), "doubled"),
        (lambda self, _: self.lines.append(self.lines.pop() + b"!"), "another text"),
        (lambda self, _: self.lines.append(self.lines.pop(-2)), "out of order"),
        (lambda _, chunk: setattr(chunk, "gaps", 1), "false gap"),
    ],
)
def test_the_judge_notices(monkeypatch, wrong, kind):
    monkeypatch.setattr(judge, "Follower", Unreliable)
    play("multilog", PEACEFUL)
    monkeypatch.setattr(Unreliable, "wrong", wrong)
    with pytest.raises(Failure) as caught:
        play("multilog", PEACEFUL)
    assert caught.value.kind == kind


def test_the_judge_notices_a_loss_that_is_not_told(monkeypatch):
    operations = [("write", 3), ("read", 0), ("write", 2), ("rotate", 0), ("remove", "name"), ("write", 1)]
    assert play("multilog", operations).gaps == 1

    class Silent(loggers.Follower):
        def chunks(self):
            for chunk in super().chunks():
                chunk.gaps = 0
                yield chunk

    monkeypatch.setattr(judge, "Follower", Silent)
    with pytest.raises(Failure) as caught:
        play("multilog", operations)
    assert caught.value.kind == "lost silently"


def test_histories_are_shrunk_and_printed(monkeypatch):
    monkeypatch.setattr(judge, "Follower", Unreliable)
    monkeypatch.setattr(Unreliable, "wrong", lambda self, _: self.lines.pop())
    operations, options = model.shrunk("multilog", [("write", 4), *PEACEFUL], {"keep": 5}, "left out")
    assert len(operations) <= 2
    assert eval(f"lambda play: {model.script('multilog', operations, options)}")
    assert model.failure("multilog", operations, options).kind == "left out"


@pytest.mark.parametrize("name", ["multilog", "s6_log", "svlogd"])
def test_the_simulated_logger_leaves_what_the_real_one_leaves(name, tmp_path):
    """Names' endings, modes, and how many lines each file has."""
    simulated = LOGGERS[name](str(tmp_path / "simulated"), keep=4)
    real = getattr(loggers, name)(tmp_path / "log", keep=4)
    with real:
        for number, operation in enumerate(
            ["rotate", "kill", "rotate", "kill", "stop", "write", "rotate", "rotate", "kill", "rotate", "rotate", "stop"]
        ):
            real.write(number + 1)
            simulated.write(number + 1)
            if operation == "rotate":
                real.rotate()
            elif operation != "write":
                getattr(real, operation)()
            if operation != "write":
                getattr(simulated, operation)()
            expected = contents(tmp_path / "simulated")
            until(lambda: contents(tmp_path / "log") == expected, f"{expected} after {operation} {number}")  # noqa: B023
            if operation in {"kill", "stop"}:
                real.start()
                simulated.start()
                assert contents(tmp_path / "simulated") == contents(tmp_path / "log"), (number, operation)


def contents(folder):
    try:
        return [
            (path.suffix, path.stat().st_mode & 0o100, path.read_bytes().count(b"\n"))
            for path in sorted(folder.iterdir())
            if path.name not in {"lock", "state", "config"}
        ]
    except FileNotFoundError:
        return None  # not done yet
