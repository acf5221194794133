"""A server's folders for the tests of faults: two logs, what was read of them before, and what is true of them.

    world/send world/smtpd   log directories; world/state, world/rrd, world/archive, world/out what commands write

The lines come in three parts of known minutes.  When the first part is written the world is at `BEFORE`, its last
lines in `current`.  Then `current` gets more lines and becomes an archive, a packed archive follows, and a new
`current`: that is the world at `NOW`, in which commands meet their faults.  The third part comes `LATER`.
"""

import gzip
import os
import shutil
from collections import Counter
from pathlib import Path

from support import stamp, write_log

BEFORE = 1795332000
"""2026-11-22 07:20:00 UTC"""
NOW = BEFORE + 300
LATER = NOW + 300
SENT_BEFORE, SENT_NOW, SENT_LATER = range(1, 61), range(61, 121), range(121, 141)
RESULTS = ("success: ok/", "failure: Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/", "deferral: greylisted/")
RECORD = "qmail-smtpd: pid {} {} P:ESMTP S:192.0.2.{}:unknown H:x F:a@test.example T:b@test.example"


def send(number):
    """Return the lines of a message: each third stays in the queue."""
    result = RESULTS[number % 3]
    return [
        f"new msg {number}",
        f"info msg {number}: bytes 1024 from <a@test.example> qp {number} uid 7",
        f"starting delivery {number}: msg {number} to remote b@host{number % 7}.example",
        f"status: local 0/10 remote {number % 20}/20",
        f"delivery {number}: {result}",
        *([] if number % 3 == 2 else [f"end msg {number}"]),
    ]


def smtpd(number):
    """Return the lines of a session that is accepted once and rejected once."""
    reject = ("Reject::AUTH::plain", "Reject::RCPT::Failed_Rcptto")[number % 2]
    return [
        f"tcpserver: status: {number % 12}/12",
        f"tcpserver: ok {number} mail.test.example:192.0.2.1:25 :192.0.2.24::50037",
        RECORD.format(number, "Accept::RCPT::Recipients_Cdb", number % 250),
        RECORD.format(number, reject, number % 250),
        f"tcpserver: end {number} status 0",
    ]


LOGS = {"send": send, "smtpd": smtpd}


def lines(log, numbers, first, last):
    """Return (time, text) of some messages or sessions, spread over the seconds from `first` to `last`."""
    texts = [text for number in numbers for text in LOGS[log](number)]
    return [(first + (last - first) * index / len(texts), text) for index, text in enumerate(texts)]


class World:
    """The folders below `folder`/world, which can be put back as they were after each command."""

    def __init__(self, folder):
        self.folder = Path(os.path.realpath(folder))
        self.root = self.folder / "world"
        self.kept = self.folder / "kept"
        self.state, self.rrd, self.archive, self.out = (self.root / name for name in ("state", "rrd", "archive", "out"))
        self.root.mkdir()
        self.sizes = {}
        for log in LOGS:
            self._write_before(log)

    def _write_before(self, log):
        """Write what is there at `BEFORE`: a finished file, and half of the next in `current`."""
        first = lines(log, SENT_BEFORE, BEFORE - 1500, BEFORE - 10)
        half = len(first) // 2
        write_log(self.root / log, first[:half], name=f"{stamp(first[half - 1][0] + 0.001).decode()}.s")
        write_log(self.root / log, first[half:])

    def go_on(self):
        """Write what has come by `NOW`, and keep the world as it is then."""
        for log in LOGS:
            directory = self.root / log
            new = lines(log, SENT_NOW, BEFORE + 10, NOW - 10)
            third = len(new) // 3
            write_log(directory, new[:third], mode="ab")
            (directory / "current").rename(directory / f"{stamp(new[third - 1][0] + 0.001).decode()}.s")
            packed = f"{stamp(new[2 * third - 1][0] + 0.001).decode()}.s"
            write_log(directory, new[third : 2 * third], name=packed)
            (directory / packed).write_bytes(gzip.compress((directory / packed).read_bytes(), mtime=0))
            write_log(directory, new[2 * third :])
        self.keep_again()

    def keep_again(self):
        """Keep the world as it is, to be restored so."""
        shutil.rmtree(self.kept, ignore_errors=True)
        for path in self.root.iterdir():
            # Logs keep their inodes, which readers know them by.
            shutil.copytree(path, self.kept / path.name, copy_function=os.link if path.name in LOGS else shutil.copy2)
        self.sizes = {path: path.stat().st_size for log in LOGS for path in (self.root / log).iterdir()}

    def restore(self):
        """Put everything back as it was at `NOW`."""
        for path in self.root.iterdir():
            if path.name not in LOGS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in self.kept.iterdir():
            if path.name not in LOGS:
                shutil.copytree(path, self.root / path.name)
        self.out.mkdir(exist_ok=True)
        for path, size in self.sizes.items():
            if not path.exists():
                os.link(self.kept / path.relative_to(self.root), path)
            if path.stat().st_size != size:
                os.truncate(path, size)

    def grow(self):
        """Write what comes `LATER`."""
        for log in LOGS:
            write_log(self.root / log, lines(log, SENT_LATER, NOW + 10, LATER - 10), mode="ab")

    def files(self, log):
        """Return the content of a log's finished files by name, unpacked, as they are to be in an archive."""
        found = {}
        for path in sorted((self.kept / log).glob("@*")):
            data = path.read_bytes()
            found[path.name] = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        return found


def texts(log, *parts):
    """Return the texts of all lines of some parts."""
    return [text for part in parts for number in part for text in LOGS[log](number)]


def figures(log, *parts):
    """Count what is in some parts of a log by the beginnings of its lines: the truth that commands are held to."""
    found = texts(log, *parts)

    def beginning(*words):
        return sum(text.startswith(words) for text in found)

    if log == "send":
        kinds = Counter(text.split(" ")[2].rstrip(":") for text in found if text.startswith("delivery "))
        return {
            "lines": len(found),
            "messages": beginning("new msg") - beginning("end msg"),
            "queued": beginning("new msg"),
            **{kind: kinds[kind] for kind in ("success", "failure", "deferral")},
        }
    records = Counter(text.split(" ")[3].rsplit("::", 1)[0] for text in found if text.startswith("qmail-smtpd: "))
    return {
        "lines": len(found),
        "accept": records["Accept::RCPT"],
        "reject": records["Reject::AUTH"] + records["Reject::RCPT"],
        "logins": records["Reject::AUTH"],
    }

