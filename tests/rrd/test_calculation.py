"""What is calculated without rrdtool is what rrdtool calculates."""

import math
import random

import pytest

from rrd.trees import END, rrdtool, write
from rrd_files.rows import Rows
from sqmail_log.figures.metrics import METRICS, SEND
from sqmail_rrd.arithmetic.calculation import Calculation
from sqmail_rrd.graphs import inventory
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.expressions import AVERAGE, MAX, Expressions
from sqmail_rrd.graphs.percentiles import CLASSES

MINUTES = 200
SESSIONS = ("accept", "reject", "deferred", "info", "records_tls", "ok", "deny", "connections", "lines")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Two hosts of which one begins later; stretches without values, classes of delays without any success."""
    base = tmp_path_factory.mktemp("calculation")
    chance = random.Random(3)
    send = [name for name, metric in METRICS.items() if metric.log == SEND]
    for host, minutes in (("mx1", MINUTES), ("mx2", MINUTES // 2)):
        series = {}
        for name in (*send, *CLASSES):
            least, often = chance.choice(((0, 1), (5, 1), (0, 0), (0, 0.1)))
            series[name] = [least + 9 if chance.random() < often else least for _ in range(minutes)]
            for place in chance.sample(range(minutes), 12):
                series[name][place] = None
        write(base, "send", {**series, "lines": [None if n % 50 > 40 else 7 for n in range(minutes)]}, host=host)
        some = {name: [chance.choice((0, 0, 3, None)) for _ in range(minutes)] for name in SESSIONS}
        write(base, "smtpd", {**some, "deny": [0] * minutes}, host=host)
    return base


@pytest.mark.parametrize("together", [False, True])
def test_series_peaks_and_gaps(tree, together):
    hosts = inventory.hosts(str(tree), pytest.fail)
    for rrds in inventory.fleet(hosts) if together else hosts["mx1"]:
        expressions = Expressions(rrds)
        variables = [expressions.missing(END - 120), expressions.missing(END - 120, some=True)]
        for graph in GRAPHS.values():
            for function in (AVERAGE, MAX):
                found = [expressions.series(series, graph.quantity, function) for series in graph.series]
                variables += [name for name in found if name is not None]
            variables += [name for name, _ in expressions.peaks(graph, graph.series)]
        variables = list(dict.fromkeys(variables))
        assert len(variables) > 12
        rows = Rows(END - 60 * MINUTES - 600, END, 60)
        answer = rrdtool.xport(
            "--start", str(rows.start), "--end", str(rows.end - 1), "--step", "60", "--maxrows", "1000",
            *expressions.arguments, *(f"XPORT:{name}" for name in variables),
        )  # fmt: skip
        calculation = Calculation(expressions.defined, rows)
        for name, column in zip(variables, zip(*answer["data"], strict=True), strict=True):
            drawn = [math.nan if value is None else value for value in column]
            mine = list(calculation.column(name))
            assert mine == pytest.approx(drawn, rel=1e-9, nan_ok=True), expressions.defined.expressions.get(name, name)
            known = [value for value in drawn if not math.isnan(value)]
            assert calculation.maximum(name) == pytest.approx(max(known, default=math.nan), nan_ok=True)
            assert calculation.last(name) == pytest.approx(known[-1] if known else math.nan, nan_ok=True)
            assert calculation.total(name) == pytest.approx(60 * sum(known) if known else math.nan, nan_ok=True)
