"""Files that are alike are written once by librrd and copied: same content, and who is another is left to itself."""

import contextlib
import os

import pytest

from collectd_shim.daemon.datasets import load
from rrd_files import header
from rrd_files.tree import RrdTree
from shim.trees import contents, rrdtool

BEGIN = 1_700_000_040
NAMES = ["a", "b", "c", "d"]
MINUTES = 2000


def identity(name):
    return ("mx1", "p", f"derive-{name}")


def path(tree, name):
    return f"{tree.data_dir}/mx1/p/derive-{name}.rrd"


def fill(tree, first, count, numbers, names=NAMES):
    """Put minutes into some files; `numbers` gives the total of a file at a minute."""
    seconds = [BEGIN + 60 * minute for minute in range(first, first + count)]
    for name in names:
        tree.extend(identity(name), load()["derive"].sources, 60, seconds, [numbers(name, m) for m in range(first, first + count)])
    tree.flush()


@pytest.fixture
def updated(monkeypatch):
    """The names of the files that librrd was asked to update, in order."""
    calls = []
    update = rrdtool.update

    def noted(path, *updates):
        calls.append(path[-5])
        return update(path, *updates)

    monkeypatch.setattr(rrdtool, "update", noted)
    return calls


def one_by_one(directory, stretches, numbers):
    """Return what is in a tree of which each file was written by itself."""
    for name in NAMES:
        tree = RrdTree(directory, batch=MINUTES + 2)
        for first, count in stretches:
            fill(tree, first, count, numbers, [name])
    return contents(directory, directory.parent)


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize(
    ("numbers", "librrd"),
    [
        (lambda _, minute: minute**2, "aaa"),
        (lambda name, minute: minute if name in "ab" else 7, "acacac"),
        (lambda name, minute: 7 + (name == "b" and minute > MINUTES), "aabab"),
        (lambda name, minute: 7 + (name == "a" and minute > MINUTES), "aabab"),
        (lambda name, minute: 7 + (name == "d" and minute == 2), "adadad"),
    ],
    ids=["all the same", "two and two", "one parts", "the first parts", "one is different"],
)
def test_the_files_are_as_if_each_were_written(tmp_path, updated, numbers, librrd, background):
    stretches = [(0, MINUTES), (MINUTES, MINUTES), (2 * MINUTES, MINUTES + 1)]
    tree = RrdTree(tmp_path / "twins", batch=MINUTES + 2)
    with tree.in_background() if background else contextlib.nullcontext():
        for first, count in stretches:
            fill(tree, first, count, numbers)
    assert background or "".join(updated) == librrd
    assert contents(tmp_path / "twins", tmp_path) == one_by_one(tmp_path / "alone", stretches, numbers)
    assert (tree.lost, tree.late) == (0, 0)


def test_a_few_values_are_not_worth_a_copy(tmp_path, updated):
    fill(RrdTree(tmp_path, batch=MINUTES + 2), 0, 10, lambda _, minute: minute**2)
    assert updated == NAMES


def test_files_that_were_there_are_no_twins(tmp_path, updated):
    fill(RrdTree(tmp_path, batch=MINUTES + 2), 0, MINUTES, lambda _, minute: minute**2)
    fill(RrdTree(tmp_path, batch=MINUTES + 2), MINUTES, MINUTES, lambda _, minute: minute**2)
    assert updated == ["a", *NAMES]


@pytest.mark.parametrize("other", NAMES)
def test_a_file_that_others_have_written_is_not_overwritten(tmp_path, other):
    tree, alone = RrdTree(tmp_path / "twins", batch=MINUTES + 2), RrdTree(tmp_path / "alone", batch=MINUTES + 2)
    for first in (0, MINUTES, 2 * MINUTES):
        fill(tree, first, MINUTES, lambda _, minute: minute**2)
        for name in NAMES:
            fill(alone, first, MINUTES, lambda _, minute: minute**2, [name])
        if not first:
            for one in (tree, alone):
                rrdtool.update(path(one, other), f"{BEGIN + MINUTES * 60 - 30}:{MINUTES**2}")
    assert contents(tmp_path / "twins", tmp_path) == contents(tmp_path / "alone", tmp_path)


@pytest.mark.parametrize("gone", NAMES)
def test_a_file_that_has_gone_holds_back_no_other(tmp_path, gone):
    tree = RrdTree(tmp_path, ordered=True, batch=MINUTES + 2)
    tree.attach(lambda: BEGIN, lambda _severity, _text: None)
    fill(tree, 0, MINUTES, lambda _, minute: minute**2)
    os.unlink(path(tree, gone))
    fill(tree, MINUTES, MINUTES, lambda _, minute: minute**2)
    assert list(tree.broken) == [path(tree, gone)]
    assert tree.lost == MINUTES
    # Nor is it made again, whole or not.
    fill(tree, 2 * MINUTES, MINUTES, lambda _, minute: minute**2, [name for name in NAMES if name != gone])
    fill(tree, 3 * MINUTES, MINUTES, lambda _, minute: minute**2, [name for name in NAMES if name != gone])
    for name in set(NAMES) - {gone}:
        assert header.last_update(path(tree, name)) == BEGIN + (4 * MINUTES - 1) * 60
    assert not os.path.exists(path(tree, gone))
