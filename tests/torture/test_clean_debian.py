"""The package, the quickstart and the page from nothing to an alarm in a clean Debian of each release.

    SQMAIL_TORTURE=long ./run-tests -n 0 -s tests/torture/test_clean_debian.py

`tests/release/clean-debian bookworm trixie` tries all that a release is checked by, run-tests too.
"""

import os
import shutil
import subprocess

import pytest

from project import ROOT

LONG = os.environ.get("SQMAIL_TORTURE") == "long"
SECONDS = 3600

pytestmark = [
    pytest.mark.skipif(not LONG, reason="SQMAIL_TORTURE=long makes it: it fetches a Debian"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a system"),
    pytest.mark.skipif(not shutil.which("debootstrap"), reason="debootstrap is not installed"),
    pytest.mark.timeout(SECONDS + 60),
    pytest.mark.flaky(reruns=0),
]


@pytest.mark.parametrize("what", ["quickstart", "package", "whole-server"])
@pytest.mark.parametrize("release", ["bookworm", "trixie"])
def test_from_nothing(release, what, tmp_path, record_property):
    if not (ROOT / ".git").exists():
        pytest.skip("what is tried is a clone")
    done = subprocess.run(
        [ROOT / "tests" / "release" / "clean-debian", "--folder", tmp_path / "systems", release, what],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=SECONDS,
    )  # fmt: skip
    verdict = done.stdout.rpartition("\n== ")[2]
    print(verdict)
    record_property("promise", [f"{what} in a clean {release}", verdict.count("exit status"), done.returncode])
    assert done.returncode == 0, done.stdout
    assert verdict.count("exit status 0 ") == verdict.count("exit status ") > 0
