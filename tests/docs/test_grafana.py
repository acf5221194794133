"""The dashboard has the form that Grafana publishes for its dashboards, and shows what the page shows."""

import enum
import inspect
import json
import typing
from itertools import combinations

import pytest

from sqmail_log.figures.metrics import METRICS
from sqmail_rrd.graphs.catalogue import EXTRAS, GRAPHS
from support import ROOT

DASHBOARD = json.loads((ROOT / "examples" / "grafana" / "sqmail.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


@pytest.fixture(scope="module")
def grafana():
    """Grafana's published types, as its makers generate them for Python."""
    reason = "the Python module grafana-foundation-sdk is not installed"
    plugins = pytest.importorskip("grafana_foundation_sdk.cog.plugins", reason=reason)
    plugins.register_default_plugins()
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.models.dashboard import Dashboard

    class Grafana:
        @staticmethod
        def read(dashboard):
            return Dashboard.from_json(dashboard)

        @staticmethod
        def written(read):
            return json.loads(JSONEncoder().encode(read))

    return Grafana


def lost(given, written, place=""):
    """Yield where something of what was given is missing, or differs: the types do not know it."""
    if isinstance(given, dict) and isinstance(written, dict):
        for key, value in given.items():
            if key in written:
                yield from lost(value, written[key], f"{place}.{key}")
            else:
                yield f"{place}.{key}"
    elif isinstance(given, list) and isinstance(written, list) and len(given) == len(written):
        for number, (one, other) in enumerate(zip(given, written, strict=True)):
            yield from lost(one, other, f"{place}[{number}]")
    elif given != written:
        yield place


def misfits(value, hint, place=""):
    """Yield where a value is not of the type that stands for it, in objects of the published types."""
    origin, options = typing.get_origin(hint), typing.get_args(hint)
    if hint in {typing.Any, object}:
        hint = type(value)
    if hint in {dict, list, type(None)}:
        return
    if origin is typing.Union:
        if value is None and type(None) in options:
            return
        if not any(not list(misfits(value, option)) for option in options if option is not type(None)):
            found = [list(misfits(value, option, place)) for option in options if option is not type(None)]
            yield from min(found, key=len)
    elif origin is typing.Literal:
        if value not in options:
            yield f"{place}: {value!r}"
    elif origin is list:
        if not isinstance(value, list):
            yield f"{place}: {value!r}"
            return
        for number, one in enumerate(value):
            yield from misfits(one, options[0], f"{place}[{number}]")
    elif origin is dict:
        for key, one in value.items():
            yield from misfits(one, options[1], f"{place}.{key}")
    elif inspect.isclass(hint) and issubclass(hint, enum.Enum):
        if value not in {one.value for one in hint}:
            yield f"{place}: {value!r}"
    elif hint in {str, int, float, bool}:
        if not isinstance(value, (int, float) if hint is float else hint):
            yield f"{place}: {value!r}"
    else:
        for name, inner in typing.get_type_hints(type(value)).items():
            yield from misfits(getattr(value, name), inner, f"{place}.{name}")


def test_grafanas_types_know_all_of_it(grafana):
    read = grafana.read(DASHBOARD)
    assert list(lost(DASHBOARD, grafana.written(read))) == []
    assert list(misfits(read, type(read), "dashboard")) == []


@pytest.mark.parametrize(
    ("place", "value", "found"),
    [
        (("graphTooltip",), 7, "dashboard.graph_tooltip: 7"),
        (("refresh",), 60, "dashboard.refresh: 60"),
        (("panels", 1, "options", "legend", "placement"), "below", "dashboard.panels[1].options.legend.placement: 'below'"),
        (("panels", 1, "fieldConfig", "defaults", "custom", "drawStyle"), "area", "dashboard.panels[1].field_config.defaults.custom.draw_style: 'area'"),
        (("panels", 1, "gridPos", "w"), "12", "dashboard.panels[1].grid_pos.w: '12'"),
        (("templating", "list", 1, "sort"), 99, "dashboard.templating.list_val[1].sort: 99"),
    ],
)
def test_what_they_do_not_know_is_found(grafana, place, value, found):
    changed = json.loads(json.dumps(DASHBOARD))
    where = changed
    for part in place[:-1]:
        where = where[part]
    where[place[-1]] = value
    read = grafana.read(changed)
    assert list(misfits(read, type(read), "dashboard")) == [found]
    where["noSuchThing"] = 1
    assert [name.rpartition(".")[2] for name in lost(changed, grafana.written(grafana.read(changed)))] == ["noSuchThing"]


def test_each_graph_of_the_page_is_a_panel_with_all_its_series():
    assert sorted(panel["title"] for panel in PANELS) == sorted(graph.title for graph in GRAPHS.values())
    by_title = {panel["title"]: panel for panel in PANELS}
    for graph in GRAPHS.values():
        panel = by_title[graph.title]
        names = {name for series in graph.series for name in series.metrics if name in METRICS or name in EXTRAS}
        asked = " ".join(target["expr"] for target in panel["targets"])
        assert {name for name in names if name not in asked} == set(), graph.name
        labels = [target["legendFormat"] for target in panel["targets"]]
        assert labels == (["{{type}}"] if graph.top else [series.label for series in graph.series])
        colours = {rule["matcher"]["options"] for rule in panel["fieldConfig"]["overrides"]}
        assert colours == (set() if graph.top else set(labels))


def test_numbers_and_letters_are_used_once_and_nothing_overlaps():
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)
    for panel in PANELS:
        letters = [target["refId"] for target in panel["targets"]]
        assert len(set(letters)) == len(letters) > 0
    places = [(panel["gridPos"], panel["title"]) for panel in DASHBOARD["panels"]]
    for (one, name), (other, another) in combinations(places, 2):
        apart = (
            one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        )  # fmt: skip
        assert apart, (name, another)
    assert all(place["x"] + place["w"] <= 24 for place, _ in places)
