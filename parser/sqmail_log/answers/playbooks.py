"""The way back from a cause: whether retries can succeed, and what to do first, second, third.

One source for the runbooks and for whatever tells an operator what to do; no
check loads it.  Steps are Markdown, in qmail's terms.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqmail_log.answers import whose
from sqmail_log.answers.playbooks_local import LOCAL
from sqmail_log.answers.steps import LIST, Playbook


@dataclass(frozen=True)
class Door:
    """Where somebody who names himself in an answer may be asked, and what to know of him."""

    who: str
    page: str
    note: str


_LOOK = "Read the answers: `sqmail-report failures --log LOG --verbatim --top 20`, `sqmail-report senders --log LOG` for who sends so much."
_STOP = (
    "Stop what caused it before asking anybody: a stolen account (change its password, stop its sessions), a form on a"
    " web server, a forwarding of spam. Its messages in the queue: `qmail-qread`, then remove them with qmail-send stopped."
)
_ELSEWHERE = (
    "What cannot wait goes another way: `DOMAIN:RELAY` in `control/smtproutes`, then `svc -h` is not needed:"
    " qmail-remote reads it for each delivery."
)
_SLOWER = (
    "Fewer at a time: lower `control/concurrencyremote` and restart qmail-send (`svc -t`). qmail has no limit for one"
    " domain: send its mail by a second qmail or by a relay in `control/smtproutes`."
)

PLAYBOOKS: dict[str, Playbook] = {
    whose.LISTED: Playbook(
        "later",
        (
            f"Look up our sending IP address at {LIST}: the answers name it.",
            _STOP,
            "Ask the list to take us off, once, at its own page (below); most entries end by themselves once nothing"
            " new comes.",
            _ELSEWHERE,
        ),
    ),
    whose.REPUTATION: Playbook(
        "later",
        (
            _STOP,
            "See to SPF, DKIM and reverse DNS of the sending address, and to bounces: take unknown recipients off lists.",
            _SLOWER,
            "Sign up for the provider's feedback and figures (below).",
        ),
    ),
    whose.NO_REVERSE: Playbook(
        "no",
        (
            "`getent hosts ADDRESS` of the address that the answer names, then `getent ahosts NAME`: the name must lead back to"
            " it.",
            "Have the owner of the address (the hosting provider) set one PTR record to the name in `control/me`, or in"
            " `control/helohost` where qmail-remote is patched for it.",
            "Does the host send by IPv6 without meaning to? Its address needs a PTR record, too.",
        ),
    ),
    whose.HELO: Playbook(
        "no",
        (
            "`cat control/helohost control/me`: the first that is there is what qmail-remote says. It must be a full name.",
            "That name must have an A record with our address, and our address a PTR record with that name.",
            "After a change nothing has to be restarted: qmail-remote reads it for each delivery.",
        ),
    ),
    whose.UNAUTHENTICATED: Playbook(
        "no",
        (
            "`dig TXT DOMAIN` and `dig TXT _dmarc.DOMAIN` of the sender's domain, from any machine that has `dig`: is our"
            " address in its SPF record, is our signature's key published?",
            "Our own domain: add the address to SPF, sign with DKIM (a wrapper of qmail-remote or qmail-queue).",
            "Somebody else's domain: forwarded mail breaks SPF. Rewrite the sender (SRS), or have the mailbox fetched.",
            "A sender with a foreign domain in From: that is none of ours: stop it.",
        ),
    ),
    whose.SENDER_ADDRESS: Playbook(
        "no",
        (
            "Which sender: `sqmail-report trace --log DIR --recipient ADDRESS` of one that failed. Does its domain resolve and have"
            " an MX record?",
            "A program that sends as `user@localhost` or as the machine's name: set `control/defaultdomain`,"
            " `control/plusdomain`, or the envelope sender (`qmail-inject -f`, `QMAILSUSER`, `QMAILSHOST`).",
            "A stolen account or a forger: `control/badmailfrom` keeps the sender out.",
            "Blocked by this recipient alone: the recipient has to allow the sender.",
        ),
    ),
    whose.RELAYING: Playbook(
        "no",
        (
            "`cat control/smtproutes`: does the mail go to a host that does not take it for this domain?",
            "No route of ours: the MX record of the domain (`dig MX DOMAIN`, from any machine that has `dig`) names a host"
            " that knows nothing of the domain: its owner has to mend it.",
            "A smarthost: does it know our address, or want a login (`control/smtproutes` or `control/authsenders`)?",
        ),
    ),
    whose.LOGIN_REQUIRED: Playbook(
        "no",
        (
            "A smarthost wants a login: put user and password behind the host in `control/smtproutes` or"
            " `control/authsenders`, as the qmail at hand has it.",
            "No smarthost is meant: the mail goes to a submission server. `cat control/smtproutes`; port 587 is for clients.",
        ),
    ),
    whose.LOGIN_FAILED: Playbook(
        "no",
        (
            "Is the password that is kept for the smarthost still right? Try it by hand: `openssl s_client -starttls smtp"
            " -connect HOST:587`.",
            "Put the new one into `control/smtproutes` or `control/authsenders`; who may read that file?",
            "Stop retrying meanwhile (`svc -d`): many failures lock the account.",
        ),
    ),
    whose.TLS_REQUIRED: Playbook(
        "no",
        (
            "Can this qmail-remote do STARTTLS at all? `sqmail-report successes --log LOG`: is there any with TLS?",
            "s/qmail: `control/tlsdestinations` says to whom TLS is spoken; netqmail needs the TLS patch.",
            "Until then: send this domain by a relay that can, in `control/smtproutes`.",
        ),
    ),
    whose.TLS_FAILED: Playbook(
        "later",
        (
            "`openssl s_client -starttls smtp -connect HOST:25`: which version, which certificate?",
            "Ours: old OpenSSL, old ciphers, CA file or client certificate (`control/tlsdestinations`,"
            " `control/tlsclientciphers`, `control/clientcert.pem`).",
            "Theirs: take TLS off for this domain in `control/tlsdestinations` until they have mended it.",
        ),
    ),
    whose.THROTTLED: Playbook(
        "yes",
        (
            "Wait: qmail tries again by itself, later each time.",
            "Who sends so much? `sqmail-report senders --log LOG --top 10`; a stolen account ends here.",
            _SLOWER,
            "One message with many recipients of a domain: qmail sends it once for each; ezmlm and lists can be slowed down.",
        ),
    ),
    whose.SPAM: Playbook(
        "no",
        (
            _LOOK,
            _STOP,
            "Forwarded mail: filter it for spam before `.qmail` forwards it.",
            "Rightful mail: links with listed names, a missing text part, a young domain; see to DKIM and DMARC.",
        ),
    ),
    whose.INFECTED: Playbook(
        "no",
        (
            "Find the sender (`sqmail-report failures --log LOG --verbatim`, `trace`) and take the machine off the net.",
            "Scan what is sent: a filter at `QMAILQUEUE`.",
            "Remove its messages from the queue with qmail-send stopped.",
        ),
    ),
    whose.POLICY: Playbook(
        "no",
        (
            _LOOK,
            "At the greeting or HELO it is our address: as [on a block list](#our-address-is-on-a-block-list).",
            "After DATA it is the message: attachments, links, a sender of another domain.",
            "At RCPT it is the recipient's rule: only senders that he allows.",
        ),
    ),
    whose.TOO_LARGE: Playbook(
        "no",
        (
            "Tell the sender; attachments grow by a third on their way.",
            "Set our own limit no higher than what others take: `control/databytes`.",
        ),
    ),
    whose.FORMAT: Playbook(
        "no",
        (
            "Which program sends it? Header fields that are missing or come twice, bare line feeds, lines over 998 bytes.",
            "Mail from programs goes through `qmail-inject`, which mends headers, and not straight into `qmail-queue`.",
        ),
    ),
    whose.LOOP: Playbook(
        "no",
        (
            "Read the Received fields of the bounce: which hosts take turns?",
            "Ours: a forwarding in `.qmail`, a route in `control/smtproutes`, a domain missing in `control/locals` or"
            " `control/virtualdomains`.",
            "Theirs: the recipient forwards to himself; he has to end it.",
        ),
    ),
    whose.TROUBLE: Playbook(
        "yes",
        (
            "Wait: it is their disk, database or load.",
            "For days and one domain only: tell their postmaster by another way.",
            "For many domains at once: behind which one host are they? Look at our line and at the clock.",
        ),
    ),
    whose.GREYLISTED: Playbook(
        "yes",
        ("Nothing: the next attempt is taken.", "Where it lasts for hours: does our address change between attempts?"),
    ),
    whose.FULL: Playbook(
        "later", ("Here: `df`, the user's quota.", "There: nothing; the sender gets a bounce after a week.")
    ),
    **LOCAL,
}
"""By cause; what a recipient alone can change has none."""

DOORS: tuple[Door, ...] = (
    Door(
        "Spamhaus",
        "https://check.spamhaus.org/",
        "PBL: for addresses that should not send at all; ask for an exception",
    ),
    Door("SpamCop", "https://www.spamcop.net/bl.shtml", "ends by itself a day after the last report"),
    Door("Barracuda", "https://www.barracudacentral.org/rbl/removal-request", ""),
    Door("SORBS", "http://www.sorbs.net/lookup.shtml", "closed in 2024: who still asks it should stop"),
    Door(
        "UCEPROTECT",
        "https://www.uceprotect.net/en/rblcheck.php",
        "level 2 and 3 list whole networks: ask the provider",
    ),
    Door("Abusix", "https://lookup.abusix.com/", ""),
    Door("Invaluement", "https://www.invaluement.com/lookup/", ""),
    Door("NiX Spam", "https://www.dnsbl.manitu.net/", ""),
    Door("Backscatterer", "https://www.backscatterer.org/", "bounces to forged senders: check recipients in SMTP"),
    Door("PSBL", "https://psbl.org/", "takes off at once, once"),
    Door("Mailspike", "https://mailspike.io/ip_verify", ""),
    Door("Hostkarma", "https://ipadmin.junkemailfilter.com/remove.php", ""),
    Door("SpamRATS", "https://www.spamrats.com/lookup.php", "lists addresses without a proper PTR record"),
    Door("Proofpoint", "https://ipcheck.proofpoint.com/", ""),
    Door("Cloudmark", "https://csi.cloudmark.com/en/reset/", ""),
    Door("Trend Micro", "https://www.ers.trendmicro.com/reputations", ""),
    Door("Mimecast", "https://community.mimecast.com/", "the recipient can permit the sender"),
    Door("Symantec", "https://ipremoval.sms.symantec.com/", ""),
    Door("Cisco", "https://talosintelligence.com/reputation_center", ""),
    Door("Senderscore", "https://senderscore.org/", ""),
    Door("Google", "https://support.google.com/mail/contact/gmail_bulk_sender_escalation", "figures: Postmaster Tools"),
    Door(
        "Microsoft",
        "https://sender.office.com/",
        "365: 5.7.511 to 5.7.649; outlook.com: https://olcsupport.office.com/",
    ),
    Door("Yahoo", "https://senders.yahooinc.com/contact", "TSS04 passes by itself, TSS09 and BL codes do not"),
    Door("Apple", "https://support.apple.com/en-us/102322", "icloudadmin@apple.com with the answer"),
    Door("GMX and web.de", "https://postmaster.gmx.net/en/contact", ""),
    Door("IONOS", "https://postmaster.1und1.de/en/", ""),
    Door(
        "T-Online",
        "https://postmaster.t-online.de/",
        "new addresses are refused until they have asked: tobr@rx.t-online.de",
    ),
    Door("Orange", "https://postmaster.orange.fr/", "at most 2 connections at a time"),
    Door("La Poste", "https://postmaster.laposte.net/", ""),
    Door("Free", "https://postmaster.free.fr/", "passes by itself"),
    Door("Comcast", "https://spa.xfinity.com/report", "RL codes pass by themselves"),
    Door("Charter", "https://www.spectrum.net/support/internet/understanding-email-error-codes", ""),
    Door("Cox", "https://www.cox.com/residential/support/email-error-codes.html", ""),
    Door("AT&T", "https://www.att.net/blocks", "abuse_rbl@abuse-att.net with the answer"),
    Door("QQ", "https://open.mail.qq.com/", ""),
    Door("NetEase", "https://mail.163.com/help/help_spam_16.htm", "the page explains each code"),
    Door("Mail.ru", "https://postmaster.mail.ru/", ""),
    Door("Yandex", "https://postmaster.yandex.ru/", ""),
    Door("KPN", "mailto:abuse@kpn.com", ""),
)
"""The forms and pages of lists and providers, by the name that stands beside a cause."""
