"""What the README's commands install fits this machine's collectd."""

import re
import subprocess
from pathlib import Path

import pytest

from support import ROOT

PLUGIN = Path("/usr/lib/collectd/python.so")


@pytest.mark.skipif(not PLUGIN.exists(), reason="collectd is not installed as Debian does: apt install collectd-core")
def test_the_very_python_that_collectd_is_linked_to():
    told = ". ./setup.sh; need() { echo $@; }; need_collectd"
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    _, package = done.stdout.split()
    (library,) = re.findall(r"libpython\S+ => (\S+)", subprocess.run(["ldd", PLUGIN], capture_output=True, text=True, check=True).stdout)
    owner = subprocess.run(["dpkg", "-S", Path(library).resolve()], capture_output=True, text=True, check=True).stdout
    assert owner.partition(":")[0] == package
