"""Drawing the page of graphs, and importing history from archives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench, Row

_NAME = "sqmail-rrd"
_ARCHIVES = 20


def page(bench: Bench) -> Iterator[Row]:
    """Measure drawing the whole page from the RRDs of one log."""
    return iter(())


def history(bench: Bench) -> Iterator[Row]:
    """Measure importing archives into fresh RRDs."""
    return iter(())
