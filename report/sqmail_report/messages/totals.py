"""What a pass over qmail-send's log adds up, in a form that two passes can be merged from.

Times are seconds as awk has them: Unix time in a double, which at today's
dates is a multiple of 2^-22 s.  Sums of their differences are therefore exact
(up to 2^31 s), whatever the order, and equal qmailanalog's to the last digit.
"""

from __future__ import annotations

from sqmail_log.figures.sums import Sums as Said
from sqmail_log.lines import causes
from sqmail_log.lines.events import DEFERRAL, FAILURE, SUCCESS
from sqmail_report.messages.distribution import DelayCounts
from sqmail_report.messages.hours import Hours
from sqmail_report.tables.bounded import halved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from typing import TypeVar

    K = TypeVar("K", bound=Hashable)
    S = TypeVar("S", bound="Addable")

NULL_SENDER = b"/<>"
"""How the key of the null sender ends, whatever its uid: bounces and the like."""


class Addable:
    """Figures that can be added to another's; `_figures` names them."""

    __slots__ = ()
    _figures: tuple[str, ...] = ()

    def add(self, other: Addable) -> None:
        """Add another's figures."""
        for name in self._figures:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Recipient(Addable):
    """What happened to one recipient; `address` is `local ADDRESS` or `remote ADDRESS`, lower case."""

    _figures = ("sbytes", "successes", "failures", "deferrals", "ddelay", "xdelay")
    __slots__ = ("address", *_figures)

    def __init__(self, address: bytes) -> None:
        self.address = address
        self.sbytes = 0
        self.successes = 0
        self.failures = 0
        self.deferrals = 0
        self.ddelay = 0.0
        self.xdelay = 0.0

    @property
    def tries(self) -> int:
        """Return the number of attempts that reported."""
        return self.successes + self.failures + self.deferrals


class Sender(Addable):
    """What one sender sent; `key` is `UID/<ADDRESS>`, lower case.

    `xdelay` counts every attempt, the other figures completed messages only.
    """

    _figures = ("messages", "bytes", "sbytes", "rbytes", "recipients", "tries", "xdelay")
    __slots__ = ("key", *_figures)

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.messages = 0
        self.bytes = 0
        self.sbytes = 0
        self.rbytes = 0
        self.recipients = 0
        self.tries = 0
        self.xdelay = 0.0


class ReasonCount(Addable):
    """How many deliveries ended for one reason, and the seconds they took."""

    _figures = ("deliveries", "xdelay")
    __slots__ = _figures

    def __init__(self) -> None:
        self.deliveries = 0
        self.xdelay = 0.0


class Counts(Addable):
    """Plain counts of lines and events."""

    lines: int
    messages: int
    bounces: int
    double_bounces: int
    triple_bounces: int
    restarts: int
    warnings: int
    alerts: int
    expired: int
    unreported: int
    unrecognised: int
    __slots__ = _figures = tuple(__annotations__)

    def __init__(self) -> None:
        for name in self._figures:
            setattr(self, name, 0)

    def note(self, name: str, times: int) -> None:
        """Count `name` so many times."""
        setattr(self, name, getattr(self, name) + times)


class Totals:
    """Everything that is added up.

    `causes` and, where `verbatim` is set, `texts` hold reasons by result
    (SUCCESS, FAILURE, DEFERRAL); with `nameless` texts without the recipient's
    local part where that stands alone.  `delays` stays empty without
    `distribution`.  `domains` and `uids` hold what was taken out
    of `recipients` and `senders` by `prune`, `channels` what was taken out of
    `domains`, `others` what was taken out of `texts`.  `missed` has by name of
    table how many attempts, messages or deliveries a row may have lost so.
    `hours` is None where nobody asks; `said` has alerts and warnings.
    `first` and `last` are the span of all that was counted.
    """

    def __init__(
        self, *, verbatim: bool = False, nameless: bool = False, distribution: bool = True, hours: bool = False
    ) -> None:
        self.verbatim = verbatim
        self.hours = Hours() if hours else None
        self.said = Said()
        self.distribution = distribution
        self.nameless = nameless
        self.counts = Counts()
        self.recipients: dict[bytes, Recipient] = {}
        self.senders: dict[bytes, Sender] = {}
        self.domains: dict[bytes, Recipient] = {}
        self.uids: dict[bytes, Sender] = {}
        self.causes: tuple[dict[str, ReasonCount], ...] = ({}, {}, {})
        self.texts: tuple[dict[bytes, ReasonCount], ...] = ({}, {}, {})
        self.channels: dict[bytes, Recipient] = {}
        self.others = (ReasonCount(), ReasonCount(), ReasonCount())
        self.missed: dict[str, int] = {}
        self.delays = DelayCounts()
        self.qtime = 0.0
        self.ddelay = 0.0
        self.first = float("inf")
        self.last = float("-inf")

    def cause(self, result: int, cause: str) -> ReasonCount:
        """Return the row of a cause, coded as `figures.sums.Cause` does; of a way for successes."""
        return _row(self.causes[result], cause)

    def quote(self, result: int, text: bytes, seconds: float, address: bytes) -> None:
        """Count a delivery to `address` (as in `Recipient`) under the verbatim text of its report."""
        if self.nameless:
            from sqmail_report.tables.pseudonyms import unnamed  # noqa: PLC0415 - hashing is dear to import

            written = text.decode("utf-8", "surrogateescape")
            name = address.partition(b" ")[2].decode("utf-8", "surrogateescape")
            text = unnamed(written, name).encode("utf-8", "surrogateescape")
        row = _row(self.texts[result], text)
        row.deliveries += 1
        row.xdelay += seconds

    @property
    def discarded(self) -> int:
        """Return the number of failures of bounces to nobody."""
        row = self.causes[FAILURE].get(causes.TO_NOBODY)
        return 0 if row is None else row.deliveries

    def merge(self, other: Totals) -> None:
        """Add what another pass added up; its rows become this one's."""
        self.counts.add(other.counts)
        _merge(self.recipients, other.recipients)
        _merge(self.senders, other.senders)
        _merge(self.domains, other.domains)
        _merge(self.uids, other.uids)
        for result in (SUCCESS, FAILURE, DEFERRAL):
            _merge(self.causes[result], other.causes[result])
            _merge(self.texts[result], other.texts[result])
            self.others[result].add(other.others[result])
        _merge(self.channels, other.channels)
        for table, missed in other.missed.items():
            self._miss(table, missed)
        self.delays.merge(other.delays)
        self.said.merge(other.said)
        if self.hours is not None and other.hours is not None:
            self.hours.merge(other.hours)
        self.qtime += other.qtime
        self.ddelay += other.ddelay
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)

    def prune(self, limit: int, busy: set[int]) -> None:
        """Drop the rarest recipients, senders, hosts and texts where there are more than `limit`.

        Their figures stay in `domains`, `channels`, `uids` and `others`, so
        that totals remain exact.  Senders whose id() is in `busy` stay: a pass
        is still adding to them.
        """
        if len(self.recipients) > limit:
            kept, rest = halved(self.recipients.values(), limit, _tries)
            self._miss("recipients", rest[0].tries)
            self.recipients = {row.address: row for row in kept}
            _sum_domains(self.domains, rest)
        if len(self.domains) > limit:
            kept, rest = halved(self.domains.values(), limit, _tries)
            self._miss("hosts", rest[0].tries)
            self.domains = {row.address: row for row in kept}
            for row in rest:
                self.channels.setdefault(row.address[:6], Recipient(row.address[:6])).add(row)
        if len(self.senders) > limit:
            senders, others = halved(self.senders.values(), limit, _messages)
            self._miss("senders", others[0].messages)
            stay = [row for row in others if id(row) in busy or row.key.endswith(NULL_SENDER)]
            self.senders = {row.key: row for row in senders + stay}
            _sum_senders(self.uids, [row for row in others if row.key not in self.senders])
        for texts, other in zip(self.texts, self.others, strict=True):
            # A text takes as much room as four others.
            if len(texts) > limit // 4:
                frequent, rare = halved(texts.items(), limit // 4, _deliveries)
                self._miss("reasons", rare[0][1].deliveries)
                texts.clear()
                texts.update(frequent)
                for _, reason in rare:
                    other.add(reason)

    def _miss(self, table: str, figure: int) -> None:
        # None at all is said, too: a row is missing where it may yet get figures.
        self.missed[table] = self.missed.get(table, 0) + max(figure, 1)

    def by_domain(self) -> dict[bytes, Recipient]:
        """Return all attempts added up by channel and host, as `local @HOST` or `remote@HOST`, but `channels`."""
        domains: dict[bytes, Recipient] = {}
        _sum_domains(domains, self.recipients.values())
        _sum_domains(domains, self.domains.values())
        return domains

    def by_uid(self) -> dict[bytes, Sender]:
        """Return the senders' figures added up by the uid that queued the message."""
        uids: dict[bytes, Sender] = {}
        _sum_senders(uids, self.senders.values())
        _sum_senders(uids, self.uids.values())
        return uids


def by_channel(domains: dict[bytes, Recipient]) -> dict[bytes, Recipient]:
    """Return what `Totals.by_domain` gave added up by channel, `local` and `remote`."""
    return _gathered(domains, lambda address: address[:6].rstrip())


def together(rows: Iterable[Recipient]) -> Recipient:
    """Return the sum of rows."""
    whole = Recipient(b"all")
    for row in rows:
        whole.add(row)
    return whole


def by_host(domains: dict[bytes, Recipient]) -> dict[bytes, Recipient]:
    """Return what `Totals.by_domain` gave added up by host: what follows the last `@`."""
    return {
        host: row for host, row in _gathered(domains, lambda address: address.rpartition(b"@")[2]).items() if row.tries
    }


def uid_of(key: bytes) -> bytes:
    """Return the uid of `UID/<ADDRESS>`."""
    return key.partition(b"/")[0]


def _tries(row: Recipient) -> int:
    return row.tries


def _messages(row: Sender) -> int:
    return row.messages


def _deliveries(item: tuple[bytes, ReasonCount]) -> int:
    return item[1].deliveries


def _row(rows: dict[K, ReasonCount], key: K) -> ReasonCount:
    row = rows.get(key)
    if row is None:
        row = rows[key] = ReasonCount()
    return row


def _merge(mine: dict[K, S], theirs: dict[K, S]) -> None:
    for key, row in theirs.items():
        own = mine.get(key)
        if own is None:
            mine[key] = row
        else:
            own.add(row)


def _sum_domains(sums: dict[bytes, Recipient], rows: Iterable[Recipient]) -> None:
    for row in rows:
        address = row.address
        # Six bytes are `local ` and `remote`.
        key = address[:6] + b"@" + address.rpartition(b"@")[2]
        own = sums.get(key)
        if own is None:
            own = sums[key] = Recipient(key)
        # As `add` does, without a call for each of what may be a million recipients.
        own.sbytes += row.sbytes
        own.successes += row.successes
        own.failures += row.failures
        own.deferrals += row.deferrals
        own.ddelay += row.ddelay
        own.xdelay += row.xdelay


def _gathered(rows: dict[bytes, Recipient], key_of: Callable[[bytes], bytes]) -> dict[bytes, Recipient]:
    sums: dict[bytes, Recipient] = {}
    for address, row in rows.items():
        key = key_of(address)
        if key not in sums:
            sums[key] = Recipient(key)
        sums[key].add(row)
    return sums


def _sum_senders(sums: dict[bytes, Sender], rows: Iterable[Sender]) -> None:
    for row in rows:
        uid = uid_of(row.key)
        if uid not in sums:
            sums[uid] = Sender(uid)
        sums[uid].add(row)
