"""What strangers write into the log reaches neither the names nor the number of files."""

import random

from plugin.daemon import SAMPLES
from plugin.logs import line
from plugin.trees import HOST, bring_up_to_date
from sqmail_log.figures.metrics import METRICS, SESSIONS
from sqmail_log.series import metrics_of

# 2026-11-20 12:00 UTC
START = 29919600
NASTY = (
    "<script>alert(1)</script>",
    "../../../../etc/cron.d/x",
    "a'b\"c`d$(reboot)",
    "\x1b]0;title\x07\x1b[2J",
    "x F:forged@example.org T:forged@example.net",
    "| rta=0;;;; '",
    "Reject::SNDR::Invented P:SMTP S:192.0.2.1:unknown",
    "%s%n%d",
    "\udce4\u202eabc".encode("utf-8", "surrogateescape").decode("latin-1"),
    "-" * 300,
)


def hostile_lines(seed):
    choice = random.Random(seed)
    for number in range(10_000):
        nasty = choice.choice(NASTY)
        condition = choice.choice((f"Invented{number}", f"X-{number}/..", f"Bad_Helo{number}", nasty.split()[0]))
        kind = choice.choice(("SNDR", "RCPT", f"T{number}", "<b>"))
        fields = f"P:{nasty} S:{nasty}:192.0.2.1 H:{nasty} F:{nasty}"
        yield line(START * 60 + number // 100, f"qmail-smtpd: pid {number} Reject::{kind}::{condition} {fields}")
        yield line(START * 60 + number // 100, f"{nasty}: {nasty} {number}")
        yield line(START * 60 + number // 100, f"tcpserver: status: {number}/{nasty}")


def files(directory):
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}


def test_no_file_more_and_none_elsewhere(tmp_path):
    log = tmp_path / "log"
    log.mkdir()
    with (log / "current").open("wb") as current:
        current.writelines(hostile_lines(1))
    bring_up_to_date(tmp_path, START + 10, smtpd=log)
    names = {f"{HOST}/qmail-smtpd/{metric.type}-{metric.name}.rrd" for metric in metrics_of({SESSIONS})}
    assert files(tmp_path / "rrd") == names
    clean = tmp_path / "clean"
    bring_up_to_date(clean, START + 10_000, 10**9, smtpd=SAMPLES / "smtpd")
    assert files(clean / "rrd") == names


def test_the_set_of_series_is_closed():
    letters = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
    assert all(set(name) <= letters for name in METRICS)
    assert len(metrics_of({SESSIONS})) < 160
