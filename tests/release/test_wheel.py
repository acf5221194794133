"""What a wheel brings along beside the packages: man pages, completions, examples that are configurations."""

import subprocess
import sys
import zipfile
from importlib.util import find_spec

import pytest

from project import PACKAGES, ROOT, SCRIPTS, VERSION

DATA = f"sqmail_monitoring-{VERSION}.data/"
SHARED = f"{DATA}data/share/"
OF_CHECKS = {f"{DATA}scripts/{name}" for name in SCRIPTS if name.startswith("check_")}


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    if find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, capture_output=True, check=True, timeout=120)
    (wheel,) = folder.iterdir()
    with zipfile.ZipFile(wheel) as opened:
        return set(opened.namelist())


def test_nothing_but_the_packages_and_what_is_shared(names):
    packages = {package.partition("/")[2] for package in PACKAGES}
    assert {name.partition("/")[0] for name in names} == packages | {f"sqmail_monitoring-{VERSION}.{kind}" for kind in ("data", "dist-info")}
    assert {name for name in names if ".data/" in name and not name.startswith(SHARED)} == OF_CHECKS


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_command_has_its_page_and_completion(names, name):
    assert {f"{SHARED}man/man1/{name}.1", f"{SHARED}bash-completion/completions/{name}"} <= names


def test_examples_are_there_and_logs_are_not(names):
    shared = {name.removeprefix(f"{SHARED}doc/sqmail-monitoring/examples/") for name in names if name.startswith(f"{SHARED}doc/")}
    folders = [folder for folder in (ROOT / "examples").iterdir() if folder.is_dir() and folder.name not in {"logs", "__pycache__"}]
    assert shared == {str(path.relative_to(ROOT / "examples")) for folder in folders for path in folder.rglob("*") if path.is_file()}


def test_the_page_of_the_timers_is_there(names):
    assert f"{SHARED}man/man7/sqmail-monitoring.7" in names
