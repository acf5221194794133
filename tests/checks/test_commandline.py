"""A check's command line says the same whether it is read at once or by argparse."""

import random
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import CHECKS

PARSERS = {name: import_module(f"sqmail_checks.{name}").parser() for name in (*CHECKS, "host")}
VALUES = ["/var/log/qmail-send", "10", "5:10", "@1:2", "~:3", "15m", "2d", "1e3s", "RCPT::Failed_Rcptto", "remote", "local", "", "0",
          "-1", "--", "-", "-v", "a b", "json", "delivery=-w 5", "2026-11-22T07:15Z", "Europe/Rome", "37", "x=y", "é"]  # fmt: skip


def by_argparse(parser, words):
    """Return what argparse makes of a command line, None where it ends the process."""
    try:
        return vars(parser.whole().parse_args(words))
    except SystemExit:
        return None


def words_of(parser):
    names = sorted(name for names, _ in parser._options for name in names)
    option = st.sampled_from([*names, "--nonsense", "--win", "-vv", "-w5"])
    both = st.builds(lambda name, value: f"{name}={value}", option, st.sampled_from(VALUES))
    return st.lists(st.one_of(option, st.sampled_from(VALUES), both), max_size=6)


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_is_given(name, data):
    parser = PARSERS[name]
    words = [*data.draw(st.sampled_from([[], ["--log", "/x"]])), *data.draw(words_of(parser))]
    if parser.read(words) is not None:
        assert vars(parser.parse_args(words)) == by_argparse(parser, words)


@pytest.mark.parametrize("name", PARSERS)
def test_whole_options_are_read_at_once(name):
    """All options with good values, in any order."""
    parser = PARSERS[name]
    one_of_each = []
    for names, terms in parser._options:
        if terms.get("action") in (None, "append"):
            fits = [value for value in VALUES if value and value[0] != "-" and parser.read(["--log", "/", names[0], value])]
            assert fits, names
            one_of_each += [[names[-1], fits[0]], [f"{names[-1]}={fits[-1]}"]]
        elif terms["action"] in ("count", "store_true"):
            one_of_each.append([names[0]])
    random.shuffle(one_of_each)
    words = [word for words in one_of_each for word in words]
    assert vars(parser.parse_args(words)) == by_argparse(parser, words)
    assert parser.read(words) is not None


@pytest.mark.parametrize("words", [["--help"], ["-V"], ["--log"], [], ["--log", "/x", "--window", "x"], ["--lo", "/x"],
                                   ["--log", "/x", "more"], ["--log", "/x", "--format", "xml"]])  # fmt: skip
def test_what_is_unusual_is_left_to_argparse(words):
    assert PARSERS["host"].read(words) is None


def test_what_was_set_before_is_a_default():
    given_before = import_module("argparse").Namespace(window=7, known="views")
    found = PARSERS["queue"].parse_args(["--log", "/x", "-v"], given_before)
    assert found is given_before
    assert (found.window, found.known, found.log, found.verbose, found.timeout) == (7, "views", ["/x"], 1, 30)
