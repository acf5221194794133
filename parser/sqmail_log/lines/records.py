"""Records of qmail-smtpd and qmail-popup: `Action::Type::Condition P:protocol S:client …`.

What a client sent stands raw in them.  Only what precedes it is trusted: the
process, Action::Type::Condition, `P:` and `S:`.
"""

from __future__ import annotations

from functools import lru_cache

from sqmail_log.figures import sums
from sqmail_log.figures.metrics import ACTIONS, OPEN_REASONS, REASONS
from sqmail_log.lines.fields import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from sqmail_log.figures.sums import Sums

AFTER_TAG = slice(43, None)
CLIENT = b" S:"
# SPAMCONTROL before 2.5 wrote no program and no pid.
_UNTAGGED = (b"Accept::", b"Reject::", b"Deferred::", b"Info::")
_TAG = b"qmail-smtpd: pid  ".rjust(AFTER_TAG.start + 1)
_TYPE_METRICS = {
    "accept::auth": "auth_accept",
    "reject::auth": "auth_reject",
    "accept::spf": "spf_pass",
    "reject::spf": "spf_fail",
}
_LOGINS = ("accept::auth", "reject::auth")
# A method that is not offered, of which nobody was asked for a user.
_NO_LOGIN = "auth_meth"
_RELAYING = ("accept_SNDR_Relay_Client", "accept_ORIG_Relay_Mailfrom")
# A login there sends nothing.
_READING = (b"POP", b"IMAP", b"HTTP")
_USER_MARKS = (b" ?~ '", b" ?= '")
_AFTER_USER_MARK = len(_USER_MARKS[0])
_KNOWN_LIMIT = 2048


class Meaning:
    """What `Action::Type::Condition P:protocol` means.

    `triple` is Action::Type::Condition as it stands there, `action` the
    metric of all records of its action, `reason` that of its condition, ''
    where no rule knows it (then `unknown` is what it calls itself), and
    `metrics` all that it counts in.  `table` has the clients of such records,
    '' for none.
    """

    __slots__ = (
        "accepts", "action", "is_login", "metrics", "protocol", "reason", "rejects", "relays", "table", "triple",
        "unknown",
    )  # fmt: skip

    def __init__(self, triple: bytes, names: list[str], protocol: bytes) -> None:
        action, type_, condition = names
        group = f"{action}::{type_}"
        self.triple = triple.removesuffix(b":")
        self.action = ACTIONS[action]
        self.reason = REASONS.get(f"{group}::{condition}") or OPEN_REASONS.get(group, "")
        self.unknown = "" if self.reason else shown(triple)
        self.protocol = protocol
        self.accepts = action == "accept"
        self.rejects = action == "reject"
        self.is_login = group in _LOGINS and condition != _NO_LOGIN
        self.relays = self.accepts and not protocol.startswith(_READING) and (self.is_login or self.reason in _RELAYING)
        metrics = [self.action, self.reason] if self.reason else [self.action, f"{self.action}_other", "unrecognised"]
        metrics += [_TYPE_METRICS[group]] if group in _TYPE_METRICS else []
        metrics += ["records_tls"] if _is_tls(protocol) else []
        self.metrics = tuple(metrics)
        self.table = "" if not self.rejects else sums.LOGIN if type_ == "auth" else sums.REFUSED


class Record:
    """One record.

    `sender`, `recipient` and `helo` are what the client claimed and may hold
    anything; `user` is the name at a login.
    """

    __slots__ = ("_claims", "meaning", "pid")

    def __init__(self, pid: bytes, meaning: Meaning, claims: bytes) -> None:
        self.pid = pid
        self.meaning = meaning
        # What follows `S:`, with the newline.
        self._claims = claims

    @classmethod
    def of(cls, line: bytes) -> Self | None:
        """Return the record of a line that begins as one, None where it is none."""
        text, _, claims = line.partition(CLIENT)
        pid, _, record = text[AFTER_TAG].partition(b" ")
        meant = meaning(record)
        return None if meant is None else cls(pid, meant, claims)

    @property
    def client(self) -> bytes:
        """Return the client's address: of IPv6 it has colons, the host's name behind it has none."""
        return address_of(self._claims)

    @property
    def envelope(self) -> tuple[bytes, bytes]:
        """Return MAIL FROM and RCPT TO, b"" for none, without the note in quotes that may follow.

        The last `F:` and `T:` count, since a HELO may contain others.
        """
        before, mark, recipient = self._rest.rpartition(b" T:")
        if not mark:
            return b"", b""
        sender = before.rpartition(b" F:")[2] if b" F:" in before else b""
        return sender, recipient.partition(b" '")[0].partition(b" ?~ ")[0]

    @property
    def sender(self) -> bytes:
        """Return the MAIL FROM."""
        return self.envelope[0]

    @property
    def recipient(self) -> bytes:
        """Return the RCPT TO."""
        return self.envelope[1]

    @property
    def helo(self) -> bytes:
        """Return the HELO to its first blank."""
        return self._rest.partition(b" H:")[2].partition(b" ")[0]

    @property
    def user(self) -> bytes:
        """Return the user of a login, b"" for none."""
        return user_of(self._claims)

    @property
    def _rest(self) -> bytes:
        """Return what follows the client, with the blank before it."""
        _, blank, rest = self._claims[:-1].partition(b" ")
        return blank + rest


def user_of(claims: bytes) -> bytes:
    """Return the user of a login from what follows `S:` in a record, with its newline; b"" for none.

    The user is what stands last; before it may stand anything, also what looks like a user.
    """
    text = claims.rstrip(b"\n")
    begin = max(map(text.rfind, _USER_MARKS))
    return text[begin + _AFTER_USER_MARK : -1] if begin >= 0 and text.endswith(b"'") else b""


def address_of(claims: bytes) -> bytes:
    """Return the client's address from what follows `S:` in a record."""
    return claims.partition(b" ")[0].rpartition(b":")[0]


def count(clients: Iterable[tuple[Meaning, list[bytes]]], minute: Sums) -> dict[str, list[bytes]]:
    """Count records, given as the clients of each meaning; return the clients by the table that they belong in."""
    numbers = minute.numbers
    tables: dict[str, list[bytes]] = {}
    for meaning, them in clients:
        number = len(them)
        for name in meaning.metrics:
            numbers[name] = numbers.get(name, 0) + number
        if meaning.table:
            tables.setdefault(meaning.table, []).extend(them)
        if meaning.unknown:
            minute.explain(sums.UNKNOWN, meaning.unknown, number)
    return tables


def tagged(text: bytes) -> bytes | None:
    """Return a line that lacks program and pid, as one that has an empty pid; None where it is no such line."""
    return _TAG + text + b"\n" if text.startswith(_UNTAGGED) else None


@lru_cache(_KNOWN_LIMIT)
def meaning(record: bytes) -> Meaning | None:
    """Return what `Action::Type::Condition P:protocol` means; None where it is no record.

    Names are compared without case; a colon at the end (old SPAMCONTROL) and
    a word before `P:` (RBL patches name the zone there) are not part of them.
    """
    triple, _, rest = record.rstrip(b"\n").partition(b" ")
    names = triple.decode("ascii", "replace").removesuffix(":").lower().split("::")
    if len(names) != 3 or names[0] not in ACTIONS:
        return None
    protocol = rest[2:] if rest[:2] == b"P:" else rest.partition(b" P:")[2]
    return Meaning(triple, names, protocol.partition(b" ")[0])


def _is_tls(protocol: bytes) -> bool:
    name = protocol.removeprefix(b"UTF8")
    return any(name.startswith(clear + b"S") for clear in (b"ESMTP", b"POP3", b"IMAP"))
