"""The distribution of delays, held to qmailanalog's own way of making it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqmail_report.messages import distribution as module
from sqmail_report.messages.distribution import DelayCounts

# Differences of times in doubles, as they are in this century: multiples of 2^-22 s.
SECONDS = st.one_of(
    st.integers(0, 10**7).map(lambda n: n / 2**22),
    st.floats(0, 1e6),
    st.floats(-1e3, 1e-3),
    st.sampled_from([9.9999996, 99.99999, 1.015625, 0.015625, 999999.5, 1e-05, 2e9]),
).map(lambda delay: round(delay * 2**22) / 2**22)


def ddist(delays):
    """Return what ddist's awk does: doneby, avg and pct of delays printed with %.6g, in order."""
    printed = sorted(float(f"{delay:.6g}") for delay in delays)
    cumulative = {delay: number for number, delay in enumerate(printed, 1)}
    found = {}
    total = 0.0
    for count, (delay, number) in enumerate(cumulative.items(), 1):
        percent = number * 100 // len(printed)
        total += delay
        done_by = found.get(percent, (delay,))[0]
        found[percent] = (done_by, total / count, sum(printed[:number]) / number)
    return found


def test_no_deliveries_no_distribution():
    assert DelayCounts().percentiles() == []


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(SECONDS, min_size=1, max_size=300), st.integers(0, 300), st.sampled_from([1, 5, 10**6]))
def test_percentiles_are_ddist_s(seconds, cut, limit):
    before = module._COUNTER_LIMIT, module._WAITING_LIMIT
    module._COUNTER_LIMIT = module._WAITING_LIMIT = limit
    try:
        delays, later = DelayCounts(), DelayCounts()
        for each in seconds[:cut]:
            delays.add([each])
        later.add(seconds[cut:])
        delays.merge(later)
        found = {each.percent: each for each in delays.percentiles()}
    finally:
        module._COUNTER_LIMIT, module._WAITING_LIMIT = before
    expected = ddist(seconds)
    assert list(found) == list(expected)
    for percent, (done_by, distinct, average) in expected.items():
        assert found[percent].done_by == pytest.approx(done_by, rel=1e-12)
        assert found[percent].distinct_average == pytest.approx(distinct, rel=1e-9, abs=1e-9)
        assert found[percent].average == pytest.approx(average, rel=1e-9, abs=1e-9)


def test_many_distinct_delays_add_up(monkeypatch):
    """They are kept otherwise than few."""
    monkeypatch.setattr(module, "_COUNTER_LIMIT", 1)
    monkeypatch.setattr(module, "_WAITING_LIMIT", 1)
    parts = [1.5, 2.5, 2.5], [1.5, 3.5, 3.5, 3.5]
    whole, *delays = DelayCounts(), DelayCounts(), DelayCounts()
    for each, part in zip(delays, parts, strict=True):
        each.add(part)
        whole.add(part)
    delays[0].merge(delays[1])
    found = [(each.percent, each.done_by, each.average) for each in delays[0].percentiles()]
    assert found == [(each.percent, each.done_by, each.average) for each in whole.percentiles()]
    assert [(percent, done_by) for percent, done_by, _ in found] == [(28, 1.5), (57, 2.5), (100, 3.5)]
