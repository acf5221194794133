"""The log of qmail-send and qmail-todo.

The loop over lines is written for speed: eight bytes name the line, slices
take it apart, and only rare lines reach a function.  Per 100 MB of log it
costs about a second; a regular expression per line costs twice that, and a
function call per line as well.
"""

from __future__ import annotations

from contextlib import suppress

from sqmail_log import causes, sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.queue import Queue
    from sqmail_log.sums import Sums

_CHANNELS = {ord("l"): "local", ord("r"): "remote", 0: "unknown"}
_RESULTS = {ord("s"): "success", ord("f"): "failure", ord("d"): "deferral", ord("r"): "deferral"}
_WORDS = {b"success:", b"failure:", b"deferral", b"report m"}
_SUCCESS = ord("s")
_EXITING = ord("e")
_REMOTE = ord("r")
_LOCAL = ord("l")
_FAILURE = ord("f")
_MANGLED = ord("r")
_NOBODY = (b"", 0, b"")
_LOW = 0xFFFFFFFF
_HOST_LENGTH = 64

# Lines that carry no figure of ours but belong to the program.
_KNOWN_REST = (
    b"running",
    b"local deliveries will be put on hold",
    b"remote deliveries will be put on hold",
    b"number of deliveries left before exiting",
)
_DIGITS_TO_N = bytes.maketrans(b"0123456789", b"N" * 10)


class SendLog:
    """Adds up the lines of qmail-send, following messages and deliveries from start to end.

    `deliveries` maps a delivery number to (message number, first byte of the
    channel, the line that started it).  Deliveries that never report are forgotten when the daemon
    stops, when it says that none is running, or when their number is used again.
    """

    def __init__(self, queue: Queue, deliveries: dict[bytes, tuple[bytes, int, bytes]]) -> None:
        self.queue = queue
        self.deliveries = deliveries

    def feed(self, lines: list[bytes], minute: Sums) -> list[bytes]:
        """Add lines of one minute to its sums; return those that are not qmail-send's."""
        since, older = self.queue.since, self.queue.older
        deliveries = self.deliveries
        statuses: set[bytes] = set()
        status = b""
        messages = ended = size = local_starts = remote_starts = tls = 0
        results: dict[tuple[int, int], int] = {}
        delays: list[int] = []
        strangers: list[bytes] = []
        for line in lines:
            word = line[26:34]
            try:
                if word == b"status: ":
                    if line[34] == _EXITING:
                        deliveries.clear()
                        minute.add("restarts", 1)
                    else:
                        status = line[34:]
                        statuses.add(status)
                elif word == b"starting":
                    colon = line.index(b":", 44)
                    blank = line.index(b" ", colon + 6)
                    message = line[colon + 6 : blank]
                    channel = line[blank + 4]
                    if message not in since:
                        if not message.isdigit():
                            raise ValueError
                        since[message] = int(line[9:25], 16)
                        older.add(message)
                    deliveries[line[44:colon]] = message, channel, line
                    if channel == _REMOTE:
                        remote_starts += 1
                    else:
                        local_starts += 1
                elif word == b"delivery":
                    colon = line.index(b":", 35)
                    if line[colon + 2 : colon + 10] not in _WORDS:
                        raise ValueError
                    result = line[colon + 2]
                    message, channel, start = deliveries.pop(line[35:colon], _NOBODY)
                    key = result, channel
                    results[key] = results.get(key, 0) + 1
                    if result == _SUCCESS:
                        if message in since and message not in older:
                            begun = since[message]
                            done = int(line[9:25], 16)
                            delays.append(
                                ((done >> 32) - (begun >> 32)) * 1000 + ((done & _LOW) - (begun & _LOW)) // 1000000
                            )
                        if channel != _LOCAL:
                            text = line[colon + 11 :]
                            if b"_TLS_transmitted" in text:
                                tls += 1
                            elif text[:4] == b"qmtp":
                                minute.add("qmtps_out" if text[4:5] == b"s" else "qmtp_out", 1)
                    else:
                        self._explain(line[colon + 2 :], channel, start, minute)
                elif word == b"new msg ":
                    message = line[34:]
                    if not message.isdigit():
                        raise ValueError
                    since.pop(message, None)
                    since[message] = int(line[9:25], 16)
                    if older:
                        older.discard(message)
                    messages += 1
                elif word == b"info msg":
                    colon = line.index(b":", 35)
                    message = line[35:colon]
                    size += int(line[colon + 8 : line.index(b" ", colon + 8)])
                    if message not in since and not message.isdigit():
                        raise ValueError
                    since[message] = int(line[9:25], 16)
                    if older:
                        older.discard(message)
                elif word == b"end msg ":
                    if since.pop(line[34:], None) is None and not line[34:].isdigit():
                        raise ValueError
                    if older:
                        older.discard(line[34:])
                    ended += 1
                elif not self._rare(line[26:], minute):
                    strangers.append(line)
            except (ValueError, IndexError):
                strangers.append(line)
        minute.add("messages", messages)
        minute.add("ended", ended)
        minute.add("bytes", size)
        minute.add("starts_local", local_starts)
        minute.add("starts_remote", remote_starts)
        minute.add("tls_out", tls)
        for (result, channel), count in results.items():
            minute.add(f"{_RESULTS[result]}_{_CHANNELS.get(channel, 'unknown')}", count)
        for milliseconds in delays:
            minute.delay(max(milliseconds, 0))
        if statuses:
            self._concurrency(statuses, status, minute)
            # These lines may end between a start and its status line: only a status after every start tells.
            newest = next(line for line in reversed(lines) if line[26:34] in {b"status: ", b"starting"})
            if newest[34:42] == b"local 0/" and b" remote 0/" in newest:
                deliveries.clear()
        return strangers

    def close(self, minute: Sums, end: int) -> None:
        """Note the gauges of a minute that ends at `end` (Unix nanoseconds)."""
        minute.last("queue", len(self.queue))
        minute.last("oldest", self.queue.oldest_age(end))

    def _explain(self, report: bytes, channel: int, start: bytes, minute: Sums) -> None:
        """Count why a delivery failed or was put off, and for which recipient's host."""
        result = report[0]
        _, _, reason = report.partition(b": ")
        if result == _FAILURE and causes.EXPIRED in reason:
            minute.add("expired", 1)
        cause = causes.MANGLED if result == _MANGLED else causes.cause(reason)
        host = start.rpartition(b"@")[2][:_HOST_LENGTH].decode("ascii", "replace") if channel == _REMOTE else ""
        channel_name = _CHANNELS.get(channel, "unknown")
        minute.explain(sums.DELIVERY, f"{_RESULTS[result]}|{channel_name}|{cause}|{host.replace('|', '?')}")

    def _concurrency(self, statuses: set[bytes], last: bytes, minute: Sums) -> None:
        """Note the highest of `local 3/10 remote 5/20`, and the limits of the last."""
        for status in statuses:
            words = status.split(b" ")
            if len(words) < 4 or words[0] != b"local" or words[2] != b"remote":
                if status == b"qmail-send exiting":
                    self.deliveries.clear()
                    minute.add("restarts", 1)
                continue
            with suppress(ValueError):
                for name, value in (("local", words[1]), ("remote", words[3])):
                    used, _, limit = value.partition(b"/")
                    minute.peak(name, int(used))
                    if status == last:
                        minute.last(f"{name}_now", int(used))
                        minute.last(f"{name}_limit", int(limit.partition(b" ")[0]))

    def _rare(self, payload: bytes, minute: Sums) -> bool:
        """Count a line that is not in the loop; tell whether qmail-send can have written it."""
        if payload.startswith(b"bounce msg "):
            minute.add("bounces", 1)
        elif payload.startswith(b"double bounce: discarding "):
            minute.add("double_bounces", 1)
        elif payload.startswith(b"triple bounce: discarding "):
            minute.add("triple_bounces", 1)
        elif payload.startswith(b"warning: "):
            minute.add("warnings", 1)
            minute.explain(sums.WARNING, plain(payload[9:]))
        elif payload.startswith(b"alert: "):
            minute.add("alerts", 1)
            minute.explain(sums.ALERT, shown(payload[7:]))
        else:
            return payload.startswith(_KNOWN_REST)
        return True


def shown(text: bytes) -> str:
    """Return a text as a key of a table."""
    return text[:200].decode("ascii", "replace").replace("|", "?")


def plain(text: bytes) -> str:
    """Return the text with numbers as N, so that like texts count together."""
    short = text[:200].translate(_DIGITS_TO_N)
    while b"NN" in short:
        short = short.replace(b"NN", b"N")
    return shown(short)
