"""The table incident × check × minute, and the line that sums it up."""

import argparse
import time

from drills.expectations import INCIDENT, PASSED, recorded
from drills.questions import STATES, preload
from drills.stage import MODES, is_playable, play

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
    parser.add_argument("names", nargs="*", metavar="NAME", help="these drills alone")
    parser.add_argument("--mode", choices=MODES, action="append", help="how checks are asked (default: both)")
    parser.add_argument("--short", action="store_true", help="at the minutes that decide alone, as the suite does")
    parser.add_argument("--brief", action="store_true", help="a line for each drill")
    options = parser.parse_args(arguments)
    preload()
    verdicts = []
    for mode in options.mode or MODES:
        print(f"# recorded, {mode}")
        for wanted in recorded():
            if is_playable(wanted, mode) and (not options.names or wanted.name in options.names):
                verdicts.append(play(wanted, mode, is_whole=not options.short))
                lines = list(rows(verdicts[-1]))
                print("\n".join(lines[:1] if options.brief else lines), flush=True)
    print(summary(verdicts), f"({time.process_time() + sum(time_of_forks()):.0f} s of CPU)")
    return any(not verdict.is_met for verdict in verdicts)


def time_of_forks():
    """Return the CPU seconds of what ran in forks: user's, system's."""
    from os import times

    done = times()
    return done.children_user, done.children_system
