"""The commands that meet faults: one row for each, and for each state of the world in which it is run."""

from faults.keeping import Archive
from faults.printing import Check, Mrtg, Printing
from faults.values import Plugin, Rrd


def _has(*kinds):
    def holds(printed, truth):
        return all(str(truth[kind]) in printed for kind in kinds)

    return holds


COMMANDS = [
    Check("log", "smtpd", "cold"),
    Check("log", "smtpd", "warm"),
    Check("smtpd", "smtpd", "idle"),
    Check("delivery", "send", "cold"),
    Check("queue", "send", "warm"),
    Plugin("cold"),
    Plugin("warm"),
    Rrd("update", "cold"),
    Rrd("update", "warm"),
    Rrd("import", "cold", "--jobs", "1"),
    Rrd("import", "cold", "--jobs", "2"),
    Archive(),
    Archive("--remove"),
    Mrtg("cold"),
    Mrtg("warm"),
    Printing("sqmail-mrtg --log", "sqmail_report.mrtg.command", "send", "-1", "120", truth=_has("success")),
    Printing("sqmail-report overview", "sqmail_report.cli", "send", "overview", "--format", "json",
             truth=_has("success", "failure", "deferral")),
    Printing("sqmail-report rejects", "sqmail_report.cli", "smtpd", "rejects", "--format", "json", truth=_has("logins")),
]  # fmt: skip
