"""Who checks passwords for others and logs it: vpopmail's vchkpw, and smtp_auth of Plesk's qmail.

`vchkpw-SERVICE: (METHOD) login success USER@DOMAIN:IP`, `vchkpw-SERVICE: password fail …`: a line may hold the
password that was tried, before the last word, which is the account. Of a line that no row knows nothing is looked
at. `smtp_auth: FAILED: USER - REASON from HOST [IP]`, `smtp_auth: SMTP user USER : … logged in from HOST [IP]`: a
name may hold anything, so that reason and address are found from the line's end.
"""

from __future__ import annotations

from sqmail_log.dialects import rows
from sqmail_log.dialects.names import NATIVE
from sqmail_log.dialects.rows import KNOWN, Dialect, Found, Row

# Who asks vchkpw for SMTP may log the same login himself.
_BETTER = (NATIVE, "qlog", "indimail", "combined")
_ACCEPTED = (*_BETTER, "spamdyke")
_OF_SMTP = frozenset((rows.SMTP, rows.ESMTP, rows.ESMTPS))
_DENIED = "Reject::AUTH::Denied"
_NO_USER = "Reject::AUTH::Unknown_User"
_PASSWORD = "Reject::AUTH::Password"  # noqa: S105 - a condition

# Of an account that there is.
_ACCOUNTS = (
    Row(b"(PLAIN) login success ", "Accept::AUTH::plain", _ACCEPTED),
    Row(b"(LOGIN) login success ", "Accept::AUTH::login", _ACCEPTED),
    Row(b"(CRAM-MD5) login success ", "Accept::AUTH::cram-md5", _ACCEPTED),
    Row(b"(APOP) login success ", "Accept::AUTH::Apop", _ACCEPTED),
    Row(b"login success ", "Accept::AUTH::Success", _ACCEPTED),
    Row(b"system password login success ", "Accept::AUTH::Success", _ACCEPTED),
    Row(b"password fail ", _PASSWORD, _BETTER),
    Row(b"system password fail ", _PASSWORD, _BETTER),
    Row(b"user has no password ", _DENIED, _BETTER),
    Row(b"pop access denied ", _DENIED, _BETTER),
    Row(b"smtp access denied ", _DENIED, _BETTER),
    Row(b"imap access denied ", _DENIED, _BETTER),
    Row(b"webmail access denied ", _DENIED, _BETTER),
)
# Of what a client calls one.
_NAMES = (
    Row(b"vpopmail user not found ", _NO_USER, _BETTER),
    Row(b"system user not found ", _NO_USER, _BETTER),
    Row(b"system user shadow entry not found ", _NO_USER, _BETTER),
    Row(b"invalid user/domain characters ", _NO_USER, _BETTER),
    Row(b"null password given ", "Reject::AUTH::No_Password", _BETTER),
    Row(b"null user name given ", "Reject::AUTH::No_Password", _BETTER),
)
_REST = Row(b"", KNOWN)
# What follows may hold a query with names in it.
_DATABASE = (
    Row(b"vmysql: sql error", warns=True),
    Row(b"vmysql: ", warns=True),
    Row(b"vpgsql: ", warns=True),
    Row(b"could not connect to mysql ", warns=True),
)
_PROTOCOLS = {
    b"vchkpw-smtp": rows.ESMTP,
    b"vchkpw-smtps": rows.ESMTPS,
    b"vchkpw-submission": rows.ESMTP,
    b"vchkpw-pop3": rows.POP3,
    b"vchkpw-pop3s": rows.POP3S,
    b"vchkpw-imap": b"IMAP",
    b"vchkpw-imaps": b"IMAPS",
    b"vchkpw-webmail": b"HTTP",
    b"vchkpw": rows.POP3,
}

_SMTP_AUTH = b"smtp_auth: "

# `... - REASON from HOST [IP]`
_REASONS = (
    Row(b"FAILED: ... - password incorrect", _PASSWORD, _BETTER),
    Row(b"FAILED: ... - no such user", _NO_USER, _BETTER),
)
_FAILED = Row(b"FAILED: ", "Reject::AUTH::Failed", _BETTER)
_LOGGED_IN = Row(b"SMTP user ... logged in", "Accept::AUTH::Success", _ACCEPTED)
_CONNECTED = Row(b"SMTP connect from ", KNOWN)
_RELAYLOCK = Row(b"relaylock: ", KNOWN)
_BY_REASON = {row.says.rpartition(b" - ")[2]: row for row in _REASONS}
_USER = b"SMTP user "


def _read_vpopmail(text: bytes) -> Found | None:
    """Tell the row by what follows the service; the process is vchkpw's own and leads to no session."""
    if text.startswith(b"vpopmail["):
        text = text.partition(b": ")[2]
    service, _, rest = text.partition(b": ")
    if not service.startswith(b"vchkpw"):
        return None
    protocol = _PROTOCOLS.get(service, rows.SMTP)
    row = rows.first(_ACCOUNTS, rest)
    if row is not None:
        account = rest.rpartition(b" ")[2]
        return _of(row, account, rows.last_address(account), protocol)
    row = rows.first(_NAMES, rest)
    if row is not None:
        account = rest[len(row.says) :]
        # The name may end as an address of IPv6 begins.
        client = account.rpartition(b":")[2]
        return _of(row, account, rows.address(client) if b"." in client else b"", protocol)
    return Found(_REST)


def _read_database(text: bytes) -> Found | None:
    """Tell the row by the line's beginning."""
    row = rows.first(_DATABASE, text)
    return None if row is None else Found(row, words=b"vpopmail: " + row.says.rstrip(b": "))


def _of(row: Row, account: bytes, client: bytes, protocol: bytes) -> Found:
    user = account[: -len(client) - 1] if client else account.rpartition(b":")[0]
    unless = None if protocol in _OF_SMTP else ()
    return Found(row, client=client, user=user.removesuffix(b"@"), protocol=protocol, unless=unless)


def _read_plesk(text: bytes) -> Found | None:
    """Tell the row by what follows the program's name, which stands there twice at times."""
    if text.startswith(_RELAYLOCK.says):
        return Found(_RELAYLOCK)
    if not text.startswith(_SMTP_AUTH):
        return None
    said = text[len(_SMTP_AUTH) :].removeprefix(_SMTP_AUTH)
    before, _, host = said.removesuffix(b"]").rpartition(b" from ")
    client = rows.address(host.rpartition(b"[")[2])
    if said.startswith(_CONNECTED.says):
        return Found(_CONNECTED, client=client)
    if said.startswith(_FAILED.says):
        user, _, reason = before[len(_FAILED.says) :].rpartition(b" - ")
        return Found(_BY_REASON.get(reason.rstrip(b" "), _FAILED), client=client, user=user, protocol=rows.ESMTP)
    if said.startswith(_USER) and before.endswith(b" logged in"):
        user = before[len(_USER) :].partition(b" : ")[0]
        return Found(_LOGGED_IN, client=client, user=user, protocol=rows.ESMTP)
    return None


VPOPMAIL = Dialect(
    "vpopmail", "vchkpw of vpopmail 5.4, through syslog or multilog", (*_ACCOUNTS, *_NAMES, _REST), _read_vpopmail
)
DATABASE = Dialect("vpopmail-database", "vpopmail 5.4 with MySQL or PostgreSQL", _DATABASE, _read_database)
PLESK = Dialect(
    "plesk",
    "smtp_auth and relaylock of Plesk's qmail, as administrators published their lines",
    (*_REASONS, _FAILED, _LOGGED_IN, _CONNECTED, _RELAYLOCK),
    _read_plesk,
)
