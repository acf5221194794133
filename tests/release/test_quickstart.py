"""The quickstart says at once what is wrong where something does not run, and clears away what a killed one left."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from processes import Program
from project import FOLDERS, ROOT

PLUGIN = Path("/usr/lib/collectd/python.so")


@pytest.fixture
def checkout(tmp_path):
    """A copy of the project with a virtual environment that sees what is installed here, so that nothing is fetched."""
    for name in ("LICENSE", "README.md", "constraints.txt", "pyproject.toml", "quickstart", "setup.sh"):
        shutil.copy(ROOT / name, tmp_path)
    for name in (*FOLDERS, "examples"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", tmp_path / ".venv"], check=True)
    (packages,) = (tmp_path / ".venv" / "lib").glob("python*/site-packages")
    (packages / "here.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return tmp_path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hide a library")
@pytest.mark.skipif(not PLUGIN.exists(), reason="collectd is not installed as Debian does: apt install collectd-core")
def test_a_collectd_that_ends_is_told_at_once_with_what_to_do(checkout, tmp_path):
    broken = tmp_path / "broken.so"
    broken.write_text("no library")
    hidden = ["unshare", "--mount", "sh", "-c", f'mount --bind {broken} {PLUGIN} && exec "$@"', "sh"]
    if subprocess.run([*hidden, "true"], capture_output=True, check=False).returncode:
        pytest.skip("nothing may be mounted here")
    demo = checkout / "demo"
    demo.mkdir()
    forgotten = Program([sys.executable, "-c", "import time; time.sleep(600)", demo / "collectd.conf"])
    (demo / "collectd.pid").write_text(f"{forgotten.pid}\n")
    done = subprocess.run([*hidden, checkout / "quickstart"], capture_output=True, text=True, check=False, timeout=170)
    assert done.returncode == 1, done.stderr
    said = done.stderr.splitlines()
    begin = said.index("collectd has ended by itself with exit status 1.  Its last lines:")
    assert any(str(PLUGIN) in line for line in said[begin:])
    assert said[-1].startswith("Mend what it names")
    assert not (demo / "www").exists()
    assert forgotten.wait(timeout=10) == -signal.SIGTERM


@pytest.mark.skipif(not PLUGIN.exists(), reason="collectd is not installed as Debian does: apt install collectd-core")
def test_anything_else_that_fails_is_told_with_its_line(checkout):
    shutil.rmtree(checkout / "examples" / "logs" / "smtpd")
    done = subprocess.run([checkout / "quickstart"], capture_output=True, text=True, check=False, timeout=170)
    assert done.returncode == 1
    assert "No such file or directory" in done.stderr
    line = next(number for number, text in enumerate((checkout / "quickstart").read_text().splitlines(), 1) if "examples/replay.py" in text)
    assert done.stderr.splitlines()[-1].startswith(f"quickstart ended in line {line}, at: ")
