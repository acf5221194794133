"""Tries mutants: a copy of the checkout, a map of which tests run which lines, and the tests of a line against its mutants."""

import ast
import gzip
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from project import FOLDERS, ROOT

TESTS = (
    "grammar", "state", "checks", "report", "mrtg", "archive", "follow",
    "plugin/test_series.py", "plugin/test_reads.py", "plugin/test_repair.py", "plugin/test_clock.py",
)  # fmt: skip
"""What may kill a mutant, beneath tests."""

_COPIED = (*FOLDERS, "tests", "examples", "docs", "benchmarks")
_LONGEST_TEST = 60
"""Seconds that a test took with the recorder; slower ones are left out."""

_PER_MUTANT = 100
"""Seconds that the tests of one mutant took with the recorder, the cheapest first; beyond that only some of each file."""

_OF_EACH_FILE = 2


class Copy:
    """A copy of what the tests need, whose sources are changed one by one."""

    def __init__(self, folder):
        self.root = Path(folder)
        self.root.mkdir(mode=0o755)
        for name in _COPIED:
            skipped = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*_cache")
            shutil.copytree(ROOT / name, self.root / name, ignore=skipped, symlinks=True)
        for path in ROOT.iterdir():
            if path.is_file():
                shutil.copy2(path, self.root)
        self._written = 0

    def change(self, path, source):
        """Write a source; compiled forms of what it was are not taken for it, were it of the same size and second."""
        self._written += 1
        (self.root / path).write_bytes(source)
        os.utime(self.root / path, (self._written, self._written))

    def pytest(self, arguments, seconds, chosen=None, each=180):
        """Run tests; return (exit status or None after so many seconds, [test, outcome, phase, seconds])."""
        ends = self.root / "ends"
        ends.write_text("")
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(self.root / name) for name in (*FOLDERS, "", "tests")),
            "SQMAIL_ENDS": str(ends),
            "PYTEST_DEBUG_TEMPROOT": str(self.root),
        }
        for name in ("PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "SQMAIL_TORTURE", "SQMAIL_CHOSEN"):
            environment.pop(name, None)
        if chosen is not None:
            (self.root / "chosen").write_text(json.dumps(chosen))
            environment["SQMAIL_CHOSEN"] = str(self.root / "chosen")
        command = [
            sys.executable, "-m", "pytest", "-q", "-p", "torture.chosen_tests", "-p", "no:randomly", "-p", "no:xdist", "-p", "no:cacheprovider",
            "-o", "tmp_path_retention_policy=none", "--no-header", "--tb=no", f"--timeout={each:.0f}", *arguments,
        ]  # fmt: skip
        with (self.root / "said").open("wb") as said:
            program = subprocess.Popen(
                command, cwd=self.root, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                start_new_session=True,
            )  # fmt: skip
            try:
                status = program.wait(seconds)
            except subprocess.TimeoutExpired:
                status = None
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(program.pid, signal.SIGKILL)
                program.wait()
        return status, [json.loads(line) for line in ends.read_text().splitlines()]

    def said(self):
        """Return the end of what the last run said."""
        return (self.root / "said").read_text(errors="replace")[-2000:]


class Map:
    """Which tests run which lines, and how long each takes."""

    def __init__(self, lines, seconds):
        self._lines = lines
        self.seconds = seconds
        self._tests = {}
        for test, places in lines.items():
            for place in places:
                self._tests.setdefault(place, set()).add(test)

    def tests(self, mutant, users):
        """Return the tests that may kill a mutant, the cheapest first.

        `users` are the places that name a constant of a module: no test runs such a line itself.
        """
        places = {f"{mutant.path}:{line}" for line in range(mutant.first, mutant.line + 1)}
        found = set().union(*(self._tests.get(place, ()) for place in (*places, *(users if mutant.is_import else ()))))
        ranks = Counter()
        chosen, left = [], _PER_MUTANT
        for test in sorted(found, key=lambda test: (self.seconds[test], test)):
            if self.seconds[test] <= _LONGEST_TEST:
                file = test.partition("::")[0]
                ranks[file] += 1
                left -= self.seconds[test]
                if left > 0 or ranks[file] <= _OF_EACH_FILE:
                    chosen.append(test)
        return chosen


def users(mutant, root):
    """Return the places of the sources that may depend on a line outside functions: where a name is read that its statement binds."""
    tree = ast.parse((root / mutant.path).read_bytes())
    bound = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and node.lineno <= mutant.line <= node.end_lineno:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            bound |= {target.id for target in targets if isinstance(target, ast.Name)}
            bound |= {node.name} if isinstance(node, ast.FunctionDef | ast.ClassDef) else set()
    places = set()
    is_private = all(name.startswith("_") for name in bound)
    for folder in FOLDERS:
        for path in [root / mutant.path] if is_private else (root / folder).rglob("*.py"):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if any(re.search(rf"\b{name}\b", line) for name in bound):
                    places.add(f"{path.relative_to(root)}:{number}")
    return places


def mapped(folder, cache, seconds, side_by_side):
    """Return the map of all tests; what it takes minutes to record is kept in `cache` for each file of tests, while it is true."""
    kept = Path(cache) / "map.json.gz"
    files = {}
    if kept.exists():
        with gzip.open(kept, "rt") as file:
            files = json.load(file)
    keys = _keys()
    files = {name: row for name, row in files.items() if row[0] == keys.get(name)}
    if stale := sorted(keys.keys() - files.keys()):
        parts = [stale[first::side_by_side] for first in range(min(side_by_side, len(stale)))]
        folders = [f"{folder}{number}" for number in range(len(parts))]
        with ThreadPoolExecutor(side_by_side) as pool:
            for found in pool.map(_record, folders, parts, [seconds] * len(parts)):
                files |= {name: [keys[name], *row] for name, row in found.items()}
        with gzip.open(kept, "wt") as file:
            json.dump(files, file)
    lines, took = {}, {}
    for _, some, spent in files.values():
        lines |= some
        took |= spent
    return Map(lines, took)


def _keys():
    """Return {file of tests: what it and all that it may stand on are}."""
    shared, tests = hashlib.sha256(), {}
    for name in (*FOLDERS, "tests"):
        for path in sorted((ROOT / name).rglob("*.py")):
            place = str(path.relative_to(ROOT))
            if place.startswith(tuple(f"tests/{test}" for test in TESTS)) and path.name.startswith("test_"):
                tests[place] = path.read_bytes()
            elif not place.startswith("tests/torture"):
                shared.update(place.encode() + path.read_bytes())
    return {place: hashlib.sha256(shared.digest() + source).hexdigest() for place, source in tests.items()}


def _record(folder, files, seconds):
    """Run files of tests with the recorder; return {file: ({test: {place: 1}} of those that pass, {test: seconds})}."""
    copy = Copy(folder)
    shutil.copy(Path(__file__).with_name("recorder.py"), copy.root / FOLDERS[0] / "sitecustomize.py")
    out = copy.root / "lines"
    out.touch()
    out.chmod(0o666)
    status, ends = copy.pytest(files, seconds)
    assert status in {0, 1}, copy.said()
    found = {file: ({}, {}) for file in files}
    passed = {test for test, outcome, phase, _ in ends if phase == "call" and outcome == "passed"}
    passed -= {test for test, outcome, _, _ in ends if outcome != "passed"}
    took = {}
    for test, _, _, spent in ends:
        took[test] = found[test.partition("::")[0]][1][test] = took.get(test, 0) + spent
    places = None
    with out.open(errors="replace") as file:
        for row in map(str.strip, file):
            if row.startswith("# "):
                test, places = row[2:], None
                if test in passed:
                    places = found[test.partition("::")[0]][0].setdefault(test, {})
            elif row and places is not None:
                places[row] = 1
    shutil.rmtree(copy.root, ignore_errors=True)
    return found


_TIME_LIMIT = "the time limit"
_NOT_LOADED = "what keeps tests from loading"


class Trial:
    """Tries mutants in a copy of its own."""

    def __init__(self, folder, found):
        self._copy = Copy(folder)
        self._map = found
        self._sound = set()

    def kill(self, mutant, users):
        """Return (the test that killed the mutant or None, how many tests were tried, seconds)."""
        tests = self._map.tests(mutant, users)
        begin = time.monotonic()
        if not tests:
            return None, 0, 0.0
        while True:
            killer = self._killer(mutant, tests)
            if killer is None or killer in self._sound or self._passes(killer, tests):
                return killer, len(tests), time.monotonic() - begin
            # It fails without the mutant, too: at times, or in this order.
            assert killer in tests, f"{killer}, without the mutant\n{self._copy.said()}"
            tests.remove(killer)

    def _killer(self, mutant, tests):
        source = (self._copy.root / mutant.path).read_bytes()
        self._copy.change(mutant.path, mutant.apply(source))
        try:
            status, ends = self._run(tests)
        finally:
            self._copy.change(mutant.path, source)
        if not status:
            return _TIME_LIMIT if status is None else None
        return next((test for test, outcome, _, _ in ends if outcome == "failed"), _NOT_LOADED)

    def _passes(self, killer, tests):
        if killer == _TIME_LIMIT:
            return True
        is_sound = self._run([killer] if killer in tests else tests[:1])[0] == 0
        if is_sound:
            self._sound.add(killer)
        return is_sound

    def _run(self, tests):
        files = sorted({test.partition("::")[0] for test in tests})
        slowest = max(self._map.seconds[test] for test in tests)
        total = sum(self._map.seconds[test] for test in tests)
        return self._copy.pytest(["-x", *files], 60 + 5 * total, chosen=tests, each=15 + 5 * slowest)
