"""The table of incidents, checks and minutes, and the line that sums it up."""

import argparse
import os
import sys
import tempfile
from fnmatch import fnmatch

from drills.expectations import INCIDENT, PASSED
from drills.player import MADE, Player, names
from drills.questions import STATES, preload
from drills.stage import MODES

_MEMORY = "/dev/shm"
_WIDEST = 150
_MARKS = {0: ".", 1: "W", 2: "C", 3: "?"}


def summary(verdicts):
    """Return the line that sums up."""
    told = [verdict.is_met for verdict in verdicts if verdict.kind in {INCIDENT, PASSED}]
    quiet = [verdict.is_met for verdict in verdicts if verdict.kind not in {INCIDENT, PASSED}]
    return f"{sum(told)} of {len(told)} incidents named in time, {sum(quiet)} of {len(quiet)} quiet ones quiet"


def rows(verdict):
    """Yield the lines of one drill: the verdict, what told it, and each check that was loud, a mark a minute."""
    yield f"{'ok  ' if verdict.is_met else 'MISS'} {verdict.name}: {verdict.told[:_WIDEST] or 'nothing louder than OK'}"
    for fault in verdict.faults:
        yield f"     ! {fault[: _WIDEST + 50]}"
    minutes = sorted({answer.minute for answer in verdict.answers})
    by_check = {}
    for answer in verdict.answers:
        by_check.setdefault((answer.check, answer.services), {})[answer.minute] = answer
    for (check, services), said in by_check.items():
        if any(answer.status for answer in said.values()):
            marks = "".join(_MARKS.get(said[minute].status, "!") for minute in minutes)
            where = "" if len(services) > 1 else services[0]
            yield f"     {check:<12} {where:<14} {marks}"
            last = None
            for answer in said.values():
                if answer.status and answer.status != last:
                    yield f"       T{answer.minute:+} {STATES[answer.status]}: {answer.words[:_WIDEST]}"
                last = answer.status


def main(arguments):
    """Run the command; the exit status says whether all was met."""
    parser = argparse.ArgumentParser(prog="drills", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="these drills alone; a * stands for anything")
    parser.add_argument("--mode", choices=(*MODES, MADE), action="append", help="how checks are asked (default: each way)")
    parser.add_argument("--short", action="store_true", help="at the minutes that decide alone, as the suite does")
    parser.add_argument("--brief", action="store_true", help="a line for each drill")
    parser.add_argument("--not-yet", action="store_true", help="name what is not met at the end, as not_yet.txt does")
    parser.add_argument("--room", metavar="DIR", default=_MEMORY, help=f"where directories lie meanwhile (default: {_MEMORY}, else /tmp)")
    parser.add_argument("--serve", action="store_true", help="answer the suite: requests in, verdicts out, a line of JSON each")
    options = parser.parse_args(arguments)
    preload()
    with tempfile.TemporaryDirectory(prefix="drills-", dir=options.room if os.path.isdir(options.room) else None) as folder:
        player = Player(folder)
        if options.serve:
            return player.serve(sys.stdin, sys.stdout)
        verdicts = []
        for mode in options.mode or (*MODES, MADE):
            print(f"# {mode}")
            for name in names(mode):
                if not options.names or any(fnmatch(name, wanted) for wanted in options.names):
                    verdict = player.play(name, mode, is_whole=not options.short)
                    verdicts.append((mode, verdict))
                    lines = list(rows(verdict))
                    print("\n".join(lines[:1] if options.brief else lines), flush=True)
    if options.not_yet:
        missed = [f"{mode}/{verdict.name}" for mode, verdict in verdicts if not verdict.is_met]
        print("\n".join(missed))
    used = os.times()
    print(summary([verdict for _, verdict in verdicts]), f"({sum(used[:4]):.0f} s of CPU)")
    return int(any(not verdict.is_met for _, verdict in verdicts))
