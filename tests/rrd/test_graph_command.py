"""`sqmail-rrd graph` as a person runs it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from plugin.daemon import COLLECTD, RRDCACHED, eventually, needs_collectd, needs_rrdcached
from processes import Program
from rrd.png import pixels
from rrd.trees import END, HOST, path_of, rrdtool, write
from sqmail_rrd.graphs.palette import DARK, LIGHT
from support import SOURCES

UNTIL = ("--until", str(END))


def sqmail_rrd(*arguments, code=0, path=SOURCES, **environment):
    """Run the command; return what it wrote to standard output and error."""
    done = subprocess.run(
        [sys.executable, "-m", "sqmail_rrd.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "TZ": "UTC", "PYTHONPATH": path, **environment},
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def test_one_graph_and_its_numbers(tmp_path):
    write(tmp_path, "send", {"messages": [2] * 50 + [None] * 5 + [3] * 5, "ended": [1] * 60, "lines": [1] * 60})
    picture = tmp_path / "out.png"
    arguments = ("messages", "--rrd", tmp_path, "--range", "hour", *UNTIL, "-o", picture)
    assert sqmail_rrd("graph", *arguments) == (
        (
            f"Messages, per minute, {HOST}, send, last hour\n"
            "                                now   average   maximum     total\n"
            "queued                            3      2.07         3       112\n"
            "finished                          1         1         1        60\n"
        ),
        "",
    )
    assert pixels(picture.read_bytes())[0][0] == LIGHT.back
    sqmail_rrd("graph", *arguments, "--dark")
    assert pixels(picture.read_bytes())[0][0] == DARK.back


def test_a_gap_is_told(tmp_path):
    values = [2] * 30 + [None] * 29 + [2]
    write(tmp_path, "send", {"messages": values, "lines": values})
    said, _ = sqmail_rrd("graph", "messages", "--rrd", tmp_path, "--range", "hour", *UNTIL, "-o", tmp_path / "x.svg")
    assert said.splitlines()[-1] == "no values for 50.0 % of the time"


def test_a_time_of_ones_own(tmp_path):
    write(tmp_path, "send", {"messages": [2] * 600, "lines": [1] * 600})
    since = ("--since", "2026-07-19T22:30:00Z")
    said, _ = sqmail_rrd("graph", "messages", "--rrd", tmp_path, *since, *UNTIL, "-o", tmp_path / "x.png")
    assert said.splitlines()[0] == (f"Messages, per minute, {HOST}, send, since 2026-07-19 22:30 UTC")
    assert said.splitlines()[2].split()[-1] == "180"


@pytest.mark.parametrize(
    ("redirection", "words"),
    [(">&-", "standard output is closed"), (">/dev/full", "standard output: No space left on device")],
)
def test_output_that_cannot_be_written_is_said_in_one_line(tmp_path, redirection, words):
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-m", "sqmail_rrd.cli", "graph", "--rrd", tmp_path],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"sqmail-rrd: {words}\n")


def test_names_are_cleaned_for_the_terminal(tmp_path):
    write(tmp_path, "send", {"messages": [2], "lines": [1]}, host="mx\x1b[2J\u202e")
    assert sqmail_rrd("graph", "--rrd", tmp_path, PYTHONUTF8="1") == ("mx?[2J? send: messages lines\n", "")


def test_times_may_be_so_long_ago(tmp_path):
    now = int(time.time()) // 60 * 60
    write(tmp_path, "send", {"messages": [2] * 600, "lines": [1] * 600}, end=now)
    said, _ = sqmail_rrd("graph", "messages", "--rrd", tmp_path, "--since", "3h", "--until", "2h", "-o", tmp_path / "x.png")
    # It begins in the middle of a minute, and ends with one.
    assert 117 < float(said.splitlines()[2].split()[-1]) <= 120


def test_size_and_zoom(tmp_path):
    write(tmp_path, "send", {"messages": [2] * 60, "lines": [1] * 60})
    sizes = []
    for options in ((), ("--size", "600x200"), ("--zoom", "2")):
        picture = tmp_path / "x.png"
        sqmail_rrd("graph", "messages", "--rrd", tmp_path, "--range", "hour", *UNTIL, "-o", picture, *options)
        rows = pixels(picture.read_bytes())
        sizes.append((len(rows[0]), len(rows)))
    (width, height), larger, zoomed = sizes
    assert larger == (width + 600 - 412, height + 50)
    assert zoomed == (pytest.approx(2 * width, abs=6), pytest.approx(2 * height, abs=6))


def test_the_list_of_what_there_is(tmp_path):
    write(tmp_path, "send", {"messages": [2], "lines": [1]}, host="mx1.example.org")
    write(tmp_path, "smtpd", {"accept": [2], "ok": [1]}, host="mx2.example.org")
    assert sqmail_rrd("graph", "--rrd", tmp_path) == (
        "mx1.example.org send: messages lines\nmx2.example.org smtpd: records sessions\n",
        "",
    )
    (tmp_path / "none").mkdir()
    assert sqmail_rrd("graph", "--rrd", tmp_path / "none") == ("no values of any host\n", "")


def test_which_one_is_meant(tmp_path):
    for host, instance in (("mx1", "smtpd"), ("mx1", "submission"), ("mx2", "smtpd")):
        write(tmp_path, instance, {"accept": [2] * 60, "lines": [1] * 60}, host=host)
    records = ("graph", "records", "--rrd", tmp_path, "--range", "hour", *UNTIL, "-o", tmp_path / "x.png")
    assert sqmail_rrd(*records, code=1) == (
        "",
        (
            "sqmail-rrd: records is there more than once, choose: --host mx1 --instance smtpd, "
            "--host mx1 --instance submission, --host mx2 --instance smtpd\n"
        ),
    )
    assert sqmail_rrd(*records, "--host", "mx3", code=1) == (
        "",
        (
            "sqmail-rrd: records is there elsewhere, choose: --host mx1 --instance smtpd, "
            "--host mx1 --instance submission, --host mx2 --instance smtpd\n"
        ),
    )
    assert sqmail_rrd(*records, "--all-hosts", code=1) == (
        "",
        (
            "sqmail-rrd: records is there more than once, choose: --all-hosts --instance smtpd, "
            "--all-hosts --instance submission\n"
        ),
    )
    said, _ = sqmail_rrd(*records, "--all-hosts", "--instance", "smtpd")
    assert said.splitlines()[2].split() == ["accepted", "4", "4", "4", "240"]
    said, _ = sqmail_rrd(*records, "--host", "mx2")
    assert said.splitlines()[0] == "Accepted, rejected, deferred, per minute, mx2, smtpd, last hour"


WRONG = {
    ("messages", "--rrd", "none"): (
        "'none': No such file or directory; --rrd is the folder with a folder for each host"
    ),
    ("queue", "--rrd", "."): (".: no values for the graph queue; without a name, graph lists what is there"),
    ("messages", "-o", "x.gif"): "x.gif: a picture's name ends in .png, .svg, .pdf",
    ("messages", "-o", "file/x.png"): (
        "file/x.png: cannot be written: Not a directory; name a folder this user may write"
    ),
    ("messages", "--until", "9", "--since", "9"): "--since is not before the end",
    ("messages", "--rrdcached", "mx1:42217"): (
        "rrdcached at mx1:42217: drawing needs the Unix socket of the machine that holds the files "
        "(unix:/run/rrdcached.sock)"
    ),
    ("messages", "--collectd-socket", "no"): (
        "collectd at no: No such file or directory; --collectd-socket is the SocketFile of its plugin "
        "unixsock; SocketGroup and SocketPerms open it"
    ),
}


@pytest.mark.parametrize(("arguments", "complaint"), WRONG.items())
def test_what_is_wrong_is_told_in_one_line(tmp_path, monkeypatch, arguments, complaint):
    write(tmp_path, "send", {"messages": [2] * 60, "lines": [1] * 60})
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    assert sqmail_rrd("graph", "--rrd", ".", *arguments, code=1) == ("", f"sqmail-rrd: {complaint}\n")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--threshold", "queue"), "'queue' is nothing like queue=1000:too many; graphs: deliveries,"),
        (("--threshold", "queue=nan"), "'queue=nan' is nothing like"),
        (("--threshold", "quux=1"), "'quux=1' is nothing like"),
        (("--until", "\x1b[2J"), r"'\x1b[2J' is no time like"),
        (("--size", "9x9"), "'9x9' is no size like 600x200, of 50 to 4000 pixels"),
        (("--zoom", "0"), "'0' is no factor from 0.5 to 10"),
        (("--range", "decade"), "invalid choice: 'decade'"),
        (("--host", "a", "--all-hosts"), "not allowed with argument"),
    ],
)  # fmt: skip
def test_wrong_usage(arguments, complaint):
    said, complained = sqmail_rrd("graph", "messages", *arguments, code=2)
    assert said == ""
    assert complaint in complained


def test_without_rrdtool(tmp_path):
    write(tmp_path, "send", {"messages": [2]})
    stub = tmp_path / "stub"
    stub.mkdir()
    (stub / "rrdtool.py").write_text("raise ImportError('No module named rrdtool')")
    path = f"{stub}{os.pathsep}{SOURCES}"
    for command in (("graph",), ("page", "--out", tmp_path / "www")):
        assert sqmail_rrd(*command, "--rrd", tmp_path, code=1, path=path) == (
            "",
            (
                "sqmail-rrd: the Python module rrdtool does not load (No module named rrdtool): apt install "
                "python3-rrdtool (a virtual environment sees it only if it was made with --system-site-packages), "
                "or pip install 'sqmail-monitoring[rrd]' in the environment (which needs a C compiler, Python's headers "
                "and librrd-dev)\n"
            ),
        )


@pytest.mark.skipif(shutil.which("fc-list") is None, reason="fc-list is not installed: apt install fontconfig")
def test_without_fonts(tmp_path):
    write(tmp_path, "send", {"messages": [2] * 60})
    settings = tmp_path / "fonts.conf"
    settings.write_text("<fontconfig></fontconfig>")
    arguments = ("graph", "messages", "--rrd", tmp_path, *UNTIL, "-o", tmp_path / "x.png")
    said, complained = sqmail_rrd(*arguments, FONTCONFIG_FILE=str(settings))
    assert said.startswith("Messages, per minute")
    ours = [line for line in complained.splitlines() if line.startswith("sqmail-rrd")]
    assert ours == [
        (
            "sqmail-rrd: no font is installed, the pictures show boxes instead of letters: apt install "
            "fonts-dejavu-core, or install any TrueType font that fc-list shows"
        )
    ]


@pytest.mark.parametrize("instance", ["send", 'odd: "name"\\'])
@needs_rrdcached
def test_what_rrdcached_holds_is_drawn(tmp_path, instance):
    tree = tmp_path / "rrd"
    write(tree, instance, {"messages": [2] * 60, "lines": [1] * 60}, end=END - 600)
    address = f"unix:{tmp_path}/sock"
    command = [RRDCACHED, "-g", "-l", address, "-b", str(tree), "-B", "-w", "3600", "-p", f"{tmp_path}/pid"]
    with Program(command) as daemon:
        try:
            eventually(lambda: answers(tmp_path / "sock"), "rrdcached")
            path = path_of(tree, HOST, instance, "messages")
            for minute in range(9, -1, -1):
                rrdtool.update(str(path), "--daemon", address, f"{END - 60 * minute}:{120 + 5 * (10 - minute)}")
            arguments = (
                "graph",
                "messages",
                "--rrd",
                tree,
                "--range",
                "hour",
                *UNTIL,
                "-o",
                tmp_path / "x.png",
            )
            stale, _ = sqmail_rrd(*arguments)
            fresh, _ = sqmail_rrd(*arguments, "--rrdcached", address)
        finally:
            daemon.terminate()
    assert [said.splitlines()[2].split() for said in (stale, fresh)] == [
        ["queued", "2", "2", "2", "100"],
        ["queued", "5", "2.5", "5", "150"],
    ]


@needs_collectd
def test_what_collectd_holds_is_drawn(tmp_path):
    tree = tmp_path / "rrd"
    instance = 'odd "name"\\'
    now = int(time.time())
    end = now - now % 60
    configuration = tmp_path / "collectd.conf"
    configuration.write_text(
        f'WriteThreads 1\nBaseDir "{tmp_path}"\nPIDFile "{tmp_path}/pid"\nTypesDB "/usr/share/collectd/types.db"\n'
        f'LoadPlugin unixsock\n<Plugin unixsock>\n  SocketFile "{tmp_path}/sock"\n</Plugin>\n'
        f'LoadPlugin rrdtool\n<Plugin rrdtool>\n  DataDir "{tree}"\n  CacheTimeout 3600\n</Plugin>\n'
    )
    with Program([COLLECTD, "-f", "-C", str(configuration)]) as daemon:
        try:
            eventually(lambda: answers(tmp_path / "sock"), "collectd")
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(tmp_path / "sock"))
                stream = connection.makefile("rwb")
                for metric in ("messages", "lines", "ended"):
                    quoted = f"{HOST}/qmail-{instance}/total_events-{metric}".replace("\\", r"\\").replace('"', r"\"")
                    for minute in range(30, -1, -1):
                        value = f"{end - 60 * minute}:{4 * (30 - minute)}"
                        stream.write(f'PUTVAL "{quoted}" interval=60 {value}\n'.encode())
                        stream.flush()
                        assert stream.readline().startswith(b"0 Success")
            # One thread writes in order: when it is at the last value, it has done with those before.
            eventually(lambda: path_of(tree, HOST, instance, "ended").exists(), "the files")
            eventually(
                lambda: f"{end}.000 {HOST}/qmail-{instance}/total_events-ended" in listing(tmp_path / "sock"),
                "all values",
            )
            flush = ("--collectd-socket", tmp_path / "sock")
            hour = ("--range", "hour", "--until", end, "-o", tmp_path / "x.png")
            said, _ = sqmail_rrd("graph", "messages", "--rrd", tree, *hour, *flush)
        finally:
            daemon.terminate()
    assert said.splitlines()[2].split() == ["queued", "4", "4", "4", "120"]


def listing(path):
    """Return collectd's list of what it knows, and of when."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        stream = connection.makefile("rwb")
        stream.write(b"LISTVAL\n")
        stream.flush()
        number = int(stream.readline().split()[0])
        return b"".join(stream.readline() for _ in range(number)).decode()


def answers(path):
    """Return whether somebody listens at a Unix socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        return Path(path).exists() and connection.connect_ex(str(path)) == 0
