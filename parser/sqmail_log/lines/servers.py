"""The words and fields of tcpserver's, sslserver's, rblsmtpd's, qmail-smtpd's and qmail-popup's lines.

Offsets count from the beginning of multilog's label, which has 25 bytes and
a blank behind it.  Lines end with a newline.
"""

from __future__ import annotations

from functools import lru_cache

from sqmail_log.lines.fields import figure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STATUS = "status"
CONNECTION = "connection"
LET_IN = "let in"
DENIED = "denied"
END = "end"
HANDSHAKE = "handshake"
RECORD = "record"
ANSWER = "answer"
OTHER = "other"
IPSVD = "ipsvd"
KINDS = (STATUS, CONNECTION, LET_IN, DENIED, END, HANDSHAKE, RECORD, ANSWER, OTHER, IPSVD)
"""The kinds of lines: ANSWER is all that rblsmtpd says, OTHER what begins with no word of the others, and IPSVD what
`as_tcpserver` makes lines of other kinds of."""

WORD = slice(26, 40)
_SERVERS = (b"tcpserver: ", b"sslserver: ")
_VERBS = {b"sta": STATUS, b"pid": CONNECTION, b"ok ": LET_IN, b"den": DENIED, b"end": END}
WORDS = {
    **{server + verb: kind for server in _SERVERS for verb, kind in _VERBS.items()},
    b"sslserver: tls": HANDSHAKE,
    b"sslserver: ssl": HANDSHAKE,
    b"qmail-smtpd: p": RECORD,
    b"qmail-popup: p": RECORD,
    b"tcpsvd: info: ": IPSVD,
}
"""The kind of a line by its word, `line[WORD]`."""
_PROGRAM = slice(10)
_RBLSMTPD = b"rblsmtpd: "

TEXT = slice(26, -1)
# The word `status:`, `pid` and so on and a blank end there.
RATIO = slice(45, -1)
AFTER_OK = slice(40, -1)
AFTER_DENY = slice(42, -1)
AFTER_PID = AFTER_TLS = AFTER_END = slice(41, -1)
END_WORD = slice(37, 41)
THIS_END = b"end "
"""`end PID status N`, and not `ended by PID status N`."""
# In front of `status 28416` stands the pid: what begins behind it is the same in many lines.
STATUS_WORDS = slice(-10, -1)
_END_OF_STATUS = b"us"
_GREATEST_STATUS = 0xFFFF
_CODE_DIGITS = 3
_KNOWN_ENDINGS = 256
_VERB = slice(40, -1)
_STAMP_AND_BLANK = slice(26)
_LET = {b"start": b"ok ", b"exec": b"ok ", b"deny": b"deny "}
ACCEPT = b" accept"
AFTER_RBLSMTPD = slice(36, -1)
ANSWER_WORD = slice(4)
GREETDELAY = b"gree"
ANSWERS = {b"451 ": "rbl_451", b"553 ": "rbl_553"}
"""The metric of each refusal of rblsmtpd by its ANSWER_WORD."""
RBL_INFO = b" [RBL info] "
"""What stands before an answer that rblsmtpd, in test mode, does not give."""
_AROUND = b"tcpsvd softlimit envuidgid setuidgid envdir setlock pgrphack fixcrio recordio chpst supervise multilog"
MESSENGERS = frozenset(
    (b"tcpserver:", b"sslserver:", b"rblsmtpd:", *(program + b":" for program in _AROUND.split()))
)
"""The programs that also log what is of no connection in particular: servers, and what starts these."""
_TO_LISTED = (b"Sender <", b"Recipient <", b"MAIL with ", b"RCPT with ", b": Session terminated", b"Session terminated")
"""What indimail's rblsmtpd says of a client that it refuses, behind `pid PID from CLIENT: `."""
DROPPED = tuple(
    b"warning: dropping " + words
    for words in (b"SSL connection", b"connection, unable to accept SSL", b"connection, unable to speak SSL")
)
"""What sslservers say of a client that breaks off, as it is not their trouble."""
NOTES = tuple(b"ciphers cafile ccafile cadir certchainfile chainfile cert key dhparam param child info:".split())
"""What sslserver says of its settings at its start, and notes without a figure."""

SIGNAL = 0x7F
"""The bits of a wait status that name a signal; the code of an exit stands above them, 256 for 1."""
_ENDINGS = {code << 8: f"exit_{code}" for code in (0, 1, 100, 111)}
_TLS_VERSIONS = {b"TLSv1.3": "tls_1_3", b"TLSv1.2": "tls_1_2"}

_KNOWN_LIMIT = 2048


class Takers(dict[bytes, "Callable[[bytes], None]"]):
    """What takes in a line of each kind: `takers[line[WORD]](line)`."""

    def __init__(self, of_kind: Mapping[str, Callable[[bytes], None]]) -> None:
        super().__init__({word: of_kind[kind] for word, kind in WORDS.items()})
        self._answer = of_kind[ANSWER]
        self._other = of_kind[OTHER]

    def __missing__(self, word: bytes) -> Callable[[bytes], None]:
        if word[_PROGRAM] != _RBLSMTPD:
            return self._other
        if len(self) < _KNOWN_LIMIT:
            # The word ends within the client's address: there are many.
            self[word] = self._answer
        return self._answer


@lru_cache(_KNOWN_LIMIT)
def use(ratio: bytes) -> tuple[int, int] | None:
    """Return connections and limit of `n/limit`, None where they are no numbers.

    sslserver's `/per address` and indimail's ` sql: n` may follow.
    """
    connections, _, limits = ratio.partition(b" ")[0].partition(b"/")
    try:
        return figure(connections), figure(limits.partition(b"/")[0])
    except ValueError:
        return None


def ending(status: int) -> str:
    """Return the metric of sessions that ended with a wait status."""
    if status & SIGNAL:
        return "crashed"
    return _ENDINGS.get(status, "exit_other")


@lru_cache(_KNOWN_ENDINGS)
def ended(words: bytes) -> tuple[str, str]:
    """Return the metric and the wait status of a session's end from its `STATUS_WORDS`; '' and '' where it is torn."""
    status = wait_status(words + b"\n")
    return ("", "") if status is None else (ending(status), str(status))


def wait_status(line: bytes) -> int | None:
    """Return the wait status at the end of a line, None where it is torn or no such number."""
    word, _, number = line[STATUS_WORDS].rpartition(b" ")
    if not number.isdigit() or int(number) > _GREATEST_STATUS:
        return None
    if word.endswith(_END_OF_STATUS):
        return int(number)
    # Some sslservers write `status exit CODE` and `status signal NUMBER`.
    if word.endswith(b" exit"):
        return int(number) << 8 if len(number) <= _CODE_DIGITS else None
    return int(number) if word.endswith(b"ignal") else None


def as_tcpserver(line: bytes) -> bytes | None:
    """Return what tcpserver would have written of a line of ipsvd's tcpsvd; None where it tells of no connection.

    `start PID HOST:IP :RHOST:RIP:RPORT RULE` has no port of ours, and `end PID exit CODE` tells of no signal.
    """
    verb, _, rest = line[_VERB].partition(b" ")
    if verb == b"status":
        verb = b"status: "
    elif verb == b"pid":
        verb = b"pid "
    elif verb in _LET:
        verb = _LET[verb]
        process, ours, theirs = (*rest.split(b" ", 3), b"", b"")[:3]
        host, _, port = theirs.removeprefix(b":").rpartition(b":")
        rest = process + b" " + ours + b": " + host + b"::" + port
    elif verb == b"end":
        verb = b"end "
        process, _, code = rest.partition(b" exit ")
        if not code.isdigit() or len(code) > _CODE_DIGITS:
            return None
        rest = b"%b status %d" % (process, int(code) << 8)
    else:
        return None
    return line[_STAMP_AND_BLANK] + _SERVERS[0] + verb + rest + b"\n"


def without_zone(answer: bytes) -> bytes:
    """Return an answer of rblsmtpd without the zone that some patches write before it; what is no refusal as it is."""
    if answer[ANSWER_WORD] in ANSWERS:
        return answer
    zone, _, rest = answer.partition(b": ")
    return rest if b" " not in zone and rest[ANSWER_WORD] in ANSWERS else answer


def speaks_to_listed(text: bytes) -> bool:
    """Tell whether indimail's rblsmtpd says what a client that it refuses wanted."""
    return text.partition(b": ")[2].startswith(_TO_LISTED)


def cipher(accepted: bytes) -> bytes | None:
    """Return `TLSv1.3:CIPHER` from what follows `accept`; b"" where that names none, None where it is torn."""
    return accepted[1:-1] if accepted[:1] == b" " else b"" if accepted == b"\n" else None


def tls_metric(secured: bytes) -> str:
    """Return what a handshake, `TLSv1.3:CIPHER`, counts as by its version."""
    return _TLS_VERSIONS.get(secured.partition(b":")[0], "tls_old")


def port(ends: bytes) -> bytes:
    """Return our port of a connection, from `HOST:IP:PORT HOST:IP:USER:PORT`."""
    return ends.partition(b" ")[0].rpartition(b":")[2]


def identified(ends: bytes) -> tuple[bytes, bytes, bytes]:
    """Return what precedes the user that the client's identd named, that user, and the rest; b"" for no user."""
    before, _, client_port = ends.rpartition(b":")
    before, _, user = before.rpartition(b":")
    return (before + b":", user, b":" + client_port) if user and b" " not in user else (ends, b"", b"")
