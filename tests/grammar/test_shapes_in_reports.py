"""Every shape of line counts in the reports' accounts as it counts in the checks' sums."""

import pytest

from grammar.test_shapes import BLOCKS
from sqmail_report.messages.ledger import MessageLedger
from sqmail_report.messages.totals import Totals, together

COUNTED = ("messages", "bounces", "double_bounces", "triple_bounces", "restarts", "warnings", "alerts", "expired")
RESULTS = {"successes": "success", "failures": "failure", "deferrals": "deferral"}


SEND = [block for block in BLOCKS if block.id.startswith("send: ")]


@pytest.mark.parametrize(("lines", "expected"), SEND)
def test_of_qmail_send(lines, expected):
    ledger = MessageLedger(Totals())
    ledger.feed(lines)
    counts, numbers = ledger.totals.counts, expected["numbers"]
    found = {name: getattr(counts, name) for name in COUNTED}
    assert found == {name: numbers.get(name, 0) for name in COUNTED}
    assert counts.unrecognised == expected.get("strangers", 0)
    whole = together(ledger.totals.recipients.values())
    # A report whose start is not in the log has no recipient: it counts as unknown in the sums, and in no row here.
    channels = ("local", "remote", "discarded")
    assert ledger.totals.discarded == numbers.get("failure_discarded", 0)
    for name, metric in RESULTS.items():
        assert getattr(whole, name) == sum(numbers.get(f"{metric}_{channel}", 0) for channel in channels)
