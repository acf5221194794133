"""What is told of a host: problems worst first, causes, changes, and from where that is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqmail_judge.finding import CRITICAL, WARNING, Finding
from sqmail_judge.story.advice import advice
from sqmail_judge.story.causes import Explained
from sqmail_judge.story.changes import Change

OK = 0
UNKNOWN = 3
WORDS = {OK: "OK", WARNING: "WARNING", CRITICAL: "CRITICAL", UNKNOWN: "UNKNOWN"}
"""The states, as the monitor calls them."""
WORST = (CRITICAL, UNKNOWN, WARNING, OK)
"""In the order of a page: what nobody knows stands before what is a warning."""
LATE = 600
"""Seconds after which what was known is no longer shown as what is."""

LOGS = "its logs"
REPORT = "its report"
RRDS = "RRD files alone"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, as a finding is; `since` is Unix seconds, None where nobody knows.

    `log` is the log that it was seen in, '' for several together.
    """

    state: int
    kind: str
    words: str
    since: int | None = None
    step: str = ""
    log: str = ""
    count: int = 0
    cause: str = ""
    named: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What tells that it is the same problem in the next run."""
        return self.kind, self.log, self.cause


@dataclass(frozen=True, slots=True)
class HostStatus:
    """What is known of a host at `moment` (Unix seconds) from `source`, one of LOGS, REPORT and RRDS.

    `causes` and `changes` are by span of time, as `HostLogs` has them.  `instances` names the
    instance of each log that is known.
    """

    name: str
    source: str
    moment: int
    problems: tuple[Problem, ...] = ()
    causes: Mapping[str, tuple[Explained, ...]] = field(default_factory=dict)
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    instances: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> int:
        """The worst state of all problems."""
        return min((problem.state for problem in self.problems), key=WORST.index, default=OK)

    @property
    def since(self) -> int | None:
        """Since when it is in this state, as far as that is known (Unix seconds)."""
        times = [one.since for one in self.problems if one.state == self.state and one.since is not None]
        return min(times, default=None)


def problem(finding: Finding, moment: int) -> Problem:
    """Return a finding as a page has it, with the first thing to do."""
    known = advice(finding)
    return Problem(
        state=finding.state,
        kind=finding.kind,
        words=finding.words,
        since=moment - 60 * finding.minutes if finding.minutes else None,
        step=finding.step or next(iter(known.steps if known else ()), ""),
        log=finding.log,
        count=finding.count,
        cause=finding.cause,
        named=finding.named,
    )


def ordered(problems: list[Problem]) -> tuple[Problem, ...]:
    """Return problems worst first, of one state those that struck most first."""
    return tuple(sorted(problems, key=lambda one: (WORST.index(one.state), -one.count)))
