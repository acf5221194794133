"""Generated logs for the measurements, made once and kept in the work directory."""

from __future__ import annotations

import itertools
import json
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.generate import write_send, write_smtpd
from benchmarks.logs.plan import SendPlan
from benchmarks.logs.smtpd import SmtpdPlan

if TYPE_CHECKING:
    from pathlib import Path

_FRESH = 6 * 3600
_SEED = 1


@dataclass(frozen=True, slots=True)
class Dataset:
    """A generated log: its multilog directory, and the truth as ``truth.json`` has it."""

    log: Path
    truth: dict[str, Any]

    @property
    def current(self) -> Path:
        """The live file; the whole log when there are no archives."""
        return self.log / "current"

    @property
    def megabytes(self) -> float:
        """Size of the whole log in units of 1,000,000 bytes."""
        return float(self.truth["bytes"]) / 1e6

    def counts(self) -> dict[str, int]:
        """Return what any peer may be asked for, both channels summed too."""
        counts: dict[str, int] = {"lines": self.truth["lines"], **self.truth["counts"]}
        for result in ("success", "failure", "deferral"):
            if f"{result}_local" in counts:
                counts[result] = counts[f"{result}_local"] + counts[f"{result}_remote"]
        counts.update(self.truth.get("conditions", {}))
        if "queue" in self.truth:
            counts["queue"] = self.truth["queue"]["messages"]
        return counts


class Datasets:
    """Makes logs on demand; those of the same plan are made once and reused for six hours.

    They end about now, because what a check does depends on how old the lines are.
    """

    def __init__(self, work: Path) -> None:
        self._work = work / "logs"
        self._now = int(time.time())

    def send(
        self, size: int, *, archives: int = 0, open_messages: int = 50, reasons: int = 0, rate: float = 1.4
    ) -> Dataset:
        """Return a qmail-send log; sizes in bytes, rate in messages per second."""
        name = f"send-{size}-{archives}-{open_messages}-{reasons}-{rate}"
        plan = SendPlan(size, _SEED, self._now, rate, archives, open_messages, reasons)
        return self._kept(name) or self._read(write_send(plan, self._fresh(name)))

    def smtpd(self, size: int, *, archives: int = 0, server: str = "tcpserver", rate: float = 1.4) -> Dataset:
        """Return a session log; size in bytes, rate in sessions per second."""
        name = f"smtpd-{size}-{archives}-{server}-{rate}"
        plan = SmtpdPlan(size, _SEED, self._now, rate, archives, server)
        return self._kept(name) or self._read(write_smtpd(plan, self._fresh(name)))

    def growing(self, kind: str, size: int, step: int, steps: int) -> tuple[Dataset, list[bytes]]:
        """Return a log of ``size`` bytes, not reused, and what is to be appended to it, in steps.

        The truth of the dataset is that of the log with all steps appended.
        """
        whole = size + step * (steps + 1)
        full = self.send(whole) if kind == "send" else self.smtpd(whole)
        log = self._fresh(f"growing-{kind}") / "log"
        shutil.copytree(full.log, log)
        text = full.current.read_bytes()
        cuts = [text.rfind(b"\n", 0, size + step * n) + 1 for n in range(steps + 1)]
        (log / "current").write_bytes(text[: cuts[0]])
        parts = [text[start:end] for start, end in itertools.pairwise(cuts)]
        return Dataset(log, full.truth), parts

    def behind(self, open_messages: int, step: int, steps: int) -> tuple[Dataset, list[bytes]]:
        """Return a qmail-send log, not reused, that leaves so many messages open, and an ordinary one that follows.

        The second is given in steps to be appended; some hundreds of the open messages end in it. The
        truth of the dataset is that of the first alone.
        """
        more = SendPlan(step * (steps + 1), _SEED + 1, self._now)
        before = int(self._now - 2 * more.seconds)
        dataset = self._read(write_send(SendPlan(step, _SEED, before, 1.4, 0, open_messages), self._fresh("behind")))
        text = self._read(write_send(more, self._fresh("following"))).current.read_bytes()
        cuts = [text.rfind(b"\n", 0, step * n) + 1 for n in range(steps + 1)]
        return dataset, [text[start:end] for start, end in itertools.pairwise(cuts)]

    def remove(self, dataset: Dataset) -> None:
        """Delete a log that is not needed any more: the large ones fill disks."""
        shutil.rmtree(dataset.log.parent)

    def _kept(self, name: str) -> Dataset | None:
        truth = self._work / name / "truth.json"
        if not truth.exists():
            return None
        dataset = self._read(truth.parent / "log")
        return dataset if self._now - dataset.truth["last_ns"] / 1e9 < _FRESH else None

    def _fresh(self, name: str) -> Path:
        path = self._work / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    @staticmethod
    def _read(log: Path) -> Dataset:
        return Dataset(log, json.loads((log.parent / "truth.json").read_text()))
