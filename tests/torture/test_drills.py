"""Every drill as a monitor lives through it: all checks at each minute, and each quiet week in steps of five minutes.

Alone: `SQMAIL_TORTURE=long ./run-tests -n 1 -s tests/torture/test_drills.py`; `-s` shows the table.
"""

import os

import pytest

from drills.conftest import ask_player, meets, not_yet  # noqa: F401 - fixtures
from drills.player import MADE, names
from drills.stage import MODES

pytestmark = [
    pytest.mark.skipif(os.environ.get("SQMAIL_TORTURE") != "long", reason="takes minutes: SQMAIL_TORTURE=long"),
    pytest.mark.timeout(900),
]


@pytest.mark.parametrize(("mode", "name"), [(mode, name) for mode in (*MODES, MADE) for name in names(mode)])
def test_every_minute(mode, name, meets):  # noqa: F811 - the fixture
    meets(name, mode, is_whole=True)
