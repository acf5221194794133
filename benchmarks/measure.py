"""Measuring whole processes: user and system time, wall time, peak memory; in pairs."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

ENVIRONMENT = {"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent"}
_KEPT_OUTPUT = 200_000


class CommandFailedError(Exception):
    """A measured command ended with an exit code that means it did not do its work."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: ``accepts`` are the exit codes of a run that did its work.

    ``shows`` is a pattern its output must match: a check that crashes ends like one that warns.
    ``prepare`` is called before each run and is not measured.
    """

    name: str
    argv: tuple[str, ...]
    stdin: Path | None = None
    accepts: tuple[int, ...] = (0,)
    shows: str = ""
    prepare: Callable[[], None] | None = None
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usage:
    """One run: seconds of processor and wall time, peak memory in bytes, what it printed."""

    user: float
    system: float
    wall: float
    memory: int
    output: str

    @property
    def cpu(self) -> float:
        """User plus system time."""
        return self.user + self.system


@dataclass(frozen=True, slots=True)
class Spread:
    """Median with the least and greatest of several values."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Summarise one or more values."""
        return cls(statistics.median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Runs:
    """All runs of one command."""

    command: Command
    usages: tuple[Usage, ...]

    @property
    def cpu(self) -> Spread:
        """User plus system seconds."""
        return Spread.of([usage.cpu for usage in self.usages])

    @property
    def wall(self) -> Spread:
        """Wall seconds."""
        return Spread.of([usage.wall for usage in self.usages])

    @property
    def memory(self) -> int:
        """Greatest peak memory of any run, in bytes."""
        return max(usage.memory for usage in self.usages)


class Launcher:
    """Runs commands in a small process of its own; use as a context manager.

    A run is killed after ``patience`` seconds of wall time.
    ``floor`` is the memory in bytes below which a peak can't be told: that of the launcher.
    """

    def __init__(self, patience: int = 120) -> None:
        self._patience = patience
        script = Path(__file__).with_name("launcher.py")
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._files = tempfile.TemporaryDirectory(prefix="measured-")
        self.floor = self.run(Command("true", ("true",))).memory

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()
        self._files.cleanup()

    def run(self, command: Command) -> Usage:
        """Run once; CommandFailedError when its exit code is none of those it accepts."""
        if command.prepare is not None:
            command.prepare()
        folder = Path(self._files.name)
        request = {
            "argv": command.argv,
            "files": {
                "stdin": str(command.stdin or os.devnull),
                "stdout": str(folder / "stdout"),
                "stderr": str(folder / "stderr"),
            },
            "environment": {**ENVIRONMENT, **command.environment},
            "patience": self._patience,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        output = _beginning(folder / "stdout")
        wrong = ""
        if answer["wall"] >= self._patience:
            raise CommandFailedError(f"{command.name}: stopped after {self._patience} s")
        if answer["exit"] not in command.accepts:
            wrong = f"exit code {answer['exit']}"
        elif not re.search(command.shows, output):
            wrong = "no answer"
        if wrong:
            said = (_beginning(folder / "stderr") or output).strip().splitlines()
            raise CommandFailedError(f"{command.name}: {wrong}: {said[-1] if said else 'it said nothing'}")
        return Usage(answer["user"], answer["system"], answer["wall"], answer["memory"], output)


def _beginning(path: Path) -> str:
    with path.open("rb") as stream:
        return stream.read(_KEPT_OUTPUT).decode("utf-8", "replace")


def in_turn(launcher: Launcher, first: Command, second: Command, rounds: int) -> tuple[Runs, Runs]:
    """Run two commands A B A B …, so that a machine that slows down slows both."""
    pairs = [(launcher.run(first), launcher.run(second)) for _ in range(rounds)]
    return Runs(first, tuple(a for a, _ in pairs)), Runs(second, tuple(b for _, b in pairs))


def alone(launcher: Launcher, command: Command, rounds: int) -> Runs:
    """Run one command several times."""
    return Runs(command, tuple(launcher.run(command) for _ in range(rounds)))


def ratios(first: Runs, second: Runs) -> Spread:
    """Processor time of the first by that of the second, pair by pair."""
    return Spread.of([a.cpu / max(b.cpu, 1e-4) for a, b in zip(first.usages, second.usages, strict=True)])


def differences(first: Runs, second: Runs) -> Spread:
    """Processor seconds the first took more than the second, pair by pair."""
    return Spread.of([a.cpu - b.cpu for a, b in zip(first.usages, second.usages, strict=True)])
