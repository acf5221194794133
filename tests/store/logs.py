"""All logs that the tests have: real ones, samples of each shape, logs from the field, incidents, generated ones."""

import gzip
import subprocess

from benchmarks.logs.directory import LogDirectory
from benchmarks.logs.plan import SendPlan
from benchmarks.logs.send import SendLog
from benchmarks.logs.smtpd import SmtpdLog, SmtpdPlan
from grammar.test_shapes import BLOCKS
from support import ROOT, SAMPLES

REAL = sorted(path for path in SAMPLES.iterdir() if path.is_dir())
_FIELD = ROOT / "tests" / "data" / "field"
FIELD = sorted(path.relative_to(_FIELD) for path in _FIELD.rglob("current.gz"))
_INCIDENTS = ROOT / "tests" / "drills" / "data"
INCIDENTS = sorted(path.name for path in _INCIDENTS.glob("*.tar.xz"))
KINDS = sorted({block.id.partition(":")[0] for block in BLOCKS})
_END = 1_795_334_400


def shapes(folder, kinds=KINDS):
    """Write a log that holds the samples of each shape of some kinds; return it."""
    lines = [line for kind in kinds for block in BLOCKS if block.id.startswith(kind) for line in block.values[0]]
    folder.mkdir(parents=True)
    (folder / "current").write_bytes(b"".join(lines))
    return folder


def field(folder, name):
    """Unpack a log from the field; return it."""
    folder.mkdir(parents=True)
    (folder / "current").write_bytes(gzip.decompress((_FIELD / name).read_bytes()))
    return folder


def incident(folder, name):
    """Unpack the logs of an incident; return them."""
    folder.mkdir(parents=True)
    subprocess.run(["tar", "-C", folder, "-xf", _INCIDENTS / name], check=True)
    return sorted(path.parent for path in folder.rglob("current"))


def generated(folder, size=1_000_000, archives=4):
    """Generate a log of qmail-send and one of sessions; return them."""
    made = []
    for name, log, plan in (
        ("send", SendLog, SendPlan(size, 5, _END, archives=archives)),
        ("smtpd", SmtpdLog, SmtpdPlan(size, 5, _END, archives=archives)),
    ):
        place = LogDirectory(folder / name, size, archives)
        log(plan, place).write()
        place.close()
        made.append(place.path)
    return made
