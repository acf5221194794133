"""Waiting for what another process does, up to a deadline."""

import time

DEADLINE = 60.0
_PAUSE = 0.02


def until(reached, what, seconds=DEADLINE):
    """Return what `reached` returns as soon as that is true; fail with `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := reached()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(_PAUSE)
    return answer
