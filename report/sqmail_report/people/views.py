"""Which columns of a table people read, in which order; what is reckoned from others; what is told below."""

from __future__ import annotations

from sqmail_report.tables.table import Content, Unit, count, percent, seconds, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sqmail_report.tables.table import Column, Layout, Value

SHARE = "share"


class Share:
    """The share that a row's figure has of the column's sum, of all rows; '' is the one that a table is ranked by."""

    __slots__ = ("of",)

    def __init__(self, of: str = "") -> None:
        self.of = of


class Derived:
    """A column that is reckoned from others of its row."""

    __slots__ = ("column", "of", "reckon")

    def __init__(self, column: Column, of: tuple[str, ...], reckon: Callable[..., Value]) -> None:
        self.column = column
        self.of = of
        self.reckon = reckon


class Selection:
    """The columns in order; those of which a row's text stands below it, joined; those to explain, and how.

    Where that is '' the column's own words do.  `minor` columns are left out on a phone,
    and on a terminal that has no room for them: the first named first.
    A `record` is its groups: a heading, and columns, each with the one that it is a share of or ''.
    """

    __slots__ = ("below", "columns", "minor", "record", "terms")

    def __init__(
        self,
        columns: tuple[str | Derived | Share, ...] = (),
        *,
        below: tuple[tuple[str, ...], ...] = (),
        terms: dict[str, str] | None = None,
        minor: tuple[str, ...] = (),
        record: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (),
    ) -> None:
        self.columns = columns
        self.below = below
        self.terms = terms or {}
        self.minor = minor
        self.record = record

    def rank(self, name: str) -> int:
        """Return how soon a column is left out: 0 never, the first of the minor ones has the greatest."""
        return len(self.minor) - self.minor.index(name) if name in self.minor else 0


def _over(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


_DEFERRED = Derived(
    percent("deferred", "attempts that were deferred, of all attempts"),
    ("tries", "mess"),
    lambda tries, mess: 100 * (tries - mess) / tries if tries else None,
)
_FAILED = Derived(
    percent("failed", "attempts that failed, of all attempts"),
    ("tries", "failures"),
    lambda tries, failures: 100 * failures / tries if tries else None,
)
_PUT_OFF = Derived(
    percent("deferred", "attempts that were deferred, of all attempts"),
    ("tries", "deferrals"),
    lambda tries, deferrals: 100 * deferrals / tries if tries else None,
)
_EACH_TRY = Derived(
    seconds("attempt", "average from `starting delivery` to the report: qmailanalog's xdelay / tries"),
    ("xdelay", "tries"),
    _over,
)
_EACH = Derived(
    seconds("attempt", "average from `starting delivery` to the report: qmailanalog's xdelay / del"),
    ("xdelay", "del"),
    _over,
)
for _each in (_EACH_TRY, _EACH):
    _each.column.words = "time an attempt"
_OF_ALL = Share()
_ATTEMPTS = ("mess", _OF_ALL, _DEFERRED, _EACH_TRY, "sbytes")
_ATTEMPT_TERMS = {"sbytes": "", "attempt": ""}
_SENT = ("mess", _OF_ALL, "recips", "bytes", _EACH_TRY)
_ATTEMPT_MINOR = ("sbytes", "attempt", "channel")
_SENT_MINOR = ("recips", "attempt", "uid")
_SENT_TERMS = {"attempt": ""}
_PERCENT = Derived(percent("pct", "share of the successful deliveries"), ("pct",), float)
_PERCENT.column.words = "of the successes"
_TRIED = ("success", "failure", "deferral")
_BELOW = (("recipient", "cause"), ("reason",), ("log",))
_WHY = ("del", _OF_ALL)
_WHY_MINOR = ("stage", "share", "named")

_OVERVIEW = (
    (
        "Messages",
        (
            ("new_messages", ""),
            ("completed_messages", ""),
            ("null_sender_messages", "completed_messages"),
            ("recipients", ""),
            ("bytes", ""),
            ("average_qtime", ""),
        ),
    ),
    (
        "Delivery attempts",
        (
            ("attempts", ""),
            ("successes", "attempts"),
            ("failures", "attempts"),
            ("deferrals", "attempts"),
            ("average_ddelay", ""),
            ("average_xdelay", ""),
            ("average_concurrency", ""),
        ),
    ),
    (
        "Local deliveries",
        (
            ("local_successes", "successes"),
            ("local_failures", "failures"),
            ("local_deferrals", "deferrals"),
            ("local_bytes", ""),
        ),
    ),
    (
        "Remote deliveries",
        (
            ("remote_successes", "successes"),
            ("remote_failures", "failures"),
            ("remote_deferrals", "deferrals"),
            ("remote_bytes", ""),
        ),
    ),
    (
        "Bounces",
        (
            ("bounces", ""),
            ("discarded", ""),
            ("double_bounces_discarded", ""),
            ("triple_bounces_discarded", ""),
            ("expired", ""),
        ),
    ),
    (
        "The log",
        (
            ("time_span", ""),
            ("restarts", ""),
            ("unreported", ""),
            ("alerts", ""),
            ("warnings", ""),
            ("unrecognised", "lines"),
            ("lines", ""),
        ),
    ),
)
_CONNECTIONS = (
    (
        "",
        (
            ("connections", ""),
            ("ok", "connections"),
            ("denied", "connections"),
            ("most_at_once", ""),
            ("limit", ""),
            ("tls", "ok"),
            ("tls_failed", "ok"),
            ("delayed", "connections"),
            ("left_silent", "delayed"),
            ("refused_for_now", "connections"),
            ("refused_for_good", "connections"),
            ("accepts", ""),
            ("rejects", ""),
            ("deferred", ""),
            ("crashed", "connections"),
            ("limited", ""),
            ("fatal", ""),
            ("errors", ""),
            ("unrecognised", "lines"),
            ("lines", ""),
        ),
    ),
)

_VIEWS = {
    "overview": Selection(
        record=_OVERVIEW,
        terms={
            "average_qtime": "from queueing to the end of the last delivery: qmailanalog's qtime",
            "average_ddelay": "of the successful ones: qmailanalog's ddelay",
            "average_xdelay": "from the start of a delivery to its report: qmailanalog's xdelay",
            "average_concurrency": "the time of all attempts / the time from the first message to the last report",
        },
    ),
    "connections": Selection(record=_CONNECTIONS),
    "delays": Selection(
        (_PERCENT, "doneby", "mean"),
        terms={"doneby": "from the message's queueing to the successful delivery: qmailanalog's ddelay"},
    ),
    "recipients": Selection((*_ATTEMPTS, "recipient"), terms=_ATTEMPT_TERMS, minor=_ATTEMPT_MINOR),
    "recipient-hosts": Selection((*_ATTEMPTS, "host"), terms=_ATTEMPT_TERMS, minor=_ATTEMPT_MINOR),
    "recipient-delays": Selection(
        ("avg", "tries", "recipient"),
        terms={"avg": "time of an attempt, from `starting delivery` to its report: qmailanalog's xdelay / tries"},
    ),
    "senders": Selection((*_SENT, "sender"), terms=_SENT_TERMS, minor=_SENT_MINOR),
    "uids": Selection((*_SENT, "uid"), terms=_SENT_TERMS, minor=_SENT_MINOR[:2]),
    "successes": Selection((*_WHY, _EACH, "cause"), terms={"attempt": ""}),
    "failures": Selection((*_WHY, "cause", "whose", "named", "stage"), minor=_WHY_MINOR),
    "deferrals": Selection((*_WHY, "cause", "whose", "named", "stage"), minor=_WHY_MINOR),
    "pending": Selection(
        ("since", "age", "message", "bytes", *_TRIED, "sender"), below=_BELOW, minor=("uid", "success", "failure")
    ),
    "older": Selection(("seen", "message", *_TRIED), below=_BELOW),
    "rejects": Selection(("records", "share", "meaning", "reason"), minor=("reason",)),
}
_DOMAINS: dict[str, tuple[str, str, tuple[str | Derived, ...], dict[str, str]]] = {
    "sender-domains": ("mess", "bytes", ("recips", "whose", "domain"), {"whose": ""}),
    "recipient-domains": ("mess", "sbytes", (_FAILED, _PUT_OFF, "ddelay", "channel", "domain"), {"ddelay": ""}),
}
_VERBATIM = Selection((*_WHY, "reason"))


def view(layout: Layout) -> Selection:
    """Return what people read of a table: what is ranked by first, with its share, then the other columns."""
    if layout.name in _DOMAINS:
        first, second, further, terms = _DOMAINS[layout.name]
        ranked = (first, second) if layout.weight == first else (second, first)
        return Selection((ranked[0], _OF_ALL, ranked[1], *further), terms=terms, minor=("channel", "share", ranked[1]))
    found = _VIEWS.get(layout.name)
    names = [column.name for column in layout.columns]
    if found is not None and "del" in names and "reason" in names:
        return _VERBATIM
    if found is not None:
        return found
    if layout.weight and layout.columns[layout.index(layout.weight)].unit is Unit.COUNT:
        return Selection((layout.weight, _OF_ALL, *(name for name in names if name != layout.weight)))
    return Selection(tuple(names))


def share_of(column: Column) -> Column:
    """Return the column of the shares of another."""
    return percent(SHARE, f"share of all, by {column.words}")


def parts(column: Column) -> tuple[Column, ...]:
    """Return the columns that people read in place of one: what a key is made of stands in columns of its own."""
    if column.content is Content.RECIPIENT:
        return text("channel", "local or remote"), text(column.name, "the address, without a virtual domain's prefix")
    if column.content is Content.SENDER:
        return count("uid", "user id that queued it"), text(column.name, "the sender's address, <> for bounces")
    return (column,)
