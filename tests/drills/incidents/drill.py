"""What a drill of ours is: a host, a moment, what happens then, and what is asked of the checks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from drills.expectations import INCIDENT, PASSED, QUIET, Expectation

if TYPE_CHECKING:
    from collections.abc import Callable

    from drills.hosts.kinds import Kind

DRILLS = []
"""All of them, in the order in which they are written down."""


@dataclass(frozen=True)
class Drill:
    """`begin(host)` is called at T0, so many minutes after the host's history of eight days."""

    wanted: Expectation
    kind: "Kind"
    t0: int
    begin: "Callable"


def once_of_new(drills):
    """Return drills by name, without what happens to new hosts and to others, too; of several rates the lowest alone."""
    others = {drill.begin for drill in drills.values() if drill.kind.past is None}
    least = {}
    for drill in drills.values():
        if drill.begin not in others:
            least[drill.begin] = min(drill, least.get(drill.begin, drill), key=lambda one: one.kind.incoming)
    return {name: drill for name, drill in drills.items() if drill.kind.past is None or least.get(drill.begin) is drill}


START = 9 * 60
"""The history ends on the ninth day at so many minutes after midnight."""
_DAY = 24 * 60


def clock(text):
    """Return how many minutes after the history's end it is `HH:MM` the next time."""
    hours, minutes = text.split(":")
    return (int(hours) * 60 + int(minutes) - START) % _DAY


def incident(kind, when, warning, critical, checks, words, *, never="", over=None):
    """Make a drill of a function; its name is the drill's, its docstring says what happens."""

    def made(begin):
        name = f"{kind.name}-{begin.__name__.replace('_', '-')}"
        wanted = Expectation(
            name,
            INCIDENT if over is None else PASSED,
            warning,
            critical,
            tuple(checks.split(",")),
            words,
            never,
            begin.__doc__,
            over,
        )
        DRILLS.append(Drill(wanted, kind, clock(when), begin))
        return begin

    return made


def quiet(kind, when):
    """Make a drill of a function that nobody shall be called for."""

    def made(begin):
        name = f"{kind.name}-{begin.__name__.replace('_', '-')}"
        DRILLS.append(Drill(Expectation(name, QUIET, what=begin.__doc__), kind, clock(when), begin))
        return begin

    return made
