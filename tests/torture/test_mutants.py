"""The suite notices a changed operator, constant or answer of the parser, the checks and the reports.

    SQMAIL_TORTURE=long ./run-tests -n 0 tests/torture/test_mutants.py

`SQMAIL_MUTANTS` says how many are tried, `SQMAIL_SEED` which.  A map of which tests run which lines is made first, in
minutes, and kept while sources and tests stay as they are.  Mutants that live stand in `survivors.txt` with the reason:
they are not tried and count as alive.  A mutant is dead when a test passes without it and fails with it, twice.  Each is
told in a line on standard error as it ends (`-s` shows them).
"""

import ast
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import pytest

from support import ROOT
from torture import mutants, trial

LONG = os.environ.get("SQMAIL_TORTURE") == "long"
NUMBER = int(os.environ.get("SQMAIL_MUTANTS", "60"))
SEED = int(os.environ.get("SQMAIL_SEED", "1"))
LEAST_DEAD = 0.9
SIDE_BY_SIDE = 2
SECONDS_OF_MAP = 3600
SURVIVORS = Path(__file__).with_name("survivors.txt")
REASONS = {"equal", "cost", "words"}


def survivors():
    """Return {mutant's name: reason} as survivors.txt has them: a name, and its reason in the indented lines below."""
    found, name = {}, ""
    for line in SURVIVORS.read_text().splitlines():
        if line.startswith("    "):
            found[name] = f"{found[name]} {line.strip()}".strip()
        elif line and not line.startswith("#"):
            name = line
            found[name] = ""
    return found


def test_survivors_are_mutants_of_today_and_have_a_reason():
    names = {mutant.told(source) for source, places in mutants.all_mutants().values() for mutant in places}
    named = survivors()
    assert [name for name in named if name not in names] == []
    assert [name for name, reason in named.items() if reason.partition(":")[0] not in REASONS] == []


def test_each_mutant_is_another_program():
    sources = {path: source for path, (source, _) in mutants.all_mutants().items()}
    for mutant, name in mutants.chosen(200, SEED):
        source = sources[mutant.path]
        assert ast.dump(ast.parse(mutant.apply(source))) != ast.dump(ast.parse(source)), name


def test_a_seed_chooses_the_same_mutants():
    assert mutants.chosen(20, 5) == mutants.chosen(20, 5) != mutants.chosen(20, 6)


@pytest.fixture
def place():
    """Return a folder that other users may enter, as some tests are of more than one: pytest's own is closed to them."""
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.mark.skipif(not LONG, reason="SQMAIL_TORTURE=long tries mutants, which takes minutes")
@pytest.mark.timeout(SECONDS_OF_MAP + NUMBER * 600)
def test_most_mutants_die(place, pytestconfig, record_property):
    found = trial.mapped(place / "map", pytestconfig.cache.mkdir("mutants"), SECONDS_OF_MAP, SIDE_BY_SIDE)
    named = survivors()
    trials = SimpleQueue()
    for number in range(SIDE_BY_SIDE):
        trials.put(trial.Trial(place / f"copy{number}", found))
    unsound = set()

    def tried(pair):
        mutant, name = pair
        if name in named:
            print(f"{name}\n    lives, {named[name]}", file=sys.stderr, flush=True)
            return None
        one = trials.get()
        try:
            killer, tests, seconds = one.kill(mutant, trial.users(mutant, ROOT), unsound)
        finally:
            trials.put(one)
        print(f"{name}\n    {f'killed by {killer}' if killer else 'LIVES'} ({tests} tests, {seconds:.0f} s)", file=sys.stderr, flush=True)
        return killer

    left = mutants.chosen(NUMBER, SEED)
    ends = {}
    while left:
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            ends |= zip([name for _, name in left], pool.map(tried, left), strict=True)
        one = trials.get()
        unsound |= one.unsound(ends.values())
        trials.put(one)
        left = [pair for pair in left if ends[pair[1]] in unsound]
    living = [name for name, killer in ends.items() if killer is None]
    nameless = [name for name in living if name not in named]
    record_property("promise", [f"a changed operator, constant or answer is noticed (seed {SEED})", f"{len(ends) - len(living)}/{len(ends)}", len(nameless)])
    assert nameless == []
    assert len(ends) - len(living) >= LEAST_DEAD * len(ends)
