"""A state that somebody removes while it is in use: it is told, and nothing is written to what has gone."""

import os
from contextlib import closing

import pytest

from sqmail_log.errors import StateError
from sqmail_log.state import database
from sqmail_log.state.store import State


@pytest.mark.parametrize("change", [os.unlink, lambda path: os.rename(path, f"{path}.before")], ids=["removed", "renamed"])
def test_removed_while_it_is_in_use(tmp_path, change):
    path = str(tmp_path / "log.sqlite")
    with closing(State(path)) as state:
        with state.transaction():
            state.rows("SELECT 1")
        change(path)
        with pytest.raises(StateError, match="removed or replaced while it was in use"), state.transaction():
            state.execute("INSERT INTO archives VALUES ('@', 0)")
    with closing(State(path)) as again:
        assert not again.rows("SELECT * FROM archives")


def test_a_fifo_that_took_a_file_s_place_holds_nobody_up(tmp_path):
    path = str(tmp_path / "log.sqlite")
    with closing(State(path)):
        pass
    os.mkfifo(f"{path}-wal")
    assert "is a FIFO" in database._passing(path)
