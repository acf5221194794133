"""Plays a recorded drill: its directories, and all checks at each of its minutes."""

import tempfile
from datetime import datetime
from pathlib import Path

from drills.expectations import judge
from drills.questions import ask, questions
from drills.recordings import Replay, unpack

MINUTE = 60 * 10**9
AT, STATE = "at", "state"
MODES = (AT, STATE)
"""How the checks are asked: about the past with --at, or run after run with a state, as a monitor does."""


def play(wanted, mode, room, *, is_whole):
    """Return the verdict on a recorded drill; its directories lie in a folder below `room` meanwhile."""
    t0 = int(datetime.fromisoformat(wanted.t0).timestamp()) * 10**9
    with tempfile.TemporaryDirectory(dir=room) as folder:
        sources = unpack(wanted.name, Path(folder) / "recorded")
        minutes = wanted.minutes(is_whole)
        if mode == AT:
            return judge(wanted, [answer for minute in minutes for answer in round_of(sources, minute, t0 + minute * MINUTE)])
        logs = {service: Path(folder) / "live" / service for service in sources}
        replays = [Replay(source, logs[service]) for service, source in sources.items()]
        answers = []
        for minute in minutes if is_whole else range(minutes[0] - 3, minutes[-1] + 1):
            now = t0 + minute * MINUTE
            for replay in replays:
                replay.until(now)
            if minute in minutes:
                answers += round_of(logs, minute, now, state_dir=Path(folder) / "state")
        return judge(wanted, answers)


def round_of(logs, minute, now, state_dir=None):
    """Ask everything once."""
    return ask(questions(tuple(logs)), logs, minute, now, state_dir=state_dir)

