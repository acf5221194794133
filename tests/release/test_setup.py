"""What the README's commands install fits this machine's collectd."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support import ROOT

PLUGINS = Path("/usr/lib/collectd")


@pytest.mark.skipif(not PLUGINS.exists(), reason="collectd is not installed as Debian does: apt install collectd-core")
@pytest.mark.parametrize(
    ("plugin", "asked", "linked"),
    [("python", "", r"libpython"), ("write_prometheus", "libmicrohttpd libprotobuf-c", r"libmicrohttpd|libprotobuf-c")],
)
def test_the_very_libraries_that_collectd_is_linked_to(plugin, asked, linked):
    told = f". ./setup.sh; need() {{ echo $@; }}; need_collectd {asked}"
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    wanted = set(done.stdout.split())
    needed = subprocess.run(["ldd", PLUGINS / f"{plugin}.so"], capture_output=True, text=True, check=True).stdout
    libraries = re.findall(rf"(?:{linked})\S* => (/\S+)", needed)
    assert libraries
    for library in libraries:
        owner = subprocess.run(["dpkg", "-S", Path(library).resolve()], capture_output=True, text=True, check=True).stdout
        assert owner.partition(":")[0] in wanted


def test_what_collectd_does_not_suggest_is_told_and_ends_nothing():
    told = ". ./setup.sh; need() { :; }; need_collectd libnothing; echo on"
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "on\n"
    assert "collectd-core suggests no libnothing, so a plugin of it may not load.\n" in done.stderr


@pytest.mark.parametrize("command", ["quickstart", "run-tests"])
def test_a_path_with_a_blank_is_refused_before_anything_is_made(command, tmp_path):
    folder = tmp_path / "a b"
    folder.mkdir()
    for name in (command, "setup.sh"):
        shutil.copy(ROOT / name, folder)
    done = subprocess.run([folder / command], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"The path of this folder holds a blank ({folder}): ")
    assert sorted(path.name for path in folder.iterdir()) == sorted([command, "setup.sh"])
