"""Traffic by domain in both directions: who sends, and where mail goes."""

from __future__ import annotations

from sqmail_report.messages.totals import Recipient, Sender, together
from sqmail_report.tables.bounded import REST, note
from sqmail_report.tables.table import Content, Layout, Table, count, seconds, size, text
from sqmail_report.tables.words import shown, spelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_report.messages.totals import Totals
    from sqmail_report.tables.table import Row

OURS, OTHERS = "ours", "other"
_NULL = b"<>"
# Bounces, and bounces of bounces.
_NOBODY = frozenset((_NULL, b"[]"))
WEIGHTS = ("messages", "bytes")
"""What the rows can be ranked by."""


def _senders(weight: str) -> Layout:
    return Layout(
        "sender-domains",
        "Who sends, by the sender's domain",
        (
            count("mess", "completed messages", words="messages"),
            size("bytes", "bytes of these", words="size"),
            size("sbytes", "the same, each as often as it was delivered", words="delivered"),
            count("recips", "recipients of these: successes and failures", words="recipients"),
            count("tries", "attempts for these, deferrals included", words="attempts"),
            seconds("xdelay", "seconds that all attempts took, those for messages still in the queue included"),
            text(
                "whose", "`ours` of a domain that had a local delivery in the time, else `other`; of bounces nobody's"
            ),
            text("domain", "what follows the last @ of the sender; nothing where there is none, `<>` for bounces"),
        ),
        weight=weight,
    )


def _recipients(weight: str) -> Layout:
    return Layout(
        "recipient-domains",
        "Where mail goes, by domain",
        (
            count("mess", "messages sent there: successes and failures", words="messages"),
            size("sbytes", "bytes of the messages that were delivered there", words="delivered"),
            count("tries", "attempts that reported: successes, failures and deferrals", words="attempts"),
            count("failures", "... of these the failures", words="failed"),
            count("deferrals", "... the deferrals", words="deferred"),
            seconds(
                "ddelay", "seconds from `info msg` to the successful report, average of the successes", words="delay"
            ),
            seconds("xdelay", "seconds that all these attempts took"),
            text("channel", "local or remote"),
            text("domain", "what follows the last @ of the recipient", Content.HOST),
        ),
        weight=weight,
    )


_BY_MESSAGES = _senders("mess"), _recipients("mess")
_BY_BYTES = _senders("bytes"), _recipients("sbytes")
SENDERS, RECIPIENTS = _BY_MESSAGES


def domains(totals: Totals, by: str = WEIGHTS[0]) -> list[Table]:
    """Return both tables, the greatest first by one of `WEIGHTS`."""
    senders, recipients = _BY_MESSAGES if by == WEIGHTS[0] else _BY_BYTES
    there = totals.by_domain()
    ours = {address.rpartition(b"@")[2] for address in there if address.startswith(b"local ")}
    return [_of_senders(totals, senders, ours), _of_recipients(totals, recipients, there)]


def _of_senders(totals: Totals, layout: Layout, ours: set[bytes]) -> Table:
    sums: dict[bytes, Sender] = {}
    for sender in totals.senders.values():
        if sender.messages:
            domain = _domain_of(sender.key)
            sums.setdefault(domain, Sender(domain)).add(sender)
    rows = [_sent(row, shown(domain), _whose(domain, ours)) for domain, row in sums.items()]
    missed = totals.missed.get("senders", 0)
    rest = Sender(b"")
    for sender in totals.uids.values():
        rest.add(sender)
    notes = note(missed, "messages")
    return Table(layout, _ranked(rows, layout), notes, rest=_sent(rest, REST, None) if missed else None)


def _of_recipients(totals: Totals, layout: Layout, there: dict[bytes, Recipient]) -> Table:
    rows = [
        _attempts(row, shown(address[:6].rstrip()), spelled(address.rpartition(b"@")[2]))
        for address, row in there.items()
        if row.tries
    ]
    missed = totals.missed.get("hosts", 0)
    rest = _attempts(together(totals.channels.values()), None, REST) if missed else None
    return Table(layout, _ranked(rows, layout), note(missed, "attempts"), rest=rest)


def _ranked(rows: list[Row], layout: Layout) -> list[Row]:
    index = layout.index(layout.weight)
    return sorted(rows, key=lambda row: (-float(row[index] or 0), *map(str, row[-2:])))


def _domain_of(key: bytes) -> bytes:
    """Return the domain of `UID/<ADDRESS>`; nothing of one without, `<>` of the null sender."""
    address = key.partition(b"/")[2]
    if address == _NULL:
        return address
    _, at, domain = address[1:-1].rpartition(b"@")
    return domain if at else b""


def _whose(domain: bytes, ours: set[bytes]) -> str | None:
    if domain in _NOBODY:
        return None
    return OURS if domain in ours else OTHERS


def _sent(row: Sender, domain: str, whose: str | None) -> Row:
    return row.messages, row.bytes, row.sbytes, row.recipients, row.tries, row.xdelay, whose, domain


def _attempts(row: Recipient, channel: str | None, domain: str) -> Row:
    delay = row.ddelay / row.successes if row.successes else None
    finished = row.successes + row.failures
    return finished, row.sbytes, row.tries, row.failures, row.deferrals, delay, row.xdelay, channel, domain
