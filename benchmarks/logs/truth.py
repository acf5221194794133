"""What a generated log really holds, counted while it is written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from benchmarks.logs.directory import NANO, LogDirectory

if TYPE_CHECKING:
    from pathlib import Path

MINUTE = 60 * NANO
JsonValue = str | int | float | None | Sequence["JsonValue"] | dict[str, "JsonValue"]


class MinuteTable:
    """Counts per minute of log time: sums, and greatest values for columns named ``max_…``.

    ``row`` is the running minute's list, one number a column in the order of ``columns``;
    writers add to it in place and call :meth:`advance` when the time has reached ``end``.
    """

    def __init__(self, columns: Sequence[str], first: int) -> None:
        self.columns = tuple(columns)
        self.row = [0] * len(self.columns)
        self.end = first - first % MINUTE + MINUTE
        self._rows: list[list[int]] = []

    def advance(self, now: int) -> list[int]:
        """Close the minutes before ``now`` (nanoseconds) and return the new running row."""
        while now >= self.end:
            self._rows.append([(self.end - MINUTE) // NANO, *self.row])
            self.row = [0] * len(self.columns)
            self.end += MINUTE
        return self.row

    def rows(self) -> list[list[int]]:
        """Every minute from first to last: its start in Unix seconds, then the columns."""
        return [*self._rows, [(self.end - MINUTE) // NANO, *self.row]]

    def totals(self) -> dict[str, int]:
        """Each column over the whole log."""
        combine = [max if name.startswith("max_") else sum for name in self.columns]
        by_column = zip(*(row[1:] for row in self.rows()), strict=True)
        return {name: how(values) for name, how, values in zip(self.columns, combine, by_column, strict=True)}


def write_truth(out: Path, log: LogDirectory, facts: dict[str, JsonValue]) -> Path:
    """Write ``truth.json`` beside the log directory and return its path."""
    files: list[JsonValue] = [{"name": file.name, "bytes": file.size, "lines": file.lines} for file in log.files]
    summary: dict[str, JsonValue] = {
        "log": log.path.name,
        "bytes": log.total,
        "lines": sum(file.lines for file in log.files),
        "files": files,
        **facts,
    }
    path = out / "truth.json"
    with path.open("w") as stream:
        stream.write("{\n")
        parts = (f" {json.dumps(key)}: {json.dumps(value)}" for key, value in summary.items())
        stream.write(",\n".join(parts))
        stream.write("\n}\n")
    return path


def write_queue(out: Path, births: Iterable[tuple[int, int | None]]) -> Path:
    """Write ``queue.tsv``: what is left in the queue, message id and birth in nanoseconds.

    A birth of ``-`` means that the message was queued before the log begins.
    """
    path = out / "queue.tsv"
    with path.open("w") as stream:
        stream.write("message\tbirth_ns\n")
        for message, birth in births:
            stream.write(f"{message}\t{'-' if birth is None else birth}\n")
    return path
