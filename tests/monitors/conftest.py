"""What the tests of the monitors begin with."""

import os
import subprocess

import pytest

from monitors import expectations, growing
from monitors import site as sites


@pytest.fixture
def site():
    """A folder that the monitors' user can reach, with the checks in bin/."""
    with sites.made() as site:
        yield site


@pytest.fixture
def logs(site):
    """Growing logs where the examples look for them, opened to the monitors' user; nothing is written yet."""
    with growing.logs(site / "log", expectations.SAMPLES) as logs:
        for log in logs.values():
            if os.geteuid() == 0:
                subprocess.run(["setfacl", "-m", f"u:{sites.USER}:rX", log.directory], check=True)
        yield logs
