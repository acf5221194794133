"""The project where every user may run it: this checkout, or its Python, may lie in a home that is closed to others."""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import nagiosplugin
import pytest

from project import PACKAGES, ROOT

NOBODY = 65534
needs_nobody = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root and setpriv to be somebody else"
)


def place(folder):
    """Copy the packages and nagiosplugin into a folder, for all to read whatever the umask of the checkout was."""
    for package in [*(ROOT / package for package in PACKAGES), Path(nagiosplugin.__file__).parent]:
        shutil.copytree(package, folder / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)


def python(run):
    """Return an interpreter that `run`, which runs words as some user, can run; one in another's home it can't."""
    for candidate in (sys.executable, "/usr/bin/python3"):
        # By way of a shell, as the checks are started: setpriv itself may still find what its user may not.
        probe = f'exec {candidate} -c "import sys; sys.exit(sys.version_info < (3, 11))"'
        if run("sh", "-c", probe).returncode == 0:
            return candidate
    return pytest.skip("there is no Python 3.11 or newer here that this user may run")


@contextmanager
def as_nobody():
    """Yield a function that runs words of Python's command line as nobody, or as oneself where that is not root."""

    def run(*words, **environment):
        become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
        return subprocess.run(
            [*become, *map(str, words)],
            env={"PATH": os.environ["PATH"], **environment}, cwd="/", capture_output=True, text=True, check=False,
        )  # fmt: skip

    with tempfile.TemporaryDirectory(prefix="sqmail-") as folder:
        place(Path(folder))
        yield lambda *words: run(python(run), *words, PYTHONPATH=folder, PYTHONDONTWRITEBYTECODE="1")
