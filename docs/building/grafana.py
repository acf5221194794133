"""The dashboard for Grafana: a panel for each graph of the page, asked of Prometheus as collectd names the values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from project import ROOT
from sqmail_log.figures.metrics import METRICS, SEND, SESSIONS, SUM
from sqmail_rrd.graphs.catalogue import AREA, GRAPHS, LIMIT, Graph, Series, collectd_type
from sqmail_rrd.graphs.palette import LIGHT
from sqmail_rrd.graphs.quantities import BYTES, COUNT, PERCENT, SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PATH = ROOT / "examples" / "grafana" / "sqmail.json"
PREFIX = "collectd_qmail_"
_SCHEMA = 39
_WIDTH, _HEIGHT, _COLUMNS = 12, 8, 24
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_ROWS = {SEND: "qmail-send", SESSIONS: "SMTP and POP3", "": "The log itself"}
# Two values lie in any stretch that a rate is taken of.
_LEAST_STEP = "2m"
_UNITS = {COUNT: "none", BYTES: "decbytes", SECONDS: "s", PERCENT: "percent"}

Row = dict[str, Any]


def dashboard() -> str:
    """Return the dashboard as JSON."""
    made = {
        "annotations": {"list": []},
        "description": "What qmail's logs say, by sqmail-monitoring, collectd's write_prometheus and Prometheus.",
        "editable": True,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 1,
        "links": [],
        "panels": [*_panels()],
        "refresh": "1m",
        "schemaVersion": _SCHEMA,
        "tags": ["mail", "qmail"],
        "templating": {"list": [*_variables()]},
        "time": {"from": "now-24h", "to": "now"},
        "timepicker": {},
        "timezone": "browser",
        "title": "qmail",
        "uid": "sqmail-monitoring",
        "version": 1,
        "weekStart": "",
    }
    return json.dumps(made, indent=2) + "\n"


def prometheus_name(metric: str) -> str:
    """Return what write_prometheus calls the values of a metric, or of one of EXTRAS."""
    is_sum = metric in METRICS and METRICS[metric].merge == SUM and collectd_type(metric).startswith("total_")
    return f"{PREFIX}{collectd_type(metric)}{'_total' if is_sum else ''}"


def _variables() -> Iterator[Row]:
    yield {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "hide": 0}
    lines = prometheus_name("lines")
    yield _choice("host", "Host", f"label_values({lines}, instance)")
    yield _choice("log", "Log", f'label_values({lines}{{instance=~"$host"}}, qmail)')


def _choice(name: str, label: str, query: str) -> Row:
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": _SOURCE,
        "query": {"query": query, "refId": f"{name}s"},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "hide": 0,
    }


def _panels() -> Iterator[Row]:
    number = top = 0
    for log, title in _ROWS.items():
        number += 1
        yield {
            "id": number,
            "type": "row",
            "title": title,
            "collapsed": False,
            "gridPos": {"h": 1, "w": _COLUMNS, "x": 0, "y": top},
            "panels": [],
        }
        top += 1
        graphs = [graph for graph in GRAPHS.values() if _log_of(graph) == log]
        for place, graph in enumerate(graphs):
            number += 1
            x, y = place % 2 * _WIDTH, top + place // 2 * _HEIGHT
            yield _panel(number, graph, {"h": _HEIGHT, "w": _WIDTH, "x": x, "y": y})
        top += (len(graphs) + 1) // 2 * _HEIGHT


def _log_of(graph: Graph) -> str:
    """Return the kind of log that a graph speaks of, '' for any."""
    logs = {METRICS[name].log for series in graph.series for name in series.metrics if name in METRICS}
    return logs.pop() if len(logs) == 1 and logs <= {SEND, SESSIONS} else ""


def _panel(number: int, graph: Graph, place: Row) -> Row:
    targets = [_reasons(graph)] if graph.top else [_target(series, graph) for series in graph.series]
    for letter, target in zip("ABCDEFGHIJ", targets, strict=False):
        target["refId"] = letter
    return {
        "id": number,
        "type": "timeseries",
        "title": graph.title,
        "description": graph.about,
        "datasource": _SOURCE,
        "gridPos": place,
        "interval": _LEAST_STEP,
        "targets": targets,
        "options": {
            "legend": {
                "calcs": ["lastNotNull", "mean", "max"],
                "displayMode": "table",
                "placement": "bottom",
                "showLegend": True,
            },
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        "fieldConfig": {
            "defaults": {
                "unit": _UNITS.get(graph.quantity, "short"),
                "min": 0,
                "color": {"mode": "palette-classic"},
                "custom": {
                    "axisLabel": graph.quantity.unit if graph.quantity in {COUNT, BYTES} else "",
                    "drawStyle": "line",
                    "fillOpacity": 60 if graph.top else 0,
                    "lineWidth": 1,
                    "showPoints": "auto",
                    "spanNulls": False,
                    "stacking": {"group": "A", "mode": "normal" if graph.top else "none"},
                },
            },
            "overrides": [] if graph.top else [_override(series) for series in graph.series],
        },
    }


def _target(series: Series, graph: Graph) -> Row:
    # Across hosts and logs counts add up, and the worst age is the one to see.
    by = "max" if graph.quantity == SECONDS else "sum"
    if series.over:
        expression = f"100 * {_added(series.metrics, 'sum')} / {_added(series.over, 'sum')}"
    elif graph.quantity in {COUNT, BYTES}:
        expression = f"{graph.quantity.scale} * {_added(series.metrics, by)}"
    elif series.percent:
        expression = _added([name for name in series.metrics if METRICS[name].type == "latency"], by)
    else:
        expression = _added(series.metrics, by)
    return _asked(expression, series.label)


def _reasons(graph: Graph) -> Row:
    """Return what asks for the most frequent reasons of the time that is shown, each under its own name."""
    names = [name for series in graph.series for name in series.metrics]
    (name,) = {prometheus_name(metric) for metric in names}
    rate = f"sum by (type) (rate({name}{_selection(names)}[$__rate_interval]))"
    often = f"topk({graph.top}, sum by (type) (increase({name}{_selection(names)}[$__range] @ end())))"
    return _asked(f"{graph.quantity.scale} * {rate} and on (type) {often}", "{{type}}")


def _asked(expression: str, legend: str) -> Row:
    return {"datasource": _SOURCE, "editorMode": "code", "expr": expression, "legendFormat": legend, "range": True}


def _added(metrics: Iterable[str], by: str) -> str:
    """Return the expression for several metrics together: of totals their rate, of all else the value."""
    named: dict[str, list[str]] = {}
    for metric in metrics:
        named.setdefault(prometheus_name(metric), []).append(metric)
    parts = []
    for name, found in named.items():
        values = f"{name}{_selection(found)}"
        # What is not known is NaN, which would make all that it is added to unknown.
        parts.append(f"{by}({f'rate({values}[$__rate_interval])' if name.endswith('_total') else f'{values} >= 0'})")
    return " + ".join(parts)


def _selection(metrics: list[str]) -> str:
    types = f'="{metrics[0]}"' if len(metrics) == 1 else f'=~"{"|".join(metrics)}"'
    return f'{{instance=~"$host",qmail=~"$log",type{types}}}'


def _override(series: Series) -> Row:
    style: Row = {"color": {"mode": "fixed", "fixedColor": f"#{LIGHT.hue(series.hue)[:6]}"}}
    if series.style == AREA:
        style |= {"custom.fillOpacity": 60, "custom.stacking": {"group": "A", "mode": "normal"}}
    if series.style == LIMIT:
        style |= {"custom.lineStyle": {"fill": "dash", "dash": [10, 10]}}
    return {
        "matcher": {"id": "byName", "options": series.label},
        "properties": [{"id": key, "value": value} for key, value in style.items()],
    }
