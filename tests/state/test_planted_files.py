"""Root works in another user's state directory as that user: what is planted there harms nobody but its owner."""

import os
import pwd
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from processes import Program
from sqmail_log.state.store import state_path
from support import SOURCES, stamp, write_log

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives a directory to another user: needs root")
NOBODY = pwd.getpwnam("nobody")
ENDINGS = ["", "-wal", "-shm", "-journal", ".feed"]
NOW = time.time()


@pytest.fixture
def place():
    """A folder that everybody may enter, with a log of root's and a state directory of nobody's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        lines = [(NOW - 60 + i, f"new msg {i}") for i in range(5)]
        log = write_log(folder / "log", lines)
        write_log(folder / "log", [(NOW - 90, "new msg 99")], name=archive_name(NOW - 80))
        log.chmod(0o700)
        state = folder / "state"
        state.mkdir(mode=0o755)
        os.chown(state, NOBODY.pw_uid, NOBODY.pw_gid)
        root_only = folder / "root"
        root_only.mkdir(mode=0o700)
        yield folder


def archive_name(second):
    return f"{stamp(second).decode()}.s"


def run(folder, module, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=folder,
    )
    return done.stdout + done.stderr, done.returncode


def commands(folder):
    """Return what root may run on a state directory, by name: module, arguments, exit codes of success and error."""
    places = ("--log", folder / "log", "--state-dir", folder / "state")
    return {
        "check_qmail_log": ("sqmail_checks.log", (*places, "-w", "", "-c", ""), 0, 3),
        "sqmail-mrtg": ("sqmail_report.mrtg.command", ("-1", *places), 0, 1),
        "sqmail-rrd update": ("sqmail_rrd.cli", ("update", *places, "--rrd", folder / "root" / "rrd"), 0, 1),
        "sqmail-archive": ("sqmail_report.archive.command", ("--remove", *places, folder / "root" / "archive"), 0, 1),
    }


COMMANDS = list(commands(Path("/")))


def of_root(folder):
    """Return owner, mode and content of all that is root's, but for the log and for what commands make."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if any(path.is_relative_to(folder / name) for name in ("state", "root", "log")):
            continue
        status = path.lstat()
        found[path] = (status.st_uid, status.st_mode, path.read_bytes() if path.is_file() else b"")
    return found


def state_file(folder, ending=""):
    return Path(state_path(str(folder / "state"), str(folder / "log")) + ending)


@pytest.mark.parametrize("name", COMMANDS)
def test_its_files_are_the_owner_s(place, name):
    module, arguments, calm, _ = commands(place)[name]
    if name == "sqmail-archive":  # it makes no state
        run(place, *commands(place)["check_qmail_log"][:1], *commands(place)["check_qmail_log"][1])
    output, code = run(place, module, *arguments)
    assert code == calm, output
    files = list((place / "state").iterdir())
    assert state_file(place) in files
    for file in files:
        assert (file.stat().st_uid, file.stat().st_gid) == (NOBODY.pw_uid, NOBODY.pw_gid), file
        assert file.stat().st_mode & 0o7137 == 0, file


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("target", ["an empty file", "no file", "a database", "a secret"])
def test_a_link_is_told_and_not_followed(place, name, ending, target):
    victim = place / "victim"
    if target == "a database":
        # What the owner could have root write to: the state that root keeps for itself.
        run(place, "sqmail_checks.log", "--log", place / "log", "--state-dir", place / "root" / "own")
        victim.write_bytes(Path(state_path(str(place / "root" / "own"), str(place / "log"))).read_bytes())
    elif target != "no file":
        victim.write_bytes(b"root:secret:\n" if target == "a secret" else b"")
    if victim.exists():
        victim.chmod(0o600)
    if ending:
        run(place, *commands(place)["check_qmail_log"][:1], *commands(place)["check_qmail_log"][1])
        if name != "sqmail-archive":
            with (place / "log" / "current").open("ab") as file:
                file.write(b"@4000000000000000 torn\n")
    link = state_file(place, ending)
    link.unlink(missing_ok=True)
    link.symlink_to(victim)
    os.lchown(link, NOBODY.pw_uid, NOBODY.pw_gid)
    before = of_root(place)
    module, arguments, calm, wrong = commands(place)[name]
    output, code = run(place, module, *arguments)
    assert of_root(place) == before
    if ending == ".feed" and name != "sqmail-rrd update":
        assert code == calm, output  # only who hands minutes on locks that
    else:
        assert code == wrong, output
        assert f"{link}: is a symbolic link" in output
        assert "secret" not in output


KINDS = {"a FIFO": os.mkfifo, "a directory": os.mkdir, "a device": lambda path: os.mknod(path, 0o20666, os.makedev(1, 5))}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_told(place, name, ending, kind):
    if ending == ".feed" and name != "sqmail-rrd update":
        pytest.skip("only who hands minutes on opens it")
    if ending:
        run(place, *commands(place)["check_qmail_log"][:1], *commands(place)["check_qmail_log"][1])
    path = state_file(place, ending)
    path.unlink(missing_ok=True)
    KINDS[kind](path)
    module, arguments, _, wrong = commands(place)[name]
    output, code = run(place, module, *arguments)
    assert code == wrong, output
    assert f"{path}: is {kind}" in output


_SWAPPER = """
import os, sys
path, victim = sys.argv[1:]
while True:
    for ending in ("", "-wal", "-shm", "-journal", ".feed"):
        try:
            os.symlink(victim, path + ending + ".x")
            os.rename(path + ending + ".x", path + ending)
            os.unlink(path + ending)
        except OSError:
            pass
"""


def test_a_racing_link_gets_nothing_of_root_s(place):
    victim = place / "victim"
    victim.write_bytes(b"")
    victim.chmod(0o600)
    before = of_root(place)
    # That user need not be able to read the environment of these tests.
    words = [sys._base_executable, "-c", _SWAPPER, state_file(place), victim]
    swapper = Program(words, user=NOBODY.pw_uid, group=NOBODY.pw_gid, extra_groups=[])
    try:
        for name in [*COMMANDS] * 3:
            module, arguments, calm, wrong = commands(place)[name]
            output, code = run(place, module, *arguments)
            assert code in {calm, wrong}, output
            assert of_root(place) == before
    finally:
        swapper.end()
    assert all(path.lstat().st_uid == NOBODY.pw_uid for path in (place / "state").iterdir())


@pytest.mark.parametrize("mode", [0o775, 0o777, 0o1777])
def test_a_directory_that_others_may_write_is_refused(place, mode):
    state = place / "state"
    os.chown(state, 0, NOBODY.pw_gid)
    state.chmod(mode)
    assert run(place, "sqmail_checks.log", "--log", place / "log", "--state-dir", state) == (
        f"QMAIL_LOG UNKNOWN - {state}: others may write there, and root trusts nothing that they can put there; "
        f"chmod go-w {state}, or choose another folder\n",
        3,
    )
    assert list(state.iterdir()) == []


def test_a_directory_of_root_s_below_another_user_s(place):
    """Its owner may put another one in its place: root is that user there, and may write nothing."""
    (place / "state" / "own").mkdir(mode=0o755)
    output, code = run(place, "sqmail_checks.log", "--log", place / "log", "--state-dir", place / "state" / "own")
    assert code == 3
    assert "cannot keep the state (Permission denied)" in output
    assert list((place / "state" / "own").iterdir()) == []


def test_a_directory_that_is_not_there_is_made_as_who_owns_its_parent(place):
    made = place / "state" / "new" / "er"
    output, code = run(place, "sqmail_checks.log", "--log", place / "log", "--state-dir", made, "-w", "", "-c", "")
    assert code == 0, output
    for path in (made, made.parent, *made.iterdir()):
        assert path.stat().st_uid == NOBODY.pw_uid
    assert made.stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize("umask", [0o002, 0o022, 0o077])
def test_a_state_is_for_its_owner_and_group(tmp_path, umask):
    log = write_log(tmp_path / "log", [(NOW, "new msg 1")])
    done = subprocess.run(
        [sys.executable, "-m", "sqmail_rrd.cli", "update", "--log", log, "--state-dir", tmp_path / "state",
         "--rrd", tmp_path / "rrd"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES},
        umask=umask,
        check=False,
    )
    assert done.returncode == 0
    assert all(path.stat().st_mode & 0o777 == 0o640 & ~umask for path in (tmp_path / "state").iterdir())


def test_a_state_that_others_may_read_is_closed(tmp_path):
    log = write_log(tmp_path / "log", [(NOW, "new msg 1")])
    arguments = ("--log", log, "--state-dir", tmp_path / "state")
    run(tmp_path, "sqmail_checks.log", *arguments)
    for path in (tmp_path / "state").iterdir():
        path.chmod(0o644)
    run(tmp_path, "sqmail_checks.log", *arguments)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "state").iterdir()} == {0o640}


def linked(link, target):
    """Have nobody plant a link."""
    link.symlink_to(target)
    os.lchown(link, NOBODY.pw_uid, NOBODY.pw_gid)


@pytest.mark.parametrize("planted", ["the host's folder", "the instance's folder", "a file"])
def test_rrd_files_in_another_user_s_tree(place, planted):
    """Root makes and writes them as that user."""
    tree = place / "tree"
    tree.mkdir(mode=0o755)
    os.chown(tree, NOBODY.pw_uid, NOBODY.pw_gid)
    arguments = ("update", "--log", place / "log", "--state-dir", place / "root" / "state", "--rrd", tree, "--hostname", "mx1")
    elsewhere = place / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    if planted == "the host's folder":
        linked(tree / "mx1", elsewhere)
    else:
        assert run(place, "sqmail_rrd.cli", *arguments) == ("", 0)
        assert {path.stat().st_uid for path in tree.rglob("*")} == {NOBODY.pw_uid}
        instance = tree / "mx1" / "qmail-log"
        if planted == "the instance's folder":
            instance.rename(place / "state" / "moved")
            linked(instance, elsewhere)
        else:
            file = instance / "total_events-lines.rrd"
            own = elsewhere / "own.rrd"
            own.write_bytes(file.read_bytes())
            file.unlink()
            linked(file, own)
    with (place / "log" / "current").open("ab") as log:
        log.write(stamp(NOW) + b" end msg 1\n")
    before = of_root(place)
    run(place, "sqmail_rrd.cli", *arguments)
    assert {path: what for path, what in of_root(place).items() if what[0] == 0} == {
        path: what for path, what in before.items() if what[0] == 0
    }


@pytest.mark.parametrize("planted", [".index.html.new", "index.html", "hosts", "hosts/mx1", ".settings"])
def test_pages_in_another_user_s_folder(place, planted):
    """What a web server's user plants is not written through."""
    tree = place / "root" / "rrd"
    places = ("--log", place / "log", "--state-dir", place / "root" / "state", "--rrd", tree)
    assert run(place, "sqmail_rrd.cli", "update", *places, "--hostname", "mx1") == ("", 0)
    out = place / "out"
    out.mkdir(mode=0o755)
    if planted == "hosts/mx1":
        (out / "hosts").mkdir()
        os.chown(out / "hosts", NOBODY.pw_uid, NOBODY.pw_gid)
    os.chown(out, NOBODY.pw_uid, NOBODY.pw_gid)
    victim = place / "victim"
    if planted.startswith("hosts"):
        victim.mkdir(mode=0o755)
    else:
        victim.write_text("root's own")
    linked(out / planted, victim)
    before = of_root(place)
    output, code = run(place, "sqmail_rrd.cli", "page", "--rrd", tree, "--out", out)
    assert code == (1 if planted.startswith("hosts") else 0), output
    assert {path: what for path, what in of_root(place).items() if what[0] == 0} == {
        path: what for path, what in before.items() if what[0] == 0
    }


def test_an_archive_in_another_user_s_folder(place):
    """The year's folder leads elsewhere: nothing of root's is made there."""
    folder = place / "archive"
    folder.mkdir(mode=0o755)
    os.chown(folder, NOBODY.pw_uid, NOBODY.pw_gid)
    elsewhere = place / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    linked(folder / time.strftime("%Y", time.gmtime(NOW)), elsewhere)
    output, code = run(place, "sqmail_report.archive.command", "--log", place / "log", folder)
    assert code == 1, output
    assert list(elsewhere.iterdir()) == []
