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
from functools import cache
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

_PER_MUTANT = 150
"""Seconds that the tests of one mutant took with the recorder, the likeliest first; beyond that only one of each function."""

_FIRST = 12
"""How many tests are tried before the files of all others are loaded."""

_START = 0.3
"""Seconds that a test is held to cost at least when likely ones are chosen."""


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
        self.seconds = seconds
        self._tests = {}
        for test, places in lines.items():
            for place in places:
                self._tests.setdefault(place, set()).add(test)
        self._shares = Counter()
        for place, tests in self._tests.items():
            for test in tests:
                self._shares[test, place.partition(":")[0]] += 1 / len(tests) / len(lines[test])

    def tests(self, mutant, users):
        """Return the tests that may kill a mutant, the likeliest and cheapest first.

        A test is likely of whose lines many are in the mutant's file, and such as few others run.  `users` are the
        places that depend on what runs at import: the tests that run such a line itself are all that start a process.
        """
        own = [f"{mutant.path}:{line}" for line in range(mutant.first, mutant.line + 1)]
        found = self._of(users if mutant.is_import else own) or self._of(own)
        tried = set()
        chosen, left = [], _PER_MUTANT
        for test in sorted(found, key=lambda test: (-self._shares[test, mutant.path] / (self.seconds[test] + _START), test)):
            if self.seconds[test] <= _LONGEST_TEST:
                function = test.partition("[")[0]
                if left > 0 or function not in tried:
                    chosen.append(test)
                    left -= self.seconds[test]
                tried.add(function)
        return chosen

    def _of(self, places):
        return set().union(*(self._tests.get(place, ()) for place in places))


def users(mutant, root):
    """Return the places within functions that depend on a line that runs at import.

    These are the bodies of the functions that it belongs to, and where a name is read that its statement binds, or that
    is bound at import by what reads such a name.
    """
    sources = {path.relative_to(root): path.read_text() for folder in FOLDERS for path in (root / folder).rglob("*.py")}
    places = set()
    left, done = [(Path(mutant.path), mutant.line)], set()
    while left:
        path, line = left.pop()
        bound, bodies = _bound(sources[path], line)
        places |= {f"{path}:{number}" for number in bodies}
        for name in bound - done:
            done.add(name)
            for other in [path] if name.startswith("_") else sources:
                for number, text in enumerate(sources[other].splitlines(), 1):
                    if re.search(rf"\b{name}\b", text):
                        if number in _within_functions(sources[other]):
                            places.add(f"{other}:{number}")
                        elif (other, number) != (path, line) and not _IMPORT.match(text):
                            left.append((other, number))
    return places


_IMPORT = re.compile(r"\s*(from|import)\b")


@cache
def _within_functions(source):
    """Return the numbers of the lines of a source that lie in the bodies of functions."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return {line for node in functions for line in range(node.body[0].lineno, node.end_lineno + 1)}


def _bound(source, line):
    """Return the names that the statement at a line binds, and the lines of the function's body if it is the head of one."""
    bound, bodies = set(), range(0)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and node.lineno <= line <= node.end_lineno:
            if isinstance(node, ast.Assign):
                bound |= {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
            elif isinstance(node, ast.FunctionDef):
                bodies = range(node.body[0].lineno, node.end_lineno + 1)
            elif isinstance(target := getattr(node, "target", None), ast.Name):
                bound.add(target.id)
    return bound, bodies


def mapped(folder, cache, seconds, side_by_side):
    """Return the map of all tests; what it takes minutes to record is kept in `cache` for each file of tests, while it is true."""
    kept = Path(cache) / "map.json.gz"
    files = {}
    if kept.exists():
        with gzip.open(kept, "rt") as file:
            files = json.load(file)
    keys = _keys()
    files = {name: row for name, row in files.items() if row[0] == keys.get(name)}
    stale = sorted(keys.keys() - files.keys())
    size = max(1, min(_TOGETHER, len(stale) // side_by_side))
    parts = [stale[first : first + size] for first in range(0, len(stale), size)]
    folders = [f"{folder}{number}" for number in range(len(parts))]
    with ThreadPoolExecutor(side_by_side) as pool:
        for found in pool.map(_record, folders, parts, [seconds] * len(parts)):
            files |= {name: [keys[name], *row] for name, row in found.items()}
            written = kept.with_suffix(".new")
            with gzip.open(written, "wt", compresslevel=1) as file:
                json.dump(files, file)
            written.replace(kept)
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


_TOGETHER = 8
"""Files of tests that are recorded at a time; what was recorded stays where the next ones are interrupted."""

_LOADS = """
if __import__("sys").gettrace() is None:
    with open({0!r}) as recorder:
        exec(recorder.read(), {{"__file__": {0!r}}})
"""


def _record(folder, files, seconds):
    """Run files of tests with the recorder; return {file: ({test: {place: 1}} of those that pass, {test: seconds})}."""
    copy = Copy(folder)
    recorder = copy.root / FOLDERS[0] / "sitecustomize.py"
    shutil.copy(Path(__file__).with_name("recorder.py"), recorder)
    with (copy.root / FOLDERS[0] / "sqmail_log" / "__init__.py").open("a") as first:
        # Where a copy of the packages runs that has no sitecustomize.
        first.write(_LOADS.format(str(recorder)))
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


NOT_LOADED = "what keeps tests from loading"
"""Stands for a test."""


class Trial:
    """Tries mutants in a copy of its own."""

    def __init__(self, folder, found):
        self._copy = Copy(folder)
        self._map = found

    def kill(self, mutant, users, unsound=()):
        """Return (the test that fails with the mutant, twice, or None, how many tests were tried, seconds).

        Whether the test passes without the mutant is for `unsound` to tell; only where it took too long it is looked at
        here, and counts if it takes more than ten times as long with the mutant as it then did without.
        """
        tests = [test for test in self._map.tests(mutant, users) if test not in unsound]
        begin = time.monotonic()
        tried = 0
        for some in (tests[:_FIRST], tests[_FIRST:]):
            left = some
            while left:
                killer, passed, is_late = self._killer(mutant, left)
                tried += passed
                if killer is not None and (not is_late or self._is_sure(mutant, killer, left)):
                    return killer, tried, time.monotonic() - begin
                left = left[passed:]
        return None, tried, time.monotonic() - begin

    def unsound(self, killers):
        """Return those of the tests that fail without any mutant: at times, or beside others."""
        tests = sorted(set(killers) - {None, NOT_LOADED})
        longest = 15 + 5 * max((self._map.seconds[test] for test in tests), default=0)
        total = sum(self._map.seconds[test] for test in tests)
        _, ends = self._copy.pytest(_files(tests), 120 + 5 * total, chosen=tests, each=longest) if tests else (0, [])
        failed = {test for test, outcome, _, _ in ends if outcome not in {"passed", "skipped"}}
        return {test for test in tests if test in failed or not any(test == end[0] for end in ends)}

    def _killer(self, mutant, tests):
        """Return the test that fails with the mutant, or None, how many have ended by then, and whether time was up."""
        longest = 15 + 5 * max(self._map.seconds[test] for test in tests)
        total = sum(self._map.seconds[test] for test in tests)
        status, ends = self._run_with(mutant, ["-x", "--reruns", "1"], tests, 120 + 5 * total, longest)
        if status == 0:
            return None, len(tests), False
        failed = next((test for test, outcome, _, _ in ends if outcome == "failed"), None)
        is_late = status is None or any(test == failed and spent >= longest for test, _, _, spent in ends)
        ended = {test for test, _, phase, _ in ends if phase == "teardown"}
        if failed is None and ends:
            # It ended the tests themselves, or they did not end.
            failed, is_late = next((test for test in tests if test not in ended), None), True
        if failed is None:
            return NOT_LOADED, len(tests), True
        return failed, tests.index(failed) + 1, is_late

    def _is_sure(self, mutant, killer, tests):
        """Tell whether a test passes without the mutant and fails with it again, given ten times as long as it took without."""
        one = tests[:1] if killer == NOT_LOADED else [killer]
        longest = 15 + 5 * self._map.seconds[one[0]]
        status, ends = self._copy.pytest(_files(one), 120 + longest, chosen=one, each=longest)
        if status != 0:
            return False
        if killer == NOT_LOADED:
            return self._run_with(mutant, ["-x"], tests, 120, longest)[0] not in {0, 5}
        longest = 15 + 10 * sum(spent for _, _, _, spent in ends)
        return self._run_with(mutant, ["-x"], one, 120 + longest, longest)[0] != 0

    def _run_with(self, mutant, options, tests, seconds, each):
        source = (self._copy.root / mutant.path).read_bytes()
        self._copy.change(mutant.path, mutant.apply(source))
        try:
            return self._copy.pytest([*options, *_files(tests)], seconds, chosen=tests, each=each)
        finally:
            self._copy.change(mutant.path, source)


def _files(tests):
    return sorted({test.partition("::")[0] for test in tests})
