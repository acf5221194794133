"""RRD trees are written through rrdcached as well, and what it refuses is known."""

import socket
import threading

import pytest

from rrd_files.rrdcached import Rrdcached, RrdcachedError, _commands
from rrd_files.tree import RrdTree
from shim.trees import contents, dispatch_gauge, needs_rrdcached, replay, rrdcached, rrdtool

T = 1_700_000_000


@pytest.fixture(scope="module")
def plain_tree(tmp_path_factory):
    directory = tmp_path_factory.mktemp("shim")
    replay(directory / "rrd", directory)
    return contents(directory / "rrd", directory)


@pytest.fixture
def base(tmp_path):
    directory = tmp_path / "rrd"
    directory.mkdir()
    return directory


@pytest.fixture
def daemon(base):
    address = f"unix:{base}.socket"
    with rrdcached(base, address):
        yield address


@needs_rrdcached
def test_tree_through_a_socket(plain_tree, base, daemon, tmp_path):
    # A way into the base directory that is not its real path.
    link = tmp_path / "link"
    link.symlink_to(base)
    replay(link, tmp_path, rrdcached=daemon)
    with Rrdcached(daemon) as connection:
        for name in plain_tree:
            connection.last_update(f"{base}/{name}")
    assert contents(base, tmp_path) == plain_tree


@needs_rrdcached
def test_tree_through_a_port(plain_tree, base, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    with rrdcached(base, address, "-R"):
        replay(".", tmp_path, rrdcached=address)
    assert contents(base, tmp_path) == plain_tree


@needs_rrdcached
def test_names_with_blanks_and_backslashes(base, daemon):
    lines = []
    tree = RrdTree(base, rrdcached=daemon)
    dispatch_gauge(tree, [T, T + 60], lines, type_instance="a b\\c ä")
    assert (tree.written, tree.lost, lines) == (2, 0, [])
    path = f"{base}/mx1/p/gauge-a b\\c ä.rrd"
    with Rrdcached(daemon) as connection:
        assert connection.last_update(path) == T + 60
    assert rrdtool.info(path)["last_update"] == T + 60


@needs_rrdcached
def test_a_name_with_a_line_feed_is_no_command(base, daemon):
    lines = []
    tree = RrdTree(base, rrdcached=daemon)
    dispatch_gauge(tree, [T], lines, type_instance="a\nUPDATE x")
    path = f"{base}/mx1/p/gauge-a\nUPDATE x.rrd"
    assert lines[-1] == (
        f"rrdtool plugin: rrd_update_r ({path}) failed: rrdcached takes no name with a line feed: "
        f"{path!r}; 1 values"
    )
    assert (tree.written, tree.lost) == (0, 1)


@needs_rrdcached
def test_what_the_daemon_refuses_is_counted(base, daemon):
    path = f"{base}/a.rrd"
    rrdtool.create(path, "--start", str(T), "--step", "60", "DS:value:GAUGE:120:U:U", "RRA:LAST:0.1:1:9")
    updates = [f"{T + second}:1.000000000000001" for second in range(1, 401)]
    first, second, _third = (count for _command, count in _commands(path, updates))
    updates[first] = f"{T}:1.000000000000001"
    with Rrdcached(daemon) as connection:
        refused = list(connection.update(path, updates))
        assert connection.last_update(path) == T + 400
    ((count, reason),) = refused
    assert count == second
    assert reason.startswith(f"illegal attempt to update using time {T}")


@needs_rrdcached
def test_a_file_that_is_not_there(base, daemon):
    with Rrdcached(daemon) as connection:
        assert connection.last_update(f"{base}/none.rrd") is None
        assert [count for count, _reason in connection.update(f"{base}/none.rrd", [f"{T}:1"])] == [1]
        with pytest.raises(RrdcachedError, match=r"^rrdcached at unix:.*: .*none"):
            connection.create(f"{base}/none/none.rrd", T, 60, ["DS:v:GAUGE:120:U:U", "RRA:LAST:0.1:1:9"])


def test_without_rrdcached_values_are_lost_and_told(tmp_path):
    lines = []
    tree = RrdTree(tmp_path, rrdcached=f"unix:{tmp_path}/none")
    dispatch_gauge(tree, [T], lines)
    assert (tree.written, tree.lost) == (0, 1)
    path = f"{tmp_path}/mx1/p/gauge.rrd"
    assert lines == [
        (
            f"rrdtool plugin: rrd_update_r ({path}) failed: rrdcached at unix:{tmp_path}/none: "
            "[Errno 2] No such file or directory; 1 values"
        )
    ]


def test_a_daemon_that_hangs_up(tmp_path):
    address = f"{tmp_path}/socket"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()

        def hang_up():
            connection, _address = server.accept()
            connection.close()

        threading.Thread(target=hang_up).start()
        with (
            Rrdcached(address) as connection,
            pytest.raises(RrdcachedError, match=r"the connection was closed|Broken pipe|reset by peer"),
        ):
            connection.last_update("x.rrd")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("a:b:c", "rrdcached at a:b:c: this is no address"),
        ("[::1", "rrdcached at [::1: this is no address"),
        ("/none", "rrdcached at /none: [Errno 2] No such file or directory"),
    ],
)
def test_no_address(address, message):
    with pytest.raises(RrdcachedError) as caught:
        Rrdcached(address)
    assert str(caught.value) == message


def test_another_hosts_rrdcached_wants_a_relative_directory():
    with pytest.raises(ValueError, match=r"^/var/lib/rrd: for rrdcached at db.example.org give the "):
        RrdTree("/var/lib/rrd", rrdcached="db.example.org")
