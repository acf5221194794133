"""The tables of the event store, column by column: what writes, asks and documents it reads this."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a column holds; the value is how Parquet, and so SQL, has it."""

    MOMENT = "bigint"
    TIME = "timestamp"
    WHOLE = "bigint "
    FLAG = "boolean"
    WORD = "string"


class Person(Enum):
    """Whom a word speaks of: what may have to be masked or replaced by a pseudonym."""

    NOBODY = ""
    ADDRESS = "address"
    SENDER = "sender"
    CLIENT = "client"
    USER = "user"
    REPORT = "report"
    WORDS = "words"


@dataclass(frozen=True)
class Column:
    """One column: its name, what it holds and whom it speaks of."""

    name: str
    kind: Kind
    help: str
    person: Person = Person.NOBODY


@dataclass(frozen=True)
class Table:
    """One table of the store; a row is about `what`."""

    name: str
    what: str
    columns: tuple[Column, ...]


def _word(name: str, help_: str, person: Person = Person.NOBODY) -> Column:
    return Column(name, Kind.WORD, help_, person)


def _whole(name: str, help_: str) -> Column:
    return Column(name, Kind.WHOLE, help_)


def _moment(name: str, help_: str) -> Column:
    return Column(name, Kind.MOMENT, help_)


def _flag(name: str, help_: str) -> Column:
    return Column(name, Kind.FLAG, help_)


TIME_NS = "time_ns"
TIME = "time"
LOG = "log"


def _table(name: str, what: str, moment: str, *columns: Column) -> Table:
    head = (
        _moment(TIME_NS, f"{moment}, in Unix nanoseconds"),
        Column(TIME, Kind.TIME, "the same to the microsecond, UTC"),
        _word(LOG, "path of the log"),
    )
    return Table(name, what, head + columns)


_QUEUED = (
    _whole("uid", "uid that queued the message; null where it is not known"),
    _word("sender", "envelope sender with `<>`, in lower case; null where it is not known", Person.SENDER),
    _whole("bytes", "size of the message; 0 where it is not known"),
    _moment("born_ns", "`info msg`, in Unix nanoseconds; null where it was before the log"),
)

DELIVERIES = _table(
    "deliveries",
    "a delivery attempt that reported",
    "its report",
    _whole("message", "queue number; null where the start of the attempt was not seen"),
    _word("delivery", "number of the delivery, as the log has it"),
    _word("channel", "`local` or `remote`; null where the start was not seen"),
    _word("recipient", "address, in lower case", Person.ADDRESS),
    _word("domain", "what follows its last `@`; null where there is none"),
    *_QUEUED,
    _moment("start_ns", "`starting delivery`, in Unix nanoseconds; null where it was not seen"),
    _word("result", "`success`, `failure` or `deferral`"),
    _word("cause", "why it failed or was deferred, or the way that it succeeded, in the words of the reports"),
    _word("whose", "whose trouble the cause is; null for successes"),
    _word("named", "block list, check or provider that the answer names"),
    _word("stage", "where in the dialog the answer came"),
    _flag("expired", "the message had been in the queue too long"),
    _word("report", "the report's own text, `_` for blanks", Person.REPORT),
)

MESSAGES = _table(
    "messages",
    "a message",
    "its end; of one still in the queue the newest line of the log",
    _word("state", "`ended`, `open` (in the queue) or `lost` (its number was used again without an end)"),
    _whole("message", "queue number"),
    _whole("qp", "process that queued it"),
    *_QUEUED,
    _moment("ended_ns", "`end msg`, in Unix nanoseconds; null where there is none"),
    _whole("successes", "attempts that succeeded"),
    _whole("failures", "attempts that failed for good"),
    _whole("deferrals", "attempts that were deferred"),
)

RECORDS = _table(
    "records",
    "a record of qmail-smtpd or qmail-popup",
    "the record",
    _whole("pid", "process of the session; null where the line names none"),
    _word("record", "Action::Type::Condition, as the line has it"),
    _word("action", "`accept`, `reject`, `deferred` or `info`"),
    _word("meaning", "the condition in words; null where no rule knows it"),
    _flag("is_login", "it tells of a login"),
    _word("protocol", "`P:` of the record"),
    _word("client", "the client's address", Person.CLIENT),
    _word("network", "its /24, or /64 of IPv6", Person.CLIENT),
    _word("helo", "what the client called itself", Person.WORDS),
    _word("sender", "MAIL FROM, as the client gave it", Person.ADDRESS),
    _word("recipient", "RCPT TO, as the client gave it", Person.ADDRESS),
    _word("login", "name at a login", Person.USER),
)

CONNECTIONS = _table(
    "connections",
    "a connection to tcpserver or sslserver",
    "its end, or the last line about it; of one that is still open the newest line of the log",
    _word("state", "`ended`, `open`, or `left` (its end was not told)"),
    _whole("pid", "process"),
    _moment("begun_ns", "`pid`, in Unix nanoseconds; null where it was before the log"),
    _word("client", "the client's address", Person.CLIENT),
    _word("network", "its /24, or /64 of IPv6", Person.CLIENT),
    _word("port", "our port"),
    _flag("let_in", "true: `ok`, false: `deny`, null: neither was told"),
    _word("tls", "TLS version"),
    _word("cipher", "cipher suite"),
    _word("held_back", "what rblsmtpd says after `greetdelay:`, in seconds"),
    _flag("left_silent", "the client was held back and left without a word"),
    _word("refused", "rblsmtpd's code: 451 for now, 553 for good"),
    _word("words", "what rblsmtpd told the client, numbers as N", Person.WORDS),
    _whole("accepts", "Accept records"),
    _whole("rejects", "Reject records"),
    _whole("deferred", "Deferred records"),
    _whole("status", "wait status; null where no end was told"),
)

COUNTS = _table(
    "counts",
    "a count of lines in an hour of a log",
    "begin of the hour",
    _word("family", "`send` or `sessions`; `lines` and `unrecognised` have both"),
    _word("name", "metric, as in docs/metrics.md; `of_family` are lines that the family knows"),
    _word("merge", "how hours add up: `sum`, `peak` (the highest) or `last`"),
    _whole("number", "the figure"),
)

TABLES = (DELIVERIES, MESSAGES, RECORDS, CONNECTIONS, COUNTS)
