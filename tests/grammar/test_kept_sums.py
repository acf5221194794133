"""What is kept of a minute comes back as it was, in its order."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqmail_log.figures import sums
from sqmail_log.figures.metrics import METRICS
from sqmail_log.figures.sums import Sums

KEYS = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=30)
COUNTS = st.integers(0, 2**62)
TABLES = st.dictionaries(
    st.sampled_from([sums.CLIENT, sums.REFUSED, sums.ALERT, sums.UNKNOWN]), st.dictionaries(KEYS, COUNTS, max_size=9)
)
# Bytes of 10 are newlines where they are kept.
DELAYS = st.lists(st.one_of(st.just(0x0A0A0A0A0A), st.integers(-(2**62), 2**62)), max_size=9)


@given(st.dictionaries(st.sampled_from(sorted(METRICS)), COUNTS), TABLES, DELAYS)
def test_back_as_it_was(numbers, tables, delays):
    kept = Sums()
    kept.numbers.update(numbers)
    kept.tables.update(tables)
    kept.delays.add(array("q", delays))
    back = Sums.load(kept.dump())
    assert list(back.numbers.items()) == list(numbers.items())
    assert [(table, list(rows.items())) for table, rows in back.tables.items()] == [
        (table, list(rows.items())) for table, rows in tables.items()
    ]
    assert list(back.delays.exact) == delays
    assert back.dump() == kept.dump()


@pytest.mark.parametrize(
    "dumped",
    [b"", b"\n", b"[]\n", b"[[],[],[],0,0]\n", b'[["ok"],[],{},0,0]\n', b'[[],[],{"client":[1,2]},1,0]\na', b"[[],[],{},0,0]\n1"],
)
def test_what_was_not_written(dumped):
    with pytest.raises((ValueError, TypeError, AttributeError)):
        Sums.load(dumped)
