"""Codes that mail providers put into their answers, from their public references."""

from __future__ import annotations

from sqmail_log.answers.whose import (
    DISABLED,
    FORMAT,
    FULL,
    GREYLISTED,
    HELO,
    INFECTED,
    LISTED,
    LOGIN_FAILED,
    LOGIN_REQUIRED,
    LOOP,
    NO_DOMAIN,
    NO_RECIPIENT,
    NO_REVERSE,
    POLICY,
    RELAYING,
    REPUTATION,
    SENDER_ADDRESS,
    SPAM,
    THROTTLED,
    TOO_LARGE,
    TROUBLE,
    UNAUTHENTICATED,
)

ROWS: tuple[tuple[str, str, str], ...] = (
    # Microsoft: outlook.com, hotmail.
    ("Microsoft", THROTTLED, "submissionquotaexceeded"),
    ("Microsoft", FULL, "quotaexceededexception"),
    ("Microsoft", SENDER_ADDRESS, "sendasdenied"),
    ("Microsoft", SPAM, "outboundspamexception"),
    ("Microsoft", LISTED, "(s3140) (s3150) sc-001 sc-002 sc-003 sc-004 dy-001 dy-002 ou-001 ou-002"),
    ("Microsoft", THROTTLED, "s77719 rp-001 rp-002 rp-003"),
    ("Microsoft", NO_RECIPIENT, "as(201806281) as(201806271)"),
    # Yahoo, AOL.
    ("Yahoo", REPUTATION, "[tss04] [tss05] [tss09] [tss10] [tss11] [ts04] [iptss04] [ipts04] iptss04 ipts04"),
    ("Yahoo", LISTED, "[tss01] [tss02] [tss03] [tss07] [ts01] [ts02] [ts03] [bl20] [bl21] [bl22] [bl23] vs1-ip"),
    ("Yahoo", GREYLISTED, "[gl01]"),
    ("Yahoo", SPAM, "[ph01] [vs1-mf] vs1-mf hvu:b"),
    ("Yahoo", UNAUTHENTICATED, "(au01) dmarc:"),
    ("Yahoo", DISABLED, "554_30_"),
    ("Yahoo", LISTED, "rtr:bl rtr:sc rtr:bb rtr:du rly:b2 rly:bl rly:ir con:b1"),
    ("Yahoo", THROTTLED, "rly:b1 dyn:t"),
    ("Yahoo", NO_REVERSE, "rtr:rd dns:nr"),
    ("Yahoo", SPAM, "rly:bd rly:ch"),
    ("Yahoo", INFECTED, "rtr:ch"),
    ("Yahoo", SENDER_ADDRESS, "rly:sn"),
    ("Yahoo", TROUBLE, "rtr:ge"),
    ("Yahoo", FORMAT, "(mff:"),
    # Apple.
    ("Apple", SPAM, "[cs01] [vi-1]"),
    ("Apple", REPUTATION, "[hm08]"),
    ("Apple", LISTED, "[hcm2]"),
    ("Apple", UNAUTHENTICATED, "[hme1]"),
    # T-Online, GMX and web.de.
    ("T-Online", REPUTATION, "(nowl)"),
    ("T-Online", LISTED, "a_problem_occurred"),
    ("GMX and web.de", NO_REVERSE, "c=rdns"),
    ("GMX and web.de", LISTED, "c=bl& c=r0301"),
    # Orange, SFR.
    ("SFR", LISTED, "gu_eib"),
    # Comcast, AT&T, Facebook, Rackspace.
    ("Comcast", LISTED, "#bl0 _bl000 es0000"),
    ("Comcast", THROTTLED, "#rl0 _rl000"),
    ("Comcast", NO_REVERSE, "#pt0 _pt000"),
    ("AT&T", LISTED, "dnsbl:attrbl dnsbl:rbl blocked_by_ldap:ou=rblmx"),
    ("Facebook", LISTED, "pol-p1 pol-p2 pol-p3 pol-p4 pol-t1 pol-t2 pol-t3"),
    ("Facebook", UNAUTHENTICATED, "pol-p7"),
    ("Facebook", SPAM, "pol-p6 pol-p8"),
    ("Facebook", INFECTED, "pol-p5"),
    ("Facebook", NO_REVERSE, "dns-p3 dns-t2"),
    ("Facebook", SENDER_ADDRESS, "dns-p1 dns-p2 dns-t1"),
    ("Facebook", THROTTLED, "con-t1 con-t2 con-t3 con-t4 msg-t1"),
    ("Facebook", NO_RECIPIENT, "rcp-p1 int-p1 int-p3 int-p4"),
    ("Facebook", POLICY, "rcp-p2 rcp-p3 msg-p2"),
    ("Facebook", DISABLED, "rcp-t4"),
    ("Facebook", FULL, "int-p7"),
    ("Facebook", TOO_LARGE, "msg-p1 int-p2"),
    ("Facebook", FORMAT, "msg-p3"),
    # NetEase, and others with its program Coremail; QQ.
    ("NetEase", SPAM, "dt:spm mi:spm dt:sur"),
    ("NetEase", UNAUTHENTICATED, "dt:spf mi:spf mi:dma"),
    ("NetEase", THROTTLED, "421_hl:ihu hl:icc hl:ifc hl:ifq hl:itc mi:dmc mi:ccl mi:cel mi:icc mi:rfq mi:sfq mi:stc"),
    ("NetEase", THROTTLED, "rp:drc rp:ccl rp:cel rp:orq rp:qrc rp:rcl rp:rph rp:trc dt:mrc dt:osl"),
    ("NetEase", LISTED, "dt:rbl mi:rbl wm:bli dt:spb ip:spm hl:ihu hl:ipb mi:ipb ip_is_rejected,_smtp"),
    ("NetEase", REPUTATION, "hl:rep hl:mep hl:irp"),
    ("NetEase", SENDER_ADDRESS, "wm:blu mi:nac mi:mbe mi:blu mi:imf mi:sum mi:spb mi:sfk dt:sum"),
    ("NetEase", LOGIN_REQUIRED, "mi:anl"),
    ("NetEase", HELO, "mi:nhd"),
    ("NetEase", NO_REVERSE, "rp:rdn hl:rdn"),
    ("NetEase", RELAYING, "rp:frl rp:drl"),
    ("NetEase", NO_RECIPIENT, "rp:rpb"),
    ("NetEase", FULL, "rp:uqt dt:uqt"),
    ("NetEase", TOO_LARGE, "rp:sms rp:ums dt:sms dt:ums"),
    ("NetEase", LOOP, "dt:mth"),
    ("NetEase", TROUBLE, "hl:tld"),
    ("QQ", REPUTATION, "suspected_bounce_attacks suspected_spam_ip"),
    # i.ua.
    ("i.ua", RELAYING, "i.ua/err/1/ i.ua/err/6/"),
    ("i.ua", LISTED, "i.ua/err/9/"),
    ("i.ua", HELO, "i.ua/err/7/"),
    ("i.ua", DISABLED, "i.ua/err/3/"),
    # Symantec, MailChannels, Proofpoint.
    ("Symantec", REPUTATION, "connection_rejected_by_policy_[7.7]"),
    ("MailChannels", LISTED, "[s10] [sdnf] [tfty]"),
    ("Proofpoint", LISTED, "dnsbl-lookup.cgi"),
    ("Mimecast", SPAM, "mcspamsignature"),
    ("Google", SPAM, "p=unsolicitedmessageerror"),
    ("Google", REPUTATION, "try_again_later,_closing_connection"),
    ("qmail", FORMAT, "/smtplf.html"),
    ("Trend Micro", LISTED, "mail-abuse.com/cgi-bin/lookup mail-abuse.org"),
    ("Trend Micro", SENDER_ADDRESS, "block-send-er"),
    ("Trend Micro", NO_DOMAIN, "rejected:_no-domain"),
)
"""Provider, cause, and codes in lower case as they stand in a log, `_` for a blank."""

AUP: tuple[tuple[str, int, int], ...] = (
    (LISTED, 1000, 1000),
    (SENDER_ADDRESS, 1010, 1089),
    (TROUBLE, 1090, 1099),
    (NO_REVERSE, 1100, 1159),
    (POLICY, 1160, 1199),
    (LISTED, 1200, 1269),
    (THROTTLED, 1300, 1499),
    (SENDER_ADDRESS, 1500, 1529),
    (TOO_LARGE, 1530, 1539),
    (THROTTLED, 1540, 1559),
    (LISTED, 1560, 1569),
    (THROTTLED, 1570, 1599),
)
"""Charter: `AUP#…NNNN`."""

COX: tuple[tuple[str, str], ...] = (
    (LISTED, "cxbl"),
    (LISTED, "cdrbl"),
    (LISTED, "ipbl"),
    (NO_REVERSE, "cxdns"),
    (UNAUTHENTICATED, "cxsndr"),
    (SENDER_ADDRESS, "cxsmtp"),
    (THROTTLED, "cxcnct"),
    (THROTTLED, "cxmxrt"),
    (THROTTLED, "cxthrt"),
    (LISTED, "cxmj"),
    (SPAM, "urlbl"),
)
"""Cox: `AUP#` and letters."""

ORANGE: tuple[tuple[str, str], ...] = (
    (LISTED, "101 102 103 510 630 988 989 990"),
    (THROTTLED, "104 105 108 109 111 201 999"),
    (NO_REVERSE, "107"),
    (UNAUTHENTICATED, "397 398 401 515 517 535"),
    (LOGIN_FAILED, "305"),
    (LOGIN_REQUIRED, "402"),
    (SENDER_ADDRESS, "403 405 415 421"),
    (NO_RECIPIENT, "416 418"),
    (FULL, "417"),
    (DISABLED, "420 426"),
    (TROUBLE, "505"),
    (SPAM, "506 513 536"),
    (TOO_LARGE, "514"),
)
"""Orange and La Poste: `OFR_506`, `OFR004_104`, `LPN007_510`, the last three digits."""

GODADDY: tuple[tuple[str, str], ...] = (
    (LISTED, "104 105 106 110 111 112 113"),
    (REPUTATION, "103"),
    (NO_REVERSE, "108"),
    (TROUBLE, "101"),
    (THROTTLED, "007 504 510 605 607"),
    (LOGIN_FAILED, "401"),
    (FORMAT, "501 502"),
    (SENDER_ADDRESS, "506"),
    (UNAUTHENTICATED, "508"),
    (SPAM, "212"),
    (INFECTED, "705"),
)
"""GoDaddy: `IBnnn`."""

_APART = bytes.maketrans(b"_[](){}<>.,;:/#", b" " * 15)


def by_code(text: bytes) -> tuple[str, str]:
    """Return the cause and the provider that a code in an answer means, lower case; twice "" for none."""
    for provider, cause, needles in _ROWS:
        for needle in needles:
            if needle in text:
                return cause, provider
    for prefix, provider, table in ((b"ofr", "Orange", ORANGE), (b"lpn", "La Poste", ORANGE), (b"ib", "GoDaddy", GODADDY)):
        if prefix in text and (cause := _numbered(text, prefix, table)):
            return cause, provider
    return "", ""


def by_aup(text: bytes) -> tuple[str, str]:
    """Return the same of the codes that Charter and Cox put behind `AUP#`, whatever else they say."""
    _, found, code = text.partition(b"aup#")
    if not found:
        return "", ""
    for cause, letters in COX:
        if code.startswith(letters.encode()):
            return cause, "Cox"
    digits = code.translate(_APART).partition(b" ")[0].rpartition(b"-")[2]
    number = int(digits) if digits.isdigit() else 0
    return next(((cause, "Charter") for cause, least, most in AUP if least <= number <= most), ("", ""))


def _numbered(text: bytes, prefix: bytes, table: tuple[tuple[str, str], ...]) -> str:
    """Return the cause of a word that is the prefix and a number: `OFR004_104`, `IB212`."""
    words = text.translate(_APART).split()
    for word, following in zip(words, [*words[1:], b""], strict=True):
        number = word.removeprefix(prefix)
        if number == word or (number and not number.isdigit() and not number.startswith(b"aaa")):
            continue
        last = following[:3] if prefix != b"ib" and following[:3].isdigit() else number[-3:]
        found = next((cause for cause, numbers in table if last and last.decode("ascii", "replace") in numbers.split()), "")
        if found:
            return found
    return ""


_ROWS = tuple((provider, cause, tuple(needles.encode().split())) for provider, cause, needles in ROWS)


_NUMBERED = (
    b"000_hl:",
    *(b"ss00 ts00 s0000 c-000 y-000 u-000 p-000 as(0 bl00 vs0 gl00 ph00 au00 000_00_ ly:b0 on:b0 cs00 vi-0 hm00".split()),
    *(b"hme0 hcm0 c=r0 -p0 -t0 ua/err/ [0.0] [s00] aup# ofr lpn _ib0".split()),
)


def has_number(alike: bytes) -> bool:
    """Tell whether digits may decide what a text means in which all digits are `0`: those of a provider's code."""
    lower = alike.lower()
    return any(needle in lower for needle in _NUMBERED)
