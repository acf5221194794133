"""The causes that answers of remote hosts have, and whose trouble each cause is, local ones included."""

from __future__ import annotations

US = "us"
RECIPIENT = "recipient"
THEM = "them"
US_OR_THEM = "us or them"
NETWORK = "network"
SENDER = "sender"
NOBODY = "nobody"
UNKNOWN = "unknown"

LISTED = "our address is on a block list"
REPUTATION = "our address has a bad reputation"
NO_REVERSE = "our address has no reverse DNS"
HELO = "our HELO name rejected"
UNAUTHENTICATED = "SPF, DKIM or DMARC failed"
SENDER_ADDRESS = "our sender address rejected"
RELAYING = "relaying denied by remote host"
LOGIN_REQUIRED = "authentication required by remote host"
LOGIN_FAILED = "authentication at remote host failed"
TLS_REQUIRED = "TLS required by remote host"
TLS_FAILED = "TLS with remote host failed"
THROTTLED = "throttled by remote host"
GREYLISTED = "greylisted"
SPAM = "message rejected as spam"
INFECTED = "message rejected as infected"
TOO_LARGE = "message too large"
FORMAT = "message format refused"
POLICY = "refused by policy of remote host"
NO_RECIPIENT = "recipient unknown at remote host"
DISABLED = "mailbox disabled"
FULL = "mailbox full"
MOVED = "recipient moved"
NO_MAIL = "recipient's domain does not accept mail"
NO_DOMAIN = "domain not found in DNS"
TROUBLE = "trouble at remote host"
LOOP = "mail loop"
AT_GREETING = "refused at the greeting"
AT_MAIL = "sender refused by remote host"
AT_RCPT = "recipient refused by remote host"
AT_DATA = "DATA refused by remote host"
AFTER_DATA = "message refused by remote host"

WHOSE = {
    LISTED: US,
    REPUTATION: US,
    NO_REVERSE: US,
    HELO: US,
    UNAUTHENTICATED: US,
    SENDER_ADDRESS: US,
    RELAYING: US,
    LOGIN_REQUIRED: US,
    LOGIN_FAILED: US,
    TLS_REQUIRED: US,
    TLS_FAILED: US_OR_THEM,
    THROTTLED: US,
    GREYLISTED: NOBODY,
    SPAM: US,
    INFECTED: US,
    TOO_LARGE: SENDER,
    FORMAT: SENDER,
    POLICY: US_OR_THEM,
    NO_RECIPIENT: RECIPIENT,
    DISABLED: RECIPIENT,
    FULL: RECIPIENT,
    MOVED: RECIPIENT,
    NO_MAIL: RECIPIENT,
    NO_DOMAIN: RECIPIENT,
    TROUBLE: THEM,
    LOOP: US_OR_THEM,
    AT_GREETING: UNKNOWN,
    AT_MAIL: UNKNOWN,
    AT_RCPT: UNKNOWN,
    AT_DATA: UNKNOWN,
    AFTER_DATA: UNKNOWN,
    # What qmail says of itself.
    "domain points here but is not in control/locals": US,
    "domain without mail exchanger or address": RECIPIENT,
    "DNS lookup failed": NETWORK,
    "no SMTP connection": NETWORK,
    "no QMTP connection": NETWORK,
    "remote host does not speak QMTP": US_OR_THEM,
    "connection died": NETWORK,
    "message with partial final line": SENDER,
    "no such local mailbox": RECIPIENT,
    "qmail-lspawn failed": US,
    "qmail-spawn failed": US,
    "home directory or .qmail permissions": US,
    "cannot write to mailbox": US,
    "mailbox locked": US,
    "qmail-remote cannot run": US,
    "qmail-remote crashed": US,
    "qmail-local cannot run": US,
    "delivery program crashed": US,
    "delivery program failed": US,
    "forward could not be queued": US,
    "out of memory or processes": US,
    "control files unreadable": US,
    "error report too long": US,
    "delivery report mangled": US,
    "no reason given": UNKNOWN,
    "other reason": UNKNOWN,
    "double bounce address #@[]: discarded": NOBODY,
}
"""Whose trouble a cause is.  A mailbox here that is full or unknown is its recipient's, too."""

REMOTE = tuple(WHOSE)[: tuple(WHOSE).index(AFTER_DATA) + 1]
"""The causes that an answer can have."""


def whose(cause: str) -> str:
    """Return whose trouble a cause is: `us`, `recipient`, `them`, …; `unknown` for one that an older state holds."""
    return WHOSE.get(cause, UNKNOWN)
