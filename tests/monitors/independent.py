"""What a log says, counted without the parser: anchored words of each line, as grep and awk would."""

import re
from pathlib import Path

from support import SAMPLES

STAMP = 26


def payloads(log):
    """Return the lines of a sample log without their labels, in order."""
    directory = SAMPLES / log
    paths = [*sorted(directory.glob("@*")), directory / "current"]
    return [line[STAMP:] for path in paths for line in path.read_bytes().split(b"\n") if line]


def count(lines, pattern):
    """Return how many lines begin with a pattern."""
    beginning = re.compile(pattern)
    return sum(1 for line in lines if beginning.match(line))


def queue(lines):
    """Return how many messages are open after the last line, known or not when they were born."""
    found = set()
    for line in lines:
        words = line.split()
        if words[:2] in ([b"new", b"msg"], [b"info", b"msg"]):
            found.add(words[2].rstrip(b":"))
        elif words[:2] == [b"starting", b"delivery"]:
            found.add(words[4])
        elif words[:2] == [b"end", b"msg"]:
            found.discard(words[2])
    return len(found)


def highest(lines, pattern):
    """Return the greatest number that the pattern's group matches."""
    expression = re.compile(pattern)
    return max(int(found[1]) for line in lines if (found := expression.match(line)))


def delays(directory):
    """Return the seconds from queueing to each success, sorted, by the labels in a log directory."""
    born = {}
    started = {}
    found = []
    for path in [*sorted(Path(directory).glob("@*")), Path(directory) / "current"]:
        for line in path.read_bytes().split(b"\n"):
            words = line.split()
            if not words:
                continue
            moment = int(words[0][1:17], 16) * 10**9 + int(words[0][17:], 16)
            if words[1:3] == [b"info", b"msg"]:
                born[words[3].rstrip(b":")] = moment
            elif words[1:3] == [b"starting", b"delivery"]:
                started[words[3]] = words[5]
            elif words[1:2] == [b"delivery"] and words[3:4] == [b"success:"]:
                if started.get(words[2]) in born:
                    found.append((moment - born[started[words[2]]]) / 1e9)
            elif words[1:3] == [b"end", b"msg"]:
                born.pop(words[3], None)
    return sorted(found)


def percent(part, whole):
    """Return the share in percent to two digits."""
    return round(100 * part / whole, 2)


def senders(lines):
    """Yield who sent, a user or else the client's network, and that network, for each recipient that could be anywhere."""
    record = re.compile(rb"qmail-smtpd: pid \d+ Accept::(AUTH|SNDR)::\S+ .*? S:(\d+\.\d+\.\d+)\.\d+:.*?(?: \?[~=] '(.*)')?$")
    for line in lines:
        found = record.match(line)
        if found and (found[1] == b"AUTH" or b"::Relay_Client " in line):
            yield (found[3] if found[1] == b"AUTH" else found[2]), found[2]
