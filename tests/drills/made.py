"""Plays a drill of ours: eight days of a host's usual life, then what happens, and all checks at each minute.

The eight days of a kind of host are made once; each drill goes on from there in a fork, in a copy of the directories.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path

from drills.expectations import QUIET, Expectation, judge
from drills.hosts.host import Host
from drills.hosts.kinds import KINDS
from drills.incidents import clients, deliveries, peace, programs, volume
from drills.incidents.drill import DRILLS, START, Drill
from drills.questions import Answer, ask, forked, questions

BEGINS = 1803859200
"""2027-03-01, a Monday."""
DAY = 86400
END = BEGINS + 8 * DAY + START * 60
_SECOND = 10**9
_STEP = 2 * DAY
ROOMS = (programs, clients, deliveries, volume, peace)


def _nothing(host):
    del host


def made():
    """Return all drills by name; each kind of host also has a quiet week."""
    weeks = [Drill(Expectation(f"{kind.name}-week", QUIET, what="a quiet week"), kind, 0, _nothing) for kind in KINDS.values()]
    return {drill.wanted.name: drill for drill in [*DRILLS, *weeks]}


class Bases:
    """The eight days of each kind of host, made when they are first asked for."""

    def __init__(self, folder):
        self._folder = Path(folder)
        self._hosts = {}

    def play(self, drill, *, is_whole):
        """Return the verdict on a drill."""
        if drill.kind.past is not None:
            return judge(drill.wanted, self._of_new(drill, is_whole))
        base = self._folder / drill.kind.name
        host = self._host(drill.kind, base)
        _copy(base / "saved", base / "now")
        try:
            said = forked(lambda file: json.dump(_answers(drill, host, base / "now" / "state", is_whole), file))
        finally:
            shutil.rmtree(base / "now")
        return judge(drill.wanted, [Answer(minute, check, tuple(of), status, words) for minute, check, of, status, words in json.loads(said)])

    def _of_new(self, drill, is_whole):
        """Return the answers about a host whose logs have just begun."""
        with tempfile.TemporaryDirectory(dir=self._folder) as room:
            host = Host(drill.kind, Path(room) / "logs", END + (drill.t0 - drill.kind.past) * 60)
            state = Path(room) / "state" if drill.kind.is_watched else None
            step = max(5, drill.kind.past // 24)
            for minute in range(drill.kind.past - step, step, -step) if state else ():
                now = END + (drill.t0 - minute) * 60
                host.run(now)
                ask(questions(drill.kind.services), host.paths, 0, now * _SECOND, state_dir=state)
            return _answers(drill, host, state, is_whole)

    def _host(self, kind, base):
        if kind.name not in self._hosts:
            host = Host(kind, base / "now" / "logs", BEGINS)
            watching = [question for question in questions(kind.services) if question.check == "log"]
            for end in (*range(BEGINS + _STEP, END, _STEP), END):
                host.run(end)
                ask(watching, host.paths, 0, end * _SECOND, state_dir=base / "now" / "state")
            (base / "now").rename(base / "saved")
            self._hosts[kind.name] = host
        return self._hosts[kind.name]


def _answers(drill, host, state, is_whole):
    t0 = END + drill.t0 * 60
    minutes = week(is_whole) if drill.wanted.name.endswith("-week") else drill.wanted.minutes(is_whole)
    answers, has_begun = [], False
    for minute in minutes:
        if minute >= 0 and not has_begun:
            host.run(t0)
            drill.begin(host)
            has_begun = True
        now = t0 + 60 * minute
        host.run(now)
        answers += ask(questions(drill.kind.services), host.paths, minute, now * _SECOND, state_dir=state)
    return answers


def week(is_whole):
    """Return minutes of a week: each fifth, or one in every half day or so, and Sunday night and Monday morning."""
    if is_whole:
        return list(range(0, 7 * 1440, 5))
    return sorted({*range(0, 7 * 1440, 697), *(5 * 1440 + 60 * hours for hours in (12, 21))})


def _copy(source, target):
    """Copy a folder; archives, which nobody changes, are the same files."""
    for path in source.rglob("*"):
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir(parents=True, exist_ok=True)
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            if path.name.startswith("@"):
                os.link(path, copy)
            else:
                shutil.copy2(path, copy)
    shutil.copymode(source / "state", target / "state")
