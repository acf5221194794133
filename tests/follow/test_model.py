"""Random histories: each line is handed out once, or its loss is told.

A failing history is printed as a call of `play`, to be added to HISTORIES.
"""

import pytest

from follow import loggers, model
from follow.loggers import until
from follow.model import Failure, play
from follow.simulated import LOGGERS

BATCHES = 8
HISTORIES_IN_BATCH = 400
MOST_FALSE_GAPS = 0.25
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
    monkeypatch.setattr(model, "Follower", Unreliable)
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

    monkeypatch.setattr(model, "Follower", Silent)
    with pytest.raises(Failure) as caught:
        play("multilog", operations)
    assert caught.value.kind == "lost silently"


def test_histories_are_shrunk_and_printed(monkeypatch):
    monkeypatch.setattr(model, "Follower", Unreliable)
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
