"""qmail-ldap's qmail-smtpd with LOGLEVEL: `qmail-smtpd PID: TEXT`, one line for each thing said or done.

What is said of recipients begins before it is known what becomes of them, so
that a message counts when it is queued. No line but the first of a session
has the client's address. What is refused it says from LOGLEVEL 3 on: lines
that a lower one leaves are a dialect of their own, which tells of nothing.
"""

from __future__ import annotations

from sqmail_log.dialects import rows
from sqmail_log.dialects.names import NATIVE
from sqmail_log.dialects.rows import KNOWN, Dialect, Found, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_TROUBLE = "Deferred::SMTP::Trouble"
_RELAY = "Reject::SNDR::Invalid_Relay"
_FORMAT = "Reject::ORIG::Bad_Format"
_SYNTAX = "Reject::SMTP::Syntax_Error"
_SIZE = "Reject::DATA::Invalid_Size"
_TAG = b"qmail-smtpd "

_CONNECTION = Row(b"connection from ", KNOWN)
_SUCCESS = Row(b"authentication success, user ", "Accept::AUTH::Success")
# What a lower LOGLEVEL leaves.
_TERSE = (
    _CONNECTION,
    _SUCCESS,
    Row(b"message queued: ", "Accept::DATA::Queued", (NATIVE, "spamdyke", "chkuser")),
    Row(b"message permanently not accepted because: ", "Reject::DATA::Queue_Reject", ("simscan",)),
    Row(b"message temporarly not accepted because: ", "Deferred::DATA::Queue_Delay", ("simscan",), warns=True),
    Row(b"stray new line detected", _SYNTAX),
    Row(b"Oversized line in data part", _SYNTAX),
    Row(b"connection timed out", "Deferred::SMTP::Timeout"),
    Row(b"temporary ldap lookup failure", "Deferred::RCPT::Lookup", warns=True),
    Row(b"failed to start qmail-queue", _TROUBLE, warns=True),
    Row(b"out of memory", _TROUBLE, warns=True),
    Row(b"unable to read controls", _TROUBLE, warns=True),
    Row(b"unable to figure out my IP address", _TROUBLE, warns=True),
    Row(b"read error or connection closed", KNOWN),
    Row(b"write error, connection closed", KNOWN),
    Row(b"compressed data read failed: ", KNOWN),
    Row(b"mail from: ", KNOWN),
    Row(b"rcpt to: ", KNOWN),
)
_VERBOSE = (
    Row(b"authentication failed: ", "Reject::AUTH::Failed"),
    Row(b"authentication type ", "Reject::AUTH::Auth_Meth"),
    Row(b"auth needed", "Reject::AUTH::Required"),
    Row(b"TLS encryption required for authentication", "Reject::AUTH::Auth_Meth"),
    Row(b"bad mailfrom", "Reject::ORIG::Bad_Mailfrom"),
    Row(b"message denied because: RFC2821 bounces are ", "Reject::ORIG::Null_Sender"),
    Row(b"message denied because: mailfrom without ", _FORMAT),
    Row(b"message denied because: refused mailfrom because return MX ", "Reject::ORIG::DNS_MF"),
    Row(b"message denied because: refused mailfrom because ", "Reject::ORIG::Invalid_Mailfrom"),
    Row(b"message denied because: 'SMTP SIZE' too big", _SIZE),
    # What qmail-verify answered; of a recipient another line goes before.
    Row(b"message denied because: ", "Reject::RCPT::Failed_Rcptto"),
    Row(b"message denied because of recipient verify", KNOWN),
    Row(b"message denied because of more 'RCPT TO'", "Reject::RCPT::Toomany_Rcptto"),
    Row(b"bounce message denied because ", "Reject::RCPT::Policy"),
    Row(b"refused mailfrom because return MX lookup failed", "Deferred::ORIG::DNS_MF"),
    Row(b"RFC2821 syntax error in mail from: ", _SYNTAX),
    Row(b"syntax error in 'rcpt to': ", _SYNTAX),
    Row(b"'rcpt to' denied, looks like bogus ", _RELAY),
    Row(b"'rcpt to' denied: ", "Reject::RCPT::Bad_Rcptto"),
    Row(b"no mail relay for 'rcpt to': ", _RELAY),
    Row(b"too many hops, ", "Reject::SMTP::Toomany_Hops"),
    Row(b"datasize limit exceeded", _SIZE),
    Row(b"bad MIME attachement", "Reject::DATA::MIME_Attach"),
    Row(b"aborting TLS ", KNOWN),
    Row(b"enabled options: ", KNOWN),
    Row(b"remote ", KNOWN),
    Row(b"recipient verify", KNOWN),
    Row(b"relaying allowed via relaymailfrom", KNOWN),
    Row(b"reauthentication attempt rejected", KNOWN),
    Row(b"auth ", KNOWN),
    Row(b"RBL check", KNOWN),
    Row(b"DDC saved ", KNOWN),
    Row(b"unrecognized command: ", KNOWN),
    Row(b"vrfy for: ", KNOWN),
    Row(b"help requested", KNOWN),
    Row(b"tarpitting", KNOWN),
    Row(b"go ahead", KNOWN),
    Row(b"quit, closing connection", KNOWN),
    Row(b"force closing connection", KNOWN),
    Row(b"'", KNOWN),
)


def _reader(rows_of: tuple[Row, ...]) -> Callable[[bytes], Found | None]:
    """Return what tells the row by the words behind the process."""

    def read(text: bytes) -> Found | None:
        pid, mark, said = text.removeprefix(_TAG).partition(b": ")
        if not mark or not text.startswith(_TAG) or not rows.process(pid):
            return None
        row = rows.first(rows_of, said)
        if row is None:
            return None
        user = said[len(row.says) :] if row is _SUCCESS else b""
        client = said[len(row.says) :].partition(b" ")[0] if row is _CONNECTION else b""
        words = b"qmail-smtpd: " + said
        return Found(row, pid=pid, client=rows.address(client), user=user, protocol=rows.ESMTP, words=words)

    return read


TERSE = Dialect("ldap-terse", "qmail-smtpd of qmail-ldap 1.03, LOGLEVEL 1 and 2", _TERSE, _reader(_TERSE))
DIALECT = Dialect("ldap", "qmail-smtpd of qmail-ldap 1.03, LOGLEVEL 3 and 4", _VERBOSE, _reader(_VERBOSE))
