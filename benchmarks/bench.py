"""What every case needs: the launcher, the logs, our commands, and one row per comparison."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.measure import (
    Command,
    CommandFailedError,
    Launcher,
    Runs,
    Spread,
    alone,
    differences,
    in_turn,
    ratios,
)
from benchmarks.peers import Program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.datasets import Dataset, Datasets
    from benchmarks.peers import Tools

_CHECK_EXITS = (0, 1, 2)
_CHECK_SHOWS = r"^[A-Z_]+ (OK|WARNING|CRITICAL) - .* \| "
# All checks in one service have no performance data.
_ALL_SHOWS = r"^QMAIL (OK|WARNING|CRITICAL) - "
_PERFDATA = re.compile(r"(\w+)=(\d+)[;\s]")
_ANSWERED = {
    "check_qmail_queue": {"messages": "queue"},
    "check_qmail_delivery": {"success": "success", "failure": "failure", "deferral": "deferral"},
    "check_qmail_smtpd": {"accept": "accept", "reject": "reject", "deferred": "deferred"},
}
_PATIENCE = "3600"


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. ``ratio`` is processor time against the peer's, pair by pair.

    ``difference`` is in processor seconds, for comparisons where more matters than how many
    times as much. ``target`` is the greatest ratio (or difference) aimed at.
    """

    case: str
    subject: str
    command: str
    runs: Runs | None = None
    peer: str = ""
    peer_runs: Runs | None = None
    ratio: Spread | None = None
    difference: Spread | None = None
    target: float | None = None
    estimate: tuple[str, float] | None = None
    note: str = ""


@dataclass(slots=True)
class Bench:
    """The settings of one measuring session. Sizes are in bytes."""

    launcher: Launcher
    datasets: Datasets
    tools: Tools
    commands: Path
    work: Path
    size: int
    live_size: int
    largest: int
    most_open: int
    rounds: int
    idle_rounds: int
    own: tuple[Path, ...] = ()

    def scratch(self, name: str) -> Path:
        """Return an empty directory of that name."""
        path = self.work / "scratch" / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def python(self) -> str:
        """Return the interpreter our commands run on: that of their directory, else this one."""
        beside = self.commands / "python"
        return str(beside) if beside.exists() else sys.executable

    def ours(self, name: str, *arguments: str) -> Program:
        """Return one of our commands with its arguments."""
        path = self.commands / name
        if not path.exists():
            return Program(name, None, f"not in {self.commands}")
        if not name.startswith("check_"):
            return Program(name, Command(name, (str(path), *arguments)))
        shows = _CHECK_SHOWS if name.startswith("check_qmail_") else _ALL_SHOWS
        command = Command(name, (str(path), *arguments), accepts=_CHECK_EXITS, shows=shows)
        return Program(name, command)

    def check(self, name: str, log: Path, state: Path, *, cold: bool = False) -> Program:
        """Return a check over ``log``; ``cold`` empties its state before each run."""
        program = self.ours(name, "--log", str(log), "--state-dir", str(state), "-t", _PATIENCE)
        if not cold:
            return program

        def forget() -> None:
            shutil.rmtree(state, ignore_errors=True)
            state.mkdir()

        return prepared(program, forget)

    def say(self, text: str) -> None:
        """Tell on standard error how far it has come."""
        print(text, file=sys.stderr, flush=True)

    def warm(self, program: Program) -> None:
        """Run once unmeasured, so that the state is there; failures show when it is measured."""
        if program.command is not None:
            try:
                self.launcher.run(program.command)
            except CommandFailedError as error:
                self.say(str(error))

    def measured(self, case: str, subject: str, ours: Program, *, rounds: int = 0) -> Row:
        """Run one of our commands by itself."""
        row = Row(case, subject, ours.name)
        if ours.command is None:
            return replace(row, note=_absence(ours))
        self.say(f"{case}: {ours.name}, {subject}")
        try:
            return replace(row, runs=alone(self.launcher, ours.command, rounds or self.rounds))
        except CommandFailedError as error:
            return replace(row, note=f"failed: {error}")

    def verified(self, case: str, subject: str, dataset: Dataset, name: str) -> Row:
        """Run a check over as long a window as it allows and hold its answer against the truth.

        The log must not be older than that window, a week.
        """
        state = self.scratch("verified")
        program = self.ours(name, "--log", str(dataset.log), "--state-dir", str(state), "-t", _PATIENCE,
                            "--window", "7d")  # fmt: skip
        row = self.measured(case, f"{subject}, a week's window", program, rounds=1)
        if row.runs is None:
            return row
        program = replace(program, answers=lambda output: _answers(name, output))
        wrong = program.disagreement(row.runs.usages[0].output, dataset)
        note = f"{name} answers {wrong}" if wrong else f"{name} answers as the truth has it"
        return replace(row, peer="the truth", note=note)

    def compared(
        self,
        case: str,
        subject: str,
        dataset: Dataset,
        ours: Program,
        peer: Program,
        *,
        target: float | None = None,
        as_difference: bool = False,
        rounds: int = 0,
    ) -> Row:
        """Run one of our commands and a peer in turn; what is missing is told, not left out."""
        row = Row(case, subject, ours.name, peer=peer.name, target=target)
        times = rounds or self.rounds
        if peer.command is None:
            return replace(row, note=_absence(peer))
        self.say(f"{case}: {ours.name} and {peer.name}, {subject}")
        try:
            if ours.command is None:
                return replace(row, peer_runs=alone(self.launcher, peer.command, times), note=_absence(ours))
            runs, others = in_turn(self.launcher, ours.command, peer.command, times)
        except CommandFailedError as error:
            return replace(row, note=f"failed: {error}")
        wrong = peer.disagreement(others.usages[-1].output, dataset)
        return replace(
            row,
            runs=runs,
            peer_runs=others,
            ratio=ratios(runs, others),
            difference=differences(runs, others) if as_difference else None,
            note=f"{peer.name} counts {wrong}" if wrong else "",
        )


def prepared(program: Program, prepare: Callable[[], None]) -> Program:
    """Return the program with something to be done, unmeasured, before each run."""
    if program.command is None:
        return program
    return replace(program, command=replace(program.command, prepare=prepare))


def _answers(name: str, output: str) -> dict[str, int]:
    found = dict(_PERFDATA.findall(output.partition(" | ")[2]))
    return {truth: int(found[label]) for label, truth in _ANSWERED[name].items()}


def _absence(program: Program) -> str:
    return f"{program.name} is not installed: {program.missing}"
