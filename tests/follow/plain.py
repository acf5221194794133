"""Plain files with numbered lines, and the real logrotate."""

import os
import shutil
import subprocess

import pytest

from follow.loggers import FAKETIME, clock
from support import stamp

NOW = 1795332000
LOGROTATE = shutil.which("logrotate", path="/usr/sbin:/usr/bin:/sbin:/usr/local/sbin")
needs_logrotate = pytest.mark.skipif(
    LOGROTATE is None or FAKETIME is None, reason="logrotate or faketime is not installed"
)


def lines(first, number):
    """Return the bytes of lines, a second apart."""
    return b"".join(stamp(NOW + i) + b" end msg %d\n" % i for i in range(first, first + number))


def closed_at(second):
    """Return the name of an archive that was closed so many seconds after the first line."""
    return f"{stamp(NOW + second).decode()}.s"


def payloads(first, number):
    """Return the same lines without stamps, as a follower has them."""
    return [b"end msg %d" % i for i in range(first, first + number)]


def append(path, content):
    with path.open("ab") as file:
        file.write(content)


def logrotate(log, *directives, day=22):
    """Run the real logrotate on a file in a folder of its own, on a day of November 2026."""
    configuration = log.parent.parent / "logrotate.conf"
    configuration.write_text("\n".join([f"{log} {{", "rotate 9", "missingok", *directives, "}", ""]))
    configuration.chmod(0o600)
    log.parent.chmod(0o755)
    state = log.parent.parent / "logrotate.state"
    env = {**os.environ, **clock(f"@2026-11-{day:02} 06:25:00")}
    done = subprocess.run(
        [LOGROTATE, "-f", "-s", state, configuration], env=env, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def recreate(path, content, *, same_inode):
    """Remove a file and make it anew, with its old inode or with another."""
    before = path.stat().st_ino
    path.unlink()
    spares = []
    for i in range(200):
        if not same_inode:
            spares.append(path.with_name(f"spare{i}"))
            spares[-1].touch()
        path.write_bytes(content)
        if (path.stat().st_ino == before) == same_inode:
            break
        if same_inode:
            spares.append(path.rename(path.with_name(f"spare{i}")))
    else:
        pytest.skip("this file system does not use an inode again, or another process took it")
    for spare in spares:
        spare.unlink()
