"""A file system of its own for a test."""

import os
import shutil

import pytest

from checks.disks import Disk


@pytest.fixture
def disk(tmp_path):
    if os.geteuid() != 0 or not (shutil.which("unshare") and shutil.which("nsenter")):
        pytest.skip("needs root, unshare and nsenter to mount a file system")
    made = []

    def make(*options, **more):
        made.append(Disk(tmp_path / "disk", *options, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()
