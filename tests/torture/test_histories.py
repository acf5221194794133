"""A hundred thousand random histories of a log: no line is lost silently, none is handed out twice.

SQMAIL_TORTURE=long plays them all, with other seeds than the suite's; without it a few.
SQMAIL_SEED is where they begin, to play others.
"""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from follow import model

LONG = os.environ.get("SQMAIL_TORTURE") == "long"
FIRST = int(os.environ.get("SQMAIL_SEED", "1000000"))
HISTORIES = 100_000 if LONG else 500
BATCH = 500 if LONG else 250
SECONDS = 30 * 60
MOST_FALSE_GAPS = 0.21


@pytest.mark.timeout(SECONDS + 300)
def test_many_histories(capsys):
    """Whoever is slower than half an hour has played fewer; the count is printed."""
    batches = [range(first, first + BATCH) for first in range(FIRST, FIRST + HISTORIES, BATCH)]
    total = {}
    failures = []
    begin = time.monotonic()
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        try:
            for numbers in pool.map(model.play_many, batches):
                failures += numbers.pop("failures")
                numbers.pop("kinds")
                total = {name: total.get(name, 0) + number for name, number in numbers.items()}
                if time.monotonic() - begin > SECONDS:
                    break
        finally:
            pool.shutdown(cancel_futures=True)
    figures = ", ".join(f"{number} {name}" for name, number in total.items())
    with capsys.disabled():
        print(f"\n{figures}, in {time.monotonic() - begin:.0f} s")
    assert not failures, f"{figures}\n" + "\n".join(failures[:40])
    assert total["false gaps"] <= MOST_FALSE_GAPS * total["histories"]
