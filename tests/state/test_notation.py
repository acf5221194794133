"""JSON as a state keeps it: read as json reads it, with what comes with Python and without its C half."""

import importlib
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqmail_log import notation

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
WRONG = ["", " ", "[1", '{"a":1', "[1] ", "[1]x", "nul", '"\n"', '{"a"}', "[1,]"]


@pytest.fixture(params=["c", "python"])
def loaded(request, monkeypatch):
    if request.param == "python":
        monkeypatch.setitem(sys.modules, "_json", None)
    yield importlib.reload(notation).loaded
    monkeypatch.undo()
    importlib.reload(notation)


@given(VALUES)
def test_what_was_kept_is_read(value):
    assert notation.loaded(notation.dumped(value)) == json.loads(json.dumps(value)) == value


def test_both_readers_say_the_same(loaded):
    for value in ([1, -2, 3.5, None, True], {"a": [{"é": "\n"}], "": {}}, [], "x"):
        assert loaded(json.dumps(value)) == value


@pytest.mark.parametrize("text", WRONG)
def test_what_is_damaged_is_told(loaded, text):
    with pytest.raises(ValueError):  # noqa: PT011 - whichever of them
        loaded(text)
