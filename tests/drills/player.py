"""Plays any drill by its name, and answers the suite, which asks from another process."""

import json
import time

from drills.expectations import LIVE, recorded
from drills.made import Bases, made
from drills.stage import MODES, play

MADE = "made"


def names(mode):
    """Return the drills that can be played in a mode; what shows live only was not recorded as it happened."""
    return [wanted.name for wanted in recorded() if wanted.kind != LIVE] if mode in MODES else list(made())


class Player:
    """Plays drills; directories and the hosts' histories lie in a folder."""

    def __init__(self, folder):
        self._folder = folder
        self._recorded = {wanted.name: wanted for wanted in recorded()}
        self._made = made()
        self._bases = Bases(folder)

    def play(self, name, mode, *, is_whole):
        """Return the verdict on one drill."""
        if mode == MADE:
            return self._bases.play(self._made[name], is_whole=is_whole)
        return play(self._recorded[name], mode, self._folder, is_whole=is_whole)

    def serve(self, requests, answers):
        """Answer `{"name", "mode", "is_whole"}` with what was wrong and the table, line by line, until there are no more."""
        from drills.table import rows

        for request in requests:
            started = time.monotonic()
            verdict = self.play(**json.loads(request))
            told = {"faults": verdict.faults, "rows": list(rows(verdict)), "seconds": round(time.monotonic() - started, 1)}
            answers.write(json.dumps(told) + "\n")
            answers.flush()
        return 0
