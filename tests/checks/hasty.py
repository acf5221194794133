"""A command that waits for less long than it does by itself, so that nobody sits out a minute to see it end.

    hasty.py SECONDS MODULE ARGUMENT…
"""

import sys
from importlib import import_module

LIMITS = {
    "sqmail_report.mrtg.command": [("sqmail_report.mrtg.command", "READING_SECONDS")],
    "sqmail_rrd.cli": [("sqmail_collectd.instance", "_WAIT")],
    "faults.reads": [("sqmail_collectd.instance", "_WAIT")],
}
"""Where the limits of each command's module stand."""


def main():
    seconds, name, *arguments = sys.argv[1:]
    for module, limit in LIMITS[name]:
        place = import_module(module)
        assert float(seconds) < getattr(place, limit)
        setattr(place, limit, float(seconds))
    sys.argv = [name, *arguments]
    return import_module(name).main()


if __name__ == "__main__":
    sys.exit(main())
