"""The way back from what qmail says of itself, of the network and of DNS."""

from __future__ import annotations

from sqmail_log.answers.steps import Playbook

_RETRY = "Then `svc -a` on qmail-send retries everything now (in some versions `kill -ALRM`)."

LOCAL: dict[str, Playbook] = {
    "qmail-remote cannot run": Playbook(
        "no",
        (
            "**Stop qmail-send at once** (`svc -d`): each remote message bounces for good while it runs.",
            "`ls -l /var/qmail/bin/qmail-remote`, `ldd` on it, and the run script's `softlimit`: a missing program or"
            " library, or too little memory.",
            "Start it again when `qmail-remote HOST SENDER RECIPIENT </etc/hostname` answers by hand.",
        ),
    ),
    "qmail-local cannot run": Playbook(
        "no",
        (
            "**Stop qmail-send at once** (`svc -d`): each local message bounces for good while it runs.",
            "`ls -l /var/qmail/bin/qmail-local`, `ldd` on it, the run script's `softlimit`.",
            "Start it again when that is mended.",
        ),
    ),
    "qmail-remote crashed": Playbook(
        "later",
        (
            "Did a library or the program change? `ldd /var/qmail/bin/qmail-remote`, the kernel's log.",
            "Raise the run script's `softlimit -m`; TLS needs more than old scripts allow.",
            _RETRY,
        ),
    ),
    "out of memory or processes": Playbook(
        "yes",
        (
            "Raise `softlimit -m` and `-p` in the run script of qmail-send.",
            "Lower `control/concurrencyremote` and `control/concurrencylocal` to what the host can carry.",
            "What else takes the memory? `free`, `ps`.",
        ),
    ),
    "control files unreadable": Playbook(
        "later",
        (
            "`ls -l /var/qmail/control`: readable for qmailr and qmails, each file and the folder.",
            "Is the file system full or read only? `df`, `mount`.",
            _RETRY,
        ),
    ),
    "cannot write to mailbox": Playbook(
        "later",
        (
            "`df` and `df -i` of the mailboxes' file system; is it mounted, and writable?",
            "One user alone: owner and mode of the Maildir, its quota.",
            _RETRY,
        ),
    ),
    "home directory or .qmail permissions": Playbook(
        "later",
        (
            "`ls -ld` of the home and `ls -l` of its `.qmail`: neither may be writable for group or others.",
            "A sticky home (`chmod +t`) holds delivery back on purpose.",
            _RETRY,
        ),
    ),
    "delivery program crashed": Playbook(
        "later",
        (
            "Which program? The recipient's `.qmail` names it. Run it by hand with a message, as that user.",
            "A program that ends with 111 is tried again, with 100 the message bounces.",
        ),
    ),
    "delivery program failed": Playbook(
        "later",
        (
            "Which program? The recipient's `.qmail` or `.qmail-default` names it; `sqmail-report deferrals` and `failures`"
            " with `--verbatim` quote what it said.",
            "Is what it asks up: the data base of vpopmail or dovecot, spamd, clamd? Is the program there, and may the"
            " user run it?",
            "Run it by hand with a message, as that user. One that ends with 111 is tried again, with 100 the message"
            " bounces.",
        ),
    ),
    "forward could not be queued": Playbook(
        "later",
        (
            "qmail-queue, or the filter in `QMAILQUEUE`, put off or refused what a `.qmail` forwards: look into"
            " qmail-send's environment for it.",
            "`df` and `df -i` of the queue's file system; the run script's `softlimit` must be enough for the filter.",
            _RETRY,
        ),
    ),
    "mailbox locked": Playbook("yes", ("Another program holds the mbox: `fuser`. A Maildir knows no locks.",)),
    "qmail-lspawn failed": Playbook(
        "later",
        (
            "Is there a user `alias`, and does the user data base answer (`id`, NSS, LDAP)?",
            "The run script's `softlimit`; after `users/assign` was changed: `qmail-newu`.",
            _RETRY,
        ),
    ),
    "qmail-spawn failed": Playbook(
        "later",
        (
            "`qmail-qsanity` or `queue-fix` with qmail-send stopped: a message's file is missing or has a wrong owner.",
            "Is the queue's file system sound? The kernel's log.",
        ),
    ),
    "domain points here but is not in control/locals": Playbook(
        "no",
        (
            "A domain of ours: add it to `control/locals` or `control/virtualdomains`, and to `control/rcpthosts`; `svc -h`.",
            "None of ours: its MX record names us by mistake; its owner has to mend it.",
        ),
    ),
    "error report too long": Playbook(
        "no", ("The delivery program of that `.qmail` prints too much: send its output to a file.",)
    ),
    "delivery report mangled": Playbook(
        "yes", ("qmail-send could not read what qmail-rspawn or qmail-lspawn wrote: do all programs have one version?",)
    ),
    "DNS lookup failed": Playbook(
        "yes",
        (
            "`cat /etc/resolv.conf; timeout 20 getent ahosts DOMAIN`: does the resolver answer at all?",
            "All domains: restart the resolver, or take another one.",
            "One domain: its name servers are down; wait. Answers over 512 bytes need the big-DNS patch in old qmails.",
        ),
    ),
    "no SMTP connection": Playbook(
        "yes",
        (
            "`timeout 10 bash -c 'head -n 1 </dev/tcp/HOST/25'` from this host, and to some other domain.",
            "All domains: port 25 is blocked by firewall or provider, or our line is down.",
            "One domain: its hosts are down; wait. `qmail-tcpto` lists who timed out, `qmail-tcpok` forgets them.",
        ),
    ),
    "no QMTP connection": Playbook("yes", ("`control/qmtproutes`: does the host still speak QMTP on port 209?",)),
    "remote host does not speak QMTP": Playbook(
        "no", ("Take the route out of `control/qmtproutes`, or put it into `control/smtproutes`.",)
    ),
    "connection died": Playbook(
        "yes",
        (
            "At one host: its filter hangs up; read its other answers.",
            "At many: a firewall that meddles with SMTP, the path's MTU, or `control/timeoutremote` too short.",
            "After the message was sent it may have arrived all the same: a retry makes a second copy.",
        ),
    ),
    "double bounce address #@[]: discarded": Playbook(
        "no",
        (
            "These are bounces of mail with a forged sender: nothing is lost, they are in no ratio.",
            "Many of them: refuse unknown recipients in SMTP (validrcptto, CHKUSER, s/qmail's `control/recipients`), so"
            " that nothing is taken in that must bounce.",
            "See `sqmail-report recipients` for who is written to, and what bounces by itself (a vacation program).",
        ),
    ),
}
"""By cause, as `lines.causes` names it."""
