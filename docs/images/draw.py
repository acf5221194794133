#!/usr/bin/env python3
"""Draw the pictures of the documentation: an example tree, its page, screenshots by Chromium.

    PYTHONPATH=.:parser:command:judge:rrd:collectd_plugin:report:tests TZ=UTC python docs/images/draw.py

The traffic is made up, the same at every run: of two hosts the RRD files of a year and six weeks, of three
the logs of eight days, with an incident. The RRD files, the pages and the screenshots are made by the real
programs.
"""

import math
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rrd import three_hosts
from rrd.chromium import Chromium
from rrd.trees import END, write

HERE = Path(__file__).parent
DAY = 1440

# Instance, metric, how many a minute on average.
COUNTS = {
    "send": {
        "messages": 14, "ended": 14, "bytes": 900_000, "success_local": 9, "success_remote": 6,
        "deferral_local": 0.1, "deferral_remote": 0.9, "failure_local": 0.2, "failure_remote": 0.5,
        "bounces": 0.6, "double_bounces": 0.05, "expired": 0.04, "tls_out": 4.5, "lines": 110,
    },
    "smtpd": {
        "ok": 21, "deny": 0.6,
        "accept_RCPT_Recipients_Cdb": 7, "accept_RCPT_Rcpthosts_Rcptto": 2, "accept_SPF_Recipients_Cdb": 1,
        "deferred_SNDR_Grey_Listed": 1.5, "reject_RCPT_Failed_Rcptto": 4, "reject_SNDR_Invalid_Relay": 3,
        "reject_RBL_RBL_Listed": 2.5, "reject_SPF_Fail": 1.2, "reject_ORIG_DNS_MF": 0.9,
        "reject_SNDR_Bad_Helo": 0.7, "reject_AUTH_login": 0.5, "reject_DATA_Spam_Message": 0.2,
        "auth_accept": 2, "auth_reject": 0.5, "spf_pass": 1, "spf_fail": 1.2, "greetdelay": 3,
        "rbl_451": 0.8, "rbl_553": 1.7, "records_tls": 15, "tls_sessions": 14, "tls_1_3": 11, "tls_1_2": 3,
        "lines": 95,
    },
}  # fmt: skip
PEAKS = {
    "send": {"local": (4, 10), "remote": (9, 20)},
    "smtpd": {"connections": (18, 40)},
}
NOW = END + 63_000  # half past five in the afternoon
OUTAGE = range(DAY * 5 // 4, DAY * 5 // 4 + 55)
WAVE = range(25, 130)


def traffic(minutes: int, chance: random.Random) -> Iterator[tuple[int, float]]:
    """Yield how many minutes before the end, and how busy it is: nights, weekends and seasons."""
    for ago in range(minutes - 1, -1, -1):
        minute = NOW // 60 - ago
        hour = minute % DAY / 60
        day = 0.25 + math.exp(-((hour - 10) ** 2) / 9) + 0.9 * math.exp(-((hour - 15) ** 2) / 8)
        weekend = 0.45 if (minute // DAY + 4) % 7 in {0, 6} else 1
        season = 1 + 0.25 * math.sin(minute / DAY / 58)
        yield ago, day * weekend * season * (0.8 + 0.4 * chance.random())


def some(average: float, chance: random.Random) -> int:
    """Return a number that is `average` in the long run."""
    value = max(0.0, chance.gauss(average, math.sqrt(average) / 2))
    return int(value) + (chance.random() < value % 1)


def host(tree: Path, name: str, days: int, size: float) -> None:
    """Write the files of one host."""
    chance = random.Random(name)  # noqa: S311 - made up, the same each time
    for instance, counts in COUNTS.items():
        busy = list(traffic(days * DAY, chance))
        series: dict[str, list[int | None]] = {}
        for metric, average in counts.items():
            wave = 4.0 if metric in {"reject_RCPT_Failed_Rcptto", "deny"} else 1.0
            series[metric] = [
                None if ago in OUTAGE else some(size * average * load * (wave if ago in WAVE else 1), chance)
                for ago, load in busy
            ]
        for metric, (usual, limit) in PEAKS[instance].items():
            series[metric] = [min(limit, some(usual * load * size * 0.7, chance)) for _, load in busy]
            series[f"{metric}_limit"] = [limit] * len(busy)
        if instance == "send":
            series |= queue(busy, size)
        else:
            for action, prefix in (("accept", "accept_"), ("deferred", "deferred_"), ("reject", "reject_")):
                parts = [values for metric, values in series.items() if metric.startswith(prefix)]
                series[action] = [None if None in minute else sum(minute) for minute in zip(*parts, strict=True)]
        write(tree, instance, series, host=name, end=NOW)


def queue(busy: list[tuple[int, float]], size: float) -> dict[str, list[int | None]]:
    """Return a queue that grows while the outage lasts and a destination does not answer."""
    length, oldest = 30.0, 600.0
    series: dict[str, list[int | None]] = {"queue": [], "oldest": [], "delay_p50": [], "delay_p95": []}
    for ago, load in busy:
        stuck = 350 <= ago < 520
        length += 2.5 * load if stuck else (30 * size * load + 12 - length) / 40
        oldest = oldest + 60 if stuck else max(300.0, oldest * 0.97, 900 * load)
        series["queue"].append(round(length))
        series["oldest"].append(round(oldest))
        series["delay_p50"].append(round(1 + load))
        series["delay_p95"].append(round((90 if stuck else 8) * (0.5 + load)))
    return series


def page(out: Path, *words: object) -> None:
    """Write a page."""
    command = [sys.executable, "-m", "sqmail_rrd.cli", "page", "--out", out, *words]
    subprocess.run(list(map(str, command)), check=True)  # noqa: S603 - this project's command


def main() -> None:
    """Make the trees and the pages, and write the pictures beside this file."""
    with tempfile.TemporaryDirectory() as scratch:
        tree, out, sick = Path(scratch, "rrd"), Path(scratch, "www"), Path(scratch, "sick")
        host(tree, "mx1.example.org", 370, 1)
        host(tree, "mx2.example.org", 42, 0.6)
        lines = ("--threshold", "queue=400:too long", "--threshold", "rejects=30:unusual")
        page(out, "--rrd", tree, "--until", NOW, *lines)
        page(sick, *three_hosts.make(Path(scratch, "three")))
        shots = {
            "hosts": (sick, "index.html", 1280, 1040, False),
            "hosts-phone": (sick, "index.html", 390, 1400, True),
            "host": (sick, f"hosts/{three_hosts.SICK}/index.html", 1280, 1200, False),
            "rejects": (out, "all/smtpd.rejects.html", 1280, 1120, False),
            "deliveries-dark": (out, "hosts/mx1.example.org/send.deliveries.html", 1280, 1120, True),
            "queue-phone": (out, "hosts/mx1.example.org/send.queue.html", 390, 900, False),
        }
        with Chromium() as browser:
            for name, (site, address, width, height, dark) in shots.items():
                browser.open((site / address).as_uri(), width=width, height=height, dark=dark)
                browser.screenshot(HERE / f"{name}.png", whole=False)


if __name__ == "__main__":
    main()
