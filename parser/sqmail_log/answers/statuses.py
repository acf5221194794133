"""What enhanced status codes, reply codes and the stage of the dialog tell where words did not.

RFC 3463, the IANA registry, and the longer numbers of Microsoft.
"""

from __future__ import annotations

from sqmail_log.answers.reply import DATA, END, GREETING, HELO, MAIL, NOWHERE, RCPT, Reply
from sqmail_log.answers.whose import (
    AFTER_DATA,
    AT_DATA,
    AT_GREETING,
    AT_MAIL,
    AT_RCPT,
    DISABLED,
    FORMAT,
    FULL,
    LISTED,
    LOGIN_FAILED,
    LOGIN_REQUIRED,
    LOOP,
    MOVED,
    NO_DOMAIN,
    NO_MAIL,
    NO_RECIPIENT,
    NO_REVERSE,
    POLICY,
    RELAYING,
    REPUTATION,
    SENDER_ADDRESS,
    THROTTLED,
    TLS_FAILED,
    TLS_REQUIRED,
    TOO_LARGE,
    TROUBLE,
    UNAUTHENTICATED,
)
from sqmail_log.answers.whose import HELO as HELO_NAME

MICROSOFT: tuple[tuple[str, str, int, int], ...] = (
    (NO_RECIPIENT, "1.", 10, 10),
    (THROTTLED, "1.", 90, 90),
    (THROTTLED, "2.", 120, 129),
    (LISTED, "7.", 606, 649),
    (LISTED, "7.", 511, 511),
    (LISTED, "7.", 513, 514),
    (LISTED, "7.", 501, 503),
    (LISTED, "7.", 507, 507),
    (THROTTLED, "7.", 508, 508),
    (NO_RECIPIENT, "7.", 504, 505),
    (HELO_NAME, "7.", 506, 506),
    (UNAUTHENTICATED, "7.", 509, 509),
    (UNAUTHENTICATED, "7.", 515, 515),
    (POLICY, "7.", 510, 510),
    (POLICY, "7.", 51, 51),
    (POLICY, "7.", 68, 68),
    (FORMAT, "7.", 512, 512),
    (REPUTATION, "7.", 650, 651),
    (REPUTATION, "7.", 705, 708),
    (SENDER_ADDRESS, "7.", 750, 750),
    (POLICY, "7.", 124, 136),
    (POLICY, "7.", 900, 999),
    (TROUBLE, "7.", 700, 700),
    (THROTTLED, "7.", 500, 500),
    (THROTTLED, "7.", 550, 550),
    (THROTTLED, "7.", 652, 749),
    (LISTED, "7.", 850, 899),
    (TLS_FAILED, "7.", 321, 325),
    (TLS_REQUIRED, "4.", 317, 317),
    (TROUBLE, "4.", 310, 399),
    (LOOP, "4.", 14, 14),
    (RELAYING, "7.", 64, 64),
    (LOGIN_REQUIRED, "7.", 57, 57),
)
"""Causes by ranges of long numbers, which mean the same wherever they come; 1.10 and 4.14 only as failures."""

REGISTRY = {
    "1.1": NO_RECIPIENT,
    "1.2": NO_DOMAIN,
    "1.3": NO_RECIPIENT,
    "1.4": NO_RECIPIENT,
    "1.6": MOVED,
    "1.7": SENDER_ADDRESS,
    "1.8": SENDER_ADDRESS,
    "2.1": DISABLED,
    "2.2": FULL,
    "2.3": TOO_LARGE,
    "2.4": TROUBLE,
    "3.0": TROUBLE,
    "3.1": TROUBLE,
    "3.2": TROUBLE,
    "3.3": TROUBLE,
    "3.4": TOO_LARGE,
    "3.5": TROUBLE,
    "4.0": TROUBLE,
    "4.2": TROUBLE,
    "4.3": TROUBLE,
    "4.4": NO_DOMAIN,
    "4.5": THROTTLED,
    "4.6": LOOP,
    "4.7": TROUBLE,
    "5.3": THROTTLED,
    "6.0": FORMAT,
    "6.1": FORMAT,
    "6.2": FORMAT,
    "6.3": FORMAT,
    "6.5": FORMAT,
    "6.6": FORMAT,
    "6.7": FORMAT,
    "6.8": FORMAT,
    "6.9": FORMAT,
    "6.10": FORMAT,
    "7.4": LOGIN_REQUIRED,
    "7.8": LOGIN_FAILED,
    "7.10": TLS_REQUIRED,
    "7.11": TLS_REQUIRED,
    "7.13": DISABLED,
    "7.17": NO_RECIPIENT,
    "7.18": NO_DOMAIN,
    "7.20": UNAUTHENTICATED,
    "7.21": UNAUTHENTICATED,
    "7.22": UNAUTHENTICATED,
    "7.23": UNAUTHENTICATED,
    "7.24": UNAUTHENTICATED,
    "7.25": NO_REVERSE,
    "7.26": UNAUTHENTICATED,
    "7.27": SENDER_ADDRESS,
    "7.28": THROTTLED,
    "7.29": TLS_REQUIRED,
    "7.30": UNAUTHENTICATED,
    "7.32": UNAUTHENTICATED,
}
"""Causes by second and third number; 7.27 and 7.29 to 7.32 are read at Google's first."""

_EXACT = 20
"""From here on a detail of 7 in the registry means one thing, and nobody uses it for another."""

_NO_MAIL = {b"521", b"556"}
"""The reply codes of RFC 7504."""

CODES: tuple[tuple[str, str, str], ...] = (
    (LOGIN_REQUIRED, "530 503", ""),
    (LOGIN_FAILED, "535 534 538", ""),
    (DISABLED, "525", ""),
    (MOVED, "551", RCPT),
    (FULL, "552 522", RCPT),
    (TROUBLE, "451", END),
    (TROUBLE, "452 431", ""),
    (TROUBLE, "454 471", ""),
    (THROTTLED, "421", MAIL),
    (FORMAT, "500 501 502 504 555", END),
)
"""Causes by reply code, at a stage or at all of them."""

STAGES = {
    GREETING: AT_GREETING,
    HELO: HELO_NAME,
    MAIL: AT_MAIL,
    RCPT: AT_RCPT,
    DATA: AT_DATA,
    END: AFTER_DATA,
    NOWHERE: "",
}
"""What is left: the stage alone."""


def by_long_number(reply: Reply) -> str:
    """Return what a status with a long number surely means, "" for none: a provider's, or one that is exact."""
    subject, dot, detail = reply.status.partition(".")
    if len(detail) < 2:
        return ""
    number = int(detail)
    for cause, part, least, greatest in MICROSOFT:
        if part == subject + dot and least <= number <= greatest:
            asked = number > 10 or (reply.stage == RCPT and reply.code not in _NO_MAIL)
            return cause if cause != NO_RECIPIENT or asked else NO_MAIL
    return REGISTRY.get(reply.status, "") if subject == "7" and number >= _EXACT else ""


def takes_no_mail(reply: Reply) -> str:
    """Return the cause of the two reply codes of RFC 7504 and of 5.3.2, "" for others.

    At MAIL nobody asked for a domain yet.
    """
    said = reply.code in _NO_MAIL or (reply.status == "3.2" and reply.code[:1] == b"5")
    return NO_MAIL if said and reply.stage not in {MAIL, DATA, END} else ""


def by_status(reply: Reply) -> str:
    """Return what the status says by the registry, "" for nothing exact."""
    if reply.status == "1.0":
        return NO_RECIPIENT if reply.stage == RCPT else SENDER_ADDRESS if reply.stage == MAIL else ""
    if reply.status == "4.1":
        return NO_RECIPIENT if reply.stage == RCPT and reply.code[:1] == b"5" else TROUBLE
    if reply.status == "3.2" and reply.code[:1] == b"5" and reply.stage != MAIL:
        return NO_MAIL
    return REGISTRY.get(reply.status, "")


def by_code(reply: Reply) -> str:
    """Return what the reply code says, "" for nothing exact."""
    code = reply.code.decode("ascii", "replace")
    return next((cause for cause, codes, stage in CODES if code and code in codes and stage in {"", reply.stage}), "")
