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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    K = TypeVar("K")
    V = TypeVar("V")

OTHER = "other reason"
NONE_GIVEN = "no reason given"
MANGLED = "delivery report mangled"
NO_MAILBOX = "no such local mailbox"
PROGRAM = "delivery program failed"
TO_NOBODY = "double bounce address #@[]: discarded"
"""Of the recipient, whatever the text says."""
EXPIRED = b"I'm_not_going_to_try_again;"

# The first needle found in a text without an answer (lower case, `_` for blanks)
# decides, so the special stands before the general.
_RULES: tuple[tuple[bytes, str], ...] = (
    (b"message_is_looping", "mail loop"),
    (b"unable_to_forward_message", "forward could not be queued"),
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
    (b"no_mailbox_here_by_that_name", NO_MAILBOX),
    (b"tls", "TLS with remote host failed"),
    (b"out_of_disk_space", "cannot write to mailbox"),
    (b"no_space_left", "cannot write to mailbox"),
    (b"disk_full", "cannot write to mailbox"),
    (b"was_invoked_improperly", "qmail-remote cannot run"),
    (b"control/outgoingip", "control files unreadable"),
    (b"unable_to_read_message._(", "qmail-spawn failed"),
    (b"deliveries_as_root", "qmail-lspawn failed"),
    (b"qmail-lspawn", "qmail-lspawn failed"),
    (b"unable_to_find_alias_user", "qmail-lspawn failed"),
    (b"qmail-getpw", "qmail-lspawn failed"),
    (b"qmail-spawn", "qmail-spawn failed"),
    (b"internal_error:", "qmail-spawn failed"),
    (b"message_has_wrong_owner", "qmail-spawn failed"),
    (b"home_directory_is", "home directory or .qmail permissions"),
    (b".qmail", "home directory or .qmail permissions"),
    (b"on_maildir_delivery", "cannot write to mailbox"),
    (b"unable_to_chdir_to_maildir", "cannot write to mailbox"),
    (b"unable_to_open_", "cannot write to mailbox"),
    (b"unable_to_switch_to", "cannot write to mailbox"),
    (b"_to_ldap", "qmail-lspawn failed"),
    (b"ldap_server", "qmail-lspawn failed"),
    (b"couldn't_create_", "cannot write to mailbox"),
    (b"can't_open_/", "cannot write to mailbox"),
    (b"file_has_been_locked", "mailbox locked"),
    (b"unable_to_run_qmail-remote", "qmail-remote cannot run"),
    (b"qmail-remote_crashed", "qmail-remote crashed"),
    (b"qmail-remote_produced_no_output", "qmail-remote crashed"),
    (b"unable_to_run_qmail-local", "qmail-local cannot run"),
    (b"qmail-local_crashed", "delivery program crashed"),
    (b"child_crashed", "delivery program crashed"),
    (b"maildrop:_signal_", "delivery program crashed"),
    (b"segmentation_fault", "delivery program crashed"),
    (b"out_of_memory", "out of memory or processes"),
    (b"system_resources", "out of memory or processes"),
    (b"unable_to_fork", "out of memory or processes"),
    (b"unable_to_read_control", "control files unreadable"),
    (b"access_denied", "cannot write to mailbox"),
    (b"error_report_too_long", "error report too long"),
    (b"report_mangled", MANGLED),
    (b"shared_libraries", PROGRAM),
    (b"vmysql:_", PROGRAM),
    (b"vauth_open_", PROGRAM),
    (b"valias_processing_", PROGRAM),
)

# Where neither these nor the words of answers tell more.
_FAILED_PROGRAMS = (b":_fatal:_", b"command_not_found", b":_not_found/", b"no_such_file_or_directory")
LOCALLY = {
    whose.TROUBLE: PROGRAM,
    whose.LOGIN_FAILED: PROGRAM,
    whose.LOGIN_REQUIRED: PROGRAM,
    whose.NO_RECIPIENT: NO_MAILBOX,
    "no SMTP connection": PROGRAM,
    "connection died": PROGRAM,
}
"""What it is where delivery was local: there a program of a .qmail file speaks, of itself and of its helpers."""
_LOCAL = tuple(name for _, name in _RULES)
CAUSES: tuple[str, ...] = tuple(dict.fromkeys([*whose.REMOTE, *_LOCAL, NONE_GIVEN, TO_NOBODY, OTHER]))
"""Every cause there is."""

MOST_KNOWN = 4096
"""So many texts are remembered with what they mean."""
_DIGITS = b"0123456789"
DIGITS_ALIKE = bytes.maketrans(_DIGITS, b"0" * 10)
# What is one message's own: digits, and addresses.
_OWN_ALIKE = bytes.maketrans(_DIGITS + b"@", b"0" * 11)
_BYTE = 255
SAID = b"emote_host_said:_"
CODES = len(SAID + b"550 5.7.606 ")
"""From `SAID` on, so much of a text holds the codes of an answer."""
_known: dict[bytes, str] = {}
_shapes: dict[bytes, tuple[str, bool]] = {}
_numbered: dict[bytes, str] = {}


def cause(reason: bytes) -> str:
    """Return the cause that the text after `failure: ` or `deferral: ` speaks of, one of `CAUSES`."""
    return Cause.decoded(told(reason)).text


def told(reason: bytes) -> str:
    """Return the same with what it names and the stage where it came, as `Cause.coded` has it; remembered."""
    key = reason.translate(DIGITS_ALIKE) + reason[(at := reason.find(SAID)) : at + CODES]
    found = _known.get(key) or _known.get(reason)
    if found is None:
        found, numbered = shaped(reason)
        remember(_known, reason if numbered else key, found)
    return found


def shaped(reason: bytes) -> tuple[str, bool]:
    """Return what `told` does, and whether digits in other places than `CODES` may decide it: a provider's code.

    Texts are alike here that have the same words without digits and addresses,
    and as many with them.
    """
    text = reason.partition(EXPIRED)[0]
    # A text of digits alone has the same shape as one without a word.
    if not text.strip(b"/_ "):
        return NONE_GIVEN, False
    words = reason.translate(_OWN_ALIKE).split(b"_")
    # Of a URL with a number the host is left: it may be a list's.
    shape = b"_".join(
        [word if b"0" not in word else word.partition(b"://")[2].partition(b"/")[0] for word in words]
    )
    shape += bytes((len(words) & _BYTE,)) + reason[(at := reason.find(SAID)) : at + CODES]
    found = _shapes.get(shape)
    if found is not None and not found[1]:
        return found
    if found is None:
        found = remember(_shapes, shape, (_told(text), has_number(text.translate(DIGITS_ALIKE))))
        if not found[1]:
            return found
    lower = text.lower()
    shape += repr(by_aup(lower) + by_code(lower)).encode()
    return _numbered.get(shape) or remember(_numbered, shape, _told(text)), True


def is_expired(reason: bytes) -> bool:
    """Tell whether the text says that the queue lifetime is over."""
    return EXPIRED in reason


def remember(known: dict[K, V], key: K, found: V) -> V:
    """Keep what was found, and never more than a few thousand of them; return it."""
    if len(known) >= MOST_KNOWN:
        known.clear()
    known[key] = found
    return found


def _told(text: bytes) -> str:
    if SAID not in text:
        lower = text.lower()
        for needle, name in _RULES:
            if needle in lower:
                return name
    found, named, stage = verdict(text)
    # One that says why for good, as a mailing list's does, has not failed.
    if not found and b"(#5." not in text and any(needle in text.lower() for needle in _FAILED_PROGRAMS):
        found = PROGRAM
    return Cause(found or OTHER, named, stage).coded()
