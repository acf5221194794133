"""A daemon of root's has threads, so it cannot become another user: it trusts no state directory but root's."""

import os
import pwd
import tempfile
import time
from pathlib import Path

import pytest

from plugin.daemon import Collectd, eventually, module, needs_collectd
from plugin.logs import Log

pytestmark = [
    needs_collectd,
    pytest.mark.skipif(os.geteuid() != 0, reason="runs the daemon as root"),
]
NOBODY = pwd.getpwnam("nobody")


def test_a_state_directory_of_another_user_is_refused_until_it_is_root_s():
    """Nothing is made there; once the directory is root's the log is read."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        log = Log(place / "log")
        now = int(time.time()) // 60
        log.write(now - 5, now - 1)
        state = place / "state"
        state.mkdir()
        os.chown(state, NOBODY.pw_uid, NOBODY.pw_gid)
        with Collectd(place, module("send", log.directory, state)) as daemon:
            (said,) = eventually(daemon.logged, "the complaint")
            assert list(state.iterdir()) == []
            os.chown(state, 0, 0)
            again = "sqmail_collectd: send: the log is read again"
            eventually(lambda: again in daemon.logged(), "the all-clear")
            assert daemon.stop() == [said, again]
        assert {path.stat().st_uid for path in state.iterdir()} == {0}
    assert said == (
        f"sqmail_collectd: send: {state}: belongs to uid {NOBODY.pw_uid}, and root's daemon trusts nothing that lies "
        f"there; chown root {state}, or give it a state directory of its own"
    )
