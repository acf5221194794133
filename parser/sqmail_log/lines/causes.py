"""Why a delivery was deferred or failed, in words an operator recognises.

qmail-send logs the verbatim text of whoever refused, with addresses and queue
ids in it: nearly one text per delivery.  `cause` reduces it to a closed set.
"""

from __future__ import annotations

from functools import lru_cache

OTHER = "other reason"
NONE_GIVEN = "no reason given"
MANGLED = "delivery report mangled"
NO_MAILBOX = "no such local mailbox"
TO_NOBODY = "double bounce address #@[]: discarded"
"""Of the recipient, whatever the text says."""
EXPIRED = b"I'm_not_going_to_try_again;"

# The first needle found in the text (lower case, `_` for blanks) decides, so
# the special stands before the general.
_RULES: tuple[tuple[bytes, str], ...] = (
    (b"message_is_looping", "mail loop"),
    (b"best-preference_mx", "domain points here but is not in control/locals"),
    (b"couldn't_find_any_host", "domain not found in DNS"),
    (b"couldn't_find_a_mail_exchanger", "domain without mail exchanger or address"),
    (b"cname_lookup_failed", "DNS lookup failed"),
    (b"able_to_establish_an_smtp", "no SMTP connection"),
    (b"able_to_establish_an_qmtp", "no QMTP connection"),
    (b"did_not_talk_proper_qmtp", "remote host does not speak QMTP"),
    (b"greylist", "greylisted"),
    (b"grey_list", "greylisted"),
    (b"graylist", "greylisted"),
    (b"postgrey", "greylisted"),
    (b"over_quota", "mailbox full"),
    (b"overquota", "mailbox full"),
    (b"quota_exceeded", "mailbox full"),
    (b"exceeded_quota", "mailbox full"),
    (b"mailbox_full", "mailbox full"),
    (b"mailbox_is_full", "mailbox full"),
    (b"throttl", "throttled by remote host"),
    (b"too_many_connections", "throttled by remote host"),
    (b"rate_limit", "throttled by remote host"),
    (b"too_many_messages", "throttled by remote host"),
    (b"my_name_was_rejected", "our HELO name rejected"),
    (b"sender_was_rejected", "our sender address rejected"),
    (b"but_greeting_failed", "refused at the greeting"),
    (b"connection_died", "connection died"),
    (b"no_supported_auth", "authentication at remote host failed"),
    (b"auth_failed", "authentication at remote host failed"),
    (b"does_not_like_recipient", "recipient refused by remote host"),
    (b"failed_on_data_command", "DATA refused by remote host"),
    (b"spam", "message rejected as spam"),
    (b"virus", "message rejected as infected"),
    (b"failed_after_i_sent_the_message", "message refused by remote host"),
    (b"partial_final_line", "message with partial final line"),
    (b"no_mailbox_here_by_that_name", NO_MAILBOX),
    (b"tls", "TLS with remote host failed"),
    (b"qmail-lspawn", "qmail-lspawn failed"),
    (b"unable_to_find_alias_user", "qmail-lspawn failed"),
    (b"qmail-getpw", "qmail-lspawn failed"),
    (b"qmail-spawn", "qmail-spawn failed"),
    (b"internal_error:", "qmail-spawn failed"),
    (b"home_directory_is", "home directory or .qmail permissions"),
    (b".qmail", "home directory or .qmail permissions"),
    (b"on_maildir_delivery", "cannot write to mailbox"),
    (b"unable_to_chdir_to_maildir", "cannot write to mailbox"),
    (b"unable_to_open_", "cannot write to mailbox"),
    (b"unable_to_switch_to", "cannot write to mailbox"),
    (b"file_has_been_locked", "mailbox locked"),
    (b"unable_to_run_qmail-remote", "qmail-remote cannot run"),
    (b"qmail-remote_crashed", "qmail-remote crashed"),
    (b"qmail-remote_produced_no_output", "qmail-remote crashed"),
    (b"unable_to_run_qmail-local", "qmail-local cannot run"),
    (b"qmail-local_crashed", "delivery program crashed"),
    (b"child_crashed", "delivery program crashed"),
    (b"out_of_memory", "out of memory or processes"),
    (b"system_resources", "out of memory or processes"),
    (b"unable_to_fork", "out of memory or processes"),
    (b"unable_to_read_control", "control files unreadable"),
    (b"access_denied", "cannot write to mailbox"),
    (b"error_report_too_long", "error report too long"),
    (b"report_mangled", MANGLED),
)

CAUSES: tuple[str, ...] = tuple(dict.fromkeys([*(name for _, name in _RULES), NONE_GIVEN, OTHER]))
"""Every cause there is."""

_UNKNOWN_RECIPIENT = (b"no_mailbox_here", b"user_unknown", b"unknown_user", b"no_such_user", b"recipient_unknown")
UNKNOWN_RECIPIENT = "recipient unknown at remote host"
CAUSES = (UNKNOWN_RECIPIENT, TO_NOBODY, *CAUSES)

_KNOWN_TEXTS = 4096
_DIGITS = b"0123456789"
DIGITS_ALIKE = bytes.maketrans(_DIGITS, b"0" * 10)
"""For bytes.translate: texts that are the same then have the same cause, so that callers can remember it by them.

Leaving the digits out makes fewer of them, and takes longer (benchmark: cold-send).
"""


def cause(reason: bytes) -> str:
    """Return the cause that the text after `failure: ` or `deferral: ` speaks of, one of `CAUSES`."""
    return _cause(reason.translate(DIGITS_ALIKE))


def is_expired(reason: bytes) -> bool:
    """Tell whether the text says that the queue lifetime is over."""
    return EXPIRED in reason


@lru_cache(_KNOWN_TEXTS)
def _cause(reason: bytes) -> str:
    text, _, _ = reason.translate(None, _DIGITS).partition(EXPIRED)
    text = text.lower()
    if not text.strip(b"/_ "):
        return NONE_GIVEN
    for needle, name in _RULES:
        if needle in text:
            if needle == b"does_not_like_recipient" and any(word in text for word in _UNKNOWN_RECIPIENT):
                return UNKNOWN_RECIPIENT
            return name
    return OTHER
