"""The results as a table for people and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.bench import Row
    from benchmarks.measure import Runs, Spread

_HEAD = (
    "case",
    "of what",
    "command",
    "cpu",
    "wall",
    "memory",
    "peer",
    "its cpu",
    "its memory",
    "ratio",
    "aim",
)


def text(rows: Sequence[Row], floor: int) -> str:
    """Lay the rows out as a table that is also Markdown; notes and estimates follow it.

    ``floor`` is the memory in bytes below which a peak can't be told.
    """
    cells = [_HEAD, *(tuple(cell.replace("|", "\\|") for cell in _cells(row, floor)) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEAD))]
    lines = [_line(row, widths) for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    lines.append("")
    for row in rows:
        if row.estimate is not None:
            name, ratio = row.estimate
            lines.append(f"{row.case}: estimated against {name} (by its published ratio to mawk): {ratio:.2f}")
    lines += list(dict.fromkeys(f"{row.case}: {row.note}" for row in rows if row.note))
    return "\n".join(lines).rstrip() + "\n"


def as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return every row with every run: seconds and bytes."""
    return [
        {
            "case": row.case,
            "of": row.subject,
            "command": row.command,
            "runs": _runs(row.runs),
            "peer": row.peer or None,
            "peer_runs": _runs(row.peer_runs),
            "ratio": _spread(row.ratio),
            "difference": _spread(row.difference),
            "target": row.target,
            "estimate": None
            if row.estimate is None
            else {"against": row.estimate[0], "ratio": row.estimate[1], "by": "published ratio to mawk"},
            "note": row.note or None,
        }
        for row in rows
    ]


def _cells(row: Row, floor: int) -> tuple[str, ...]:
    ratio = aim = ""
    if row.difference is not None:
        ratio = f"{row.difference.median * 1000:+.1f} ms"
        aim = f"<= {row.target * 1000:.0f} ms" if row.target is not None else ""
    elif row.ratio is not None:
        ratio = f"{row.ratio.median:.2f} ({row.ratio.least:.2f}-{row.ratio.greatest:.2f})"
    if row.difference is None and row.target is not None:
        aim = f"<= {row.target}"
    ours, peer = row.runs, row.peer_runs
    return (
        row.case,
        row.subject,
        row.command,
        _seconds(ours.cpu.median) if ours else "-",
        _seconds(ours.wall.median) if ours else "-",
        _memory(ours.memory, floor) if ours else "-",
        row.peer,
        _seconds(peer.cpu.median) if peer else "-" if row.peer else "",
        _memory(peer.memory, floor) if peer else "-" if row.peer else "",
        ratio,
        aim,
    )


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"


def _memory(value: int, floor: int) -> str:
    return f"{value / 1e6:.1f} MB" if value > floor * 1.1 else f"< {floor * 1.1 / 1e6:.0f} MB"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"


def _runs(runs: Runs | None) -> list[dict[str, float]] | None:
    if runs is None:
        return None
    return [
        {"user": usage.user, "system": usage.system, "wall": usage.wall, "memory": usage.memory}
        for usage in runs.usages
    ]


def _spread(spread: Spread | None) -> dict[str, float] | None:
    if spread is None:
        return None
    return {"median": spread.median, "least": spread.least, "greatest": spread.greatest}
