"""A query: rrdtool is asked for numbers, one call for many, without a picture."""

from collections.abc import Iterable

from rrd_files.librrd import asked
from rrd_files.rows import Rows


def variable(name: str, path: str, function: str) -> str:
    """Return the DEF argument that reads a file of collectd's into a variable of rrdtool's."""
    return f"DEF:{name}={path.replace(':', chr(92) + ':')}:value:{function}"


def query(rows: Rows, definitions: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """Return what PRINT says of each thing wanted, such as `v1:%lg`, over some rows.

    Raises RrdError with rrdtool's text if a file cannot be read.
    """
    printed = [f"PRINT:{name}" for name in wanted]
    info = asked(
        "graphv",
        "-",
        # rrdtool adds the row that begins at the end.
        *("--start", str(rows.start), "--end", str(rows.end - 1), "--step", str(rows.step)),
        # With fewer pixels than rows it would average over several of them.
        *("--width", str(max(10, (rows.end - rows.start) // rows.step + 1))),
        *definitions,
        *printed,
        doing="reading",
    )
    return [info[f"print[{index}]"] for index in range(len(printed))]
