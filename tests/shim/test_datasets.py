"""Types of a machine without collectd are those of a machine with it."""

import pytest

from collectd_shim.daemon import datasets


@pytest.mark.skipif(not datasets.TYPES_DB.is_file(), reason="collectd's types.db is not installed")
def test_built_in_types_are_collectds():
    installed = datasets.load()
    built_in = datasets.parse(datasets.BUILT_IN.splitlines())
    assert list(built_in) == sorted(built_in)
    for name, dataset in built_in.items():
        described = [datasets.described(source) for source in dataset.sources]
        assert described == [datasets.described(source) for source in installed[name].sources]


def test_without_collectd_the_built_in_types_are_there(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "TYPES_DB", tmp_path / "none.db")
    assert set(datasets.load()) == set(datasets.parse(datasets.BUILT_IN.splitlines()))
