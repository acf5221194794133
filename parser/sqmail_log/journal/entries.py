"""The entries of a unit as journalctl tells them, one at a time."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import time

from sqmail_log.errors import LogError
from sqmail_log.files.cursor import JOURNAL
from sqmail_log.units import Nanoseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MATCH = re.compile(r"[A-Z_][A-Z0-9_]{0,63}=[^\x00-\x1f]{1,256}")
_UNIT = re.compile(r"[A-Za-z0-9:_.\\][A-Za-z0-9:_.\\@-]{0,254}")
_COMMAND = (
    "journalctl", "--output=json", "--all", "--no-pager",
    "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,SYSLOG_PID,_PID,_TRANSPORT",
)  # fmt: skip
_BLOCK = 1 << 16
# Longer than the journal's own limit for a message is nothing that a program of qmail's wrote.
_LONGEST = 1 << 24
PATIENCE = 10.0
"""Seconds after which a journalctl that tells nothing is given up."""
_TOLD = 2000
_NO_ACCESS = ("not seeing messages from other users", "insufficient permissions", "permission denied")


class Entry:
    """One entry: its `place` in the journal, when it came (Unix nanoseconds), what it says, and who says so.

    `tag` is the program's name where it came through syslog, '' where the unit
    wrote it.
    """

    __slots__ = ("message", "number", "place", "received", "tag")

    def __init__(self, place: str, received: Nanoseconds, message: bytes, tag: bytes, number: bytes) -> None:
        self.place = place
        self.received = received
        self.message = message
        self.tag = tag
        self.number = number


def match_of(log: str) -> str:
    """Return what journalctl looks for.  Raises LogError for a name that is neither unit nor FIELD=VALUE."""
    name = log[len(JOURNAL) :]
    if _MATCH.fullmatch(name):
        return name
    if not _UNIT.fullmatch(name):
        raise LogError(f"{log}: names no unit; give journal:qmail-send, or journal:SYSLOG_IDENTIFIER=qmail")
    kind = name.rpartition(".")[2]
    return f"_SYSTEMD_UNIT={name if kind in {'service', 'scope', 'slice'} else f'{name}.service'}"


def is_same(place: str, other: str) -> bool:
    """Tell whether two places are one entry's, which may lie in another file of the journal by now."""
    return _marks(place) == _marks(other)


def _marks(place: str) -> list[str]:
    # The sequence number and what it is counted in change where an entry is moved from /run to /var.
    return [part for part in place.split(";") if part[:2] not in {"s=", "i="}]


def entries(log: str, *arguments: str) -> Iterator[Entry]:
    """Yield the entries of a log, oldest first, as far as journalctl's `arguments` reach.

    Raises LogError where journalctl is missing, tells of trouble, or tells nothing
    for `PATIENCE`; what was yielded until then is whole.
    """
    command = [*_COMMAND, *arguments, match_of(log)]
    environment = {**os.environ, "LC_ALL": "C", "SYSTEMD_COLORS": "0"}
    try:
        process = subprocess.Popen(  # noqa: S603 - the match is no option, and there is no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
    except OSError as error:
        raise LogError(f"{log}: journalctl: {error.strerror}; a journal is read where systemd is") from error
    try:
        yield from _parsed(log, process)
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _parsed(log: str, process: subprocess.Popen[bytes]) -> Iterator[Entry]:
    said: list[bytes] = []
    rest: list[bytes] = []
    length = 0
    any_came = False
    for block in _blocks(log, process, said):
        whole, newline, tail = block.rpartition(b"\n")
        if newline:
            if length < _LONGEST:
                whole = b"".join([*rest, whole])
            for line in whole.split(b"\n"):
                if (entry := _entry(line)) is not None:
                    any_came = True
                    yield entry
            rest, length = [], 0
        length += len(tail)
        if length < _LONGEST:
            rest.append(tail)
    _refuse(log, b"".join(said).decode("utf-8", "replace"), any_came=any_came)
    try:
        status = process.wait(PATIENCE)
    except subprocess.TimeoutExpired as late:
        raise LogError(f"{log}: journalctl does not end") from late
    if status < 0:
        raise LogError(f"{log}: journalctl was killed by signal {-status} before it was done")


def _blocks(log: str, process: subprocess.Popen[bytes], said: list[bytes]) -> Iterator[bytes]:
    """Yield what journalctl writes; add what it complains of to `said`.  Raises LogError where it hangs."""
    streams = {stream.fileno(): stream for stream in (process.stdout, process.stderr) if stream is not None}
    output = process.stdout.fileno() if process.stdout is not None else -1
    while streams:
        begun = time.monotonic()
        ready: Sequence[int] = select.select(list(streams), [], [], PATIENCE)[0]
        if not ready:
            waited = time.monotonic() - begun
            raise LogError(f"{log}: journalctl tells nothing for {waited:.0f}s; what does journalctl itself say?")
        for descriptor in ready:
            block = os.read(descriptor, _BLOCK)
            if not block:
                del streams[descriptor]
            elif descriptor == output:
                yield block
            elif len(said) < _TOLD:
                said.append(block)


def _refuse(log: str, said: str, *, any_came: bool) -> None:
    """Raise LogError where journalctl complained and told nothing; its exit status is not to be had within collectd.

    What it says beside its entries is of files that it left out: where lines are missing for that, a gap is told.
    """
    if not said.strip():
        return
    if any(words in said.lower() for words in _NO_ACCESS):
        from sqmail_log import remedies  # noqa: PLC0415 - only where something is wrong

        user = remedies.user()
        raise LogError(
            f"{log}: {user} may not read the journal; usermod -aG systemd-journal {user} and start its service anew"
        )
    if not any_came:
        raise LogError(f"{log}: journalctl: {' '.join(said.split())[:200]}")


def _entry(line: bytes) -> Entry | None:
    """Return the entry of a line of journalctl's; None where it is none, as when a last one was cut."""
    try:
        found = json.loads(line)
        place = found["__CURSOR"]
        received = Nanoseconds(int(found["__REALTIME_TIMESTAMP"]) * 1000)
    except (ValueError, KeyError, TypeError):
        return None
    is_syslog = found.get("_TRANSPORT") == "syslog"
    tag = _content(found.get("SYSLOG_IDENTIFIER")) if is_syslog else b""
    number = _content(found.get("SYSLOG_PID") or found.get("_PID")) if is_syslog else b""
    return Entry(str(place), received, _content(found.get("MESSAGE")), tag, number)


def _content(value: object) -> bytes:
    """Return the bytes of a field: text, a list of numbers where it is no UTF-8, or a list of both kinds."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, list):
        if value and all(isinstance(number, int) and 0 <= number < 256 for number in value):
            return bytes(value)
        return b" ".join(map(_content, value[:_TOLD]))
    return b""
