"""A plugin of pytest: runs the tests that a file names, in its order, and writes how each ended."""

import json
import os
import resource
import sys

_CHOSEN = os.environ.get("SQMAIL_CHOSEN")
_ENDS = os.environ["SQMAIL_ENDS"]

# A mutant may eat more than there is.
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 30, 2 << 30))


def pytest_collection_modifyitems(config, items):
    if _CHOSEN:
        with open(_CHOSEN) as file:
            order = {test: place for place, test in enumerate(json.load(file))}
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in order])
        items[:] = sorted((item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid])


def pytest_runtest_protocol(item):
    if recorder := sys.modules.get("sitecustomize"):
        getattr(recorder, "begin", lambda _: None)(item.nodeid)


def pytest_runtest_logreport(report):
    with open(_ENDS, "a") as file:
        file.write(json.dumps([report.nodeid, report.outcome, report.when, report.duration]) + "\n")
