"""A plugin that dispatches two days of history and some live values, of several types, at given times.

It runs in the real daemon (which imports it, with HISTORY in the environment) and in the stand-in (which
calls register). The second run goes on where the first one stopped, and offers some old values again.
"""

import json
import os
import threading
import time
from pathlib import Path

FIRST = 1_700_000_000
MINUTES = 2880
LATE = 4


def register(collectd, run, done, settled=lambda: None):
    """Register the read callback of run 1 or 2; the file *done* appears when the last value is through.

    *settled* is called when the old values have been offered.
    """

    def totals(minute):
        # A total that starts anew once, and stands still at night.
        count = 3 * minute if minute < 2000 else 5 * (minute - 2000)
        return count if minute % 1440 > 300 else 900

    def replay(minutes):
        events = collectd.Values(type="total_events", plugin="qmail", plugin_instance="send", interval=60)
        octets = collectd.Values(type="if_octets", plugin="qmail", plugin_instance="net", interval=60)
        for minute in minutes:
            when = FIRST + 60 * minute
            events.dispatch(type_instance="success", values=[totals(minute)], time=when)
            events.write("rrdtool", type_instance="written", values=[totals(minute)], time=when + 0.6)
            octets.dispatch(values=[minute * 1000, minute * minute], time=when)
            if minute % 100 < 90:
                single("queue_length", "", minute % 37 + 0.125, when + minute % 50)
            if minute % 5 == 0:
                single("latency", "oldest", float("nan") if minute % 7 == 0 else minute / 3, when, 300)
                single("percent", "over", minute % 150 - 10, when, 300)
                single("absolute", "", minute % 11, when, 300)
            if minute < 30:
                for second in range(0, 60, 10):
                    single("gauge", "fast", second, when + second, 10)
                single("counter", "", 2**32 - 1500 + 100 * minute if minute < 20 else 7, when)
                single("derive", "big", 2**62 + minute, when)

    def single(kind, what, value, when, interval=60):
        values = collectd.Values(type=kind, type_instance=what, plugin="probe", interval=interval)
        values.dispatch(values=[value], time=when)

    def read():
        collectd.unregister_read("python.history")
        if run == 1:
            replay(range(MINUTES))
        else:
            replay(range(MINUTES - 1, MINUTES))
            settled()
            replay(range(MINUTES, MINUTES + 30))
        single("gauge", "last", 1, FIRST + run, 60)

    def write(values):
        if values.type_instance == "last":
            done.touch()

    collectd.register_read(read, name="history")
    collectd.register_write(write, name="history")


if "HISTORY" in os.environ:
    import collectd

    refusals = threading.Semaphore(0)

    def log(_severity, message):
        if "illegal attempt to update" in message:
            refusals.release()

    def settled():
        # The daemon updates a file with all the values that wait for it at once, and librrd drops those
        # that come after one that is too old: a newer value must not catch up with an old one.
        end = time.monotonic() + 20
        for _ in range(LATE):
            assert refusals.acquire(timeout=end - time.monotonic()), "old values were not refused"

    options = json.loads(os.environ["HISTORY"])
    collectd.register_log(log)
    register(collectd, options["run"], Path(options["done"]), settled)
