"""What the torture run has shown, as a table at its end.

A test says what it stands for with `record_property("promise", [PROMISE, TRIED, VIOLATIONS])`.
"""

_HEADS = ("promise", "test", "tried", "violations")


def pytest_terminal_summary(terminalreporter):
    rows = []
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, []):
            test = report.nodeid.rpartition("/")[2]
            rows += [(promise, test, tried, wrong) for name, (promise, tried, wrong) in _promises(report)]
    if rows:
        terminalreporter.section("promises")
        for row in (_HEADS, *sorted(rows)):
            promise, test, tried, wrong = map(str, row)
            terminalreporter.line(f"{promise:<64} {tried:>14} {wrong:>10}  {test}")


def _promises(report):
    return [found for found in report.user_properties if found[0] == "promise"]
