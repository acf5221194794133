"""What is asked of the checks in a drill, and whether they gave it."""

import re
from collections import Counter
from dataclasses import dataclass, field

from drills.recordings import DATA

GRACE = 1
"""Checks are run each minute: the run that is due at a deadline may come a minute later."""
WINDOW = range(-1, 16)
"""The minutes after T0 at which a whole drill is asked."""
INCIDENT, QUIET, NOT_CRITICAL, PASSED, LIVE = "incident", "quiet", "quiet-critical", "passed", "live"


@dataclass(frozen=True)
class Expectation:
    """One row: deadlines are minutes after T0, None where there is none.

    `kind`: an *incident* must be told in time, a *passed* one is over by the minute `over` and nothing is loud then, at a
    *quiet* one nothing is ever louder than OK, at a *quiet-critical* one nothing CRITICAL.  `words` must stand on the first
    line of one of `checks`; `never` must stand on no loud line at all.
    """

    name: str
    kind: str
    warning: float | None = None
    critical: float | None = None
    checks: tuple = ()
    words: str = ""
    never: str = ""
    what: str = ""
    over: int | None = None
    t0: str = ""

    def minutes(self, is_whole):
        """Return when the checks are asked: at each minute, or at those that decide, and each third of a quiet time."""
        if is_whole:
            last = max((int(minute) for minute in (self.warning, self.critical, self.over) if minute is not None), default=0)
            return list(range(WINDOW[0], max(WINDOW[-1], last + GRACE) + 1))
        if self.kind in {QUIET, NOT_CRITICAL}:
            return list(WINDOW[::3])
        # What ends by itself may be over a minute later.
        grace = GRACE if self.over is None else 0
        due = {int(deadline) + grace for deadline in (self.warning, self.critical) if deadline is not None}
        return sorted({-1, *due} if self.over is None else {-1, *due, self.over})


@dataclass
class Verdict:
    """Whether an expectation was met; `faults` say what was not, `told` is the line that told it first."""

    name: str
    kind: str
    answers: list
    faults: list = field(default_factory=list)
    told: str = ""
    warned: int | None = None
    critical: int | None = None
    others: Counter = field(default_factory=Counter)

    @property
    def is_met(self):
        """Whether nothing is wrong."""
        return not self.faults


def recorded():
    """Return the expectations of the recorded drills, in the order of their table."""
    rows = [line.split("\t") for line in (DATA / "expect.tsv").read_text().splitlines() if not line.startswith("#")]
    return [
        Expectation(
            name, kind, _minute(warning), _minute(critical), tuple(checks.split(",")), words, "" if never == "-" else never, what, t0=t0
        )
        for name, t0, kind, warning, critical, checks, words, never, what in rows
    ]


def _minute(text):
    return None if text == "-" else float(text)


def judge(wanted, answers):
    """Return the verdict on what the checks answered."""
    verdict = Verdict(wanted.name, wanted.kind, answers)
    verdict.faults += [f"T{answer.minute:+}: {answer.words}" for answer in answers if answer.status not in range(4)]
    loud = [answer for answer in answers if answer.is_loud]
    since = [answer for answer in loud if answer.minute >= 0]
    if wanted.kind in {QUIET, NOT_CRITICAL}:
        wrong = loud if wanted.kind == QUIET else [answer for answer in since if answer.status == 2]
        verdict.faults += [_line(answer) for answer in wrong[:1]]
        return verdict
    verdict.faults += [f"loud before it begins: {_line(answer)}" for answer in loud if answer.minute < 0][:1]
    hits = [a for a in since if a.check in wanted.checks and re.search(wanted.words, a.words, re.IGNORECASE)]
    verdict.told = hits[0].words if hits else ""
    verdict.warned = min((answer.minute for answer in hits), default=None)
    verdict.critical = min((answer.minute for answer in hits if answer.status == 2), default=None)
    for what, seen, due in (("WARNING", verdict.warned, wanted.warning), ("CRITICAL", verdict.critical, wanted.critical)):
        if due is not None and (seen is None or seen > due + GRACE):
            verdict.faults.append(f"no {what} by T+{due:g}" if seen is None else f"{what} at T+{seen}, not by T+{due:g}")
    if wanted.never:
        wrong = [answer for answer in since if re.search(wanted.never, answer.words, re.IGNORECASE)]
        verdict.faults += [f"wrong cause: {_line(answer)}" for answer in wrong[:1]]
    if wanted.over is not None:
        verdict.faults += [f"not OK again: {_line(a)}" for a in loud if a.minute >= wanted.over][:1]
    verdict.others = Counter(a.check for a in since if a.check not in wanted.checks and a.status == 2)
    if verdict.faults and not verdict.told and since:
        verdict.told = since[0].words
    return verdict


def _line(answer):
    return f"T{answer.minute:+} {answer.words}"
