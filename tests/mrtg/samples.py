"""The sample logs, what analysers of others said of them, and what is true of them."""

import io
import re
from collections import Counter

import support

SAMPLES, TRUTH = support.SAMPLES, support.TRUTH

SEND_FLAGS = "123456"
SMTPD_FLAGS = "abcdefghijkz"
POP3_FLAGS = "AB"
FLAGS = {
    "send": SEND_FLAGS,
    "smtpd": SMTPD_FLAGS,
    "smtpsub": SMTPD_FLAGS,
    "smtpd6": SMTPD_FLAGS,
    "pop3d": POP3_FLAGS,
    "pop3stls": POP3_FLAGS,
}
CASES = [(log, flag) for log, flags in FLAGS.items() for flag in flags]
PHANTOMS = {("smtpd", "z"): 75}
"""What qmail-mrtg counted as RBL refusals because it read on into the line before."""


def files(log):
    directory = SAMPLES / log
    return [*sorted(directory.glob("@*")), directory / "current"]


def as_cat(log):
    """Return the log as `cat @* current` has it."""
    return b"".join(path.read_bytes() for path in files(log) if path.exists())


def lines(log):
    """Return the log's lines with their newlines.  (Clients sent carriage returns: no `splitlines` here.)"""
    return io.BytesIO(as_cat(log)).readlines()


def said_by_the_original():
    """Return the two numbers by log and flag that qmail-mrtg printed for the whole log."""
    text = (TRUTH / "independent-analysers.txt").read_text()
    found = re.findall(r"^(\w+) -(\w) (\d+) (\d+) ?$", text, re.MULTILINE)
    return {(log, flag): (int(first), int(second)) for log, flag, first, second in found}


def counted(log, flag):
    """Return the two true numbers of a flag, from the counts of grep."""
    if log == "send":
        return _counted_of_send(flag)
    n = _counts_of(log)

    def records(*beginnings):
        return sum(count for name, count in n.items() if name.startswith(beginnings))

    return {
        "a": (records("Accept::"), records("Reject::")),
        "b": (records("Accept::ORIG:"), records("Accept::RCPT:")),
        "c": (
            records("Reject::SNDR::Invalid_Relay"),
            records("Reject::SNDR::Bad_Helo", "Reject::SNDR::DNS_Helo"),
        ),
        "d": (records("Reject::ORIG::Bad_Mailfrom"), records("Reject::ORIG::DNS_MF")),
        "e": (records("Reject::RCPT::Bad_Rcptto"), records("Reject::RCPT::Failed_Rcptto")),
        "f": (
            records("Reject::DATA::Bad_MIME", "Reject::DATA::MIME_Attach"),
            records("Reject::DATA::Bad_Loader"),
        ),
        "g": (records("Reject::DATA::Virus_Infected"), records("Reject::DATA::Spam_Message")),
        "h": (records("Accept::AUTH:"), records("Reject::AUTH:")),
        "i": (records("ESMTPS"), records("Reject::TLS:")),
        "j": (records("Accept::SPF:"), records("Reject::SPF:")),
        "k": (records("Deferred::"), records("Deferred::SNDR::Grey_Listed")),
        "z": (n["ok"], n["deny"] + n["451"] + n["553"]),
        "A": (records("Accept::AUTH:"), records("Reject::AUTH:")),
        "B": (n["ok"], n["deny"]),
    }[flag]


def _counts_of(log):
    text = (TRUTH / "counts-smtpd-pop3d.txt").read_text()
    part = text.split(f"== {log} (")[1].split("\n== ")[0]
    found = re.findall(
        r"^ +(\d+) (?:(?:tcpserver:|sslserver:|qmail-smtpd|qmail-popup) )?(\S+)$", part, re.MULTILINE
    )
    return Counter({name: int(count) for count, name in found})


def _counted_of_send(flag):
    text = (TRUTH / "counts-send.txt").read_text()
    found = re.findall(r"^(?:  \.\.\. )?(\S.*?) {2,}(\d+(?:/\d+)?)$", text, re.MULTILINE)
    n = dict(found)
    kib = int(n["sum of bytes in info lines"]) // 1024
    local, remote = n["highest local/remote in status lines"].split("/")
    return {
        "1": (int(n["delivery success"]), int(n["with TLS_transmitted"])),
        "2": (kib, kib),
        "3": (int(local), int(remote)),
        "4": (int(n["delivery failure"]), int(n["delivery deferral"])),
        "5": (int(n["bounce msg"]), int(n["triple bounce: discarding"])),
        "6": (0, 0),
    }[flag]
