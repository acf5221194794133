"""Why a delivery was deferred or failed, in words an operator recognises.

qmail-send logs the verbatim text of whoever refused, with addresses and queue
ids in it: nearly one text per delivery.  `cause` reduces it to a closed set.
qmail's own words are read here, answers of remote hosts in `answers`.
"""

from __future__ import annotations

from sqmail_log.answers import whose
from sqmail_log.answers.codes import by_aup, by_code, has_number
from sqmail_log.answers.verdict import verdict
from sqmail_log.figures.sums import Cause

OTHER = "other reason"
NONE_GIVEN = "no reason given"
MANGLED = "delivery report mangled"
EXPIRED = b"I'm_not_going_to_try_again;"

# The first needle found in a text without an answer (lower case, `_` for blanks)
# decides, so the special stands before the general.
_RULES: tuple[tuple[bytes, str], ...] = (
    (b"message_is_looping", "mail loop"),
    (b"best-preference_mx", "domain points here but is not in control/locals"),
    (b"couldn't_find_any_host", "domain not found in DNS"),
    (b"couldn't_find_a_mail_exchanger", "domain without mail exchanger or address"),
    (b"cname_lookup_failed", "DNS lookup failed"),
    (b"able_to_establish_an_smtp", "no SMTP connection"),
    (b"connection_timed_out", "no SMTP connection"),
    (b"connection_refused", "no SMTP connection"),
    (b"no_route_to_host", "no SMTP connection"),
    (b"able_to_establish_an_qmtp", "no QMTP connection"),
    (b"did_not_talk_proper_qmtp", "remote host does not speak QMTP"),
    (b"connection_died", "connection died"),
    (b"no_supported_auth", "authentication at remote host failed"),
    (b"auth_failed", "authentication at remote host failed"),
    (b"partial_final_line", "message with partial final line"),
    (b"no_mailbox_here_by_that_name", "no such local mailbox"),
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

_LOCAL = tuple(name for _, name in _RULES)
CAUSES: tuple[str, ...] = tuple(dict.fromkeys([*whose.REMOTE, *_LOCAL, NONE_GIVEN, OTHER]))
"""Every answer that `cause` can give."""

_MOST_KNOWN = 4096
_DIGITS = b"0123456789"
_ALIKE = bytes.maketrans(_DIGITS, b"0" * 10)
_SAID = b"emote_host_said:_"
# Of an answer, so much behind `said: ` tells its codes: `550 5.7.606 `.
_CODES = slice(0, 12)
_shapes: dict[bytes, str] = {}
_texts: dict[bytes, str] = {}


def cause(reason: bytes) -> str:
    """Return the cause that the text after `failure: ` or `deferral: ` speaks of, one of `CAUSES`."""
    return Cause.decoded(told(reason)).text


def told(reason: bytes) -> str:
    """Return the same with what it names and the stage where it came, as `Cause.coded` has it; remembered."""
    key = alike(reason)
    found = _texts.get(key)
    if found is None:
        numbered = has_number(key)
        found = shaped(reason, numbered=numbered)
        if not numbered:
            remember(_texts, key, found)
    return found


def alike(reason: bytes) -> bytes:
    """Return what is the same for texts that differ only in digits, but for the codes of an answer.

    Texts for which `codes.has_number` holds may have different causes all the same.
    """
    return reason.translate(_ALIKE) + reason.partition(_SAID)[2][_CODES]


def shaped(reason: bytes, *, numbered: bool) -> str:
    """Return what `told` does, remembered by the words of the text that hold neither digits nor an address.

    `numbered` says whether `codes.has_number` holds.
    """
    text = reason.partition(EXPIRED)[0]
    key = b"_".join([word for word in text.translate(_ALIKE).split(b"_") if b"0" not in word and b"@" not in word])
    key += text.partition(_SAID)[2][_CODES]
    if numbered:
        lower = text.lower()
        key += repr(by_aup(lower) + by_code(lower)).encode()
    found = _shapes.get(key)
    if found is None:
        found = remember(_shapes, key, _told(text))
    return found


def is_expired(reason: bytes) -> bool:
    """Tell whether the text says that the queue lifetime is over."""
    return EXPIRED in reason


def remember(known: dict[bytes, str], key: bytes, found: str) -> str:
    """Keep what was found, and never more than a few thousand of them; return it."""
    if len(known) >= _MOST_KNOWN:
        known.clear()
    known[key] = found
    return found


def _told(text: bytes) -> str:
    if not text.strip(b"/_ "):
        return NONE_GIVEN
    if _SAID not in text:
        lower = text.lower()
        for needle, name in _RULES:
            if needle in lower:
                return name
    found, named, stage = verdict(text)
    return Cause(found or OTHER, named, stage).coded()
