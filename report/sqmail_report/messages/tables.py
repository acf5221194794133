"""qmailanalog's tables, from one pass: the same columns and the same figures."""

from __future__ import annotations

from operator import itemgetter

from sqmail_log.lines.events import DEFERRAL, FAILURE, SUCCESS
from sqmail_report.messages.reasons import reasons
from sqmail_report.messages.totals import (
    NULL_SENDER,
    Recipient,
    Sender,
    by_channel,
    by_host,
    together,
)
from sqmail_report.tables.bounded import REST, note
from sqmail_report.tables.table import Content, Layout, Table, count, ratio, seconds, size, text
from sqmail_report.tables.words import all_spelled, number, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_report.messages.totals import Totals
    from sqmail_report.tables.table import Row

_FIRST_PERCENT = 10

_CHANNEL = (
    ("successes", "delivered", "attempts that succeeded"),
    ("failures", "failed", "attempts that failed for good"),
    ("deferrals", "deferred", "attempts deferred"),
    ("bytes", "size", "bytes of the messages of the successful attempts"),
)

OVERVIEW = Layout(
    "overview",
    "Deliveries in all",
    (
        count(
            "completed_messages",
            "messages that left the queue: `end msg` lines of messages whose queueing was seen",
            words="left the queue",
        ),
        count("recipients", "recipients of these, each a success or a failure"),
        count("completed_attempts", "delivery attempts for these, deferrals included", words="attempts for these"),
        ratio("attempts_per_message", "completed_attempts / completed_messages"),
        size("bytes", "bytes of the completed messages", words="size"),
        size("delivered_bytes", "the same, each as often as it was delivered", words="delivered"),
        ratio(
            "average_qtime",
            "seconds from `info msg` to `end msg`, average of the completed messages",
            words="time in the queue, average",
        ),
        count("attempts", "delivery attempts that reported"),
        count("successes", "... of these the successes", words="succeeded"),
        count("failures", "... the failures", words="failed"),
        count(
            "discarded",
            "... of the failures those of bounces to `#@[]`, which check_qmail_delivery leaves out",
            words="double bounces to nobody",
        ),
        count("deferrals", "... the deferrals, mangled reports included", words="deferred"),
        seconds(
            "total_ddelay",
            "seconds from `info msg` to the successful report, sum of the successes",
            6,
            words="time from queueing to delivery, all",
        ),
        seconds("average_ddelay", "total_ddelay / successes", 6, words="time from queueing to delivery, average"),
        seconds(
            "total_xdelay",
            "seconds from `starting delivery` to the report, sum of all attempts",
            6,
            words="time spent on attempts, all",
        ),
        seconds("average_xdelay", "total_xdelay / attempts", 6, words="time an attempt took, average"),
        seconds(
            "time_span",
            "seconds from the first message's birth to the last report or end",
            6,
            words="from the first message to the last report",
        ),
        ratio("average_concurrency", "total_xdelay / time_span", words="deliveries at once, average"),
        *(
            (count if name != "bytes" else size)(f"{channel}_{name}", f"{channel}: {help_}", words=words)
            for channel in ("local", "remote")
            for name, words, help_ in _CHANNEL
        ),
        count("new_messages", "`new msg` lines", words="queued"),
        count(
            "null_sender_messages", "completed messages from `<>`: bounces and receipts", words="bounces and receipts"
        ),
        count("bounces", "`bounce msg` lines: bounces that were sent", words="bounces sent"),
        count("double_bounces_discarded", "`double bounce: discarding` lines"),
        count("triple_bounces_discarded", "`triple bounce: discarding` lines"),
        count(
            "expired",
            "failures because the message had been in the queue too long",
            words="given up, too long in the queue",
        ),
        count(
            "unreported",
            "deliveries that never reported because qmail-send ended first",
            words="deliveries cut off by a restart",
        ),
        count("restarts", "`status: exiting` lines", words="restarts of qmail-send"),
        count("warnings", "`warning:` lines"),
        count("alerts", "`alert:` lines"),
        count("unrecognised", "lines that no rule knows", words="lines that no rule knows"),
        count("lines", "lines read", words="lines read"),
    ),
    record=True,
)

DELAYS = Layout(
    "delays",
    "How soon successful deliveries were done",
    (
        seconds(
            "doneby",
            "the first pct percent of the successes were done by this many seconds after queueing",
            words="took no longer than",
        ),
        seconds(
            "avg", "average of the distinct ddelays up to there (to six digits): qmailanalog's average", words="average"
        ),
        seconds("mean", "average ddelay of all these deliveries", words="average of these"),
        count("pct", "whole percent, from 10; one that no delivery completes is left out", words="of the successes"),
    ),
)

_ATTEMPTS = (
    size("sbytes", "bytes of the messages that were delivered there", words="delivered"),
    count("mess", "messages sent there: successes and failures", words="messages"),
    count("tries", "attempts that reported: successes, failures and deferrals", words="attempts"),
    seconds("xdelay", "seconds that all these attempts took", words="time"),
)
RECIPIENTS = Layout(
    "recipients",
    "Recipients",
    (*_ATTEMPTS, text("recipient", "channel, a dot, the address in lower case", Content.RECIPIENT)),
    order="recipient",
    weight="mess",
)
HOSTS = Layout(
    "recipient-hosts",
    "Recipient hosts",
    (*_ATTEMPTS, text("host", "what follows the last @ of the recipient", Content.HOST)),
    order="host",
    weight="mess",
)
RECIPIENT_DELAYS = Layout(
    "recipient-delays",
    "Recipients in the best order for mailing lists",
    (
        seconds("avg", "xdelay of the recipient, to the hundredth as in `recipients`, / tries", words="average"),
        count("tries", "attempts that reported", words="attempts"),
        text("recipient", "channel, a dot, the address in lower case", Content.RECIPIENT),
    ),
    weight="avg",
)

_SENT = (
    count("mess", "completed messages", words="messages"),
    size("bytes", "bytes of these", words="size"),
    size("sbytes", "the same, each as often as it was delivered", words="delivered"),
    size("rbytes", "the same, each once per recipient that succeeded or failed", words="size by recipient"),
    count("recips", "recipients of these: successes and failures", words="recipients"),
    count("tries", "attempts for these, deferrals included", words="attempts"),
    seconds(
        "xdelay", "seconds that all attempts took, those for messages still in the queue included", 6, words="time"
    ),
)
SENDERS = Layout(
    "senders",
    "Senders",
    (*_SENT, text("sender", "uid that queued it, a slash, the sender in lower case", Content.SENDER)),
    weight="mess",
)
UIDS = Layout("uids", "Sender uids", (*_SENT, text("uid", "uid that queued the messages")), weight="mess")


def overview(totals: Totals, domains: dict[bytes, Recipient]) -> Table:
    """Return zoverall's figures and what else the log says in all; `domains` are `Totals.by_domain`'s."""
    channels = by_channel({**domains, **totals.channels})
    attempts = together(channels.values())
    messages = recipients = completed = size_ = delivered = 0
    for sender in (*totals.senders.values(), *totals.uids.values()):
        messages += sender.messages
        recipients += sender.recipients
        completed += sender.tries
        size_ += sender.bytes
        delivered += sender.sbytes
    span = max(totals.last - totals.first, 0.0)
    counts = totals.counts
    row: Row = (
        messages,
        recipients,
        completed,
        _share(completed, messages),
        size_,
        delivered,
        _share(totals.qtime, messages),
        attempts.tries,
        attempts.successes,
        attempts.failures,
        totals.discarded,
        attempts.deferrals,
        totals.ddelay,
        _share(totals.ddelay, attempts.successes),
        attempts.xdelay,
        _share(attempts.xdelay, attempts.tries),
        span,
        _share(attempts.xdelay, span),
        *(
            figure
            for name in (b"local", b"remote")
            for channel in [channels.get(name, Recipient(name))]
            for figure in (channel.successes, channel.failures, channel.deferrals, channel.sbytes)
        ),
        counts.messages,
        sum(sender.messages for key, sender in totals.senders.items() if key.endswith(NULL_SENDER)),
        counts.bounces,
        counts.double_bounces,
        counts.triple_bounces,
        counts.expired,
        counts.unreported,
        counts.restarts,
        counts.warnings,
        counts.alerts,
        counts.unrecognised,
        counts.lines,
    )
    return Table(OVERVIEW, [row])


def delays(totals: Totals) -> Table:
    """Return zddist's figures."""
    return Table(
        DELAYS,
        [
            (each.done_by, each.distinct_average, each.average, each.percent)
            for each in totals.delays.percentiles()
            if each.percent >= _FIRST_PERCENT
        ],
    )


def recipients(totals: Totals) -> Table:
    """Return zrecipients' figures, by address."""
    addresses = sorted(totals.recipients)
    rows: list[Row] = []
    for row, name in zip(map(totals.recipients.__getitem__, addresses), all_spelled(addresses), strict=True):
        # Here and not in a function: there may be a million.
        finished = row.successes + row.failures
        tries = finished + row.deferrals
        if tries:
            rows.append((row.sbytes, finished, tries, row.xdelay, name))
    missed = totals.missed.get("recipients", 0)
    rest = _attempts(together((*totals.domains.values(), *totals.channels.values())), REST) if missed else None
    return Table(RECIPIENTS, rows, note(missed, "attempts"), rest=rest)


def recipient_hosts(totals: Totals, domains: dict[bytes, Recipient]) -> Table:
    """Return zrhosts' figures, by host; `domains` are `Totals.by_domain`'s."""
    hosts = sorted(by_host(domains).items())
    names = all_spelled([host for host, _ in hosts])
    missed = totals.missed.get("hosts", 0)
    rest = _attempts(together(totals.channels.values()), REST) if missed else None
    rows = [_attempts(row, name) for (_, row), name in zip(hosts, names, strict=True)]
    return Table(HOSTS, rows, note(missed, "attempts"), rest=rest)


def recipient_delays(by_address: Table) -> Table:
    """Return zrxdelay's figures from zrecipients', the fastest recipient first."""
    rows = list(map(_delay, by_address.rows))
    # The printed average decides, then the number of tries, then the name: the order they come in.
    rows.sort(key=itemgetter(1))
    # Rounding takes long, and the average of one try is round.
    rows.sort(key=lambda row: row[0] if row[1] == 1 else round(row[0], 2))  # type: ignore[arg-type, return-value]
    rest = by_address.rest
    return Table(RECIPIENT_DELAYS, rows, by_address.notes, rest=None if rest is None else _delay(rest))


def senders(totals: Totals) -> Table:
    """Return zsenders' figures, by uid and address."""
    rows = sorted(totals.senders.items(), key=lambda item: (*_by_uid(item[0].partition(b"/")[0]), item[0]))
    sent = [_sent(row, key) for key, row in rows if row.messages]
    missed = totals.missed.get("senders", 0)
    rest = Sender(b"")
    for sender in totals.uids.values():
        rest.add(sender)
    return Table(SENDERS, sent, note(missed, "messages"), rest=_sent(rest, REST.encode()) if missed else None)


def uids(totals: Totals) -> Table:
    """Return zsuids' figures, by uid."""
    rows = sorted(totals.by_uid().items(), key=lambda item: _by_uid(item[0]))
    return Table(UIDS, [_sent(row, uid) for uid, row in rows if row.messages])


def everything(totals: Totals) -> list[Table]:
    """Return all of these tables."""
    domains = totals.by_domain()
    by_address = recipients(totals)
    return [
        overview(totals, domains),
        delays(totals),
        reasons(totals, SUCCESS),
        reasons(totals, FAILURE),
        reasons(totals, DEFERRAL),
        recipient_hosts(totals, domains),
        by_address,
        recipient_delays(by_address),
        uids(totals),
        senders(totals),
    ]


def _by_uid(uid: bytes) -> tuple[int, bytes]:
    return number(uid) or 0, uid


def _delay(row: Row) -> Row:
    """Return a row of recipient-delays from one of recipients."""
    _, _, tries, xdelay, name = row
    # zrxdelay reads zrecipients' printed figures.
    return round(xdelay, 2) / tries, tries, name  # type: ignore[arg-type, operator]


def _attempts(row: Recipient, name: str) -> Row:
    finished = row.successes + row.failures
    return row.sbytes, finished, finished + row.deferrals, row.xdelay, name


def _sent(row: Sender, key: bytes) -> Row:
    return (
        row.messages,
        row.bytes,
        row.sbytes,
        row.rbytes,
        row.recipients,
        row.tries,
        row.xdelay,
        shown(key),
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
