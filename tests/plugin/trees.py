"""RRD trees written by `sqmail_rrd.update`, without a daemon."""

from plugin.held import Held
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
    """Return all that is in the RRD files below a directory, by path."""
    return {str(path.relative_to(tree)): Held(path.read_bytes()) for path in sorted(tree.rglob("*.rrd"))}
