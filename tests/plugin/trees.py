"""RRD trees written by `sqmail_rrd.update`, without a daemon."""

import subprocess
import tempfile
from pathlib import Path

from sqmail_rrd.update import Source, Target, Update

HOST = "mx1.example.org"


def bring_up_to_date(directory, now, history=86400, rrdcached=None, jobs=1, **logs):
    """Update the tree in `directory`/rrd at a minute's beginning; return the number of values."""
    complaints = []
    outcome = Update(
        [Source(name, str(log)) for name, log in logs.items()],
        Target(str(directory / "rrd"), str(directory / "state"), HOST, rrdcached),
        log=complaints.append,
        history=history,
        clock=lambda: (now * 60 + 10) * 10**9,
        jobs=jobs,
    ).run()
    assert not complaints, complaints[:3]
    assert outcome.complete
    return outcome.values


def dumps(tree):
    """Return all that is in the RRD files below a directory, as text by path."""
    paths = sorted(tree.rglob("*.rrd"))
    with tempfile.TemporaryDirectory() as out:
        commands = "".join(f"dump {path} {out}/{index}\n" for index, path in enumerate(paths))
        subprocess.run(["rrdtool", "-"], input=commands, capture_output=True, text=True, check=True)
        return {str(path.relative_to(tree)): Path(f"{out}/{index}").read_text() for index, path in enumerate(paths)}
