"""A process of its own writes the files: same content, losses told, a death noticed, nothing left behind."""

import os
import signal
import time
import traceback

import pytest

from collectd_shim.daemon.datasets import load
from processes import until
from rrd_files.background import Background
from rrd_files.errors import WriterError
from rrd_files.tree import RrdTree
from shim.trees import contents, rrdtool

IDENTITY = ("mx1", "p", "derive")
START = 1_700_000_040
DIED = "the process that writes RRD files has died: it was killed, or met an error"


def points(first, count):
    minutes = range(first, first + count)
    return [START + 60 * minute for minute in minutes], [minute**2 for minute in minutes]


def fill(tree, stretches):
    for stretch in range(stretches):
        tree.extend(IDENTITY, load()["derive"].sources, 60, *points(100 * stretch, 100))
        tree.flush()


def appended(path, updates, _twins, **_):
    """Write as a Background may be asked to: a line an update, `!` is lost."""
    with open(path, "a") as file:
        file.writelines(f"{os.getpid()} {update}\n" for update in updates)
    for update in updates:
        if update == "!":
            yield path, 1, "no good"


def until_written(path, background, text=""):
    """Wait for what another process writes; an order to write nothing tells if it has died."""

    def reached():
        assert list(background.put(str(path), [])) == []
        return path.exists() and path.read_text().endswith(text)

    until(reached, "a line of the process that writes")


def test_the_tree_is_the_same(tmp_path):
    tree = RrdTree(tmp_path / "rrd")
    with tree.in_background():
        fill(tree, 30)
    assert (tree.written, tree.lost) == (3000, 0)
    fill(RrdTree(tmp_path / "other"), 30)
    assert contents(tmp_path / "rrd", tmp_path) == contents(tmp_path / "other", tmp_path)


def test_the_end_waits_for_all(tmp_path):
    tree = RrdTree(tmp_path)
    with tree.in_background():
        fill(tree, 30)
    assert rrdtool.info(f"{tmp_path}/mx1/p/derive.rrd")["last_update"] == points(2999, 1)[0][0]


def test_losses_are_counted_and_told(tmp_path):
    lines = []
    tree = RrdTree(tmp_path)
    tree.attach(time.time, lambda _severity, text: lines.append(text))
    path = tmp_path / "mx1/p/derive.rrd"
    with tree.in_background():
        fill(tree, 1)
        until(lambda: rrdtool.info(str(path))["last_update"] == points(99, 1)[0][0], "the last minute")
        path.unlink()
        tree.extend(IDENTITY, load()["derive"].sources, 60, *points(100, 7))
        tree.flush()
    assert (tree.written, tree.lost) == (100, 7)
    assert lines == [
        f"rrdtool plugin: rrd_update_r ({path}) failed: opening '{path}': No such file or directory; 7 values"
    ]


def test_it_is_another_process_and_keeps_the_order(tmp_path):
    path = str(tmp_path / "written")
    background = Background(appended)
    losses = []
    for number in range(500):
        losses += background.put(path, [str(number), "!"][: 1 + (number == 250)])
    losses += background.finish()
    processes, texts = zip(*map(str.split, (tmp_path / "written").read_text().splitlines()), strict=True)
    assert len(set(processes)) == 1
    assert processes[0] != str(os.getpid())
    assert [text for text in texts if text != "!"] == [str(number) for number in range(500)]
    assert losses == [(path, 1, "no good")]


def test_an_interrupt_while_it_is_behind_spoils_nothing(tmp_path):
    """Half an order in the pipe would be read together with the next one."""
    path = tmp_path / "written"
    background = Background(appended)
    assert list(background.put(str(path), ["first"])) == []
    until_written(path, background, "first\n")
    writer = int(path.read_text().split()[0])
    os.kill(writer, signal.SIGSTOP)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    updates = []

    def put_for_ever():
        while True:
            order = [f"{len(updates)}-{part}" for part in range(1500)]
            updates.extend(order)
            assert list(background.put(str(path), order)) == []

    try:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        with pytest.raises(KeyboardInterrupt):
            put_for_ever()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        os.kill(writer, signal.SIGCONT)
    assert list(background.put(str(path), ["last"])) == []
    assert list(background.finish()) == []
    written = path.read_text().split()[1::2]
    assert written[:1] + written[-1:] == ["first", "last"]
    # The last order as a whole or not at all.
    assert written[1:-1] in (updates, updates[:-1500])


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_stop_of_all_processes_lets_it_finish(tmp_path, number):
    path = tmp_path / "written"
    background = Background(appended)
    assert list(background.put(str(path), ["first"])) == []
    until_written(path, background, "first\n")
    os.kill(int(path.read_text().split()[0]), number)
    assert list(background.put(str(path), ["second"])) == []
    assert list(background.finish()) == []
    assert path.read_text().split()[1::2] == ["first", "second"]


def test_its_death_is_told(tmp_path):
    path = tmp_path / "written"
    background = Background(appended)
    assert list(background.put(str(path), ["first"])) == []
    until_written(path, background, "first\n")
    os.kill(int(path.read_text().split()[0]), signal.SIGKILL)
    with pytest.raises(WriterError, match=DIED):
        until(lambda: list(background.put(str(path), ["second"])), "word of its death")
    with pytest.raises(WriterError, match=DIED):
        list(background.finish())
    assert path.read_text().split()[1:] == ["first"]


def test_it_does_not_outlive_a_killed_caller(tmp_path):
    path = tmp_path / "written"
    process = os.fork()
    if not process:
        try:
            background = Background(appended)
            for _ in background.put(str(path), ["first"]):
                pass
            until_written(path, background, "first\n")
            os.kill(os.getpid(), signal.SIGKILL)
        except BaseException:  # noqa: BLE001 - the end of this process is told by the one that waits
            (tmp_path / "why").write_text(traceback.format_exc())
        os._exit(1)
    assert os.waitpid(process, 0)[1] == signal.SIGKILL, (tmp_path / "why").read_text()
    writer = int(path.read_text().split()[0])

    def gone():
        try:
            with open(f"/proc/{writer}/stat") as stat:
                return stat.read().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            return True

    until(gone, "the end of the process that writes")
