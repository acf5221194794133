"""Asking rrdtool for numbers: one call for many, without a picture."""

from collections.abc import Iterable

from rrd_files.binding import RrdError, load
from rrd_files.librrd import patiently
from sqmail_rrd.graphs.spans import Piece

__all__ = ["ask", "definition"]


def definition(name: str, path: str, function: str) -> str:
    """Return the DEF argument that reads a file of collectd's."""
    return f"DEF:{name}={path.replace(':', chr(92) + ':')}:value:{function}"


def ask(piece: Piece, definitions: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """Return what PRINT says of each thing wanted, such as `v1:%lg`, over a piece of time.

    Raises RrdError with rrdtool's text if a file cannot be read.
    """
    rrdtool = load()
    printed = [f"PRINT:{name}" for name in wanted]
    try:
        info = patiently(
            rrdtool.graphv,
            "-",
            # rrdtool adds the row that begins at the end.
            *("--start", str(piece.start), "--end", str(piece.end - 1), "--step", str(piece.step)),
            # With fewer pixels than rows it would average over several of them.
            *("--width", str(max(10, (piece.end - piece.start) // piece.step + 1))),
            *definitions,
            *printed,
        )
    except (rrdtool.OperationalError, rrdtool.ProgrammingError) as error:
        raise RrdError(f"reading: {error}") from None
    return [info[f"print[{index}]"] for index in range(len(printed))]
