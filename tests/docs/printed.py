"""What the shell lines of pages print, on the host that tests/docs/host makes, and what can be seen of them afterwards."""

import json
import re

from project import ROOT

DOCS = ROOT / "docs"

NOTHING = r"\A\Z"
_COUNTS = "messages|recipients|attempts|connections|records|lines"
# A daemon that does not run there, a network that is not there: the line's own program says so.
_NO_SUPERVISE = r"\A(/service/\S+: unable to open supervise/ok: file does not exist\n)+\Z"
_NO_NETWORK = r"\A(\nreal\t.*\nuser\t.*\nsys\t.*\n)?\Z"


def _check(line):
    name = re.search(r"check_qmail_(\w+)", line)[1].upper()
    return rf"\AQMAIL_{name} (OK|WARNING|CRITICAL) - [^|\n]+[^U\n]*(\n.*)*\| ?\w+=" if " -v " in line else rf"\AQMAIL_{name} (OK|WARNING|CRITICAL) - [^|\n]+ \| \w+="


def _report(title, header=_COUNTS):
    return rf"\A{title}\n\n(.*\n)*?({header}) "


def _listed(_):
    """The page shows what is listed, of another host."""
    shown = re.findall(r"^    mx1\.example\.org (\w+: .+)$", (DOCS / "graphs.md").read_text(), re.MULTILINE)
    assert len(shown) == 2
    return r"\A" + "".join(rf"\S+ {re.escape(line)}\n" for line in shown) + r"\Z"


RULES = [
    # Rights, users, folders, services, packages: silent where all is well.
    (r"(setfacl|chgrp|chmod|usermod|userdel|install|cp|rm|touch|rsync|systemctl|apt-get|find /usr/local/bin .* -delete|docker run) ?", NOTHING),
    # cron would mail what they print.
    (r"setpriv --reuid=(sqmail|qmaill|root) .* sh -c ", NOTHING),
    (r"sqmail-rrd (update|page) .*&& find ", r"^/tmp/try/rrd/\S+/qmail-send/total_events-success_local\.rrd$"),
    (r"sqmail-rrd (update|page) ", NOTHING),
    (r"sqmail-rrd import --log /var/log/", NOTHING),
    # The host's own minutes are in these files under a shorter name.
    (r"sqmail-rrd import --log /var/archive/", r"\Asqmail-rrd import: qmail-send: \S+: its minutes go to 'send' already"),
    (r"sqmail-rrd graph --rrd ", _listed),
    (r"sqmail-rrd graph deliveries .* -o deliveries.png$", r"\ADeliveries by result, per minute, \S+, send, last week\n +now +average +maximum +total\nsuccess, local "),
    (r"sqmail-rrd graph queue ", r"\AQueue length, \S+, send, since 2026-06-01 00:00 UTC\n +now +average +maximum +total\nin the queue \(log\) "),
    (r"sqmail-archive ", NOTHING),
    (r"sqmail-mrtg -\d ", r"\A\d+\n\d+\n\Z"),
    (r"(docker logs|sqmail-report doctor --format json|check_qmail --format passive) .*>", NOTHING),
    (r"check_qmail --format json .*\|$|while read -r line; do$| +curl |done$| +https://| +cat /run/qmail\.results", NOTHING),
    (r"(sudo -u nagios |setpriv --reuid=nagios .* env -i PATH=\S+ )?(\S*/)?check_qmail_\w+ ", _check),
    (r"(sudo -u nagios )?sqmail-report doctor ", r"\A20\d\d-\S+ \S+ UTC  [12] logs?, (OK|WARNING|CRITICAL)\nNewest lines: (.*\n)+Queue: \d+ messages, oldest "),
    (r"sqmail-report overview ", r"\AAttention\n\n(.*\n)+Messages\n\nqueued +[\d,]+\n(.*\n)+Delivery attempts\n\nattempts +[1-9]"),
    (r"sqmail-report all .*--format json$", json.loads),
    (r"sqmail-report deferrals .*--verbatim", _report("Reasons for deferral", "attempts +share +report\n +[1-9]")[:-1]),
    (r"sqmail-report deferrals ", _report("Reasons for deferral")),
    (r"sqmail-report failures .*--verbatim", _report("Reasons for failure", "attempts +share +report\n +[1-9]")[:-1]),
    (r"sqmail-report failures ", _report("Reasons for failure")),
    (r"sqmail-report recipient-hosts ", _report("Recipient hosts")),
    (r"sqmail-report recipients ", _report("Recipients")),
    (r"sqmail-report senders ", _report("Senders")),
    (r"sqmail-report uids ", _report("Sender uids")),
    (r"sqmail-report pending ", r"\AIn the queue\n\nqueued \(UTC\) +age +message +size +failed +deferred +sender\n20"),
    (r"sqmail-report rejects ", _report("Rejected and deferred, by reason")),
    (r"sqmail-report sessions ", r"\AConnections\n\nconnections +[1-9]"),
    (r"sqmail-report trace .*--message ", r"\AStory 1\n\nMessage \d+: "),
    (r"sqmail-report trace ", r"\ATrace\n\nnothing\n"),
    (r"sqmail-report unrecognised ", r"\ALines and conditions that no rule knows\n\n(nothing|lines +share +line\n +[1-9])"),
    (r"sqmail-report export ", NOTHING),
    (r"sqmail-report sql .*--format json$", json.loads),
    (r"sqmail-report sql ", r"\A[1-9]\d* rows?\n\n\w+ +\w+"),
    (r"promtool ", r"SUCCESS: 21 rules found"),
    # What runbooks look at beside our commands.
    (r"tail -n 1000 .*grep warning: ", NOTHING),
    (r"tail -n \d+ \S+/current \| tai64nlocal$", r"\A(20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} [\w:-]+.*\n){3,30}\Z"),
    (r"svstat ", _NO_SUPERVISE),
    (r"df -h .*dmesg \| tail", r"\AFilesystem .*\n(.*\n)*Filesystem .*IUse%"),
    (r"df -h; mount ", r"\AFilesystem .*\n"),
    (r"df -h .*; df -i ", r"\AFilesystem +Size .*Use%.*\n(.*\n)+Filesystem +Inodes .*IUse%.*\n."),
    (r"ps -ef \| grep qmail-$", r"^qmaill .* multilog t n100 /var/log/qmail-send$"),
    (r"ps -eo .*(\[m\]ultilog|grep '\[q\]mail-'$)", r"^ +\d+ .* multilog t n100 /var/log/qmail-send$"),
    (r"ps -eo .*grep -E '\[q\]mail-\(remote", NOTHING),
    (r"ps -o .* -p 4242$", r"\A +PID USER +STAT +ELAPSED COMMAND\n\Z"),
    (r"ss ", r"^(State +)?Recv-Q +Send-Q "),
    (r"ip -br addr; ip route$", r"\Alo +UNKNOWN +127\.0\.0\.1/8"),
    (r"(time )?getent ", _NO_NETWORK),
    (r"timeout 10 bash ", r"(Connection refused|name resolution|Network is unreachable)"),
    (r"openssl s_client ", r"Connection refused"),
    (r"ls -ld? .*; ls|ls -l(a|d|t)? ", r"^[-dp]r[-rwx]{8}\+? "),
    (r"crontab -l; ls ", r"^/etc/cron\.d:\n"),
    (r"cat /service/\S+/run( /service/\S+)?$", r"\A(#!/bin/sh\nexec sleep 1\n)+\Z"),
    (r"cat /var/qmail/control/concurrency", r"\A20\n20\n\Z"),
    (r"find /var/qmail/queue .* -ls$", r" /var/qmail/queue/mess/0/2412501$"),
    (r"ldd ", r"libc\.so"),
    (r"date; (echo test \| /var/qmail/bin/mailsubj silent root|ls -l )", r"\A\w{3} \w{3} +\d+ "),
    (r"grep -E ' /var\(", NOTHING),
    (r"dmesg \| tail", r""),
    (r"du -xsh ", r"^[\d.]+[KMG]?\t/var/"),
    (r"/var/qmail/bin/qmail-qread", NOTHING),
    # The password program is /bin/true there, and so is qmail-remote.
    (r"printf 'USER", r"\A0\n\Z"),
    (r"setpriv --reuid=qmailr ", NOTHING),
]
"""What a line, by its beginning, prints: a pattern, a function that makes one of the line, or json.loads."""

_PAGE = [("grep -c '<svg\\|\\.svg' /var/www/mail/index.html", r"\A[1-9]"), ("ls /var/www/mail/runbooks/index.html", r"\A/var/www")]
_FILES = [("ls /var/lib/sqmail/rrd/*/qmail-send/total_events-messages.rrd", r"\A/var/lib/sqmail/rrd/\S+\n\Z")]
EFFECTS = {
    "README.md": [*_FILES, *_PAGE],
    "docs/archive.md": [
        ("find /var/archive/qmail -name '@*'", r"^/var/archive/qmail/20\d\d/qmail-send/@[0-9a-f]{24}\.s\.gz$"),
        ("find /var/archive/qmail -name '@*' | wc -l", r"\A[1-9]\d+\n"),
        ("ls /var/archive/store", r"^deliveries$"),
        ("ls /var/log/qmail-send/@* | wc -l", r"\A[0-3]\n"),
        ("grep -c '^sendmail' /elsewhere", r"\A1\n"),
    ],
    "docs/checks/check_qmail.md": [
        ("cat /var/lib/nagios4/rw/nagios.cmd", r"\A(\[\d{10}\] PROCESS_SERVICE_CHECK_RESULT;mx1;qmail [\w -]+;[0-3];.+\|.*\n)+\Z"),
        ("grep -c '^curl .*https://icinga.example.org:5665/' /elsewhere", r"\A[1-9]"),
    ],
    "docs/collectd.md": [("find /var/lib/collectd/rrd -name total_events-messages.rrd", r"/qmail-send/total_events-messages\.rrd\n\Z"), *_FILES],
    "docs/graphs.md": [*_FILES, *_PAGE, ("grep -rl --include='*.html' /cgi-bin/qmail /var/www/mail | wc -l", r"\A[1-9]")],
    "docs/install.md": [
        *_FILES, *_PAGE,
        ("sudo -u nagios ls /var/log/qmail-send/current", r"\A/var/log/qmail-send/current\n\Z"),
        ("cat /elsewhere", r"^systemctl enable --now sqmail-rrd-update\.timer sqmail-rrd-page\.timer$"),
    ],
    "docs/permissions.md": [
        ("sudo -u nagios ls /var/qmail/queue/mess /var/qmail/queue/todo", r"^0$"),
        ("id -nG nagios", r"\bqmail\b"),
        ("stat -c '%G %a' /var/log/qmail-send", r"\Anagios 750\n\Z"),
    ],
    "docs/report.md": [("grep -c '^sendmail' /elsewhere", r"\A1\n")],
    "docs/several-hosts.md": _PAGE,
    "docs/store.md": [("ls -d /srv/mail/store/deliveries/host=*/day=*", r"^/srv/mail/store/deliveries/host=\S+/day=20")],
    "docs/upgrading.md": [
        ("ls -d /var/lib/nagios/sqmail-monitoring.before /var/lib/collectd/sqmail.before", r"\A/var/lib/collectd/sqmail\.before\n/var/lib/nagios/"),
        ("find /opt /usr/local/bin -name '*sqmail*' -o -name 'check_qmail*'", NOTHING),
        ("getfacl -cp /var/log/qmail-send | grep -c ^user:.*:", r"\A1\n"),
        ("grep -c ^sqmail: /etc/passwd || true", r"\A0\n\Z"),
    ],
}  # fmt: skip
"""What is there after the lines of a page that print nothing: lines that look, and what they print."""


def shape_of(page, line):
    """Return what a line must print, None where nobody says it."""
    for look, shape in EFFECTS.get(page, ()):
        if line == look:
            return shape
    for begin, shape in RULES:
        if re.match(begin, line):
            return shape(line) if shape in {_check, _listed} else shape
    return None


def agrees(shape, printed):
    """Tell whether what was printed has the shape."""
    if shape is json.loads:
        return bool(json.loads(printed))
    return re.search(shape, printed, re.MULTILINE) is not None
