"""The closed list of dialects: whose a line is, and counting what lines tell, each thing once, whoever says it too."""

from __future__ import annotations

from sqmail_log.dialects import (
    chkuser,
    combined,
    filters,
    indimail,
    ldap,
    logins,
    qlog,
    spamdyke,
    tlslog,
    toaster,
)
from sqmail_log.dialects.names import HEADS, NATIVE, head
from sqmail_log.dialects.rows import address
from sqmail_log.figures import sums
from sqmail_log.figures.metrics import OF_POP
from sqmail_log.lines import networks, records, servers
from sqmail_log.lines.fields import plain, shown
from sqmail_log.parties import senders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqmail_log.dialects.rows import Dialect, Found
    from sqmail_log.figures.sums import Sums
    from sqmail_log.lines.records import Meaning

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        qlog.DIALECT,
        chkuser.DIALECT,
        logins.VPOPMAIL,
        logins.DATABASE,
        spamdyke.DIALECT,
        spamdyke.VERBOSE,
        filters.SIMSCAN,
        filters.SCANNER,
        filters.SYSTEM,
        toaster.DIALECT,
        indimail.DIALECT,
        combined.DIALECT,
        ldap.DIALECT,
        ldap.TERSE,
        logins.PLESK,
        tlslog.DIALECT,
    )
}
"""Every dialect by its name."""

_READERS = {beginning: [DIALECTS[name] for name in names] for beginning, names in HEADS.items()}
LOGINS_ALONE = frozenset(("vpopmail", "plesk", "ldap-terse"))
"""Dialects whose logins are no recipient's: others log one for each recipient, or beside it."""
ACCEPTED, REFUSED, LOGGED_IN, NOT_LOGGED_IN = "accepted", "refused", "logged in", "not logged in"
"""What a line may tell: of a recipient or message, and of a login."""


def find(text: bytes) -> tuple[str, Found] | None:
    """Return the dialect of a line's text and what it tells; None where no dialect knows it."""
    for dialect in _READERS.get(head(text), ()):
        found = dialect.read(text)
        if found is not None:
            return dialect.name, found
    return None


def note(
    lines: Iterable[bytes], minute: Sums, native: Iterable[str], connections: Iterable[bytes]
) -> tuple[list[bytes], dict[bytes, Found]]:
    """Count lines that the grammar does not know; return those that no dialect knows either, and what was told.

    `native` is what the records of s/qmail tell in the same stretch, ACCEPTED
    and so on: patches and filters that stand around one qmail-smtpd say the
    same of one recipient, and it counts where it is told best (`Row.unless`).
    `connections` are the server's lines of clients that came meanwhile.
    What was told are the records and handshakes by line.
    """
    strangers, spoken = _heard(lines, connections)
    heard: dict[str, int] = {}
    told = {(NATIVE, what) for what in native}
    spoken_of: set[tuple[str, Meaning]] = set()
    for _, name, found in spoken:
        heard[name] = heard.get(name, 0) + 1
        meaning = found.meaning
        if meaning is not None and (name, meaning) not in spoken_of:
            spoken_of.add((name, meaning))
            told.update((name, what) for what in told_by(meaning))
    minute.explain_all(sums.DIALECT, heard)
    events: dict[bytes, Found] = {}
    clients: dict[Meaning, list[bytes]] = {}
    relayed: list[tuple[bytes, bytes]] = []
    alone = 0
    for line, name, found in spoken:
        meaning = found.meaning
        if meaning is not None and any((better, _matter(meaning)) in told for better in found.unless):
            continue
        if found.row.warns:
            minute.add("warnings", 1)
            minute.explain(sums.WARNING, _worded(found))
        if meaning is not None:
            clients.setdefault(meaning, []).append(found.client)
            alone += name in LOGINS_ALONE and meaning.is_login and meaning.accepts and meaning.reason not in OF_POP
            if meaning.relays:
                relayed.append((found.user, found.client))
            events[line] = found
        elif found.handshake:
            minute.add("tls_sessions", 1)
            minute.add(servers.tls_metric(found.words), 1)
            events[line] = found
    minute.add("logins_alone", alone)
    if relayed:
        senders.note(relayed, {}, minute)
    for table, addresses in records.count(clients.items(), minute).items():
        minute.explain_all(table, networks.of_all(addresses))
    return strangers, events


def _heard(
    lines: Iterable[bytes], connections: Iterable[bytes]
) -> tuple[list[bytes], list[tuple[bytes, str, Found]]]:
    """Return the lines that no dialect knows, and the others with whose they are and what each tells.

    One that does not tell its client's address has the one that a line of the
    same process told before it, else the one that the server gave the process.
    """
    strangers: list[bytes] = []
    spoken: list[tuple[bytes, str, Found]] = []
    addresses: dict[bytes, bytes] = {}
    given: dict[bytes, bytes] | None = None
    for line in lines:
        whose = find(line[servers.TEXT])
        if whose is None:
            strangers.append(line)
            continue
        name, found = whose
        if found.client:
            addresses[found.pid] = found.client
        elif found.pid:
            if found.pid not in addresses:
                given = _given(connections) if given is None else given
                addresses[found.pid] = address(given.get(found.pid, b""))
            found.client = addresses[found.pid]
        spoken.append((line, name, found))
    return strangers, spoken


def _given(connections: Iterable[bytes]) -> dict[bytes, bytes]:
    """Return each process's client as `pid PID from ADDRESS` has it."""
    clients: dict[bytes, bytes] = {}
    for line in connections:
        process, _, rest = line[servers.AFTER_PID].partition(b" ")
        clients[process] = rest.rpartition(b" ")[2]
    return clients


def told_by(meaning: Meaning) -> set[str]:
    """Return what a record tells."""
    told = {ACCEPTED if meaning.accepts else REFUSED}
    if meaning.is_login:
        told.add(LOGGED_IN if meaning.accepts else NOT_LOGGED_IN)
    return told


def _matter(meaning: Meaning) -> str:
    """Return what others may tell better: of a login that, else what became of a recipient or message."""
    if meaning.is_login:
        return LOGGED_IN if meaning.accepts else NOT_LOGGED_IN
    return ACCEPTED if meaning.accepts else REFUSED


def _worded(found: Found) -> str:
    """Return a warning's words, numbers as N but in what the program always says."""
    head = found.row.says if found.words.startswith(found.row.says) else b""
    return shown(head) + plain(found.words[len(head) :])
